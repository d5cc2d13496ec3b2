"""Reports as they were frozen before later fields came, and all that their renderings say.

`python -m tests.reports.golden` writes the texts anew: once a change of them is meant, and with
`app.reports.files.RENDERING` raised, so that nobody keeps the files of before.
"""

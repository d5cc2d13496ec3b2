"""The writer that asks a language model.

`setup` says which model, `door` keeps the process that speaks to it, `writer` writes.
"""

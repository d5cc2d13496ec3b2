"""Ad copy: what a platform allows, what a brief says, and how a text is judged by both.

Pure: no request, no database, no network. Texts are judged the same whoever wrote them.
"""

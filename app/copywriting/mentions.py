"""Whether a text says what a brief says, in these words or nearly."""

from __future__ import annotations

from app.copywriting.words import words

_MOST = 0.6
_SMALL = 3


def mentioned(text: str, fragment: str) -> bool:
    """Whether most of the fragment's words, small ones aside, stand in the text."""
    every = words(fragment)
    wanted = {word for word in every if len(word) > _SMALL} or set(every)
    return bool(wanted) and len(wanted & set(words(text))) >= _MOST * len(wanted)

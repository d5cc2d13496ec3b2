"""Whether a text says what a brief says, in these words or nearly."""

from __future__ import annotations

from functools import lru_cache

from app.copywriting.words import words

_MOST = 0.6
_SMALL = 3


def mentioned(text: str, fragment: str) -> bool:
    """Whether most of the fragment's words, small ones aside, stand in the text."""
    wanted = _telling(fragment)
    return bool(wanted) and len(wanted & _every(text)) >= _MOST * len(wanted)


@lru_cache(maxsize=512)
def _telling(fragment: str) -> frozenset[str]:
    every = words(fragment)
    return frozenset(word for word in every if len(word) > _SMALL) or frozenset(every)


@lru_cache(maxsize=2048)
def _every(text: str) -> frozenset[str]:
    return frozenset(words(text))

"""How an ad opens: what one's own ads are grouped by, in any language.

An ad is of exactly one kind, told from the marks in its opening alone: a question mark, a currency
or per cent sign, quotation marks or a digit exist in every language, while telling whether two
texts mean the same would need each one's vocabulary. The kind is coarse on purpose: an account
has tens of ads, not thousands, and a group of a few ads says nothing.

The opening is the first sentence of the primary text. Google's search ads have no first sentence,
as any headline may stand first; of those all headlines count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.copywriting.words import unspaced, words

# A stop ends a sentence before a space; the full stop in 4.99 does not.
_SENTENCE = re.compile(r"\s*(.+?(?:[.!?…؟]+(?=[\s”“\"»]|$)|[。！？]|\n|$))", re.DOTALL)
_QUESTION = re.compile("[?？؟\u037e՞⸮፧]")
_QUOTED = re.compile('[“”„«»「」『』\u2039\u203a"]')
_PER_CENT = "%٪\uff05"
_UNITS = ("円", "元", "원")
SHORT, LONG = 20, 60


class Opening(StrEnum):
    """What an ad opens with; of several the one that stands first here."""

    QUESTION = "question"
    OFFER = "offer"
    QUOTATION = "quotation"
    NUMBER = "number"
    STATEMENT = "statement"


class Length(StrEnum):
    """How long a text is: up to 20 words, up to 60, or more."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Kind:
    """`length` is None for ads of every length."""

    platform: str
    opening: Opening
    length: Length | None = None

    @property
    def described(self) -> str:
        """After a number of ads: `ads that open with a question`."""
        if self.platform == "google":
            return f"ads {_HEADLINES[self.opening]}"
        length = {
            Length.SHORT: f"short ads (up to {SHORT} words)",
            Length.MEDIUM: f"ads of {SHORT + 1} to {LONG} words",
            Length.LONG: f"long ads (over {LONG} words)",
            None: "ads",
        }[self.length]
        return f"{length} {_OPENINGS[self.opening]}"


_OPENINGS = {
    Opening.QUESTION: "that open with a question",
    Opening.OFFER: "that open with a price or a percentage",
    Opening.QUOTATION: "that open with a quotation",
    Opening.NUMBER: "that open with a number",
    Opening.STATEMENT: "that open with a plain statement",
}
_HEADLINES = {
    Opening.QUESTION: "with a question among their headlines",
    Opening.OFFER: "with a price or a percentage among their headlines",
    Opening.QUOTATION: "with a quotation among their headlines",
    Opening.NUMBER: "with a number among their headlines",
    Opening.STATEMENT: "with plain statements for headlines",
}


def kinds_of(platform: str, texts: Mapping[str, Any]) -> tuple[Kind, ...]:
    """The kinds an ad is of, the narrower first; none when it has no text.

    `texts` are by kind as a platform lists them or a variation holds them: one text or several.
    """
    if platform == "google":
        headlines = _several(texts, "headlines", "headline")
        return (Kind(platform, _opening("\n".join(headlines))),) if headlines else ()
    written = _written(texts)
    if not written:
        return ()
    opening = _opening(_first_sentence(written[0]))
    return (Kind(platform, opening, _length(written[0])), Kind(platform, opening))


def opening_words(platform: str, texts: Mapping[str, Any]) -> str:
    """What the kind is told from: the first sentence, of a search ad its headlines."""
    if platform == "google":
        return " | ".join(_several(texts, "headlines", "headline"))
    written = _written(texts)
    return _first_sentence(written[0]).strip() if written else ""


def _written(texts: Mapping[str, Any]) -> list[str]:
    return _several(texts, "primary_text", "headline", "headlines")


def _several(texts: Mapping[str, Any], *names: str) -> list[str]:
    """The texts of the first of these names that has any."""
    for name in names:
        held = texts.get(name)
        found = [held] if isinstance(held, str) else held if isinstance(held, Sequence) else []
        written = [each for each in found if isinstance(each, str) and each.strip()]
        if written:
            return written
    return []


def _first_sentence(text: str) -> str:
    found = _SENTENCE.match(text)
    return found[1] if found else text


def _opening(text: str) -> Opening:
    if _QUESTION.search(text):
        return Opening.QUESTION
    if offers(text):
        return Opening.OFFER
    if _QUOTED.search(text):
        return Opening.QUOTATION
    if any(each.isdecimal() for each in text):
        return Opening.NUMBER
    return Opening.STATEMENT


def offers(text: str) -> bool:
    """Whether a price or a percentage stands in it."""
    if not any(each.isdecimal() for each in text):
        return False
    return any(
        unicodedata.category(each) == "Sc" or each in _PER_CENT or each in _UNITS for each in text
    )


def _length(text: str) -> Length:
    """Two characters of a script without spaces count as a word."""
    count = len(words(text)) / (2 if unspaced(text) else 1)
    if count <= SHORT:
        return Length.SHORT
    return Length.MEDIUM if count <= LONG else Length.LONG

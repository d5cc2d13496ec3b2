"""What a fact is, which decides what it may be said to do.

A rating can be the proof of something and free shipping cannot; a price is an offer and a
certificate is none.
"""

from __future__ import annotations

from enum import StrEnum

from app.copywriting.languages import Language


class FactKind(StrEnum):
    """The word is also the name of the gap in a template that such a fact may fill."""

    PRICE = "price"
    PROOF = "proof"
    TERMS = "terms"
    DETAIL = "detail"


# The kinds of line that take any fact written in them, and which facts suit them.
_SUITED = {
    "hook_proof": {FactKind.PROOF},
    "proof": {FactKind.PROOF, FactKind.DETAIL},
    "hook_offer": {FactKind.PRICE, FactKind.TERMS},
    "offer": {FactKind.PRICE, FactKind.TERMS},
}


def kind_of(fact: str, language: Language) -> FactKind:
    """The first kind whose signs the fact bears; a detail where it bears none."""
    for name, sign in language.facts.items():
        if sign.search(fact):
            return FactKind(name)
    return FactKind.DETAIL


def suits(kind: str, line: str) -> bool:
    """Whether a fact of this kind may be said in a line of that kind."""
    return kind in _SUITED.get(line, set(FactKind))

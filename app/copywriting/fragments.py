"""The pieces of a brief, and the grammar a piece has: what sentence it can be woven into.

“Keeps coffee hot” can follow a subject, “free shipping” can be got, “you never lose a receipt”
is a sentence. A form is known by how the piece begins; one that is not recognised stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.copywriting.languages import Language

_END = re.compile(r"[\s.。]+$")
_SEVERAL = re.compile(r"[;；\n\r\u2028]+|(?<=[.!?。！？؟])\s+(?=\S)")
_BULLET = re.compile(r"^[\s\-–—•*·]+")
MOST = 8


@dataclass(frozen=True, slots=True)
class Fragment:
    """`text` begins as a sentence does and has no stop; `forms` are for the middle of one.

    `mid` is for after a colon: with a small letter where the first word is surely no name.
    """

    text: str
    mid: str = ""
    forms: Mapping[str, str] = field(default_factory=dict, hash=False)


def fragments(
    said: Sequence[str], language: Language, *, turned: Sequence[tuple[re.Pattern[str], str]] = ()
) -> tuple[Fragment, ...]:
    """Each sentence of what was said, once. `turned` are words to put in the reader's person."""
    parts = (part for each in said for part in _SEVERAL.split(each))
    cleaned = (_END.sub("", _BULLET.sub("", part)).strip() for part in parts)
    spoken = (_turned(each, turned) for each in cleaned if each)
    unique = {capital(each).casefold(): each for each in reversed(list(spoken))}
    return tuple(_fragment(each, language) for each in reversed(unique.values()))[:MOST]


def _fragment(text: str, language: Language) -> Fragment:
    forms = _forms(text, language)
    # Begins with a word that is surely no name, and has no other form for that.
    common = forms.pop("small", "")
    small = text[:1].islower() or common or not language.lowered.isdisjoint(forms)
    mid = _small(text, text.split(maxsplit=1)[0]) if small else capital(text)
    return Fragment(capital(text), mid, forms)


def capital(fragment: str) -> str:
    """As a sentence begins; iPhone and eBay keep their spelling."""
    first = fragment.split(maxsplit=1)[0] if fragment else ""
    if any(each.isupper() for each in first[1:]):
        return fragment
    return fragment[:1].upper() + fragment[1:]


def _turned(text: str, turned: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for pattern, word in turned:
        text = pattern.sub(word, text)
    return text


def _forms(text: str, language: Language) -> dict[str, str]:
    if text[-1] in "?!？！؟":
        return {}
    found = {}
    first, _, rest = text.partition(" ")
    for name, pattern in language.forms.items():
        if pattern.match(text):
            found[name] = _small(text, first) if name in language.lowered else capital(text)
    if "does" in found and (base := language.bases.get(first.casefold())):
        found["let"] = f"{base} {rest}".strip()
    return found


def _small(text: str, first: str) -> str:
    """As in the middle of a sentence; abbreviations keep their capitals."""
    if any(each.isupper() for each in first[1:]):
        return text
    return text[:1].lower() + text[1:]

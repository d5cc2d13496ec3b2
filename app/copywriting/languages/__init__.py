"""What the built-in writer says in each of its languages, and what counts as a claim there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

BUILT_IN = ("en", "de", "es", "ja", "ar")
_HERE = Path(__file__).parent
_NEVER = r"(?!)"
_WORD_LIST = re.compile(r"\{(\w+)\}")

Lines = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Language:
    """`lines` are templates by kind, `stop` ends a sentence, `gap` stands between two.

    `small` are long words that say nothing. `platforms` and `tones` have lines of their own, by
    name: a platform's replace the general ones, a tone's join them. `forms` recognise how a
    fragment of the brief begins, `bases` give a verb's plain form, those named in `lowered` may
    begin small inside a sentence, `turned` puts the first person in the reader's. Templates that
    `backward` matches point back at the product, so it has to have been named; those that
    `singular` matches do not suit a product that `plural` matches. `number_words` are numbers
    written out, with their figures where they have some; `facts` are the signs of a kind of fact,
    `promises` finds superlatives, guarantees and the like.
    """

    code: str
    name: str
    stop: str
    gap: str
    small: frozenset[str]
    number_words: Mapping[str, str]
    promises: re.Pattern[str]
    lines: Lines
    platforms: Mapping[str, Lines]
    tones: Mapping[str, Lines]
    forms: Mapping[str, re.Pattern[str]]
    facts: Mapping[str, re.Pattern[str]]
    bases: Mapping[str, str]
    lowered: frozenset[str]
    turned: tuple[tuple[re.Pattern[str], str], ...]
    backward: re.Pattern[str]
    plural: re.Pattern[str]
    singular: re.Pattern[str]


@cache
def language(code: str) -> Language | None:
    """The language with this ISO 639-1 code, if there is one of `BUILT_IN`."""
    if code not in BUILT_IN:
        return None
    said = tomllib.loads((_HERE / f"{code}.toml").read_text(encoding="utf-8"))
    promises = "|".join(said["promises"])
    if not said.get("unbounded"):  # Japanese has no word ends to look for
        promises = rf"(?<![\w-])(?:{promises})(?!\w)"
    return Language(
        code=code,
        name=said["name"],
        stop=said["stop"],
        gap=said["gap"],
        small=frozenset(said.get("small", "").split()),
        number_words=dict(each.partition("=")[::2] for each in said["number_words"].split()),
        promises=re.compile(promises, re.IGNORECASE),
        lines=_lines(said["lines"]),
        platforms={name: _lines(lines) for name, lines in said.get("platforms", {}).items()},
        tones={name: _lines(lines) for name, lines in said.get("tones", {}).items()},
        forms=_forms(said),
        facts={
            name: re.compile(sign, re.IGNORECASE) for name, sign in said.get("facts", {}).items()
        },
        bases=_bases(said),
        lowered=frozenset(said.get("lowered", said.get("forms", {}))),
        turned=tuple(
            (re.compile(rf"\b{word}\b", re.IGNORECASE), to)
            for word, to in said.get("turned", {}).items()
        ),
        backward=re.compile(said.get("backward", _NEVER)),
        plural=re.compile(said.get("plural", _NEVER)),
        singular=re.compile(said.get("singular", _NEVER)),
    )


def _lines(said: Mapping[str, list[str]]) -> Lines:
    return {kind: tuple(lines) for kind, lines in said.items()}


def _forms(said: Mapping[str, Any]) -> dict[str, re.Pattern[str]]:
    """Patterns of forms; `{verbs}` in one stands for the words of that list."""
    lists = {name: "|".join(found.split()) for name, found in said.get("words", {}).items()}
    lists["bases"] = "|".join(_bases(said).values()) or _NEVER
    lists["verbs"] = "|".join(_bases(said)) or lists.get("verbs", _NEVER)

    def filled(pattern: str) -> str:
        return _WORD_LIST.sub(lambda found: f"(?:{lists[found[1]]})", pattern)

    return {
        name: re.compile(filled(pattern), re.IGNORECASE)
        for name, pattern in said.get("forms", {}).items()
    }


def _bases(said: Mapping[str, Any]) -> dict[str, str]:
    """“keeps keep” by pairs."""
    pairs = said.get("verbs", "").split()
    return dict(zip(pairs[::2], pairs[1::2], strict=True))

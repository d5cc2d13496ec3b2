"""What the built-in writer says in each of its languages, and what counts as a claim there."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

BUILT_IN = ("en", "de", "es", "ja", "ar")
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Language:
    """`lines` are templates by kind, `stop` ends a sentence, `gap` stands between two.

    `number_words` are numbers written out; `promises` finds superlatives, guarantees and the like.
    """

    code: str
    name: str
    stop: str
    gap: str
    number_words: frozenset[str]
    promises: re.Pattern[str]
    lines: dict[str, tuple[str, ...]]


@cache
def language(code: str) -> Language | None:
    """The language with this ISO 639-1 code, if there is one of `BUILT_IN`."""
    if code not in BUILT_IN:
        return None
    said = tomllib.loads((_HERE / f"{code}.toml").read_text(encoding="utf-8"))
    promises = "|".join(said["promises"])
    if not said.get("unbounded"):  # Japanese has no word ends to look for
        promises = rf"(?<!\w)(?:{promises})(?!\w)"
    return Language(
        code=code,
        name=said["name"],
        stop=said["stop"],
        gap=said["gap"],
        number_words=frozenset(said["number_words"].split()),
        promises=re.compile(promises, re.IGNORECASE),
        lines={kind: tuple(lines) for kind, lines in said["lines"].items()},
    )

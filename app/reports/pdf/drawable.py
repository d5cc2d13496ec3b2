"""Texts as a PDF can hold them, in whatever is made of strings, lists and dicts.

What people typed is put on one line and freed of characters that would hide or turn others; what no
font can draw is marked and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.reports.pdf.coverage import undrawable
from app.reports.texts import one_line

MARK = "[?]"
_AS_THEY_ARE = frozenset(("svg", "logo", "href"))


def tidied(found: Any) -> Any:
    """Every text of it on one line, pictures apart."""
    match found:
        case str():
            return one_line(found)
        case dict():
            return {
                name: each if name in _AS_THEY_ARE else tidied(each) for name, each in found.items()
            }
        case list() | tuple():
            return [tidied(each) for each in found]
        case _:
            return found


def _texts(found: Any) -> Iterator[str]:
    match found:
        case str():
            yield found
        case dict():
            for name, each in found.items():
                if name not in _AS_THEY_ARE:
                    yield from _texts(each)
        case list():
            for each in found:
                yield from _texts(each)


def drawn(found: dict[str, Any], undrawn: str) -> dict[str, Any]:
    """With characters that cannot be drawn marked, and a note that says so."""
    missing = undrawable("".join(_texts(found)))
    if not missing:
        return found
    unknown = re.compile(f"[{re.escape(''.join(sorted(missing)))}]+")
    marked: dict[str, Any] = _marked(found, unknown)
    return {**marked, "notes": [*marked["notes"], undrawn]}


def _marked(found: Any, unknown: re.Pattern[str]) -> Any:
    match found:
        case str():
            return unknown.sub(MARK, found)
        case dict():
            return {
                name: each if name in _AS_THEY_ARE else _marked(each, unknown)
                for name, each in found.items()
            }
        case list():
            return [_marked(each, unknown) for each in found]
        case _:
            return found

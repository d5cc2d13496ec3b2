"""Which characters the fonts at hand can draw, read from the fonts themselves."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from struct import unpack_from

FONTS = Path(__file__).with_name("fonts")

_FORMAT_4, _FORMAT_12 = 4, 12
_SPACES = frozenset(("Zs", "Zl", "Zp"))

Span = tuple[int, int]


def undrawable(text: str) -> set[str]:
    """The characters of a text for which no font has a glyph."""
    return {each for each in set(text) if not _drawable(each)}


def _drawable(character: str) -> bool:
    code = ord(character)
    if code < 0x80 or _invisible(character):
        return True
    spans = _covered()
    at = bisect_right(spans, (code, 0x10FFFF)) - 1
    return at >= 0 and spans[at][0] <= code <= spans[at][1]


def _invisible(character: str) -> bool:
    """Spaces, and what only changes the looks of its neighbours, such as joiners."""
    category = unicodedata.category(character)
    # Signs of some scripts are format characters too, but are drawn; those have a direction.
    joins = category == "Cf" and unicodedata.bidirectional(character) == "BN"
    return joins or category in _SPACES or _selects(ord(character))


def _selects(code: int) -> bool:
    """A variation selector changes the look of what stands before it and has none of its own."""
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF


@cache
def _covered() -> list[Span]:
    """Of all fonts together; none overlaps another and the lowest comes first."""
    spans = sorted(span for font in sorted(FONTS.glob("*.ttf")) for span in _spans(font))
    merged: list[Span] = []
    for first, last in spans:
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _spans(font: Path) -> Iterator[Span]:
    """What the font's widest character map maps (OpenType 1.9, cmap)."""
    table = _table(font, b"cmap")
    (count,) = unpack_from(">H", table, 2)
    places = [unpack_from(">HHI", table, 4 + 8 * index)[2] for index in range(count)]
    formats = {unpack_from(">H", table, place)[0]: place for place in places}
    if _FORMAT_12 in formats:
        yield from _groups(table, formats[_FORMAT_12])
    else:
        yield from _segments(table, formats[_FORMAT_4])


def _groups(table: bytes, place: int) -> Iterator[Span]:
    (count,) = unpack_from(">I", table, place + 12)
    for index in range(count):
        first, last, _ = unpack_from(">III", table, place + 16 + 12 * index)
        yield first, last


def _segments(table: bytes, place: int) -> Iterator[Span]:
    (double,) = unpack_from(">H", table, place + 6)
    count = double // 2
    lasts = unpack_from(f">{count}H", table, place + 14)
    firsts = unpack_from(f">{count}H", table, place + 16 + double)
    yield from (span for span in zip(firsts, lasts, strict=True) if span[1] != 0xFFFF)


def _table(font: Path, wanted: bytes) -> bytes:
    with font.open("rb") as file:
        (count,) = unpack_from(">H", file.read(12), 4)
        entries = file.read(16 * count)
        for index in range(count):
            tag, _, offset, length = unpack_from(">4sIII", entries, 16 * index)
            if tag == wanted:
                file.seek(offset)
                return file.read(length)
    raise LookupError(f"{font.name} has no {wanted.decode()}")

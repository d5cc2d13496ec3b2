"""Numbers as platforms and spreadsheets write them; the decimal mark is one per file."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.imports.refusal import Refused

NONE_MARKS = frozenset({"", "-", "--", "–", "—", "n/a", "null", "none", "nan", "[]", "?"})

_ERROR_CELL = re.compile(
    r"(#(REF|DIV/0|VALUE|NUM|NULL|SPILL|CALC)!|#NAME\?|#N/A|Err:\d+)", re.IGNORECASE
)
_FORMULA = ("=", "+", "@")
_CURRENCY = r"(?:[A-Za-z]{0,3}[$€£¥₹₩₺₽฿₪₫₱₦]|[A-Z]{3}|kr\.?|zł|Kč|Ft)"
_DRESSED = re.compile(
    rf"(-?)\s*{_CURRENCY}?\s*(-?[\d.,'’\s]*\d[\d.,]*(?:[eE][+-]?\d+)?)\s*{_CURRENCY}?"
)
_SPACES = re.compile(r"[\s'’]")
_PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,20})?")
_SHAPES = {
    "point": re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{2,3})*,\d{3})?(?:\.\d+)?(?:[eE][+-]?\d+)?"),
    "comma": re.compile(r"-?(?:\d+|\d{1,3}(?:\.\d{2,3})*\.\d{3})?(?:,\d+)?(?:[eE][+-]?\d+)?"),
}
_LONGEST = 64
_LARGEST = Decimal(10) ** 15


class DecimalMark(StrEnum):
    """What separates the whole part from the fraction."""

    POINT = "point"
    COMMA = "comma"


class NotANumber(ValueError):
    """A cell of a column of numbers that holds something else."""


class ErrorCell(NotANumber):
    """A spreadsheet's own error, such as #REF!; the figure that was there is lost."""


class FormulaCell(NotANumber):
    """A cell that a spreadsheet would calculate; it is never evaluated here."""


def is_none(text: str) -> bool:
    """Whether a cell says "no figure", which is not the same as 0."""
    return text.strip().casefold() in NONE_MARKS


def parse(text: str, mark: DecimalMark) -> Decimal | None:
    """The number in a cell; percent becomes a fraction, None when the cell says none.

    Raises NotANumber, ErrorCell or FormulaCell.
    """
    if mark is DecimalMark.POINT and _PLAIN.fullmatch(text):
        return Decimal(text)
    bare = undress(text)
    if bare is None:
        return None
    body, scale = bare
    if not _SHAPES[mark].fullmatch(body) or not any(map(str.isdigit, body)):
        raise NotANumber(text)
    grouping, decimal = (",", ".") if mark is DecimalMark.POINT else (".", ",")
    value = Decimal(body.replace(grouping, "").replace(decimal, ".")) * scale
    if abs(value) >= _LARGEST:
        raise NotANumber(text)
    return value


def undress(text: str) -> tuple[str, Decimal] | None:
    """Digits and marks without currency, blanks and brackets, and what to multiply by."""
    cell = unicodedata.normalize("NFKC", text).strip()
    if cell.casefold() in NONE_MARKS:
        return None
    if len(cell) > _LONGEST:
        raise NotANumber(text)
    if _ERROR_CELL.fullmatch(cell):
        raise ErrorCell(text)
    if cell.startswith(_FORMULA):
        raise FormulaCell(text)
    cell = cell.replace("\N{MINUS SIGN}", "-")
    scale = Decimal(1)
    if cell[0] == "[" and cell[-1] == "]":
        cell = cell[1:-1].strip()
    if cell[:1] == "(" and cell[-1:] == ")":
        cell, scale = cell[1:-1].strip(), -scale
    if cell.endswith("%"):
        cell, scale = cell[:-1].strip(), scale / 100
    dressed = _DRESSED.fullmatch(cell)
    if dressed is None:
        raise NotANumber(text)
    sign, body = dressed.groups()
    return sign + _SPACES.sub("", body), scale


@dataclass(slots=True)
class MarkEvidence:
    """What the cells of a file say about its decimal mark, with the first row for each side."""

    point_at: tuple[int, str] | None = None
    comma_at: tuple[int, str] | None = None
    ambiguous: bool = False

    def observe(self, text: str, row: int, column: str, *, kind: str) -> None:
        """Look at one cell. `kind` is "count" for whole numbers, else "amount"."""
        if "," not in text and "." not in text:
            return
        try:
            bare = undress(text)
        except NotANumber:
            return
        mark = None if bare is None else _mark_of(bare[0].lstrip("-"), kind)
        if mark is DecimalMark.POINT and self.point_at is None:
            self.point_at = (row, column)
        elif mark is DecimalMark.COMMA and self.comma_at is None:
            self.comma_at = (row, column)
        elif mark is None and bare is not None:
            self.ambiguous = True

    def decide(self, usual: DecimalMark | None) -> DecimalMark | None:
        """The file's mark; `usual` (by language) settles 1.234. None: only the owner can say.

        Raises Refused when cells contradict each other.
        """
        if self.point_at and self.comma_at:
            (row, column), other = (
                max(self.point_at, self.comma_at),
                min(self.point_at, self.comma_at),
            )
            raise Refused(
                "the decimal mark differs from the one in "
                f"row {other[0]}, column {other[1]}. One file must use either a point or a comma; "
                "download the export again instead of a copy saved by hand.",
                row=row,
                column=column,
            )
        if self.comma_at:
            return DecimalMark.COMMA
        if self.point_at or not self.ambiguous:
            return DecimalMark.POINT
        return usual


def _mark_of(body: str, kind: str) -> DecimalMark | None:
    """The mark a single number proves; None when it could be read both ways."""
    last = max(body.rfind(","), body.rfind("."))
    if last < 0:
        return None
    seen, other = body[last], "." if body[last] == "," else ","
    as_mark = DecimalMark.COMMA if seen == "," else DecimalMark.POINT
    as_group = DecimalMark.POINT if seen == "," else DecimalMark.COMMA
    if other in body:
        return as_mark if body.count(seen) == 1 else as_group
    if body.count(seen) > 1:
        return as_group
    whole, fraction = body[:last], body[last + 1 :]
    if len(fraction) != 3 or not 1 <= len(whole) <= 3 or whole[0] == "0":
        return as_mark
    return as_group if kind == "count" else None

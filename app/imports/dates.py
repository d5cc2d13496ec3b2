"""Days as platforms write them; whether 03/04 is March or April is decided once per file."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from app.imports.refusal import Refused

_MONTHS = (
    "january jan januar janvier janv enero ene janeiro gennaio gen",
    "february feb februar février févr fevr fév febrero fevereiro fev febbraio",
    "march mar märz mär mrz mars marzo março",
    "april apr avril avr abril abr aprile",
    "may mai mayo maio maggio mag",
    "june jun juni juin junio junho giugno giu",
    "july jul juli juillet juil julio julho luglio lug",
    "august aug août aout agosto ago",
    "september sep sept septembre septiembre setembro set settembre",
    "october oct oktober okt octobre octubre outubro out ottobre ott",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre déc diciembre dic dezembro dicembre",
)
MONTHS = {name: number for number, row in enumerate(_MONTHS, 1) for name in row.split()}

_TIME = r"(?:[ T]\d{1,2}:\d{2}.*)?"
_ISO = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년.]\s*(\d{1,2})\s*[月월.]\s*(\d{1,2})\s*[日일.]?")
_NUMERIC = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}|\d{{2}}),?{_TIME}")
_WORDS_DAY_FIRST = re.compile(r"(\d{1,2})[.º]?\s(?:de\s)?([^\W\d]+)\.?,?\s(?:de\s)?(\d{4})")
_WORDS_MONTH_FIRST = re.compile(rf"([^\W\d]+)\.?\s(\d{{1,2}}),?\s(\d{{4}}),?{_TIME}")
_LONGEST = 64
_WEEKDAY = re.compile(r"^[^\W\d]{2,12}\.?,\s*")


class DateOrder(StrEnum):
    """How to read 03/04/2026."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class NotADay(ValueError):
    """A cell of a column of days that holds something else."""


def days_in(text: str) -> list[dt.date]:
    """The days that a report's title lines name, such as "October 1, 2024, 12:00 AM"."""
    found = []
    for part in re.split(r" - | – |: (?=\D)", text):
        try:
            found.append(parse_day(part.strip()))
        except (NotADay, OrderUnknown):
            continue
    return found


class OrderUnknown(ValueError):
    """03/04/2026 without a decision what comes first."""


@lru_cache(maxsize=8192)
def parse_day(text: str, order: DateOrder | None = None) -> dt.date:
    """The day in a cell; a time and an offset behind it are dropped, the day stays as written.

    Raises NotADay, or OrderUnknown when `order` would be needed.
    """
    if len(text) > _LONGEST:
        raise NotADay(text)
    cell = _WEEKDAY.sub("", unicodedata.normalize("NFKC", text).strip())
    for pattern, positions in ((_ISO, (1, 3, 4)), (_COMPACT, (1, 2, 3)), (_EAST_ASIAN, (1, 2, 3))):
        if match := pattern.fullmatch(cell):
            year, month, day = (int(match[position]) for position in positions)
            return _day(year, month, day, text)
    if match := _WORDS_DAY_FIRST.fullmatch(cell):
        return _day(int(match[3]), _month(match[2], text), int(match[1]), text)
    if match := _WORDS_MONTH_FIRST.fullmatch(cell):
        return _day(int(match[3]), _month(match[1], text), int(match[2]), text)
    if match := _NUMERIC.fullmatch(cell.partition("|")[0]):
        return _numeric(match, order, text)
    raise NotADay(text)


def _numeric(match: re.Match[str], order: DateOrder | None, text: str) -> dt.date:
    first, mark, second, year = int(match[1]), match[2], int(match[3]), int(match[4])
    year += 2000 if year < 100 else 0
    if mark == ".":
        order = DateOrder.DAY_FIRST
    if order is None:
        raise OrderUnknown(text)
    month, day = (second, first) if order is DateOrder.DAY_FIRST else (first, second)
    return _day(year, month, day, text)


def _month(name: str, text: str) -> int:
    try:
        return MONTHS[name.casefold()]
    except KeyError:
        raise NotADay(text) from None


def _day(year: int, month: int, day: int, text: str) -> dt.date:
    if not 2000 <= year <= 2100:
        raise NotADay(text)
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise NotADay(text) from None


@dataclass(slots=True)
class OrderEvidence:
    """What the days of a file say about their order, with the first row for each side."""

    day_first_at: int | None = None
    month_first_at: int | None = None
    ambiguous: bool = False
    _read_as: dict[DateOrder, tuple[dt.date, dt.date]] = field(default_factory=dict)

    def observe(self, text: str, row: int) -> None:
        """Look at one cell of the day column; only 03/04/2026 and 03-04-2026 matter."""
        match = _NUMERIC.fullmatch(text[:_LONGEST].strip().partition("|")[0])
        if match is None or match[2] == ".":
            return
        first, second = int(match[1]), int(match[3])
        if first > 12 and self.day_first_at is None:
            self.day_first_at = row
        if second > 12 and self.month_first_at is None:
            self.month_first_at = row
        if first <= 12 and second <= 12 and first != second:
            self.ambiguous = True
            self._widen(text)

    def _widen(self, text: str) -> None:
        for order in DateOrder:
            day = parse_day(text, order)
            first, last = self._read_as.get(order, (day, day))
            self._read_as[order] = (min(first, day), max(last, day))

    def decide(self, column: str, within: tuple[dt.date, dt.date]) -> DateOrder | None:
        """The file's order; None when only the owner can say.

        A reading that puts days outside of `within` (both ends included) loses. Raises Refused
        on contradiction.
        """
        if self.day_first_at is not None and self.month_first_at is not None:
            row, other = sorted((self.day_first_at, self.month_first_at), reverse=True)
            raise Refused(
                f"the order of day and month differs from the one in row {other}. "
                "Download the export again instead of a copy saved by hand.",
                row=row,
                column=column,
            )
        if self.day_first_at is not None:
            return DateOrder.DAY_FIRST
        if self.month_first_at is not None or not self.ambiguous:
            return DateOrder.MONTH_FIRST
        fitting = [
            order
            for order, (first, last) in self._read_as.items()
            if within[0] <= first and last <= within[1]
        ]
        return fitting[0] if len(fitting) == 1 else None

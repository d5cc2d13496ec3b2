"""Which days are shown, and which they are compared with.

A period may end today, but a day that is not over is never compared: it and its counterpart
are left out of both sides. Days are calendar days, so clock changes do not matter.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

PRESETS = {"7d": 7, "30d": 30, "90d": 90}
LONGEST = 3_700
# No ad platform is older, and arithmetic on days stays possible.
EARLIEST = dt.date(1990, 1, 1)
WEEK = 7
# 52 whole weeks: the nearest shift to a year that keeps every weekday.
YEAR_OF_WEEKS = 364


class Compare(StrEnum):
    """What a period is compared with."""

    PREVIOUS = "previous"
    YEAR = "year"
    NONE = "none"


class Align(StrEnum):
    """Whether the compared days have to be the same weekdays."""

    EXACT = "exact"
    WEEKDAY = "weekday"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"the last day {self.last} is before the first {self.first}")

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Iterator[dt.date]:
        return (self.first + dt.timedelta(days=offset) for offset in range(len(self)))

    @classmethod
    def ending(cls, last: dt.date, length: int) -> Period:
        """The `length` days up to and including `last`."""
        return cls(last - dt.timedelta(days=length - 1), last)

    def earlier(self, days: int) -> Period:
        """The same number of days, that many days before."""
        shift = dt.timedelta(days=days)
        return Period(self.first - shift, self.last - shift)

    def before(self, day: dt.date) -> Period | None:
        """The part before `day`, None when there is none."""
        if self.first >= day:
            return None
        return Period(self.first, min(self.last, day - dt.timedelta(days=1)))


@dataclass(frozen=True, slots=True)
class Comparison:
    """`over` is the part of `shown` whose days are over; `before` is what it is held against.

    Either is None when there is no such day. `whole_before` also covers the counterpart of a
    day that is not over, for drawing.
    """

    shown: Period
    over: Period | None
    before: Period | None
    whole_before: Period | None
    how: Compare = Compare.PREVIOUS
    align: Align = Align.EXACT

    @property
    def unfinished(self) -> bool:
        """Whether days were left out of the comparison because they are not over."""
        return self.over != self.shown

    @property
    def spans(self) -> list[Period]:
        """Every stretch of days that has to be read."""
        return [self.shown, *([self.whole_before] if self.whole_before else [])]


def compare(
    shown: Period, today: dt.date, how: Compare = Compare.PREVIOUS, align: Align = Align.EXACT
) -> Comparison:
    """What `shown` is to be compared with, given the workspace's `today`."""
    over = shown.before(today)
    if how is Compare.NONE:
        return Comparison(shown, over, None, None, how, align)
    whole_before = _counterpart(shown, how, align)
    before = None
    if over == shown:
        before = whole_before
    elif over is not None:
        last = min(whole_before.first + (over.last - over.first), whole_before.last)
        before = Period(whole_before.first, last)
    return Comparison(shown, over, before, whole_before, how, align)


def _counterpart(shown: Period, how: Compare, align: Align) -> Period:
    match how, align:
        case Compare.YEAR, Align.WEEKDAY:
            return shown.earlier(YEAR_OF_WEEKS)
        case Compare.YEAR, _:
            return Period(_a_year_before(shown.first), _a_year_before(shown.last))
        case _, Align.WEEKDAY:
            return shown.earlier(-(-len(shown) // WEEK) * WEEK)
        case _:
            return shown.earlier(len(shown))


def _a_year_before(day: dt.date) -> dt.date:
    """The same date last year; 29 February becomes the 28th."""
    year = day.year - 1
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))

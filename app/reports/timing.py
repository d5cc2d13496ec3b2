"""When a schedule is due: an hour of a weekday or of a day of the month, where its clock hangs.

An hour that the clock skips is taken when it goes on, an hour that comes twice the first time. A
month that has no such day takes its last.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

_MONTHS = 12
_LAST_OF_MONTH = 31


class Every(StrEnum):
    """How often."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`day` is a weekday, Monday 0, or a day of the month from 1; `time_zone` is IANA."""

    every: Every
    day: int
    hour: int
    time_zone: str

    def next_at(self, after: dt.datetime) -> dt.datetime:
        """The first time after an instant, in UTC."""
        return min(at for at in self._around(after) if at > after)

    def latest_at(self, until: dt.datetime) -> dt.datetime:
        """The last time up to an instant, in UTC."""
        return max(at for at in self._around(until) if at <= until)

    def in_words(self) -> str:
        """As in “every Monday at 08:00, Europe/Berlin”."""
        return f"{self._days()} at {self.hour:02}:00, {self.time_zone}"

    def _days(self) -> str:
        if self.every == Every.WEEK:
            return f"every {calendar.day_name[self.day]}"
        if self.day == _LAST_OF_MONTH:
            return "on the last day of every month"
        return f"on day {self.day} of every month"

    def _around(self, instant: dt.datetime) -> list[dt.datetime]:
        """The time before an instant and the time after it, and some more."""
        there = instant.astimezone(ZoneInfo(self.time_zone)).date()
        if self.every == Every.WEEK:
            monday = there - dt.timedelta(days=there.weekday())
            days = [monday + dt.timedelta(days=self.day + 7 * week) for week in (-1, 0, 1)]
        else:
            days = [_day_of_month(there, months, self.day) for months in (-1, 0, 1)]
        return [self._at(day) for day in days]

    def _at(self, day: dt.date) -> dt.datetime:
        there = dt.datetime.combine(day, dt.time(self.hour), ZoneInfo(self.time_zone))
        return there.astimezone(dt.UTC)


def _day_of_month(of: dt.date, months: int, day: int) -> dt.date:
    year, month = divmod(of.year * _MONTHS + of.month - 1 + months, _MONTHS)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day, last))

"""The sandbox's own clock: real time, or an instant that a test has pinned."""

from __future__ import annotations

import datetime as dt


class Clock:
    """`pinned` holds time still; `launched_at` is what a reset goes back to."""

    def __init__(self, launched_at: dt.datetime | None = None) -> None:
        self._launched_at = launched_at
        self.pinned = launched_at

    def now(self) -> dt.datetime:
        """An aware instant in UTC."""
        return self.pinned or dt.datetime.now(dt.UTC)

    def reset(self) -> None:
        """Back to how the process was started."""
        self.pinned = self._launched_at


def noon(day: dt.date) -> dt.datetime:
    """Noon UTC: the same date from Honolulu to Auckland's doorstep."""
    return dt.datetime.combine(day, dt.time(12), dt.UTC)

"""The days on which this process tests, which do not end before it does.

The clock is read once: what a test stores for today and what the app calls today are the same
day, even where a run goes on past midnight.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

NEW_YORK = "America/New_York"
_BEGAN = dt.datetime.now(dt.UTC)


def today(zone: str = NEW_YORK) -> dt.date:
    """The day on which this process began."""
    return _BEGAN.astimezone(ZoneInfo(zone)).date()


def now() -> dt.datetime:
    """The time, but never past the end of today."""
    return min(dt.datetime.now(dt.UTC), _LAST_MOMENT)


def _ends(zone: str) -> dt.datetime:
    tomorrow = today(zone) + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)


_LAST_MOMENT = min(map(_ends, ("UTC", NEW_YORK))) - dt.timedelta(microseconds=1)

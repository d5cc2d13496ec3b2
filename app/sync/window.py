"""Which days a sync reads, and in which pieces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.connectors.base import Connector
from app.connectors.words import Days
from app.models import Account

ONE_DAY = dt.timedelta(days=1)


class Reach(StrEnum):
    """How far back a sync reads; each includes the ones before it, chosen days apart."""

    RECENT = "recent"
    WEEK = "week"
    WINDOW = "window"
    HISTORY = "history"
    CHOSEN = "chosen"

    def covers(self, other: Reach) -> bool:
        """Whether a sync of this reach reads all that one of the other would."""
        order = (Reach.RECENT, Reach.WEEK, Reach.WINDOW, Reach.HISTORY)
        return self in order and other in order and order.index(self) >= order.index(other)


def local_day(account: Account, now: dt.datetime) -> dt.date:
    """Today, where the account is."""
    return now.astimezone(ZoneInfo(account.time_zone)).date()


def history_limit(
    connector: type[Connector], today: dt.date, reaches_back: int | None = None
) -> dt.date:
    """The first day the platform still answers for; `reaches_back`: see `Account`."""
    days = connector.history_days
    return today - dt.timedelta(days=days if reaches_back is None else min(days, reaches_back))


def lacks_history(account: Account, connector: type[Connector], now: dt.datetime) -> bool:
    """Whether days between the platform's limit and the first day held were never read."""
    limit = history_limit(connector, local_day(account, now), account.reaches_back)
    return account.history_from is None or account.history_from > limit


def last_settled(connector: type[Connector], today: dt.date) -> dt.date:
    """The youngest day whose figures the platform no longer changes."""
    return today - dt.timedelta(days=connector.restates_days + 1)


def days_to_read(
    account: Account, connector: type[Connector], reach: Reach, today: dt.date
) -> list[Days]:
    """The spans to read, the newest first; none overlap.

    A shorter reach is stretched back to where the last sync stopped, so that a pause leaves no
    hole. The window also takes in the days that have settled since they were last read.
    History leaves out what is already held and no longer changes.
    """
    limit = history_limit(connector, today, account.reaches_back)
    if reach is Reach.HISTORY:
        return _history(account, limit, last_settled(connector, today), today)
    first = {
        Reach.RECENT: today - ONE_DAY,
        Reach.WEEK: today - dt.timedelta(days=6),
    }.get(reach, _unsettled(account, connector, today))
    if account.read_through is not None:
        first = min(first, account.read_through)
    return [Days(max(first, limit), today)]


def in_chunks(days: Days, longest: int) -> Iterator[Days]:
    """Cut into pieces of at most `longest` days, the newest first."""
    last = days.last
    while last >= days.first:
        first = max(days.first, last - dt.timedelta(days=longest - 1))
        yield Days(first, last)
        last = first - ONE_DAY


def _unsettled(account: Account, connector: type[Connector], today: dt.date) -> dt.date:
    first = last_settled(connector, today)
    if account.settled_through is not None:
        return min(first, account.settled_through + ONE_DAY)
    return first


def _history(account: Account, limit: dt.date, settled: dt.date, today: dt.date) -> list[Days]:
    held_from, held_through = account.history_from, account.settled_through
    if held_from is None or held_through is None or held_through < held_from:
        return [Days(limit, today)]
    spans = [Days(min(held_through + ONE_DAY, settled), today)]
    if limit < held_from:
        spans.append(Days(limit, min(held_from, spans[0].first) - ONE_DAY))
    return spans

"""How far the numbers can be trusted.

When they were read, through which day they no longer change, and whether they match what the
platforms say themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from app.metrics.period import Period
from app.metrics.platforms import is_shop
from app.metrics.sources import Source, Sources
from app.models import PlatformConnection, Reconciliation, SyncRun

Mark = TypeVar("Mark", dt.date, dt.datetime)


@dataclass(frozen=True, slots=True)
class Freshness:
    """`synced_at` and `settled_through` are those of the account that is furthest behind.

    Accounts that are still being read decide, and one that never was leaves both open; without
    any, all that count do.
    """

    synced_at: dt.datetime | None
    settled_through: dt.date | None
    live: bool

    def unsettled(self, shown: Period) -> Period | None:
        """The days shown whose figures may still change."""
        if not self.live:
            return None
        if self.settled_through is None or self.settled_through < shown.first:
            return shown
        if self.settled_through >= shown.last:
            return None
        return Period(self.settled_through + dt.timedelta(days=1), shown.last)


@dataclass(frozen=True, slots=True)
class Difference:
    """An account whose totals differ from what is held; `spend` is ours minus the platform's."""

    source: Source
    days: int
    spend: Decimal


@dataclass(frozen=True, slots=True)
class Match:
    """How many account-days were compared with the platforms' own totals.

    Of advertising accounts spend, views and clicks are compared, of `shops` only the orders.
    """

    days: int
    differences: Sequence[Difference]
    checked_at: dt.datetime
    advertisers: int
    shops: int

    @property
    def days_off(self) -> int:
        return sum(difference.days for difference in self.differences)

    @property
    def exact(self) -> bool:
        """Whether every day compared agrees: to the cent, or order for order."""
        return not self.differences


def freshness(known: Sources) -> Freshness:
    """How fresh the accounts that count are."""
    live = [source for source in known.counted if source.live]
    asked = live or list(known.counted)
    synced = [source.synced_at for source in asked if live or source.synced_at]
    settled = [source.settled_through for source in asked if live or source.settled_through]
    return Freshness(_furthest_behind(synced), _furthest_behind(settled), live=bool(live))


def _furthest_behind(marks: Sequence[Mark | None]) -> Mark | None:
    known = [mark for mark in marks if mark is not None]
    return min(known) if known and len(known) == len(marks) else None


def match(session: Session, known: Sources, shown: Period) -> Match | None:
    """What the comparison with the platforms' totals found; None when none was made."""
    rows = session.execute(
        select(
            Reconciliation.account_id,
            func.count(),
            func.count().filter(~Reconciliation.matches),
            func.sum(Reconciliation.our_spend - Reconciliation.platform_spend),
            func.max(Reconciliation.checked_at),
        )
        .where(
            Reconciliation.workspace_id == known.workspace_id,
            Reconciliation.account_id.in_(known.account_ids),
            Reconciliation.day.between(shown.first, shown.last),
        )
        .group_by(Reconciliation.account_id)
    ).all()
    if not rows:
        return None
    by_id = {source.account_id: source for source in known.counted}
    shops = sum(is_shop(by_id[row[0]].platform) for row in rows)
    return Match(
        days=sum(row[1] for row in rows),
        differences=[
            Difference(by_id[account_id], off, spend)
            for account_id, _, off, spend, _ in rows
            if off
        ],
        checked_at=max(row[4] for row in rows),
        advertisers=len(rows) - shops,
        shops=shops,
    )


def runs(session: Session, workspace_id: int) -> list[SyncRun]:
    """Unfinished syncs, and the latest of each connection whatever became of it."""
    later = aliased(SyncRun)
    latest = (
        select(func.max(later.id))
        .where(later.connection_id == PlatformConnection.id)
        .correlate(PlatformConnection)
        .scalar_subquery()
    )
    return list(
        session.scalars(
            select(SyncRun)
            .where(
                SyncRun.workspace_id == workspace_id,
                or_(
                    SyncRun.state.in_(["queued", "running"]),
                    SyncRun.id.in_(
                        select(latest).where(PlatformConnection.workspace_id == workspace_id)
                    ),
                ),
            )
            .order_by(SyncRun.id)
        )
    )

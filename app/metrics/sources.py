"""Where the numbers come from: the accounts that count, and the connections behind them.

An account counts while it is selected, even when its connection was disconnected and its
data kept. Figures of an account that was deselected are held but do not count.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from app.models import Account, PlatformConnection, PlatformTotalDay


@dataclass(frozen=True, slots=True)
class Source:
    """An account that counts. `connection_status` tells whether it is still being read.

    `history_from` to `read_through` take in uploaded days.
    """

    account_id: int
    connection_id: int
    platform: str
    external_id: str
    name: str
    currency: str
    time_zone: str
    conversion_action: str | None
    history_from: dt.date | None
    read_through: dt.date | None
    settled_through: dt.date | None
    synced_at: dt.datetime | None
    removed_at: dt.datetime | None
    kind: str
    connection_status: str

    def holds(self, day: dt.date) -> bool:
        """Whether the day was read or uploaded; another one is unknown, not zero."""
        if self.history_from is None or self.read_through is None:
            return False
        return self.history_from <= day <= self.read_through

    @property
    def live(self) -> bool:
        """Whether a platform is still asked for it; uploads and kept data are not."""
        return (
            self.kind != "upload"
            and self.connection_status != "disconnected"
            and self.removed_at is None
        )


@dataclass(frozen=True, slots=True)
class Link:
    """A connection. `counted` of its accounts count, and `live` of those are still read."""

    id: int
    platform: str
    kind: str
    label: str
    status: str
    status_reason: str
    sandbox: bool
    paused_until: dt.datetime | None
    every_minutes: int
    last_synced_at: dt.datetime | None
    created_at: dt.datetime
    counted: int
    live: int


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything a workspace's numbers come from."""

    workspace_id: int
    counted: Sequence[Source]
    links: Sequence[Link]

    @property
    def account_ids(self) -> list[int]:
        return [source.account_id for source in self.counted]

    @property
    def platforms(self) -> list[str]:
        return sorted({source.platform for source in self.counted})

    @property
    def time_zones(self) -> list[str]:
        return sorted({source.time_zone for source in self.counted})

    @property
    def sandbox(self) -> bool:
        """Whether any figure may be made up by a sandbox platform."""
        return any(self.is_sandbox(source) for source in self.counted)

    def is_sandbox(self, source: Source) -> bool:
        """Whether this account's figures were made up by a sandbox platform."""
        return any(link.sandbox for link in self.links if link.id == source.connection_id)

    @property
    def read_from(self) -> dt.date | None:
        """The first day anything was read for; earlier days are unknown, not zero."""
        return min((s.history_from for s in self.counted if s.history_from), default=None)

    @property
    def read_through(self) -> dt.date | None:
        """The last day anything was read for; later days are unknown, not zero."""
        return max((s.read_through for s in self.counted if s.read_through), default=None)

    def unfinished_day(self, time_zone: str, now: dt.datetime) -> dt.date:
        """The first day that is not over, for a workspace of this time zone."""
        return self.day_in_progress(now.astimezone(ZoneInfo(time_zone)).date(), now)

    def day_in_progress(self, today: dt.date, now: dt.datetime) -> dt.date:
        """The first day that is not over: `today`, or an earlier one where a live account is."""
        zones = {source.time_zone for source in self.counted if source.live}
        return min([today, *(now.astimezone(ZoneInfo(zone)).date() for zone in zones)])


def sources(session: Session, workspace_id: int) -> Sources:
    """The workspace's connections and the accounts of them that count."""
    rows: Sequence[Row[*tuple[Any, ...]]] = session.execute(
        select(
            PlatformConnection.id,
            PlatformConnection.platform,
            PlatformConnection.kind,
            PlatformConnection.label,
            PlatformConnection.status,
            PlatformConnection.status_reason,
            PlatformConnection.sandbox,
            PlatformConnection.paused_until,
            PlatformConnection.every_minutes,
            PlatformConnection.last_synced_at,
            PlatformConnection.created_at,
            Account.id.label("account_id"),
            Account.platform.label("account_platform"),
            Account.external_id,
            Account.name,
            Account.currency,
            Account.time_zone,
            Account.conversion_action,
            func.least(Account.history_from, _edge(func.min)).label("history_from"),
            func.greatest(Account.read_through, _edge(func.max)).label("read_through"),
            Account.settled_through,
            Account.synced_at,
            Account.removed_at,
        )
        .outerjoin(
            Account,
            (Account.connection_id == PlatformConnection.id)
            & Account.selected
            & (Account.workspace_id == workspace_id),
        )
        .where(PlatformConnection.workspace_id == workspace_id)
        .order_by(PlatformConnection.id, Account.name, Account.id)
    ).all()
    counted = [_source(row) for row in rows if row.account_id is not None]
    return Sources(workspace_id, counted, list(_links(rows, counted)))


def _edge(pick: Callable[[Any], ColumnElement[Any]]) -> ColumnElement[Any]:
    """The first or last day with figures; PostgreSQL leaves the unknown one of two out."""
    return (
        select(pick(PlatformTotalDay.day))
        .where(
            PlatformTotalDay.account_id == Account.id,
            PlatformTotalDay.workspace_id == Account.workspace_id,
        )
        .correlate(Account)
        .scalar_subquery()
    )


def _source(row: Row[*tuple[Any, ...]]) -> Source:
    return Source(
        row.account_id,
        row.id,
        row.account_platform,
        row.external_id,
        row.name,
        row.currency,
        row.time_zone,
        row.conversion_action,
        row.history_from,
        row.read_through,
        row.settled_through,
        row.synced_at,
        row.removed_at,
        row.kind,
        row.status,
    )


def _links(rows: Iterable[Row[*tuple[Any, ...]]], counted: Sequence[Source]) -> Iterable[Link]:
    unique = {row.id: row for row in rows}
    for row in unique.values():
        mine = [source for source in counted if source.connection_id == row.id]
        yield Link(
            row.id,
            row.platform,
            row.kind,
            row.label,
            row.status,
            row.status_reason,
            row.sandbox,
            row.paused_until,
            row.every_minutes,
            row.last_synced_at,
            row.created_at,
            len(mine),
            sum(source.live for source in mine),
        )

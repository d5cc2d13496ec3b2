"""The syncs of a connection, as its owner wants to look through them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.models import PlatformConnection, SyncRun

LATELY = dt.timedelta(days=1)
NOTICED_WITHIN = dt.timedelta(days=7)
_MOST_NOTICES = 20


@dataclass(frozen=True, slots=True)
class Run:
    """A sync with how long it took; None while it goes on."""

    row: SyncRun

    @property
    def lasted(self) -> dt.timedelta | None:
        """From its first attempt to its end, pauses included."""
        if self.row.started_at is None or self.row.finished_at is None:
            return None
        return self.row.finished_at - self.row.started_at


class Lately(NamedTuple):
    """What the syncs of the last 24 hours came to; `told_at`: the platform's last webhook."""

    runs: int
    failed: int
    requests: int
    rows_changed: int
    median_seconds: float | None
    told_at: dt.datetime | None


class Notice(NamedTuple):
    """Something that syncs of the last week noticed, and when last."""

    text: str
    last_at: dt.datetime


def runs(
    session: Session,
    connection: PlatformConnection,
    *,
    most: int,
    before: int | None = None,
    troubled: bool = False,
) -> list[Run]:
    """The newest syncs older than the one with the id `before`; `troubled`: not all went well."""
    wanted = select(SyncRun).where(
        SyncRun.connection_id == connection.id, SyncRun.workspace_id == connection.workspace_id
    )
    if before is not None:
        wanted = wanted.where(SyncRun.id < before)
    if troubled:
        wanted = wanted.where(
            or_(SyncRun.state == "failed", SyncRun.error != "", SyncRun.notice != "")
        )
    return [Run(row) for row in session.scalars(wanted.order_by(SyncRun.id.desc()).limit(most))]


def lately(session: Session, connection: PlatformConnection, now: dt.datetime) -> Lately:
    """The last 24 hours in sum; syncs that have not ended are left out."""
    took = func.extract("epoch", SyncRun.finished_at - SyncRun.started_at)
    row = session.execute(
        select(
            func.count(),
            func.count().filter(SyncRun.state == "failed"),
            func.coalesce(func.sum(SyncRun.requests), 0),
            func.coalesce(func.sum(SyncRun.rows_changed), 0),
            func.percentile_cont(0.5).within_group(took),
            func.max(SyncRun.queued_at).filter(SyncRun.trigger == "webhook"),
        ).where(
            SyncRun.connection_id == connection.id,
            SyncRun.workspace_id == connection.workspace_id,
            SyncRun.finished_at > now - LATELY,
        )
    ).one()
    return Lately(row[0], row[1], int(row[2]), int(row[3]), row[4] and float(row[4]), row[5])


def noticed(session: Session, connection: PlatformConnection, now: dt.datetime) -> Sequence[Notice]:
    """What the syncs of the last week noticed, each thing once, the newest first."""
    rows = session.execute(
        select(SyncRun.notice, func.max(SyncRun.finished_at))
        .where(
            SyncRun.connection_id == connection.id,
            SyncRun.workspace_id == connection.workspace_id,
            SyncRun.finished_at > now - NOTICED_WITHIN,
            SyncRun.notice != "",
        )
        .group_by(SyncRun.notice)
        .order_by(func.max(SyncRun.finished_at).desc())
    )
    found: dict[str, dt.datetime] = {}
    for notice, last_at in rows:
        for text in notice.splitlines():
            found.setdefault(text, last_at or now)
    return [Notice(text, at) for text, at in found.items()][:_MOST_NOTICES]

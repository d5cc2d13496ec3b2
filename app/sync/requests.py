"""Ask for a sync: one row for the progress bar, one job, and never two for one wish."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.connectors.platforms import connector_for
from app.connectors.words import Days
from app.models import Account, PlatformConnection, SyncRun
from app.sync.lock import UNFINISHED
from app.sync.queue import defer
from app.sync.window import Reach, lacks_history

TASK = "sync"
_PRIORITY = {"manual": 2, "connect": 1}
_LAST = -1


def request_sync(
    session: Session,
    connection: PlatformConnection,
    *,
    trigger: str,
    now: dt.datetime,
    reach: Reach | None = None,
    days: Days | None = None,
) -> SyncRun:
    """Queue a sync, or return the unfinished one that reads all that is asked for.

    Without `reach` it reads the chosen `days`, or the history when some is missing, or the
    last week. `trigger` is manual, connect or schedule. The caller commits.
    """
    # Two clicks at once wait for each other here; the second finds the first's run.
    session.execute(
        select(PlatformConnection.id)
        .where(PlatformConnection.id == connection.id)
        .with_for_update()
    )
    reach = Reach.CHOSEN if days else reach or _default_reach(session, connection, now)
    for run in unfinished(session, connection):
        if _reads_all(run, trigger, reach, days):
            return run
    run = SyncRun(
        workspace_id=connection.workspace_id,
        connection_id=connection.id,
        trigger=trigger,
        reach=reach.value,
        first=days.first if days else None,
        last=days.last if days else None,
        queued_at=now,
    )
    session.add(run)
    session.flush()
    enqueue(session, run)
    return run


def begin_history(
    session: Session, connection: PlatformConnection, *, now: dt.datetime
) -> SyncRun | None:
    """Queue what newly selected accounts lack; None when there is nothing to read."""
    if not _accounts_without_history(session, connection, now):
        return None
    return request_sync(session, connection, trigger="connect", now=now, reach=Reach.HISTORY)


def unfinished(session: Session, connection: PlatformConnection) -> list[SyncRun]:
    """The connection's queued and running syncs, the oldest first."""
    return list(
        session.scalars(
            select(SyncRun)
            .where(SyncRun.connection_id == connection.id, SyncRun.state.in_(UNFINISHED))
            .order_by(SyncRun.id)
        )
    )


def enqueue(session: Session, run: SyncRun, *, at: dt.datetime | None = None) -> None:
    """Put the run's job on the queue, behind other syncs of its connection.

    One that has begun to read history goes behind all others: those are about today.
    """
    behind = run.started_at is not None and run.reach in (Reach.HISTORY, Reach.CHOSEN)
    defer(
        session,
        TASK,
        {"run_id": run.id},
        lock=f"connection-{run.connection_id}",
        at=at,
        priority=_LAST if behind else _PRIORITY.get(run.trigger, 0),
    )


def _reads_all(run: SyncRun, trigger: str, reach: Reach, days: Days | None) -> bool:
    """Whether an unfinished run is about to read, or just reading, all that is asked for.

    History that has begun has today behind it, and what waits for a quota may wait for hours,
    while a person who presses a button need not.
    """
    begun = run.started_at is not None
    if begun and run.state == "queued" and trigger == "manual" != run.trigger:
        return False
    if run.reach == reach:
        return days is None or days == Days(*_span(run))
    if begun and run.reach == Reach.HISTORY:
        return False
    return Reach(run.reach).covers(reach)


def _default_reach(session: Session, connection: PlatformConnection, now: dt.datetime) -> Reach:
    if any(
        run.reach == Reach.HISTORY and run.started_at for run in unfinished(session, connection)
    ):
        return Reach.WEEK
    return Reach.HISTORY if _accounts_without_history(session, connection, now) else Reach.WEEK


def _accounts_without_history(
    session: Session, connection: PlatformConnection, now: dt.datetime
) -> list[Account]:
    selected = session.scalars(
        select(Account).where(
            Account.connection_id == connection.id,
            Account.workspace_id == connection.workspace_id,
            Account.selected,
            Account.removed_at.is_(None),
            Account.trouble == "",
        )
    )
    connector = connector_for(connection.platform)
    return [account for account in selected if lacks_history(account, connector, now)]


def _span(run: SyncRun) -> tuple[dt.date, dt.date]:
    return run.first or dt.date.min, run.last or dt.date.max

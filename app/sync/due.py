"""Which connections are due for a sync now, and how far back it should read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.connectors.base import Connector
from app.connectors.platforms import connector_for
from app.models import Account, PlatformConnection, SyncRun
from app.sync.lock import UNFINISHED
from app.sync.requests import request_sync
from app.sync.window import Reach, lacks_history

# The timetable ticks every five minutes and is never exact to the second.
_RECENT_EVERY = dt.timedelta(minutes=4, seconds=30)
_WEEK_EVERY = dt.timedelta(hours=1) - dt.timedelta(seconds=30)
_HISTORY_AGAIN_AFTER = dt.timedelta(hours=24)
_NIGHT = dt.time(3)
_BACK_OFF = dt.timedelta(minutes=5)
_LONGEST_BACK_OFF = dt.timedelta(hours=2)
_LOOK_BACK = dt.timedelta(days=3)


class Past(NamedTuple):
    """A connection's latest syncs: when the last done of each reach began, and failures since."""

    done: dict[Reach, dt.datetime]
    failed_in_a_row: int
    last_failed_at: dt.datetime | None

    def began(self, *reaches: Reach) -> dt.datetime | None:
        """When the latest done sync of these reaches began."""
        return max((self.done[reach] for reach in reaches if reach in self.done), default=None)


def due(session: Session, now: dt.datetime) -> list[tuple[PlatformConnection, Reach]]:
    """Connections to sync now, with the farthest reach each is due for."""
    found = []
    for connection in _ready(session, now):
        accounts = [a for a in connection.accounts if a.selected and a.removed_at is None]
        past = _past(session, connection, now)
        if accounts and not _backing_off(past, now):
            reach = reach_due(accounts, connector_for(connection.platform), past, now)
            if reach is not None:
                found.append((connection, reach))
    return found


def enqueue_due(session: Session, now: dt.datetime) -> int:
    """Queue a sync for every connection that is due; returns how many."""
    connections = due(session, now)
    for connection, reach in connections:
        request_sync(session, connection, trigger="schedule", reach=reach, now=now)
    return len(connections)


def reach_due(
    accounts: Sequence[Account], connector: type[Connector], past: Past, now: dt.datetime
) -> Reach | None:
    """How far back to read now, None when the last sync is young enough.

    Missing history first; the restatement window once a night, after three o'clock where the
    first account is; a week each hour; today and yesterday each time.
    """
    window, history = past.began(Reach.WINDOW, Reach.HISTORY), past.began(Reach.HISTORY)
    week = past.began(Reach.WEEK, Reach.WINDOW, Reach.HISTORY)
    recent = past.began(*Reach)
    lacking = [account for account in accounts if lacks_history(account, connector, now)]
    if any(account.history_from is None for account in lacking) or (
        lacking and _older(history, now - _HISTORY_AGAIN_AFTER)
    ):
        return Reach.HISTORY
    if _older(window, _last_night(accounts[0], now)):
        return Reach.WINDOW
    if _older(week, now - _WEEK_EVERY):
        return Reach.WEEK
    return Reach.RECENT if _older(recent, now - _RECENT_EVERY) else None


def _ready(session: Session, now: dt.datetime) -> Sequence[PlatformConnection]:
    unfinished = select(SyncRun.id).where(
        SyncRun.connection_id == PlatformConnection.id, SyncRun.state.in_(UNFINISHED)
    )
    return session.scalars(
        select(PlatformConnection)
        .where(
            PlatformConnection.status == "active",
            PlatformConnection.kind != "upload",
            PlatformConnection.platform.in_(Connector.registry),
            func.coalesce(PlatformConnection.paused_until, now) <= now,
            ~unfinished.exists(),
        )
        .order_by(PlatformConnection.id)
    ).all()


def _past(session: Session, connection: PlatformConnection, now: dt.datetime) -> Past:
    runs = session.scalars(
        select(SyncRun)
        .where(
            SyncRun.connection_id == connection.id,
            SyncRun.reach != Reach.CHOSEN.value,
            SyncRun.queued_at > now - _LOOK_BACK,
            SyncRun.state.in_(("done", "failed")),
        )
        .order_by(SyncRun.id.desc())
    )
    done: dict[Reach, dt.datetime] = {}
    failed, last_failed = 0, None
    for run in runs:
        if run.state == "done":
            done.setdefault(Reach(run.reach), run.started_at or run.queued_at)
        elif not done:
            failed += 1
            last_failed = last_failed or run.finished_at
    return Past(done, failed, last_failed)


def _backing_off(past: Past, now: dt.datetime) -> bool:
    """Whether the last failure is too young: five minutes, then ten, up to two hours."""
    if past.last_failed_at is None:
        return False
    pause: dt.timedelta = _BACK_OFF * 2 ** min(past.failed_in_a_row - 1, 10)
    return now < past.last_failed_at + min(pause, _LONGEST_BACK_OFF)


def _older(began: dt.datetime | None, than: dt.datetime) -> bool:
    return began is None or began < than


def _last_night(account: Account, now: dt.datetime) -> dt.datetime:
    local = now.astimezone(ZoneInfo(account.time_zone))
    night = local.replace(hour=_NIGHT.hour, minute=0, second=0, microsecond=0)
    return night if night <= local else night - dt.timedelta(days=1)

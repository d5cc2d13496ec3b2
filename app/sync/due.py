"""Which connections are due for a sync now, and how far back it should read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session, selectinload

from app.connectors.base import Connector
from app.connectors.platforms import connector_for
from app.metrics.quotas import CYCLE, cadences
from app.models import Account, PlatformConnection, SyncRun
from app.settings import Settings
from app.sync.lock import UNFINISHED
from app.sync.requests import request_sync
from app.sync.window import Reach, lacks_history

# The timetable ticks every five minutes and is never exact to the second.
_INEXACT = dt.timedelta(seconds=30)
_CYCLES_IN_A_WEEKS_READ = 12
_MINUTE = dt.timedelta(minutes=1)
_HISTORY_AGAIN_AFTER = dt.timedelta(hours=24)
_NIGHT = dt.time(3)
_BACK_OFF = dt.timedelta(minutes=5)
_LONGEST_BACK_OFF = dt.timedelta(hours=2)

# Reading history begins with the newest days: once it has begun, that counts as having read them.
# So does a short sync that failed for a part of it only, or one bad row would stop all the others.
_DONE = text("""
    SELECT asked.id, wanted.reach, latest.id, latest.began
    FROM unnest(CAST(:connections AS bigint[])) AS asked (id)
    CROSS JOIN unnest(ARRAY['recent', 'week', 'window', 'history']) AS wanted (reach)
    CROSS JOIN LATERAL (
        SELECT id, coalesce(started_at, queued_at) AS began FROM sync_run
        WHERE connection_id = asked.id AND reach = wanted.reach
          AND (state = 'done'
               OR (reach = 'history' AND started_at IS NOT NULL AND state IN ('queued', 'running'))
               OR (reach IN ('recent', 'week') AND state = 'failed' AND chunks_done > 0))
        ORDER BY id DESC LIMIT 1
    ) AS latest
""")
# Whole failures since anything was read, and those of a part since that reach was read whole.
_FAILED = text("""
    SELECT asked.id, '', count(*), max(run.finished_at)
    FROM unnest(CAST(:connections AS bigint[]), CAST(:done AS bigint[])) AS asked (id, done)
    JOIN sync_run AS run ON run.connection_id = asked.id AND run.id > asked.done
    WHERE run.reach IN ('recent', 'week', 'window', 'history') AND run.state = 'failed'
      AND run.chunks_done = 0
    GROUP BY asked.id
    UNION ALL
    SELECT asked.id, run.reach, count(*), max(run.finished_at)
    FROM unnest(CAST(:connections AS bigint[])) AS asked (id)
    JOIN sync_run AS run ON run.connection_id = asked.id
    WHERE run.reach IN ('window', 'history') AND run.state = 'failed' AND run.chunks_done > 0
      AND NOT EXISTS (SELECT FROM sync_run AS later
                      WHERE later.connection_id = asked.id AND later.reach = run.reach
                        AND later.state = 'done' AND later.id > run.id)
    GROUP BY asked.id, run.reach
""")


_KEEP_CADENCES = text("""
    WITH other AS (
        SELECT connection.id, wanted.minutes
        FROM platform_connection AS connection
        JOIN unnest(CAST(:platforms AS text[]), CAST(:minutes AS bigint[]))
            AS wanted (platform, minutes) USING (platform)
        WHERE connection.kind <> 'upload' AND connection.every_minutes <> wanted.minutes
        FOR NO KEY UPDATE OF connection SKIP LOCKED
    )
    UPDATE platform_connection SET every_minutes = other.minutes
    FROM other WHERE other.id = platform_connection.id
""")


class Failures(NamedTuple):
    """How often in a row, and when last."""

    in_a_row: int
    last_at: dt.datetime

    def too_young(self, now: dt.datetime) -> bool:
        """Whether to wait longer: five minutes, then ten, up to two hours."""
        pause: dt.timedelta = _BACK_OFF * 2 ** min(self.in_a_row - 1, 10)
        return now < self.last_at + min(pause, _LONGEST_BACK_OFF)


class Past(NamedTuple):
    """A connection's latest syncs: when the last done of each reach began, and failures since.

    `partly_failed` are long syncs of which only a part was read: they alone are put off.
    """

    done: Mapping[Reach, dt.datetime] = {}
    failed: Failures | None = None
    partly_failed: Mapping[Reach, Failures] = {}
    reading_history: bool = False

    def began(self, *reaches: Reach) -> dt.datetime | None:
        """When the latest done sync of these reaches began."""
        return max((self.done[reach] for reach in reaches if reach in self.done), default=None)

    def put_off(self, reach: Reach, now: dt.datetime) -> bool:
        """Whether that long a sync failed too lately to be tried again."""
        failures = self.partly_failed.get(reach)
        return failures is not None and failures.too_young(now)


def due(
    session: Session, settings: Settings, now: dt.datetime
) -> list[tuple[PlatformConnection, Reach]]:
    """Connections to sync now, with the farthest reach each is due for."""
    found = []
    ready = _ready(session, now)
    pasts, every = _pasts(session, ready), cadences(session, settings, now)
    _keep_cadences(session, every)
    for connection in ready:
        accounts = [a for a in connection.accounts if a.selected and a.removed_at is None]
        past = pasts[connection.id]
        if accounts and not (past.failed and past.failed.too_young(now)):
            kind = connector_for(connection.platform)
            reach = reach_due(accounts, kind, past, now, every.get(connection.platform, CYCLE))
            if reach is not None:
                found.append((connection, reach))
    return found


def enqueue_due(session: Session, settings: Settings, now: dt.datetime) -> int:
    """Queue a sync for every connection that is due; returns how many."""
    connections = due(session, settings, now)
    for connection, reach in connections:
        request_sync(session, connection, trigger="schedule", reach=reach, now=now)
    return len(connections)


def reach_due(
    accounts: Sequence[Account],
    connector: type[Connector],
    past: Past,
    now: dt.datetime,
    every: dt.timedelta = CYCLE,
) -> Reach | None:
    """How far back to read now, None when the last sync is young enough.

    Missing history first; the restatement window once a night, after three o'clock where the
    first account is; a week each twelfth time; today and yesterday each time. `every` is five
    minutes, or longer when a quota is short.
    """
    window, history = past.began(Reach.WINDOW, Reach.HISTORY), past.began(Reach.HISTORY)
    week = past.began(Reach.WEEK, Reach.WINDOW, Reach.HISTORY)
    recent = past.began(*Reach)
    lacking = [account for account in accounts if lacks_history(account, connector, now)]
    # One that alone cannot be read must not make the others' history be read again and again.
    unread = any(a.history_from is None and not a.trouble for a in lacking)
    possible = not past.reading_history and not past.put_off(Reach.HISTORY, now)
    if possible and (unread or (lacking and _older(history, now - _HISTORY_AGAIN_AFTER))):
        return Reach.HISTORY
    night = _last_night(accounts[0], now)
    if _older(window, night) and not past.put_off(Reach.WINDOW, now):
        return Reach.WINDOW
    if _older(week, now - every * _CYCLES_IN_A_WEEKS_READ + _INEXACT):
        return Reach.WEEK
    return Reach.RECENT if _older(recent, now - every + _INEXACT) else None


def _ready(session: Session, now: dt.datetime) -> Sequence[PlatformConnection]:
    """Those with nothing under way, days apart that make way for others once they have begun."""
    unfinished = select(SyncRun.id).where(
        SyncRun.connection_id == PlatformConnection.id,
        SyncRun.state.in_(UNFINISHED),
        or_(
            SyncRun.reach.not_in((Reach.HISTORY, Reach.CHOSEN)),
            SyncRun.started_at.is_(None),
        ),
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
        .options(selectinload(PlatformConnection.accounts))
        .order_by(PlatformConnection.id)
    ).all()


def _pasts(session: Session, connections: Sequence[PlatformConnection]) -> dict[int, Past]:
    ids = [connection.id for connection in connections]
    done: dict[int, dict[Reach, dt.datetime]] = {each: {} for each in ids}
    latest = dict.fromkeys(ids, 0)
    for connection_id, reach, run_id, began in session.execute(_DONE, {"connections": ids}):
        done[connection_id][Reach(reach)] = began
        latest[connection_id] = max(latest[connection_id], run_id)
    asked = {"connections": ids, "done": [latest[each] for each in ids]}
    failed: dict[int, Failures] = {}
    partly: dict[int, dict[Reach, Failures]] = {each: {} for each in ids}
    for connection_id, reach, count, last_at in session.execute(_FAILED, asked):
        if reach:
            partly[connection_id][Reach(reach)] = Failures(count, last_at)
        else:
            failed[connection_id] = Failures(count, last_at)
    reading = set(
        session.scalars(
            select(SyncRun.connection_id).where(
                SyncRun.connection_id.in_(ids),
                SyncRun.reach == Reach.HISTORY,
                SyncRun.state.in_(UNFINISHED),
            )
        )
    )
    return {each: Past(done[each], failed.get(each), partly[each], each in reading) for each in ids}


def _keep_cadences(session: Session, every: Mapping[str, dt.timedelta]) -> None:
    """Write down how often each connection is read, for those who wonder why it is so seldom."""
    minutes = {slug: every.get(slug, CYCLE) // _MINUTE for slug in Connector.registry}
    session.execute(_KEEP_CADENCES, {"platforms": list(minutes), "minutes": list(minutes.values())})


def _older(began: dt.datetime | None, than: dt.datetime) -> bool:
    return began is None or began < than


def _last_night(account: Account, now: dt.datetime) -> dt.datetime:
    local = now.astimezone(ZoneInfo(account.time_zone))
    night = local.replace(hour=_NIGHT.hour, minute=0, second=0, microsecond=0)
    return night if night <= local else night - dt.timedelta(days=1)

"""How a run ends: done, to be gone on with later, failed, or up to the owner."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.connectors.errors import AccessRevoked, ConnectorError, Throttled
from app.models import Account, PlatformConnection, SyncRun
from app.sync.lock import lock_unfinished
from app.sync.quotas import OutOfQuota
from app.sync.requests import enqueue
from app.sync.work import Effort, note

# Without a hint from the platform: five minutes, then twice as long each time, up to an hour.
_FIRST_PAUSE = dt.timedelta(minutes=5)
_LONGEST_PAUSE = dt.timedelta(hours=1)
# A run that was interrupted this often will not get through by being asked once more.
MOST_ATTEMPTS = 50


def finish(session: Session, run_id: int, *, effort: Effort, now: dt.datetime) -> None:
    """All chunks are in: the connection is as fresh as the account that is furthest behind."""
    run, connection = lock_unfinished(session, run_id)
    if run is None or connection is None:
        return
    _add(run, effort)
    run.state, run.finished_at, run.error = "done", now, ""
    connection.last_synced_at = _all_read_at(session, connection) or connection.last_synced_at


def stop(
    session: Session, run_id: int, error: ConnectorError, *, effort: Effort, now: dt.datetime
) -> None:
    """Act on what the platform said; what earlier chunks stored stays."""
    run, connection = lock_unfinished(session, run_id)
    if run is None or connection is None:
        return
    _add(run, effort)
    run.error = error.message
    if isinstance(error, Throttled):
        later = now + _pause(error, run.attempts)
        if not isinstance(error, OutOfQuota):
            connection.paused_until = later
        if run.attempts < MOST_ATTEMPTS:
            run.state = "queued"
            enqueue(session, run, at=later)
            return
    run.state, run.finished_at = "failed", now
    if isinstance(error, AccessRevoked) and connection.status == "active":
        connection.status = "needs_attention"
        connection.status_reason = error.message


def postpone(session: Session, run_id: int, *, effort: Effort, at: dt.datetime) -> None:
    """Put an unfinished run back on the queue, to go on at `at` with the chunks it lacks."""
    run, connection = lock_unfinished(session, run_id)
    if run is None or connection is None:
        return
    _add(run, effort)
    run.state = "queued"
    enqueue(session, run, at=at)


def look_again(session: Session, run_id: int, *, at: dt.datetime) -> None:
    """Another process is at this connection: see at `at` whether the run still needs doing."""
    run, _ = lock_unfinished(session, run_id)
    if run is not None:
        enqueue(session, run, at=at)


def fail(session: Session, run_id: int, message: str, *, now: dt.datetime) -> None:
    """A fault of ours: nothing is retried at once, the next scheduled sync tries again."""
    run, _ = lock_unfinished(session, run_id)
    if run is not None:
        run.state, run.error, run.finished_at = "failed", message, now


def _all_read_at(session: Session, connection: PlatformConnection) -> dt.datetime | None:
    """When the chosen account that is furthest behind was read; None while one never was.

    One that alone cannot be read says so itself, and does not make the others look stale.
    """
    oldest, unread = session.execute(
        select(func.min(Account.synced_at), func.count().filter(Account.synced_at.is_(None))).where(
            Account.connection_id == connection.id,
            Account.workspace_id == connection.workspace_id,
            Account.selected,
            Account.removed_at.is_(None),
            Account.trouble == "",
        )
    ).one()
    return None if unread else oldest


def _add(run: SyncRun, effort: Effort) -> None:
    run.requests += effort.requests
    if effort.quota_used:
        run.quota_used = dict(Counter(run.quota_used) + Counter(effort.quota_used))
    note(run, effort.notices)


def _pause(error: Throttled, attempts: int) -> dt.timedelta:
    if error.retry_after is not None:
        return dt.timedelta(seconds=max(1.0, error.retry_after))
    doubled: dt.timedelta = _FIRST_PAUSE * 2 ** min(attempts - 1, 10)
    return min(doubled, _LONGEST_PAUSE)

"""One sync of one connection, from the claimed row to the reconciled totals.

The only place that knows the order. It commits by itself, chunk by chunk: facts, totals, spans
and progress of a chunk become visible together or not at all, and no transaction is open while
the platform is being asked.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Sequence
from contextlib import closing

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from app.connections.custody import custodian
from app.connections.vault import Vault
from app.connectors.base import Connector
from app.connectors.errors import AccessRevoked, ConnectorError, Temporary, Throttled
from app.connectors.http import Http
from app.connectors.platforms import connector_for
from app.metrics.quotas import Purpose
from app.models import PlatformConnection, SyncRun
from app.settings import Settings
from app.sync import ending
from app.sync.drilling import Differing, drill
from app.sync.lock import UNFINISHED, lock_unfinished, only_one
from app.sync.people import read_people
from app.sync.plan import pieces
from app.sync.preparing import prepare
from app.sync.quotas import Ledger
from app.sync.reading import Piece, Reading, Refused, read_ahead
from app.sync.requests import begin_history
from app.sync.store import Unusable
from app.sync.storing import store
from app.sync.window import Reach
from app.sync.work import Clock, Effort, Stopped, Work

_log = logging.getLogger(__name__)

_WAIT_FOR_THE_OTHER = dt.timedelta(seconds=15)
_DISCONNECTED = "This platform was disconnected while it was being read."
# A longer span that somebody chose is history, and leaves as much of a quota to the others.
_LONGEST_CLICK = dt.timedelta(days=31)
# What waits for hours in a day's worth of chunks makes way for what is wanted now.
_GIVES_WAY = (Reach.HISTORY, Reach.CHOSEN)


class Interrupted(Exception):
    """The process is about to end; raised by the waiting of the `http` that it was given."""


def sync(
    engine: Engine,
    http: Http,
    settings: Settings,
    run_id: int,
    *,
    clock: Clock,
    stopping: threading.Event,
) -> None:
    """Do a queued sync, or go on with one that was interrupted.

    The outcome is in the run's row; a platform's refusal does not raise. When `stopping` is
    set, the run goes back to the queue after the chunk at hand.
    """
    sessions = sessionmaker(engine, expire_on_commit=False)
    with sessions() as session:
        run = session.get(SyncRun, run_id)
    if run is None or run.state not in UNFINISHED:
        return
    with only_one(engine, run.connection_id) as ours:
        if not ours:
            with sessions.begin() as session:
                ending.look_again(session, run_id, at=clock() + _WAIT_FOR_THE_OTHER)
            return
        _attempt(sessions, http, settings, run_id, clock, stopping)


def _attempt(
    sessions: sessionmaker[Session],
    http: Http,
    settings: Settings,
    run_id: int,
    clock: Clock,
    stopping: threading.Event,
) -> None:
    before = http.requests_made
    work: Work | None = None
    finished = False

    def effort() -> Effort:
        made = http.requests_made - before
        return Effort(made) if work is None else work.effort(made)

    try:
        work = _claim(sessions, http, settings, run_id, clock)
        if work is None:
            return
        _renew_first(work)
        prepare(work)
        finished = _read_chunks(work, stopping)
        if finished:
            read_people(work)
    except ConnectorError as error:
        _log.info("sync run %d stopped: %s", run_id, error.message)
        with sessions.begin() as session:
            ending.stop(session, run_id, error, effort=effort(), now=clock())
        return
    except Stopped:
        with sessions.begin() as session:
            ending.fail(session, run_id, _DISCONNECTED, now=clock())
        return
    except Interrupted:
        finished = False
    with sessions.begin() as session:
        if finished:
            ending.finish(session, run_id, effort=effort(), now=clock())
        else:
            ending.postpone(session, run_id, effort=effort(), at=clock())
    if work is not None and work.recovered:
        _begin_history(work)


def _claim(
    sessions: sessionmaker[Session], http: Http, settings: Settings, run_id: int, clock: Clock
) -> Work | None:
    """Take the run, unless it is over or its connection is resting."""
    now = clock()
    with sessions.begin() as session:
        run, connection = lock_unfinished(session, run_id)
        if run is None or connection is None:
            return None
        if connection.paused_until is not None and connection.paused_until > now:
            ending.postpone(session, run_id, effort=Effort(), at=connection.paused_until)
            return None
        run.state = "running"
        run.started_at = run.started_at or now
        run.attempts += 1
        credentials, active = connection.credentials, connection.status == "active"
        reason = connection.status_reason
        platform = connection.platform
    if run.attempts > ending.MOST_ATTEMPTS:
        raise Temporary(
            f"This sync was interrupted {ending.MOST_ATTEMPTS} times and is given up. What was "
            "read until then is stored; the next sync goes on from there."
        )
    if not active or not credentials:
        raise AccessRevoked(reason or "This platform is disconnected. Connect it again.")
    vault = Vault(settings.encryption_keys)
    kind = connector_for(platform)
    connector = kind(settings, http, vault.open(credentials))
    connector.custodian = custodian(sessions, connection.id, vault)
    ledger = Ledger(sessions, kind, settings, _purpose(run), clock)
    connector.meter = ledger
    return Work(
        sessions,
        connector,
        ledger,
        run_id,
        connection.id,
        run.workspace_id,
        Reach(run.reach),
        clock,
    )


def _purpose(run: SyncRun) -> Purpose:
    """What the run may use of a quota that many share."""
    chosen_long = (
        run.reach == Reach.CHOSEN
        and run.first is not None
        and run.last is not None
        and run.last - run.first > _LONGEST_CLICK
    )
    if run.reach == Reach.HISTORY or chosen_long:
        return Purpose.HISTORY
    return Purpose.CLICK if run.trigger == "manual" else Purpose.CYCLE


def _renew_first(work: Work) -> None:
    """Begin with a younger grant when the platform gives one now."""
    connector = work.connector
    held = connector.granted()
    try:
        connector.grant = connector.custodian(connector, held, False) or held  # noqa: FBT003 a Custodian
    except Temporary as error:
        # The grant at hand still works, and the next sync tries again.
        _log.warning("could not renew the access of connection %d: %s", work.connection_id, error)


def _read_chunks(work: Work, stopping: threading.Event) -> bool:
    """Read and store what is left; returns whether nothing is.

    A chunk that cannot be stored as it came is left to the next run, after the others. Raises
    Unusable then, and AccessRevoked when no account could be read.
    """
    with work.sessions() as session:
        left = pieces(session, work.run_id)
    unusable: Unusable | None = None
    differing: list[Differing] = []
    with closing(read_ahead(work.connector, left, work.clock)) as readings:
        for reading in readings:
            if isinstance(reading, Refused):
                work.leave_out(reading.account_id, reading.error)
                continue
            try:
                differing += _store(work, reading)
            except Unusable as error:
                unusable = unusable or error
            if _is_last(reading, left):
                break
            if stopping.is_set() or _makes_way(work):
                return False
            _heed_limits(work.connector)
    work.check_that_one_is_readable()
    drill(work, differing)
    if unusable is not None:
        raise unusable
    return True


def _store(work: Work, reading: Reading) -> list[Differing]:
    with work.sessions.begin() as session:
        days = store(session, work, reading)
    return [Differing(reading, days)] if days and not work.connector.sells else []


def _is_last(reading: Reading, left: Sequence[Piece]) -> bool:
    return reading.piece.position == left[-1].position


def _makes_way(work: Work) -> bool:
    """Whether another sync of the connection waits that should not wait for years of days."""
    if work.reach not in _GIVES_WAY:
        return False
    with work.sessions() as session:
        waiting = select(SyncRun.id).where(
            SyncRun.connection_id == work.connection_id,
            SyncRun.workspace_id == work.workspace_id,
            SyncRun.state == "queued",
            SyncRun.started_at.is_(None),
            SyncRun.reach.not_in(_GIVES_WAY),
        )
        return session.scalar(waiting.limit(1)) is not None


def _begin_history(work: Work) -> None:
    """Accounts that can be read again may lack what others have long had."""
    with work.sessions.begin() as session:
        connection = session.get(PlatformConnection, work.connection_id)
        if connection is not None:
            begin_history(session, connection, now=work.clock())


def _heed_limits(connector: Connector) -> None:
    """Stop asking before a limit is hit, when the platform says that one is near."""
    if connector.pause_hint > 0:
        raise Throttled(
            "The platform says that its limit is near. Reading goes on by itself after a pause.",
            retry_after=connector.pause_hint,
        )

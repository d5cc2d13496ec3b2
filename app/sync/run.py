"""One sync of one connection, from the claimed row to the reconciled totals.

The only place that knows the order. It commits by itself, chunk by chunk: facts, totals, spans
and progress of a chunk become visible together or not at all, and no transaction is open while
the platform is being asked.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from app.connections.vault import Vault
from app.connectors.base import Connector
from app.connectors.errors import AccessRevoked, ConnectorError, Temporary, Throttled
from app.connectors.http import Http
from app.connectors.platforms import connector_for
from app.connectors.words import Days, Grant
from app.models import Account, PlatformConnection, SyncChunk, SyncRun
from app.settings import Settings
from app.sync import ages, ending, reconcile, rollup, silence
from app.sync.accounts import keep_renewed, refresh_accounts
from app.sync.entities import store_structure
from app.sync.lock import UNFINISHED, keep_connection, lock_unfinished, only_one
from app.sync.plan import found, is_planned, pieces, plan
from app.sync.reading import Reading, read_ahead
from app.sync.spans import Read, advance, held_days
from app.sync.store import Origin, Written, replace
from app.sync.window import Reach, history_limit, last_settled, local_day

_log = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]
_WAIT_FOR_THE_OTHER = dt.timedelta(seconds=15)
_DISCONNECTED = "This platform was disconnected while it was being read."


class Interrupted(Exception):
    """The process is about to end; raised by the waiting of the `http` that it was given."""


class Stopped(Exception):
    """The run must not go on: its connection was disconnected or deleted meanwhile."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What the steps of one run share."""

    sessions: sessionmaker[Session]
    connector: Connector
    run_id: int
    connection_id: int
    workspace_id: int
    reach: Reach
    clock: Clock


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
    try:
        work = _claim(sessions, http, settings, run_id, clock)
        if work is None:
            return
        _prepare(work)
        finished = _read_chunks(work, stopping)
    except ConnectorError as error:
        _log.info("sync run %d stopped: %s", run_id, error.message)
        with sessions.begin() as session:
            made = http.requests_made - before
            ending.stop(session, run_id, error, requests=made, now=clock())
        return
    except Stopped:
        with sessions.begin() as session:
            ending.fail(session, run_id, _DISCONNECTED, now=clock())
        return
    except Interrupted:
        finished = False
    with sessions.begin() as session:
        made = http.requests_made - before
        if finished:
            ending.finish(session, run_id, requests=made, now=clock())
        else:
            ending.postpone(session, run_id, requests=made, at=clock())


def _claim(
    sessions: sessionmaker[Session], http: Http, settings: Settings, run_id: int, clock: Clock
) -> _Work | None:
    """Take the run, unless it is over or its connection is resting."""
    now = clock()
    with sessions.begin() as session:
        run, connection = lock_unfinished(session, run_id)
        if run is None or connection is None:
            return None
        if connection.paused_until is not None and connection.paused_until > now:
            ending.postpone(session, run_id, requests=0, at=connection.paused_until)
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
    grant = Vault(settings.encryption_keys).open(credentials)
    connector = connector_for(platform)(settings, http, grant)
    connector = _renewed(sessions, connector, connection.id, grant)
    return _Work(
        sessions, connector, run_id, connection.id, run.workspace_id, Reach(run.reach), clock
    )


def _renewed(
    sessions: sessionmaker[Session], connector: Connector, connection_id: int, held: Grant
) -> Connector:
    """The connector with a younger grant when the platform gives one."""
    try:
        grant = connector.refresh()
    except Temporary as error:
        # The grant at hand still works, and the next sync tries again.
        _log.warning("could not renew the access of connection %d: %s", connection_id, error)
        return connector
    if grant is None:
        return connector
    vault = Vault(connector.settings.encryption_keys)
    with sessions.begin() as session:
        kept = keep_renewed(session, connection_id, grant, vault, instead_of=held)
    return type(connector)(connector.settings, connector.http, kept)


def _prepare(work: _Work) -> None:
    """Accounts, what they list, and the plan."""
    notices: list[str] = []
    structure_read = work.reach is not Reach.RECENT
    if structure_read:
        listed = work.connector.accounts()
        with work.sessions.begin() as session:
            notices += refresh_accounts(session, _connection(session, work), listed)
    with work.sessions() as session:
        accounts = _selected(session, work)
    if structure_read:
        notices += [note for account in accounts if (note := _read_structure(work, account))]
    silent = _silent(work, accounts) if work.reach is Reach.HISTORY else {}
    with work.sessions.begin() as session:
        _connection(session, work)
        run = _run(session, work)
        for notice in notices:
            _note(run, notice)
        if not is_planned(session, work.run_id):
            chosen = _selected(session, work)
            plan(session, run, chosen, type(work.connector), work.clock(), silent)


def _silent(work: _Work, accounts: list[Account]) -> dict[int, Days]:
    """The old days, by account, that need not be read because nothing happened on them."""
    kind, now = type(work.connector), work.clock()
    untouched: list[tuple[Account, Days]] = []
    with work.sessions() as session:
        if is_planned(session, work.run_id):
            return {}
        for account in accounts:
            today = local_day(account, now)
            old = Days(history_limit(kind, today), last_settled(kind, today))
            if account.history_from is None and not silence.has_figures(session, account, old):
                untouched.append((account, old))
    silent = {}
    for account, old in untouched:
        days = silence.before_the_first_figure(work.connector, found(account), old)
        if days is not None:
            silent[account.id] = days
    return silent


def _read_structure(work: _Work, account: Account) -> str:
    structure = work.connector.structure(found(account))
    with work.sessions.begin() as session:
        _connection(session, work)
        return store_structure(session, session.get_one(Account, account.id), structure)


def _read_chunks(work: _Work, stopping: threading.Event) -> bool:
    """Read and store what is left; returns whether nothing is."""
    with work.sessions() as session:
        left = pieces(session, work.run_id)
    with closing(read_ahead(work.connector, left, work.clock)) as readings:
        for number, reading in enumerate(readings, start=1):
            with work.sessions.begin() as session:
                _store(session, work, reading)
            if number == len(left):
                break
            if stopping.is_set():
                return False
            _heed_limits(work.connector)
    return True


def _heed_limits(connector: Connector) -> None:
    """Stop asking before a limit is hit, when the platform says that one is near."""
    if connector.pause_hint > 0:
        raise Throttled(
            "The platform says that its limit is near. Reading goes on by itself after a pause.",
            retry_after=connector.pause_hint,
        )


def _store(session: Session, work: _Work, reading: Reading) -> None:
    """One chunk in one transaction; one with days that were not believed stays to be read."""
    _connection(session, work)
    run = _run(session, work)
    chunk = session.get_one(SyncChunk, (run.id, reading.piece.position))
    if chunk.done_at is not None:
        return
    account = session.get_one(
        Account, reading.piece.account_id, with_for_update={"key_share": True}
    )
    days = [
        reading.piece.days.first + dt.timedelta(days=offset)
        for offset in range(len(reading.piece.days))
    ]
    written, kept = _replace(session, work, account, reading, days, run)
    rollup.recompute(session, work.workspace_id, account.id, days)
    reconcile.compare(session, account, days, reading.totals, checked_at=reading.read_at)
    run.rows_read += written.rows_read
    run.rows_changed += written.rows_changed
    if not kept:
        ages.keep(session, account, days, reading.read_at)
        chunk.done_at = reading.read_at
        run.chunks_done += 1
        _advance(session, work, account, reading)


def _replace(
    session: Session,
    work: _Work,
    account: Account,
    reading: Reading,
    days: list[dt.date],
    run: SyncRun,
) -> tuple[Written, set[dt.date]]:
    """Replace every grain; returns also the days whose emptiness was not believed."""
    delivering = silence.delivering(reading.totals)
    known = held_days(account)
    unlisted: Literal["active", "removed"] = "active" if work.reach is Reach.RECENT else "removed"
    written, kept = Written(), set[dt.date]()
    withdrawn = set[dt.date]()
    for batch in reading.batches:
        empty = silence.emptied(session, account, reading, batch.grain)
        kept |= empty & delivering
        withdrawn |= empty - delivering
        written += replace(
            session,
            account,
            batch,
            [day for day in days if day not in empty & delivering],
            origin=Origin(sync_run_id=run.id, unlisted=unlisted),
            read_before=known,
        )
    if notice := silence.notice(account, kept, withdrawn):
        _note(run, notice)
    return written, kept


def _advance(session: Session, work: _Work, account: Account, reading: Reading) -> None:
    done = session.scalars(
        select(SyncChunk).where(
            SyncChunk.run_id == work.run_id,
            SyncChunk.account_id == account.id,
            SyncChunk.done_at.is_not(None),
        )
    )
    reads = []
    for chunk in done:
        on = local_day(account, chunk.done_at or reading.read_at)
        reads.append(Read(Days(chunk.first, chunk.last), on))
    advance(account, type(work.connector), reads)
    today = local_day(account, reading.read_at)
    last = reading.piece.days.last
    if last >= today and account.read_through is not None and account.read_through >= last:
        account.synced_at = reading.read_at


def _selected(session: Session, work: _Work) -> list[Account]:
    return list(
        session.scalars(
            select(Account)
            .where(
                Account.connection_id == work.connection_id,
                Account.workspace_id == work.workspace_id,
                Account.selected,
                Account.removed_at.is_(None),
            )
            .order_by(Account.id)
        )
    )


def _run(session: Session, work: _Work) -> SyncRun:
    run = session.get(SyncRun, work.run_id, with_for_update=True)
    if run is None:
        raise Stopped
    return run


def _connection(session: Session, work: _Work) -> PlatformConnection:
    """The connection, which stays as it is until this commits; always locked before its run."""
    connection = keep_connection(session, work.connection_id)
    if connection is None or connection.status != "active":
        raise Stopped
    return connection


def _note(run: SyncRun, notice: str) -> None:
    run.notice = f"{run.notice}\n{notice}".strip()

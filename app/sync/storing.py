"""One chunk into the database: figures, totals, comparison, spans and progress together."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.connectors.words import Days
from app.models import Account, SyncChunk, SyncRun
from app.sync import ages, reconcile, rollup, silence
from app.sync.reading import Reading
from app.sync.spans import Read, advance, held_days
from app.sync.store import Origin, Written, replace, replace_store
from app.sync.window import Reach, local_day
from app.sync.work import Work, note


def store(session: Session, work: Work, reading: Reading) -> list[dt.date]:
    """One chunk in one transaction; one with days that were not believed stays to be read.

    Returns the days on which the account's own totals differ from what is held.
    Raises Unusable, and Stopped when the connection was cut meanwhile.
    """
    work.connection(session)
    run = work.run(session)
    chunk = session.get_one(SyncChunk, (run.id, reading.piece.position))
    if chunk.done_at is not None:
        return []
    account = session.get_one(
        Account, reading.piece.account_id, with_for_update={"key_share": True}
    )
    days = [
        reading.piece.days.first + dt.timedelta(days=offset)
        for offset in range(len(reading.piece.days))
    ]
    replaced = _replace_sales if work.connector.sells else _replace_figures
    written, kept = replaced(session, work, account, reading, days, run)
    rollup.recompute(session, work.workspace_id, account.id, days)
    differing = reconcile.compare(
        session,
        account,
        days,
        reading.totals,
        sells=work.connector.sells,
        checked_at=reading.read_at,
    )
    if account.trouble:
        account.trouble = ""
        work.recovered.add(account.id)
    run.rows_read += written.rows_read
    run.rows_changed += written.rows_changed
    if not kept:
        if not work.connector.sells:
            ages.keep(session, account, days, reading.read_at)
        chunk.done_at = reading.read_at
        run.chunks_done += 1
        # It got on: what counts is how often it is interrupted without doing so.
        run.attempts = 1
        _advance(session, work, account, reading)
    return differing


def _replace_figures(
    session: Session,
    work: Work,
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
    note(run, [silence.notice(account, kept, withdrawn)])
    return written, kept


def _replace_sales(
    session: Session,
    work: Work,
    account: Account,
    reading: Reading,
    days: list[dt.date],
    run: SyncRun,
) -> tuple[Written, set[dt.date]]:
    """The same for a shop's days."""
    del work
    delivering = silence.delivering(reading.totals)
    empty = silence.emptied_store(session, account, reading)
    kept = empty & delivering
    written = replace_store(
        session,
        account,
        reading.store,
        [day for day in days if day not in kept],
        origin=Origin(sync_run_id=run.id),
        read_before=held_days(account),
    )
    note(run, [silence.notice(account, kept, empty - delivering)])
    return written, kept


def _advance(session: Session, work: Work, account: Account, reading: Reading) -> None:
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

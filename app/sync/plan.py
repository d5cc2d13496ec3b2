"""The chunks of a run, written down before the first is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.connectors.base import Connector
from app.connectors.words import Days, FoundAccount
from app.models import Account, SyncChunk, SyncRun
from app.sync.reading import Piece
from app.sync.window import (
    ONE_DAY,
    Reach,
    days_to_read,
    history_limit,
    in_chunks,
    last_settled,
    local_day,
)

_OLDER_CHUNKS = 4
# A shop's settled days are asked for in one long-running question, which a year suits.
_SHOPS_OLDER_DAYS = 366


def plan(
    session: Session,
    run: SyncRun,
    accounts: Sequence[Account],
    connector: type[Connector],
    now: dt.datetime,
    silent: Mapping[int, Days],
) -> None:
    """Cut what the run reads into chunks, the newest days of every account first.

    `silent` are old days, by account, on which its totals say that nothing happened: they count
    as read. Days that no longer change are read in longer chunks.
    """
    chunks = [
        (chunk, account)
        for account in accounts
        for days in _spans(run, account, connector, now)
        for chunk in _cut(days, connector, local_day(account, now), silent.get(account.id))
    ]
    chunks.sort(key=lambda pair: pair[0].last, reverse=True)
    session.add_all(
        SyncChunk(
            run_id=run.id,
            position=position,
            workspace_id=run.workspace_id,
            account_id=account.id,
            first=days.first,
            last=days.last,
            done_at=now if days == silent.get(account.id) else None,
        )
        for position, (days, account) in enumerate(chunks)
    )
    run.chunks_total = len(chunks)
    run.chunks_done = sum(days == silent.get(account.id) for days, account in chunks)
    if chunks:
        run.first = min(days.first for days, _ in chunks)
        run.last = max(days.last for days, _ in chunks)


def is_planned(session: Session, run_id: int) -> bool:
    """Whether the run was planned by an earlier attempt: what is done is not read again."""
    return bool(session.scalar(select(func.count()).where(SyncChunk.run_id == run_id)))


def pieces(session: Session, run_id: int) -> list[Piece]:
    """What is left to read, in order; accounts no longer selected are left out."""
    left = session.execute(
        select(SyncChunk, Account)
        .join(Account, Account.id == SyncChunk.account_id)
        .where(
            SyncChunk.run_id == run_id,
            SyncChunk.done_at.is_(None),
            Account.selected,
            Account.removed_at.is_(None),
        )
        .order_by(SyncChunk.position)
    )
    return [
        Piece(
            chunk.position,
            account.id,
            found(account),
            account.conversion_action,
            Days(chunk.first, chunk.last),
        )
        for chunk, account in left
    ]


def found(account: Account) -> FoundAccount:
    """The account in the words of the connectors."""
    return FoundAccount(
        account.external_id,
        account.name,
        account.currency,
        account.time_zone,
        account.status,
        account.via,
        account.via_name,
        account.reaches_back,
    )


def _cut(
    days: Days, connector: type[Connector], today: dt.date, silent: Days | None
) -> Iterator[Days]:
    if silent is not None and silent.last < days.last and days.first <= silent.last:
        yield silent
        days = Days(silent.last + ONE_DAY, days.last)
    settled = last_settled(connector, today)
    if days.last > settled:
        yield from in_chunks(
            Days(max(days.first, settled + ONE_DAY), days.last), connector.chunk_days
        )
    if days.first <= settled:
        older = Days(days.first, min(days.last, settled))
        longest = _SHOPS_OLDER_DAYS if connector.sells else connector.chunk_days * _OLDER_CHUNKS
        yield from in_chunks(older, longest)


def _spans(
    run: SyncRun, account: Account, connector: type[Connector], now: dt.datetime
) -> list[Days]:
    today = local_day(account, now)
    reach = Reach(run.reach)
    if reach is not Reach.CHOSEN:
        return days_to_read(account, connector, reach, today)
    first = max(run.first or today, history_limit(connector, today, account.reaches_back))
    last = min(run.last or today, today)
    return [Days(first, last)] if first <= last else []

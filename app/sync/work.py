"""What the steps of one run share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from app.connectors.base import Connector
from app.connectors.errors import AccessRevoked, AccountRefused
from app.models import Account, PlatformConnection, SyncChunk, SyncRun
from app.sync.lock import keep_connection
from app.sync.quotas import Ledger
from app.sync.window import Reach

Clock = Callable[[], dt.datetime]
_REASONS_SAID = 3


class Stopped(Exception):
    """The run must not go on: its connection was disconnected or deleted meanwhile."""


class Effort(NamedTuple):
    """What an attempt cost and came across, for the run's row; units by quota."""

    requests: int = 0
    quota_used: Mapping[str, int] = {}
    notices: Iterable[str] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt at a run.

    `refused` holds, by account, why it was left out; `recovered` are accounts that could not be
    read before and now can.
    """

    sessions: sessionmaker[Session]
    connector: Connector
    ledger: Ledger
    run_id: int
    connection_id: int
    workspace_id: int
    reach: Reach
    clock: Clock
    refused: dict[int, str] = field(default_factory=dict)
    recovered: set[int] = field(default_factory=set)

    def effort(self, requests: int) -> Effort:
        """What the attempt has cost so far."""
        return Effort(requests, dict(self.ledger.used), list(self.connector.notices))

    def connection(self, session: Session) -> PlatformConnection:
        """The connection, which stays as it is until this commits; locked before its run."""
        connection = keep_connection(session, self.connection_id)
        if connection is None or connection.status != "active":
            raise Stopped
        return connection

    def run(self, session: Session) -> SyncRun:
        """The run, to be changed."""
        run = session.get(SyncRun, self.run_id, with_for_update=True)
        if run is None:
            raise Stopped
        return run

    def selected(self, session: Session) -> list[Account]:
        """The accounts to read."""
        return list(
            session.scalars(
                select(Account)
                .where(
                    Account.connection_id == self.connection_id,
                    Account.workspace_id == self.workspace_id,
                    Account.selected,
                    Account.removed_at.is_(None),
                )
                .order_by(Account.id)
            )
        )

    def leave_out(self, account_id: int, error: AccountRefused) -> None:
        """Read this account no further in this run, and say why."""
        with self.sessions.begin() as session:
            self.connection(session)
            run = self.run(session)
            account = session.get_one(Account, account_id)
            account.trouble = error.message
            self.refused[account_id] = f"{account.name}: {error.message}"
            note(run, [self.refused[account_id]])
            session.execute(
                delete(SyncChunk).where(
                    SyncChunk.run_id == self.run_id,
                    SyncChunk.account_id == account_id,
                    SyncChunk.done_at.is_(None),
                )
            )
            session.flush()
            run.chunks_total = (
                session.scalar(select(func.count()).where(SyncChunk.run_id == self.run_id)) or 0
            )

    def check_that_one_is_readable(self) -> None:
        """Raises AccessRevoked when every selected account was refused."""
        with self.sessions() as session:
            selected = [account.id for account in self.selected(session)]
        if selected and all(account_id in self.refused for account_id in selected):
            reasons = [self.refused[account_id] for account_id in selected]
            others = len(reasons) - _REASONS_SAID
            more = f" The same goes for {others} more." if others > 0 else ""
            raise AccessRevoked(" ".join(reasons[:_REASONS_SAID]) + more)


def note(run: SyncRun, notices: Iterable[str]) -> None:
    """Add what the run does not say yet, a line each."""
    said = run.notice.splitlines()
    said += [notice for notice in dict.fromkeys(notices) if notice and notice not in said]
    run.notice = "\n".join(said)

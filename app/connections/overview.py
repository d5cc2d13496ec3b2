"""What the connections page and its JSON twin say about each connection."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, selectinload

from app.connections.grants import expires_soon
from app.connections.vault import Vault
from app.connectors.errors import AccessRevoked
from app.metrics.problems import overdue_after
from app.models import Account, PlatformConnection, PlatformTotalDay, Reconciliation, SyncRun

WARN_DAYS = 3
LAST_DAY = 1


@dataclass(frozen=True, slots=True)
class Match:
    """How many account-days were compared with the platform's own totals, and how many differ.

    `spend_off` is the sum of the absolute differences, in `currency` when the accounts share
    that one, else None.
    """

    days: int
    days_off: int
    spend_off: Decimal | None
    currency: str
    checked_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """One connection as its owner needs to see it."""

    connection: PlatformConnection
    accounts: Sequence[Account]
    run: SyncRun | None
    match: Match | None
    expires_in_days: int | None
    overdue: bool
    last_error: str
    first_figures: dt.date | None = None
    notices: Sequence[str] = ()

    @property
    def selected(self) -> list[Account]:
        return [account for account in self.accounts if account.selected]

    @property
    def reading(self) -> list[Account]:
        """The chosen accounts that the login can still read."""
        return [account for account in self.selected if account.removed_at is None]

    @property
    def lost(self) -> list[Account]:
        """Chosen accounts that the login can no longer read; their figures are kept."""
        return [account for account in self.selected if account.removed_at is not None]

    @property
    def new(self) -> list[Account]:
        """Accounts that came after the last choice, so that nobody has been asked about them."""
        if not self.selected:
            return []
        return [account for account in self.accounts if is_new(account)]

    @property
    def troubled(self) -> list[Account]:
        """Accounts that the platform refused although others of this login can be read."""
        return [account for account in self.reading if account.trouble]

    @property
    def expiry_tone(self) -> str:
        """How urgent the end of access is: bad on the last day, warn on the last three."""
        days = self.expires_in_days
        if days is None or days > WARN_DAYS:
            return ""
        return "bad" if days <= LAST_DAY else "warn"

    @property
    def must_choose(self) -> bool:
        """Connected, but no account chosen yet."""
        return self.connection.status == "active" and not self.selected

    @property
    def held_from(self) -> dt.date | None:
        """The first day with figures; while there are none, the first that was read."""
        return self.first_figures or min(
            (a.history_from for a in self.accounts if a.history_from), default=None
        )

    @property
    def held_through(self) -> dt.date | None:
        return max((a.read_through for a in self.accounts if a.read_through), default=None)

    @property
    def up_to_date(self) -> bool:
        """Whether every chosen account is read through its own day of the last look."""
        last = self.connection.last_synced_at
        if last is None or not self.selected:
            return False
        return all(
            account.read_through is not None
            and account.read_through >= last.astimezone(ZoneInfo(account.time_zone)).date()
            for account in self.selected
        )

    @property
    def currencies(self) -> list[str]:
        return sorted({account.currency for account in self.selected})


def overview(session: Session, workspace_id: int, vault: Vault, now: dt.datetime) -> list[Overview]:
    """Every connection of the workspace that reads from a platform, the oldest first."""
    connections = session.scalars(
        select(PlatformConnection)
        .where(
            PlatformConnection.workspace_id == workspace_id,
            PlatformConnection.kind != "upload",
        )
        .options(selectinload(PlatformConnection.accounts))
        .order_by(PlatformConnection.id)
    ).all()
    runs = _shown_runs(session, workspace_id)
    matches = _matches(session, workspace_id)
    ended = _ended_runs(session, workspace_id)
    began = _first_figures(session, workspace_id)
    return [
        Overview(
            connection=connection,
            accounts=connection.accounts,
            run=runs.get(connection.id),
            match=matches.get(connection.id),
            expires_in_days=expires_soon(connection, now),
            overdue=_overdue(connection, now),
            last_error=ended[connection.id][0] if connection.id in ended else "",
            first_figures=began.get(connection.id),
            notices=_notices(connection, ended, vault),
        )
        for connection in connections
    ]


def is_new(account: Account) -> bool:
    """Whether nobody has yet been asked whether to read this account."""
    return not (account.selected or account.offered or account.removed_at)


def days_left(connection: PlatformConnection, now: dt.datetime) -> int | None:
    """Whole days until the owner has to connect again; None when never or unknown."""
    if connection.token_expires_at is None or connection.status == "disconnected":
        return None
    return max((connection.token_expires_at - now).days, 0)


def _first_figures(session: Session, workspace_id: int) -> dict[int, dt.date | None]:
    """The oldest day with figures of each connection; access to an account may begin earlier."""
    first = (
        select(func.min(PlatformTotalDay.day))
        .where(
            PlatformTotalDay.account_id == Account.id,
            PlatformTotalDay.workspace_id == workspace_id,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(Account.connection_id, func.min(first))
        .where(Account.workspace_id == workspace_id)
        .group_by(Account.connection_id)
    )
    return {row[0]: row[1] for row in rows}


def _shown_runs(session: Session, workspace_id: int) -> dict[int, SyncRun]:
    """The unfinished run of each connection; a backfill is shown before a routine read."""
    runs = session.scalars(
        select(SyncRun)
        .where(
            SyncRun.workspace_id == workspace_id,
            SyncRun.state.in_(["queued", "running"]),
        )
        .order_by(SyncRun.reach != "history", SyncRun.id)
    )
    shown: dict[int, SyncRun] = {}
    for run in runs:
        shown.setdefault(run.connection_id, run)
    return shown


def _ended_runs(session: Session, workspace_id: int) -> dict[int, tuple[str, str]]:
    """What the latest finished sync of each connection failed with, and what it noticed."""
    latest = session.execute(
        select(SyncRun.connection_id, SyncRun.error, SyncRun.notice)
        .where(SyncRun.workspace_id == workspace_id, SyncRun.finished_at.is_not(None))
        .ext(distinct_on(SyncRun.connection_id))
        .order_by(SyncRun.connection_id, SyncRun.finished_at.desc())
    )
    return {row.connection_id: (row.error, row.notice) for row in latest}


def _notices(
    connection: PlatformConnection, ended: Mapping[int, tuple[str, str]], vault: Vault
) -> list[str]:
    """What the owner should know besides the status: of the grant, then of the latest sync."""
    said = ended[connection.id][1].splitlines() if connection.id in ended else []
    return list(dict.fromkeys([*grant_notes(connection, vault), *said]))


def grant_notes(connection: PlatformConnection, vault: Vault) -> list[str]:
    """What the platform's grant itself came with, such as a permission that was not given."""
    if not connection.credentials:
        return []
    try:
        note = vault.open(connection.credentials).extra.get("note", "")
    except AccessRevoked:
        return []
    return note.splitlines()


def _matches(session: Session, workspace_id: int) -> dict[int, Match]:
    rows = session.execute(
        select(
            Account.connection_id,
            Account.currency,
            func.count(),
            func.count().filter(~Reconciliation.matches),
            func.sum(func.abs(Reconciliation.our_spend - Reconciliation.platform_spend)),
            func.max(Reconciliation.checked_at),
        )
        .join(Account, Account.id == Reconciliation.account_id)
        .where(Reconciliation.workspace_id == workspace_id, Account.selected)
        .group_by(Account.connection_id, Account.currency)
    )
    found = defaultdict(list)
    for connection_id, currency, days, days_off, spend_off, checked_at in rows:
        found[connection_id].append(Match(days, days_off, spend_off, currency, checked_at))
    return {
        connection_id: Match(
            days=sum(part.days for part in parts),
            days_off=sum(part.days_off for part in parts),
            spend_off=parts[0].spend_off if len(parts) == 1 else None,
            currency=parts[0].currency,
            checked_at=max(part.checked_at for part in parts),
        )
        for connection_id, parts in found.items()
    }


def _overdue(connection: PlatformConnection, now: dt.datetime) -> bool:
    if connection.status != "active" or not any(a.selected for a in connection.accounts):
        return False
    since = connection.last_synced_at or connection.created_at
    return now - since > overdue_after(connection.every_minutes)

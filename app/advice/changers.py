"""Whose budgets can be changed, and what changes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.connectors.changing import Changer
from app.connectors.errors import AccessRevoked
from app.connectors.http import Http
from app.connectors.launching import Refused
from app.connectors.platforms import connector_for
from app.errors import Conflict
from app.models import Account, PlatformConnection
from app.settings import Settings
from app.sync.acting import acting_for
from app.sync.plan import found

Clock = Callable[[], dt.datetime]


@dataclass
class Changers:
    """The changers of a request's or a job's accounts, each made and checked once."""

    sessions: sessionmaker[Session]
    http: Http
    settings: Settings
    clock: Clock
    made: dict[int, Changer] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)

    def of(self, account: Account) -> Changer:
        """Raises AccessRevoked, and Refused when a permission is missing."""
        known = self.made.get(account.id)
        if known is not None:
            return known
        if account.id in self.refused:
            raise Refused(self.refused[account.id])
        kind = connector_for(account.platform)
        if kind.changes is None:
            raise AccessRevoked(NOT_HERE.format(kind.label))
        changer = kind.changes(
            acting_for(self.sessions, self.http, self.settings, account, self.clock)
        )
        if lacks := changer.missing_permission(found(account)):
            self.refused[account.id] = lacks
            raise Refused(lacks)
        self.made[account.id] = changer
        return changer


NOT_HERE = "Budgets and statuses cannot be changed on {} from here. Change them there."


def can_change(platform: str) -> bool:
    """Whether a platform's budgets can be changed at all; uploads' platforms have none."""
    return changer_of(platform) is not None


def changer_of(platform: str) -> type[Changer] | None:
    """What changes a platform's budgets; None where nothing does."""
    try:
        return connector_for(platform).changes
    except LookupError:
        return None


def account_of(
    session: Session, workspace_id: int, account_id: int | None
) -> tuple[Account, PlatformConnection]:
    """The account while it can be changed, and its connection. Raises Conflict with what to do."""
    row = session.execute(
        select(Account, PlatformConnection)
        .join(PlatformConnection, PlatformConnection.id == Account.connection_id)
        .where(Account.id == account_id, Account.workspace_id == workspace_id)
    ).one_or_none()
    if row is None:
        raise Conflict("The account is no longer known here, so nothing can be changed in it.")
    account, connection = row
    label, changer = label_of(account.platform), changer_of(account.platform)
    if changer is None or connection.kind == "upload":
        raise Conflict(NOT_HERE.format(label))
    if connection.status != "active" or account.removed_at is not None or not account.selected:
        raise Conflict(
            f"{account.name} is not connected or not selected any more, so nothing can be changed "
            f"in it. Open Connections and connect {label} again."
        )
    if lacks := changer.lacks(connection.scopes):
        raise Conflict(lacks)
    return account, connection


def label_of(platform: str) -> str:
    """What a platform is called, its slug where nobody calls it anything."""
    try:
        return connector_for(platform).label
    except LookupError:
        return platform

"""Turning a platform's grant into a connection and its accounts, and giving it back."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.connections.custody import custodian_within, keep
from app.connections.vault import Vault
from app.connectors.base import Connector
from app.connectors.errors import AccessRevoked, ConnectorError
from app.connectors.words import FoundAccount, Grant
from app.errors import Invalid, NotFound
from app.models import Account, PlatformConnection, PlatformTotalDay
from app.models.locks import Lock

logger = logging.getLogger(__name__)

MAX_SELECTED = 200


def find(session: Session, workspace_id: int, connection_id: int) -> PlatformConnection:
    """A connection of this workspace, locked until the transaction ends. Raises NotFound.

    The home of uploaded exports is none: there is nothing to ask of it.
    """
    connection = session.scalar(
        select(PlatformConnection)
        .where(
            PlatformConnection.id == connection_id,
            PlatformConnection.workspace_id == workspace_id,
            PlatformConnection.kind != "upload",
        )
        .with_for_update()
    )
    if connection is None:
        raise NotFound
    return connection


def connect(
    session: Session,
    connector: Connector,
    vault: Vault,
    *,
    workspace_id: int,
    user_id: int,
    kind: str,
    repairs: int | None,
) -> PlatformConnection:
    """Keep `connector.grant` as a connection with the accounts it can read.

    A grant that reads all an existing connection reads renews that connection instead of
    counting its accounts twice. The only account there is gets selected.
    Raises Invalid when the grant reads no account.
    """
    found = connector.accounts()
    # Taken afterwards: listing accounts may have renewed it.
    grant = connector.grant
    if grant is None:
        raise TypeError("connect() needs a connector that has been granted access")
    if not found:
        raise Invalid(
            f"{connector.label} was reached, but this login can read no ad account. Nothing was "
            "connected. Ask the account's owner for access, or sign in as someone who has it."
        )
    # The same login twice at once: the second finds what the first has made.
    session.execute(select(func.pg_advisory_xact_lock(Lock.CONNECT.value, workspace_id % 2**31)))
    connection = _existing(session, connector, workspace_id, found, repairs)
    if connection is None:
        connection = PlatformConnection(
            workspace_id=workspace_id, platform=connector.slug, kind=kind
        )
        session.add(connection)
    connection.kind = kind
    connection.user_id = user_id
    connection.sandbox = connector.is_sandbox(connector.settings)
    keep_grant(connection, grant, vault)
    session.flush()
    adopt(session, connection, found)
    accounts = list(connection.accounts)
    for account in accounts:
        account.trouble = ""
    if len(accounts) == 1:
        accounts[0].selected = True
    return connection


def keep_grant(connection: PlatformConnection, grant: Grant, vault: Vault) -> None:
    """Store a grant, encrypted, and call the connection healthy again."""
    keep(connection, grant, vault)
    connection.warned_days = None
    connection.scopes = list(grant.scopes)
    connection.label = grant.label
    connection.status = "active"
    connection.status_reason = ""
    connection.paused_until = None


def adopt(
    session: Session, connection: PlatformConnection, found: Iterable[FoundAccount]
) -> list[Account]:
    """Write down the accounts a grant reads; returns those new to the workspace.

    An account left behind by a dead connection comes over with its history. One that a live
    connection already reads stays there, so that its spend is counted once. One whose currency
    is no longer that of its figures is as good as gone: amounts are never mixed.
    """
    by_id = {account.external_id: account for account in found}
    known = session.scalars(
        select(Account).where(
            Account.workspace_id == connection.workspace_id,
            Account.platform == connection.platform,
            Account.external_id.in_(by_id),
        )
    ).all()
    for account in known:
        owner = account.connection
        if owner.id != connection.id and (owner.status == "active" and owner.kind != "upload"):
            continue
        account.connection = connection
        account_now = by_id[account.external_id]
        if account.currency != account_now.currency and _holds_figures(session, account):
            _set_aside(session, account, account_now)
        else:
            _describe(account, account_now)
    new = [
        _describe(
            Account(
                workspace_id=connection.workspace_id,
                connection=connection,
                platform=connection.platform,
                external_id=external_id,
            ),
            by_id[external_id],
        )
        for external_id in by_id.keys() - {account.external_id for account in known}
    ]
    session.add_all(new)
    session.flush()
    session.refresh(connection, ["accounts"])
    return new


def choose(connection: PlatformConnection, external_ids: Sequence[str]) -> None:
    """Read exactly these accounts from now on. Raises Invalid for an account not offered."""
    wanted = set(external_ids)
    changed = False
    offered = {account.external_id for account in connection.accounts}
    if unknown := sorted(wanted - offered):
        raise Invalid(
            f"Account {unknown[0]} is not one this connection can read. Nothing was changed."
        )
    if len(wanted) > MAX_SELECTED:
        raise Invalid(f"Choose at most {MAX_SELECTED} accounts in one connection.")
    for account in connection.accounts:
        if account.selected != (account.external_id in wanted):
            account.selected = not account.selected
            account.trouble = ""
            changed = True
    if changed and connection.status == "needs_attention" and connection.credentials:
        # What needed attention may have been the accounts; the next sync finds out.
        connection.status, connection.status_reason = "active", ""


def forget_grant(
    session: Session,
    connector: Connector | None,
    connection: PlatformConnection,
    vault: Vault,
) -> str:
    """Revoke at the platform and delete the tokens; returns a sentence when revoking failed.

    `connector` is None when the stored grant can no longer be read.
    Commits what was pending before, should the grant have to be renewed to be revoked.
    The grant of a login that another connection of this installation still uses is deleted
    here but not revoked there, which would cut that one off too.
    """
    problem = ""
    if connector is None:
        problem = (
            "The tokens are deleted here. They could not be read any more, so access was not "
            "withdrawn at the platform: remove the app in its own settings."
        )
    elif not _shared(session, connector, connection, vault):
        connector.custodian = custodian_within(session, connection, vault)
        try:
            connector.revoke()
        except ConnectorError as error:
            problem = (
                f"The tokens are deleted here, but {connector.label} did not confirm that access "
                f"is withdrawn ({error.message}). Remove the app in its own settings to be sure."
            )
    connection.credentials = ""
    connection.token_expires_at = None
    connection.status = "disconnected"
    connection.status_reason = problem
    return problem


def delete_data(session: Session, connection: PlatformConnection) -> None:
    """Delete a connection with its accounts and every figure they hold."""
    session.execute(
        delete(PlatformConnection).where(
            PlatformConnection.id == connection.id,
            PlatformConnection.workspace_id == connection.workspace_id,
        )
    )


def rotate(session: Session, vault: Vault) -> tuple[int, list[int]]:
    """Seal every grant with the vault's first key; how many, and the ids no key opens."""
    lost = []
    rotated = 0
    connections = session.scalars(
        select(PlatformConnection)
        .where(PlatformConnection.credentials != "")
        .order_by(PlatformConnection.id)
        .with_for_update()
    )
    for connection in connections:
        try:
            connection.credentials = vault.rotate(connection.credentials)
            rotated += 1
        except AccessRevoked:
            lost.append(connection.id)
    return rotated, lost


def expires_soon(connection: PlatformConnection, now: dt.datetime) -> int | None:
    """Whole days until access ends, when that is a fortnight away or less."""
    if connection.token_expires_at is None or connection.status == "disconnected":
        return None
    days = (connection.token_expires_at - now).days
    return max(days, 0) if days <= 14 else None


def _existing(
    session: Session,
    connector: Connector,
    workspace_id: int,
    found: Sequence[FoundAccount],
    repairs: int | None,
) -> PlatformConnection | None:
    if repairs is not None:
        connection = find(session, workspace_id, repairs)
        if connection.platform == connector.slug:
            return connection
    reading = session.scalars(
        select(PlatformConnection)
        .join(Account)
        .where(
            Account.workspace_id == workspace_id,
            Account.platform == connector.slug,
            Account.external_id.in_([account.external_id for account in found]),
            PlatformConnection.kind != "upload",
        )
        .distinct()
    ).all()
    readable = {account.external_id for account in found}
    for connection in reading:
        selected = {a.external_id for a in connection.accounts if a.selected}
        if connection.status != "active" or selected <= readable:
            return connection
    return None


def _describe(account: Account, found: FoundAccount) -> Account:
    account.name = found.name
    account.currency = found.currency
    account.time_zone = _known_zone(found)
    account.status = found.status
    account.via = found.via
    account.via_name = found.via_name
    account.reaches_back = found.reaches_back
    account.removed_at = None
    return account


def _known_zone(found: FoundAccount) -> str:
    """The zone that says which day it is; UTC when the platform's name for it is unknown."""
    try:
        return ZoneInfo(found.time_zone).key
    except (ZoneInfoNotFoundError, ValueError):
        logger.warning("%s is no time zone; UTC is used", found.time_zone)
        return "UTC"


def _holds_figures(session: Session, account: Account) -> bool:
    held = select(PlatformTotalDay.day).where(
        PlatformTotalDay.account_id == account.id,
        PlatformTotalDay.workspace_id == account.workspace_id,
    )
    return session.scalar(held.limit(1)) is not None


def _set_aside(session: Session, account: Account, found: FoundAccount) -> None:
    account.status = f"in {found.currency} now"
    account.removed_at = account.removed_at or session.scalar(select(func.now()))


def _shared(
    session: Session, connector: Connector, connection: PlatformConnection, vault: Vault
) -> bool:
    mine = connector.grant.extra.get("user_id") if connector.grant else None
    if mine is None:
        return False
    others = session.scalars(
        select(PlatformConnection.credentials).where(
            PlatformConnection.platform == connection.platform,
            PlatformConnection.id != connection.id,
            PlatformConnection.credentials != "",
        )
    )
    return any(_whose(sealed, vault) == mine for sealed in others)


def _whose(sealed: str, vault: Vault) -> str | None:
    try:
        return vault.open(sealed).extra.get("user_id")
    except AccessRevoked:
        return None

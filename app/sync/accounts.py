"""What a sync finds out about its connection on the way: renewed access, accounts come and gone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy.orm import Session

from app.connections.grants import adopt
from app.connections.vault import Vault
from app.connectors.base import AccessRevoked, FoundAccount, Grant
from app.models import PlatformConnection


def keep_renewed(
    session: Session, connection_id: int, renewed: Grant, vault: Vault, *, instead_of: str
) -> Grant:
    """Store a renewed grant, unless the owner connected again meanwhile; returns the one to use.

    Raises AccessRevoked when the owner disconnected meanwhile.
    """
    connection = session.get(PlatformConnection, connection_id, with_for_update=True)
    if connection is None or connection.status != "active" or not connection.credentials:
        raise AccessRevoked("This platform was disconnected while it was being read.")
    if connection.credentials != instead_of:
        return vault.open(connection.credentials)
    connection.credentials = vault.seal(renewed)
    connection.token_expires_at = renewed.expires_at
    return renewed


def refresh_accounts(
    session: Session, connection: PlatformConnection, listed: Sequence[FoundAccount]
) -> list[str]:
    """Take over names, new accounts and gone ones; returns what the owner should know.

    Raises AccessRevoked when no selected account can be read any more.
    """
    adopt(session, connection, listed)
    readable = {account.external_id for account in listed}
    gone = [account for account in connection.accounts if account.external_id not in readable]
    notices = []
    for account in gone:
        if account.removed_at is None:
            account.removed_at = session.scalar(func.now())
            if account.selected:
                notices.append(
                    f"{account.name} can no longer be read with this login. Its figures are kept "
                    "as they were. Ask the account's owner for access again."
                )
    chosen = [account for account in connection.accounts if account.selected]
    if chosen and all(account.removed_at for account in chosen):
        raise AccessRevoked(
            "This login can no longer read any of the accounts you chose. Their figures are kept. "
            "Ask the accounts' owner for access, then connect again."
        )
    return notices

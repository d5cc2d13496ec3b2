"""What a sync finds out about its connection on the way: renewed access, accounts come and gone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.connections.grants import adopt
from app.connections.vault import Vault
from app.connectors.errors import AccessRevoked
from app.connectors.words import FoundAccount, Grant
from app.models import Account, PlatformConnection


def keep_renewed(
    session: Session, connection_id: int, renewed: Grant, vault: Vault, *, instead_of: Grant
) -> Grant:
    """Store a renewed grant, unless the owner connected again meanwhile; returns the one to use.

    Raises AccessRevoked when the owner disconnected meanwhile.
    """
    connection = session.get(PlatformConnection, connection_id, with_for_update=True)
    if connection is None or connection.status != "active" or not connection.credentials:
        raise AccessRevoked("This platform was disconnected while it was being read.")
    stored = vault.open(connection.credentials)
    if stored != instead_of:
        return stored
    connection.credentials = vault.seal(renewed)
    connection.token_expires_at = renewed.deadline
    connection.warned_days = None
    return renewed


def refresh_accounts(
    session: Session, connection: PlatformConnection, listed: Sequence[FoundAccount]
) -> list[str]:
    """Take over names, new accounts and gone ones; returns what the owner should know.

    Raises AccessRevoked when no selected account can be read any more.
    """
    read = {account.id for account in connection.accounts if account.removed_at is None}
    adopt(session, connection, listed)
    by_id = {account.external_id: account for account in listed}
    notices = []
    for account in connection.accounts:
        found = by_id.get(account.external_id)
        if found is None:
            account.removed_at = account.removed_at or session.scalar(select(func.now()))
        if account.id in read and account.removed_at is not None and account.selected:
            notices.append(_why_not_read(account, found))
    chosen = [account for account in connection.accounts if account.selected]
    if chosen and all(account.removed_at for account in chosen):
        changed = (
            _in_other_currency(a, by_id[a.external_id]) for a in chosen if a.external_id in by_id
        )
        raise AccessRevoked(
            " ".join(changed)
            or "This login can no longer read any of the accounts you chose. Their figures are "
            "kept. Ask the accounts' owner for access, then connect again."
        )
    return notices


def _why_not_read(account: Account, found: FoundAccount | None) -> str:
    if found is not None:
        return _in_other_currency(account, found)
    return (
        f"{account.name} can no longer be read with this login. Its figures are kept as they "
        "were. Ask the account's owner for access again."
    )


def _in_other_currency(account: Account, found: FoundAccount) -> str:
    return (
        f"{account.name} is in {found.currency} now, but its figures here are in "
        f"{account.currency}. They are kept and nothing is added, so that the two never mix. To go "
        f"on in {found.currency}, disconnect, delete the figures and connect again."
    )

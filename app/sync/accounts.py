"""What a sync finds out about its connection on the way: accounts come and gone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.connections.grants import adopt
from app.connectors.errors import AccessRevoked
from app.connectors.words import FoundAccount
from app.models import Account, PlatformConnection


def refresh_accounts(
    session: Session, connection: PlatformConnection, listed: Sequence[FoundAccount]
) -> list[str]:
    """Take over names, new accounts and gone ones; returns what the owner should know.

    Raises AccessRevoked when no selected account can be read any more.
    """
    read = {account.id for account in connection.accounts if account.removed_at is None}
    new = adopt(session, connection, listed)
    by_id = {account.external_id: account for account in listed}
    notices = [_offered(new)] if new else []
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


def _offered(new: Sequence[Account]) -> str:
    named = ", ".join(sorted(account.name for account in new)[:3])
    more = f" and {len(new) - 3} more" if len(new) > 3 else ""
    return (
        f"This login can read more than before: {named}{more}. Nothing of it is read yet. To have "
        "it count, open Connections, choose Accounts and tick it."
    )


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

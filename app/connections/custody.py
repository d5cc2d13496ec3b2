"""Who renews a stored grant: one at a time, and what comes back is stored before it is used.

Platforms that hand out a new refresh token with each renewal take two uses of one for theft. So
whoever renews holds the connection's row, looks whether another has renewed meanwhile, and
commits the new pair before anything is asked with it. A renewal that fails leaves the old pair.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from app.connections.vault import Vault
from app.connectors.base import Connector, Custodian
from app.connectors.errors import AccessRevoked
from app.connectors.words import Grant
from app.models import PlatformConnection

_CUT = "This platform was disconnected while it was being read."
# Platforms say in how many seconds a grant ends: the same end comes out a little different.
_SAME_END = dt.timedelta(days=1)


def custodian(sessions: sessionmaker[Session], connection_id: int, vault: Vault) -> Custodian:
    """Renews in a transaction of its own; for whoever reads while holding no row.

    Raises AccessRevoked when the connection is not active any more.
    """

    def renew(connector: Connector, held: Grant, refused: bool) -> Grant | None:  # noqa: FBT001 a Custodian
        with sessions.begin() as session:
            # Not FOR UPDATE: chunks that were read go on being stored.
            connection = session.get(
                PlatformConnection, connection_id, with_for_update={"key_share": True}
            )
            if connection is None or connection.status != "active":
                raise AccessRevoked(_CUT)
            return _renew(connection, connector, held, vault, refused=refused)

    return renew


def custodian_within(session: Session, connection: PlatformConnection, vault: Vault) -> Custodian:
    """Renews in the caller's transaction, which has the connection locked.

    Commits what was pending in it, and takes the lock again for the caller.
    """

    def renew(connector: Connector, held: Grant, refused: bool) -> Grant | None:  # noqa: FBT001 a Custodian
        younger = _renew(connection, connector, held, vault, refused=refused)
        if younger is not None:
            kept, connection_id = connection.credentials, connection.id
            session.commit()
            again = session.get(
                PlatformConnection, connection_id, with_for_update=True, populate_existing=True
            )
            if again is None or again.credentials != kept:
                raise AccessRevoked(_CUT)
        return younger

    return renew


def _renew(
    connection: PlatformConnection,
    connector: Connector,
    held: Grant,
    vault: Vault,
    *,
    refused: bool,
) -> Grant | None:
    if not connection.credentials:
        raise AccessRevoked(_CUT)
    stored = vault.open(connection.credentials)
    if stored != held:
        return stored
    younger = connector.refresh(refused=refused)
    if younger is not None:
        keep(connection, younger, vault)
    return younger


def keep(connection: PlatformConnection, grant: Grant, vault: Vault) -> None:
    """Store a grant, encrypted; one that ends later makes reminders of its end due anew."""
    before, after = connection.token_expires_at, grant.deadline
    connection.credentials = vault.seal(grant)
    connection.token_expires_at = after
    if before is None or after is None or after - before > _SAME_END:
        connection.warned_days = None

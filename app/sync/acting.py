"""A platform's connector, acting for the connection that an account belongs to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy.orm import Session, sessionmaker

from app.connections.custody import custodian
from app.connections.vault import Vault
from app.connectors.base import Connector
from app.connectors.errors import AccessRevoked
from app.connectors.http import Http
from app.connectors.platforms import connector_for
from app.metrics.quotas import Purpose
from app.models import Account, PlatformConnection
from app.settings import Settings
from app.sync.quotas import Ledger


def acting_for(
    sessions: sessionmaker[Session],
    http: Http,
    settings: Settings,
    account: Account,
    clock: Callable[[], dt.datetime],
) -> Connector:
    """Asks with the account's grant, renews it safely and counts against the platform's quotas.

    Raises AccessRevoked when the connection has ended.
    """
    vault = Vault(settings.encryption_keys)
    kind = connector_for(account.platform)
    with sessions() as session:
        connection = session.get(PlatformConnection, account.connection_id)
        if connection is None or connection.status != "active" or not connection.credentials:
            raise AccessRevoked(
                f"{kind.label} is not connected any more. Open Connections and connect it again; "
                "what was prepared is kept."
            )
        grant = vault.open(connection.credentials)
    connector = kind(settings, http, grant)
    connector.custodian = custodian(sessions, account.connection_id, vault)
    connector.meter = Ledger(sessions, kind, settings, Purpose.CLICK, clock)
    return connector

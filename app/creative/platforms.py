"""A platform's launcher, acting for the connection that an account belongs to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy.orm import Session, sessionmaker

from app.connectors.errors import AccessRevoked
from app.connectors.http import Http
from app.connectors.launching import Launcher
from app.connectors.platforms import connector_for
from app.models import Account
from app.settings import Settings
from app.sync.acting import acting_for


def launcher_of(
    sessions: sessionmaker[Session],
    http: Http,
    settings: Settings,
    account: Account,
    clock: Callable[[], dt.datetime],
) -> Launcher:
    """What creates campaigns in the account. Raises AccessRevoked when nothing can."""
    kind = connector_for(account.platform)
    connector = acting_for(sessions, http, settings, account, clock)
    if kind.launches is None:
        raise AccessRevoked(f"Campaigns cannot be created on {kind.label} yet. Export the draft.")
    return kind.launches(connector)

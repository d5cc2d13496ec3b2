"""Asking a platform whether this installation's credentials are good, and what it said."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from app.accounts import limits
from app.accounts.limits import Count
from app.connections.custody import custodian
from app.connections.vault import Vault
from app.connectors.base import Connector
from app.connectors.errors import AccessRevoked, ConnectorError, OAuthDenied, SetupProblem
from app.extensions import db
from app.models import PlatformConnection
from app.web import access, entry
from app.web.oauth import connector_of, kind_of

MOST_LOGINS = 3

Outcome = Literal["good", "bad", "unknown"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`unknown`: the platform did not answer usefully, which says nothing about credentials."""

    outcome: Outcome
    message: str


def check_logins(platform: str) -> list[Verdict]:
    """Whether the accesses of this workspace still read accounts; at most a few are asked."""
    session, vault = db.session(), Vault(access.settings().encryption_keys)
    connections = session.scalars(
        select(PlatformConnection)
        .where(
            PlatformConnection.workspace_id == access.workspace().id,
            PlatformConnection.platform == platform,
            PlatformConnection.credentials != "",
        )
        .order_by(PlatformConnection.id)
        .limit(MOST_LOGINS)
    ).all()
    return [_login(connection, vault) for connection in connections]


def _login(connection: PlatformConnection, vault: Vault) -> Verdict:
    name = connection.label or "Your access"
    try:
        with connector_of(connection.platform, vault.open(connection.credentials)) as connector:
            connector.custodian = custodian(sessionmaker(db.engine), connection.id, vault)
            count = len(connector.accounts())
    except (AccessRevoked, SetupProblem) as error:
        return Verdict("bad", f"{name}: {error.message}")
    except ConnectorError as error:
        return Verdict("unknown", f"{name}: {error.message}")
    return Verdict("good", f"{name} reads {count} account{'' if count == 1 else 's'}.")


def check(platform: str) -> Verdict:
    """Ask the platform now. Raises NotFound and TooMany."""
    kind = kind_of(platform)
    if not kind.configured(access.settings()):
        return Verdict("bad", _not_set(kind))
    entry.limiter().count([Count(limits.SETUP_CHECK, str(access.user().id))])
    with connector_of(platform) as connector:
        try:
            return Verdict("good", connector.check_setup())
        except (SetupProblem, AccessRevoked, OAuthDenied) as error:
            return Verdict("bad", error.message)
        except ConnectorError as error:
            return Verdict("unknown", error.message)


def _not_set(kind: type[Connector]) -> str:
    missing = [name for name, value in settings_of(kind) if not value]
    named = f" Still empty: {', '.join(missing)}." if missing else ""
    return (
        f"This installation has no credentials for {kind.label} yet, so there is nothing to test."
        f"{named} Set what the steps name and restart Growzzy OS."
    )


def settings_of(kind: type[Connector]) -> list[tuple[str, str]]:
    """The platform's settings by their names, with `set` in place of what is secret.

    An empty value is a credential that is missing.
    """
    settings = access.settings()
    found = [
        (field.name.upper(), _shown(getattr(settings, field.name), field.default))
        for field in fields(settings)
        if field.name.startswith(f"{kind.slug}_")
    ]
    prefix = f"PLATFORM_{kind.slug.upper()}_"
    return found + [(name, "set") for name in settings.platforms if name.startswith(prefix)]


def _shown(value: object, default: object) -> str:
    """Only what has a default is no secret: hosts, versions and budgets."""
    if default == "":
        return "set" if value else ""
    return str(value)

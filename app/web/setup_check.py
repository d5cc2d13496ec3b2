"""Asking a platform whether this installation's credentials are good, and what it said."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from app.accounts import limits
from app.accounts.limits import Count
from app.connectors.base import Connector
from app.connectors.errors import AccessRevoked, ConnectorError, OAuthDenied, SetupProblem
from app.web import access, entry
from app.web.oauth import connector_of, kind_of

Outcome = Literal["good", "bad", "unknown"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`unknown`: the platform did not answer usefully, which says nothing about credentials."""

    outcome: Outcome
    message: str


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

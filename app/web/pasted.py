"""Connecting with pasted credentials, the same for pages and scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.accounts import limits
from app.accounts.limits import Count
from app.connections import grants
from app.connections.vault import Vault
from app.connectors.base import Connector
from app.connectors.errors import AccessRevoked, OAuthDenied
from app.connectors.words import PastedField, PastedForm
from app.errors import Invalid
from app.extensions import db
from app.models import PlatformConnection
from app.sync.requests import begin_history
from app.web import access, entry
from app.web.oauth import connector_of

LONGEST = 2_000


def connect(platform: str, given: Mapping[str, str]) -> PlatformConnection:
    """Check pasted credentials with the platform, keep them as a connection and begin reading.

    Raises Invalid and TooMany, and ConnectorError when the platform gave no verdict.
    """
    kind = _pasteable(platform)
    form = _form(kind, given)
    cleaned = {field.name: _whole(field, given[field.name]) for field in form.fields}
    entry.limiter().count([Count(limits.PASTED_TOKEN, str(access.user().id))])
    with connector_of(platform) as connector:
        try:
            connector.grant = connector.accept_pasted(cleaned)
        except (AccessRevoked, OAuthDenied) as error:
            raise Invalid(error.message, code="token_refused") from error
        session = db.session()
        connection = grants.connect(
            session,
            connector,
            Vault(access.settings().encryption_keys),
            workspace_id=access.workspace().id,
            user_id=access.user().id,
            kind="token",
            repairs=None,
        )
        begin_history(session, connection, now=access.now())
        session.commit()
    return connection


def field_names() -> list[str]:
    """Every input that some platform's forms have, each once."""
    kinds = Connector.registry.values()
    fields = (field for kind in kinds for form in kind.pasted_forms for field in form.fields)
    return list(dict.fromkeys(field.name for field in fields))


def _pasteable(platform: str) -> type[Connector]:
    offered = sorted(slug for slug, kind in Connector.registry.items() if kind.pasted_forms)
    if platform not in offered:
        raise Invalid(
            f"“{platform[:40]}” cannot be connected with a pasted token, so nothing was "
            f"connected. This works for: {', '.join(offered)}.",
            code="unknown_platform",
        )
    return Connector.registry[platform]


def _form(kind: type[Connector], given: Iterable[str]) -> PastedForm:
    """The form whose inputs are given, no more and no fewer. Raises Invalid."""
    names = set(given)
    for form in kind.pasted_forms:
        if names == {field.name for field in form.fields}:
            return form
    choices = "; or ".join(
        _listed([field.name for field in form.fields]) for form in kind.pasted_forms
    )
    got = _listed(sorted(names)) if names else "nothing"
    raise Invalid(
        f"{kind.label} was given {got}, so nothing was connected. It takes {choices}.",
        code="fields_missing",
    )


def _whole(field: PastedField, pasted: str) -> str:
    """The value without the space around it. Raises Invalid for what no platform hands out."""
    value = pasted.strip()
    if not value or len(value) > LONGEST or not value.isprintable():
        raise Invalid(
            f"{field.label} is empty or longer than any platform's, so nothing was connected. "
            "Copy it again.",
            code="token_refused",
        )
    if field.secret and any(not "!" <= sign <= "~" for sign in value):
        raise Invalid(
            f"{field.label}: this is not the whole of it, so nothing was connected. Copy it again: "
            "it is one long word of Latin letters, digits and signs.",
            code="token_refused",
        )
    return value


def _listed(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last

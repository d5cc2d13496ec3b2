"""The two ends of every platform's OAuth popup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import sessionmaker

from app.connections import grants, handshake
from app.connections.vault import Vault
from app.connectors.base import Connector
from app.connectors.errors import AccessRevoked, OAuthDenied
from app.connectors.http import Http
from app.connectors.platforms import connector_for
from app.connectors.words import Grant
from app.errors import AppError, NotFound
from app.extensions import db
from app.metrics.quotas import Purpose
from app.models import PlatformConnection
from app.sync.quotas import Ledger
from app.sync.requests import begin_history
from app.web import access
from app.web.incoming import row_number

blueprint = Blueprint("oauth", __name__, url_prefix="/api/oauth")


@blueprint.get("/<platform>/start")
def start(platform: str) -> ResponseReturnValue:
    """Send the popup to the platform's own page; `repair` names a connection to renew.

    What a platform has to know first (a shop's address) is asked for when it is missing or wrong.
    """
    access.require_editor()
    kind = kind_of(platform)
    asked = request.args.get("repair")
    repairs = None if asked is None else row_number(asked)
    given = _remembered(kind, repairs) | request.args.to_dict()
    try:
        target = _begin(kind, given, repairs)
    except AppError as error:
        db.session.rollback()
        return _not_begun(kind, given, repairs, error)
    return redirect(target, code=303)


@blueprint.get("/<platform>/callback")
def callback(platform: str) -> ResponseReturnValue:
    """Finish the hand-shake; the page closes the popup and tells the one that opened it."""
    kind = kind_of(platform)
    try:
        connection = _finish(platform)
    except AppError as error:
        db.session.rollback()
        if isinstance(error, NotFound):
            raise
        return _popup(kind, problem=error.message), 400
    if any(account.selected for account in connection.accounts):
        return _popup(kind, connection=connection, choose=False, go_on=url_for("connections.index"))
    accounts = url_for("connections.accounts", connection_id=connection.id)
    return _popup(kind, connection=connection, choose=True, go_on=accounts)


@contextmanager
def connector_of(platform: str, grant: Grant | None = None) -> Iterator[Connector]:
    """A platform's connector for the length of a request. Raises NotFound for an unknown one."""
    kind = kind_of(platform)
    with Http(patience=20.0, attempts=2) as http:
        connector = kind(access.settings(), http, grant)
        sessions = sessionmaker(db.engine)
        connector.meter = Ledger(sessions, kind, access.settings(), Purpose.CLICK, access.now)
        yield connector


def kind_of(platform: str) -> type[Connector]:
    """The connector of a platform. Raises NotFound for an unknown one."""
    try:
        return connector_for(platform)
    except KeyError as error:
        raise NotFound from error


def redirect_uri(platform: str) -> str:
    """Where the platform sends people back to; must be registered in the platform's app."""
    path = url_for("oauth.callback", platform=platform)
    base = access.settings().public_url or request.host_url.rstrip("/")
    return f"{base}{path}"


def _begin(kind: type[Connector], given: Mapping[str, str], repairs: int | None) -> str:
    if not kind.configured(access.settings()):
        raise AppError(
            f"{kind.label} is not set up on this installation yet. "
            "Whoever runs it adds the app's id and secret once; the setup guide says how.",
            code="not_configured",
        )
    started = kind.begin_with(given)
    if repairs is not None:
        started = {**started, "repair": str(repairs)}
    with connector_of(kind.slug) as connector:
        target = handshake.begin(
            db.session(),
            connector,
            user_session=access.user_session(),
            workspace_id=access.workspace().id,
            redirect_uri=redirect_uri(kind.slug),
            started=started,
            now=access.now(),
        )
    db.session.commit()
    return target


def _remembered(kind: type[Connector], repairs: int | None) -> dict[str, str]:
    """What the connection to be renewed was begun with, so that nobody types or loses it."""
    if repairs is None:
        return {}
    connection = grants.find(db.session(), access.workspace().id, repairs)
    if connection.platform != kind.slug:
        return {}
    if kind.create_scopes and set(kind.create_scopes) <= set(connection.scopes):
        return {"access": "create"}
    if not kind.start_fields:
        return {}
    names = [field.name for field in kind.start_fields]
    # Without the grant there is still what the connection is called, which for a shop is enough.
    called = {names[0]: connection.label} if len(names) == 1 and connection.label else {}
    try:
        grant = Vault(access.settings().encryption_keys).open(connection.credentials)
    except AccessRevoked:
        return called
    return {name: grant.extra[name] for name in names if name in grant.extra} or called


def _not_begun(
    kind: type[Connector], given: Mapping[str, str], repairs: int | None, error: AppError
) -> ResponseReturnValue:
    asks = bool(kind.start_fields) and isinstance(error, OAuthDenied)
    page = _popup(kind, problem=error.message, asks=asks, given=given, repairs=repairs)
    return page, error.status


def _popup(kind: type[Connector], **context: object) -> str:
    usual = {"connection": None, "asks": False, "problem": ""}
    return render_template("connections/popup.html", connector=kind, **usual | context)


def _finish(platform: str) -> PlatformConnection:
    session = db.session()
    with connector_of(platform) as connector:
        workspace_id, started = handshake.take_back(
            session,
            request.args.get("state", ""),
            platform=platform,
            user_session=access.user_session(),
            now=access.now(),
        )
        # The state is used up even when the platform's answer turns out to be no good.
        session.commit()
        if workspace_id != access.workspace().id:
            raise OAuthDenied(
                "You switched workspaces while this window was open, so nothing was connected. "
                "Switch back, go to Connections and press Connect again."
            )
        access.require_editor()
        connector.grant = connector.exchange(
            request.args, redirect_uri=redirect_uri(platform), started=started
        )
        repair = started.get("repair")
        connection = grants.connect(
            session,
            connector,
            Vault(access.settings().encryption_keys),
            workspace_id=workspace_id,
            user_id=access.user().id,
            kind="oauth",
            repairs=int(repair) if repair else None,
        )
        begin_history(session, connection, now=access.now())
        session.commit()
        return connection

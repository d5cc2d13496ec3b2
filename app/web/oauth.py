"""The two ends of every platform's OAuth popup."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.connections import grants, handshake
from app.connections.vault import Vault
from app.connectors.base import Connector
from app.connectors.errors import OAuthDenied
from app.connectors.http import Http
from app.connectors.platforms import connector_for
from app.connectors.words import Grant
from app.errors import AppError, NotFound
from app.extensions import db
from app.sync.requests import begin_history
from app.web import access
from app.web.incoming import row_number

blueprint = Blueprint("oauth", __name__, url_prefix="/api/oauth")


@blueprint.get("/<platform>/start")
def start(platform: str) -> ResponseReturnValue:
    """Send the popup to the platform's own page; `repair` names a connection to renew."""
    access.require_editor()
    asked = request.args.get("repair")
    repairs = None if asked is None else row_number(asked)
    if repairs is not None:
        grants.find(db.session(), access.workspace().id, repairs)
    with connector_of(platform) as connector:
        if not connector.configured(access.settings()):
            raise AppError(
                f"{connector.label} is not set up on this installation yet. "
                "Whoever runs it adds the app's id and secret once; the setup guide says how.",
                code="not_configured",
            )
        target = handshake.begin(
            db.session(),
            connector,
            user_session=access.user_session(),
            workspace_id=access.workspace().id,
            redirect_uri=redirect_uri(platform),
            started=connector.begin_with(request.args)
            | ({"repair": str(repairs)} if repairs is not None else {}),
            now=access.now(),
        )
    db.session.commit()
    return redirect(target, code=303)


@blueprint.get("/<platform>/callback")
def callback(platform: str) -> ResponseReturnValue:
    """Finish the hand-shake; the page closes the popup and tells the one that opened it."""
    try:
        problem = ""
        connection_id = _finish(platform)
    except AppError as error:
        db.session.rollback()
        if isinstance(error, NotFound):
            raise
        connection_id, problem = None, error.message
    page = render_template("connections/popup.html", connection_id=connection_id, problem=problem)
    return page, 400 if problem else 200


@contextmanager
def connector_of(platform: str, grant: Grant | None = None) -> Iterator[Connector]:
    """A platform's connector for the length of a request. Raises NotFound for an unknown one."""
    try:
        kind = connector_for(platform)
    except KeyError as error:
        raise NotFound from error
    with Http(patience=20.0, attempts=2) as http:
        yield kind(access.settings(), http, grant)


def redirect_uri(platform: str) -> str:
    """Where the platform sends people back to; must be registered in the platform's app."""
    path = url_for("oauth.callback", platform=platform)
    base = access.settings().public_url or request.host_url.rstrip("/")
    return f"{base}{path}"


def _finish(platform: str) -> int:
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
        return connection.id

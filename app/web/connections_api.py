"""Connections as JSON, for scripts."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.accounts import limits
from app.accounts.limits import Count
from app.connections import grants
from app.connections.overview import Overview, overview
from app.connections.vault import Vault
from app.connectors.base import Connector
from app.connectors.errors import AccessRevoked
from app.connectors.words import Days
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.models import PlatformConnection, SyncRun
from app.sync.requests import begin_history, request_sync
from app.web import access, entry
from app.web.apidoc import Answer, Arguments, Body, answer, arguments, body, documented
from app.web.oauth import connector_of
from app.web.ranges import days_between

blueprint = Blueprint("connections_api", __name__, url_prefix="/api")

LONGEST_TOKEN = 2_000


class AccountOut(Answer):
    external_id: str
    name: str
    currency: str
    time_zone: str
    status: str
    selected: bool
    history_from: dt.date | None
    read_through: dt.date | None
    settled_through: dt.date | None
    synced_at: dt.datetime | None


class ConnectionOut(Answer):
    id: int
    platform: str
    kind: str
    label: str
    status: str
    status_reason: str
    sandbox: bool
    last_synced_at: dt.datetime | None
    token_expires_at: dt.datetime | None
    matches_platform: bool | None
    sync_run_id: int | None
    accounts: list[AccountOut]


class ConnectionList(Answer):
    connections: list[ConnectionOut]


class NewConnection(Body):
    platform: str
    access_token: str


class Connected(Answer):
    id: int
    accounts: list[AccountOut]


class AccountChoice(Body):
    selected: list[str]


class SyncWindow(Body, rename={"first": "from", "last": "to"}):
    """Days to read. One end alone: from it to today, or the 30 days up to it."""

    first: dt.date | None = None
    last: dt.date | None = None


class SyncStarted(Answer):
    sync_run_id: int


class RunOut(Answer):
    id: int
    connection_id: int
    state: str
    trigger: str
    reach: str
    progress: float
    requests: int
    rows_read: int
    rows_changed: int
    queued_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    error: str | None
    notice: str | None


class DisconnectQuery(Arguments):
    data: Literal["keep", "delete"] = "keep"


@blueprint.get("/connections")
@documented("List the connections of the workspace", answer=ConnectionList)
def list_connections() -> ResponseReturnValue:
    found = overview(db.session(), access.workspace().id, access.now())
    return answer(ConnectionList(connections=[_connection(item) for item in found]))


@blueprint.post("/connections")
@documented(
    "Connect a platform with a pasted token",
    body=NewConnection,
    answer=Connected,
    status=201,
    errors=(429, 502),
)
def create_connection() -> ResponseReturnValue:
    access.require_editor()
    given = body(NewConnection)
    connection = connect_with_token(given.platform, given.access_token)
    return answer(Connected(id=connection.id, accounts=_accounts(connection)), 201)


@blueprint.delete("/connections/<int:connection_id>")
@documented("Disconnect; data=keep or data=delete", query=DisconnectQuery, status=204)
def delete_connection(connection_id: int) -> ResponseReturnValue:
    access.require_editor()
    query = arguments(DisconnectQuery)
    disconnect(connection_id)
    if query.data == "delete":
        delete_connection_data(connection_id)
    return "", 204


@blueprint.put("/connections/<int:connection_id>/accounts")
@documented(
    "Choose which accounts are read",
    body=AccountChoice,
    answer=Connected,
    errors=(409,),
)
def put_accounts(connection_id: int) -> ResponseReturnValue:
    access.require_editor()
    connection = choose_accounts(connection_id, body(AccountChoice).selected)
    return answer(Connected(id=connection.id, accounts=_accounts(connection)))


@blueprint.post("/connections/<int:connection_id>/sync")
@documented(
    "Read the platform now; without a body, what is due",
    body=SyncWindow,
    answer=SyncStarted,
    status=202,
    errors=(409,),
)
def post_sync(connection_id: int) -> ResponseReturnValue:
    access.require_editor()
    window = _window(body(SyncWindow) if request.get_data() else SyncWindow())
    connection = grants.find(db.session(), access.workspace().id, connection_id)
    run = sync_now(connection, window)
    return answer(SyncStarted(sync_run_id=run.id), 202)


@blueprint.get("/sync-runs/<int:run_id>")
@documented("How far a sync got", answer=RunOut)
def get_sync_run(run_id: int) -> ResponseReturnValue:
    run = db.session.get(SyncRun, run_id)
    if run is None or run.workspace_id != access.workspace().id:
        raise NotFound
    return answer(_run(run))


def connect_with_token(platform: str, token: str) -> PlatformConnection:
    """Check a pasted token, keep it as a connection and begin reading.

    Raises Invalid and TooMany.
    """
    _check_pasteable(platform)
    whole = _token(token)
    entry.limiter().count([Count(limits.PASTED_TOKEN, str(access.user().id))])
    with connector_of(platform) as connector:
        try:
            connector.grant = connector.accept_pasted({"access_token": whole})
        except AccessRevoked as error:
            raise Invalid(error.message, code="token_refused") from error
        session = db.session()
        connection = grants.connect(
            session,
            connector,
            _vault(),
            workspace_id=access.workspace().id,
            user_id=access.user().id,
            kind="token",
            repairs=None,
        )
        begin_history(session, connection, now=access.now())
        session.commit()
    return connection


def choose_accounts(connection_id: int, external_ids: list[str]) -> PlatformConnection:
    """Read exactly these accounts, and fetch the history of those that are new."""
    session = db.session()
    connection = grants.find(session, access.workspace().id, connection_id)
    if connection.status == "disconnected":
        raise Conflict("This platform is disconnected. Connect it again before choosing accounts.")
    grants.choose(connection, external_ids)
    session.flush()
    begin_history(session, connection, now=access.now())
    session.commit()
    return connection


def sync_now(connection: PlatformConnection, days: Days | None) -> SyncRun:
    """Ask for a sync; a sync already waiting or running is the answer to a second click."""
    if connection.status != "active":
        raise Conflict(
            connection.status_reason
            or "This platform is disconnected, so there is nothing to read. Connect it again."
        )
    if not any(account.selected for account in connection.accounts):
        raise Conflict("Choose at least one account first; there is nothing to read yet.")
    session = db.session()
    run = request_sync(session, connection, trigger="manual", days=days, now=access.now())
    session.commit()
    return run


def disconnect(connection_id: int) -> str:
    """Give the grant back and delete the tokens; the figures stay. Says what went wrong."""
    session = db.session()
    connection = grants.find(session, access.workspace().id, connection_id)
    if connection.status == "disconnected" or connection.kind == "upload":
        return ""
    vault = _vault()
    try:
        grant = vault.open(connection.credentials)
    except AccessRevoked:
        problem = grants.forget_grant(session, None, connection, vault)
    else:
        with connector_of(connection.platform, grant) as connector:
            problem = grants.forget_grant(session, connector, connection, vault)
    session.commit()
    return problem


def delete_connection_data(connection_id: int) -> None:
    """Delete a disconnected connection with all its figures."""
    session = db.session()
    grants.delete_data(session, grants.find(session, access.workspace().id, connection_id))
    session.commit()


def _check_pasteable(platform: str) -> None:
    offered = sorted(s for s, kind in Connector.registry.items() if kind.pasted_forms)
    if platform not in offered:
        raise Invalid(
            f"“{platform[:40]}” cannot be connected with a pasted token, so nothing was "
            f"connected. This works for: {', '.join(offered)}.",
            code="unknown_platform",
        )


def _token(pasted: str) -> str:
    """The token without the space around it. Raises Invalid for what no platform hands out."""
    token = pasted.strip()
    if not token or len(token) > LONGEST_TOKEN or any(not "!" <= c <= "~" for c in token):
        raise Invalid(
            "This is not a whole access token, so nothing was connected. Copy it again: a token "
            "is one long word of Latin letters, digits and signs.",
            code="token_refused",
        )
    return token


def _window(given: SyncWindow) -> Days | None:
    if given.first is None and given.last is None:
        return None
    asked = days_between(given.first, given.last, access.today())
    return Days(asked.first, asked.last)


def _vault() -> Vault:
    return Vault(access.settings().encryption_keys)


def _connection(item: Overview) -> ConnectionOut:
    connection = item.connection
    return ConnectionOut(
        id=connection.id,
        platform=connection.platform,
        kind=connection.kind,
        label=connection.label,
        status=connection.status,
        status_reason=connection.status_reason,
        sandbox=connection.sandbox,
        last_synced_at=connection.last_synced_at,
        token_expires_at=connection.token_expires_at,
        matches_platform=item.match.days_off == 0 if item.match else None,
        sync_run_id=item.run.id if item.run else None,
        accounts=_accounts(connection),
    )


def _accounts(connection: PlatformConnection) -> list[AccountOut]:
    return [
        AccountOut(**{field: getattr(account, field) for field in AccountOut.__struct_fields__})
        for account in connection.accounts
    ]


def _run(run: SyncRun) -> RunOut:
    values: dict[str, Any] = {
        field: getattr(run, field)
        for field in RunOut.__struct_fields__
        if field not in ("progress", "error", "notice")
    }
    return RunOut(
        **values,
        progress=1.0 if run.state == "done" else run.chunks_done / max(run.chunks_total, 1),
        error=run.error or None,
        notice=run.notice or None,
    )

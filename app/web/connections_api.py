"""Connections as JSON, for scripts."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import msgspec
from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.connections import grants
from app.connections.overview import Overview, days_left, is_new, overview
from app.connections.vault import Vault
from app.connectors.errors import AccessRevoked
from app.connectors.words import Days
from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import PlatformConnection, SyncRun
from app.sync.requests import begin_history, request_sync
from app.web import access, pasted, setup_check
from app.web.apidoc import Answer, Arguments, Body, answer, arguments, body, documented
from app.web.oauth import connector_of
from app.web.ranges import days_between

blueprint = Blueprint("connections_api", __name__, url_prefix="/api")


class AccountOut(Answer):
    external_id: str
    name: str
    currency: str
    time_zone: str
    status: str
    selected: bool
    manager_id: str
    manager_name: str
    trouble: str
    lost: bool
    new: bool
    history_from: dt.date | None
    read_through: dt.date | None
    settled_through: dt.date | None
    synced_at: dt.datetime | None


_SAME_IN_ACCOUNTS = (
    "external_id",
    "name",
    "currency",
    "time_zone",
    "status",
    "selected",
    "trouble",
    "history_from",
    "read_through",
    "settled_through",
    "synced_at",
)


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
    access_ends_in_days: int | None
    notices: list[str]
    matches_platform: bool | None
    sync_run_id: int | None
    accounts: list[AccountOut]


class ConnectionList(Answer):
    connections: list[ConnectionOut]


# One field for each input that a platform's forms of pasted credentials have.
NewConnection: type[Body] = msgspec.defstruct(  # type: ignore[assignment] # by its bases
    "NewConnection",
    [
        ("platform", str),
        *((name, str | msgspec.UnsetType, msgspec.UNSET) for name in pasted.field_names()),
    ],
    bases=(Body,),
    kw_only=True,
    forbid_unknown_fields=True,
)


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
    quota_used: dict[str, int]
    rows_read: int
    rows_changed: int
    queued_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    error: str | None
    notice: str | None


class SetupVerdict(Answer):
    """unknown: the platform did not answer usefully, which says nothing about the credentials."""

    outcome: Literal["good", "bad", "unknown"]
    message: str


class DisconnectQuery(Arguments):
    data: Literal["keep", "delete"] = "keep"


@blueprint.get("/connections")
@documented("List the connections of the workspace", answer=ConnectionList)
def list_connections() -> ResponseReturnValue:
    found = overview(db.session(), access.workspace().id, _vault(), access.now())
    return answer(ConnectionList(connections=[_connection(item) for item in found]))


@blueprint.post("/connections")
@documented(
    "Connect a platform with pasted credentials; which fields go together differs by platform",
    body=NewConnection,
    answer=Connected,
    status=201,
    errors=(429, 502),
)
def create_connection() -> ResponseReturnValue:
    access.require_editor()
    given = msgspec.to_builtins(body(NewConnection))
    connection = pasted.connect(given.pop("platform"), given)
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
    return answer(run_out(run))


@blueprint.post("/platforms/<platform>/check")
@documented(
    "Ask a platform whether this installation's own credentials are good",
    answer=SetupVerdict,
    errors=(429,),
)
def check_platform(platform: str) -> ResponseReturnValue:
    access.require_editor()
    verdict = setup_check.check(platform)
    return answer(SetupVerdict(outcome=verdict.outcome, message=verdict.message))


def choose_accounts(connection_id: int, external_ids: list[str]) -> PlatformConnection:
    """Read exactly these accounts, and fetch the history of those that are new."""
    session = db.session()
    connection = grants.find(session, access.workspace().id, connection_id)
    if connection.status == "disconnected":
        raise Conflict("This platform is disconnected. Connect it again before choosing accounts.")
    grants.choose(connection, external_ids)
    for account in connection.accounts:
        account.offered = True
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
        access_ends_in_days=days_left(connection, access.now()),
        notices=list(item.notices),
        matches_platform=item.match.days_off == 0 if item.match else None,
        sync_run_id=item.run.id if item.run else None,
        accounts=_accounts(connection),
    )


def _accounts(connection: PlatformConnection) -> list[AccountOut]:
    chosen = any(account.selected for account in connection.accounts)
    return [
        AccountOut(
            **{name: getattr(account, name) for name in _SAME_IN_ACCOUNTS},
            manager_id=account.via,
            manager_name=account.via_name,
            lost=account.removed_at is not None,
            new=chosen and is_new(account),
        )
        for account in connection.accounts
    ]


def run_out(run: SyncRun) -> RunOut:
    """A sync as scripts see it."""
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

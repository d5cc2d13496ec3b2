"""Which part of the API a path means, and how an answer goes out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from sandbox import spoiling
from sandbox.faults import OF_WRITES, Fault
from sandbox.meta import (
    dialog,
    edges,
    edits,
    insights,
    made,
    mishaps,
    nodes,
    offered,
    reports,
    tokens,
    writes,
)
from sandbox.meta.errors import (
    GraphError,
    missing_scope,
    no_such_object,
    not_granted,
    unknown_path,
)
from sandbox.meta.made import Made
from sandbox.meta.params import Params, fields
from sandbox.meta.tokens import USERS, Token
from sandbox.state import Node, ReportRun, state
from sandbox.turning import turn
from sandbox.world import Account, AdSet, Business, Campaign

blueprint = Blueprint("meta", __name__, url_prefix="/meta")

_VERSION = re.compile(r"v\d+\.\d+")
_LARGEST_FORM = 64 * 1024 * 1024
_SECRET = re.compile(r"access_token=[^&]*&?")


@blueprint.route("/", defaults={"rest": ""}, methods=["GET", "POST", "DELETE"])
@blueprint.route("/<path:rest>", methods=["GET", "POST", "DELETE"])
def answer(rest: str) -> BaseResponse:
    """Everything under `/meta`: a version or none, then the path."""
    path = [part for part in rest.split("/") if part]
    if path and _VERSION.fullmatch(path[0]):
        path = path[1:]
    if path == ["dialog", "oauth"]:
        return dialog.decide() if request.method == "POST" else dialog.show()
    query = _SECRET.sub("", request.query_string.decode())
    spared = OF_WRITES if request.method == "GET" else ()
    fault = state().faults.take(f"{request.path}?{query}", spared)
    # A picture comes as one long field.
    request.max_form_memory_size = _LARGEST_FORM
    params: Params = request.values.to_dict()
    try:
        if fault:
            spoiling.delay(fault)
            mishaps.fail(fault)
        payload = _api(path, params, fault)
        if fault:
            payload = mishaps.distort(fault, payload, params)
        response = _json(payload, 200, fault)
    except GraphError as error:
        response = _json(error.envelope(), error.status, fault)
    return spoiling.spoil(fault, response) if fault else response


@blueprint.route("/sandbox/knobs", methods=["GET", "POST"])
def turn_knobs() -> Response:
    return turn(offered.knobs())


def _json(payload: dict[str, Any], status: int, fault: Fault | None) -> Response:
    body = msgspec.json.encode(payload)
    headers = mishaps.headers_for(fault) | {"facebook-api-version": "v26.0"}
    return Response(body, status, headers, content_type="application/json; charset=UTF-8")


def _api(path: list[str], params: Params, fault: Fault | None) -> dict[str, Any]:
    if path == ["oauth", "access_token"]:
        return tokens.exchange(params)
    if path == ["debug_token"]:
        return tokens.inspect(params)
    text = params.get("access_token") or _bearer()
    token = tokens.read(text)
    tokens.check_proof(params, text)
    match path:
        case ["me", *rest]:
            return _me(token, rest, params)
        case [object_id] if request.method == "GET":
            return _node(token, object_id, params)
        case [object_id]:
            return _changed(token, object_id, params)
        case [object_id, edge]:
            return _edge(token, object_id, edge, params, fault)
    raise unknown_path()


def _bearer() -> str:
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() in ("bearer", "oauth") else ""


def _me(token: Token, rest: list[str], params: Params) -> dict[str, Any]:
    match request.method, rest:
        case "GET", []:
            me = {"id": token.user, "name": USERS[token.user]}
            return {name: me[name] for name in ("id", *fields(params)) if name in me}
        case "GET", ["permissions"]:
            return tokens.permissions(token)
        case "DELETE", ["permissions", *scope]:
            return tokens.revoke(token, "".join(scope))
        case "GET", ["adaccounts"]:
            _check_scopes(token, params)
            return edges.accounts(params)
        case "GET", ["accounts"]:
            return edges.plain(offered.pages(token), params)
        case "GET", ["businesses"]:
            if not token.allows("business_management"):
                raise missing_scope("business_management")
            return edges.businesses(params)
    raise unknown_path()


def _check_scopes(token: Token, params: Params) -> None:
    """Reports need ads_read or ads_management; an account's owner needs business_management."""
    if not token.allows("ads_read", "ads_management"):
        raise missing_scope("ads_read")
    if "owner" in fields(params) and not token.allows("business_management"):
        raise missing_scope("business_management")


def _find(object_id: str) -> Node | Made:
    """Raises what Meta answers about things that are not there, or not the user's."""
    node = made.find(object_id) or state().nodes.get(object_id)
    lost = state().world.lost
    if isinstance(node, Account) and node.id in lost:
        raise not_granted()
    if node is None or nodes.account_of(node) in lost:
        raise no_such_object(object_id)
    return node


def _node(token: Token, object_id: str, params: Params) -> dict[str, Any]:
    _check_scopes(token, params)
    run = state().meta.runs.get(object_id)
    if run:
        _find(f"act_{run.account.id}")
        return _run_fields(run, params)
    node = _find(object_id)
    default = ("account_id", "id") if isinstance(node, Account) else ("id",)
    return nodes.describe(node, fields(params), default)


def _changed(token: Token, object_id: str, params: Params) -> dict[str, Any]:
    """Of the world's own only campaigns and ad sets can be changed, and nothing be deleted."""
    node = _find(object_id)
    if isinstance(node, Campaign | AdSet) and request.method == "POST":
        account = node.account if isinstance(node, Campaign) else node.campaign.account
        offered.check_advertiser(token, account)
        return edits.change(node, params)
    if not isinstance(node, Made):
        raise unknown_path()
    offered.check_advertiser(token, node.account)
    return writes.delete(node) if request.method == "DELETE" else writes.change(node, params)


def _run_fields(run: ReportRun, params: Params) -> dict[str, Any]:
    status = reports.poll(run)
    asked = fields(params) or status
    return {name: status[name] for name in ("id", *asked) if name in status}


def _edge(
    token: Token, object_id: str, edge: str, params: Params, fault: Fault | None
) -> dict[str, Any]:
    _check_scopes(token, params)
    run = state().meta.runs.get(object_id)
    if run and edge == "insights":
        _find(f"act_{run.account.id}")
        return reports.read(run, params)
    node = _find(object_id)
    if request.method != "GET":
        return _posted(token, node, edge, params, fault)
    if isinstance(node, Business):
        return _of_business(node, edge, params)
    if isinstance(node, Account) and edge in _OF_ACCOUNTS:
        return _OF_ACCOUNTS[edge](node, params)
    if edge == "insights":
        return {"data": []} if isinstance(node, Made) else insights.answer(node, params)
    return edges.children(node, edge, params)


_OF_ACCOUNTS: dict[str, Callable[[Account, Params], dict[str, Any]]] = {
    "adspixels": lambda account, params: edges.plain(offered.pixels(account), params),
    "instagram_accounts": lambda account, params: edges.plain(offered.instagram(account), params),
    "adimages": edges.pictures,
}


def _posted(
    token: Token, node: Node | Made, edge: str, params: Params, fault: Fault | None
) -> dict[str, Any]:
    """A report to run, or something to create."""
    if request.method != "POST" or not isinstance(node, Account):
        raise unknown_path()
    if edge == "insights":
        return reports.start(
            node, params, fails=fault is not None and fault.kind == "report_failed"
        )
    if edge not in writes.EDGES:
        raise unknown_path()
    offered.check_advertiser(token, node)
    return writes.create(node, edge, params, fault)


def _of_business(business: Business, edge: str, params: Params) -> dict[str, Any]:
    answers: dict[str, Callable[[], dict[str, Any]]] = {
        "owned_ad_accounts": lambda: edges.accounts(params, business),
        "client_ad_accounts": lambda: {"data": []},
    }
    if edge not in answers:
        raise unknown_path()
    return answers[edge]()

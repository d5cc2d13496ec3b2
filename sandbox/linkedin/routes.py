"""Which part of LinkedIn a path means, and how an answer goes out."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from sandbox import spoiling
from sandbox.faults import OF_WRITES, Fault
from sandbox.linkedin import analytics, creating, dialog, mishaps, objects, offers, tokens, writing
from sandbox.linkedin.errors import (
    OAuthProblem,
    RestProblem,
    bad_param,
    inactive_version,
    not_found,
)
from sandbox.linkedin.knobs import knobs
from sandbox.linkedin.restli import Params, parse
from sandbox.linkedin.tokens import Token
from sandbox.state import state
from sandbox.turning import turn

blueprint = Blueprint("linkedin", __name__, url_prefix="/linkedin")

PROTOCOL = "2.0.0"
_NO_RELEASE = "202512"


@blueprint.route("/sandbox/knobs", methods=["GET", "POST"])
def knobs_page() -> Response:
    return turn(knobs())


@blueprint.route("/oauth/v2/authorization", methods=["GET", "POST"])
def authorization() -> BaseResponse:
    return dialog.decide() if request.method == "POST" else dialog.show()


@blueprint.post("/oauth/v2/<name>")
def sign_in(name: str) -> BaseResponse:
    """The calls that an app makes about tokens: forms, never JSON, nothing in the address."""
    fault = state().faults.take(request.path)
    offered = {"accessToken": True, "introspectToken": knobs().has_introspection}
    offered["revoke"] = knobs().has_revocation
    if not offered.get(name):
        return Response("Not Found", 404, mimetype="text/plain")
    status = 200
    try:
        if fault:
            spoiling.delay(fault)
            mishaps.fail(fault)
        body = _SIGN_IN[name](request.form)
    except OAuthProblem as problem:
        status, body = problem.status, problem.body
    except RestProblem as problem:
        status, body = problem.status, problem.envelope
    response = Response(msgspec.json.encode(body), status, content_type="application/json")
    return spoiling.spoil(fault, response) if fault else response


@blueprint.route("/rest/<path:path>", methods=["GET", "POST", "PUT", "DELETE"])
def answer(path: str) -> BaseResponse:
    """Everything under `/rest`. A question may come as the body of a POST."""
    raw = request.query_string.decode()
    if request.headers.get("X-HTTP-Method-Override", "").upper() == "GET":
        raw = request.get_data(as_text=True)
    spared = OF_WRITES if _is_read() else ()
    fault = state().faults.take(f"{request.path}?{unquote(raw)}", spared)
    try:
        if fault:
            spoiling.delay(fault)
            mishaps.fail(fault)
        written = _answered(path, raw, fault)
    except RestProblem as problem:
        written = writing.Written(problem.status, "", problem.envelope)
    headers = {
        "x-li-uuid": secrets.token_urlsafe(12),
        "x-li-fabric": "sandbox-1",
        "x-li-request-id": secrets.token_hex(8),
        "x-restli-protocol-version": PROTOCOL,
    } | ({"x-restli-id": written.id} if written.id else {})
    body = b"" if written.payload is None else msgspec.json.encode(written.payload)
    response = Response(body, written.status, headers, content_type="application/json")
    return spoiling.spoil(fault, response) if fault else response


@blueprint.put("/dms-uploads/<key>/0")
def upload(key: str) -> BaseResponse:
    """The bytes of a picture; the address is part of no API and has no version."""
    fault = state().faults.take(request.path)
    try:
        if fault:
            spoiling.delay(fault)
            mishaps.fail(fault)
        creating.upload(tokens.presented(), key)
        mishaps.fail_after(fault)
    except RestProblem as problem:
        return Response(msgspec.json.encode(problem.envelope), problem.status)
    response = Response(b"", 201)
    return spoiling.spoil(fault, response) if fault else response


def _answered(path: str, raw: str, fault: Fault | None) -> writing.Written:
    params = _question(raw)
    parts = _path(path)
    if _is_read():
        payload = _payload(parts, params)
        if fault:
            payload = mishaps.distort(fault, payload, str(params.get("pageToken", "")))
        return writing.Written(200, "", payload)
    written = writing.answer(parts, params)
    mishaps.fail_after(fault)
    return written


def _path(path: str) -> list[str]:
    """The parts of the path as they came: a URN in it must be percent-encoded.

    A key of several parts stays as it came, for the signs in it are Rest.li's.
    """
    sent = urlsplit(str(request.environ.get("RAW_URI") or "")).path or f"/linkedin/rest/{path}"
    parts = sent.removeprefix("/linkedin/rest/").split("/")
    return [part if part.startswith("(") else unquote(part) for part in parts]


def _is_read() -> bool:
    """A question, which may come as the body of a POST."""
    return request.method == "GET" or "X-HTTP-Method-Override" in request.headers


def _question(raw: str) -> Params:
    """The parameters, after everything that must be right before they are looked at."""
    _check_version()
    tunnelled = "X-HTTP-Method-Override" in request.headers
    if tunnelled and request.method != "POST":
        raise RestProblem(405, "Method Not Allowed", code="METHOD_NOT_ALLOWED")
    if tunnelled and request.mimetype != "application/x-www-form-urlencoded":
        raise RestProblem(400, "A tunnelled query is application/x-www-form-urlencoded")
    if len(request.full_path) > knobs().longest_address:
        raise analytics.too_long()
    return parse(raw)


def _check_version() -> None:
    version = request.headers.get("LinkedIn-Version", "")
    if not is_active(version, state().clock.now().date()):
        raise inactive_version(version or "(none)")
    if request.headers.get("X-Restli-Protocol-Version") != PROTOCOL:
        raise RestProblem(400, "X-Restli-Protocol-Version must be 2.0.0", code="PARAM_INVALID")


def is_active(version: str, today: dt.date) -> bool:
    """Whether a version was out by a day and not yet switched off, a year later."""
    known = re.fullmatch(r"(20\d{2})(0[1-9]|1[0-2])", version)
    if known is None or version == _NO_RELEASE:
        return False
    out = dt.date(int(known[1]), int(known[2]), 1)
    return out <= today < out.replace(year=out.year + 1, day=15)


def _payload(parts: list[str], params: Params) -> dict[str, Any]:
    token = tokens.presented()
    match parts:
        case [name] if name in _LISTS:
            return _LISTS[name](token, params)
        case ["images", urn]:
            return offers.image(token, urn)
        case ["adAccounts", account_id]:
            return objects.account(token, account_id, params)
        case ["adAccounts", account_id, kind] if kind in _FINDERS:
            _check_finder(kind)
            return _FINDERS[kind](token, account_id, params)
        case ["adAccounts", account_id, kind, key] if kind in _FINDERS:
            return objects.one_of(token, account_id, kind, key)
    raise not_found()


def _check_finder(kind: str) -> None:
    """Of creatives, LinkedIn wants the method said."""
    if kind == "creatives" and request.headers.get("X-RestLi-Method", "").upper() != "FINDER":
        raise bad_param("q", "The header X-RestLi-Method must be FINDER")


_FINDERS: dict[str, Callable[[Token, str, Params], dict[str, Any]]] = {
    "adCampaignGroups": objects.groups,
    "adCampaigns": objects.campaigns,
    "creatives": objects.creatives,
}
_LISTS: dict[str, Callable[[Token, Params], dict[str, Any]]] = {
    "adAccounts": objects.accounts,
    "adAccountUsers": offers.users,
    "adAnalytics": analytics.answer,
    "organizationAcls": offers.acls,
    "organizationsLookup": offers.lookup,
    "conversions": offers.conversions,
    "adBudgetPricing": offers.pricing,
    "adTargetingEntities": offers.targeting,
}
_SIGN_IN: dict[str, Callable[[Any], dict[str, Any]]] = {
    "accessToken": tokens.exchange,
    "introspectToken": tokens.inspect,
    "revoke": tokens.revoke,
}

"""Which part of Google a path means, and how an answer goes out."""

from __future__ import annotations

import copy
import re
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import msgspec
from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from sandbox import spoiling
from sandbox.faults import AFTER_WRITE, OF_WRITES, Fault
from sandbox.google import customers, dialog, mishaps, mutate, search, tokens
from sandbox.google.errors import ApiProblem
from sandbox.google.knobs import knobs
from sandbox.state import state
from sandbox.turning import turn

blueprint = Blueprint("google", __name__, url_prefix="/google")

NEWEST_VERSION = 26
A_DAY = 86_400
_ASKED = re.compile(r"customers/([^/]+)/googleAds:(search|searchStream|mutate)")


@dataclass
class Spent:
    """When each operation of the last day was asked for."""

    at: deque[float] = field(default_factory=deque)


@blueprint.route("/auth", methods=["GET", "POST"])
def auth() -> BaseResponse:
    return dialog.decide() if request.method == "POST" else dialog.show()


@blueprint.route("/sandbox/knobs", methods=["GET", "POST"])
def turn_knobs() -> Response:
    return turn(knobs())


@blueprint.post("/token")
def token() -> Response:
    """Form-encoded, as RFC 6749 has it."""
    fault = state().faults.take(request.path)
    try:
        if fault:
            spoiling.delay(fault)
            mishaps.fail_token(fault)
        payload = tokens.answer(request.form)
        if fault and fault.kind == "google_no_refresh_token":
            payload.pop("refresh_token", None)
        response = _json(payload, 200)
    except tokens.TokenProblem as problem:
        response = _problem(problem)
    return spoiling.spoil(fault, response) if fault else response


@blueprint.post("/revoke")
def revoke() -> Response:
    fault = state().faults.take(request.path)
    try:
        if fault:
            mishaps.fail_token(fault)
        tokens.revoke(request.form)
        return _json({}, 200)
    except tokens.TokenProblem as problem:
        return _problem(problem)


@blueprint.route("/v<int:version>/<path:rest>", methods=["GET", "POST"])
def api(version: int, rest: str) -> Response:
    """The Google Ads API; every version that is served behaves like the newest."""
    if version > NEWEST_VERSION:
        return _no_page()
    fault = state().faults.take(_asked(), () if _writes(rest) else OF_WRITES)
    if fault and fault.kind == mishaps.NO_PAGE:
        return _no_page()
    request_id = secrets.token_urlsafe(16)
    try:
        if fault:
            spoiling.delay(fault)
            mishaps.fail(fault)
        payload, status = _answer(version, rest, fault), 200
    except ApiProblem as problem:
        payload, status = problem.body(f"v{version}", request_id), problem.status
        if fault and fault.kind == "error_in_200":
            status = 200
        listed = fault is not None and fault.kind == mishaps.AS_LIST
        if listed or rest.endswith("googleAds:searchStream"):
            payload = [payload]
    response = _json(payload, status)
    response.headers["request-id"] = request_id
    return spoiling.spoil(fault, response) if fault else response


def _answer(version: int, rest: str, fault: Fault | None) -> Any:
    if version < knobs().oldest_version:
        raise ApiProblem(
            "UNSUPPORTED_VERSION", f"Version v{version} is deprecated. Requests to it are blocked."
        )
    tokens.check_presented()
    if rest == "customers:listAccessibleCustomers" and request.method == "GET":
        _spend()
        names = [f"customers/{each.id}" for each in customers.accessible()]
        return {"resourceNames": names} if names else {}
    found = _ASKED.fullmatch(rest)
    if found is None or request.method != "POST":
        raise ApiProblem("", "Method not found.", status=404)
    body = _body()
    customer = customers.reached(found.group(1))
    if found.group(2) == "mutate":
        return _mutated(customer, body, fault)
    if not body.get("pageToken"):
        _spend()
    if found.group(2) == "searchStream":
        return search.stream(customer, body)
    payload = search.search(customer, body)
    return mishaps.distort(fault, copy.deepcopy(payload), body) if fault else payload


def _writes(rest: str) -> bool:
    """Neither a read nor a trial."""
    body = request.get_json(silent=True)
    return rest.endswith(":mutate") and isinstance(body, dict) and not body.get("validateOnly")


def _mutated(customer: customers.Customer, body: dict[str, Any], fault: Fault | None) -> Any:
    """Each operation counts. With `after_write` it is done, and the answer says nothing of it."""
    _spend(len(mutate.operations(body)))
    done = mutate.mutate(customer, body)
    if fault and fault.kind == AFTER_WRITE:
        raise ApiProblem("INTERNAL_ERROR")
    return done


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ApiProblem("", "Invalid JSON payload received.", status=400)
    return body


def _asked() -> str:
    """Path and body, so that a fault can be meant for one query alone."""
    return f"{request.path} {request.get_data(as_text=True)}"


def _spend(operations: int = 1) -> None:
    """Operations of the sliding day. Raises RESOURCE_EXHAUSTED when so many are not left."""
    spent, now = state().memory(Spent).at, state().clock.now().timestamp()
    while spent and spent[0] <= now - A_DAY:
        spent.popleft()
    limit = knobs().operations
    if limit and len(spent) + operations > limit:
        wait = max(1, int((spent[0] if spent else now) + A_DAY - now))
        raise ApiProblem("RESOURCE_EXHAUSTED", "Too many operations today.").waiting(wait)
    spent.extend([now] * operations)


def _problem(problem: tokens.TokenProblem) -> Response:
    described = {"error_description": problem.description} if problem.description else {}
    return _json({"error": problem.error} | described, problem.status)


def _json(payload: Any, status: int) -> Response:
    return Response(
        msgspec.json.encode(payload), status, content_type="application/json; charset=UTF-8"
    )


def _no_page() -> Response:
    page = (
        "<!DOCTYPE html><html><title>Error 404 (Not Found)!!1</title>"
        "<p>The requested URL was not found on this server."
    )
    return Response(page, 404, mimetype="text/html")

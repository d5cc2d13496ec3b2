"""Which part of a shop a path means, and how an answer goes out."""

from __future__ import annotations

import re
import uuid
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from sandbox import spoiling
from sandbox.faults import Fault
from sandbox.shop import Shop
from sandbox.shopify import bulk, cost, dialog, graph, hooks, mishaps, tokens
from sandbox.shopify.errors import Refusal, TokenProblem, answer
from sandbox.state import state

blueprint = Blueprint("shopify", __name__, url_prefix="/shopify")

VERSION = "2026-10"
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")


@blueprint.get("/bulk/<number>.jsonl")
def exported(number: str) -> Response:
    """The file of an export; the address is its own permission, for some days."""
    fault = state().faults.take(f"{request.path}?")
    lines = bulk.file(number, request.args.get("Signature", ""))
    if lines is None:
        return Response("<Error><Code>ExpiredToken</Code></Error>", 400, mimetype="application/xml")
    if fault:
        spoiling.delay(fault)
    response = Response(lines, 200, content_type="application/jsonl")
    return spoiling.spoil(fault, response) if fault else response


@blueprint.route("/<shop>/admin/oauth/authorize", methods=["GET", "POST"])
def authorize(shop: str) -> BaseResponse:
    found = state().orders.shop(shop)
    if found is None:
        return _nowhere()
    return dialog.decide(found) if request.method == "POST" else dialog.show(found)


@blueprint.post("/<shop>/admin/oauth/access_token")
def access_token(shop: str) -> Response:
    """Takes JSON and forms. It answers for any shop, as a stranger's is asked about, too."""
    fault = _fault()
    if not _DOMAIN.fullmatch(shop):
        return _nowhere()
    asked = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    try:
        if fault:
            spoiling.delay(fault)
            mishaps.fail_token(fault)
        response = answer(tokens.endpoint(shop, asked if isinstance(asked, dict) else {}))
    except (Refusal, TokenProblem) as problem:
        response = problem.response()
    return spoiling.spoil(fault, response) if fault else response


@blueprint.post("/<shop>/admin/api/<version>/graphql.json")
def graphql(shop: str, version: str) -> Response:
    """A version that is not served is answered by one that is, and the header says which."""
    fault = _fault()
    try:
        envelope = _envelope(shop, fault)
        response = answer(envelope)
    except Refusal as refusal:
        response = refusal.response()
    served = version if re.fullmatch(r"2026-(01|04|07|10)|unstable", version) else VERSION
    if fault and fault.kind == mishaps.OTHER_VERSION:
        served = "2027-01"
    response.headers["X-Shopify-API-Version"] = served
    response.headers["X-Request-ID"] = str(uuid.uuid4())
    if fault and fault.kind == mishaps.PAGE:
        return Response("<html><body>One moment, please</body></html>", 200, mimetype="text/html")
    return spoiling.spoil(fault, response) if fault else response


@blueprint.post("/<shop>/control/deliver")
def deliver(shop: str) -> Response:
    """{"topic", "to", "secret"}: send a signed delivery now; the statuses that came back."""
    found, asked = state().orders.shop(shop), request.get_json()
    if found is None:
        return _nowhere()
    if not asked.get("topic"):
        return answer({"errors": {"topic": "Required parameter missing or invalid"}}, 400)
    sent = hooks.deliver(
        found, asked["topic"], to=asked.get("to", ""), secret=asked.get("secret", "")
    )
    return answer(sent)


@blueprint.post("/control/bucket")
def bucket() -> Response:
    """{"size", "rate"}: points in the buckets of all shops, and how fast they fill."""
    asked = request.get_json()
    held = cost.buckets()
    held.size, held.rate = float(asked.get("size", 2000)), float(asked.get("rate", 100))
    held.was_set = True
    held.left.clear()
    return answer({"size": held.size, "rate": held.rate})


def _envelope(shop: str, fault: Fault | None) -> dict[str, Any]:
    found = _shop(shop)
    token = tokens.presented(shop)
    if fault:
        spoiling.delay(fault)
        instead = mishaps.fail(fault)
        if instead is not None:
            return instead
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not body.get("query"):
        raise Refusal(400, {"query": "Required parameter missing or invalid"})
    if not isinstance(body.get("variables") or {}, dict):
        raise Refusal(400, {"variables": "Required parameter missing or invalid"})
    envelope = graph.answer(graph.Asking(found, token), body)
    return mishaps.distort(fault, envelope) if fault else envelope


def _shop(domain: str) -> Shop:
    found = state().orders.shop(domain)
    if found is None:
        raise Refusal(404, "Not Found")
    return found


def _fault() -> Fault | None:
    return state().faults.take(f"{request.path}?{request.query_string.decode()}")


def _nowhere() -> Response:
    return answer({"errors": "Not Found"}, 404)

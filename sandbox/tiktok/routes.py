"""Which part of the API a path means, and how an answer goes out."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from sandbox import spoiling
from sandbox.faults import AFTER_WRITE, OF_WRITES, Fault
from sandbox.state import state
from sandbox.tiktok import (
    assets,
    created,
    dialog,
    mishaps,
    objects,
    reports,
    tokens,
    writing,
)
from sandbox.tiktok.errors import ApiProblem, bad
from sandbox.tiktok.knobs import knobs
from sandbox.tiktok.params import Params
from sandbox.tiktok.tokens import Token
from sandbox.turning import turn

blueprint = Blueprint("tiktok", __name__, url_prefix="/tiktok")

_PREFIX = "open_api/v1.3/"


@blueprint.route("/sandbox/knobs", methods=["GET", "POST"])
def turn_knobs() -> BaseResponse:
    return turn(knobs())


@blueprint.route("/<path:rest>", methods=["GET", "POST"])
def answer(rest: str) -> BaseResponse:
    """Everything under `/tiktok`. A path without its last slash leads nowhere."""
    if rest.rstrip("/") == "portal/auth":
        return dialog.decide() if request.method == "POST" else dialog.show()
    path = rest.removeprefix(_PREFIX)
    known = path.rstrip("/") in (_POST if request.method == "POST" else _GET)
    if not rest.startswith(_PREFIX) or not rest.endswith("/") or not known:
        return Response("404 page not found", 404, mimetype="text/plain")
    query = request.query_string.decode()
    spared = OF_WRITES if request.method == "GET" else ()
    fault = state().faults.take(f"{request.path}?{query}", spared)
    if fault and fault.kind == "unavailable":
        return Response("service unavailable", 503, mimetype="text/plain")
    return _api(path.rstrip("/"), fault)


def _api(path: str, fault: Fault | None) -> BaseResponse:
    request_id = secrets.token_hex(16)
    try:
        if fault:
            spoiling.delay(fault)
            mishaps.fail(fault)
        payload = _POST[path]() if request.method == "POST" else _get(path)
        if fault and fault.kind == AFTER_WRITE:
            return Response("internal server error", 500, mimetype="text/plain")
        code, message = 0, "OK"
        if fault:
            narrowed = reports.is_narrowed(request.args)
            payload = mishaps.distort(fault, payload, narrowed=narrowed)
            if fault.kind in (mishaps.PARTLY, "tiktok_20001"):
                code, message = 20001, "Partial success."
        envelope = {"code": code, "message": message, "request_id": request_id, "data": payload}
    except ApiProblem as problem:
        envelope = problem.envelope(request_id)
    body = msgspec.json.encode(envelope)
    response = Response(body, 200, {"X-Tt-Logid": request_id}, content_type="application/json")
    if fault and fault.kind == mishaps.CUT and not reports.is_narrowed(request.args):
        response.headers["X-Tt-Ads-Throttle"] = "20000"
    return spoiling.spoil(fault, response) if fault else response


def _get(path: str) -> dict[str, Any]:
    return _GET[path](tokens.presented(), request.args.to_dict())


def _body() -> dict[str, Any]:
    """Everything that is posted takes JSON and nothing else, but for files."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise bad("The body is not JSON.")
    return body


def _revoke() -> dict[str, Any]:
    tokens.presented()
    return tokens.revoke(_body())


def _listed(token: Token, params: Params) -> dict[str, Any]:
    return tokens.listed(token, params)


def _user(token: Token, params: Params) -> dict[str, Any]:
    del token, params
    return tokens.user()


def _info(token: Token, params: Params) -> dict[str, Any]:
    token.needs(tokens.ACCOUNTS)
    return objects.advertisers(token, params)


def _report(token: Token, params: Params) -> dict[str, Any]:
    token.needs(tokens.REPORTING)
    return reports.answer(token, params)


def _things(kind: str) -> Callable[[Token, Params], dict[str, Any]]:
    def read(token: Token, params: Params) -> dict[str, Any]:
        token.needs(tokens.ADS)
        return objects.things(token, kind, params)

    return read


def _written(
    write: Callable[[Token, dict[str, Any]], dict[str, Any]],
) -> Callable[[], dict[str, Any]]:
    return lambda: write(tokens.presented(), _body())


_POST: dict[str, Callable[[], dict[str, Any]]] = (
    {
        "oauth2/access_token": lambda: tokens.exchange(_body()),
        "oauth2/revoke_token": _revoke,
        "campaign/create": _written(writing.create_campaign),
        "adgroup/create": _written(writing.create_ad_group),
        "ad/create": _written(writing.create_ads),
        "file/image/ad/upload": lambda: assets.upload(tokens.presented()),
    }
    | {
        f"{kind}/update": _written(partial(writing.update, kind))
        for kind in ("campaign", "adgroup")
    }
    | {f"{kind}/status/update": _written(partial(writing.switch, kind)) for kind in created.KINDS}
)
_GET: dict[str, Callable[[Token, Params], dict[str, Any]]] = {
    "oauth2/advertiser/get": _listed,
    "user/info": _user,
    "advertiser/info": _info,
    "report/integrated/get": _report,
    "identity/get": assets.identities,
    "file/video/ad/search": assets.videos,
    "file/video/ad/info": assets.video_info,
    "file/image/ad/search": assets.images,
    "pixel/list": assets.pixels,
    "tool/region": assets.regions,
} | {f"{kind}/get": _things(kind) for kind in objects.FILTERS}

"""Which write a method, a path and a header mean.

A creation answers 201 with the id in a header and nothing else, an action 200 with its value, a
change or a deletion 204.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import request

from sandbox.linkedin import changing, creating, tokens
from sandbox.linkedin.errors import RestProblem, bad_param, not_found
from sandbox.linkedin.made import URN
from sandbox.linkedin.restli import Params, parse
from sandbox.linkedin.tokens import Token

_VERBS = {
    "CREATE": "POST",
    "ACTION": "POST",
    "PARTIAL_UPDATE": "POST",
    "UPDATE": "PUT",
    "DELETE": "DELETE",
}


class Written(NamedTuple):
    """What is answered: `id` in the header, `payload` in the body, either may be empty."""

    status: int
    id: str = ""
    payload: dict[str, Any] | None = None


def answer(parts: list[str], params: Params) -> Written:
    """Do what was asked. Raises RestProblem."""
    token, method = tokens.presented(), _method(params)
    match method, parts:
        case "CREATE", ["adAccounts", account_id, kind] if kind in _CREATED:
            return Written(201, _CREATED[kind](token, account_id))
        case "ACTION", _:
            return _act(token, parts, params)
        case "DELETE", ["posts", urn]:
            changing.delete_post(token, urn)
            return Written(204)
        case "UPDATE", ["campaignConversions", key]:
            return _tie(token, key)
        case _, ["adAccounts", account_id, kind, key] if kind in URN and method in _CHANGED:
            _CHANGED[method](token, account_id, kind, key)
            return Written(204)
    raise not_found()


_CREATED: dict[str, Callable[[Token, str], str]] = {
    "adCampaignGroups": creating.group,
    "adCampaigns": creating.campaign,
}
_CHANGED: dict[str, Callable[[Token, str, str, str], None]] = {
    "PARTIAL_UPDATE": changing.update,
    "DELETE": changing.delete,
}


def _act(token: Token, parts: list[str], params: Params) -> Written:
    match parts:
        case ["adAccounts", account_id, "creatives"]:
            _check_action(params, "createInline")
            urn = creating.inline_creative(token, account_id)
            return Written(200, "", {"value": {"creative": urn}})
        case ["images"]:
            _check_action(params, "initializeUpload")
            return Written(200, "", creating.image(token))
    raise not_found()


def _method(params: Params) -> str:
    """Rest.li's: said in the header, else what the verb and the query mean."""
    usual = {"PUT": "UPDATE", "DELETE": "DELETE"}.get(request.method, "CREATE")
    if "action" in params:
        usual = "ACTION"
    method = request.headers.get("X-RestLi-Method", usual).upper()
    if _VERBS.get(method) != request.method or (method == "ACTION") != ("action" in params):
        raise RestProblem(405, "Method Not Allowed", code="METHOD_NOT_ALLOWED")
    return method


def _check_action(params: Params, name: str) -> None:
    if params != {"action": name}:
        raise bad_param("action", f"There is only {name}")


def _tie(token: Token, key: str) -> Written:
    """The key has two parts; a URN in it is percent-encoded once."""
    pair = parse(f"key={key}")["key"]
    if not isinstance(pair, dict) or set(pair) != {"campaign", "conversion"}:
        raise bad_param("key", "Invalid key")
    creating.tie(token, pair["campaign"], pair["conversion"])
    return Written(204)

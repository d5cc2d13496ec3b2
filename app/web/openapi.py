"""The OpenAPI 3.1 document at /api/openapi.json, generated from the URL map."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from flask import Blueprint, Flask, Response, current_app
from werkzeug.routing import IntegerConverter, Rule

from app.web.apidoc import Answer, Declaration, answer, declaration, documented

blueprint = Blueprint("openapi", __name__)

REFERENCE = "#/components/schemas/{name}"
WRITES = ("post", "put", "patch", "delete")
COMMON_ERRORS = (401, 403, 422)
MEANINGS = {
    200: "Done.",
    201: "Made.",
    202: "Accepted; the work goes on in the background.",
    204: "Done; there is nothing to say.",
    303: "Go on to another page.",
    400: "Not possible as asked.",
    401: "Nobody is signed in.",
    403: "Not allowed, or the X-CSRFToken header is missing.",
    404: "No such thing in this workspace.",
    409: "Not possible in the present state.",
    413: "Too large.",
    415: "The body has to be JSON.",
    422: "The input is wrong, or a parameter is unknown.",
    429: "Asked too often; see Retry-After.",
    502: "The platform did not answer usefully.",
    503: "Not possible at the moment; nothing was changed.",
}


class Problem(Answer):
    """What went wrong."""

    code: Annotated[str, msgspec.Meta(description="A stable word for programs.")]
    message: Annotated[str, msgspec.Meta(description="A sentence for people.")]


class Failure(Answer):
    """The answer of every call that fails."""

    error: Problem


@blueprint.get("/api/openapi.json")
@documented("This document", answer=dict[str, Any])
def document() -> Response:
    """The whole description; needs no sign-in, it holds no data."""
    return answer(describe(current_app))


def describe(app: Flask) -> dict[str, Any]:
    """Every declared call of the application."""
    calls = list(_declared(app))
    schemas, components = msgspec.json.schema_components(
        [Failure, *_types(calls)], ref_template=REFERENCE
    )
    named = dict(zip([Failure, *_types(calls)], schemas, strict=True))
    paths: dict[str, Any] = {}
    for path, method, rule, call in calls:
        paths.setdefault(path, {})[method] = _operation(rule, method, call, named)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Growzzy OS",
            "version": "1",
            "description": "Amounts are decimal strings in the workspace's currency, dates ISO "
            "8601. Sign in first; the session cookie does the rest. Writes also need the "
            "X-CSRFToken header, given by GET /api/auth/csrf.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "growzzy_session"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
            },
        },
    }


def undeclared(app: Flask) -> list[str]:
    """Routes under /api that nobody described; OAuth hand-shakes are pages, not calls."""
    return sorted(
        f"{rule.rule} ({rule.endpoint})"
        for rule in _api_rules(app)
        if declaration(app.view_functions[rule.endpoint]) is None
    )


def _api_rules(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/") and not rule.rule.startswith("/api/oauth/"):
            yield rule


def _declared(app: Flask) -> Iterator[tuple[str, str, Rule, Declaration]]:
    for rule in sorted(_api_rules(app), key=lambda each: each.rule):
        call = declaration(app.view_functions[rule.endpoint])
        if call is None:
            continue
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield path, method.lower(), rule, call


def _types(calls: list[tuple[str, str, Rule, Declaration]]) -> list[Any]:
    found: dict[Any, None] = {}
    for _, _, _, call in calls:
        used = (call.query, call.body, call.answer)
        found.update(dict.fromkeys(each for each in used if each is not None))
    return list(found)


def _operation(
    rule: Rule, method: str, call: Declaration, named: dict[Any, dict[str, Any]]
) -> dict[str, Any]:
    public = rule.endpoint.split(".")[0] in ("auth_api", "openapi", "auth")
    operation: dict[str, Any] = {
        "operationId": rule.endpoint.replace(".", "_"),
        "summary": call.summary,
        "parameters": [*_path_parameters(rule), *_query_parameters(call)],
        "responses": _responses(rule, call, named),
        "security": _security(method, public=public),
    }
    content = _request_content(call, named)
    if content:
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _security(method: str, *, public: bool) -> list[dict[str, list[str]]]:
    needs: dict[str, list[str]] = {} if public else {"session": []}
    if method in WRITES:
        needs["csrf"] = []
    return [needs]


def _request_content(call: Declaration, named: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    if call.body is not None:
        return {"application/json": {"schema": named[call.body]}}
    if call.form:
        needed = [name for name, field in call.form.items() if field.get("format") == "binary"]
        schema = {"type": "object", "properties": call.form, "required": needed}
        return {"multipart/form-data": {"schema": {**schema, "additionalProperties": False}}}
    return {}


def _responses(rule: Rule, call: Declaration, named: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    right: dict[str, Any] = {"description": MEANINGS[call.status]}
    if call.answer is not None:
        right["content"] = {call.media_type: {"schema": named[call.answer]}}
    answers = {str(call.status): right}
    for status in sorted({*COMMON_ERRORS, *_usual_errors(rule, call), *call.errors}):
        answers[str(status)] = {
            "description": MEANINGS[status],
            "content": {"application/json": {"schema": named[Failure]}},
        }
    return answers


def _usual_errors(rule: Rule, call: Declaration) -> set[int]:
    """What can go wrong with every body, and with every address that names a thing."""
    sent = {400, 413, 415} if call.body else {413} if call.form else set()
    return sent | ({404} if rule.arguments else set())


def _path_parameters(rule: Rule) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {
                "type": "integer"
                if isinstance(rule._converters[name], IntegerConverter)  # noqa: SLF001 werkzeug offers no public way
                else "string"
            },
        }
        for name in sorted(rule.arguments)
    ]


def _query_parameters(call: Declaration) -> list[dict[str, Any]]:
    if call.query is None:
        return []
    _, components = msgspec.json.schema_components([call.query], ref_template=REFERENCE)
    schema = components[call.query.__name__]
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": {key: value for key, value in each.items() if key != "description"},
            "description": each.get("description", ""),
        }
        for name, each in schema["properties"].items()
    ]

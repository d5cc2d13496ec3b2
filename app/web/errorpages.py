"""One answer for every failure: JSON for scripts, a page for people, a toast inside a page."""

from __future__ import annotations

import logging

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.errors import AppError, TooMany
from app.web.htmx import wants_fragment

log = logging.getLogger(__name__)

CODES = {
    400: "bad_request",
    401: "signed_out",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    503: "unavailable",
}
TITLES = {
    400: "That request could not be read",
    401: "You are signed out",
    403: "You cannot open this",
    404: "This page was not found",
    405: "That cannot be done at this address",
    409: "That does not fit the present state",
    413: "That file is too large",
    422: "That cannot be accepted",
    429: "Too many tries in a short time",
    500: "Something failed on our side",
    503: "Growzzy is not available for a moment",
}
SENTENCES = {
    400: "Nothing was changed. Go back, reload the page and try again.",
    401: "Sign in to go on.",
    403: "Your account is not allowed to see or do this. Ask the owner of the workspace.",
    404: "The address is wrong, or what it led to was deleted or belongs to another workspace.",
    405: "Nothing was changed. Go back and use the buttons of the page.",
    413: "Nothing was stored. Files up to 50 MB are accepted: export a shorter range of days.",
    415: "Nothing was changed. Send JSON, with the header Content-Type: application/json.",
    429: "Wait a little, then try again. Nothing was changed.",
    500: "What you were doing was not saved; what was stored before is untouched. "
    "The failure is in the log with the time it happened. Try again in a minute.",
    503: "The database does not answer. Your data is untouched; try again in a minute.",
}
EXPIRED = "The page was open for too long or in another session. Reload it and try again."
UNAVAILABLE_RETRY = 30


def register(app: Flask) -> None:
    """Answer for expected errors, HTTP errors and our own bugs."""
    app.register_error_handler(AppError, _expected)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_gone)
    app.register_error_handler(Exception, _bug)


def _expected(error: AppError) -> Response:
    response = _answer(error.status, error.code, error.message)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    if isinstance(error, CSRFError):
        return _answer(status, "csrf", EXPIRED)
    response = _answer(status, CODES.get(status, "error"), _sentence(error, status))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _database_gone(error: OperationalError) -> Response:
    log.error("%s %s: the database failed", request.method, _route(), exc_info=error)
    response = _answer(503, CODES[503], SENTENCES[503])
    response.headers["Retry-After"] = str(UNAVAILABLE_RETRY)
    return response


def _bug(error: Exception) -> Response:
    log.error("%s %s failed", request.method, _route(), exc_info=error)
    return _answer(500, "internal", SENTENCES[500])


def _answer(status: int, code: str, message: str) -> Response:
    if _wants_json():
        return make_response(jsonify(error={"code": code, "message": message}), status)
    title = TITLES.get(status, TITLES[500 if status >= 500 else 400])
    words = {"status": status, "title": title, "message": message}
    template = "errors/toast.html" if wants_fragment() else "errors/page.html"
    if status >= 500:
        # Without the context processors: they may ask the database that has just failed.
        html = current_app.jinja_env.get_template(template).render(words)
    else:
        html = render_template(template, **words)
    response = make_response(html, status)
    response.vary.add("HX-Request-Type")
    response.cache_control.no_store = True
    if wants_fragment():
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "beforeend"
    return response


def _wants_json() -> bool:
    """Scripts ask below /api/; the ends of OAuth popups live there too but are for people."""
    if request.path.startswith("/api/") and not request.path.startswith("/api/oauth/"):
        return True
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def _route() -> str:
    """What was asked for, without the secret that an address may hold."""
    return request.url_rule.rule if request.url_rule else "an unknown address"


def _sentence(error: HTTPException, status: int) -> str:
    if isinstance(error, MethodNotAllowed) and _wants_json():
        allowed = ", ".join(sorted(error.valid_methods or ()))
        return f"Nothing was changed. This address takes {allowed}; see /api/openapi.json."
    return SENTENCES.get(status, SENTENCES[500 if status >= 500 else 400])

"""Writes that other sites' pages try to make in a visitor's name.

The first line is Flask-WTF's token. The second looks at what the browser itself says about
where the request comes from, and needs nothing of the page.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from app.errors import Forbidden
from app.settings import Settings

READS = ("GET", "HEAD", "OPTIONS")


class Forged(Forbidden):
    """The write does not carry our token, or comes from another site."""

    code = "csrf"


def register(app: Flask) -> None:
    """Refuse what comes from elsewhere."""
    # The origin is checked below also where a Referer is not sent, as by scripts.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    app.before_request(_refuse_other_sites)
    app.register_error_handler(CSRFError, _without_token)


def _refuse_other_sites() -> None:
    if request.method in READS or comes_from_here():
        return
    raise Forged(
        "This was sent by a page of another site, so nothing was changed. "
        "If it was you, do it again on this site's own page."
    )


def comes_from_here() -> bool:
    """Whether the request is one of our own pages', or of a program that is no browser."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin in _own_origins()


def _own_origins() -> set[str]:
    settings: Settings = current_app.config["SETTINGS"]
    public = urlsplit(settings.public_url)
    return {f"{request.scheme}://{request.host}", f"{public.scheme}://{public.netloc}"}


def _without_token(_error: CSRFError) -> ResponseReturnValue:
    if request.path.startswith("/api/"):
        refusal = Forged(
            "The X-CSRFToken header is missing or not of this session. Nothing was changed. "
            "Get it from GET /api/auth/csrf, keep the cookies of that answer, and send again."
        )
    else:
        refusal = Forged(
            "This page was opened before you signed in or out, or without cookies. Nothing was "
            "changed. Go back: what you typed is still there. Reload the page, then send it again."
        )
    return current_app.handle_user_exception(refusal)

"""The session cookie: HTTP-only, Secure outside development, its other half in the database."""

from __future__ import annotations

import datetime as dt

from flask import Flask, Response, current_app, g, request

from app.accounts.sessions import LIFETIME, find_session, open_session
from app.extensions import db, login
from app.models import User, UserSession
from app.settings import Settings

NAME = "growzzy_session"


class SignedIn:
    """What flask-login calls the current user."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, session: UserSession) -> None:
        self.session = session
        self.user = session.user
        self.name = session.user.name
        self.email = session.user.email

    def get_id(self) -> str:
        return str(self.user.id)


def register(app: Flask) -> None:
    """Let flask-login find people by our cookie instead of Flask's."""
    login.init_app(app)
    login.session_protection = None
    login.request_loader(_load)


def sign_in(response: Response, user: User) -> Response:
    """Open a new session for `user` and hand its cookie out with `response`."""
    token = open_session(
        db.session(),
        user,
        now=dt.datetime.now(dt.UTC),
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
    )
    settings: Settings = current_app.config["SETTINGS"]
    response.set_cookie(
        NAME,
        token,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        secure=settings.secure_cookies,
        samesite="Lax",
    )
    return response


def forget(response: Response) -> Response:
    """Take the cookie back."""
    response.delete_cookie(NAME, httponly=True, samesite="Lax")
    return response


def _load(_request: object) -> SignedIn | None:
    if "signed_in" not in g:
        found = find_session(
            db.session(), request.cookies.get(NAME, ""), dt.datetime.now(dt.UTC)
        )
        g.signed_in = SignedIn(found) if found else None
    signed_in: SignedIn | None = g.signed_in
    return signed_in

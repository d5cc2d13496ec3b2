"""The session cookie: HTTP-only, Secure outside development, its other half in the database."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from flask import Flask, Response, current_app, g, request, session
from itsdangerous import BadData, URLSafeTimedSerializer

from app.accounts import sessions
from app.extensions import db, login
from app.models import User, UserSession
from app.settings import Settings

NAME = "growzzy_session"
DEVICE = "growzzy_device"
DEVICE_DAYS = 180


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
    settings: Settings = app.config["SETTINGS"]
    app.config["SESSION_COOKIE_NAME"] = full_name("growzzy_csrf", settings)


def full_name(name: str, settings: Settings) -> str:
    """The cookie's name; over HTTPS with the prefix that ties it to this very host."""
    return f"__Host-{name}" if settings.secure_cookies else name


def sign_in(response: Response, user: User) -> Response:
    """Open a new session for `user`, end the browser's old one, hand out the new cookie."""
    now = dt.datetime.now(dt.UTC)
    sessions.close_token(db.session(), _read(NAME))
    token = sessions.open_session(
        db.session(),
        user,
        now=now,
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
    )
    _set(response, NAME, token, sessions.LIFETIME)
    device = _devices().dumps([account_mark(user.email), secrets.token_urlsafe(12)])
    _set(response, DEVICE, device, dt.timedelta(days=DEVICE_DAYS))
    return response


def sign_out(response: Response) -> Response:
    """End the browser's session, take the cookie back and forget the CSRF token."""
    sessions.close_token(db.session(), _read(NAME))
    session.clear()
    settings: Settings = current_app.config["SETTINGS"]
    response.delete_cookie(
        full_name(NAME, settings), httponly=True, secure=settings.secure_cookies, samesite="Lax"
    )
    return response


def known_device(email: str) -> str:
    """The mark of a browser in which this account has signed in before; else empty.

    It is signed, not secret to its owner, and good for one thing: tries from it are counted
    apart from everybody else's.
    """
    try:
        account, device = _devices().loads(_read(DEVICE), max_age=DEVICE_DAYS * 86_400)
    except (BadData, ValueError, TypeError):
        return ""
    return str(device) if account == account_mark(email) else ""


def has_been_here() -> bool:
    """Whether somebody has signed in with this browser before."""
    return bool(_read(DEVICE))


def account_mark(email: str) -> str:
    """Stands for an e-mail address where the address itself should not be read."""
    return hashlib.sha256(email.encode()).hexdigest()[:32]


def _load(_request: object) -> SignedIn | None:
    if "signed_in" not in g:
        now = dt.datetime.now(dt.UTC)
        found = sessions.find_session(db.session(), _read(NAME), now)
        if found is not None and sessions.is_due(found, now):
            sessions.note_seen(db.session(), found.id, now)
            db.session.commit()
        g.signed_in = SignedIn(found) if found else None
    signed_in: SignedIn | None = g.signed_in
    return signed_in


def _read(name: str) -> str:
    return request.cookies.get(full_name(name, current_app.config["SETTINGS"]), "")


def _set(response: Response, name: str, value: str, age: dt.timedelta) -> None:
    settings: Settings = current_app.config["SETTINGS"]
    response.set_cookie(
        full_name(name, settings),
        value,
        max_age=int(age.total_seconds()),
        httponly=True,
        secure=settings.secure_cookies,
        samesite="Lax",
    )


def _devices() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known device")

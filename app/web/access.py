"""Who is asking, and in which workspace; every private route passes through here."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import func, select
from werkzeug.wrappers import Response as BaseResponse

from app.errors import AppError, Forbidden
from app.extensions import db
from app.models import Alert, Membership, User, UserSession, Workspace
from app.settings import Settings


class SignedOut(AppError):
    """Nobody is signed in, and the call needs somebody."""

    code = "signed_out"
    status = 401


def register(app: Flask) -> None:
    """Give every template the workspace it is about."""
    app.context_processor(_template_context)


def settings() -> Settings:
    """The settings the app was made with."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def now() -> dt.datetime:
    """The clock of the web layer, in UTC."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The current day in the workspace's time zone."""
    return now().astimezone(ZoneInfo(workspace().time_zone)).date()


def user() -> User:
    """Who is signed in."""
    found: User = current_user.user
    return found


def user_session() -> UserSession:
    """The session row the request came with."""
    found: UserSession = current_user.session
    return found


def workspace() -> Workspace:
    """The workspace every query of this request is bound to."""
    found: Workspace = g.workspace
    return found


def may_edit() -> bool:
    """Whether the person may change the workspace, not only look at it."""
    return bool(g.role != "viewer")


def require_editor() -> None:
    """Refuse people who may only look. Raises Forbidden."""
    if not may_edit():
        raise Forbidden("You can look at this workspace but not change it. Ask its owner.")


def open_alerts() -> int:
    """How many alerts of the workspace nobody has seen to yet."""
    found: int = g.open_alerts
    return found


def is_owner() -> bool:
    """Whether the workspace is the person's own."""
    return bool(g.role == "owner")


def require_owner() -> None:
    """Refuse everybody but the owner. Raises Forbidden."""
    if not is_owner():
        raise Forbidden("Only the owner of this workspace can see this. Ask them.")


def require_workspace() -> BaseResponse | None:
    """Before every private route: find the workspace, or send the visitor to sign in."""
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    memberships = _memberships(user())
    wanted = user_session().workspace_id
    g.workspaces = [row[0] for row in memberships]
    g.workspace, g.role, g.open_alerts = next(
        (each for each in memberships if each[0].id == wanted), memberships[0]
    )
    return None


def first_workspace(somebody: User) -> Workspace:
    """Where a new session begins. Raises Forbidden."""
    return _memberships(somebody)[0][0]


def _memberships(somebody: User) -> list[tuple[Workspace, str, int]]:
    """The workspaces, the role in each, and how many of its alerts nobody has seen to."""
    alerts = (
        select(func.count())
        .where(Alert.workspace_id == Workspace.id, Alert.state == "open")
        .correlate(Workspace)
        .scalar_subquery()
    )
    found = db.session.execute(
        select(Workspace, Membership.role, alerts)
        .join(Membership, Membership.workspace_id == Workspace.id)
        .where(Membership.user_id == somebody.id)
        .order_by(Workspace.id)
    ).all()
    if not found:
        raise Forbidden("You are not a member of any workspace any more. Ask its owner.")
    return [(row[0], row[1], row[2]) for row in found]


def _ask_to_sign_in() -> BaseResponse:
    if request.path.startswith("/api/"):
        raise SignedOut("Sign in first: POST /api/auth/login, or open /auth in a browser.")
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": sign_in_url(_seen_page())})
    asked = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(sign_in_url(asked), code=303)


def _seen_page() -> str:
    """The page that htmx says it is part of; empty for what is no address."""
    try:
        seen = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return ""
    return f"{seen.path}?{seen.query}".rstrip("?")


def sign_in_url(asked: str) -> str:
    """Where to sign in and be taken to the page that was asked for."""
    return url_for("auth.index", tab="sign-in", next=own_path(asked) or None)


def own_path(given: str | None) -> str:
    r"""The path, when it is one of our own pages a browser may be sent to; else empty.

    Browsers read `//host`, `/\host` and paths with tabs or line breaks as other sites.
    """
    path = given or ""
    if not path.startswith("/") or path.startswith(("//", "/auth", "/api/")) or "\\" in path:
        return ""
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or any(not (" " < c != "\x7f") for c in path):
        return ""
    return path


def _template_context() -> dict[str, Any]:
    return {"workspace": g.get("workspace"), "workspaces": g.get("workspaces", [])}

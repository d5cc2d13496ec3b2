"""Who is asking, and in which workspace; every private route passes through here."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from app.errors import AppError, Forbidden
from app.extensions import db
from app.models import Membership, User, UserSession, Workspace
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


def require_editor() -> None:
    """Refuse people who may only look. Raises Forbidden."""
    if g.role == "viewer":
        raise Forbidden("You can look at this workspace but not change it. Ask its owner.")


def require_workspace() -> BaseResponse | None:
    """Before every private route: find the workspace, or send the visitor to sign in."""
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    memberships = db.session.execute(
        select(Workspace, Membership.role)
        .join(Membership, Membership.workspace_id == Workspace.id)
        .where(Membership.user_id == user().id)
        .order_by(Workspace.id)
    ).all()
    if not memberships:
        raise Forbidden("You are not a member of any workspace any more. Ask its owner.")
    wanted = user_session().workspace_id
    g.workspaces = [row[0] for row in memberships]
    g.workspace, g.role = next(
        ((found, role) for found, role in memberships if found.id == wanted), memberships[0]
    )
    return None


def _ask_to_sign_in() -> BaseResponse:
    if request.path.startswith("/api/"):
        raise SignedOut("Sign in first: POST /api/auth/login, or open /auth in a browser.")
    target = url_for("auth.index", next=request.full_path.rstrip("?"))
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": url_for("auth.index")})
    return redirect(target, code=303)


def _template_context() -> dict[str, Any]:
    return {"workspace": g.get("workspace"), "workspaces": g.get("workspaces", [])}

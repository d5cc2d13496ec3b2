"""Signing up, in and out for scripts."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint, Response
from flask_wtf.csrf import generate_csrf
from msgspec import Meta

from app.accounts.places import check_currency, check_time_zone
from app.extensions import db
from app.models import User, Workspace
from app.web import cookies, entry
from app.web.access import first_workspace
from app.web.apidoc import Answer, Body, answer, body, documented
from app.web.workspace_api import WorkspaceAnswer, as_answer

blueprint = Blueprint("auth_api", __name__)


class SignUp(Body):
    """A new person."""

    name: str
    email: str
    password: Annotated[str, Meta(description="8 characters or more, not a common one.")]
    time_zone: Annotated[str, Meta(description="IANA name; UTC when it is left out.")] = ""
    currency: Annotated[str, Meta(description="ISO 4217; guessed when it is left out.")] = ""


class LogIn(Body):
    """Who somebody says they are."""

    email: str
    password: str


class Person(Answer):
    """Somebody with an account."""

    id: int
    name: str
    email: str


class Token(Answer):
    """What writes must carry in the header X-CSRFToken."""

    csrf_token: str


class SignedIn(Answer):
    """Who is signed in now, and where."""

    user: Person
    workspace: WorkspaceAnswer
    csrf_token: str


@blueprint.after_request
def keep_out_of_caches(response: Response) -> Response:
    """Tokens belong to one client."""
    response.cache_control.no_store = True
    return response


@blueprint.get("/api/auth/csrf")
@documented("The token for the X-CSRFToken header", answer=Token)
def csrf() -> Response:
    """The session's token; it stays the same through sign-in and ends with sign-out."""
    return answer(Token(csrf_token=generate_csrf()))


@blueprint.post("/api/auth/signup")
@documented(
    "Create an account and sign in", body=SignUp, answer=SignedIn, status=201, errors=(429,)
)
def sign_up() -> Response:
    """A new person, with a workspace of their own."""
    asked = body(SignUp)
    user, workspace = entry.sign_up(
        asked.name,
        asked.email,
        asked.password,
        time_zone=check_time_zone(asked.time_zone) if asked.time_zone else "",
        currency=check_currency(asked.currency) if asked.currency else "",
    )
    return _signed_in(user, workspace, 201)


@blueprint.post("/api/auth/login")
@documented("Sign in", body=LogIn, answer=SignedIn, errors=(429,))
def log_in() -> Response:
    """Sign in with address and password; any earlier session of this client ends."""
    asked = body(LogIn)
    user = entry.sign_in(asked.email, asked.password)
    return _signed_in(user, first_workspace(user), 200)


@blueprint.post("/api/auth/logout")
@documented("Sign out", status=204)
def log_out() -> Response:
    """End this client's session; right also when there is none."""
    response = cookies.sign_out(Response(status=204))
    db.session.commit()
    return response


def _signed_in(user: User, workspace: Workspace, status: int) -> Response:
    response = answer(
        SignedIn(
            user=Person(id=user.id, name=user.name, email=user.email),
            workspace=as_answer(workspace),
            csrf_token=generate_csrf(),
        ),
        status,
    )
    cookies.sign_in(response, user)
    db.session.commit()
    return response

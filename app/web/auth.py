"""Creating an account, signing in and out, and choosing a new password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_login import current_user
from wtforms import EmailField, Form, HiddenField, PasswordField, StringField, ValidationError
from wtforms.validators import InputRequired

from app.accounts import names, passwords, signup
from app.accounts import reset as links
from app.accounts.signin import Mismatch
from app.errors import AppError, Invalid, TooMany
from app.extensions import db
from app.models import User
from app.web import access, cookies, entry
from app.web.htmx import page

blueprint = Blueprint("auth", __name__, url_prefix="/auth")

HOME = "/dashboard"
TABS = ("create", "sign-in")


class SignUpForm(Form):  # type: ignore[misc]  # wtforms ships no types
    """Create account."""

    name = StringField("Name", [InputRequired("Write your name.")])
    email = EmailField("Email", [InputRequired("Write your e-mail address.")])
    password = PasswordField("Password", [InputRequired("Choose a password.")])
    time_zone = HiddenField()

    def validate_name(self, field: StringField) -> None:
        _accept(names.clean_name, field.data)

    def validate_email(self, field: EmailField) -> None:
        _accept(names.clean_email, field.data)

    def validate_password(self, field: PasswordField) -> None:
        if not (self.name.errors or self.email.errors):
            own = {"email": names.clean_email(self.email.data), "name": self.name.data}
            _accept(passwords.check_new_password, field.data, **own)


class SignInForm(Form):  # type: ignore[misc]  # wtforms ships no types
    """Sign in."""

    email = EmailField("Email", [InputRequired("Write your e-mail address.")])
    password = PasswordField("Password", [InputRequired("Write your password.")])


class ForgotForm(Form):  # type: ignore[misc]  # wtforms ships no types
    """Where to send a link."""

    email = EmailField("Email", [InputRequired("Write your e-mail address.")])

    def validate_email(self, field: EmailField) -> None:
        _accept(names.clean_email, field.data)


class ResetForm(Form):  # type: ignore[misc]  # wtforms ships no types
    """A new password."""

    password = PasswordField("New password", [InputRequired("Choose a password.")])


@blueprint.after_request
def keep_out_of_caches(response: Response) -> Response:
    """These pages hold tokens and what people typed."""
    response.cache_control.no_store = True
    return response


@blueprint.get("")
def index() -> Response:
    """The two tabs; whoever is signed in goes on."""
    if current_user.is_authenticated:
        return _redirect(_after())
    return _tabs(_tab(), SignUpForm(), SignInForm())


@blueprint.post("")
def enter() -> Response:
    """What either tab sends."""
    return _create_account() if _tab() == "create" else _sign_in()


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End this browser's session."""
    response = cookies.sign_out(_redirect(url_for("landing.index")))
    db.session.commit()
    return response


@blueprint.route("/forgot", methods=["GET", "POST"])
def forgot() -> Response:
    """Ask for a link to choose a new password."""
    form = ForgotForm(request.form)
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return _forgot(form, status=status)
    try:
        return _forgot(form, sent=entry.ask_for_reset(form.email.data))
    except TooMany as error:
        return _limited(_forgot(form, problem=error.message, status=429), error)


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> Response:
    """Choose a new password; looking at the page does not use the link up."""
    form = ResetForm(request.form)
    try:
        links.check_link(db.session(), token, now=access.now())
        if request.method == "GET" or not form.validate():
            status = 200 if request.method == "GET" else 422
            return page("auth/reset.html", "form", form=form, over="", status=status)
        user = links.use_link(db.session(), token, form.password.data, now=access.now())
    except links.LinkOver as error:
        return page("auth/reset.html", "form", form=form, over=error.message, status=error.status)
    except Invalid as error:
        form.password.errors = [error.message]
        return page("auth/reset.html", "form", form=form, over="", status=422)
    db.session.commit()
    entry.tell_password_changed(user)
    response = cookies.sign_out(_redirect(url_for("auth.index", tab="sign-in")))
    db.session.commit()
    flash("Your password is changed, and you are signed out everywhere. Sign in with the new one.")
    return response


def _create_account() -> Response:
    form = SignUpForm(request.form)
    if not form.validate():
        return _tabs("create", form, SignInForm(), status=422)
    try:
        user, _ = entry.sign_up(
            form.name.data,
            form.email.data,
            form.password.data,
            time_zone=form.time_zone.data or "",
        )
    except TooMany as error:
        answer = _tabs("create", form, SignInForm(), problem=error.message, status=429)
        return _limited(answer, error)
    except signup.Refused as error:
        return _tabs("create", form, SignInForm(), problem=error.message, status=422)
    return _welcome(user)


def _sign_in() -> Response:
    form = SignInForm(request.form)
    if not form.validate():
        return _tabs("sign-in", SignUpForm(), form, status=422)
    try:
        user = entry.sign_in(form.email.data, form.password.data)
    except TooMany as error:
        answer = _tabs("sign-in", SignUpForm(), form, problem=error.message, status=429)
        return _limited(answer, error)
    except Mismatch as error:
        return _tabs("sign-in", SignUpForm(), form, problem=error.message, status=422)
    return _welcome(user)


def _welcome(user: User) -> Response:
    response = cookies.sign_in(_redirect(_after()), user)
    db.session.commit()
    return response


def _tabs(
    tab: str, create: SignUpForm, sign_in: SignInForm, *, problem: str = "", status: int = 200
) -> Response:
    return page(
        "auth/index.html",
        "form",
        tab=tab,
        create=create,
        sign_in=sign_in,
        problem=problem,
        next=access.own_path(request.args.get("next")) or None,
        status=status,
    )


def _forgot(form: ForgotForm, *, sent: str = "", problem: str = "", status: int = 200) -> Response:
    return page(
        "auth/forgot.html",
        "form",
        form=form,
        by=entry.reset_by(),
        sent=sent,
        problem=problem,
        status=status,
    )


def _tab() -> str:
    """The tab that was asked for; who has been here before, or asks for a page, signs in."""
    asked = request.args.get("tab", "")
    if asked in TABS:
        return asked
    return "sign-in" if request.args.get("next") or cookies.has_been_here() else "create"


def _after() -> str:
    return access.own_path(request.args.get("next")) or HOME


def _redirect(target: str) -> Response:
    answer = redirect(target, code=303)
    return Response(answer.get_data(), status=303, headers=answer.headers)


def _limited(response: Response, error: TooMany) -> Response:
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _accept(check: Callable[..., Any], *given: str, **words: str) -> None:
    """Turn a refusal into one that the form shows beside its field."""
    try:
        check(*given, **words)
    except AppError as error:
        raise ValidationError(error.message) from error

"""The person's profile and sessions, and the workspace they are in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from wtforms import Form

from app.accounts import limits, names, rates, sessions, signin, workspaces
from app.accounts.limits import Count
from app.advice import nightly
from app.creative import spending
from app.errors import AppError, Invalid, TooMany
from app.extensions import db
from app.sync.rollup import recompute_workspace
from app.web import access, creative_writer, entry
from app.web.browsers import describe
from app.web.htmx import page
from app.web.incoming import row_number
from app.web.settings_forms import (
    BrandForm,
    EmailForm,
    ModelForm,
    NewWorkspaceForm,
    PasswordForm,
    ProfileForm,
    RateForm,
    WorkspaceForm,
)
from app.web.workspace_api import apply_changes

blueprint = Blueprint("settings", __name__, url_prefix="/settings")

RATE_USED = "The rate is saved, and every figure since its first day is converted again."
AMOUNTS_DROPPED = (
    "The target CPA, monthly budgets and least spend were amounts in the currency before, so they "
    "are removed. Write them again under Advice."
)


@blueprint.get("")
def index() -> Response:
    """Everything on one page."""
    return show_settings()


@blueprint.post("/profile")
def profile() -> Response:
    """Change the person's name."""
    form = ProfileForm(request.form)

    def change() -> None:
        access.user().name = names.clean_name(form.name.data)

    return _saved(form, form.name, change, "Your name is changed.", profile=form)


@blueprint.post("/email")
def email() -> Response:
    """Change the address the person signs in with."""
    form = EmailForm(request.form)
    before = access.user().email

    def change() -> None:
        entry.limiter().count([Count(limits.EMAIL_CHANGE, str(access.user().id))])
        _counted(
            lambda: signin.change_email(
                db.session(),
                access.user(),
                form.current.data,
                form.email.data,
                now=access.now(),
            )
        )

    def tell() -> None:
        entry.tell_email_changed(before, access.user())

    done = "You sign in with the new address now."
    return _saved(form, form.email, change, done, then=tell, email=form)


@blueprint.post("/password")
def password() -> Response:
    """Change the password and sign every other browser out."""
    form = PasswordForm(request.form)

    def change() -> None:
        _counted(
            lambda: signin.change_password(
                db.session(),
                access.user(),
                form.current.data,
                form.password.data,
                keep=access.user_session().id,
                now=access.now(),
            )
        )

    def tell() -> None:
        entry.tell_password_changed(access.user())

    done = "Your password is changed, and every other browser is signed out."
    return _saved(form, form.password, change, done, then=tell, password=form)


@blueprint.post("/sessions/<int:session_id>/end")
def end_session(session_id: int) -> Response:
    """Sign one browser out."""
    sessions.revoke_session(db.session(), access.user().id, session_id)
    db.session.commit()
    return _done("That browser is signed out.")


@blueprint.post("/sessions/end-others")
def end_other_sessions() -> Response:
    """Sign every browser but this one out."""
    sessions.close_other_sessions(db.session(), access.user().id, keep=access.user_session().id)
    db.session.commit()
    return _done("Every other browser is signed out.")


@blueprint.post("/workspace")
def workspace() -> Response:
    """Change how the workspace sees money and days."""
    access.require_editor()
    form = WorkspaceForm(request.form)

    def change() -> None:
        dropped = apply_changes(
            access.workspace(),
            {
                "name": form.name.data,
                "currency": form.currency.data,
                "time_zone": form.time_zone.data,
                "target_roas": workspaces.parse_target(form.target_roas.data or ""),
                "revenue": form.revenue.data,
                "revenue_with_tax": form.with_tax.data,
                "revenue_with_shipping": form.with_shipping.data,
                "report_language": form.report_language.data or access.workspace().report_language,
            },
        )
        if dropped:
            flash(AMOUNTS_DROPPED)

    return _saved(form, form.target_roas, change, "The workspace is changed.", workspace=form)


@blueprint.post("/model")
def model() -> Response:
    """Change what language models may cost in a month."""
    access.require_editor()
    form = ModelForm(request.form)

    def change() -> None:
        access.workspace().model_cap = spending.parse_cap(form.cap.data or "")

    return _saved(form, form.cap, change, "The cap for language models is changed.", model=form)


@blueprint.post("/rates")
def set_rate() -> Response:
    """Use a rate of the owner's own from a day on."""
    access.require_editor()
    form = RateForm(request.form)

    def change() -> None:
        place = access.workspace().id
        day: dt.date = form.from_day.data
        if rates.set_rate(db.session(), place, form.currency.data, day, _units(form)):
            recompute_workspace(db.session(), place, since=day)
            nightly.queue(db.session(), place)

    return _saved(form, form.units_per_eur, change, RATE_USED, rate=form)


@blueprint.post("/rates/<currency>/<from_day>/remove")
def remove_rate(currency: str, from_day: str) -> Response:
    """Take a rate back; the figures are converted again without it."""
    access.require_editor()
    place = access.workspace().id
    day = _day(from_day)
    rates.remove_rate(db.session(), place, currency, day)
    recompute_workspace(db.session(), place, since=day)
    nightly.queue(db.session(), place)
    db.session.commit()
    return _done("The rate is removed.")


@blueprint.post("/workspaces")
def create_workspace() -> Response:
    """One more workspace, and go there."""
    form = NewWorkspaceForm(request.form)

    def change() -> None:
        present = access.workspace()
        made = workspaces.create_workspace(
            db.session(),
            access.user(),
            name=form.title.data,
            currency=present.currency,
            time_zone=present.time_zone,
            now=access.now(),
        )
        access.user_session().workspace_id = made.id

    done = "The workspace is created, and you are in it. Choose its currency and time zone here."
    return _saved(form, form.title, change, done, new=form)


@blueprint.post("/switch-workspace")
def switch_workspace() -> Response:
    """Go to another workspace."""
    wanted = row_number(request.form.get("workspace_id", ""))
    workspaces.switch_workspace(db.session(), access.user_session(), wanted)
    db.session.commit()
    return _redirect("/dashboard")


def _saved(
    form: Form,
    field: Any,
    change: Callable[[], None],
    done: str,
    *,
    then: Callable[[], None] = lambda: None,
    **forms: Form,
) -> Response:
    """Change and say so, or show the form again with what is wrong beside `field`.

    `then` is done only after the change is stored.
    """
    if not form.validate():
        return show_settings(status=422, **forms)
    try:
        change()
    except TooMany:
        raise
    except AppError as error:
        wrong = form.current if isinstance(error, signin.WrongPassword) else field
        wrong.errors = [error.message]
        db.session.rollback()
        return show_settings(status=422, **forms)
    db.session.commit()
    then()
    return _done(done)


def show_settings(*, status: int = 200, **forms: Form) -> Response:
    """The whole page; `forms` are those that were sent, with what is wrong in them."""
    present = access.workspace()
    now = access.now()
    missing = rates.gaps(db.session(), present)
    shown: dict[str, Form] = {
        "profile": ProfileForm(name=access.user().name),
        "email": EmailForm(),
        "password": PasswordForm(),
        "workspace": _workspace_form(),
        "model": _model_form(),
        "brand": BrandForm(colour=present.brand_colour or ""),
        "rate": _rate_form(missing),
        "new": NewWorkspaceForm(),
    }
    return page(
        "settings/index.html",
        "settings",
        forms={**shown, **forms},
        sessions=[
            (each, describe(each.user_agent))
            for each in sessions.live_sessions(db.session(), access.user().id, now)
        ],
        here=access.user_session().id,
        now=now,
        rates=rates.manual_rates(db.session(), present.id),
        missing=missing,
        writing=creative_writer.writing(),
        editor=access.may_edit(),
        status=status,
    )


def _rate_form(missing: Sequence[rates.Gap]) -> RateForm:
    """Ready to fill the first gap, when there is one."""
    if not missing:
        return RateForm(from_day=access.today())
    return RateForm(currency=missing[0].currency, from_day=missing[0].first)


def _workspace_form() -> WorkspaceForm:
    present = access.workspace()
    target = present.target_roas
    return WorkspaceForm(
        name=present.name,
        currency=present.currency,
        time_zone=present.time_zone,
        target_roas="" if target is None else f"{target.normalize():f}",
        revenue=present.revenue,
        report_language=present.report_language,
        with_tax=present.revenue_with_tax,
        with_shipping=present.revenue_with_shipping,
    )


def _model_form() -> ModelForm:
    cap = access.workspace().model_cap
    return ModelForm(cap="" if cap is None else f"{cap.normalize():f}")


def _counted(change: Callable[[], None]) -> None:
    """A change that asks for the password again, as often as is bearable. Raises TooMany."""
    counted = [entry.confirming(access.user())]
    entry.limiter().count(counted)
    try:
        change()
    except signin.WrongPassword:
        raise
    except Invalid:
        entry.limiter().forgive(counted)
        raise
    entry.limiter().forgive(counted)


def _units(form: RateForm) -> Decimal:
    try:
        return Decimal(form.units_per_eur.data.strip().replace(",", "."))
    except ArithmeticError as error:
        raise Invalid("The rate must be a number, as in 1.08.") from error


def _day(given: str) -> dt.date:
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        return dt.date.min


def _done(words: str) -> Response:
    flash(words)
    return _redirect(url_for("settings.index"))


def _redirect(target: str) -> Response:
    answer = redirect(target, code=303)
    return Response(answer.get_data(), status=303, headers=answer.headers)

"""What advice is measured against, in Settings: targets, monthly budgets, thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.form import BaseForm

from app.advice import nightly
from app.advice.preferences import (
    Refused,
    budget_field,
    budgeted_platforms,
    edition,
    preferences,
    reset_threshold,
    reset_thresholds,
    save,
    threshold_field,
)
from app.errors import Conflict, NotFound
from app.extensions import db
from app.web import access
from app.web import threshold_fields as words
from app.web.advice_form import BASED_ON, CURRENCY, make_form, read_form, show_complaints
from app.web.htmx import page

blueprint = Blueprint("advice_settings", __name__, url_prefix="/settings/advice")


@dataclass(frozen=True, slots=True)
class Row:
    """A threshold's field with its default; `changed`: another value is in force."""

    field: Field
    shown: words.Shown
    usual: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Fold:
    """Thresholds about one thing, folded away until somebody opens them or one is wrong."""

    group: words.Group
    rows: Sequence[Row]

    @property
    def changed(self) -> int:
        """How many are not at their default."""
        return sum(each.changed for each in self.rows)

    @property
    def wrong(self) -> bool:
        """Whether something typed among them cannot be used."""
        return any(each.field.errors for each in self.rows)


@blueprint.get("")
def index() -> Response:
    """What is in force, with the default beside each threshold."""
    return _show(_form())


@blueprint.post("")
def change() -> Response:
    """Save all of it, or show what was typed again with what is wrong beside each field."""
    access.require_editor()
    workspace, form = access.workspace(), _form(request.form)
    try:
        wished = read_form(form, workspace.currency, _platforms())
        changed = save(
            db.session(),
            workspace,
            wished,
            currency=form[CURRENCY].data or "",
            based_on=form[BASED_ON].data or "",
        )
    except Refused as error:
        db.session.rollback()
        show_complaints(form, error.complaints)
        return _show(form, 422, "Nothing was saved: some fields cannot be used as they are.")
    except Conflict as error:
        db.session.rollback()
        form[CURRENCY].data, form[BASED_ON].data = workspace.currency, edition(workspace)
        return _show(form, 409, error.message)
    return _done("Saved.") if changed else _unchanged()


@blueprint.post("/reset")
def reset() -> Response:
    """The default thresholds again."""
    access.require_editor()
    if not reset_thresholds(access.workspace()):
        return _unchanged()
    return _done("The thresholds are the defaults again.")


@blueprint.post("/reset/<name>")
def reset_one(name: str) -> Response:
    """One default threshold again. Raises NotFound."""
    access.require_editor()
    if name not in words.FIELDS:
        raise NotFound
    try:
        changed = reset_threshold(db.session(), access.workspace(), name)
    except Refused as error:
        db.session.rollback()
        form = _form()
        show_complaints(form, error.complaints)
        return _show(form, 422, "Nothing was changed: its default does not go with another one.")
    label = words.FIELDS[name].label
    return _done(f"“{label}” is at its default again.") if changed else _unchanged()


def _form(sent: MultiDict[str, str] | None = None) -> BaseForm:
    workspace = access.workspace()
    present = preferences(workspace)
    return make_form(present, edition(workspace), workspace.currency, _platforms(), sent)


def _platforms() -> list[str]:
    return budgeted_platforms(db.session(), access.workspace())


def _show(form: BaseForm, status: int = 200, problem: str = "") -> Response:
    currency = access.workspace().currency
    return page(
        "settings/advice.html",
        "advice",
        form=form,
        budgets=[form[budget_field(slug)] for slug in ("", *_platforms())],
        folds=[_fold(form, group) for group in words.GROUPS],
        currency=currency,
        own=bool(access.workspace().thresholds),
        editor=access.may_edit(),
        problem=problem,
        status=status,
    )


def _fold(form: BaseForm, group: words.Group) -> Fold:
    own = access.workspace().thresholds
    return Fold(
        group,
        [
            Row(form[threshold_field(each.name)], each, _usual(each.name), each.name in own)
            for each in group.fields
        ],
    )


def _usual(name: str) -> str:
    return words.worded(name, words.default(name), access.workspace().currency)


def _done(done: str) -> Response:
    """What was found before rests on other thresholds, so it is looked for again."""
    nightly.queue(db.session(), access.workspace().id)
    db.session.commit()
    flash(f"{done} Findings are being looked for again; reports that are made stay as they are.")
    return _back()


def _unchanged() -> Response:
    db.session.commit()
    flash("Nothing was different, so nothing was changed.")
    return _back()


def _back() -> Response:
    answer = redirect(url_for("advice_settings.index"), code=303)
    return Response(answer.get_data(), status=303, headers=answer.headers)

"""Planned tests: choose, look at the plan, begin, follow the blocks, stop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.advice import planned
from app.advice.drawing import SWING, WEEKS, WHY_NOT, Drawn, Wanted, candidates
from app.advice.evaluations import evaluated
from app.advice.permissions import rights
from app.errors import AppError, Invalid, NotFound, TooMany
from app.extensions import db
from app.metrics.platforms import platform_label
from app.metrics.sources import sources
from app.models import ChangeSet, PlannedTest
from app.web import access, changing, planned_test_words, planning
from app.web.htmx import page
from app.web.incoming import refuse_nul_in_form

blueprint = Blueprint("planned_tests", __name__, url_prefix="/dashboard/reports/tests")
blueprint.before_request(refuse_nul_in_form)


@blueprint.get("")
def index() -> Response:
    """The test that is on, and those before."""
    place = access.workspace()
    return page(
        "planned_tests/index.html",
        "listed",
        tests=planned.every(db.session(), place.id),
        current=planned.unfinished(db.session(), place, access.today()),
        may_edit=access.may_edit(),
        **_words(),
    )


@blueprint.get("/new")
def new() -> Response:
    """The form, and the plan once platforms are chosen; the address holds what was chosen."""
    access.require_editor()
    try:
        drawn = planning.drawn(_wanted(request.args)) if "platform" in request.args else None
    except AppError as error:
        return _form(request.args, problem=error)
    return _form(request.args, drawn=drawn)


@blueprint.post("")
def begin() -> ResponseReturnValue:
    """Begin exactly the plan that was looked at."""
    access.require_editor()
    try:
        made = planning.begin(_wanted(request.form), request.form.get("seen", ""))
    except AppError as error:
        db.session.rollback()
        return _form(request.form, problem=error)
    flash("The test is planned. Each block's budgets are on this page.", "done")
    return redirect(url_for("planned_tests.show", test_id=made.id), code=303)


@blueprint.get("/<int:test_id>")
def show(test_id: int) -> Response:
    """Its blocks, and what it says so far."""
    return _shown(planning.find(test_id))


@blueprint.post("/<int:test_id>/stop")
def stop(test_id: int) -> ResponseReturnValue:
    """End it before its time."""
    access.require_editor()
    try:
        planning.stop(test_id)
    except AppError as error:
        db.session.rollback()
        return _shown(planning.find(test_id), error)
    flash("The test is stopped. What was spent as drawn stays known.", "done")
    return redirect(url_for("planned_tests.show", test_id=test_id), code=303)


@blueprint.post("/<int:test_id>/apply")
def apply(test_id: int) -> ResponseReturnValue:
    """The budgets of the block that is on, for review; nothing is sent."""
    return _review(test_id, changing.of_block)


@blueprint.post("/<int:test_id>/back")
def back(test_id: int) -> ResponseReturnValue:
    """The budgets as they were before the test, for review; nothing is sent."""
    return _review(test_id, changing.back_from)


def _review(test_id: int, prepare: Callable[[PlannedTest], ChangeSet]) -> ResponseReturnValue:
    access.require_editor()
    try:
        made = prepare(planning.find(test_id))
    except AppError as error:
        if error.status == NotFound.status:
            raise
        db.session.rollback()
        return _shown(planning.find(test_id), error)
    return redirect(url_for("changes.show", set_id=made.id), code=303)


def _shown(test: PlannedTest, error: AppError | None = None) -> Response:
    today = access.today()
    return page(
        "planned_tests/show.html",
        "followed",
        status=error.status if error else 200,
        test=test,
        blocks=planned.blocks(test),
        block=planned.block_on(test, today),
        usual=planned.usual_budgets(test),
        began=planned.began(test, today),
        sets=planned.sets_of(db.session(), test),
        back=planned.BACK,
        read=evaluated(test),
        known=sources(db.session(), access.workspace().id),
        rights=rights(db.session(), access.workspace().id),
        today=today,
        problem=error.message if error else "",
        may_edit=access.may_edit(),
        **_words(),
    )


def _form(
    given: MultiDict[str, str], *, drawn: Drawn | None = None, problem: AppError | None = None
) -> Response:
    session, place = db.session(), access.workspace()
    known, today = sources(session, place.id), access.today()
    answer = page(
        "planned_tests/new.html",
        "planned",
        status=problem.status if problem else 200,
        given=given,
        chosen=given.getlist("platform"),
        candidates=candidates(session, place, known, access.now()),
        known=known,
        rights=rights(session, place.id),
        current=planned.unfinished(session, place, today),
        drawn=drawn,
        blocks=planned.blocks(drawn.test) if drawn else [],
        problem=problem.message if problem else "",
        seed=drawn.test.seed if drawn else given.get("seed") or planning.seed(),
        tomorrow=_tomorrow(),
        today=today,
        bounds={"weeks": WEEKS, "swing": SWING},
        why_not=WHY_NOT,
        **_words(),
    )
    if isinstance(problem, TooMany):
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def _words() -> dict[str, Any]:
    return {
        "label": platform_label,
        "named": planned.named,
        "standing": planning.standing,
        "words": planned_test_words,
    }


def _wanted(given: MultiDict[str, str]) -> Wanted:
    """Raises Invalid."""
    return Wanted(
        platforms=given.getlist("platform"),
        first=_day(given["first"]) if given.get("first") else _tomorrow(),
        weeks=_whole(given["weeks"], "weeks") if given.get("weeks") else None,
        swing=_percent(given.get("swing", "")),
        seed=_whole(given["seed"], "seed") if given.get("seed") else planning.seed(),
    )


def _tomorrow() -> dt.date:
    return access.today() + dt.timedelta(days=1)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("Choose the first day, as in 2026-12-01. Nothing was stored.") from error


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise Invalid(f"The {name} must be a whole number. Nothing was stored.")
    return int(text)


def _percent(text: str) -> Decimal:
    """As a share of one."""
    try:
        return Decimal(text.strip() or "30") / 100
    except ArithmeticError as error:
        raise Invalid(
            "The swing must be a number of percent, such as 30. Nothing was stored."
        ) from error

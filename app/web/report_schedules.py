"""Schedules of reports: what is sent to whom when, what became of it, and how it looks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import limits, places
from app.accounts.limits import Count
from app.errors import AppError, Conflict, named
from app.extensions import db
from app.insights.languages import NAMES
from app.models import ReportDelivery, ReportLetter, ReportSchedule
from app.reports import delivering, ordering, posting, recipients, scheduling, template
from app.web import access, entry, report_samples, schedule_form
from app.web.htmx import page
from app.web.incoming import refuse_nul_in_form, row_number
from app.web.report_choices import offered

blueprint = Blueprint("report_schedules", __name__, url_prefix="/dashboard/reports/schedules")
blueprint.before_request(refuse_nul_in_form)

SHOWN_DELIVERIES = 20


@blueprint.get("")
def index() -> Response:
    """Every schedule, with its last and next time."""
    place = access.workspace().id
    return page(
        "schedules/index.html",
        "listed",
        schedules=scheduling.listed(db.session(), place),
        latest=scheduling.latest_of_each(db.session(), place),
        rhythm=scheduling.rhythm,
        active=recipients.active,
        now=access.now(),
        mails=bool(access.settings().smtp_host),
        may_edit=access.may_edit(),
    )


@blueprint.get("/new")
def new() -> Response:
    """A form filled with what is usual, or with what `report` is about."""
    access.require_editor()
    number = request.args.get("report")
    if number is None:
        return _form(None, schedule_form.usual())
    report = ordering.find(db.session(), access.workspace().id, row_number(number))
    return _form(None, schedule_form.of_report(report))


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Follow a new schedule."""
    access.require_editor()
    try:
        made = scheduling.create(
            db.session(),
            access.workspace().id,
            access.user().id,
            schedule_form.wanted(),
            access.now(),
        )
    except AppError as error:
        db.session.rollback()
        return _form(None, schedule_form.sent(), error)
    db.session.commit()
    flash(f"“{made.title}” is scheduled.")
    return _to(made.id)


@blueprint.get("/<int:schedule_id>")
def show(schedule_id: int) -> Response:
    """The form, and what became of the last letters."""
    found = _schedule(schedule_id)
    return _form(found, schedule_form.stored(found))


@blueprint.post("/<int:schedule_id>")
def save(schedule_id: int) -> ResponseReturnValue:
    """Change it."""
    found = _changeable(schedule_id)
    try:
        scheduling.change(db.session(), found, schedule_form.wanted(), access.now())
    except AppError as error:
        db.session.rollback()
        return _form(_schedule(schedule_id), schedule_form.sent(), error)
    return _done(schedule_id, "The schedule is changed.")


@blueprint.post("/<int:schedule_id>/pause")
def pause(schedule_id: int) -> ResponseReturnValue:
    """Send nothing for now."""
    scheduling.pause(db.session(), _changeable(schedule_id), access.now())
    return _done(schedule_id, "The schedule is paused. Nothing is sent until you resume it.")


@blueprint.post("/<int:schedule_id>/resume")
def resume(schedule_id: int) -> ResponseReturnValue:
    """Go on."""
    scheduling.resume(_changeable(schedule_id), access.now())
    return _done(schedule_id, "The schedule goes on with its next time.")


@blueprint.post("/<int:schedule_id>/delete")
def delete(schedule_id: int) -> ResponseReturnValue:
    """Send nothing more."""
    found = _changeable(schedule_id)
    scheduling.delete(db.session(), found, access.now())
    db.session.commit()
    flash(f"“{found.title}” is deleted. The reports it made are kept.")
    return redirect(url_for("report_schedules.index"), code=303)


@blueprint.get("/<int:schedule_id>/preview")
def preview(schedule_id: int) -> ResponseReturnValue:
    """The letter itself, as it would be if it were due now."""
    return report_samples.html(_schedule(schedule_id))


@blueprint.post("/<int:schedule_id>/test")
def test(schedule_id: int) -> ResponseReturnValue:
    """The same letter to whoever asks, and to nobody else."""
    found = _changeable(schedule_id)
    if not access.settings().smtp_host:
        raise Conflict("Nothing was sent: this installation has no mail server. See below how.")
    entry.limiter().count([Count(limits.TEST_LETTER, str(access.user().id))])
    report_samples.send(found, access.user().email)
    return _done(schedule_id, f"A test is on its way to {access.user().email}.")


@blueprint.post("/<int:schedule_id>/letters/<int:letter_id>/again")
def send_again(schedule_id: int, letter_id: int) -> ResponseReturnValue:
    """Send one letter that is not known to have arrived once more."""
    found = _changeable(schedule_id)
    delivering.send_again(db.session(), found, letter_id, access.now())
    return _done(schedule_id, "The letter is sent again within a minute.")


def _schedule(schedule_id: int) -> ReportSchedule:
    return scheduling.find(db.session(), access.workspace().id, schedule_id)


def _changeable(schedule_id: int) -> ReportSchedule:
    access.require_editor()
    return _schedule(schedule_id)


def _done(schedule_id: int, words: str) -> ResponseReturnValue:
    db.session.commit()
    flash(words)
    return _to(schedule_id)


def _to(schedule_id: int) -> ResponseReturnValue:
    return redirect(url_for("report_schedules.show", schedule_id=schedule_id), code=303)


def _form(
    found: ReportSchedule | None, shown: dict[str, Any], error: AppError | None = None
) -> Response:
    field, message = named(error.message) if error else ("", "")
    place, chosen = access.workspace(), schedule_form.chosen(shown)
    return page(
        "schedules/show.html",
        "schedule",
        status=error.status if error else 200,
        schedule=found,
        shown=shown,
        rhythm=scheduling.rhythm(found) if found else None,
        listed=recipients.listed(found) if found else [],
        deliveries=_deliveries(found),
        again=_again,
        now=access.now(),
        problem=message,
        problem_field=field,
        ranges=template.RANGES,
        compared=template.COMPARED,
        languages=NAMES,
        offered=offered(db.session(), place.id, chosen),
        chosen=chosen,
        zones=sorted({*places.time_zones(), place.time_zone}),
        settle_most=scheduling.MOST_SETTLE_DAYS,
        mails=bool(access.settings().smtp_host),
        may_edit=access.may_edit(),
    )


def _again(schedule: ReportSchedule, delivery: ReportDelivery, letter: ReportLetter) -> bool:
    """Whether a letter did not arrive, for all that is known, and can be sent once more."""
    if letter.state not in posting.NOT_ARRIVED:
        return False
    return not delivering.why_not_again(db.session(), schedule, delivery, letter)


def _deliveries(found: ReportSchedule | None) -> Any:
    if found is None:
        return []
    place = access.workspace().id
    return scheduling.last_deliveries(db.session(), place, found.id, SHOWN_DELIVERIES)

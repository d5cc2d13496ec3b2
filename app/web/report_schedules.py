"""Schedules of reports: what is sent to whom when, what became of it, and how it looks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import limits, places
from app.accounts.limits import Count
from app.errors import AppError, Conflict, Invalid, named
from app.extensions import db
from app.metrics.platforms import platform_label
from app.metrics.sources import sources
from app.models import ReportSchedule
from app.reports import delivering, recipients, scheduling, template
from app.reports.scheduling import Wanted
from app.reports.timing import Every, Rhythm
from app.web import access, entry, report_samples
from app.web.htmx import page
from app.web.incoming import refuse_nul_in_form, row_number

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
        mails=bool(access.settings().smtp_host),
        may_edit=access.may_edit(),
    )


@blueprint.get("/new")
def new() -> Response:
    """An empty form, filled with what is usual."""
    access.require_editor()
    return _form(None)


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Follow a new schedule."""
    access.require_editor()
    try:
        made = scheduling.create(
            db.session(), access.workspace().id, access.user().id, _wanted(), access.now()
        )
    except AppError as error:
        db.session.rollback()
        return _form(None, error)
    db.session.commit()
    flash(f"“{made.title}” is scheduled.")
    return _to(made.id)


@blueprint.get("/<int:schedule_id>")
def show(schedule_id: int) -> Response:
    """The form, and what became of the last letters."""
    return _form(_schedule(schedule_id))


@blueprint.post("/<int:schedule_id>")
def save(schedule_id: int) -> ResponseReturnValue:
    """Change it."""
    found = _changeable(schedule_id)
    try:
        scheduling.change(db.session(), found, _wanted(), access.now())
    except AppError as error:
        db.session.rollback()
        return _form(_schedule(schedule_id), error)
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
    """The letter itself, about the latest report there is."""
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


def _wanted() -> Wanted:
    """What the form says. Raises Invalid that names the field first."""
    form = request.form
    every = Every.MONTH if form.get("every") == Every.MONTH else Every.WEEK
    day = _number("day", form.get("weekday" if every == Every.WEEK else "month_day", ""))
    asked = {
        "range": form.get("range", ""),
        "compare": form.get("compare", ""),
        "platforms": form.getlist("platforms"),
        "accounts": [row_number(each) for each in form.getlist("accounts")],
        "campaigns": [row_number(each) for each in form.getlist("campaigns")],
    }
    return Wanted(
        title=form.get("title", ""),
        subject=form.get("subject", ""),
        request=template.checked(db.session(), access.workspace().id, asked),
        rhythm=Rhythm(every, day, _number("hour", form.get("hour", "")), form.get("time_zone", "")),
        settle_days=_number("settle_days", form.get("settle_days", "0")),
        attach_pdf="attach_pdf" in form,
        link=form.get("link", ""),
        recipients=recipients.addresses(form.get("recipients", "")),
    )


def _number(field: str, given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) < 4):
        raise Invalid(f"{field}: Write a whole number.")
    return int(given)


def _form(found: ReportSchedule | None, error: AppError | None = None) -> Response:
    field, message = named(error.message) if error else ("", "")
    place = access.workspace()
    known = sources(db.session(), place.id)
    return page(
        "schedules/show.html",
        "schedule",
        status=error.status if error else 200,
        schedule=found,
        shown=_sent() if error else _stored(found),
        rhythm=scheduling.rhythm(found) if found else None,
        listed=recipients.listed(found) if found else [],
        deliveries=_deliveries(found),
        problem=message,
        problem_field=field,
        ranges=template.RANGES,
        compared=template.COMPARED,
        platforms={slug: platform_label(slug) for slug in known.platforms},
        accounts=known.counted,
        zones=sorted({*places.time_zones(), place.time_zone}),
        settle_most=scheduling.MOST_SETTLE_DAYS,
        mails=bool(access.settings().smtp_host),
        may_edit=access.may_edit(),
    )


def _deliveries(found: ReportSchedule | None) -> Any:
    if found is None:
        return []
    place = access.workspace().id
    return scheduling.last_deliveries(db.session(), place, found.id, SHOWN_DELIVERIES)


def _sent() -> dict[str, Any]:
    several = ("platforms", "accounts", "campaigns")
    shown: dict[str, Any] = {**_usual(), "attach_pdf": "attach_pdf" in request.form}
    shown.update({name: request.form[name] for name in request.form if name not in several})
    return {**shown, **{name: request.form.getlist(name) for name in several}}


def _stored(found: ReportSchedule | None) -> dict[str, Any]:
    if found is None:
        return _usual()
    weekly = found.every == Every.WEEK
    return {
        **_usual(),
        **found.request,
        "accounts": [str(each) for each in found.request["accounts"]],
        "title": found.title,
        "subject": found.subject,
        "every": found.every,
        "weekday" if weekly else "month_day": str(found.day),
        "hour": str(found.hour),
        "time_zone": found.time_zone,
        "settle_days": str(found.settle_days),
        "recipients": "\n".join(each.email for each in recipients.listed(found)),
        "attach_pdf": found.attach_pdf,
        "link": found.link,
    }


def _usual() -> dict[str, Any]:
    return {
        "title": "Weekly performance",
        "subject": "",
        "range": template.Range.WEEK,
        "compare": "previous",
        "platforms": [],
        "accounts": [],
        "campaigns": [],
        "every": Every.WEEK,
        "weekday": "0",
        "month_day": "1",
        "hour": "8",
        "time_zone": access.workspace().time_zone,
        "settle_days": "3",
        "recipients": "",
        "attach_pdf": True,
        "link": "anybody",
    }

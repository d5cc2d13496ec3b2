"""Schedules of reports as JSON."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from flask import Blueprint, Response
from msgspec import Meta, field

from app.extensions import db
from app.models import ReportDelivery, ReportSchedule
from app.reports import recipients, scheduling, template
from app.reports.scheduling import Wanted
from app.reports.template import Range
from app.reports.timing import Every, Rhythm
from app.web import access
from app.web.apidoc import Answer, Body, answer, body, documented
from app.web.reports_api import LANGUAGE

blueprint = Blueprint("report_schedules_api", __name__, url_prefix="/api/report-schedules")

Link = Literal["anybody", "members", "none"]


class ScheduleIn(Body):
    """`day` is a weekday, Monday 0, or a day of the month; in a month without it the last counts.

    `settle_days` is how long the report may wait until its figures change no more. On the first
    day of a month or quarter `this-month` or `this-quarter` is the whole one before.
    """

    title: str
    recipients: list[str]
    subject: str = ""
    range: Range = Range.WEEK
    compare: Literal["previous", "year", "none"] = "previous"
    language: Annotated[str, Meta(description=LANGUAGE)] | None = None
    platforms: list[str] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)
    campaigns: list[int] = field(default_factory=list)
    every: Every = Every.WEEK
    day: int = 0
    hour: int = 8
    time_zone: str = ""
    settle_days: int = 3
    attach_pdf: bool = True
    link: Link = "anybody"


class RecipientOut(Answer):
    email: str
    unsubscribed_at: dt.datetime | None


class DeliveryOut(Answer):
    """`error` says what went wrong last, empty when nothing did."""

    due_at: dt.datetime
    state: str
    report_id: int | None
    error: str
    finished_at: dt.datetime | None


class ScheduleOut(Answer):
    """`sends` is false while the installation has no mail server: nothing leaves then."""

    id: int
    title: str
    subject: str
    range: str
    compare: str
    language: str
    platforms: list[str]
    accounts: list[int]
    campaigns: list[int]
    every: str
    day: int
    hour: int
    time_zone: str
    settle_days: int
    recipients: list[RecipientOut]
    attach_pdf: bool
    link: str
    next_at: Annotated[dt.datetime | None, Meta(description="Null while paused.")]
    sends: bool
    last: DeliveryOut | None


class SchedulesOut(Answer):
    schedules: list[ScheduleOut]


@blueprint.get("")
@documented("The schedules of reports", answer=SchedulesOut)
def index() -> Response:
    """The next due first."""
    place = access.workspace().id
    latest = scheduling.latest_of_each(db.session(), place)
    found = scheduling.listed(db.session(), place)
    return answer(SchedulesOut(schedules=[_out(each, latest.get(each.id)) for each in found]))


@blueprint.post("")
@documented("Schedule a report", body=ScheduleIn, answer=ScheduleOut, status=201, errors=(409,))
def create() -> Response:
    """From its next time on."""
    access.require_editor()
    made = scheduling.create(
        db.session(), access.workspace().id, access.user().id, _wanted(), access.now()
    )
    db.session.commit()
    return answer(_out(made, None), 201)


@blueprint.put("/<int:schedule_id>")
@documented("Change a schedule", body=ScheduleIn, answer=ScheduleOut)
def change(schedule_id: int) -> Response:
    """All of it at once; what is on its way goes on as it was ordered."""
    found = _changeable(schedule_id)
    scheduling.change(db.session(), found, _wanted(), access.now())
    db.session.commit()
    latest = scheduling.latest_of_each(db.session(), found.workspace_id)
    return answer(_out(found, latest.get(found.id)))


@blueprint.delete("/<int:schedule_id>")
@documented("Delete a schedule", status=204)
def delete(schedule_id: int) -> Response:
    """Nothing more is sent; the reports it made are kept."""
    scheduling.delete(db.session(), _changeable(schedule_id), access.now())
    db.session.commit()
    return Response(status=204)


def _changeable(schedule_id: int) -> ReportSchedule:
    access.require_editor()
    return scheduling.find(db.session(), access.workspace().id, schedule_id)


def _wanted() -> Wanted:
    sent = body(ScheduleIn)
    place = access.workspace()
    asked = {
        "range": sent.range,
        "compare": sent.compare,
        "language": sent.language or place.report_language,
        "platforms": sent.platforms,
        "accounts": sent.accounts,
        "campaigns": sent.campaigns,
    }
    return Wanted(
        title=sent.title,
        subject=sent.subject,
        request=template.checked(db.session(), place.id, asked),
        rhythm=Rhythm(sent.every, sent.day, sent.hour, sent.time_zone or place.time_zone),
        settle_days=sent.settle_days,
        attach_pdf=sent.attach_pdf,
        link=sent.link,
        recipients=sent.recipients,
    )


def _out(found: ReportSchedule, last: ReportDelivery | None) -> ScheduleOut:
    return ScheduleOut(
        id=found.id,
        title=found.title,
        subject=found.subject,
        **{**found.request, "language": template.language_of(found.request)},
        every=found.every,
        day=found.day,
        hour=found.hour,
        time_zone=found.time_zone,
        settle_days=found.settle_days,
        recipients=[
            RecipientOut(email=each.email, unsubscribed_at=each.unsubscribed_at)
            for each in recipients.listed(found)
        ],
        attach_pdf=found.attach_pdf,
        link=found.link,
        next_at=None if found.paused_at else found.next_at,
        sends=bool(access.settings().smtp_host),
        last=_delivery(last),
    )


def _delivery(last: ReportDelivery | None) -> DeliveryOut | None:
    if last is None:
        return None
    return DeliveryOut(
        due_at=last.due_at,
        state=last.state,
        report_id=last.report_id,
        error=last.error,
        finished_at=last.finished_at,
    )

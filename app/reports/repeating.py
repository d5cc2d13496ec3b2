"""When a changed schedule is due next, without sending a report that was sent already."""

from __future__ import annotations

import datetime as dt

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.models import Report, ReportDelivery, ReportSchedule, Workspace
from app.reports import ordering, template
from app.reports.ordering import Wanted
from app.reports.timing import Rhythm


def next_new(
    session: Session, schedule: ReportSchedule, times: Rhythm, now: dt.datetime
) -> dt.datetime:
    """The next of `times`, but not one that only repeats the last letter's report.

    A later hour of the day on which it was sent would. Where one time repeats the other anyway,
    as of last month every week, that is what was asked for.
    """
    coming = times.next_at(now)
    after = times.next_at(coming)
    repeated = _asked(session, schedule, coming)
    if (
        repeated is not None
        and repeated == _last(session, schedule)
        and repeated != _asked(session, schedule, after)
    ):
        return after
    return coming


def _last(session: Session, schedule: ReportSchedule) -> Wanted | None:
    """What the last delivery that did not fail was of, or will be."""
    row = session.execute(
        select(ReportDelivery, Report)
        .outerjoin(Report, Report.id == ReportDelivery.report_id)
        .where(ReportDelivery.schedule_id == schedule.id, ReportDelivery.state != "failed")
        .order_by(ReportDelivery.due_at.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    delivery, report = row
    if report is None:
        return _asked(session, schedule, delivery.due_at)
    return msgspec.structs.replace(ordering.wanted_of(report), title="")


def _asked(session: Session, schedule: ReportSchedule, at: dt.datetime) -> Wanted | None:
    """The report of a time, whatever its title; None when there are no days for it."""
    workspace = session.get_one(Workspace, schedule.workspace_id)
    try:
        return template.wanted_at(schedule.request, "", workspace, at)
    except Invalid:
        return None

"""When a schedule is due next, without sending a report of the day a second time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Report, ReportDelivery, ReportSchedule, Workspace
from app.reports import ordering, template
from app.reports.ordering import Wanted
from app.reports.timing import Rhythm

# A day of a time zone may have 25 hours.
_LONGEST_DAY = dt.timedelta(hours=25)


def next_new(
    session: Session,
    schedule: ReportSchedule,
    times: Rhythm,
    now: dt.datetime,
    *,
    zones: Collection[str] = (),
) -> dt.datetime:
    """The next of `times`, but not one that repeats a report of the same day.

    A later hour of the day on which it was sent would. A day is the same if any calendar says so:
    the schedule's, the workspace's, or that of `zones`. Another day's report is due whatever it is
    of, as last month's every week.
    """
    coming = times.next_at(now)
    workspace = session.get_one(Workspace, schedule.workspace_id)
    calendars = {*zones, times.time_zone, workspace.time_zone}
    made = [
        _of(schedule, workspace, delivery, report)
        for delivery, report in _lately(session, schedule, coming)
        if _same_day(calendars, delivery.due_at, coming)
    ]
    return times.next_at(coming) if _asked(schedule, workspace, coming) in made else coming


def _lately(
    session: Session, schedule: ReportSchedule, coming: dt.datetime
) -> list[tuple[ReportDelivery, Report | None]]:
    """Deliveries that did not fail and may be of the same day, with what they sent."""
    rows = session.execute(
        select(ReportDelivery, Report)
        .outerjoin(Report, Report.id == ReportDelivery.report_id)
        .where(
            ReportDelivery.workspace_id == schedule.workspace_id,
            ReportDelivery.schedule_id == schedule.id,
            ReportDelivery.state != "failed",
            ReportDelivery.due_at >= coming - _LONGEST_DAY,
        )
    )
    return [(delivery, report) for delivery, report in rows]


def _same_day(zones: Collection[str], one: dt.datetime, other: dt.datetime) -> bool:
    return any(
        one.astimezone(ZoneInfo(zone)).date() == other.astimezone(ZoneInfo(zone)).date()
        for zone in zones
    )


def _of(
    schedule: ReportSchedule,
    workspace: Workspace,
    delivery: ReportDelivery,
    report: Report | None,
) -> Wanted:
    """What a delivery is of; until its letters are addressed it follows the schedule."""
    if report is None or delivery.state in {"waiting", "generating"}:
        return _asked(schedule, workspace, delivery.due_at)
    return msgspec.structs.replace(ordering.wanted_of(report), title="")


def _asked(schedule: ReportSchedule, workspace: Workspace, at: dt.datetime) -> Wanted:
    """The report of a time, whatever its title."""
    asked = template.wanted_at(schedule.request, "", workspace, at)
    return msgspec.structs.replace(asked, title="")

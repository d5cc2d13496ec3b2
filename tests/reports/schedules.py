"""Schedules and finished reports for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from app.models import Report, ReportSchedule
from app.reports import scheduling
from app.reports.document import freeze
from app.reports.scheduling import Wanted
from app.reports.timing import Every, Rhythm
from tests.reports.samples import usual

# A Friday; the schedule's Monday comes three days later.
FRIDAY = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
MONDAY = dt.datetime(2026, 11, 30, 7, tzinfo=dt.UTC)
WEEK = dt.timedelta(days=7)
WEEKLY = Rhythm(Every.WEEK, 0, 8, "Europe/Berlin")
REQUEST = {
    "range": "7d",
    "compare": "previous",
    "platforms": [],
    "accounts": [],
    "campaigns": [],
}


def wanted(**fields: Any) -> Wanted:
    """Mondays at eight in Berlin, to two people."""
    return Wanted(
        **{
            "title": "Weekly performance",
            "subject": "Northlight: the week",
            "request": REQUEST,
            "rhythm": WEEKLY,
            "settle_days": 0,
            "attach_pdf": False,
            "link": "anybody",
            "recipients": ["ana@client.example", "ben@client.example"],
            **fields,
        }
    )


def make_schedule(
    session: Session, workspace_id: int, user_id: int, **fields: Any
) -> ReportSchedule:
    """A schedule made on FRIDAY."""
    made = scheduling.create(session, workspace_id, user_id, wanted(**fields), FRIDAY)
    session.commit()
    return made


def finish(session: Session, report: Report) -> None:
    """What the job does once it has assembled a report."""
    report.document, report.content_hash = freeze(usual())
    report.state, report.error = "completed", ""
    session.commit()


def make_report(session: Session, workspace_id: int) -> Report:
    """A report that is ready."""
    days = {"first": "2025-12-01", "last": "2025-12-31"}
    made = Report(workspace_id=workspace_id, title="December", request=days)
    session.add(made)
    session.flush()
    finish(session, made)
    return made

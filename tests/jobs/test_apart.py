"""What computes for seconds does so in a process of its own, and what goes wrong there is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest
from procrastinate import JobContext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import FindingLook, Report
from app.reports import ordering
from app.reports.ordering import Wanted
from app.settings import Settings
from jobs import tasks
from jobs.runtime import KEY, Runtime, utc_now
from tests.conftest import Member

DAY = dt.timedelta(days=1)


@pytest.fixture
def context(settings: Settings) -> Iterator[JobContext]:
    runtime = Runtime.create(settings)
    yield cast("JobContext", SimpleNamespace(additional_context={KEY: runtime}))
    runtime.engine.dispose()


@pytest.fixture
def report(session: Session, alice: Member) -> Report:
    """Ordered, of the days up to the day before yesterday."""
    now = utc_now()
    days = Wanted(first=now.date() - 20 * DAY, last=now.date() - 2 * DAY)
    made = ordering.order(
        session, alice.workspace, days, user_id=alice.user.id, today=now.date(), now=now
    )
    session.commit()
    return made


def test_a_report_comes_back_from_its_process_and_is_kept(
    session: Session, report: Report, context: JobContext
) -> None:
    tasks.write_report(context, report_id=report.id)
    session.refresh(report)
    assert (report.state, report.error, report.steps_done) == ("completed", "", 4)
    assert report.summary


def test_days_none_of_which_is_over_are_refused_in_words(
    session: Session, report: Report, context: JobContext
) -> None:
    report.request = {**report.request, "first": "2999-01-01", "last": "2999-01-31"}
    session.commit()
    tasks.write_report(context, report_id=report.id)
    session.refresh(report)
    assert report.state == "failed"
    assert "over" in report.error
    assert "log of the server" not in report.error


def test_a_process_that_breaks_leaves_a_report_that_can_be_tried_again(
    session: Session, report: Report, settings: Settings
) -> None:
    runtime = Runtime.create(settings)
    elsewhere = replace(settings, database_url="postgresql+psycopg://nobody@127.0.0.1:9/nowhere")
    broken = replace(runtime, settings=elsewhere)
    context = cast("JobContext", SimpleNamespace(additional_context={KEY: broken}))
    tasks.write_report(context, report_id=report.id)
    runtime.engine.dispose()
    session.refresh(report)
    assert report.state == "failed"
    assert "try again" in report.error


def test_a_look_is_made_and_noted_by_its_process(
    session: Session, alice: Member, context: JobContext
) -> None:
    tasks.look_for_findings(context, workspace_id=alice.workspace.id)
    assert session.scalars(select(FindingLook.workspace_id)).all() == [alice.workspace.id]


def test_every_setting_reaches_the_process(settings: Settings) -> None:
    full = replace(settings, platforms={"PLATFORM_ACORN": "é"}, encryption_keys=("a", "b"))
    assert msgspec.json.decode(msgspec.json.encode(full), type=Settings) == full

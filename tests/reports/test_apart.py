"""What computes for seconds does so in a process of its own, and what goes wrong there is told."""

from __future__ import annotations

import datetime as dt
import io
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest
from flask import Flask
from procrastinate import JobContext
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.advice.answering import answer_for
from app.errors import Invalid
from app.metrics.period import Period
from app.metrics.sources import sources
from app.models import FindingLook, Report
from app.reports import apart, looking, ordering, writing
from app.reports.ordering import Wanted
from app.settings import Settings
from jobs import tasks
from jobs.runtime import KEY, Runtime, utc_now
from tests.advice.test_asking import NOW, PERIOD
from tests.advice.test_nightly import make_waste
from tests.conftest import Member, sign_in

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


def test_what_a_page_asks_for_comes_back_as_it_was_computed(
    session: Session, alice: Member, settings: Settings
) -> None:
    make_waste(session, alice)
    session.commit()
    place = alice.workspace
    known = sources(session, place.id)
    found = apart.find(settings, place.id, PERIOD, NOW)
    assert found == answer_for(session, place, PERIOD, known=known, now=NOW)
    assert "zero_result" in [each.rule for each in found.findings]
    wanted = Wanted(first=PERIOD.first, last=PERIOD.last)
    sessions = sessionmaker(session.get_bind(), expire_on_commit=False)
    assert apart.draft(settings, place.id, wanted, NOW) == writing.draft(
        sessions, place.id, wanted, looking.look, NOW
    )


def test_days_to_come_are_refused_to_a_page_in_words(alice: Member, settings: Settings) -> None:
    far = Period(dt.date(2999, 1, 1), dt.date(2999, 1, 31))
    with pytest.raises(Invalid, match="has not begun"):
        apart.find(settings, alice.workspace.id, far, NOW)
    with pytest.raises(Invalid, match="over"):
        apart.draft(settings, alice.workspace.id, Wanted(first=far.first, last=far.last), NOW)


def test_a_page_waits_only_so_long_for_others_and_is_told(
    app: Flask, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "_PATIENCE", 0.0)
    monkeypatch.setattr(apart, "_places", threading.BoundedSemaphore(1))
    client = sign_in(app, alice)
    with apart._places:
        busy = client.get("/api/insights?from=2026-06-01&to=2026-06-14")
    assert (busy.status_code, busy.json["error"]["code"]) == (503, "not_now")
    assert client.get("/api/insights?from=2026-06-01&to=2026-06-14").status_code == 200


def test_what_takes_too_long_for_a_page_is_given_up_and_told(
    app: Flask, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "_PAGE_SECONDS", 0.01)
    given_up = sign_in(app, alice).get("/api/insights?from=2026-06-01&to=2026-06-14")
    assert given_up.status_code == 503
    assert "Ask for fewer days" in given_up.text


def test_a_process_that_is_killed_is_told_to_a_page_as_what_it_is(
    app: Flask, alice: Member, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    killed = tmp_path / "killed"
    killed.write_text("#!/bin/sh\nkill -9 $$\n")
    killed.chmod(0o755)
    client = sign_in(app, alice)
    monkeypatch.setattr(sys, "executable", str(killed))
    told = client.get("/api/insights?from=2026-06-01&to=2026-06-14")
    assert (told.status_code, told.json["error"]["code"]) == (503, "not_now")
    assert "ended before it was done" in told.json["error"]["message"]


def test_what_is_printed_on_the_way_is_no_part_of_the_answer(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    def noisy(_task: object) -> apart._Answer:
        print("a library's own words")  # noqa: T201 as a library might
        return apart._Answer(refused="Nothing to find.")

    task = apart._Days(now=NOW, settings=settings, workspace_id=1, days=PERIOD)
    sent = io.TextIOWrapper(io.BytesIO(msgspec.json.encode(task)))
    monkeypatch.setattr(sys, "stdin", sent)
    monkeypatch.setattr(apart, "_outcome", noisy)
    apart.main()
    printed = capsysbinary.readouterr()
    assert msgspec.json.decode(printed.out, type=apart._Answer).refused == "Nothing to find."
    assert b"own words" in printed.err


def test_every_setting_reaches_the_process(settings: Settings) -> None:
    full = replace(settings, platforms={"PLATFORM_ACORN": "é"}, encryption_keys=("a", "b"))
    assert msgspec.json.decode(msgspec.json.encode(full), type=Settings) == full

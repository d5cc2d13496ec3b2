"""From a schedule that is due to a letter that is read, through every process on the way."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.models import Report, ReportDelivery, ReportSchedule
from app.settings import Settings
from jobs.schedule import TIMETABLE
from tests.conftest import Member, sign_in
from tests.jobs.conftest import Start
from tests.jobs.processes import with_mail
from tests.mail_server import MailServer
from tests.reports.conftest import fill_month
from tests.reports.schedules import make_schedule

ANA, BEN = "ana@client.example", "ben@client.example"
BUSY = "451 4.3.0 try again later"
NOW = dt.datetime.now(dt.UTC)
_LEFT = text("""
    SELECT count(*) FROM procrastinate_jobs
    WHERE status IN ('todo', 'doing') AND task_name IN ('deliver_report', 'write_report')
""")
[DELIVER] = [entry.action for entry in TIMETABLE if entry.name == "deliver"]


@pytest.fixture
def schedule(session: Session, alice: Member) -> ReportSchedule:
    """One that has been due for a minute, about days that hold figures."""
    fill_month(session, alice, NOW)
    made = make_schedule(session, alice.workspace.id, alice.user.id, attach_pdf=True)
    made.next_at = NOW - dt.timedelta(minutes=1)
    session.commit()
    return made


class Minutes:
    """Lets minutes of the timetable pass, each as soon as the one before it did its work."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self._session, self._settings = session, settings

    def pass_until(self, done: Callable[[ReportDelivery], bool]) -> ReportDelivery:
        while True:
            self.pass_one()
            delivery = self._session.scalars(select(ReportDelivery)).one()
            if done(delivery):
                return delivery

    def pass_one(self) -> None:
        """One in which both processes go on with the same delivery at once."""
        now = dt.datetime.now(dt.UTC)
        unfinished = update(ReportDelivery).where(ReportDelivery.finished_at.is_(None))
        for _ in range(2):
            self._session.execute(unfinished.values(look_at=now))
            DELIVER(self._session, self._settings, now)
        self._session.commit()
        deadline = time.monotonic() + 120
        while self._session.scalar(_LEFT):
            assert time.monotonic() < deadline
            self._session.commit()
            time.sleep(0.1)
        self._session.expire_all()


def test_a_due_schedule_reaches_each_reader_once_whoever_sends_and_refuses(
    app: Flask,
    session: Session,
    settings: Settings,
    alice: Member,
    schedule: ReportSchedule,
    mail_server: MailServer,
    start: Start,
) -> None:
    mail_server.refuses = {ANA: BUSY, BEN: BUSY}
    port = mail_server.server_address[1]
    for _ in range(2):
        start("mail", port)
    minutes = Minutes(session, with_mail(settings, port))

    refused = minutes.pass_until(lambda delivery: BUSY in delivery.error)
    assert not mail_server.taken
    page = sign_in(app, alice).get(f"/dashboard/reports/schedules/{schedule.id}").text
    assert BUSY in page

    mail_server.refuses = {}
    sent = minutes.pass_until(lambda delivery: delivery.finished_at is not None)
    for _ in range(3):
        minutes.pass_one()

    assert (sent.id, sent.state, sent.error) == (refused.id, "sent", "")
    assert Counter(to for to, _ in mail_server.taken) == {ANA: 1, BEN: 1}
    report = session.scalars(select(Report)).one()
    for _, letter in mail_server.taken:
        assert opened(app, letter) == [report.summary[0], report.title]
        assert attached(letter).startswith(b"%PDF-")


def opened(app: Flask, letter: EmailMessage) -> list[str]:
    """What of the report's first sentence and title the letter's link shows a stranger."""
    body = letter.get_body(("plain",))
    assert body is not None
    [path] = set(re.findall(r"http://localhost(/r/(?!unsubscribe)\S+)", body.get_content()))
    page = app.test_client().get(path).text
    sentence = re.search(r'report-summary"[^>]*>\s*<p dir="auto">([^<]*)', page)
    title = re.search(r"<h1[^>]*>([^<]*)", page)
    return [found[1] for found in (sentence, title) if found]


def attached(letter: EmailMessage) -> bytes:
    [part] = letter.iter_attachments()
    content = part.get_content()
    assert isinstance(content, bytes)
    return content

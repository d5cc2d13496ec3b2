"""Alerts by e-mail: one letter a workspace, once an incident, to those who want it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.advice import alerts
from app.models import Alert, Membership
from app.settings import Settings
from jobs.letters import send_alerts
from jobs.runtime import Runtime
from jobs.schedule import TIMETABLE
from jobs.tasks import TELL
from tests.advice.test_alerts import BREAK, PACING
from tests.conftest import Member
from tests.jobs.test_reminders import body
from tests.mail_server import MailServer
from tests.sync.fake_platform import NOON

_QUEUED = text("SELECT id FROM procrastinate_jobs WHERE task_name = :task")


@pytest.fixture
def runtime(settings: Settings, mail_server: MailServer) -> Iterator[Runtime]:
    made = Runtime.create(
        replace(
            settings,
            public_url="https://ads.example.com",
            smtp_host="127.0.0.1",
            smtp_port=mail_server.server_address[1],
            smtp_from="Growzzy <ads@example.com>",
            smtp_security="none",
        )
    )
    yield made
    made.engine.dispose()


@pytest.fixture
def raised(session: Session, alice: Member) -> None:
    alerts.check(session, alice.workspace, [BREAK, PACING], stale=set(), now=NOON)
    session.commit()


@pytest.mark.usefixtures("raised")
def test_one_letter_tells_all_of_them_once(runtime: Runtime, mail_server: MailServer) -> None:
    send_alerts(runtime, NOON)
    send_alerts(runtime, NOON)
    [(_, message)] = mail_server.taken
    assert message["To"] == "alice@example.com"
    assert message["Subject"] == "Northlight Coffee: Meta shows no conversions, and 1 more"
    said = body(mail_server)
    assert "2 things in Northlight Coffee should not wait" in said
    assert "42 were expected since Nov 12 and none came." in said
    assert "https://ads.example.com/dashboard/alerts" in said


@pytest.mark.usefixtures("raised")
def test_who_does_not_want_letters_gets_none(
    session: Session, runtime: Runtime, mail_server: MailServer
) -> None:
    session.execute(update(Membership).values(alerts_by_mail=False))
    session.commit()
    send_alerts(runtime, NOON)
    assert mail_server.taken == []


@pytest.mark.usefixtures("raised")
def test_a_letter_that_reached_nobody_is_due_again(
    session: Session, runtime: Runtime, mail_server: MailServer
) -> None:
    closed = Runtime(replace(runtime.settings, smtp_port=1), runtime.engine)
    send_alerts(closed, NOON)
    assert set(session.scalars(select(Alert.mailed_at))) == {None}
    send_alerts(runtime, NOON)
    assert len(mail_server.taken) == 1


@pytest.mark.parametrize(("host", "queued"), [("127.0.0.1", 1), ("", 0)])
@pytest.mark.usefixtures("raised")
def test_what_was_put_off_is_told_again_when_its_time_comes_and_not_a_night_later(
    session: Session,
    alice: Member,
    runtime: Runtime,
    mail_server: MailServer,
    host: str,
    queued: int,
) -> None:
    send_alerts(runtime, NOON)
    alert = session.scalars(select(Alert).where(Alert.rule == BREAK.rule)).one()
    alerts.snooze(session, alice.workspace.id, alert.id, days="1", user_id=alice.user.id, now=NOON)
    session.commit()
    [wake] = [each for each in TIMETABLE if each.name == "wake"]
    for minutes in (-5, 0, 5):
        now = NOON + dt.timedelta(days=1, minutes=minutes)
        wake.action(session, replace(runtime.settings, smtp_host=host), now)
    session.commit()
    assert len(session.scalars(_QUEUED, {"task": TELL}).all()) == queued
    send_alerts(runtime, NOON + dt.timedelta(days=1))
    _, (_, again) = mail_server.taken
    assert again["Subject"] == "Northlight Coffee: Meta shows no conversions"

"""Alerts by e-mail: one letter a workspace, once an incident, to those who want it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.advice import alerts
from app.models import Alert, Membership
from app.settings import Settings
from jobs.letters import send_alerts
from jobs.runtime import Runtime
from tests.advice.test_alerts import BREAK, PACING
from tests.conftest import Member
from tests.jobs.test_reminders import body
from tests.mail_server import MailServer
from tests.sync.fake_platform import NOON


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

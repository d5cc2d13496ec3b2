"""Reminders: ahead of the end of access and once it needs its owner, once each, to one of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.models import Membership, PlatformConnection
from app.settings import Settings
from jobs.letters import send_reminders
from jobs.runtime import Runtime
from jobs.schedule import TIMETABLE
from tests.conftest import Member
from tests.mail_server import MailServer
from tests.sync.fake_platform import NOON

DAY = dt.timedelta(days=1)
ENDS = NOON + 30 * DAY
Send = Callable[[dt.datetime], None]


@pytest.fixture
def mailing(settings: Settings, mail_server: MailServer) -> Settings:
    return replace(
        settings,
        public_url="https://ads.example.com",
        smtp_host="127.0.0.1",
        smtp_port=mail_server.server_address[1],
        smtp_from="Growzzy <ads@example.com>",
        smtp_security="none",
    )


@pytest.fixture
def send(mailing: Settings) -> Iterator[Send]:
    """The job, at a time of the test's choosing."""
    runtime = Runtime.create(mailing)
    yield lambda now: send_reminders(runtime, now)
    runtime.engine.dispose()


@pytest.fixture
def ending(session: Session, connection: PlatformConnection, alice: Member) -> PlatformConnection:
    """Alice's connection to the fake platform, whose access ends in thirty days."""
    connection.user_id, connection.token_expires_at = alice.user.id, ENDS
    session.commit()
    return connection


def body(server: MailServer, number: int = -1) -> str:
    part = server.taken[number][1].get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_three_reminders_go_out_once_each_14_3_and_1_days_ahead(
    ending: PlatformConnection, mail_server: MailServer, send: Send
) -> None:
    sent = []
    for hours in range(0, 24 * 32, 6):
        before = len(mail_server.taken)
        send(NOON + dt.timedelta(hours=hours))
        if len(mail_server.taken) > before:
            sent.append((ENDS - NOON - dt.timedelta(hours=hours)) // DAY)
    assert sent == [14, 3, 1]
    to, first = mail_server.taken[0]
    assert to == "alice@example.com"
    assert first["Subject"] == "Fake Ads for Northlight Coffee: access ends on 28 November 2026"
    assert "press Reconnect on Fake Ads: https://ads.example.com/connections" in body(mail_server)
    assert "in 1 day or less" in body(mail_server)


def test_after_a_long_silence_only_the_nearest_reminder_goes_out(
    ending: PlatformConnection, mail_server: MailServer, send: Send
) -> None:
    send(ENDS - 2 * DAY)
    assert len(mail_server.taken) == 1
    assert "in 3 days or less" in body(mail_server)


def test_a_connection_that_needs_its_owner_says_so_once(
    session: Session, ending: PlatformConnection, mail_server: MailServer, send: Send
) -> None:
    ending.status = "needs_attention"
    ending.status_reason = "Open Fake Ads & press <Allow>."
    session.commit()
    send(NOON)
    send(NOON + DAY)
    [(_, message)] = mail_server.taken
    assert message["Subject"] == "Fake Ads for Northlight Coffee needs you"
    assert "Open Fake Ads & press <Allow>." in body(mail_server)
    html = message.get_body(("html",))
    assert html is not None
    assert "Open Fake Ads &amp; press &lt;Allow&gt;." in html.get_content()


def test_what_the_mail_server_refused_is_sent_the_next_hour(
    session: Session,
    ending: PlatformConnection,
    mailing: Settings,
    mail_server: MailServer,
    send: Send,
) -> None:
    closed = Runtime.create(replace(mailing, smtp_port=9))
    send_reminders(closed, ENDS - DAY)
    closed.engine.dispose()
    session.expire_all()
    assert ending.warned_days is None
    send(ENDS - DAY)
    assert len(mail_server.taken) == 1


def test_when_the_one_who_connected_has_left_the_owners_are_told(
    session: Session,
    ending: PlatformConnection,
    charlie: Member,
    mail_server: MailServer,
    send: Send,
) -> None:
    ending.user_id = charlie.user.id
    session.commit()
    send(ENDS - DAY)
    assert [to for to, _ in mail_server.taken] == ["alice@example.com"]


def test_a_member_who_connected_is_told_and_the_owners_are_not(
    session: Session,
    ending: PlatformConnection,
    charlie: Member,
    mail_server: MailServer,
    send: Send,
) -> None:
    ending.user_id = charlie.user.id
    session.add(
        Membership(user_id=charlie.user.id, workspace_id=ending.workspace_id, role="editor")
    )
    session.commit()
    send(ENDS - DAY)
    assert [to for to, _ in mail_server.taken] == ["charlie@example.com"]


@pytest.mark.parametrize("status", ["active", "disconnected"])
def test_nothing_is_said_of_what_has_ended_or_was_disconnected(
    session: Session,
    ending: PlatformConnection,
    mail_server: MailServer,
    send: Send,
    status: str,
) -> None:
    ending.status = status
    session.commit()
    send(ENDS + dt.timedelta(minutes=1))
    if status == "disconnected":
        send(ENDS - DAY)
    assert mail_server.taken == []


def test_without_a_mail_server_nothing_is_asked_for(
    session: Session, settings: Settings, mailing: Settings
) -> None:
    [entry] = [entry for entry in TIMETABLE if entry.name == "remind"]
    queued = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'remind'")
    entry.action(session, settings, NOON)
    assert session.scalar(queued) == 0
    entry.action(session, mailing, NOON)
    assert session.scalar(queued) == 1
    assert session.scalars(select(PlatformConnection)).all() == []

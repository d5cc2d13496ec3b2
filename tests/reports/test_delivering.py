"""A delivery from due to sent: once to each, whoever is killed and whatever the server answers."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.models import Report, ReportSchedule, ReportShare
from app.reports import complaints, delivering, recipients, scheduling
from app.reports.posting import CUT_OFF, Envelope, Parcel, Post, Send
from jobs.report_letters import tell_owners
from jobs.runtime import Runtime
from tests.conftest import Member
from tests.factories import make_account, make_connection
from tests.mail_server import MailServer
from tests.reports.deliveries import BOTH, SITE, World, sent_to
from tests.reports.schedules import make_schedule


def test_every_recipient_gets_one_letter_of_their_own(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    world.report_is_ready()
    world.tick()
    assert sent_to(mail_server) == BOTH
    assert (world.delivery.state, world.delivery.error) == ("sent", "")
    for to, letter in mail_server.taken:
        assert letter["To"] == to
        assert letter["Subject"] == "Northlight: the week"
        assert not letter["Cc"]
        other = BOTH[1 - BOTH.index(to)]
        assert other not in letter.as_string()
    for _ in range(3):
        world.later(hours=1)
        world.claim()
        world.tick()
    assert len(mail_server.taken) == 2


def test_a_letter_says_what_is_in_it_and_how_to_stop_it(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    world.report_is_ready()
    world.tick()
    letter = mail_server.taken[0][1]
    html, plain = (letter.get_body((kind,)) for kind in ("html", "plain"))
    assert html is not None
    assert plain is not None
    share = world.session.scalars(select(ReportShare)).one()
    for content in (html.get_content(), plain.get_content()):
        assert "December brought $76,350 of revenue" in content
        assert "Jan 5, 2026, 09:30 America/New_York" in content
        assert f"{SITE}/r/" in content
        assert f"{SITE}/r/unsubscribe/" in content
    assert letter["List-Unsubscribe"].startswith(f"<{SITE}/r/unsubscribe/")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert share.expires_at == world.now + dt.timedelta(days=90)


def test_the_pdf_is_attached_when_it_is_wanted(
    world: World, session: Session, alice: Member, mail_server: MailServer
) -> None:
    make_schedule(session, alice.workspace.id, alice.user.id, attach_pdf=True, link="none")
    world.report_is_ready()
    world.tick()
    (pdf,) = mail_server.taken[0][1].iter_attachments()
    assert pdf.get_content_type() == "application/pdf"
    assert pdf.get_filename() == "December-1-31-performance-2025-12-31.pdf"
    assert pdf.get_content().startswith(b"%PDF-")
    assert session.scalars(select(ReportShare)).all() == []


def test_it_waits_until_the_days_are_settled_but_not_for_ever(
    world: World, session: Session, alice: Member
) -> None:
    connection = make_connection(session, alice.workspace)
    account = make_account(session, connection, settled_through=dt.date(2026, 11, 20))
    make_schedule(session, alice.workspace.id, alice.user.id, settle_days=3)
    world.claim()
    world.tick()
    assert world.delivery.state == "waiting"
    world.later(days=2)
    world.tick()
    assert world.delivery.state == "waiting"
    account.settled_through = dt.date(2026, 11, 29)
    session.commit()
    world.later(minutes=15)
    world.tick()
    assert world.delivery.state == "generating"


def test_what_never_settles_is_sent_after_the_days_that_were_waited(
    world: World, session: Session, alice: Member
) -> None:
    make_account(session, make_connection(session, alice.workspace), settled_through=None)
    make_schedule(session, alice.workspace.id, alice.user.id, settle_days=3)
    world.claim()
    world.later(days=2, hours=23)
    world.tick()
    assert world.delivery.state == "waiting"
    world.later(hours=1)
    world.tick()
    assert world.delivery.state == "generating"


def test_processes_that_send_at_once_send_once(
    world: World, session: Session, alice: Member, mail_server: MailServer
) -> None:
    people = sorted(f"p{number}@client.example" for number in range(8))
    make_schedule(session, alice.workspace.id, alice.user.id, recipients=people)
    world.report_is_ready()
    delivery_id = world.delivery.id
    world.session.rollback()
    gate = threading.Barrier(4)

    def work() -> None:
        gate.wait()
        delivering.advance(world.sessions, delivery_id, world.outside())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sent_to(mail_server) == people
    assert set(world.states.values()) == {"sent"}


def test_who_was_killed_between_claim_and_sending_is_never_sent_to_again_and_said(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    class Killed(BaseException):
        pass

    def die(envelope: Envelope) -> None:
        raise Killed

    world.report_is_ready()
    with pytest.raises(Killed):
        world.tick(Post(world.settings, lambda parcel: die))
    assert world.states == {BOTH[0]: "claimed", BOTH[1]: "waiting"}
    world.later(minutes=6)
    world.tick()
    assert world.states == {BOTH[0]: "claimed", BOTH[1]: "sent"}
    assert world.delivery.state == "sending"
    world.later(seconds=CUT_OFF.total_seconds() * 2)
    world.tick()
    assert world.states == {BOTH[0]: "unclear", BOTH[1]: "sent"}
    assert world.delivery.state == "sent"
    assert sent_to(mail_server) == [BOTH[1]]
    (complaint,) = complaints.take(world.session, world.now)
    assert [(each.email, "may have arrived" in each.words) for each in complaint.letters] == [
        (BOTH[0], True)
    ]


def test_a_connection_that_broke_during_the_message_is_unclear(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    mail_server.breaks_off.add(BOTH[0])
    world.report_is_ready()
    for _ in range(5):
        world.tick()
        world.later(hours=1)
    assert world.states == {BOTH[0]: "unclear", BOTH[1]: "sent"}
    assert sent_to(mail_server) == BOTH


def test_a_person_may_have_one_letter_sent_again(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    mail_server.breaks_off.add(BOTH[0])
    world.report_is_ready()
    world.tick()
    mail_server.breaks_off.clear()
    unclear = next(each for each in world.delivery.letters if each.state == "unclear")
    delivering.send_again(world.session, schedule, unclear.id, world.now)
    world.session.commit()
    world.tick()
    assert set(world.states.values()) == {"sent"}
    assert sent_to(mail_server) == [BOTH[0], BOTH[0], BOTH[1]]


def test_one_refused_address_keeps_nobody_else_from_their_letter(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    mail_server.refuses[BOTH[0]] = "550 5.1.1 no such mailbox"
    world.report_is_ready()
    world.tick()
    assert world.states == {BOTH[0]: "refused", BOTH[1]: "sent"}
    letter = world.delivery.letters[0]
    assert "no such mailbox" in letter.error
    assert world.delivery.look_at is None


def test_a_temporary_refusal_is_tried_again_later_and_later(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    mail_server.refuses[BOTH[0]] = "451 4.7.1 greylisted"
    world.report_is_ready()
    world.tick()
    assert world.states == {BOTH[0]: "waiting", BOTH[1]: "sent"}
    delivery = world.delivery
    assert (delivery.tries, delivery.look_at) == (1, world.now + delivering.BACK_OFF[0])
    mail_server.refuses.clear()
    world.later(minutes=2)
    world.tick()
    assert sent_to(mail_server) == BOTH
    assert (world.delivery.state, world.delivery.error) == ("sent", "")


def test_a_mail_server_that_stays_away_is_given_up_and_owners_are_told(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    world.report_is_ready()
    running, world.settings = world.settings, replace(world.settings, smtp_port=1)
    for _ in range(len(delivering.BACK_OFF) + 3):
        world.tick()
        world.later(hours=5)
    assert world.delivery.state == "failed"
    assert "127.0.0.1:1" in world.delivery.error
    assert mail_server.taken == []
    for settings in (world.settings, running, running):
        runtime = Runtime.create(settings)
        tell_owners(runtime)
        runtime.engine.dispose()
    ((to, told),) = mail_server.taken
    assert to == "alice@example.com"
    body = told.get_body(("plain",))
    assert body is not None
    assert "30 November 2026, 08:00 Europe/Berlin" in body.get_content()


def test_a_report_that_fails_is_made_again_and_then_given_up(
    world: World, schedule: ReportSchedule
) -> None:
    world.claim()
    for _ in range(len(delivering.BACK_OFF) + 1):
        world.tick()
        failed = world.session.scalars(select(Report).order_by(Report.id.desc())).first()
        assert failed is not None
        failed.state, failed.error = "failed", "Meta could not be read."
        world.session.commit()
        world.later(minutes=1)
        world.tick()
        world.later(hours=5)
    assert world.delivery.state == "failed"
    assert len(world.session.scalars(select(Report)).all()) == 1
    assert "Meta could not be read." in world.delivery.error


def test_who_unsubscribes_while_it_is_on_its_way_gets_nothing(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    mail_server.refuses[BOTH[0]] = "451 later"
    world.report_is_ready()
    world.tick()
    mail_server.refuses.clear()
    recipients.unsubscribe(world.session, schedule.recipients[0], world.now)
    world.session.commit()
    world.later(minutes=2)
    world.tick()
    assert sent_to(mail_server) == [BOTH[1]]
    assert world.states[BOTH[0]] == "dropped"
    assert world.delivery.state == "sent"


def test_a_pause_stops_what_is_on_its_way(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    world.report_is_ready()
    scheduling.pause(world.session, schedule, world.now)
    world.session.commit()
    world.tick()
    assert mail_server.taken == []
    assert world.delivery.state == "failed"
    assert complaints.take(world.session, world.now) == []


def test_a_pdf_that_cannot_be_made_sends_nothing_and_is_tried_again(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    def cannot(parcel: Parcel) -> Send:
        raise RuntimeError

    world.report_is_ready()
    with pytest.raises(RuntimeError):
        world.tick(Post(world.settings, cannot))
    with world.sessions.begin() as session:
        delivering.fail(session, world.delivery.id, "It broke.", world.now)
    assert world.states == dict.fromkeys(BOTH, "waiting")
    world.later(minutes=2)
    world.tick()
    assert sent_to(mail_server) == BOTH


def test_whom_no_letter_could_be_made_for_is_named_to_owners_with_the_reason(
    world: World, schedule: ReportSchedule
) -> None:
    def cannot(parcel: Parcel) -> Send:
        raise RuntimeError

    world.report_is_ready()
    with pytest.raises(RuntimeError):
        world.tick(Post(world.settings, cannot))
    for _ in range(len(delivering.BACK_OFF) + 1):
        with world.sessions.begin() as session:
            delivering.fail(session, world.delivery.id, "It broke.", world.now)
    [complaint] = complaints.take(world.session, world.now)
    assert [(each.email, each.words) for each in complaint.letters] == [
        (each, "It broke.") for each in BOTH
    ]


def test_a_subject_that_was_stored_with_a_line_break_begins_no_header(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    world.report_is_ready()
    world.session.execute(text("UPDATE report_schedule SET subject = E'a\\nBcc: x@example.com'"))
    world.session.commit()
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        world.tick()
    assert mail_server.taken == []


@pytest.mark.parametrize(
    ("days", "language", "first_day", "period", "title"),
    [
        (
            "this-month",
            "en",
            dt.date(2026, 12, 1),
            ("2026-11-01", "2026-11-30"),
            "So far (the month before: all of November 2026)",
        ),
        (
            "this-month",
            "de",
            dt.date(2027, 1, 1),
            ("2026-12-01", "2026-12-31"),
            "So far (Vormonat: ganzer Dezember 2026)",
        ),
        (
            "this-quarter",
            "en",
            dt.date(2026, 10, 1),
            ("2026-07-01", "2026-09-30"),
            "So far (the quarter before: all of Q3 2026)",
        ),
        (
            "this-quarter",
            "de",
            dt.date(2027, 1, 1),
            ("2026-10-01", "2026-12-31"),
            "So far (Vorquartal: ganzes 4. Quartal 2026)",
        ),
        ("this-quarter", "en", dt.date(2026, 12, 1), ("2026-10-01", "2026-11-30"), "So far"),
    ],
)
def test_on_a_first_day_the_whole_one_before_is_sent_under_its_own_name(
    world: World,
    schedule: ReportSchedule,
    days: str,
    language: str,
    first_day: dt.date,
    period: tuple[str, str],
    title: str,
) -> None:
    schedule.title = "So far"
    schedule.request = {**schedule.request, "range": days, "language": language}
    schedule.next_at = world.now = dt.datetime.combine(first_day, dt.time(17), dt.UTC)
    world.session.commit()

    world.report_is_ready()
    world.tick()

    assert world.delivery.state == "sent"
    report = world.session.scalars(select(Report)).one()
    assert (report.request["first"], report.request["last"]) == period
    assert report.request["title"] == title

"""What changes between due and sent: a letter reaches nobody twice, nobody wrong, no dead link."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.models import Report, ReportDelivery, ReportSchedule, ReportShare
from app.reports import complaints, delivering, ordering, recipients, scheduling
from app.reports.posting import CUT_OFF, Envelope, Parcel, Post, Send
from app.reports.timing import Every, Rhythm
from jobs.report_letters import sender
from tests.conftest import Member
from tests.factories import make_account, make_connection
from tests.mail_server import MailServer
from tests.reports.deliveries import BOTH, SITE, World, sent_to
from tests.reports.schedules import (
    FRIDAY,
    MONDAY,
    REQUEST,
    WEEK,
    WEEKLY,
    finish,
    make_schedule,
    wanted,
)

LATER_HOUR = replace(WEEKLY, hour=9)


class Killed(BaseException):
    """The process ends here."""


def only_report(world: World) -> Report:
    world.session.rollback()
    return world.session.scalars(select(Report).order_by(Report.id)).one()


def delete_report(world: World) -> None:
    report = only_report(world)
    ordering.delete(world.session, report.workspace_id, report.id, world.now)
    world.session.commit()


def change(world: World, schedule: ReportSchedule, **fields: object) -> None:
    scheduling.change(world.session, schedule, wanted(**fields), world.now)
    world.session.commit()


# Deleted reports and dead links.


def test_a_deleted_report_is_sent_to_nobody_and_owners_are_told_why(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    mail_server.refuses = dict.fromkeys(BOTH, "451 later")
    world.report_is_ready()
    world.tick()
    mail_server.refuses = {}
    delete_report(world)
    world.later(minutes=2)
    world.tick()
    assert mail_server.taken == []
    assert (world.delivery.state, world.delivery.error) == ("failed", delivering.GONE)
    (complaint,) = complaints.take(world.session, world.now)
    assert complaint.reason == delivering.GONE
    assert [each.email for each in complaint.letters] == BOTH


def test_a_report_that_is_deleted_between_two_letters_is_in_no_further_one(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    def prepare(parcel: Parcel) -> Send:
        send = sender(world.settings, parcel)

        def and_delete(envelope: Envelope) -> None:
            send(envelope)
            delete_report(world)

        return and_delete

    world.report_is_ready()
    world.tick(Post(world.settings, prepare))
    assert sent_to(mail_server) == BOTH[:1]
    assert world.states == {BOTH[0]: "sent", BOTH[1]: "refused"}
    assert world.delivery.error == delivering.GONE
    (complaint,) = complaints.take(world.session, world.now)
    assert [(each.email, each.words) for each in complaint.letters] == [(BOTH[1], delivering.GONE)]


def test_a_letter_cannot_be_sent_again_once_its_report_is_gone(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    mail_server.breaks_off.add(BOTH[0])
    world.report_is_ready()
    world.tick()
    letter = world.delivery.letters[0]
    delete_report(world)
    with pytest.raises(Conflict, match="was deleted"):
        delivering.send_again(world.session, schedule, letter.id, world.now)
    world.session.delete(only_report(world))
    world.session.commit()
    with pytest.raises(Conflict, match="was deleted"):
        delivering.send_again(world.session, schedule, letter.id, world.now)
    assert world.delivery.finished_at is not None


@pytest.mark.parametrize("closed", ["revoked", "ended"])
def test_a_link_that_opens_no_more_is_in_no_letter(
    world: World, schedule: ReportSchedule, mail_server: MailServer, closed: str
) -> None:
    mail_server.refuses[BOTH[0]] = "550 no such mailbox"
    world.report_is_ready()
    world.tick()
    first = world.session.scalars(select(ReportShare)).one()
    first.revoked_at = world.now if closed == "revoked" else None
    first.expires_at = world.now + dt.timedelta(days=1)
    world.session.commit()
    mail_server.refuses = {}
    world.later(days=2)
    delivering.send_again(world.session, schedule, world.delivery.letters[0].id, world.now)
    world.session.commit()
    world.tick()
    links = [parcel.link for parcel in world.prepared]
    assert len(set(links)) == 2
    assert world.states == dict.fromkeys(BOTH, "sent")


def test_a_link_that_is_revoked_between_two_letters_is_made_anew_for_the_rest(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    def prepare(parcel: Parcel) -> Send:
        send = sender(world.settings, parcel)

        def and_revoke(envelope: Envelope) -> None:
            send(envelope)
            world.session.scalars(select(ReportShare)).one().revoked_at = world.now
            world.session.commit()

        return and_revoke

    world.report_is_ready()
    world.tick(Post(world.settings, prepare))
    assert world.states == {BOTH[0]: "sent", BOTH[1]: "waiting"}
    world.later(minutes=1)
    world.tick()
    assert world.states == dict.fromkeys(BOTH, "sent")
    assert world.delivery.tries == 0
    live = world.session.scalars(select(ReportShare).where(ReportShare.revoked_at.is_(None))).one()
    assert world.delivery.share_id == live.id


def test_without_an_address_of_the_installation_a_letter_holds_no_link(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    world.settings = replace(world.settings, public_url="")
    world.report_is_ready()
    world.tick()
    letter = mail_server.taken[0][1]
    assert letter["List-Unsubscribe"] is None
    assert "/r/" not in letter.as_string()


def test_a_workspace_that_is_deleted_between_two_letters_ends_them_quietly(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    def prepare(parcel: Parcel) -> Send:
        send = sender(world.settings, parcel)

        def and_vanish(envelope: Envelope) -> None:
            send(envelope)
            world.session.execute(text("DELETE FROM workspace"))
            world.session.commit()

        return and_vanish

    world.report_is_ready()
    world.tick(Post(world.settings, prepare))
    world.later(hours=1)
    world.tick()
    assert sent_to(mail_server) == BOTH[:1]


# Never to a wrong person.


def test_a_report_from_before_the_schedule_was_changed_reaches_nobody_on_the_new_list(
    world: World, session: Session, alice: Member, mail_server: MailServer
) -> None:
    link = make_connection(session, alice.workspace)
    shoes, hats = (make_account(session, link, name=name).id for name in ("Shoes", "Hats"))
    schedule = make_schedule(
        session,
        alice.workspace.id,
        alice.user.id,
        request={**REQUEST, "accounts": [shoes]},
        recipients=["shoes@client.example"],
    )
    world.report_is_ready()
    change(
        world,
        schedule,
        request={**REQUEST, "accounts": [hats]},
        recipients=["hats@client.example"],
    )
    world.tick()
    assert mail_server.taken == []
    world.later(minutes=1)
    world.tick()
    of_hats = session.scalars(select(Report).order_by(Report.id.desc())).first()
    assert of_hats is not None
    assert ordering.wanted_of(of_hats).accounts == (hats,)
    finish(session, of_hats)
    world.later(minutes=1)
    world.tick()
    assert sent_to(mail_server) == ["hats@client.example"]
    assert world.prepared[0].report_id == of_hats.id


def test_who_is_taken_off_the_list_midway_gets_nothing_and_who_is_put_on_waits_for_the_next(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    mail_server.refuses = dict.fromkeys(BOTH, "451 later")
    world.report_is_ready()
    world.tick()
    mail_server.refuses = {}
    change(world, schedule, recipients=[BOTH[1], "cleo@client.example"])
    world.later(minutes=2)
    world.tick()
    assert sent_to(mail_server) == BOTH[1:]
    assert world.states == {BOTH[0]: "dropped", BOTH[1]: "sent"}
    assert "taken off the list" in world.delivery.letters[0].error


def test_nothing_is_sent_again_to_who_unsubscribed_or_while_it_is_paused(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    mail_server.breaks_off.update(BOTH)
    world.report_is_ready()
    world.tick()
    first, second = world.delivery.letters
    recipients.unsubscribe(world.session, first.recipient, world.now)
    with pytest.raises(Conflict, match="unsubscribed"):
        delivering.send_again(world.session, schedule, first.id, world.now)
    scheduling.pause(world.session, schedule, world.now)
    with pytest.raises(Conflict, match="paused"):
        delivering.send_again(world.session, schedule, second.id, world.now)


# Never twice.


def test_a_later_hour_of_the_day_it_was_sent_on_sends_it_no_second_time(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    world.report_is_ready()
    world.tick()
    change(world, schedule, rhythm=LATER_HOUR)
    assert schedule.next_at == MONDAY + WEEK + dt.timedelta(hours=1)
    change(world, schedule, rhythm=replace(WEEKLY, hour=7, time_zone="America/New_York"))
    assert schedule.next_at == MONDAY + WEEK + dt.timedelta(hours=5)


def test_a_later_hour_is_not_skipped_when_nothing_was_sent_or_another_report_is_asked_for(
    world: World, schedule: ReportSchedule
) -> None:
    world.now = MONDAY - dt.timedelta(minutes=5)
    change(world, schedule, rhythm=LATER_HOUR)
    assert schedule.next_at == MONDAY + dt.timedelta(hours=1)
    change(world, schedule, rhythm=WEEKLY)
    world.now = MONDAY
    world.report_is_ready()
    world.tick()
    change(world, schedule, rhythm=LATER_HOUR, request={**REQUEST, "range": "30d"})
    assert schedule.next_at == MONDAY + dt.timedelta(hours=1)


def test_a_later_hour_sends_no_report_again_that_follows_the_change_on_its_way(
    world: World, schedule: ReportSchedule
) -> None:
    world.report_is_ready()
    change(world, schedule, rhythm=LATER_HOUR, request={**REQUEST, "range": "30d"})
    assert schedule.next_at == MONDAY + WEEK + dt.timedelta(hours=1)
    for _ in range(2):
        world.later(minutes=1)
        world.tick()
    ordered = world.session.scalars(select(Report.request).order_by(Report.id)).all()
    assert [each["first"] for each in ordered] == ["2026-11-23", "2026-10-31"]


def test_a_delivery_that_failed_can_be_had_at_a_later_hour(
    world: World, schedule: ReportSchedule
) -> None:
    world.report_is_ready()
    delete_report(world)
    world.tick()
    assert world.delivery.state == "failed"
    change(world, schedule, rhythm=LATER_HOUR)
    assert schedule.next_at == MONDAY + dt.timedelta(hours=1)


def test_last_month_every_week_goes_on_every_week(
    world: World, session: Session, alice: Member
) -> None:
    request = {**REQUEST, "range": "last-month"}
    weekly = make_schedule(session, alice.workspace.id, alice.user.id, request=request)
    weekly.next_at = world.now = MONDAY - 2 * WEEK
    session.commit()
    world.claim()
    change(world, weekly, request=request, rhythm=replace(WEEKLY, day=2))
    assert weekly.next_at == MONDAY - 2 * WEEK + dt.timedelta(days=2)


OTHERS = {
    "title": {"title": "The week, by Northlight"},
    "recipients": {"recipients": ["ana@client.example", "cleo@client.example"]},
    "subject": {"subject": "Your week"},
    "days": {"request": {**REQUEST, "range": "last-quarter"}},
}


@pytest.mark.parametrize("edit", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize(
    ("rhythm", "days", "due", "edited_after", "then"),
    [
        # The next letter is of the same month as the last one, and due all the same.
        (WEEKLY, "last-month", dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC), 2, MONDAY),
        (
            Rhythm(Every.MONTH, 5, 8, "Europe/Berlin"),
            "last-quarter",
            dt.datetime(2026, 11, 5, 7, tzinfo=dt.UTC),
            10,
            dt.datetime(2026, 12, 5, 7, tzinfo=dt.UTC),
        ),
        (WEEKLY, "last-month", MONDAY, 0, MONDAY + WEEK),
    ],
)
def test_an_edit_that_leaves_the_rhythm_moves_no_letter(
    world: World,
    session: Session,
    alice: Member,
    edit: dict[str, object],
    rhythm: Rhythm,
    days: str,
    due: dt.datetime,
    edited_after: int,
    then: dt.datetime,
) -> None:
    asked = {"rhythm": rhythm, "request": {**REQUEST, "range": days}}
    kept = make_schedule(session, alice.workspace.id, alice.user.id, **asked)
    kept.next_at = world.now = due
    session.commit()
    world.report_is_ready()
    world.tick()
    assert kept.next_at == then
    world.later(days=edited_after)
    change(world, kept, **{**asked, **edit})
    assert kept.next_at == then


def test_another_day_sends_the_same_month_again_but_the_same_day_does_not(
    world: World, session: Session, alice: Member
) -> None:
    monthly, request = (
        Rhythm(Every.MONTH, 5, 8, "Europe/Berlin"),
        {**REQUEST, "range": "last-month"},
    )
    kept = make_schedule(
        session, alice.workspace.id, alice.user.id, rhythm=monthly, request=request
    )
    kept.next_at = world.now = dt.datetime(2026, 11, 5, 7, tzinfo=dt.UTC)
    session.commit()
    world.report_is_ready()
    world.tick()
    change(world, kept, rhythm=replace(monthly, hour=20), request=request)
    assert kept.next_at == dt.datetime(2026, 12, 5, 19, tzinfo=dt.UTC)
    # The evening of the same Thursday in Berlin, though a clock in Auckland shows Friday.
    change(world, kept, rhythm=Rhythm(Every.MONTH, 6, 9, "Pacific/Auckland"), request=request)
    assert kept.next_at == dt.datetime(2026, 12, 5, 20, tzinfo=dt.UTC)
    change(world, kept, rhythm=replace(monthly, day=20), request=request)
    assert kept.next_at == dt.datetime(2026, 11, 20, 7, tzinfo=dt.UTC)


def test_no_report_of_the_day_is_sent_again_after_another_one(
    world: World, schedule: ReportSchedule
) -> None:
    world.report_is_ready()
    world.tick()
    month = {**REQUEST, "range": "30d"}
    change(world, schedule, rhythm=LATER_HOUR, request=month)
    world.now = MONDAY + dt.timedelta(hours=1)
    world.claim()
    change(world, schedule, rhythm=replace(WEEKLY, hour=10), request=month)
    assert schedule.next_at == MONDAY + WEEK + dt.timedelta(hours=2)
    change(world, schedule, rhythm=replace(WEEKLY, hour=11))
    assert schedule.next_at == MONDAY + WEEK + dt.timedelta(hours=3)


def test_a_report_that_a_person_has_written_again_is_the_one_that_is_sent(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    world.claim()
    world.tick()
    report = only_report(world)
    report.state, report.error = "failed", "Meta could not be read."
    world.session.commit()
    world.later(minutes=1)
    world.tick()
    assert "Meta could not be read." in world.delivery.error
    ordering.retry(world.session, only_report(world))
    world.session.commit()
    world.later(minutes=2)
    world.tick()
    assert (world.delivery.state, only_report(world).state) == ("generating", "pending")
    finish(world.session, only_report(world))
    world.later(minutes=1)
    world.tick()
    assert sent_to(mail_server) == BOTH


def test_who_was_killed_between_sending_and_writing_it_down_sends_it_no_second_time(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    def prepare(parcel: Parcel) -> Send:
        send = sender(world.settings, parcel)

        def and_die(envelope: Envelope) -> None:
            send(envelope)
            raise Killed

        return and_die

    world.report_is_ready()
    with pytest.raises(Killed):
        world.tick(Post(world.settings, prepare))
    for _ in range(3):
        world.later(seconds=CUT_OFF.total_seconds() * 2)
        world.tick()
    assert sent_to(mail_server) == BOTH
    assert world.states == {BOTH[0]: "unclear", BOTH[1]: "sent"}


def test_a_sender_slower_than_anybody_waits_for_takes_back_nothing(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    """A machine asleep: given up, sent again by a person, and only then does it answer."""

    def prepare(parcel: Parcel) -> Send:
        def sleep(envelope: Envelope) -> None:
            if envelope.email == BOTH[0]:
                wake_up_when_all_is_over()
            sender(world.settings, parcel)(envelope)

        return sleep

    def wake_up_when_all_is_over() -> None:
        world.later(minutes=30)
        world.tick()
        delivering.send_again(world.session, schedule, world.delivery.letters[0].id, world.now)
        world.session.commit()
        world.tick()
        mail_server.refuses[BOTH[0]] = "451 later"

    world.report_is_ready()
    world.tick(Post(world.settings, prepare))
    assert world.states == dict.fromkeys(BOTH, "sent")
    assert sent_to(mail_server) == BOTH
    assert world.delivery.state == "sent"


@pytest.mark.parametrize("became", ["sent", "refused"])
def test_a_pause_leaves_no_letter_being_sent_for_ever(
    world: World, schedule: ReportSchedule, mail_server: MailServer, became: str
) -> None:
    def prepare(parcel: Parcel) -> Send:
        def and_pause(envelope: Envelope) -> None:
            scheduling.pause(world.session, schedule, world.now)
            world.session.commit()
            assert world.states == {BOTH[0]: "unclear", BOTH[1]: "dropped"}
            sender(world.settings, parcel)(envelope)

        return and_pause

    if became == "refused":
        mail_server.refuses[BOTH[0]] = "451 later"
    world.report_is_ready()
    world.tick(Post(world.settings, prepare))
    assert world.states == {BOTH[0]: became, BOTH[1]: "dropped"}


# Never lost.


@pytest.mark.parametrize(
    ("rhythm", "next_at"),
    [
        (WEEKLY, MONDAY + WEEK),
        # At nine it would be the same report once more.
        (LATER_HOUR, MONDAY + WEEK + dt.timedelta(hours=1)),
        (Rhythm(Every.MONTH, 1, 8, "UTC"), MONDAY + dt.timedelta(hours=25)),
    ],
)
def test_saving_between_the_due_time_and_its_notice_loses_no_letter_and_sends_none_twice(
    world: World, schedule: ReportSchedule, rhythm: Rhythm, next_at: dt.datetime
) -> None:
    world.later(seconds=20)
    change(world, schedule, rhythm=rhythm)
    world.later(seconds=40)
    world.claim()
    assert world.delivery.due_at == MONDAY
    assert schedule.next_at == next_at


def test_saving_while_nobody_kept_the_timetable_loses_no_letter(
    world: World, schedule: ReportSchedule
) -> None:
    world.later(days=9)
    change(world, schedule)
    world.claim()
    assert world.delivery.due_at == MONDAY + WEEK
    assert len(world.session.scalars(select(ReportDelivery)).all()) == 1


def test_resuming_keeps_a_time_that_is_still_to_come(
    world: World, schedule: ReportSchedule
) -> None:
    scheduling.pause(world.session, schedule, FRIDAY)
    world.now = FRIDAY
    change(world, schedule, rhythm=LATER_HOUR)
    scheduling.resume(schedule, FRIDAY)
    assert schedule.next_at == MONDAY + dt.timedelta(hours=1)


def test_letters_wait_for_a_mail_server_that_was_taken_out_of_the_settings(
    world: World, schedule: ReportSchedule, mail_server: MailServer
) -> None:
    running = world.settings
    world.report_is_ready()
    world.settings = replace(running, smtp_host="")
    world.tick()
    assert world.states == dict.fromkeys(BOTH, "waiting")
    assert "SMTP_HOST is not set" in world.delivery.error
    world.settings = running
    world.later(minutes=2)
    world.tick()
    assert sent_to(mail_server) == BOTH
    assert SITE in mail_server.taken[0][1].as_string().replace("=\n", "")

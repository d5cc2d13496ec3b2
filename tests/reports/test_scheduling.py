"""Due times become deliveries, once each, however many processes look."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid, NotFound
from app.models import ReportDelivery
from app.reports import recipients, scheduling
from app.reports.timing import Every, Rhythm
from app.settings import Settings
from tests.conftest import Member
from tests.reports.schedules import FRIDAY, MONDAY, REQUEST, WEEK, make_schedule, wanted


@pytest.fixture
def mailing(settings: Settings) -> Settings:
    return replace(settings, smtp_host="127.0.0.1", smtp_from="ads@example.com")


def due_times(session: Session) -> list[dt.datetime]:
    return list(session.scalars(select(ReportDelivery.due_at).order_by(ReportDelivery.due_at)))


def test_a_due_time_becomes_one_delivery_and_the_next_is_known(
    session: Session, alice: Member, mailing: Settings
) -> None:
    schedule = make_schedule(session, alice.workspace.id, alice.user.id)
    assert schedule.next_at == MONDAY
    assert scheduling.claim_due(session, mailing, MONDAY - dt.timedelta(seconds=1)) == []
    assert len(scheduling.claim_due(session, mailing, MONDAY)) == 1
    assert scheduling.claim_due(session, mailing, MONDAY) == []
    assert due_times(session) == [MONDAY]
    assert schedule.next_at == MONDAY + WEEK


def test_many_processes_at_once_make_one_delivery(
    session: Session, alice: Member, mailing: Settings
) -> None:
    make_schedule(session, alice.workspace.id, alice.user.id)
    engine = create_engine(mailing.database_url)
    gate = threading.Barrier(8)

    def look() -> None:
        gate.wait()
        with Session(engine) as own, own.begin():
            scheduling.claim_due(own, mailing, MONDAY)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    assert due_times(session) == [MONDAY]


def test_of_times_missed_while_the_server_was_down_the_last_is_sent(
    session: Session, alice: Member, mailing: Settings
) -> None:
    schedule = make_schedule(session, alice.workspace.id, alice.user.id)
    scheduling.claim_due(session, mailing, MONDAY + 3 * WEEK + dt.timedelta(hours=5))
    assert due_times(session) == [MONDAY + 3 * WEEK]
    assert schedule.next_at == MONDAY + 4 * WEEK


@pytest.mark.parametrize(
    ("rhythm", "first", "due"),
    [
        # Berlin's clock shows 2:00 twice on 31 October 2027, and not at all on 28 March.
        (Rhythm(Every.WEEK, 6, 2, "Europe/Berlin"), "2027-10-30T12:00", ["2027-10-31T00:00"]),
        (Rhythm(Every.WEEK, 6, 2, "Europe/Berlin"), "2027-03-27T12:00", ["2027-03-28T01:00"]),
        (
            Rhythm(Every.MONTH, 31, 9, "UTC"),
            "2027-02-27T00:00",
            ["2027-02-28T09:00", "2027-03-31T09:00", "2027-04-30T09:00"],
        ),
    ],
)
def test_an_hour_that_comes_twice_or_never_and_a_day_that_is_missing_are_due_once(
    session: Session,
    alice: Member,
    mailing: Settings,
    rhythm: Rhythm,
    first: str,
    due: list[str],
) -> None:
    now = dt.datetime.fromisoformat(f"{first}+00:00")
    schedule = make_schedule(session, alice.workspace.id, alice.user.id, rhythm=rhythm)
    schedule.next_at = rhythm.next_at(now)
    expected = [dt.datetime.fromisoformat(f"{each}+00:00") for each in due]
    while now < expected[-1] + dt.timedelta(days=5):
        scheduling.claim_due(session, mailing, now)
        now += dt.timedelta(hours=1)
    assert due_times(session) == expected


def test_a_paused_or_deleted_schedule_is_not_due(
    session: Session, alice: Member, mailing: Settings
) -> None:
    paused, deleted = (
        make_schedule(session, alice.workspace.id, alice.user.id),
        make_schedule(session, alice.workspace.id, alice.user.id),
    )
    scheduling.pause(session, paused, FRIDAY)
    scheduling.delete(session, deleted, FRIDAY)
    assert scheduling.claim_due(session, mailing, MONDAY + WEEK) == []
    scheduling.resume(paused, MONDAY + WEEK)
    assert paused.next_at == MONDAY + 2 * WEEK
    with pytest.raises(NotFound):
        scheduling.find(session, alice.workspace.id, deleted.id)


def test_without_a_mail_server_or_anybody_to_write_to_the_time_passes(
    session: Session, alice: Member, mailing: Settings, settings: Settings
) -> None:
    schedule = make_schedule(session, alice.workspace.id, alice.user.id)
    assert scheduling.claim_due(session, settings, MONDAY) == []
    assert schedule.next_at == MONDAY + WEEK
    for recipient in schedule.recipients:
        recipients.unsubscribe(session, recipient, MONDAY)
    assert scheduling.claim_due(session, mailing, MONDAY + WEEK) == []
    assert schedule.next_at == MONDAY + 2 * WEEK


def test_another_workspaces_schedule_is_not_found(
    session: Session, alice: Member, charlie: Member
) -> None:
    schedule = make_schedule(session, alice.workspace.id, alice.user.id)
    with pytest.raises(NotFound):
        scheduling.find(session, charlie.workspace.id, schedule.id)
    assert scheduling.listed(session, charlie.workspace.id) == []


def test_a_header_cannot_be_begun_in_a_subject(session: Session, alice: Member) -> None:
    schedule = make_schedule(
        session, alice.workspace.id, alice.user.id, subject="Week\r\nBcc: all@example.com\u2028x"
    )
    assert schedule.subject == "Week Bcc: all@example.com x"


@pytest.mark.parametrize(
    "address",
    [
        "ana@client.example\r\nBcc:eve@example.com",
        "Ana <ana@client.example>",
        "ana@client.example>",
        "ana@",
        "@client.example",
        "ana@localhost",
        "a" * 300 + "@client.example",
    ],
)
def test_what_is_no_address_is_refused_by_name(
    session: Session, alice: Member, address: str
) -> None:
    with pytest.raises(Invalid, match=r"^recipients: "):
        make_schedule(session, alice.workspace.id, alice.user.id, recipients=[address])


def test_addresses_may_be_typed_in_any_way_and_count_once() -> None:
    typed = " Ana@Client.example, ben@client.example;\n\nana@client.example\tcleo@münchen.example"
    assert recipients.addresses(typed) == [
        "ana@client.example",
        "ben@client.example",
        "cleo@xn--mnchen-3ya.example",
    ]


def test_a_schedule_writes_to_a_bearable_number_of_people(session: Session, alice: Member) -> None:
    people = [f"p{number}@client.example" for number in range(recipients.MOST)]
    assert (
        len(make_schedule(session, alice.workspace.id, alice.user.id, recipients=people).recipients)
        == recipients.MOST
    )
    with pytest.raises(Invalid, match="at most 50"):
        make_schedule(
            session, alice.workspace.id, alice.user.id, recipients=[*people, "one@more.example"]
        )
    with pytest.raises(Invalid, match="at least one"):
        make_schedule(session, alice.workspace.id, alice.user.id, recipients=[])


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"rhythm": Rhythm(Every.WEEK, 7, 8, "UTC")}, "day"),
        ({"rhythm": Rhythm(Every.MONTH, 0, 8, "UTC")}, "day"),
        ({"rhythm": Rhythm(Every.MONTH, 32, 8, "UTC")}, "day"),
        ({"rhythm": Rhythm(Every.WEEK, 0, 24, "UTC")}, "hour"),
        ({"rhythm": Rhythm(Every.WEEK, 0, 8, "Mars/Olympus")}, "time_zone"),
        ({"settle_days": -1}, "settle_days"),
        ({"settle_days": 29}, "settle_days"),
        ({"link": "javascript:"}, "link"),
        ({"title": " \n"}, "title"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(
    session: Session, alice: Member, fields: dict[str, object], named: str
) -> None:
    with pytest.raises(Invalid, match=f"^{named}: "):
        make_schedule(session, alice.workspace.id, alice.user.id, **fields)


def test_who_unsubscribed_stays_so_whatever_the_list_says(session: Session, alice: Member) -> None:
    schedule = make_schedule(session, alice.workspace.id, alice.user.id)
    recipients.unsubscribe(session, schedule.recipients[0], FRIDAY)
    scheduling.change(session, schedule, wanted(recipients=["ben@client.example"]), FRIDAY)
    assert [each.email for each in recipients.listed(schedule)] == ["ben@client.example"]
    scheduling.change(session, schedule, wanted(), FRIDAY)
    assert [each.email for each in recipients.active(schedule)] == ["ben@client.example"]
    assert len(schedule.recipients) == 2


def test_a_workspace_has_a_bearable_number_of_schedules(
    session: Session, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling, "MOST_SCHEDULES", 1)
    make_schedule(session, alice.workspace.id, alice.user.id)
    with pytest.raises(Conflict):
        make_schedule(session, alice.workspace.id, alice.user.id)


@pytest.mark.parametrize("day", [1, 2])
@pytest.mark.parametrize("days", ["this-month", "this-quarter"])
def test_what_began_can_be_had_on_any_day_even_its_first(
    session: Session, alice: Member, days: str, day: int
) -> None:
    rhythm, request = Rhythm(Every.MONTH, day, 8, "Europe/Berlin"), {**REQUEST, "range": days}
    made = make_schedule(session, alice.workspace.id, alice.user.id, rhythm=rhythm, request=request)
    assert made.next_at == rhythm.next_at(FRIDAY)

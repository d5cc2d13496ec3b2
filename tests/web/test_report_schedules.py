"""Schedules by page and by JSON: filled in, refused, paused, previewed, tested, deleted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from app import create_app
from app.extensions import db
from app.models import Membership, Report, ReportDelivery, ReportLetter, ReportSchedule
from app.settings import Settings
from app.web import outbox
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_account, make_campaign, make_connection
from tests.mail_server import MailServer
from tests.reports.conftest import fill_month
from tests.reports.schedules import MONDAY, REQUEST, make_report, make_schedule

PAGE = "/dashboard/reports/schedules"
API = "/api/report-schedules"
FORM = {
    "title": "Monthly",
    "subject": "",
    "range": "last-month",
    "compare": "year",
    "every": "month",
    "weekday": "0",
    "month_day": "31",
    "hour": "9",
    "time_zone": "Asia/Kathmandu",
    "settle_days": "4",
    "link": "none",
    "recipients": "ana@client.example\nben@client.example",
}


@pytest.fixture
def alices(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


@pytest.fixture
def mailing(settings: Settings, mail_server: MailServer) -> Iterator[Flask]:
    app = create_app(
        replace(
            settings,
            smtp_host="127.0.0.1",
            smtp_port=mail_server.server_address[1],
            smtp_from="ads@example.com",
            smtp_security="none",
        )
    )
    yield app
    with app.app_context():
        db.engine.dispose()


def write(client: FlaskClient, method: str, path: str, **sent: Any) -> Any:
    return client.open(path, method=method, headers={"X-CSRFToken": csrf_token(client)}, **sent)


def test_a_schedule_is_saved_as_it_was_filled_in(alices: FlaskClient) -> None:
    made = write(alices, "POST", PAGE, data=FORM)
    assert made.status_code == 303
    (schedule,) = alices.get(API).get_json()["schedules"]
    assert schedule["subject"] == "Monthly"
    assert (schedule["every"], schedule["day"], schedule["hour"]) == ("month", 31, 9)
    assert (schedule["range"], schedule["compare"]) == ("last-month", "year")
    assert (schedule["settle_days"], schedule["attach_pdf"]) == (4, False)
    shown = alices.get(made.headers["Location"]).text
    assert "on the last day of every month at 09:00, Asia/Kathmandu" in shown
    assert "ana@client.example\nben@client.example</textarea>" in shown


def test_a_month_so_far_may_be_due_on_its_first_day_and_the_page_says_what_is_sent_then(
    alices: FlaskClient,
) -> None:
    form = {**FORM, "range": "this-month", "month_day": "1"}
    made = write(alices, "POST", PAGE, data=form)
    assert made.status_code == 303
    assert "“so far” then sends the whole one before" in alices.get(made.location).text


def test_without_a_mail_server_it_is_saved_and_said_that_nothing_is_sent(
    alices: FlaskClient,
) -> None:
    write(alices, "POST", PAGE, data=FORM)
    for path in (PAGE, f"{PAGE}/new"):
        shown = alices.get(path).text
        assert "Nothing is sent" in shown
        assert "SMTP_HOST" in shown
    assert alices.get(API).get_json()["schedules"][0]["sends"] is False


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("recipients", "ana@client.example\neve@\nben", "eve@ does not look like"),
        ("recipients", "", "at least one"),
        ("title", " ", "Write a title"),
        ("settle_days", "99", "0 to 28"),
        ("settle_days", "²", "whole number"),
        ("month_day", "32", "31"),
        ("time_zone", "Nowhere/None", "not a time zone"),
        ("link", "<script>", "one of"),
        ("range", "ever", "not one of"),
    ],
)
def test_a_refused_form_says_why_and_keeps_what_was_typed(
    alices: FlaskClient, field: str, value: str, said: str
) -> None:
    answer = write(alices, "POST", PAGE, data={**FORM, "title": "Kept", field: value})
    assert answer.status_code == 422
    assert said in answer.text
    assert field == "title" or 'value="Kept"' in answer.text
    assert alices.get(API).get_json() == {"schedules": []}


def test_a_reports_schedule_is_about_what_the_report_is(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    link = make_connection(session, alice.workspace)
    account, other = (make_account(session, link, name=name) for name in ("Shoes", "Hats"))
    campaign = make_campaign(session, account, name="Kampagne « Ö »")
    make_campaign(session, other)
    report = make_report(session, alice.workspace.id)
    report.request = {
        "first": "2025-11-01",
        "last": "2025-11-30",
        "compare": "year",
        "platforms": [account.platform],
        "accounts": [account.id],
        "campaigns": [campaign.id],
        "title": "Shoes for the board",
    }
    report.created_at = dt.datetime(2025, 12, 4, 9, tzinfo=dt.UTC)
    session.commit()

    address = f"{PAGE}/new?report={report.id}"
    assert address in alices.get(f"/dashboard/reports/{report.id}").text
    form = filled(alices.get(address).text)
    made = write(alices, "POST", PAGE, data={**form, "recipients": "ana@client.example"})

    assert made.status_code == 303
    (schedule,) = alices.get(API).get_json()["schedules"]
    assert schedule["title"] == "Shoes for the board"
    assert (schedule["range"], schedule["every"]) == ("last-month", "month")
    assert schedule["compare"] == "year"
    assert schedule["platforms"] == [account.platform]
    assert schedule["accounts"] == [account.id]
    assert schedule["campaigns"] == [campaign.id]


def test_anothers_report_fills_no_schedule(
    alices: FlaskClient, session: Session, charlie: Member
) -> None:
    report = make_report(session, charlie.workspace.id)
    assert alices.get(f"{PAGE}/new?report={report.id}").status_code == 404
    assert alices.get(f"{PAGE}/new?report=x").status_code == 404


def test_saving_never_widens_a_schedule_whose_account_counts_no_more(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    link = make_connection(session, alice.workspace)
    account, _ = (make_account(session, link, name=name) for name in ("Shoes", "Hats"))
    made = make_schedule(
        session,
        alice.workspace.id,
        alice.user.id,
        request={**REQUEST, "accounts": [account.id]},
    )
    account.selected = False
    session.commit()

    form = filled(alices.get(f"{PAGE}/{made.id}").text)
    saved = write(alices, "POST", f"{PAGE}/{made.id}", data={**form, "hour": "9"})

    assert saved.status_code == 422
    assert f"There is no {account.id} in this workspace" in saved.text
    assert f"{account.id} (no longer here)" in saved.text


def filled(page: str) -> dict[str, Any]:
    """What a browser would send of the schedule's form as it was given."""
    inside = page.partition('class="schedule-form"')[2].partition("</form>")[0]
    typed = r'<input class="form-control"[^>]*name="(\w+)"[^>]*value="([^"]*)"'
    found: dict[str, Any] = dict(re.findall(typed, inside))
    chosen = r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>'
    for name, options in re.findall(chosen, inside, re.DOTALL):
        value, label = re.findall(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)[0]
        found[name] = value or label
    for box in re.findall(r"<input [^>]*checked>", inside):
        name, value = re.search(r'name="(\w+)"', box), re.search(r'value="([^"]*)"', box)
        found.setdefault(name[1], []).append(value[1] if value else "on")
    return {**found, "recipients": re.findall(r"<textarea[^>]*>([^<]*)<", inside)[0]}


def test_a_filter_set_by_a_script_stays_when_the_form_is_saved(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    account = make_account(session, make_connection(session, alice.workspace))
    session.commit()
    body = {"title": "W", "recipients": ["a@b.example"], "accounts": [account.id]}
    made = write(alices, "POST", API, json=body).get_json()
    assert made["accounts"] == [account.id]
    assert made["time_zone"] == "America/New_York"
    form = {**FORM, "accounts": [str(account.id)]}
    assert write(alices, "POST", f"{PAGE}/{made['id']}", data=form).status_code == 303
    assert alices.get(API).get_json()["schedules"][0]["accounts"] == [account.id]


@pytest.mark.parametrize(
    "change",
    [
        {"recipients": ["x\r\nBcc: y@example.com"]},
        {"recipients": []},
        {"recipients": [f"p{n}@client.example" for n in range(51)]},
        {"accounts": [1]},
        {"campaigns": [2**70]},
        {"platforms": ["myspace"]},
        {"day": 7},
        {"hour": -1},
        {"settle_days": 2**40},
        {"every": "year"},
        {"unknown": 1},
    ],
)
def test_a_script_cannot_save_what_makes_no_sense(
    alices: FlaskClient, change: dict[str, object]
) -> None:
    body = {"title": "W", "recipients": ["a@b.example"], **change}
    assert write(alices, "POST", API, json=body).status_code == 422


def test_another_workspaces_accounts_and_schedules_are_out_of_reach(
    app: Flask, alices: FlaskClient, session: Session, alice: Member, charlie: Member
) -> None:
    account = make_account(session, make_connection(session, charlie.workspace))
    session.commit()
    body = {"title": "W", "recipients": ["a@b.example"], "accounts": [account.id]}
    assert write(alices, "POST", API, json=body).status_code == 422
    made = make_schedule(session, alice.workspace.id, alice.user.id)
    stranger = sign_in(app, charlie)
    assert stranger.get(API).get_json() == {"schedules": []}
    assert write(stranger, "PUT", f"{API}/{made.id}", json={}).status_code == 404
    assert write(stranger, "DELETE", f"{API}/{made.id}").status_code == 404


def test_who_may_only_look_schedules_nothing(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    made = make_schedule(session, alice.workspace.id, alice.user.id)
    session.execute(update(Membership).values(role="viewer"))
    session.commit()
    assert alices.get(f"{PAGE}/{made.id}").status_code == 200
    assert alices.get(f"{PAGE}/new").status_code == 403
    body = {"title": "W", "recipients": ["a@b.example"]}
    for method, path in (
        ("POST", API),
        ("PUT", f"{API}/{made.id}"),
        ("DELETE", f"{API}/{made.id}"),
    ):
        assert write(alices, method, path, json=body).status_code == 403
    for action in ("", "/pause", "/resume", "/delete", "/test"):
        assert write(alices, "POST", f"{PAGE}/{made.id}{action}", data=FORM).status_code == 403


def test_it_is_paused_resumed_and_deleted(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    made = make_schedule(session, alice.workspace.id, alice.user.id)
    write(alices, "POST", f"{PAGE}/{made.id}/pause")
    assert alices.get(API).get_json()["schedules"][0]["next_at"] is None
    write(alices, "POST", f"{PAGE}/{made.id}/resume")
    assert alices.get(API).get_json()["schedules"][0]["next_at"]
    write(alices, "POST", f"{PAGE}/{made.id}/delete")
    assert alices.get(API).get_json() == {"schedules": []}
    assert alices.get(f"{PAGE}/{made.id}").status_code == 404


def test_a_test_goes_to_whoever_asks_and_is_of_the_schedule_itself(
    mailing: Flask, session: Session, alice: Member, mail_server: MailServer
) -> None:
    fill_month(session, alice, dt.datetime.now(dt.UTC))
    client = sign_in(mailing, alice)
    made = make_schedule(session, alice.workspace.id, alice.user.id, attach_pdf=True)
    make_report(session, alice.workspace.id)
    assert write(client, "POST", f"{PAGE}/{made.id}/test").status_code == 303
    outbox.settle()
    ((to, letter),) = mail_server.taken
    assert to == "alice@example.com"
    assert letter["Subject"] == "Test: Northlight: the week"
    assert [part.get_content_type() for part in letter.iter_attachments()] == ["application/pdf"]
    body = letter.get_body(("plain",))
    assert body is not None
    assert "This is a preview with the figures of now." in body.get_content()
    assert "$1,050" in body.get_content()


def test_without_a_mail_server_there_is_no_test(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    made = make_schedule(session, alice.workspace.id, alice.user.id)
    assert write(alices, "POST", f"{PAGE}/{made.id}/test").status_code == 409


def test_what_went_wrong_is_shown_and_one_letter_can_be_sent_again(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    made = make_schedule(session, alice.workspace.id, alice.user.id)
    delivery = _unclear(session, made, make_report(session, alice.workspace.id))
    shown = alices.get(f"{PAGE}/{made.id}").text
    assert "It may have arrived." in shown
    assert "Sent, not to everybody" in alices.get(PAGE).text
    path = f"{PAGE}/{made.id}/letters/{delivery.letters[0].id}/again"
    assert write(alices, "POST", path).status_code == 303
    session.refresh(delivery)
    assert delivery.state == "sending"
    assert delivery.look_at is not None
    assert write(alices, "POST", path).status_code == 303


def test_a_letter_whose_report_is_deleted_offers_no_way_to_send_it_again(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    made = make_schedule(session, alice.workspace.id, alice.user.id)
    report = make_report(session, alice.workspace.id)
    delivery = _unclear(session, made, report)
    assert write(alices, "DELETE", f"/api/reports/{report.id}").status_code == 204
    path = f"{PAGE}/{made.id}/letters/{delivery.letters[0].id}/again"
    shown = alices.get(f"{PAGE}/{made.id}").text
    assert "May have arrived" in shown
    assert path not in shown
    refused = write(alices, "POST", path)
    assert refused.status_code == 409
    assert "The report that was to be sent was deleted meanwhile." in refused.text
    session.refresh(delivery)
    assert delivery.state == "sent"


def _unclear(session: Session, schedule: ReportSchedule, report: Report) -> ReportDelivery:
    made = ReportDelivery(
        workspace_id=schedule.workspace_id,
        schedule_id=schedule.id,
        report_id=report.id,
        due_at=MONDAY,
        state="sent",
        error="Not every letter arrived.",
        finished_at=MONDAY,
    )
    letter = ReportLetter(state="unclear", error="It may have arrived.")
    letter.recipient = schedule.recipients[0]
    made.letters.append(letter)
    session.add(made)
    session.commit()
    return made


def test_the_pages_tell_when_the_next_letter_leaves_and_what_became_of_the_last(
    alices: FlaskClient, mailing: Flask, session: Session, alice: Member
) -> None:
    made = make_schedule(session, alice.workspace.id, alice.user.id)
    made.next_at = dt.datetime(2126, 12, 2, 7, tzinfo=dt.UTC)
    session.commit()
    client = sign_in(mailing, alice)
    nothing = client.get(PAGE).text
    assert "Next Dec 2, 2126, 08:00" in nothing
    assert "Not sent yet" in nothing
    assert "nothing is sent: there is no mail server" in alices.get(PAGE).text

    delivery = _unclear(session, made, make_report(session, alice.workspace.id))
    made.next_at = delivery.due_at = dt.datetime(2020, 11, 30, 7, tzinfo=dt.UTC)
    for state, error, said in (
        ("waiting", "", "Waiting until settled"),
        ("waiting", "Meta could not be read.", "Report to be made again"),
        ("generating", "", "Report being made"),
        ("sending", "", "Being sent"),
        ("sent", "", ">Sent<"),
        ("failed", "The mail server is away.", "Not sent"),
    ):
        delivery.state, delivery.error = state, error
        session.commit()
        listed, whole = client.get(PAGE).text, client.get(f"{PAGE}/{made.id}").text
        assert said in listed
        assert said in whole
        assert error in whole
        assert "Nov 30, 2020, 08:00" in listed
    # It has come and was not noticed: nobody keeps the timetable.
    assert "Due since Nov 30, 2020, 08:00" in listed
    assert "Due since Nov 30, 2020, 08:00" in whole


def test_a_script_changes_and_deletes_a_schedule(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    made = make_schedule(session, alice.workspace.id, alice.user.id)
    body = {
        "title": "Monthly",
        "recipients": ["cleo@client.example"],
        "range": "last-month",
        "every": "month",
        "day": 31,
        "hour": 6,
        "time_zone": "Asia/Kathmandu",
        "link": "members",
    }
    changed = write(alices, "PUT", f"{API}/{made.id}", json=body)
    assert changed.status_code == 200
    (kept,) = alices.get(API).get_json()["schedules"]
    assert changed.get_json() == kept
    assert {name: kept[name] for name in body if name != "recipients"} == {
        name: value for name, value in body.items() if name != "recipients"
    }
    assert [each["email"] for each in kept["recipients"]] == ["cleo@client.example"]
    assert kept["next_at"].endswith("T00:15:00Z")

    gone = write(alices, "DELETE", f"{API}/{made.id}")
    assert (gone.status_code, gone.data) == (204, b"")
    assert alices.get(API).get_json() == {"schedules": []}
    assert write(alices, "DELETE", f"{API}/{made.id}").status_code == 404
    assert write(alices, "PUT", f"{API}/{made.id}", json=body).status_code == 404

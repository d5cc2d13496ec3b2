"""The language of reports: set for the workspace, chosen for one, kept for ever."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.models import ReportSchedule
from app.reports import template
from app.settings import Settings
from tests.conftest import Member, csrf_token, sign_in
from tests.reports.conftest import finish, month, newest
from tests.reports.schedules import make_report, make_schedule
from tests.web.test_reports import RANGE, ordered, post
from tests.web.test_shared import SECRET, share

__all__ = ["month"]
SCHEDULES = "/api/report-schedules"
SCHEDULE = {"title": "Woche", "recipients": ["ana@client.example"]}


@pytest.fixture
def alices(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


def sent(alices: FlaskClient, method: str, path: str, **body: Any) -> Any:
    return alices.open(path, method=method, json=body, headers={"X-CSRFToken": csrf_token(alices)})


def german(alices: FlaskClient) -> None:
    answer = sent(alices, "PATCH", "/api/workspace", report_language="de")
    assert answer.get_json()["report_language"] == "de"


@pytest.mark.usefixtures("month")
def test_a_new_report_is_in_the_workspaces_language_unless_it_has_its_own(
    alices: FlaskClient, session: Session
) -> None:
    german(alices)
    told = alices.get(f"/api/reports/{ordered(alices, session)}").get_json()
    assert (told["language"], told["title"]) == ("de", "Performance 1.–19. November 2026")
    assert told["summary"][0].startswith("Vom 1. bis 19. Nov. wurden")
    other = alices.get(f"/api/reports/{ordered(alices, session, language='en')}").get_json()
    assert (other["language"], other["title"]) == ("en", "November 1–19 performance")
    # A report stays as it is, whatever the workspace's language becomes.
    assert alices.get(f"/api/reports/{told['id']}").get_json()["hash"] == told["hash"]


@pytest.mark.usefixtures("month")
def test_the_form_offers_the_workspaces_language_and_takes_another(
    alices: FlaskClient, session: Session
) -> None:
    german(alices)
    page = alices.get("/dashboard/reports").text
    assert '<option value="de" selected>Deutsch</option>' in page
    path = "/dashboard/reports"
    chosen = post(alices, path, range="custom", language="en", **RANGE)
    assert chosen.status_code == 303
    finish(session, newest(session).id)
    assert "November 1–19 performance" in alices.get(chosen.location).text
    refused = post(alices, path, range="custom", language="fr", **RANGE)
    assert refused.status_code == 422
    assert "Their languages are en (English), de (Deutsch)." in refused.text


@pytest.mark.usefixtures("month")
def test_the_page_of_a_german_report_is_german_within_the_app(
    alices: FlaskClient, session: Session
) -> None:
    page = alices.get(f"/dashboard/reports/{ordered(alices, session, language='de')}").text
    assert '<html lang="en"' in page
    assert '<div class="report-body" lang="de" data-locale="de">' in page
    assert "Wie endgültig die Zahlen sind" in page
    assert "Log of actions" in page
    head = "Nov 1 – 19, 2026, compared with the days before, Oct 13 – 31, 2026"
    assert f"{head} · generated Nov 20, 2026" in " ".join(page.split())


@pytest.mark.parametrize("path", ["/api/reports", SCHEDULES])
def test_an_unknown_language_is_refused_with_those_there_are(
    alices: FlaskClient, path: str
) -> None:
    body = {**(SCHEDULE if path == SCHEDULES else RANGE), "language": "fr"}
    answer = sent(alices, "POST", path, **body)
    assert answer.status_code == 422
    assert "“fr”" in answer.get_json()["error"]["message"]
    assert "de (Deutsch)" in answer.text


def test_a_workspace_has_no_unknown_language(alices: FlaskClient) -> None:
    answer = sent(alices, "PATCH", "/api/workspace", report_language="fr")
    assert answer.status_code == 422
    assert "de (Deutsch)" in answer.text
    assert alices.get("/api/workspace").get_json()["report_language"] == "en"


def test_settings_change_the_language_of_reports(alices: FlaskClient) -> None:
    form = {"name": "Northlight", "currency": "USD", "time_zone": "America/New_York",
            "target_roas": "", "revenue": "auto"}  # fmt: skip
    fields = {f"workspace-{name}": value for name, value in form.items()}
    post(alices, "/settings/workspace", **fields, **{"workspace-report_language": "de"})
    assert alices.get("/api/workspace").get_json()["report_language"] == "de"
    post(alices, "/settings/workspace", **fields)
    assert alices.get("/api/workspace").get_json()["report_language"] == "de"


def test_a_schedule_keeps_the_language_it_was_made_with(
    alices: FlaskClient, session: Session
) -> None:
    german(alices)
    assert 'value="Wochenbericht"' in alices.get("/dashboard/reports/schedules/new").text
    made = sent(alices, "POST", SCHEDULES, **SCHEDULE).get_json()
    assert made["language"] == "de"
    sent(alices, "PATCH", "/api/workspace", report_language="en")
    assert alices.get(SCHEDULES).get_json()["schedules"][0]["language"] == "de"
    kept = session.get_one(ReportSchedule, made["id"])
    assert template.language_of(kept.request) == "de"


def test_a_schedule_older_than_the_choice_goes_on_in_english(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    old = make_schedule(session, alice.workspace.id, alice.user.id)
    assert "language" not in old.request
    german(alices)
    assert alices.get(SCHEDULES).get_json()["schedules"][0]["language"] == "en"


def test_whoever_opens_a_german_report_is_asked_for_its_password_in_german(
    client: FlaskClient, session: Session, settings: Settings, alice: Member
) -> None:
    report = make_report(session, alice.workspace.id)
    report.request = {**report.request, "language": "de"}
    _, token = share(session, settings, report, password=SECRET)
    asked = client.get(f"/r/{token}").text
    assert '<html lang="de"' in asked
    assert "Dieser Bericht hat ein Passwort" in asked
    wrong = client.post(f"/r/{token}", data={"password": "guess"}).text
    assert "Das ist nicht das Passwort dieses Links." in wrong
    tries = [client.post(f"/r/{token}", data={"password": "guess"}) for _ in range(12)]
    assert "zu viele Versuche" in tries[-1].text


def test_a_dead_link_speaks_the_visitors_language(client: FlaskClient) -> None:
    told = client.get("/r/nothing", headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert told.status_code == 404
    assert "Dieser Link öffnet nichts" in told.text
    assert "This link does not open anything" in client.get("/r/nothing").text

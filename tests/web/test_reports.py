"""Reports in the browser and for scripts: ordered, followed, read, compared and deleted."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import ActionEntry, Membership, Report
from app.reports.document import Days, thaw
from app.sync.rollup import recompute
from jobs.prune import prune
from jobs.recovery import recover
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_account, make_campaign, make_connection
from tests.reports.conftest import NOW, campaign_day, finish, month, newest

__all__ = ["month"]
RANGE = {"from": "2026-11-01", "to": "2026-11-19"}


@pytest.fixture
def browser(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


def post(browser: FlaskClient, path: str, **form: Any) -> Any:
    return browser.post(path, data={"csrf_token": csrf_token(browser), **form})


def ordered(browser: FlaskClient, session: Session, **changes: Any) -> int:
    answer = browser.post(
        "/api/reports",
        json={**RANGE, **changes},
        headers={"X-CSRFToken": csrf_token(browser)},
    )
    assert answer.status_code == 202, answer.get_json()
    made: int = answer.get_json()["id"]
    finish(session, made)
    return made


@pytest.mark.usefixtures("month")
def test_a_reports_figures_are_those_of_the_dashboards_api(
    browser: FlaskClient, session: Session
) -> None:
    made = ordered(browser, session, title="十一月 ☕ قهوة")

    told = browser.get(f"/api/reports/{made}").get_json()
    assert (told["state"], told["title"]) == ("completed", "十一月 ☕ قهوة")
    kpis = {kpi["key"]: kpi["value"] for kpi in told["figures"]["kpis"]}
    assert kpis["spend"] == "2850"
    assert kpis["revenue"] == "9500"
    assert told["hash"] == newest(session).content_hash
    assert [each["id"] for each in browser.get("/api/reports").get_json()["reports"]] == [made]


@pytest.mark.usefixtures("month")
def test_a_report_is_generated_from_the_form_and_read(
    browser: FlaskClient, session: Session
) -> None:
    sent = post(browser, "/dashboard/reports", range="custom", compare="previous", **RANGE)
    assert sent.status_code == 303
    waiting = browser.get(sent.location).get_data(as_text=True)
    assert 'hx-trigger="load delay:1s"' in waiting

    finish(session, newest(session).id)

    text = browser.get(sent.location).get_data(as_text=True)
    assert "hx-trigger" not in text.partition('id="report"')[2].partition(">")[0]
    for said in ("November 1–19 performance", "$2,850", "Prospecting قهوة ☕", "SHA-256"):
        assert said in text
    assert "/campaigns?from=2026-11-01&amp;to=2026-11-19&amp;platform=meta" in text
    assert newest(session).title in browser.get("/dashboard/reports").get_data(as_text=True)


def test_what_is_wrong_with_an_order_is_said_beside_its_field(browser: FlaskClient) -> None:
    swapped = post(
        browser, "/dashboard/reports", range="custom", **{"from": "2026-11-19", "to": "2026-11-01"}
    )
    assert swapped.status_code == 422
    assert "Swap them." in swapped.get_data(as_text=True)
    assert post(browser, "/dashboard/reports", range="never").status_code == 422
    assert post(browser, "/dashboard/reports", accounts="999999").status_code == 422


def test_an_empty_workspace_sees_what_to_do_and_gets_a_report(
    browser: FlaskClient, session: Session
) -> None:
    assert "No reports yet" in browser.get("/dashboard/reports").get_data(as_text=True)

    made = ordered(browser, session)

    text = browser.get(f"/dashboard/reports/{made}").text
    assert "no ad account or shop is connected" in text
    assert "No rating" in text
    assert "data-chart" not in text
    assert "Top wins" not in text
    for shape in ("pdf", "csv", "xlsx"):
        assert browser.get(f"/api/reports/{made}.{shape}").status_code == 200


@pytest.mark.usefixtures("month")
def test_a_deleted_report_is_gone_until_it_is_taken_back(
    browser: FlaskClient, session: Session
) -> None:
    made = ordered(browser, session)

    answer = post(browser, f"/dashboard/reports/{made}/delete")
    assert "Undo" in browser.get(answer.location).get_data(as_text=True)
    assert browser.get(f"/dashboard/reports/{made}").status_code == 404
    assert browser.get(f"/api/reports/{made}").status_code == 404

    post(browser, f"/dashboard/reports/{made}/undelete")
    assert browser.get(f"/dashboard/reports/{made}").status_code == 200


@pytest.mark.usefixtures("month")
def test_what_a_script_deletes_a_person_takes_back(browser: FlaskClient, session: Session) -> None:
    made = ordered(browser, session)
    told = browser.get(f"/api/reports/{made}").get_json()
    headers = {"X-CSRFToken": csrf_token(browser)}
    gone = browser.delete(f"/api/reports/{made}", headers=headers)
    assert (gone.status_code, gone.data) == (204, b"")
    assert browser.get("/api/reports").get_json() == {"reports": []}
    assert browser.get(f"/api/reports/{made}").status_code == 404
    assert browser.delete(f"/api/reports/{made}", headers=headers).status_code == 404
    assert f"/dashboard/reports/{made}/undelete" in browser.get("/dashboard/reports").text

    post(browser, f"/dashboard/reports/{made}/undelete")
    assert browser.get(f"/api/reports/{made}").get_json() == told


def test_the_bar_of_a_report_counts_its_steps(
    browser: FlaskClient, session: Session, alice: Member
) -> None:
    made = Report(
        workspace_id=alice.workspace.id,
        title="November",
        request={"first": "2026-11-01", "last": "2026-11-19"},
        steps_total=4,
    )
    session.add(made)
    session.commit()
    for state, done, said in (
        ("pending", 0, "Waiting to start"),
        ("running", 0, "Reading your figures"),
        ("running", 1, "Looking for wins and concerns"),
        ("running", 2, "Putting it into words"),
        ("running", 3, "Finishing"),
    ):
        made.state, made.steps_done = state, done
        session.commit()
        for page in ("/dashboard/reports", f"/dashboard/reports/{made.id}"):
            shown = browser.get(page).text
            assert said in shown
            assert f'value="{done}" max="4"' in shown
        told = browser.get(f"/api/reports/{made.id}").get_json()
        assert (told["state"], told["progress"]) == (state, {"done": done, "total": 4})


def test_a_report_against_last_year_holds_the_same_days_of_a_year_before(
    browser: FlaskClient, session: Session, alice: Member
) -> None:
    account = make_account(
        session,
        make_connection(session, alice.workspace, last_synced_at=NOW),
        history_from=dt.date(2025, 1, 1),
        read_through=NOW.date(),
        settled_through=NOW.date(),
        synced_at=NOW,
    )
    campaign = make_campaign(session, account)
    days = {dt.date(2025, 11, 3): "80", dt.date(2026, 10, 20): "500", dt.date(2026, 11, 3): "100"}
    for day, spend in days.items():
        session.add(campaign_day(campaign, day, (1_000, 50), (spend, "4", "300")))
    session.flush()
    recompute(session, alice.workspace.id, account.id, list(days))
    session.commit()
    made = ordered(browser, session, compare="year")
    told = browser.get(f"/api/reports/{made}").get_json()
    kpis = {each["key"]: each for each in told["figures"]["kpis"]}
    assert told["compare"] == "year"
    assert (kpis["spend"]["value"], kpis["spend"]["before"]) == ("100", "80")
    assert kpis["spend"]["change"] == "0.25"
    assert (kpis["conversions"]["value"], kpis["conversions"]["before"]) == ("4", "4")
    document = thaw(newest(session).document or b"")
    assert document.before == Days(first=dt.date(2025, 11, 1), last=dt.date(2025, 11, 19))


@pytest.mark.usefixtures("month")
def test_a_deleted_report_goes_for_good_after_a_day(browser: FlaskClient, session: Session) -> None:
    made = ordered(browser, session)
    session.execute(update(Report).values(deleted_at=NOW.replace(year=2020)))

    prune(session, NOW)
    session.commit()

    assert session.get(Report, made) is None
    assert post(browser, f"/dashboard/reports/{made}/undelete").status_code == 404


@pytest.mark.usefixtures("month")
def test_regenerating_makes_a_report_of_its_own_and_tells_what_changed(
    browser: FlaskClient, session: Session
) -> None:
    made = ordered(browser, session)
    before = newest(session).content_hash
    post(browser, f"/dashboard/reports/{made}/regenerate")
    anew = newest(session)
    assert (anew.id != made, anew.regenerated_from) == (True, made)
    finish(session, anew.id)

    session.expire_all()
    assert session.get_one(Report, made).content_hash == before
    text = browser.get(f"/dashboard/reports/{made}/compare?with={anew.id}").get_data(as_text=True)
    assert "Nothing changed" in text


@pytest.mark.usefixtures("month")
def test_a_failed_report_is_tried_again(browser: FlaskClient, session: Session) -> None:
    made = ordered(browser, session)
    session.execute(update(Report).values(state="failed", document=None, error="It broke."))
    session.commit()
    assert "It broke." in browser.get(f"/dashboard/reports/{made}").get_data(as_text=True)

    post(browser, f"/dashboard/reports/{made}/retry")

    assert newest(session).state == "pending"


@pytest.mark.usefixtures("month")
def test_a_killed_job_is_taken_up_again(browser: FlaskClient, session: Session) -> None:
    made = ordered(browser, session)
    session.execute(update(Report).values(state="running", document=None))

    recover(session, NOW)
    session.commit()
    finish(session, made)

    assert newest(session).state == "completed"


@pytest.mark.usefixtures("month")
def test_what_people_did_is_written_down_and_taken_off(
    browser: FlaskClient, session: Session
) -> None:
    made = ordered(browser, session)
    refused = post(browser, f"/dashboard/reports/{made}/actions", day="2026-11-05", text=" ")
    assert refused.status_code == 422
    post(browser, f"/dashboard/reports/{made}/actions", day="2026-11-05", text="Paused 冬のセール")
    entry = session.scalars(select(ActionEntry)).one()
    assert entry.text == "Paused 冬のセール"

    post(browser, f"/dashboard/reports/{made}/actions/{entry.id}/delete")

    session.expire_all()
    assert session.scalars(select(ActionEntry)).all() == []


@pytest.mark.usefixtures("month")
def test_a_stranger_finds_nothing_and_a_viewer_changes_nothing(
    app: Flask, browser: FlaskClient, session: Session, alice: Member, charlie: Member
) -> None:
    made = ordered(browser, session)
    stranger = sign_in(app, charlie)
    token = {"X-CSRFToken": csrf_token(stranger)}
    assert stranger.get(f"/api/reports/{made}").status_code == 404
    assert stranger.delete(f"/api/reports/{made}", headers=token).status_code == 404
    assert stranger.get(f"/dashboard/reports/{made}/compare?with={made}").status_code == 404

    session.execute(
        update(Membership)
        .where(Membership.workspace_id == alice.workspace.id)
        .values(role="viewer")
    )
    session.commit()
    assert browser.get(f"/dashboard/reports/{made}").status_code == 200
    token = {"X-CSRFToken": csrf_token(browser)}
    assert browser.delete(f"/api/reports/{made}", headers=token).status_code == 403
    assert post(browser, "/dashboard/reports", range="7d").status_code == 403

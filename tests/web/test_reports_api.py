"""Reports for scripts: every part of an order is kept to, and all that is frozen is told."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Account, Campaign, Report
from app.reports import ordering
from tests.conftest import Member, csrf_token, sign_in
from tests.insights.showing import shown
from tests.reports.conftest import finish, month, newest

__all__ = ["month"]
pytestmark = pytest.mark.usefixtures("month")
DAYS = {"from": "2026-11-01", "to": "2026-11-19"}


@pytest.fixture
def browser(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


def sent(browser: FlaskClient, **changes: Any) -> Any:
    return browser.post(
        "/api/reports",
        json={**DAYS, **changes},
        headers={"X-CSRFToken": csrf_token(browser)},
    )


def ordered(browser: FlaskClient, session: Session, **changes: Any) -> Any:
    """The finished report, as it is read."""
    answer = sent(browser, **changes)
    assert answer.status_code == 202, answer.get_json()
    finish(session, answer.get_json()["id"])
    return browser.get(f"/api/reports/{answer.get_json()['id']}").get_json()


def figures(told: Any) -> dict[str, str | None]:
    return {kpi["key"]: kpi["value"] for kpi in told["figures"]["kpis"]}


def test_an_order_of_everything_has_the_figures_of_the_dashboard(
    browser: FlaskClient, session: Session
) -> None:
    told = ordered(browser, session)
    summary = browser.get("/api/metrics/summary", query_string=DAYS).get_json()
    assert told["figures"]["revenue_source"] == summary["revenue_source"] == "store"
    for key in ("spend", "revenue", "conversions"):
        assert float(figures(told)[key] or 0) == float(summary[key])
    for key in ("roas", "cpa", "cpc"):
        assert float(figures(told)[key] or 0) == pytest.approx(float(summary[key]), abs=1e-6)


def test_platforms_and_what_to_compare_with_are_kept_to(
    browser: FlaskClient, session: Session
) -> None:
    told = ordered(browser, session, platforms=["meta"], compare="none")
    assert (told["platforms"], told["compare"]) == (["meta"], "none")
    assert figures(told)["spend"] == "1900"
    assert [row["platform"] for row in told["figures"]["platforms"]] == ["meta"]
    assert told["figures"]["compared"] is None
    assert {kpi["before"] for kpi in told["figures"]["kpis"]} == {None}


def test_accounts_and_campaigns_are_kept_to(browser: FlaskClient, session: Session) -> None:
    google = session.scalars(select(Account).where(Account.platform == "google")).one()
    search = session.scalars(select(Campaign).where(Campaign.account_id == google.id)).one()
    for part in ({"accounts": [google.id]}, {"campaigns": [search.id]}):
        told = ordered(browser, session, **part)
        assert (figures(told)["spend"], figures(told)["revenue"]) == ("950", "1900")
        assert [row["id"] for row in told["figures"]["campaigns"]] == [search.id]


def test_the_days_are_those_that_the_figures_are_of(browser: FlaskClient, session: Session) -> None:
    waiting = sent(browser, to="2026-11-25").get_json()["id"]
    assert browser.get(f"/api/reports/{waiting}").get_json()["to"] == "2026-11-25"

    finish(session, waiting)

    told = browser.get(f"/api/reports/{waiting}").get_json()
    assert (told["from"], told["to"]) == ("2026-11-01", "2026-11-19")
    assert told["figures"]["trend"][-1]["day"] == "2026-11-19"
    assert told["figures"]["compared"] == {"from": "2026-10-13", "to": "2026-10-31"}
    [line] = browser.get("/api/reports").get_json()["reports"]
    assert (line["from"], line["to"]) == ("2026-11-01", "2026-11-19")
    assert any("is not over everywhere" in note for note in told["notes"])
    assert ordering.wanted_of(newest(session)).last.isoformat() == "2026-11-25"


def test_a_report_is_read_with_its_progress_rating_notes_and_findings(
    browser: FlaskClient, session: Session
) -> None:
    made = sent(browser).get_json()["id"]
    waiting = browser.get(f"/api/reports/{made}").get_json()
    assert (waiting["state"], waiting["progress"]) == ("pending", {"done": 0, "total": 0})
    parts = ("rating", "figures", "findings", "notes", "hash", "as_of", "finished_at")
    assert {waiting[part] for part in parts} == {None}

    found = shown()[:3]
    finish(session, made, found)

    told = browser.get(f"/api/reports/{made}").get_json()
    assert told["progress"] == {"done": 4, "total": 4}
    assert told["rating"]["word"]
    assert told["rating"]["rule"]
    assert sorted(each["rule"] for each in told["findings"]) == sorted(each.rule for each in found)
    assert all(
        each["title"] and each["numbers"].keys() == each["units"].keys() - {"range"}
        for each in told["findings"]
    )
    assert isinstance(told["notes"], list)


def test_a_deleted_report_answers_nothing_until_it_is_taken_back(
    browser: FlaskClient, session: Session
) -> None:
    made = ordered(browser, session)["id"]
    token = {"X-CSRFToken": csrf_token(browser)}

    answer = browser.delete(f"/api/reports/{made}", headers=token)

    assert (answer.status_code, answer.data) == (204, b"")
    assert browser.get(f"/api/reports/{made}").status_code == 404
    assert browser.get("/api/reports").get_json()["reports"] == []
    assert browser.delete(f"/api/reports/{made}", headers=token).status_code == 404

    browser.post(f"/dashboard/reports/{made}/undelete", data={"csrf_token": csrf_token(browser)})
    assert browser.get(f"/api/reports/{made}").status_code == 200


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"campaigns": [2**63]}, f"campaigns: There is no campaign {2**63}"),
        ({"campaigns": [-(2**64)]}, f"campaigns: There is no campaign -{2**64}"),
        ({"accounts": [2**63]}, f"accounts: There is no account {2**63}"),
        ({"from": "0001-01-01", "to": "0001-01-31"}, "from: No figures are older than 1990-01-01"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    browser: FlaskClient, session: Session, changes: dict[str, Any], says: str
) -> None:
    answer = sent(browser, **changes)
    assert answer.status_code == 422
    assert says in answer.text
    assert session.scalars(select(Report)).all() == []


@pytest.mark.parametrize("before", [0, -1, 2**63, 2**70, "x"])
def test_a_list_before_no_report_that_can_be_is_refused(
    browser: FlaskClient, before: object
) -> None:
    assert browser.get(f"/api/reports?before={before}").status_code == 422
    assert browser.get(f"/api/reports?before={2**63 - 1}").status_code == 200


def test_the_form_orders_a_report_of_accounts_and_campaigns(
    browser: FlaskClient, session: Session
) -> None:
    search = session.scalars(select(Campaign).where(Campaign.name.startswith("Search"))).one()
    for part in ({"accounts": str(search.account_id)}, {"campaigns": str(search.id)}):
        answer = browser.post(
            "/dashboard/reports",
            data={"csrf_token": csrf_token(browser), "range": "custom", **DAYS, **part},
        )
        assert answer.status_code == 303
        finish(session, newest(session).id)
        text = browser.get(answer.location).text
        assert "$950" in text
        assert "$2,850" not in text

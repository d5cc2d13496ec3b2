"""Planned tests: drawn by lot, looked at before they begin, one at a time, nobody else's."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.advice import nightly
from app.advice.evaluating import read_tests
from app.insights.finding import Class, Finding
from app.metrics.sources import sources
from app.models import Account, CampaignDay, Membership, PlannedTest, PlatformTotalDay
from app.sync.rollup import recompute
from tests.advice.planned_tests import make_test, make_world
from tests.advice.test_planned_tests import after, noon
from tests.clock import today
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_rate
from tests.web.test_insights_page import ADVICE, SILENT, keep
from tests.web.test_simulator import make_platform

PAGE = "/dashboard/reports/tests"
API = "/api/planned-tests"
TODAY = today("UTC")
WORTH_TESTING = replace(
    ADVICE, class_=Class.WORTH_TESTING, numbers={**ADVICE.numbers, **SILENT.numbers}
)
FIRST = (TODAY + dt.timedelta(days=2)).isoformat()


@pytest.fixture
def advertised(session: Session, alice: Member) -> Sequence[str]:
    """Two platforms that spend 100 and 140 a day in turn."""
    make_platform(session, alice, "google")
    make_platform(session, alice, "meta")
    return ["google", "meta"]


def post(app: Flask, member: Member, path: str, **sent: Any) -> TestResponse:
    client = sign_in(app, member)
    return client.post(path, json=sent, headers={"X-CSRFToken": csrf_token(client)})


def begin(app: Flask, member: Member, **sent: Any) -> TestResponse:
    usual = {"platforms": ["google", "meta"], "first": FIRST, "weeks": 8, "seed": 5}
    return post(app, member, API, **(usual | sent))


@pytest.mark.usefixtures("advertised")
def test_each_platform_spends_what_it_did_over_the_whole_test(app: Flask, alice: Member) -> None:
    made = begin(app, alice)
    assert made.status_code == 201
    test = made.json
    assert test["state"] == "planned"
    assert test["levels"] == {"google": "840.00", "meta": "840.00"}
    assert [each["first"] for each in test["blocks"]] == [
        str(dt.date.fromisoformat(FIRST) + dt.timedelta(weeks=2 * each)) for each in range(4)
    ]
    for platform in ("google", "meta"):
        budgets = [Decimal(each["budgets"][platform]) for each in test["blocks"]]
        assert sorted(budgets) == [Decimal("84.00")] * 2 + [Decimal("156.00")] * 2


@pytest.mark.usefixtures("advertised")
def test_what_is_previewed_is_what_begins(app: Flask, alice: Member) -> None:
    previewed = post(
        app, alice, f"{API}/preview", platforms=["meta", "google"], first=FIRST, weeks=8, seed=5
    ).json
    assert previewed["cost"] is None
    made = begin(app, alice).json
    assert made["blocks"] == previewed["blocks"]
    assert sign_in(app, alice).get(f"{API}/{made['id']}").json == made


@pytest.mark.usefixtures("advertised")
def test_within_what_history_supports_the_cost_is_a_range(app: Flask, alice: Member) -> None:
    asked = {"platforms": ["google", "meta"], "first": FIRST, "weeks": 4, "seed": 5}
    cost = post(app, alice, f"{API}/preview", **asked, swing="0.1").json["cost"]
    assert Decimal(cost["low"]) < Decimal(cost["high"]) < 0


@pytest.mark.usefixtures("advertised")
@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"weeks": 2}, "4 to 52 weeks"),
        ({"weeks": 54}, "4 to 52 weeks"),
        ({"weeks": 9}, "even number"),
        ({"swing": "0.6"}, "10% to 50%"),
        ({"swing": "NaN"}, "10% to 50%"),
        ({"first": str(TODAY - dt.timedelta(days=2))}, "in the past"),
        ({"first": str(TODAY + dt.timedelta(days=60))}, "within four weeks"),
        ({"platforms": ["meta"]}, "at least two"),
        ({"platforms": ["meta", "mýspace"]}, "mýspace"),
    ],
)
def test_a_test_that_cannot_be_is_refused_with_a_sentence(
    app: Flask, session: Session, alice: Member, sent: dict[str, Any], told: str
) -> None:
    refused = begin(app, alice, **sent)
    assert refused.status_code == 422
    assert told in refused.json["error"]["message"]
    assert session.scalars(select(PlannedTest)).all() == []


def test_a_platform_that_spends_nothing_now_or_is_not_read_cannot_be_tested(
    app: Flask, session: Session, alice: Member
) -> None:
    make_platform(session, alice, "google")
    make_platform(session, alice, "meta", ended=9, read_through=TODAY)
    make_platform(session, alice, "tiktok", ended=12)
    make_platform(session, alice, "linkedin", 1)
    young = session.scalars(select(Account).where(Account.platform == "linkedin")).one()
    young.history_from = young.read_through = TODAY
    session.execute(delete(PlatformTotalDay).where(PlatformTotalDay.account_id == young.id))
    session.commit()
    for platform, told in (
        ("meta", "spent nothing"),
        ("tiktok", "figures stop"),
        ("linkedin", "spent nothing"),
    ):
        refused = begin(app, alice, platforms=["google", platform])
        assert refused.status_code == 422
        assert told in refused.json["error"]["message"]
    page = sign_in(app, alice).get(f"{PAGE}/new").text
    assert "spent nothing" in page
    assert "figures stop" in page


@pytest.mark.usefixtures("advertised")
def test_a_second_test_waits_for_the_end_of_the_first(app: Flask, alice: Member) -> None:
    first = begin(app, alice).json
    refused = begin(app, alice)
    assert refused.status_code == 409
    assert "Google and Meta is not over" in refused.json["error"]["message"]
    stopped = post(app, alice, f"{API}/{first['id']}/stop").json
    assert (stopped["state"], stopped["stopped_because"]) == ("stopped", "person")
    assert post(app, alice, f"{API}/{first['id']}/stop").json == stopped
    assert begin(app, alice).status_code == 201
    states = [each["state"] for each in sign_in(app, alice).get(API).json["planned_tests"]]
    assert sorted(states) == ["planned", "stopped"]


@pytest.mark.usefixtures("advertised")
def test_of_two_that_begin_at_once_one_does(app: Flask, session: Session, alice: Member) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: begin(app, alice).status_code, range(2)))
    assert sorted(answers) == [201, 409]
    assert len(session.scalars(select(PlannedTest)).all()) == 1


@pytest.mark.usefixtures("advertised")
def test_another_workspaces_test_is_not_there(
    app: Flask, session: Session, alice: Member, charlie: Member
) -> None:
    test_id = begin(app, alice).json["id"]
    client = sign_in(app, charlie)
    for path in (f"{API}/{test_id}", f"{PAGE}/{test_id}"):
        assert client.get(path).status_code == 404
    assert post(app, charlie, f"{API}/{test_id}/stop").status_code == 404
    assert client.get(API).json == {"planned_tests": []}
    assert "Google" not in client.get(PAGE).text
    assert session.scalars(select(PlannedTest.state)).one() == "planned"


@pytest.mark.usefixtures("advertised")
def test_who_may_only_look_begins_and_stops_nothing(
    app: Flask, session: Session, alice: Member
) -> None:
    test_id = begin(app, alice).json["id"]
    session.get_one(Membership, (alice.workspace.id, alice.user.id)).role = "viewer"
    session.commit()
    assert begin(app, alice).status_code == 403
    assert post(app, alice, f"{API}/{test_id}/stop").status_code == 403
    client = sign_in(app, alice)
    assert client.get(f"{PAGE}/new").status_code == 403
    assert "Stop the test" not in client.get(f"{PAGE}/{test_id}").text


@pytest.mark.usefixtures("advertised")
def test_another_currency_stops_the_test_and_says_so(
    app: Flask, session: Session, alice: Member
) -> None:
    make_rate(session, "USD", TODAY - dt.timedelta(days=1), "1.25")
    session.commit()
    test_id = begin(app, alice).json["id"]
    client = sign_in(app, alice)
    headers = {"X-CSRFToken": csrf_token(client)}
    client.patch("/api/workspace", json={"currency": "EUR"}, headers=headers)
    found = client.get(f"{API}/{test_id}").json
    assert (found["state"], found["stopped_because"]) == ("stopped", "currency")
    assert (found["currency"], found["levels"]["meta"]) == ("USD", "840.00")
    page = client.get(f"{PAGE}/{test_id}").text
    assert "its budgets are in USD" in page
    assert "Stop the test" not in page


@pytest.mark.usefixtures("advertised")
def test_the_page_begins_exactly_the_plan_that_was_looked_at(
    app: Flask, session: Session, alice: Member
) -> None:
    client = sign_in(app, alice)
    given = {"platform": ["google", "meta"], "first": FIRST, "weeks": "8", "seed": "5"}
    page = client.get(f"{PAGE}/new", query_string=given).text
    assert "$156.00" in page
    assert "it is 30% away" not in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    form = given | {"csrf_token": csrf_token(client)}
    refused = client.post(PAGE, data=form | {"seen": "other"})
    assert refused.status_code == 409
    assert "Newer figures" in refused.text
    begun = client.post(PAGE, data=form | {"seen": seen})
    assert begun.status_code == 303
    shown = client.get(begun.location).text
    assert "Planned" in shown
    assert "Stop the test" in shown
    assert session.scalars(select(PlannedTest.user_id)).one() == alice.user.id


def test_without_any_platform_the_pages_say_what_to_do(app: Flask, alice: Member) -> None:
    client = sign_in(app, alice)
    assert "No test yet" in client.get(PAGE).text
    assert "No platform to test" in client.get(f"{PAGE}/new").text


def test_one_platform_alone_is_told_before_a_plan_is_asked_for(
    app: Flask, session: Session, alice: Member
) -> None:
    make_platform(session, alice, "google")
    client = sign_in(app, alice)
    assert "it needs two that spend money now" in client.get(f"{PAGE}/new").text
    make_platform(session, alice, "meta")
    assert "it needs two that spend money now" not in client.get(f"{PAGE}/new").text


@pytest.mark.parametrize(
    ("finding", "offered"),
    [
        (SILENT, "Plan a test"),
        (WORTH_TESTING, "Plan a test"),
        (replace(SILENT, missing=("running_test",)), "See the test"),
        (replace(SILENT, missing=("platforms",)), ""),
        (ADVICE, ""),
    ],
)
@pytest.mark.usefixtures("advertised")
def test_what_cannot_be_said_leads_to_the_test_that_would_tell(
    app: Flask, session: Session, alice: Member, finding: Finding, offered: str
) -> None:
    make_platform(session, alice, "linkedin")
    keep(session, alice, finding)
    client = sign_in(app, alice)
    page = client.get("/dashboard/reports/insights").text
    found = [each for each in ("Plan a test", "See the test") if each in page]
    assert found == ([offered] if offered else [])
    if offered == "Plan a test":
        address = re.search(r'href="(/dashboard/reports/tests/new[^"]*)"', page)
        assert address is not None
        assert client.get(html.unescape(address[1])).status_code == 200


@pytest.mark.usefixtures("advertised")
@pytest.mark.parametrize(
    "asked", [{"swing": "sNaN"}, {"swing": "9e999999999"}, {"first": "soon"}, {"weeks": "²"}]
)
def test_a_form_that_makes_no_sense_is_answered_with_a_sentence(
    app: Flask, alice: Member, asked: dict[str, str]
) -> None:
    given = {"platform": ["google", "meta"], **asked}
    answered = sign_in(app, alice).get(f"{PAGE}/new", query_string=given)
    assert answered.status_code == 422
    assert "must be" in answered.text or "Choose the first day" in answered.text


@pytest.mark.usefixtures("advertised")
def test_a_move_that_was_advised_before_the_test_is_not_prepared_while_it_is_on(
    app: Flask, session: Session, alice: Member
) -> None:
    number = keep(session, alice, ADVICE)
    test_id = begin(app, alice).json["id"]
    assert nightly.waiting(session, alice.workspace.id)
    refused = post(app, alice, "/api/changes", finding_id=number)
    assert refused.status_code == 409
    assert "would disturb it" in refused.json["error"]["message"]
    post(app, alice, f"{API}/{test_id}/stop")
    allowed = post(app, alice, "/api/changes", finding_id=number)
    assert "disturb" not in allowed.json["error"]["message"]


def test_money_without_an_exchange_rate_is_not_taken_for_a_budget(
    app: Flask, session: Session, alice: Member
) -> None:
    make_platform(session, alice, "google")
    make_platform(session, alice, "meta", currency="SEK")
    refused = begin(app, alice)
    assert refused.status_code == 422
    assert "no exchange rate" in refused.json["error"]["message"]


def test_a_result_is_on_its_page_and_in_its_json(
    app: Flask, session: Session, alice: Member
) -> None:
    test = make_test(session, alice)
    make_world(session, alice, test, last=after(10))
    read_tests(session, alice.workspace, sources(session, alice.workspace.id), noon(after(9, 1)))
    session.commit()
    client = sign_in(app, alice)
    page = client.get(f"{PAGE}/{test.id}").text
    assert "8 of 8 weeks are over, all of them nearly complete. 16 of 16 weeks" in page
    assert "The test of Meta and Google is over" in page
    assert "spent as drawn" in page
    assert "Put the budgets back" in page
    found = client.get(f"{API}/{test.id}").json
    assert (found["state"], found["evaluation"]["complete"]) == ("ended", True)
    assert found["evaluation"]["class"] in ("recommend", "leaning")
    assert found["evaluation"]["as_drawn"]["meta"] == [True] * 8
    assert "is over" in found["evaluation"]["message"]


@pytest.mark.usefixtures("advertised")
def test_budgets_under_a_test_are_not_taken_for_todays(
    app: Flask, session: Session, alice: Member
) -> None:
    test_id = begin(app, alice).json["id"]
    test = session.get_one(PlannedTest, test_id)
    test.first = TODAY - dt.timedelta(days=40)
    session.commit()
    post(app, alice, f"{API}/{test_id}/stop")
    refused = begin(app, alice)
    assert refused.status_code == 422
    assert "less than a week ago" in refused.json["error"]["message"]
    test.stopped_on = TODAY - dt.timedelta(days=9)
    session.commit()
    days = [TODAY - dt.timedelta(days=each) for each in range(1, 10)]
    for account in session.scalars(select(Account)):
        session.execute(
            update(CampaignDay)
            .where(CampaignDay.account_id == account.id, CampaignDay.day.in_(days))
            .values(spend=Decimal(50))
        )
        recompute(session, alice.workspace.id, account.id, days)
    session.commit()
    assert begin(app, alice).json["levels"] == {"google": "350.00", "meta": "350.00"}

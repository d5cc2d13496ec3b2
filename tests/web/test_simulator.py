"""The budget simulator: ranges within history, refusals beyond it, nothing of anybody else's."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from babel.dates import format_date
from flask import Flask
from sqlalchemy.orm import Session

from app.models import Account, CampaignDay
from app.sync.rollup import recompute
from tests.clock import today
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_account, make_campaign, make_connection, make_store_day

PAGE = "/dashboard/reports/simulator"
TODAY = today("UTC")
DAY = dt.timedelta(days=1)
FRAGMENT = {"HX-Request-Type": "partial", "HX-Request": "true"}


def make_platform(
    session: Session,
    member: Member,
    platform: str,
    weeks: int = 20,
    *,
    ended: int = 0,
    **columns: Any,
) -> Account:
    """An account whose spend varies around 100 a day and returns twice that."""
    held = {
        "history_from": TODAY - dt.timedelta(days=7 * weeks),
        "read_through": TODAY - dt.timedelta(days=ended),
        **columns,
    }
    account = make_account(session, make_connection(session, member.workspace, platform), **held)
    campaign = make_campaign(session, account)
    draws = np.random.default_rng(len(platform))
    days = [TODAY - dt.timedelta(days=each) for each in range(1 + ended, 7 * weeks + 1)]
    for number, day in enumerate(days):
        spend = Decimal(100 + 40 * (number // 7 % 2))
        session.add(
            CampaignDay(
                campaign_id=campaign.id,
                day=day,
                account_id=account.id,
                workspace_id=member.workspace.id,
                spend=spend,
                conversions=Decimal(int(draws.poisson(8))),
                conversion_value=2 * spend,
                clicks=50,
                impressions=900,
            )
        )
    session.flush()
    recompute(session, member.workspace.id, account.id, days)
    session.commit()
    return account


@pytest.fixture
def advertised(session: Session, alice: Member) -> Sequence[str]:
    make_platform(session, alice, "google")
    make_platform(session, alice, "meta")
    return ["google", "meta"]


def ask(app: Flask, member: Member, budgets: dict[str, Any]) -> Any:
    client = sign_in(app, member)
    headers = {"X-CSRFToken": csrf_token(client)}
    return client.post("/api/insights/simulate", json={"budgets": budgets}, headers=headers)


def limits(app: Flask, member: Member) -> dict[str, dict[str, Any]]:
    return {each["platform"]: each for each in ask(app, member, {}).json["platforms"]}


@pytest.mark.usefixtures("advertised")
def test_todays_budgets_bring_about_what_they_bring(app: Flask, alice: Member) -> None:
    found = ask(app, alice, {}).json
    spend = sum((Decimal(each["now"]) for each in found["platforms"]), Decimal(0))
    assert Decimal(found["spend"]) == spend
    assert Decimal(found["value"]["low"]) < 2 * spend < Decimal(found["value"]["high"])
    assert {Decimal(each) for each in (found["change"]["low"], found["change"]["high"])} == {0}
    assert found["chance"] is None
    assert found["spend_change"] == "0.00"
    assert all(Decimal(each["low"]) < Decimal(each["now"]) for each in found["platforms"])
    # Per month: 840 a week over 52.18 / 12 weeks.
    assert abs(spend / 2 - Decimal(840) * Decimal("4.348")) < 10


@pytest.mark.usefixtures("advertised")
def test_both_ends_of_every_slider_are_answered_and_a_step_further_is_refused(
    app: Flask, alice: Member
) -> None:
    for name, limit in limits(app, alice).items():
        for end, further in (("low", -1), ("high", 1)):
            answered = ask(app, alice, {name: limit[end]}).json
            assert answered["refused"] == []
            assert answered["change"] is not None
            refused = ask(app, alice, {name: str(Decimal(limit[end]) + further)})
            assert refused.status_code == 200
            assert refused.json["value"] is refused.json["change"] is refused.json["spend"] is None
            [told] = refused.json["refused"]
            assert (told["platform"], told["because"]) == (name, limit[f"{end}_because"])
            assert "refused" in told["message"]


@pytest.mark.usefixtures("advertised")
def test_more_budget_promises_a_range_and_says_that_it_is_claimed(
    app: Flask, alice: Member
) -> None:
    high = Decimal(limits(app, alice)["meta"]["high"])
    found = ask(app, alice, {"meta": str(high)}).json
    assert 0 < Decimal(found["change"]["low"]) < Decimal(found["change"]["high"])
    assert "more reported value (80%)" in found["message"]
    assert "not incremental" in found["note"]
    page = sign_in(app, alice).get(f"{PAGE}?budget-meta={high}").text
    assert found["message"] in page
    assert "not incremental" in page
    assert "Marginal ROAS" in page


@pytest.mark.usefixtures("advertised")
@pytest.mark.parametrize(
    "budgets",
    [
        {"meta": "NaN"},
        {"meta": "-1"},
        {"meta": "1e400"},
        {"meta": "Infinity"},
        {"meta": "lots"},
        {"myspäce": "5"},
    ],
)
def test_budgets_that_cannot_be_are_refused_with_a_sentence(
    app: Flask, alice: Member, budgets: dict[str, str]
) -> None:
    answered = ask(app, alice, budgets)
    assert answered.status_code == 422
    assert answered.json["error"]["message"].endswith(".")
    [(name, amount)] = budgets.items()
    page = sign_in(app, alice).get(PAGE, query_string={f"budget-{name}": amount})
    assert page.status_code == 422
    assert "callout-bad" in page.text
    assert "If the past holds" not in page.text


@pytest.mark.usefixtures("advertised")
def test_sliding_swaps_the_answer_alone(app: Flask, alice: Member) -> None:
    query = {"budget-meta": "9000000", "budget-google": ""}
    part = sign_in(app, alice).get(PAGE, query_string=query, headers=FRAGMENT)
    assert "<form" not in part.text
    assert "No range for these budgets" in part.text
    assert "Meta at $9,000,000 a month is refused" in part.text
    assert "Google at" not in part.text


def test_another_workspaces_figures_say_nothing_here(
    app: Flask, charlie: Member, advertised: Sequence[str]
) -> None:
    assert ask(app, charlie, {}).json["impossible"] == "nothing"
    assert ask(app, charlie, {advertised[0]: "3000"}).status_code == 422
    assert "No range yet" in sign_in(app, charlie).get(PAGE).text


def test_a_shop_alone_has_no_budgets(app: Flask, alice: Member, session: Session) -> None:
    shop = make_account(
        session,
        make_connection(session, alice.workspace, "shopify"),
        history_from=TODAY - dt.timedelta(days=9),
        read_through=TODAY,
    )
    make_store_day(session, shop, TODAY - dt.timedelta(days=2), net="50")
    session.commit()
    assert ask(app, alice, {}).json["impossible"] == "shop"
    assert "Only a shop" in sign_in(app, alice).get(PAGE).text


def test_a_few_weeks_are_not_enough(app: Flask, alice: Member, session: Session) -> None:
    make_platform(session, alice, "meta", weeks=6)
    found = ask(app, alice, {}).json
    assert (found["impossible"], found["value"]) == ("history", None)
    assert "10 nearly complete weeks" in sign_in(app, alice).get(PAGE).text


def test_one_platform_is_raised_and_lowered_and_a_young_one_stays(
    app: Flask, alice: Member, session: Session
) -> None:
    make_platform(session, alice, "meta")
    assert "With one platform" in sign_in(app, alice).get(PAGE).text
    make_platform(session, alice, "google", weeks=6)
    young = limits(app, alice)["google"]
    assert young["low"] == young["now"] == young["high"]
    [told] = ask(app, alice, {"google": "1"}).json["refused"]
    assert told["because"] == "history"


def test_days_that_were_not_read_are_not_taken_for_nothing_spent(
    app: Flask, alice: Member, session: Session
) -> None:
    make_platform(session, alice, "meta")
    make_platform(session, alice, "google", ended=12)
    found = ask(app, alice, {}).json
    assert (found["impossible"], found["value"], found["spend"]) == ("behind", None, None)
    assert "Google stop" in found["message"]


def test_the_days_told_are_those_that_were_learnt_from(
    app: Flask, alice: Member, session: Session
) -> None:
    make_platform(session, alice, "meta", history_from=TODAY - dt.timedelta(days=700))
    found = ask(app, alice, {}).json
    last = TODAY - 8 * DAY
    assert (found["first"], found["last"]) == (
        (last - 132 * DAY).isoformat(),
        last.isoformat(),
    )
    first, through = (format_date(each, locale="en") for each in (last - 132 * DAY, last))
    assert f"Learnt from {first} to {through};" in sign_in(app, alice).get(PAGE).text


@pytest.mark.usefixtures("advertised")
def test_a_platform_that_was_not_read_whole_before_says_from_when_it_was_learnt_from(
    app: Flask, alice: Member, session: Session
) -> None:
    make_platform(session, alice, "google")
    make_platform(session, alice, "meta")
    make_platform(session, alice, "meta", 15)
    answered = ask(app, alice, {}).json
    learnt = {each["platform"]: each["learnt_from"] for each in answered["platforms"]}
    assert answered["first"] == learnt["google"] < learnt["meta"]
    later = dt.date.fromisoformat(learnt["meta"])
    assert later >= TODAY - dt.timedelta(weeks=15)
    page = sign_in(app, alice).get(PAGE).text
    assert f"Learnt of Meta from {format_date(later, 'medium', locale='en_US')} on." in page
    assert "mean of the last 4 nearly complete weeks" in page


def test_money_without_an_exchange_rate_is_not_left_out_silently(
    app: Flask, alice: Member, session: Session
) -> None:
    make_platform(session, alice, "tiktok", currency="JPY")
    assert ask(app, alice, {}).json["impossible"] == "rates"
    page = sign_in(app, alice).get(PAGE).text
    said = page.partition("No range yet")[2].partition("</section>")[0]
    assert "Open Settings and type a rate in." in said
    assert 'href="/settings"' in said
    assert "Connections" not in said


def test_the_web_process_starts_without_numpy() -> None:
    start = "import sys, app.web.wiring; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", start], check=False).returncode == 0

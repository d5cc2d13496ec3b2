"""The review of a change says why it was recommended, and whether its budget is spent at all."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.advice import dismissing, keeping
from app.advice.reached import Effect, Reached
from app.insights.finding import Class, Entity, Finding, Kind, Number, Range, Unit
from app.models import Account, Ad, AdDay, AdGroup, Campaign, Change, ChangeSet
from app.settings import Settings
from app.web import access, budget_notes
from tests.conftest import Member, csrf_token
from tests.factories import make_campaign, make_days
from tests.sync.fake_platform import NOON
from tests.web.test_changes import FakeChanger, browser, campaign, platform, prepare, work

DAY = dt.date(2026, 11, 1)
__all__ = ["browser", "campaign", "platform"]


def cut_of(campaign: Campaign) -> Finding:
    numbers = {
        "now": Number(0.8, Unit.MULTIPLE),
        "target": Number(2.0, Unit.MULTIPLE),
        "spend": Number(2240.0, Unit.MONEY),
        "conversions": Number(24.0, Unit.COUNT),
        "monthly": Number(487.0, Unit.MONEY),
        "step": Number(0.2, Unit.SHARE),
    }
    return Finding(
        rule="cut_waste",
        kind=Kind.RECOMMENDATION,
        class_=Class.ACT,
        entities=(Entity("campaign", str(campaign.id), "Brand · 春", "meta", "spend"),),
        first=dt.date(2026, 10, 1),
        last=dt.date(2026, 10, 28),
        numbers=numbers,
        currency="EUR",
        range=Range(244.0, 321.0),
        facts={"action": "cut", "because": "roas_target", "reference": "target"},
    )


def advise(session: Session, member: Member, campaign: Campaign) -> int:
    [number] = keeping.keep(session, member.workspace.id, [cut_of(campaign)], NOON)
    session.commit()
    return number


def spend(session: Session, campaign: Campaign, amount: str, days: int = 7) -> None:
    """So much on each of the last days that are over."""
    today = access.now().date()
    account = session.get_one(Account, campaign.account_id)
    account.history_from, account.read_through = today - dt.timedelta(30), today
    past = [today - dt.timedelta(each) for each in range(2, 2 + days)]
    make_days(session, campaign, past, spend=amount)
    session.commit()


def apply(browser: FlaskClient, finding: int) -> dict[str, Any]:
    headers = {"X-CSRFToken": csrf_token(browser)}
    made = browser.post("/api/changes", json={"finding_id": finding}, headers=headers)
    assert made.status_code == 201, made.text
    prepared: dict[str, Any] = made.json
    return prepared


def review(browser: FlaskClient, prepared: dict[str, Any]) -> str:
    return browser.get(f"/dashboard/reports/changes/{prepared['id']}").text


def test_the_review_says_what_was_found_how_sure_and_leads_to_it(
    browser: FlaskClient,
    campaign: Campaign,
    platform: type[FakeChanger],
    session: Session,
    alice: Member,
) -> None:
    finding = advise(session, alice, campaign)
    prepared = apply(browser, finding)
    assert prepared["changes"][0]["wanted"]["daily_budget"] == "64"
    shown = review(browser, prepared)
    for words in (
        "Spend €487.00 a month less on Brand · 春",
        "0.8x ROAS against the 2.0x target",
        "€244.00 to €321.00 a month (80% range)",
        "from the figures of Oct 1–28, 2026",
        f'href="/dashboard/reports/insights/{finding}"',
        f"/campaigns/{campaign.id}?from=2026-10-01&amp;to=2026-10-28",
    ):
        assert words in shown
    assert "no longer stands" not in shown
    dismissing.dismiss(session, alice.workspace.id, finding)
    session.commit()
    assert "no longer stands" in review(browser, prepared)


@pytest.mark.parametrize(
    ("spent", "words", "warned"),
    [
        ("40", "€64.00 was exceeded on none of these days", True),
        ("66", "about €2.00 a day less would have been spent, not €16.00", False),
        ("80", "Spent €80.00 a day on average (", False),
        ("120", "more than its budget is now", False),
    ],
)
def test_a_cut_of_a_budget_that_is_not_spent_is_said_to_save_nothing(
    browser: FlaskClient,
    campaign: Campaign,
    platform: type[FakeChanger],
    session: Session,
    alice: Member,
    spent: str,
    words: str,
    warned: bool,
) -> None:
    spend(session, campaign, spent)
    prepared = apply(browser, advise(session, alice, campaign))
    assert words in prepared["changes"][0]["note"]
    assert ("Nothing is expected to be saved" in prepared["warning"]) is warned
    shown = review(browser, prepared)
    assert words in shown
    assert ("Nothing is expected to be saved" in shown) is warned


@pytest.mark.parametrize(
    ("spent", "words"), [("40", "used up on none of these days"), ("79", "a day on average (")]
)
def test_a_higher_budget_where_today_s_is_not_used_up_is_said_to_bring_nothing(
    browser: FlaskClient,
    campaign: Campaign,
    platform: type[FakeChanger],
    session: Session,
    spent: str,
    words: str,
) -> None:
    spend(session, campaign, spent)
    set_id = prepare(browser, campaign)
    change = browser.get(f"/api/changes/{set_id}").json["changes"][0]
    sent = {"changes": [{"id": change["id"], "daily_budget": "95"}]}
    headers = {"X-CSRFToken": csrf_token(browser)}
    edited = browser.patch(f"/api/changes/{set_id}", json=sent, headers=headers).json
    assert words in edited["changes"][0]["note"]
    assert edited["warning"] == ""


def test_nothing_is_said_of_spend_that_is_not_known(
    browser: FlaskClient,
    campaign: Campaign,
    platform: type[FakeChanger],
    session: Session,
    alice: Member,
) -> None:
    finding = advise(session, alice, campaign)
    assert apply(browser, finding)["changes"][0]["note"] == ""
    spend(session, campaign, "40", days=2)
    assert apply(browser, finding)["changes"][0]["note"] == ""
    # Another campaign's spend is not this one's.
    account = session.get_one(Account, campaign.account_id)
    spend(session, make_campaign(session, account, "Other"), "400")
    assert apply(browser, finding)["changes"][0]["note"] == ""


@pytest.mark.parametrize(("told", "words"), [("40", "exceeded on none"), ("10", "")])
def test_an_ad_groups_budget_is_held_against_its_ads_only_where_they_carry_the_spend(
    browser: FlaskClient,
    campaign: Campaign,
    platform: type[FakeChanger],
    session: Session,
    told: str,
    words: str,
) -> None:
    spend(session, campaign, "40")
    place = {"workspace_id": campaign.workspace_id, "account_id": campaign.account_id}
    group = AdGroup(campaign_id=campaign.id, external_id="g", name="G", status="active", **place)
    session.add(group)
    session.flush()
    ad = Ad(campaign_id=campaign.id, ad_group_id=group.id, external_id="a", name="A", **place)
    session.add(ad)
    session.flush()
    today = access.now().date()
    session.add_all(
        AdDay(ad_id=ad.id, day=today - dt.timedelta(each), spend=Decimal(told), **place)
        for each in range(2, 9)
    )
    session.commit()
    headers = {"X-CSRFToken": csrf_token(browser)}
    asked = {"campaign_id": campaign.id, "ad_group_id": group.id, "daily_budget": "64"}
    made = browser.post("/api/changes", json=asked, headers=headers).json
    note = made["changes"][0]["note"]
    assert words in note if words else note == ""


@pytest.mark.parametrize(("days_ago", "told"), [(1, False), (3, False), (9, True)])
def test_days_up_to_the_last_change_made_here_say_nothing_of_todays_budget(
    browser: FlaskClient,
    campaign: Campaign,
    platform: type[FakeChanger],
    session: Session,
    settings: Settings,
    days_ago: int,
    told: bool,
) -> None:
    platform.budget = Decimal(64)
    spend(session, campaign, "64")
    raised = prepare(browser, campaign)
    change = browser.get(f"/api/changes/{raised}").json["changes"][0]
    headers = {"X-CSRFToken": csrf_token(browser)}
    sent = {"changes": [{"id": change["id"], "daily_budget": "80"}]}
    browser.patch(f"/api/changes/{raised}", json=sent, headers=headers)
    assert (
        browser.post(f"/api/changes/{raised}/confirm", json={}, headers=headers).status_code < 300
    )
    work(settings, raised)
    ended = access.now() - dt.timedelta(days=days_ago)
    session.execute(update(Change).where(Change.set_id == raised).values(ended_at=ended))
    session.commit()

    back = browser.post(f"/api/changes/{raised}/revert", headers=headers).json

    assert bool(back["changes"][0]["note"]) is told
    assert ("Nothing is expected to be saved" in back["warning"]) is told


MORE, NEITHER = "Together more may be spent", "Nothing is expected to change"


@pytest.mark.parametrize(
    ("effects", "words"),
    [
        ((Effect.NOTHING, Effect.AS_SAID), MORE),
        ((Effect.NOTHING, None), MORE),
        ((Effect.NOTHING, Effect.NOTHING), NEITHER),
        ((Effect.LESS, Effect.AS_SAID), ""),
        ((None, Effect.AS_SAID), ""),
    ],
)
def test_a_move_whose_giver_does_not_spend_its_budget_is_said_to_move_nothing(
    effects: tuple[Effect | None, Effect | None], words: str
) -> None:
    changes = [
        Change(id=1, kind="budget", before=budget("100"), wanted=budget("80")),
        Change(id=2, kind="budget", before=budget("50"), wanted=budget("70")),
    ]
    known = {
        at: Reached(at == 1, DAY, DAY, 7, *[Decimal(40)] * 3, used_up=0, effect=effect)
        for at, effect in enumerate(effects, start=1)
        if effect is not None
    }
    told = budget_notes.warning(ChangeSet(changes=changes), known)
    assert words in told
    assert bool(told) is bool(words)


def budget(amount: str) -> dict[str, str]:
    return {"daily_budget": amount}

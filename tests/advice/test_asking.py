"""The rules see the workspace's own settled figures, in its currency, at every level."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.advice.asking import ask
from app.advice.looking import look
from app.insights.period import PeriodFigures
from app.insights.rules import advice
from app.insights.words import Manner, say
from app.metrics.chosen import narrowed
from app.metrics.period import Period
from app.metrics.sources import sources
from app.models import (
    Account,
    Ad,
    AdDay,
    Campaign,
    CampaignReach,
    PlacementDay,
    PlatformConnection,
    SyncRun,
)
from tests.conftest import Member
from tests.factories import (
    make_account,
    make_campaign,
    make_connection,
    make_day,
    make_days,
    make_rate,
    make_store_day,
)

NOW = dt.datetime(2026, 6, 30, 15, tzinfo=dt.UTC)
PERIOD = Period(dt.date(2026, 6, 1), dt.date(2026, 6, 28))
BEFORE = PERIOD.earlier(28)
FROM, THROUGH = dt.date(2026, 1, 1), dt.date(2026, 6, 30)


def make_read(session: Session, member: Member, platform: str = "meta", **columns: Any) -> Account:
    """An account that was read this year, up to now."""
    connection = make_connection(session, member.workspace, platform, last_synced_at=NOW)
    held = {"history_from": FROM, "read_through": THROUGH, **columns}
    return make_account(session, connection, **held)


def make_ad(session: Session, campaign: Campaign) -> Ad:
    """An active ad."""
    made = Ad(
        workspace_id=campaign.workspace_id,
        account_id=campaign.account_id,
        campaign_id=campaign.id,
        external_id=f"ad{campaign.id}",
        name="Ad",
    )
    session.add(made)
    session.flush()
    return made


def asked(session: Session, member: Member, before: Period | None = BEFORE) -> PeriodFigures:
    known = sources(session, member.workspace.id)
    found = ask(session, member.workspace, PERIOD, before, known=known, now=NOW)
    assert found is not None
    return found


def fill(session: Session, campaign: Campaign, spend: str = "100", conversions: str = "2") -> None:
    """The same every day of both periods."""
    make_days(
        session,
        campaign,
        Period(BEFORE.first, PERIOD.last),
        spend=spend,
        conversions=conversions,
        value="300",
        clicks=50,
    )


def test_days_that_may_still_change_are_left_out_of_both_sides(
    session: Session, alice: Member
) -> None:
    fill(session, make_campaign(session, make_read(session, alice)))
    found = asked(session, alice)
    assert (found.last, found.before_last) == (dt.date(2026, 6, 22), dt.date(2026, 5, 26 - 1))
    assert found.still_settling == 6
    assert found.workspace.now.spend == found.workspace.before.spend == 2200


def test_a_settled_period_is_seen_whole(session: Session, alice: Member) -> None:
    account = make_read(session, alice, settled_through=THROUGH)
    fill(session, make_campaign(session, account))
    assert asked(session, alice).last == PERIOD.last


def test_less_than_a_week_of_settled_days_says_nothing(session: Session, alice: Member) -> None:
    fill(session, make_campaign(session, make_read(session, alice)))
    known = sources(session, alice.workspace.id)
    week = Period(PERIOD.last - dt.timedelta(days=6), PERIOD.last)
    assert ask(session, alice.workspace, week, None, known=known, now=NOW) is None


def test_nothing_of_another_workspace_is_seen(
    session: Session, alice: Member, charlie: Member
) -> None:
    fill(session, make_campaign(session, make_read(session, alice)))
    fill(session, make_campaign(session, make_read(session, charlie)), spend="7777")
    found = asked(session, alice)
    assert found.workspace.now.spend == 2200
    assert len(found.campaigns) == 1


def test_every_level_is_in_the_workspaces_currency(session: Session, alice: Member) -> None:
    account = make_read(session, alice, currency="EUR", settled_through=THROUGH)
    make_rate(session, "USD", BEFORE.first, "2")
    for day in Period(BEFORE.first, PERIOD.last):
        make_rate(session, "USD", day, "2")
    campaign = make_campaign(session, account, budget=Decimal(10), budget_kind="daily")
    fill(session, campaign)
    ad = make_ad(session, campaign)
    of = {"account_id": account.id, "workspace_id": account.workspace_id, "day": PERIOD.first}
    session.add(AdDay(ad_id=ad.id, spend=Decimal(40), conversion_value=Decimal(90), **of))
    session.add(PlacementDay(campaign_id=campaign.id, placement="instagram", spend=30, **of))
    session.flush()
    found = asked(session, alice)
    assert found.workspace.now.spend == 28 * 200
    assert found.campaigns[0].daily_budget == 20
    assert (found.ads[0].now.spend, found.ads[0].now.value) == (80, 180)
    [placement] = found.placements
    assert placement.entity.key == "meta/instagram"
    assert placement.now.spend == placement.parts[0].now.spend == 60


def test_what_was_not_read_is_not_compared_as_if_it_were_nothing(
    session: Session, alice: Member
) -> None:
    fill(session, make_campaign(session, make_read(session, alice)))
    late = make_read(session, alice, "google", history_from=BEFORE.first + dt.timedelta(days=9))
    make_day(session, make_campaign(session, late), PERIOD.first, spend="5")
    found = asked(session, alice)
    assert found.before_first is None
    assert found.workspace.before.spend == 0


def test_an_account_that_is_not_read_any_more_is_left_out_and_named(
    session: Session, alice: Member
) -> None:
    fill(session, make_campaign(session, make_read(session, alice)))
    gone = make_read(session, alice, "google", read_through=PERIOD.first)
    for day in Period(PERIOD.first - dt.timedelta(days=13), PERIOD.first):
        make_day(session, make_campaign(session, gone), day, spend="14")
    session.get_one(PlatformConnection, gone.connection_id).status = "needs_attention"
    session.flush()
    found = asked(session, alice)
    assert [each.entity.key for each in found.platforms] == ["meta"]
    feed = next(each for each in found.feeds if each.entity.key == "google")
    assert (feed.state, feed.last_day, feed.daily_spend) == ("revoked", PERIOD.first, 14)


def test_a_feed_that_goes_on_failing_is_told_from_one_that_is_only_silent(
    session: Session, alice: Member
) -> None:
    fill(session, make_campaign(session, make_read(session, alice)))
    gone = make_read(session, alice, "google", read_through=PERIOD.first)
    link = session.get_one(PlatformConnection, gone.connection_id)
    link.last_synced_at = NOW - dt.timedelta(days=20)
    session.flush()
    feed = next(each for each in asked(session, alice).feeds if each.entity.key == "google")
    assert feed.state == "stale"
    of = {"workspace_id": alice.workspace.id, "connection_id": link.id, "reach": "recent"}
    session.add(SyncRun(trigger="schedule", state="failed", error="Not now.", **of))
    session.flush()
    found = asked(session, alice)
    feed = next(each for each in found.feeds if each.entity.key == "google")
    assert feed.state == "failing"
    [advised] = [each for each in advice(found, []) if each.rule == "reconnect"]
    assert say(advised, Manner("USD")).title == "Google fails to be read"


@pytest.mark.parametrize("orders_known", [True, False])
def test_sales_of_a_shop_count_only_where_every_day_is_known(
    session: Session, alice: Member, *, orders_known: bool
) -> None:
    fill(session, make_campaign(session, make_read(session, alice)))
    shop = make_read(session, alice, "shopify")
    late = dt.timedelta(days=0 if orders_known else 3)
    shop.history_from = PERIOD.first + late
    for day in Period(PERIOD.first + late, PERIOD.last):
        make_store_day(session, shop, day, net="500", orders=5)
    store = asked(session, alice).store
    assert (store is not None) == orders_known
    if store is not None:
        assert (store.revenue, store.orders) == (22 * 500, 22 * 5)
        assert [(who.key, count) for who, count, _ in store.claims] == [("meta", 44)]


def test_a_lead_is_held_against_no_order_of_a_shop(session: Session, alice: Member) -> None:
    account = make_read(session, alice)
    fill(session, make_campaign(session, account))
    leads = make_campaign(session, account, "Newsletter")
    leads.objective = "OUTCOME_LEADS"
    fill(session, leads)
    other = make_read(session, alice, "linkedin")
    other.conversion_action = "oneClickLeads"
    fill(session, make_campaign(session, other))
    shop = make_read(session, alice, "shopify")
    shop.history_from = PERIOD.first
    for day in PERIOD:
        make_store_day(session, shop, day, net="500", orders=5)
    store = asked(session, alice).store
    assert store is not None
    assert {who.key: count for who, count, _ in store.claims} == {"meta": 44, "linkedin": 0}


def test_a_months_budget_is_held_against_the_days_that_are_over(
    session: Session, alice: Member
) -> None:
    fill(session, make_campaign(session, make_read(session, alice)))
    alice.workspace.monthly_budgets = {"": "3000", "meta": "2500"}
    session.flush()
    whole, meta = asked(session, alice).month_budgets
    assert (whole.budget, len(whole.spent), sum(whole.spent)) == (3000, 29, 2800)
    assert (meta.entity.key, len(meta.earlier)) == ("meta", 28)


def test_a_budget_is_not_held_against_a_part_of_what_spends_it(
    session: Session, alice: Member
) -> None:
    fill(session, make_campaign(session, make_read(session, alice)))
    fill(session, make_campaign(session, make_read(session, alice, "google")))
    alice.workspace.monthly_budgets = {"": "3000", "meta": "2500", "google": "9", "tiktok": "9"}
    session.flush()
    known = narrowed(sources(session, alice.workspace.id), ["meta"], [])
    part = ask(session, alice.workspace, PERIOD, BEFORE, known=known, now=NOW)
    assert part is not None
    assert [each.entity.key for each in part.month_budgets] == ["meta"]
    whole = asked(session, alice)
    assert {each.budget for each in whole.month_budgets} == {3000, 2500, 9}
    assert len(whole.month_budgets) == 3


def test_a_platform_that_was_given_up_within_the_month_is_not_taken_to_spend_too_little(
    session: Session, alice: Member
) -> None:
    fill(session, make_campaign(session, make_read(session, alice)))
    gone = make_read(session, alice, "google", read_through=PERIOD.first + dt.timedelta(days=3))
    fill_until = Period(BEFORE.first, PERIOD.first + dt.timedelta(days=3))
    make_days(session, make_campaign(session, gone), fill_until, spend="50")
    session.get_one(PlatformConnection, gone.connection_id).status = "disconnected"
    alice.workspace.monthly_budgets = {"": "4500", "meta": "3000", "google": "1500"}
    session.flush()
    assert [each.entity.key for each in asked(session, alice).month_budgets] == ["meta"]


def test_an_account_that_was_given_up_before_the_month_does_not_hold_its_budget_up(
    session: Session, alice: Member
) -> None:
    fill(session, make_campaign(session, make_read(session, alice)))
    gone = make_read(session, alice, "google", read_through=BEFORE.first)
    make_day(session, make_campaign(session, gone), BEFORE.first, spend="50")
    session.get_one(PlatformConnection, gone.connection_id).status = "disconnected"
    alice.workspace.monthly_budgets = {"": "4500", "google": "1500"}
    session.flush()
    [whole] = asked(session, alice).month_budgets
    assert (whole.budget, sum(whole.spent)) == (4500, 2800)


def test_spend_without_a_result_is_found_and_what_to_do_about_it(
    session: Session, alice: Member
) -> None:
    account = make_read(session, alice)
    fill(session, make_campaign(session, account))
    fill(session, make_campaign(session, account, "Wäste"), spend="90", conversions="0")
    known = sources(session, alice.workspace.id)
    found = look(session, alice.workspace, PERIOD, BEFORE, known=known, now=NOW)
    assert {"zero_result", "cut_waste"} <= {each.rule for each in found}


def test_an_empty_workspace_says_nothing(session: Session, alice: Member) -> None:
    known = sources(session, alice.workspace.id)
    assert look(session, alice.workspace, PERIOD, BEFORE, known=known, now=NOW) == []


def make_reach(session: Session, campaign: Campaign, days: int, last: dt.date) -> None:
    """A thousand people who saw it three times."""
    session.add(
        CampaignReach(
            campaign_id=campaign.id,
            last=last,
            days=days,
            workspace_id=campaign.workspace_id,
            account_id=campaign.account_id,
            reach=1_000,
            impressions=3_000,
            read_at=NOW,
        )
    )
    session.flush()


def test_frequency_is_of_the_longest_span_within_the_settled_days_and_named_with_it(
    session: Session, alice: Member
) -> None:
    account = make_read(session, alice, settled_through=PERIOD.last)
    weekly, monthly, older = (make_campaign(session, account) for _ in range(3))
    for each in (weekly, monthly, older):
        make_days(session, each, PERIOD, spend="100", clicks=10, impressions=1_000)
    make_reach(session, weekly, 7, PERIOD.last - dt.timedelta(days=1))
    make_reach(session, monthly, 7, PERIOD.last)
    make_reach(session, monthly, 28, PERIOD.last)
    make_reach(session, older, 28, PERIOD.last - dt.timedelta(days=1))
    found = {each.entity.key: each for each in asked(session, alice).campaigns}
    week = found[str(weekly.id)]
    assert (week.frequency, week.frequency_days) == (
        3,
        (dt.date(2026, 6, 21), dt.date(2026, 6, 27)),
    )
    assert found[str(monthly.id)].frequency_days == (PERIOD.first, PERIOD.last)
    assert found[str(older.id)].frequency is None

"""The world: what must be in it, and that it holds still."""

from __future__ import annotations

import datetime as dt

import pytest

from sandbox.figures import Figures, Reading, as_read, known_share, split, total
from sandbox.world import Account, World, anchor_for

TODAY = dt.date(2026, 11, 23)
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return World(1, anchor_for(TODAY))


def _brought(world: World, account: Account, day: dt.date, now: dt.datetime) -> Figures:
    return total(row.figures for row in world.deliveries(account, day, now))


@pytest.mark.parametrize("month", range(1, 13))
def test_there_are_40_campaigns_and_300_ads_at_any_time_of_year(month: int) -> None:
    today = dt.date(2027, month, 1)
    world = World(1, anchor_for(today))
    launched = [campaign for campaign in world.campaigns if campaign.launched <= today]
    listed = [campaign for campaign in launched if not world.is_removed(campaign, today)]
    assert len(listed) >= 40
    assert sum(len(ad_set.ads) for campaign in launched for ad_set in campaign.ad_sets) >= 300


def test_accounts_differ_in_currency_time_zone_and_rights(world: World) -> None:
    plans = [account.plan for account in world.of("meta")]
    assert {"USD", "EUR", "JPY"} <= {plan.currency for plan in plans}
    assert {"America/New_York", "Europe/Berlin"} <= {plan.time_zone for plan in plans}
    assert [plan.currency for plan in plans if "ADVERTISE" not in plan.tasks] == ["JPY"]
    assert len({account.business.id for account in world.of("meta")}) == 2


def test_every_campaign_says_why_it_is_there(world: World) -> None:
    assert all(campaign.plan.scenario.endswith(".") for campaign in world.campaigns)


def test_ids_are_unique(world: World) -> None:
    ids = [campaign.id for campaign in world.campaigns]
    for campaign in world.campaigns:
        ids += [ad_set.id for ad_set in campaign.ad_sets]
        ids += [ad.id for ad_set in campaign.ad_sets for ad in ad_set.ads]
    assert len(ids) == len(set(ids))


def test_two_worlds_of_one_seed_are_the_same_and_another_seed_is_another(world: World) -> None:
    day = dt.date(2026, 3, 3)
    same, other = World(1, world.anchor), World(2, world.anchor)
    brought = _brought(world, world.of("meta")[0], day, NOON)
    assert brought == _brought(same, same.accounts[0], day, NOON)
    assert brought != _brought(other, other.accounts[0], day, NOON)


def test_there_are_400_days_of_history_and_not_one_more(world: World) -> None:
    account = world.of("meta")[0]
    oldest = TODAY - dt.timedelta(days=400)
    assert _brought(world, account, oldest, NOON).spend > 0
    assert _brought(world, account, oldest - dt.timedelta(days=1), NOON) == Figures()
    assert _brought(world, account, TODAY + dt.timedelta(days=1), NOON) == Figures()


def test_conversions_arrive_for_28_days_and_then_rest(world: World) -> None:
    account, day = world.of("meta")[1], dt.date(2026, 9, 1)
    seen = [_brought(world, account, day, NOON - dt.timedelta(days=83 - age)) for age in range(35)]
    values = [figures.value for figures in seen[1:]]
    assert values == sorted(values)
    assert values[0] < values[26]
    assert len(set(values[27:])) == 1
    assert len({figures.spend for figures in seen[1:]}) == 1


def test_today_grows_with_the_clock_in_quarters_of_an_hour(world: World) -> None:
    account = world.of("meta")[1]
    spends = [
        _brought(world, account, TODAY, dt.datetime(2026, 11, 23, hour, 0, tzinfo=dt.UTC)).spend
        for hour in (5, 12, 20)
    ]
    assert 0 < spends[0] < spends[1] < spends[2]
    later = dt.datetime(2026, 11, 23, 12, 14, 59, tzinfo=dt.UTC)
    assert _brought(world, account, TODAY, later).spend == spends[1]


def test_an_account_far_to_the_east_is_a_day_ahead(world: World) -> None:
    evening = dt.datetime(2026, 11, 23, 20, 0, tzinfo=dt.UTC)
    tomorrow = dt.date(2026, 11, 24)
    dollars, _, yen, _ = world.of("meta")
    assert _brought(world, yen, tomorrow, evening).spend > 0
    assert _brought(world, dollars, tomorrow, evening) == Figures()


def test_figures_are_plausible(world: World) -> None:
    for account in world.of("meta")[:3]:
        days = [TODAY - dt.timedelta(days=age) for age in range(30, 390)]
        year = total(_brought(world, account, day, NOON) for day in days)
        assert 0.005 < year.clicks / year.impressions < 0.03
        assert 1.0 < year.value / year.spend < 5.0
        assert year.link_clicks < year.clicks
        assert year.web_purchases < year.purchases < year.checkouts < year.carts


def test_shares_add_up_to_the_whole_and_follow_one_another() -> None:
    whole = Figures(1001, 17, 13, 9, 999, 5, 3, 2, 12345, 1, 6001, 4)
    for luck in range(200):
        shares = split(whole, (520, 370, 80, 30), luck)
        assert total(shares) == whole
        assert all(share.clicks <= share.impressions for share in shares)
        assert all(share.web_purchases <= share.purchases for share in shares)
        assert all(bool(share.value) == bool(share.purchases) for share in shares)


def test_a_settled_day_is_read_as_it_is() -> None:
    final = Figures(1000, 20, 15, 12, 900, 6, 3, 2, 10000, 2, 10000, 0)
    assert known_share(28) == 1000
    assert as_read(final, Reading(28, 96, 0), 999) is final
    assert as_read(final, Reading(27, 96, 0), 999) == final
    assert as_read(final, Reading(0, 0, 0), 999) == Figures()

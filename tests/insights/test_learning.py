"""What is told of campaigns that do not get out of learning, and of a jump in the price."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.insights.finding import Finding
from app.insights.period import FIELDS, Daily, Sums
from app.insights.rules import wins_and_concerns
from app.insights.thresholds import DEFAULTS, Thresholds
from tests.insights.account import DAY, FEED, campaign, figures, level

NOTHING = level(Sums())


def _since(days: int, weekly: float) -> Daily:
    """A campaign that began so many days before the end of the period's thirty."""
    day = replace(DAY, conversions=weekly / 7, value=weekly)
    idle, busy = level(Sums(), 30 - days), level(day, days)
    return Daily(*((*getattr(idle, each), *getattr(busy, each)) for each in FIELDS))


def _told(days: int, weekly: float, thresholds: Thresholds = DEFAULTS) -> list[Finding]:
    young = campaign("Young", _since(days, weekly), NOTHING, status="learning")
    account = figures([young, campaign("Fine", channel=FEED)])
    found = wins_and_concerns(account, thresholds)
    return [each for each in found if each.rule == "learning"]


@pytest.mark.parametrize(("days", "told"), [(13, False), (14, True)])
def test_learning_is_told_once_it_lasted_two_weeks(days: int, *, told: bool) -> None:
    assert bool(_told(days, 30)) is told


@pytest.mark.parametrize(("weekly", "told"), [(49, True), (50.4, False)])
def test_learning_is_told_below_fifty_conversions_a_week(weekly: float, *, told: bool) -> None:
    assert bool(_told(30, weekly)) is told


def test_conversions_a_week_are_of_the_days_it_ran() -> None:
    [found] = _told(14, 42)
    assert found.numbers["weekly"].value == pytest.approx(42)
    assert not _told(14, 60)


def test_days_before_the_period_count_into_how_long_it_learns() -> None:
    before = _since(20, 30)
    short = Daily(*(getattr(before, each)[-7:] for each in FIELDS))
    long = campaign("Long", short, before, status="learning")
    assert [e.rule for e in wins_and_concerns(figures([long])) if e.rule == "learning"]


@pytest.mark.parametrize(("jump", "told"), [(1.39, False), (1.41, True)])
def test_a_price_that_jumped_is_told_from_forty_percent_on(jump: float, *, told: bool) -> None:
    assert bool(_shocks(jump, DAY.impressions)) is told


@pytest.mark.parametrize(("impressions", "told"), [(1999, False), (2000, True)])
def test_a_price_of_few_impressions_is_not_told(impressions: float, *, told: bool) -> None:
    assert bool(_shocks(2.0, impressions)) is told


def _shocks(jump: float, impressions: float) -> list[Finding]:
    price = DAY.spend / DAY.impressions
    last = replace(DAY, impressions=impressions, spend=price * impressions * jump)
    days, end = level(DAY, 29), level(last, 1)
    jumped = Daily(*((*getattr(days, each), *getattr(end, each)) for each in FIELDS))
    found = wins_and_concerns(figures([campaign("A", jumped)]))
    return [each for each in found if each.rule == "cpm_shock"]


@pytest.mark.parametrize(("conversions", "told"), [(29, False), (31, True)])
def test_the_best_campaign_is_named_from_thirty_conversions_on(
    conversions: float, *, told: bool
) -> None:
    day = replace(DAY, conversions=conversions / 30, value=900)
    best = campaign("Best", level(day), level(day))
    others = [campaign(each, channel=FEED) for each in ("A", "B", "C")]
    found = wins_and_concerns(figures([best, *others]))
    assert ("best_campaign" in {each.rule for each in found}) is told


def test_how_long_and_from_what_is_the_workspaces_to_say() -> None:
    assert _told(10, 30, Thresholds(learning_days=10))
    assert not _told(30, 30, Thresholds(learning_results=30))

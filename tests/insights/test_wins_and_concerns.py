"""The gates of every rule on wins and concerns, and what follows from them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from math import exp

import pytest

from app.insights.finding import Finding, Kind, Number, Unit
from app.insights.months import DAYS_A_MONTH
from app.insights.pacing import pacing, project
from app.insights.period import Feed, MonthBudget, PeriodFigures, StoreSales, Sums, Thing
from app.insights.ranking import rank, top
from app.insights.rules import advice, wins_and_concerns
from app.insights.thresholds import DEFAULTS
from app.insights.words import Manner, say
from tests.insights.account import (
    FEED,
    GOOGLE,
    LAST,
    META,
    WORKSPACE,
    campaign,
    figures,
    level,
    returning,
)
from tests.insights.showing import changed, shown


def rules(account: PeriodFigures) -> dict[str, Finding]:
    return {each.rule: each for each in wins_and_concerns(account)}


def silent(name: str, spend: float, **more: float) -> Thing:
    """A campaign without a conversion, now and before."""
    days = level(Sums(spend / 30, 5000, 50, 0, 0))
    return campaign(name, days, days, **more)


@pytest.mark.parametrize(("multiple", "told"), [(2.9, False), (3.0, True), (3.4, True)])
def test_spend_without_results_is_told_from_three_targets_on(multiple: float, told: bool) -> None:
    account = figures([silent("Nothing", 25 * multiple), campaign("Fine")], target_cpa=25.0)
    # It spends too little of the account to matter; so small accounts are looked at here.
    small = replace(account, workspace=replace(account.workspace, now=Sums(spend=1000)))
    found = rules(small)
    assert ("zero_result" in found) is told
    if told:
        assert found["zero_result"].numbers["chance"].value == pytest.approx(exp(-multiple))


def test_one_of_many_small_campaigns_without_results_may_be_bad_luck() -> None:
    luck = [campaign(f"C{each}", level(Sums(3, 500, 9, 0.1, 9))) for each in range(29)]
    account = figures([silent("Nothing", 90), *luck], target_cpa=30.0)
    assert "zero_result" not in rules(account)


def test_without_a_target_the_accounts_own_cost_is_used_and_said() -> None:
    found = rules(figures([silent("Nothing", 3000), campaign("Fine")]))["zero_result"]
    assert found.facts["reference"] == "own"
    assert found.missing == ("target",)
    assert found.numbers["target"].value == pytest.approx(25.0)


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        (Manner("EUR"), "in less than one case of 10,000"),
        (Manner("EUR", "de_DE", "de"), "seltener als einmal in 10.000 Fällen"),
    ],
)
def test_luck_that_never_happens_is_told_as_a_number_that_can_be_pictured(
    manner: Manner, words: str
) -> None:
    found = rules(figures([silent("Nothing", 3000), campaign("Fine")]))["zero_result"]
    assert words in say(found, manner).how_sure


def test_campaigns_for_reach_need_no_results() -> None:
    account = figures([silent("Reach", 3000, for_results=False), campaign("Fine")], target_cpa=25.0)
    assert "zero_result" not in rules(account)


def test_a_platform_that_counts_nothing_is_no_waste() -> None:
    account = figures(
        [silent("A", 3000, channel=FEED), silent("B", 3000, channel=FEED), campaign("C")]
    )
    found = wins_and_concerns(account)
    assert [each.rule for each in found] == ["nothing_counted"]
    assert [each.rule for each in advice(account, found)] == ["fix_tracking"]


@pytest.mark.parametrize(
    ("conversions", "cost", "told"), [(40, 1.5, True), (39, 1.6, False), (60, 1.45, False)]
)
def test_a_cost_over_target_needs_forty_conversions_and_half_as_much_again(
    conversions: int, cost: float, told: bool
) -> None:
    spend = conversions * cost * 20
    days = level(Sums(spend / 30, 10_000, 100, conversions / 30, 0))
    account = figures([campaign("A", days, days)], target_cpa=20.0)
    concern = rules(account).get("cpa_target")
    assert (concern is not None) is told


def test_a_return_is_held_against_its_target_with_its_uncertainty() -> None:
    sure, unsure = returning(3.0, 40), returning(3.0, 0.8)
    assert rules(figures([sure], target_roas=2.0))["roas_target"].kind is Kind.WIN
    assert "roas_target" not in rules(figures([unsure], target_roas=2.0))


def test_without_a_target_only_what_does_not_pay_for_itself_is_told() -> None:
    assert "roas_target" not in rules(figures([returning(3.0, 40)]))
    found = rules(figures([returning(0.4, 40)]))["roas_target"]
    assert (found.kind, found.facts["reference"]) == (Kind.CONCERN, "spend")


def test_a_campaigns_own_target_comes_first() -> None:
    own = [returning(3.0, 40, target_roas=6.0), returning(3.0, 40, "B", channel=FEED)]
    found = wins_and_concerns(figures(own, target_roas=3.0))
    assert [(each.entities[0].name, each.kind) for each in found] == [("A", Kind.CONCERN)]


@pytest.mark.parametrize(
    ("audience", "shown_times", "told"),
    [
        ("prospecting", 3.0, False),
        ("prospecting", 3.6, True),
        ("retargeting", 4.9, False),
        ("retargeting", 5.8, True),
        ("", 4.9, False),
    ],
)
def test_frequency_is_held_to_its_audiences_guideline(
    audience: str, shown_times: float, told: bool
) -> None:
    account = figures([campaign("A", audience=audience, frequency=shown_times)])
    assert ("frequency" in rules(account)) is told


def test_frequency_of_a_part_of_the_period_is_told_with_its_own_days_and_spend() -> None:
    whole = figures([campaign("A", frequency=6.0)])
    part = (whole.last - dt.timedelta(days=6), whole.last)
    account = figures([campaign("A", frequency=6.0, frequency_days=part)])
    [told] = [each for each in wins_and_concerns(account) if each.rule == "frequency"]
    [campaign_a] = account.campaigns
    assert campaign_a.daily is not None
    week = campaign_a.daily.sums(len(campaign_a.daily) - 7)
    assert (told.first, told.last) == part
    assert told.numbers["spend"].value == pytest.approx(week.spend)
    assert told.numbers["impressions"].value == pytest.approx(week.impressions)


def test_frequency_is_not_guessed() -> None:
    assert "frequency" not in rules(figures([campaign("A", frequency=None)]))


def test_what_never_spent_is_not_told_as_refused() -> None:
    empty = level(Sums())
    refused = campaign("New", empty, empty, status="problem")
    assert "disapproved" not in rules(figures([refused, campaign("B")]))


@pytest.mark.parametrize(("budget", "told"), [(100.0, True), (140.0, False)])
def test_a_winner_is_limited_when_it_uses_its_budget_up(budget: float, told: bool) -> None:
    account = figures(
        [returning(5.0, 10, daily_budget=budget), campaign("B", channel=FEED)], target_roas=2.5
    )
    assert ("budget_limited" in rules(account)) is told


@pytest.mark.parametrize(("spent", "told"), [(147.0, True), (168.0, True), (191.0, False)])
def test_a_budget_below_what_is_spent_on_average_is_not_said_to_limit(
    spent: float, told: bool
) -> None:
    days = level(Sums(spent, 10_000, 100, 10, 5 * spent))
    limited = campaign("A", days, days, daily_budget=147.0)
    account = figures([limited, campaign("B", channel=FEED)], target_roas=2.5)
    assert ("budget_limited" in rules(account)) is told


def test_a_budget_lowered_just_now_is_not_held_against_the_days_before() -> None:
    before = level(Sums(220, 10_000, 100, 10, 1100))
    now = replace(before, spend=(*before.spend[:-2], 154.0, 154.0))
    lowered = campaign("A", now, before, daily_budget=154.0)
    account = figures([lowered, campaign("B", channel=FEED)], target_roas=2.5)
    found = wins_and_concerns(account)
    assert "budget_limited" not in {each.rule for each in found}
    assert "raise_budget" not in {each.rule for each in advice(account, found)}


def test_a_raise_is_a_step_and_promises_nothing() -> None:
    account = figures(
        [returning(5.0, 10, daily_budget=100.0), campaign("B", channel=FEED)], target_roas=2.5
    )
    (raised,) = advice(account, wins_and_concerns(account))
    assert raised.rule == "raise_budget"
    assert raised.numbers["new_budget"].value == pytest.approx(120)
    assert raised.range is None
    assert "variation" in raised.missing
    assert raised.review_on == LAST + dt.timedelta(14 + 7 + 1)


def month(spent: list[float], budget: float, earlier: list[float] | None = None) -> MonthBudget:
    return MonthBudget(
        entity=WORKSPACE,
        budget=budget,
        month=dt.date(2026, 12, 1),
        spent=spent,
        earlier=earlier or [],
    )


def test_a_projection_knows_weekdays() -> None:
    # November 30 days from a Sunday on; nothing is spent at weekends.
    days = [dt.date(2026, 11, 2) + dt.timedelta(each) for each in range(29)]
    earlier = [0.0 if each.weekday() > 4 else 100.0 for each in days]
    heading = project(month([100.0, 100.0, 100.0, 100.0], 2300, earlier))
    # December 2026 has 23 days from Monday to Friday.
    assert heading.amount == pytest.approx(2300, rel=0.02)


@pytest.mark.parametrize(
    ("days", "daily", "told"),
    [(2, 300, False), (5, 120, False), (5, 140, True), (25, 120, True), (5, 70, True)],
)
def test_pacing_narrows_towards_the_end_of_the_month(days: int, daily: float, told: bool) -> None:
    found = pacing([month([float(daily)] * days, 3100)], DEFAULTS, "USD")
    assert bool(found) is told


def test_a_month_has_no_more_days_than_it_has() -> None:
    with pytest.raises(ValueError, match="31 days"):
        project(month([1.0] * 32, 100))


@pytest.mark.parametrize(("sold", "told"), [(9000, True), (14_500, False)])
def test_claims_together_are_held_against_the_shop(sold: float, told: bool) -> None:
    store = StoreSales(
        days=30, revenue=sold, orders=150, claims=((GOOGLE, 120, 7500), (META, 120, 7500))
    )
    account = figures([campaign("A"), campaign("B", channel=FEED)], store=store)
    found = rules(account)
    assert ("over_claiming" in found) is told
    if told:
        assert found["over_claiming"].numbers["ratio"].value == pytest.approx(15_000 / sold)


def test_a_dead_connection_is_to_be_mended_and_nothing_is_said_about_its_money() -> None:
    account = figures(
        [silent("Nothing", 3000), campaign("Fine")],
        target_cpa=25.0,
        feeds=(Feed(entity=GOOGLE, state="revoked", last_day=LAST, daily_spend=50),),
    )
    found = wins_and_concerns(account)
    assert "zero_result" in {each.rule for each in found}
    assert [each.rule for each in advice(account, found)] == ["reconnect"]


def test_saved_money_is_a_range_below_all_of_it() -> None:
    account = figures([silent("Nothing", 3000), campaign("Fine")], target_cpa=100.0)
    (cut,) = advice(account, wins_and_concerns(account))
    assert cut.rule == "cut_waste"
    assert cut.range is not None
    assert 0 < cut.range.low < cut.range.high == pytest.approx(100 * DAYS_A_MONTH)


def test_findings_rest_on_money_and_are_ranked_by_it() -> None:
    found = shown()
    ordered = rank(found)
    assert [each.at_stake for each in ordered] == sorted(
        (each.at_stake for each in ordered), reverse=True
    )
    assert rank([*ordered, *ordered]) == ordered
    assert all(each.kind is Kind.WIN for each in top(found, Kind.WIN, 3))


def test_a_return_and_its_change_are_one_matter() -> None:
    target = next(each for each in shown() if each.rule == "roas_target")
    change = replace(target, rule="roas_change", at_stake=target.at_stake * 2)
    other = replace(target, rule="frequency", numbers={"x": Number(1, Unit.COUNT)})
    assert {each.rule for each in rank([change, target, other])} == {"roas_target", "frequency"}


def test_little_money_is_not_told() -> None:
    tiny = Sums(1, 100, 10, 0, 0)
    days = level(tiny)
    big = level(changed(spend=20, conversions=20, value=20))
    account = figures([campaign("Tiny", days, days), campaign("Big", big, big)], target_cpa=1.0)
    assert "zero_result" not in rules(account)


def test_a_break_of_the_whole_workspace_leaves_no_money_advice() -> None:
    account = figures([silent("Nothing", 3000), campaign("Fine")], target_cpa=25.0)
    found = wins_and_concerns(account)
    broken = replace(found[0], rule="tracking_break", entities=(WORKSPACE,))
    assert "cut_waste" in {each.rule for each in advice(account, found)}
    assert [each.rule for each in advice(account, [*found, broken])] == ["fix_tracking"]

"""What holds for any account: in any unit of money or order, on one day, of nothing and new."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.insights.alarms import alarms
from app.insights.audience import saturated, wider
from app.insights.fatigue import tired_ads
from app.insights.finding import Finding
from app.insights.fitting import Fitted, fit
from app.insights.moving import reallocation_finding
from app.insights.period import PeriodFigures, Sums
from app.insights.planned_test import evaluate, plan
from app.insights.reallocation import Reallocation, reallocate
from app.insights.rules import advice, wins_and_concerns
from app.insights.what_if import limits, what_if
from app.insights.words import Manner, say
from bench.alarm_worlds import Incident, account
from bench.worlds import Policy, World, world
from tests.insights.account import FEED, LAST, campaign, figures, level
from tests.insights.money import at_stake, in_other_money
from tests.insights.showing import USUAL, accounts, changed

MONEY = pytest.mark.parametrize("times", [0.001, 7.3, 1_000.0])
ACCOUNTS = list(accounts())
BEGINS = 40 * 7


@pytest.fixture(scope="module")
def true() -> World:
    return world(np.random.default_rng([0, 3]), policy=Policy.TESTALL)


def fitted(true: World, times: float = 1.0, order: tuple[int, ...] = (0, 1, 2)) -> list[Fitted]:
    rows = list(order)
    return fit(
        true.spend[rows] * times,
        true.conversions[rows],
        true.value[rows] * times,
        names=[true.names[row] for row in rows],
        organic_orders=true.organic,
        maturity=true.maturity,
        randomised=true.lots[rows],
    )


def asked(true: World, times: float = 1.0, **changed: Any) -> Reallocation:
    given: dict[str, Any] = {
        "names": true.names,
        "organic_orders": true.organic,
        "maturity": true.maturity,
        "randomised": true.lots,
    }
    return reallocate(true.spend * times, true.conversions, true.value * times, **given | changed)


def everything(account: PeriodFigures, others: tuple[Finding, ...] = ()) -> list[Finding]:
    found = wins_and_concerns(account)
    return [*found, *advice(account, [*found, *others])]


@MONEY
def test_a_move_is_the_same_in_any_unit_of_money(true: World, times: float) -> None:
    here, there = asked(true), asked(true, times)
    assert (here.class_, here.source, here.target, here.probability) == (
        there.class_,
        there.source,
        there.target,
        there.probability,
    )
    assert there.step == pytest.approx(here.step * times)
    assert there.gain_high == pytest.approx(here.gain_high * times)


@MONEY
def test_other_budgets_bring_the_same_in_any_unit_of_money(true: World, times: float) -> None:
    here, there = fitted(true), fitted(true, times)
    budgets = {each.response.name: each.response.spend * 1.1 for each in here[:2]}
    one = what_if(here, budgets)
    other = what_if(there, {name: budget * times for name, budget in budgets.items()})
    assert one.change is not None
    assert other.change == pytest.approx([each * times for each in one.change])
    assert other.chance == one.chance
    assert [each.high_because for each in limits(there)] == [e.high_because for e in limits(here)]


def test_other_budgets_bring_the_same_in_any_order_of_platforms(true: World) -> None:
    budgets = {true.names[0]: true.level()[0] * 0.9, true.names[2]: true.level()[2] * 1.1}
    one, other = what_if(fitted(true), budgets), what_if(fitted(true, order=(2, 0, 1)), budgets)
    assert one.change is not None
    assert other.change == pytest.approx(one.change)
    assert other.chance == one.chance
    assert what_if(fitted(true), budgets) == one


def test_after_one_day_other_budgets_are_not_answered() -> None:
    day = np.array([[100.0], [300.0]])
    young = fit(day, day / 20, day * 3, names=["meta", "google"])
    assert [(each.low, each.high) for each in limits(young)] == [(each, each) for each in (0, 0)]
    assert reallocate(day, day / 20, day * 3).missing == ("platforms",)


def test_a_new_platform_keeps_its_budget(true: World) -> None:
    spend, counts, value = true.spend.copy(), true.conversions.copy(), true.value.copy()
    for each in (spend, counts, value):
        each[1, : -5 * 7] = 0
    young = fit(spend, counts, value, names=true.names)
    (limit,) = [each for each in limits(young) if each.name == true.names[1]]
    assert (limit.low, limit.high, limit.high_because) == (limit.now, limit.now, "history")


@MONEY
def test_a_test_is_drawn_and_read_the_same_in_any_unit_of_money(true: World, times: float) -> None:
    level = true.spend[:, BEGINS - 56 : BEGINS].sum(axis=1) / 8
    here, there = plan(true.names, level, 50), plan(true.names, level * times, 50)
    assert (here.factors == there.factors).all()
    assert there.days == pytest.approx(here.days * times)
    one = evaluate(here, BEGINS, true.spend, true.conversions, true.value)
    other = evaluate(there, BEGINS, true.spend * times, true.conversions, true.value * times)
    assert (one.weeks, one.followed, one.advice.class_, one.advice.probability) == (
        other.weeks,
        other.followed,
        other.advice.class_,
        other.advice.probability,
    )


def test_a_test_draws_the_same_for_a_platform_wherever_it_stands() -> None:
    one, other = plan(["a", "b", "c"], [1, 2, 3], 50), plan(["c", "a", "b"], [3, 1, 2], 50)
    assert (one.factors == other.factors[[1, 2, 0]]).all()


def test_a_test_read_on_its_first_day_has_told_nothing() -> None:
    day = np.array([[100.0], [300.0]])
    found = evaluate(plan(["a", "b"], [700.0, 2100.0], 5), 1, day, day / 20, day * 3)
    assert (found.weeks, found.complete, found.followed) == (0, False, 0.0)
    assert found.advice.source is None


@MONEY
@pytest.mark.parametrize("incident", [Incident.CPC, Incident.STOPPED, Incident.ZERO])
def test_alarms_are_the_same_in_any_unit_of_money(times: float, incident: Incident) -> None:
    true = account("medium", 4, incident)
    spend, *others = true.seen(140)
    here, there = (alarms(spend * by, *others, maturity=true.learnt(140)) for by in (1.0, times))
    assert here
    assert [(e.rule, e.metric, e.platform, e.start, e.day, e.also) for e in here] == [
        (e.rule, e.metric, e.platform, e.start, e.day, e.also) for e in there
    ]
    assert [each.at_stake * times for each in here] == pytest.approx([e.at_stake for e in there])


def test_a_new_ad_is_not_tired_and_changes_nothing_for_the_others() -> None:
    clicks, impressions = np.full((6, 60), 60.0), np.full((6, 60), 5000.0)
    clicks[2, 30:] *= 0.5
    before = tired_ads(clicks, impressions)
    young = np.zeros((1, 60))
    young[0, -10:] = 60
    found = tired_ads(np.vstack((clicks, young * 0.2)), np.vstack((impressions, young * 80)))
    assert found == before


def test_an_audience_is_used_up_in_any_order_of_ads_and_never_of_one() -> None:
    fallen = np.array([[0.8] * 3, [0.75] * 3, [np.nan] * 3, [0.82] * 3])
    assert saturated(fallen, (2.0, 3.0), 1.0)
    assert saturated(fallen[::-1], (2.0, 3.0), 1.0)
    for few in (fallen[:1], fallen[:0], np.full((5, 3), np.nan)):
        assert not saturated(few, (2.0, 3.0), 1.0)
    assert not saturated(fallen, (0.0, 3.0), 1.0)


def test_a_wider_audience_is_the_same_in_any_order() -> None:
    comparable = [(1000.0, 2.0), (4000.0, 1.5), (2000.0, 3.0)]
    given: dict[str, Any] = {"is_saturated": True, "roas": 3, "break_even": 2}
    one = wider(**given, comparable=comparable)
    assert one is not None
    assert wider(**given, comparable=comparable[::-1]) == one


@MONEY
@pytest.mark.parametrize("number", range(len(ACCOUNTS)))
def test_every_rule_finds_the_same_in_any_unit_of_money(number: int, times: float) -> None:
    account, others = ACCOUNTS[number]
    here = everything(account, others)
    there = everything(
        in_other_money(account, times),
        tuple(replace(each, at_stake=each.at_stake * times) for each in others),
    )
    assert [(each.key, each.kind, each.class_) for each in there] == [
        (each.key, each.kind, each.class_) for each in here
    ]
    assert at_stake(there) == pytest.approx([each * times for each in at_stake(here)])


@pytest.mark.parametrize("number", range(len(ACCOUNTS)))
def test_every_rule_finds_the_same_in_any_order_of_rows(number: int) -> None:
    account, others = ACCOUNTS[number]
    mixed = {}
    for name in ("platforms", "channels", "placements", "campaigns", "ads", "feeds"):
        several = list(getattr(account, name))
        order = np.random.default_rng(number).permutation(len(several))
        mixed[name] = tuple(several[each] for each in order)
    assert everything(replace(account, **mixed), others) == everything(account, others)


def test_the_same_figures_get_the_same_words(true: World) -> None:
    days = (LAST - dt.timedelta(days=true.spend.shape[1]), LAST)
    labels = {each: each.title() for each in true.names}
    one, other = (
        reallocation_finding(
            asked(true), labels=labels, first=days[0], last=days[1], currency="USD"
        )
        for _ in range(2)
    )
    assert say(one, Manner("USD")) == say(other, Manner("USD"))
    for figures_, others in ACCOUNTS:
        first, again = everything(figures_, others), everything(figures_, others)
        assert [say(e, Manner("USD")) for e in first] == [say(e, Manner("USD")) for e in again]


def test_one_day_is_too_little_for_any_change() -> None:
    day, before = level(changed(spend=1.3), days=1), level(days=1)
    one_day = {"first": LAST, "before_first": LAST, "before_last": LAST}
    rows = [campaign("A", day, before), campaign("B", level(days=1), before, channel=FEED)]
    assert everything(figures(rows, **one_day)) == []


@pytest.mark.parametrize("targets", [{}, {"target_roas": 2.5, "target_cpa": 30.0}])
def test_nothing_spent_is_nothing_to_say(targets: dict[str, float]) -> None:
    nothing = level(Sums())
    rows = [campaign("A", nothing, nothing), campaign("B", nothing, nothing, channel=FEED)]
    assert everything(figures(rows, **targets)) == []


def test_a_new_campaign_as_good_as_the_others_is_not_told() -> None:
    nothing = level(Sums())
    new = campaign("New", level(replace(USUAL, spend=30, conversions=1.2, value=75)), nothing)
    old = [campaign(each, channel=FEED) for each in ("A", "B", "C")]
    told = {each.name for one in everything(figures([new, *old])) for each in one.entities}
    assert "New" not in told

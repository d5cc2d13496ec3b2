"""Budget advice: right where it speaks, silent where the figures do not say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.insights.finding import Class
from app.insights.fitting import fit
from app.insights.reallocation import reallocate
from app.insights.response import elasticity
from bench.advice import MIXED, ask, tally
from bench.worlds import Policy, Stress, World, world


@pytest.fixture(scope="module")
def tested() -> World:
    """An account whose budgets were drawn by lot for a year and that has a clear best move."""
    return world(np.random.default_rng([0, 1, 4]), policy=Policy.TESTALL)


def said(true: World, **changed: Any) -> Any:
    given_figures = {
        "names": true.names,
        "organic_orders": true.organic,
        "maturity": true.maturity,
        "randomised": true.lots,
        **changed,
    }
    return reallocate(true.spend, true.conversions, true.value, **given_figures)


@pytest.fixture(scope="module")
def certain(tested: World) -> World:
    for number in range(40):
        rng = np.random.default_rng([0, number, 4])
        true = world(rng, policy=Policy.TESTALL)
        if ask(true).class_ is Class.RECOMMEND:
            return true
    raise AssertionError("no world of forty had a clear move")


def test_what_it_recommends_pays(certain: World) -> None:
    found = said(certain)
    assert found.class_ is Class.RECOMMEND
    assert certain.gain(found.source, found.target, found.step) > 0
    assert found.gain_low > 0


def test_a_step_keeps_to_every_cap(certain: World) -> None:
    found = said(certain)
    giver, taker = found.platforms[found.source], found.platforms[found.target]
    assert found.step <= 0.2 * min(giver.spend, taker.spend) * 1.000001


def test_without_a_shop_or_a_test_of_ones_own_it_only_leans(certain: World) -> None:
    found = said(certain, organic_orders=None, randomised=None)
    assert found.class_ is not Class.RECOMMEND
    assert "store" in found.missing
    assert said(certain, organic_orders=None).class_ is Class.RECOMMEND


def test_an_open_break_in_the_data_takes_the_strong_words_away(certain: World) -> None:
    found = said(certain, doubtful=certain.names)
    assert found.class_ is Class.LEANING
    assert "fresh_data" in found.missing


def test_a_leaning_moves_half_the_step(certain: World) -> None:
    strong, leaning = said(certain), said(certain, doubtful=certain.names)
    if (strong.source, strong.target) == (leaning.source, leaning.target):
        assert leaning.step <= strong.step / 2 * 1.000001


def test_one_move_waits_for_another_to_settle(certain: World) -> None:
    assert said(certain, days_since_move=27).missing == ("recent_move",)
    assert said(certain, days_since_move=28).class_ is Class.RECOMMEND


def test_flat_budgets_say_nothing_and_it_says_so() -> None:
    found = tally(40, policies=[Policy.FLAT])
    assert found.spoke[Class.LEANING] == 0
    rng = np.random.default_rng(3)
    assert "variation" in ask(world(rng, policy=Policy.FLAT)).missing


@pytest.mark.parametrize("stress", Stress)
def test_it_is_right_where_it_recommends(stress: Stress) -> None:
    found = tally(40, policies=[Policy.TESTALL], stress=stress, seed=11)
    spoke = found.spoke[Class.RECOMMEND]
    # What is aimed for, and two standard errors of so few.
    assert found.right[Class.RECOMMEND] >= 0.88 * spoke - 2 * (0.88 * 0.12 * spoke) ** 0.5
    assert spoke >= 5


@pytest.mark.parametrize(("swing", "answered"), [(0.2, 0.35), (0.4, 0.6)])
def test_half_a_year_of_tests_answers_a_medium_account(swing: float, answered: float) -> None:
    found = tally(60, policies=[Policy.TESTALL], weeks=26, swing=swing, seed=12)
    assert found.answered >= answered * found.worlds


def test_half_a_step_is_recommended_where_only_that_is_sure() -> None:
    parts = set()
    for number in range(60):
        true = world(np.random.default_rng([5, number]), policy=Policy.TESTALL, weeks=26)
        found = ask(true)
        if found.class_ is not Class.RECOMMEND:
            continue
        assert found.probability >= 0.9
        giver, taker = found.platforms[found.source or 0], found.platforms[found.target or 0]
        smaller = min(min(each.spend, each.lately) for each in (giver, taker))
        parts.add(round(found.step / smaller, 6))
    assert parts >= {0.1, 0.2}


def test_budgets_drawn_by_lot_are_no_growth_that_caps_a_step(certain: World) -> None:
    spend = certain.spend.copy()
    spend[:, -63:] *= 1.4
    for lots, capped in ((certain.lots, False), (None, True)):
        fitted = fit(spend, certain.conversions, certain.value, randomised=lots)
        assert [each.quarter_ago is not None for each in fitted] == [capped] * 3


def test_the_range_of_marginal_returns_holds_four_of_five_truths() -> None:
    found = tally(40, policies=MIXED, seed=5)
    assert 0.72 <= found.marginal_inside / found.marginals <= 0.95


@pytest.mark.prove
@pytest.mark.parametrize("size", ["medium", "large"])
@pytest.mark.parametrize("stress", Stress)
def test_it_keeps_the_measured_accuracy(size: str, stress: Stress) -> None:
    found = tally(250, policies=MIXED, size=size, stress=stress, seed=2)
    spoke = found.spoke[Class.RECOMMEND]
    assert spoke >= 25
    wanted = 0.93 if stress is Stress.NONE else 0.88
    assert found.right[Class.RECOMMEND] >= wanted * spoke
    assert found.harmed <= 0.08 * spoke


@pytest.mark.prove
@pytest.mark.parametrize("stress", Stress)
def test_it_keeps_the_measured_accuracy_after_a_test(stress: Stress) -> None:
    found = tally(250, policies=[Policy.TEST], stress=stress, swing=0.3, seed=3)
    spoke = found.spoke[Class.RECOMMEND]
    wanted = 0.93 if stress is Stress.NONE else 0.88
    # And two standard errors of so many.
    assert found.right[Class.RECOMMEND] >= wanted * spoke - 2 * (0.1 * spoke) ** 0.5


@settings(max_examples=15, deadline=None)
@given(st.sampled_from([1e-3, 0.37, 60.0, 1e5]), st.integers(0, 5))
def test_it_does_not_matter_what_a_unit_of_money_is(times: float, number: int) -> None:
    true = world(np.random.default_rng([number]), policy=Policy.TESTALL, weeks=20)
    one = reallocate(true.spend, true.conversions, true.value, names=true.names)
    other = reallocate(true.spend * times, true.conversions, true.value * times, names=true.names)
    assert (one.class_, one.source, one.target) == (other.class_, other.source, other.target)
    assert other.step == pytest.approx(one.step * times)
    assert other.gain_low == pytest.approx(one.gain_low * times)


@settings(max_examples=10, deadline=None)
@given(st.permutations([0, 1, 2]), st.integers(0, 5))
def test_the_order_of_platforms_does_not_matter(order: list[int], number: int) -> None:
    true = world(np.random.default_rng([number, 7]), policy=Policy.TESTALL, weeks=30)
    names = list(true.names)
    one = reallocate(true.spend, true.conversions, true.value, names=names)
    other = reallocate(
        true.spend[order],
        true.conversions[order],
        true.value[order],
        names=[names[i] for i in order],
    )
    assert one.class_ is other.class_
    assert other.step == pytest.approx(one.step)
    assert {each.name: each.information for each in other.platforms} == pytest.approx(
        {each.name: each.information for each in one.platforms}
    )


@pytest.mark.parametrize("days", [0, 1, 6, 13, 40])
def test_a_history_of_days_says_nothing(days: int) -> None:
    rng = np.random.default_rng(1)
    spend = rng.uniform(50, 150, (2, days))
    found = reallocate(spend, spend / 20, spend * 3)
    assert found.class_ in (Class.SILENT, Class.WORTH_TESTING)


def test_a_platform_without_spend_or_revenue_is_left_out() -> None:
    true = world(np.random.default_rng(2), policy=Policy.TESTALL, weeks=30)
    spend, value = true.spend.copy(), true.value.copy()
    spend[0], value[1] = 0, 0
    found = reallocate(spend, true.conversions, value)
    assert (found.class_, found.missing) == (Class.SILENT, ("platforms",))
    assert [each.roas is None for each in found.platforms] == [True, True, False]


def test_a_platform_that_began_late_is_read_from_its_first_week() -> None:
    true = world(np.random.default_rng(2), policy=Policy.TESTALL, weeks=40)
    spend, counts, value = true.spend.copy(), true.conversions.copy(), true.value.copy()
    for each in (spend, counts, value):
        each[1, : 20 * 7] = np.nan
    found = reallocate(spend, counts, value, names=true.names)
    assert [each.weeks for each in found.platforms] == [40, 20, 40]


def test_a_pause_says_nothing_about_what_spend_returns() -> None:
    true = world(np.random.default_rng(2), policy=Policy.TESTALL, weeks=40)
    spend, counts = true.spend.copy(), true.conversions.copy()
    spend[0, 70:105], counts[0, 70:105] = 0, 0
    found = reallocate(spend, counts, true.value, names=true.names)
    assert found.platforms[0].weeks == 35


@pytest.mark.parametrize(
    ("name", "wrong"), [("spend", -1.0), ("conversions", np.inf), ("value", -0.01)]
)
def test_figures_that_cannot_be_are_refused(name: str, wrong: float) -> None:
    figures = {each: np.ones((2, 200)) for each in ("spend", "conversions", "value")}
    figures[name][1, 3] = wrong
    with pytest.raises(ValueError, match=name):
        reallocate(**figures)


def test_one_name_for_two_platforms_is_refused() -> None:
    figures = np.ones((2, 200))
    with pytest.raises(ValueError, match="names"):
        reallocate(figures, figures, figures, names=["meta", "meta"])


def test_the_same_figures_get_the_same_answer(certain: World) -> None:
    assert said(certain) == said(certain)


def test_spend_that_only_grows_says_nothing_about_what_it_returns() -> None:
    grows = np.exp(np.arange(60) * 0.01)
    counts = np.random.default_rng(0).poisson(20, 60)
    assert elasticity(grows, counts).information < 0.01


def test_the_order_does_not_matter_to_platforms_without_names(certain: World) -> None:
    given_figures = {"organic_orders": certain.organic, "maturity": certain.maturity}
    figures = (certain.spend, certain.conversions, certain.value)
    one = reallocate(*figures, **given_figures)
    other = reallocate(*(each[::-1] for each in figures), **given_figures)
    assert (one.class_, one.step, one.probability) == (other.class_, other.step, other.probability)


def test_a_paused_platform_neither_gives_nor_takes(certain: World) -> None:
    found = said(certain)
    spend = certain.spend.copy()
    spend[found.source, -10:] = 0
    without = reallocate(spend, certain.conversions, certain.value, names=certain.names)
    assert found.source not in (without.source, without.target)
    assert without.platforms[found.source].roas is None


def test_a_shop_connected_lately_counts_from_its_first_day(certain: World) -> None:
    young, few, none = (certain.organic.copy() for _ in range(3))
    young[: 30 * 7], few[: 46 * 7], none[:] = np.nan, np.nan, 0
    said_young = said(certain, organic_orders=young)
    assert [each.shop for each in said_young.platforms] == [True] * 3
    assert max(each.weeks for each in said_young.platforms) == 22
    for orders in (few, none):
        found = said(certain, organic_orders=orders, randomised=None)
        assert found.class_ is not Class.RECOMMEND
        assert [each.weeks for each in found.platforms] == [52] * 3

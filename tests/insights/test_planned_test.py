"""Planned tests: balanced budgets by lot, told plainly, and read as what they are."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest

from app.insights.planned_test import Plan, Size, evaluate, plan
from bench.worlds import Policy, World, world

NAMES = ["meta", "google", "tiktok"]


def planned(**changed: object) -> Plan:
    return plan(NAMES, [700.0, 1400.0, 70.0], 50, **changed)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def flat() -> World:
    return world(np.random.default_rng(8), policy=Policy.FLAT, weeks=40)


def gone_through(flat: World, plan_: Plan, begins: int) -> World:
    """The world as it would have gone with the plan from that day on."""
    factors = np.ones_like(flat.spend)
    end = min(begins + plan_.weeks * 7, factors.shape[1])
    factors[:, begins:end] = np.repeat(plan_.factors, 7, axis=1)[:, : end - begins]
    flat.spend[:] = flat.spend * factors
    flat.conversions[:] = flat.conversions * factors ** flat.elasticity[:, None]
    return flat


@pytest.mark.parametrize(("weeks", "block"), [(12, 2), (8, 2), (16, 4), (24, 4), (26, 2), (10, 2)])
def test_every_platform_spends_what_it_spends_today_on_the_whole(weeks: int, block: int) -> None:
    made = planned(weeks=weeks)
    assert made.block_weeks == block
    assert made.factors.shape == (3, weeks)
    assert made.factors.mean(axis=1) == pytest.approx(1.0)
    assert set(np.round(made.factors.ravel(), 9)) <= {0.7, 1.0, 1.3}


def test_the_order_is_drawn_for_each_platform_and_by_the_seed() -> None:
    orders = {tuple(row) for seed in range(20) for row in planned(seed=seed).factors}
    assert len(orders) > 10
    assert (planned(seed=3).factors == planned(seed=3).factors).all()


def test_a_schedule_covers_every_day_once() -> None:
    blocks = planned(weeks=12).schedule(dt.date(2026, 3, 23))
    assert blocks[0].first == dt.date(2026, 3, 23)
    assert blocks[-1].last == dt.date(2026, 6, 14)
    for one, other in itertools.pairwise(blocks):
        assert other.first == one.last + dt.timedelta(days=1)
    assert set(blocks[0].budgets) == set(NAMES)
    assert blocks[0].budgets["meta"] in (pytest.approx(70.0), pytest.approx(130.0))


def test_a_small_account_is_offered_half_a_year_and_told_its_chance() -> None:
    small = plan(NAMES, [700.0, 1400.0, 70.0], 5)
    assert (small.size, small.weeks, small.block_weeks) == (Size.SMALL, 24, 4)
    assert small.chance == 0.41
    assert planned().weeks == 12
    assert 0.4 < planned().chance < 0.6


@pytest.mark.parametrize(
    "wrong",
    [
        {"weeks": 3},
        {"weeks": 60},
        {"weeks": 9},
        {"swing": 0.9},
        {"swing": 0.0},
        {"block_weeks": 3},
        {"weeks": 10, "block_weeks": 4},
    ],
)
def test_a_test_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"test|blocks"):
        planned(**wrong)


def test_a_platform_without_spend_cannot_be_tested() -> None:
    with pytest.raises(ValueError, match="spending"):
        plan(["meta", "google"], [700.0, 0.0], 50)


@pytest.mark.parametrize("late", [0, 1, 6])
def test_weeks_of_a_test_count_as_drawn_on_whatever_day_it_is_read(flat: World, late: int) -> None:
    begins = flat.spend.shape[1] - 7 - 12 * 7 - late
    level = flat.spend[:, begins - 56 : begins].sum(axis=1) / 8
    made = plan(flat.names, level, 50)
    true = gone_through(world(np.random.default_rng(8), policy=Policy.FLAT, weeks=40), made, begins)
    found = evaluate(
        made,
        begins,
        true.spend,
        true.conversions,
        true.value,
        maturity=true.maturity,
        organic_orders=true.organic,
    )
    assert (found.weeks, found.complete, found.followed) == (12, True, 1.0)
    assert [each.tested_weeks for each in found.advice.platforms] == [12] * 3
    assert min(each.information for each in found.advice.platforms) > 0.1


def test_weeks_that_were_not_spent_as_drawn_are_ordinary_weeks(flat: World) -> None:
    begins = flat.spend.shape[1] - 7 - 12 * 7
    level = flat.spend[:, begins - 56 : begins].sum(axis=1) / 8
    found = evaluate(plan(flat.names, level, 50), begins, flat.spend, flat.conversions, flat.value)
    assert found.followed == 0
    assert [each.tested_weeks for each in found.advice.platforms] == [0] * 3


def test_a_test_that_has_only_begun_is_not_complete(flat: World) -> None:
    days = flat.spend.shape[1]
    made = plan(flat.names, flat.spend[:, -63:-7].sum(axis=1) / 8, 50)
    for begins, weeks in ((days, 0), (days - 10, 0), (days - 14, 1), (days - 30, 3)):
        found = evaluate(made, begins, flat.spend, flat.conversions, flat.value)
        assert (found.weeks, found.complete) == (weeks, False)


def test_a_day_outside_the_figures_is_refused(flat: World) -> None:
    made = plan(flat.names, [1.0, 1.0, 1.0], 50)
    with pytest.raises(ValueError, match="begin"):
        evaluate(made, -1, flat.spend, flat.conversions, flat.value)

"""Other budgets: a range that holds, and a refusal where history says nothing."""

from __future__ import annotations

import numpy as np
import pytest

from app.insights.fitting import Fitted, fit
from app.insights.what_if import limits, what_if
from bench.worlds import Policy, World, world


def fitted_world(true: World) -> list[Fitted]:
    return fit(
        true.spend,
        true.conversions,
        true.value,
        names=true.names,
        organic_orders=true.organic,
        maturity=true.maturity,
        randomised=true.lots,
    )


@pytest.fixture(scope="module")
def fitted() -> list[Fitted]:
    return fitted_world(world(np.random.default_rng(3), policy=Policy.TESTALL))


def test_budgets_as_they_are_change_nothing(fitted: list[Fitted]) -> None:
    found = what_if(fitted, {})
    assert (found.change, found.chance, found.refused) == ((0.0, 0.0), None, ())
    assert found.value is not None
    now = sum(each.response.value for each in fitted)
    assert found.value[0] < now < found.value[1]


def test_more_budget_brings_more_but_less_than_in_proportion(fitted: list[Fitted]) -> None:
    first = fitted[0].response
    found = what_if(fitted, {first.name: first.spend * 1.1})
    assert found.change is not None
    assert found.monthly_change is not None
    assert 0 < found.change[0] < found.change[1] < 0.12 * first.value
    assert found.spend_change == pytest.approx(0.1 * first.spend)
    assert found.monthly_change[1] > 4 * found.change[1]
    assert found.chance == 1.0


@pytest.mark.parametrize(("factor", "because"), [(1.25, "step"), (0.75, "step"), (3.0, "step")])
def test_a_budget_beyond_history_is_refused_with_its_limit(
    fitted: list[Fitted], factor: float, because: str
) -> None:
    first = fitted[0].response
    found = what_if(fitted, {first.name: first.spend * factor})
    assert found.value is found.change is found.monthly_value is None
    refused = found.refused[0]
    assert (refused.name, refused.because) == (first.name, because)
    assert refused.limits.low < first.spend < refused.limits.high


def test_the_ends_of_the_sliders_are_answered(fitted: list[Fitted]) -> None:
    ends = limits(fitted)
    for budgets in ({e.name: e.low for e in ends}, {e.name: e.high for e in ends}):
        assert what_if(fitted, budgets).value is not None


def test_a_platform_without_returns_stays_as_it_is() -> None:
    true = world(np.random.default_rng(3), policy=Policy.TESTALL)
    true.value[0] = 0
    fitted = fitted_world(true)
    name, spend = true.names[0], fitted[0].response.spend
    assert what_if(fitted, {name: spend * 1.05}).refused[0].because == "unknown"
    assert what_if(fitted, {true.names[1]: fitted[1].response.spend * 1.05}).value is not None


def test_a_platform_that_has_grown_much_this_quarter_grows_no_further() -> None:
    true = world(np.random.default_rng(3), policy=Policy.FLAT)
    true.spend[0, -63:] *= 1.4
    name = true.names[0]
    limit = next(each for each in limits(fitted_world(true)) if each.name == name)
    assert (limit.high, limit.high_because) == (limit.now, "quarter")


@pytest.mark.parametrize("wrong", [{"meta": -1.0}, {"meta": float("nan")}, {"myspace": 5.0}])
def test_budgets_that_cannot_be_are_refused(fitted: list[Fitted], wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"budget|figures"):
        what_if(fitted, wrong)


def test_the_range_of_the_change_holds_four_of_five_truths() -> None:
    inside = asked = 0
    for number in range(60):
        true = world(np.random.default_rng([4, number]), policy=Policy.TESTALL)
        fitted = fitted_world(true)
        level = true.level()
        found = what_if(fitted, {name: 1.1 * level[i] for i, name in enumerate(true.names)})
        if found.change is None:
            continue
        asked += 1
        gain = float((true.true_value * (1.1**true.elasticity - 1)).sum())
        inside += found.change[0] <= gain <= found.change[1]
    assert asked > 30
    assert 0.68 <= inside / asked <= 0.95


def test_nobody_spends_and_nothing_is_answered() -> None:
    nothing = np.zeros((2, 100))
    assert what_if(fit(nothing, nothing, nothing), {}).value == (0.0, 0.0)

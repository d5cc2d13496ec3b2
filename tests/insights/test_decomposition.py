"""What a change is made of sums to the change."""

from __future__ import annotations

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.insights.decomposition import Decomposition, decompose
from app.insights.finding import Entity
from app.insights.measures import EFFICIENCY, MEASURES, Measure
from app.insights.period import Sums, Thing

AMOUNTS = st.floats(min_value=0.01, max_value=1e7) | st.just(0.0)
SUMS = st.builds(Sums, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS) | st.just(Sums())


def things(pairs: list[tuple[Sums, Sums]]) -> list[Thing]:
    return [
        Thing(entity=Entity("campaign", str(each), f"C{each}"), now=now, before=before)
        for each, (now, before) in enumerate(pairs)
    ]


def whole(measure: Measure, pairs: list[tuple[Sums, Sums]]) -> float | None:
    now = measure.of(sum((each for each, _ in pairs), Sums()))
    before = measure.of(sum((each for _, each in pairs), Sums()))
    return None if now is None or before is None else now - before


def parts(found: Decomposition) -> float:
    return sum(found.total(each) for each in ("mix", "rate", "new", "ended"))


@given(
    st.lists(st.tuples(SUMS, SUMS), min_size=1, max_size=12),
    st.sampled_from(list(MEASURES.values())),
)
def test_mix_rate_new_and_ended_sum_to_the_whole_change(
    pairs: list[tuple[Sums, Sums]], measure: Measure
) -> None:
    found = decompose(measure, things(pairs))
    change = whole(measure, pairs)
    if change is None:
        assert not found.parts
        return
    size = max(abs(each.whole) for each in found.parts) + abs(change)
    assert isclose(found.change, change, rel_tol=1e-6, abs_tol=1e-6 * (size + 1e-9))
    assert isclose(parts(found), change, rel_tol=1e-6, abs_tol=1e-6 * (size + 1e-9))


def test_budget_that_moves_to_a_dearer_campaign_is_mix_alone() -> None:
    cheap, dear = Sums(spend=100, clicks=100), Sums(spend=300, clicks=100)
    pairs = [(cheap, Sums(spend=300, clicks=300)), (Sums(spend=900, clicks=300), dear)]
    found = decompose(MEASURES["cpc"], things(pairs))
    assert found.change == pytest.approx(1.0)
    assert found.total("mix") == pytest.approx(1.0)
    assert found.total("rate") == pytest.approx(0.0)


def test_a_campaign_that_was_not_there_before_is_new_and_has_no_rate() -> None:
    steady = Sums(spend=100, clicks=100)
    pairs = [(steady, steady), (Sums(spend=300, clicks=100), Sums())]
    found = decompose(MEASURES["cpc"], things(pairs))
    assert found.total("rate") == 0
    assert found.change == pytest.approx(1.0)
    assert found.parts[0].new > 0


def test_a_campaign_that_ended_is_told_apart() -> None:
    steady = Sums(spend=100, clicks=100)
    found = decompose(
        MEASURES["cpc"], things([(steady, steady), (Sums(), Sums(spend=300, clicks=100))])
    )
    assert found.change == pytest.approx(-1.0)
    assert found.total("ended") < 0


def test_spend_without_a_click_still_counts() -> None:
    steady = Sums(spend=100, clicks=100)
    found = decompose(MEASURES["cpc"], things([(steady, steady), (Sums(spend=50), Sums(spend=10))]))
    assert parts(found) == pytest.approx(found.change) == pytest.approx(0.4)


@pytest.mark.parametrize("measure", EFFICIENCY, ids=lambda each: each.name)
def test_carriers_are_the_fewest_that_carry_most(measure: Measure) -> None:
    before = Sums(100, 10_000, 100, 10, 250)
    now = Sums(200, 10_000, 100, 10, 250) if measure.over == "spend" else Sums(100, 20_000)
    same = [(before, before)] * 4
    found = decompose(measure, things([(now, before), *same]))
    carriers, share = found.carriers()
    if measure.over == "spend":
        assert [each.thing.entity.name for each in carriers] == ["C0"]
        assert share > 0.8

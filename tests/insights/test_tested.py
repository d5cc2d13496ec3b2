"""What a planned test found is told in words that rest on its numbers, whatever it found."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from app.insights.finding import Class, Entity, Finding
from app.insights.fitting import fit
from app.insights.phrasing import checked
from app.insights.planned_cost import cost
from app.insights.planned_test import Evaluation, Plan, evaluate, plan
from app.insights.reallocation import Reallocation
from app.insights.review_days import review_on
from app.insights.tested import result_finding
from app.insights.words import Manner, say

NAMES = ["google", "meta"]
BEGINS = dt.date(2026, 3, 2)
LABELS = {"google": "Google", "meta": "Meta قهوة"}
MANNERS = [Manner("USD"), Manner("JPY", "ja_JP"), Manner("KWD", "fr_FR"), Manner("EUR", "de_DE")]


def figures(planned: Plan, before: int = 140) -> tuple[np.ndarray, np.ndarray]:
    """Spend and conversions of a test after `before` days, google following its budget."""
    spend = np.concatenate((np.full((2, before), 100.0), planned.days, np.full((2, 7), 100.0)), 1)
    expected = 30 * (spend / 100) ** np.array([[0.9], [0.1]])
    return spend, np.random.default_rng(5).poisson(expected).astype(float)


@pytest.fixture(scope="module")
def planned() -> Plan:
    return plan(NAMES, [700.0, 700.0], 60, weeks=8, seed=2)


@pytest.fixture(scope="module")
def found(planned: Plan) -> Evaluation:
    spend, conversions = figures(planned)
    return evaluate(planned, 140, spend, conversions, conversions * 10)


def told(found: Evaluation, planned: Plan, class_: Class) -> Finding:
    advice = replace(found.advice, class_=class_)
    if class_ is Class.SILENT:
        advice = Reallocation(class_, advice.platforms, 60.0, missing=("difference",))
    wanted = replace(found, advice=advice)
    return result_finding(wanted, planned, BEGINS, labels=LABELS, currency="USD")


@pytest.mark.parametrize("class_", [c for c in Class if c not in (Class.ACT, Class.OBSERVED)])
@pytest.mark.parametrize("manner", MANNERS)
def test_words_of_every_class_are_whole_and_say_nothing_but_its_numbers(
    found: Evaluation, planned: Plan, class_: Class, manner: Manner
) -> None:
    finding = replace(told(found, planned, class_), currency=manner.currency)
    said = say(finding, manner)
    everything = f"{said.title} {said.saw} {said.how_sure} {said.do} {said.change_our_mind}"
    assert "Meta قهوة" in said.title
    assert not any(wrong in everything for wrong in ("nan", "None", "{", "  ", "..", "!", " will "))
    assert checked(said, finding, manner).refused == ()


def test_it_promises_nothing_that_the_move_does_not_promise_itself(
    found: Evaluation, planned: Plan
) -> None:
    finding = told(found, planned, Class.RECOMMEND)
    assert (finding.at_stake, finding.range, finding.review_on) == (0.0, None, None)
    assert not finding.promises
    assert review_on(finding) is None


def test_a_test_without_a_difference_is_about_what_it_tested(
    found: Evaluation, planned: Plan
) -> None:
    finding = told(found, planned, Class.SILENT)
    assert finding.entities == tuple(Entity("platform", name, LABELS[name], name) for name in NAMES)


def test_other_moves_go_on_while_two_platforms_are_tested(found: Evaluation) -> None:
    advice = replace(found.advice, class_=Class.LEANING, source=0, target=1)
    assert advice.during_test(["linkedin", "tiktok"]) == advice
    for tested in (["google"], ["meta", "linkedin"]):
        held_back = advice.during_test(tested)
        assert (held_back.class_, held_back.source) == (Class.SILENT, None)
        assert held_back.missing == ("running_test",)


def test_swinging_costs_more_where_returns_fall_faster(planned: Plan) -> None:
    spend, conversions = figures(planned)
    fitted = fit(spend[:, :140], conversions[:, :140], conversions[:, :140] * 10, names=NAMES)
    levels = {"google": 700.0, "meta": 700.0}
    gentle, wide, beyond = (
        cost(fitted, levels, {each: [1 + swing, 1 - swing] for each in NAMES}, 4)
        for swing in (0.1, 0.2, 0.3)
    )
    assert beyond is None
    assert gentle is not None
    assert wide is not None
    assert wide[0] < gentle[0] < 0
    nothing = cost(fitted, levels, {each: [1.0, 1.0] for each in NAMES}, 4)
    assert nothing == (0.0, 0.0)

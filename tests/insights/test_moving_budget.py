"""Advice on budgets as findings and words: dated, in money a month, never surer than it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from app.insights import sentences  # noqa: F401 it registers the words
from app.insights.finding import Class, Finding
from app.insights.moving import reallocation_finding
from app.insights.reallocation import WEEKS_A_MONTH, Reallocation, reallocate
from app.insights.review_days import rests_through
from app.insights.words import Manner, Said, say
from bench.advice import ask
from bench.worlds import Policy, World, world

FIRST, LAST = dt.date(2025, 3, 25), dt.date(2026, 3, 30)
LABELS = {"meta": "Meta Ads", "google": "Google Ads", "tiktok": "TikTok Ads"}
MANNER = Manner("EUR")


@pytest.fixture(scope="module")
def certain() -> World:
    for number in range(40):
        true = world(np.random.default_rng([0, number, 4]), policy=Policy.TESTALL)
        if ask(true).class_ is Class.RECOMMEND:
            return true
    raise AssertionError("no world of forty had a clear move")


@pytest.fixture(scope="module")
def strong(certain: World) -> Reallocation:
    return ask(certain)


def finding(found: Reallocation) -> Finding:
    return reallocation_finding(found, labels=LABELS, first=FIRST, last=LAST, currency="EUR")


def words(found: Reallocation) -> Said:
    return say(finding(found), MANNER)


def everything(said: Said) -> str:
    return f"{said.title} {said.saw} {said.how_sure} {said.do} {said.change_our_mind}"


def test_a_finding_has_the_move_in_money_a_month(strong: Reallocation) -> None:
    found = finding(strong)
    assert found.range is not None
    assert found.range.low == pytest.approx(strong.gain_low * WEEKS_A_MONTH)
    assert found.numbers["step_month"].value == pytest.approx(strong.step * WEEKS_A_MONTH)
    assert {each.role for each in found.entities} == {"from", "to"}
    assert found.key.startswith("reallocation|from:platform:")


def test_it_is_looked_at_when_28_days_under_it_have_settled(strong: Reallocation) -> None:
    assert finding(strong).review_on == dt.date(2026, 5, 5)


def test_the_days_told_have_settled_and_its_review_is_as_late_as_ever(
    strong: Reallocation,
) -> None:
    found = finding(strong)
    settled = found.last - dt.timedelta(7)
    assert rests_through(found) == settled
    assert f"({MANNER.days(found.first, settled)})" in words(strong).saw


def test_budgets_before_and_after_add_up(strong: Reallocation) -> None:
    numbers = finding(strong).numbers
    before = numbers["day_from"].value + numbers["day_to"].value
    after = numbers["day_after_from"].value + numbers["day_after_to"].value
    assert after == pytest.approx(before)
    assert {type(each.value) for each in numbers.values()} <= {int, float}


def test_a_recommendation_gives_a_range_and_its_caveats(strong: Reallocation) -> None:
    text = everything(words(strong))
    assert "If the past holds, it brings +€" in text
    assert "(80% range)" in text
    assert "hold-out" in text
    assert "incremental" not in text
    assert " will " not in text


@pytest.mark.parametrize("class_", [Class.LEANING, Class.WORTH_TESTING])
def test_weaker_classes_offer_a_test(strong: Reallocation, class_: Class) -> None:
    said = words(replace(strong, class_=class_, missing=("variation",)))
    assert "A test of ±30% over twelve weeks" in said.do
    assert "hardly varied" in said.how_sure
    assert "Move" not in said.title


def test_worth_testing_asks_for_no_budget_to_be_moved(strong: Reallocation) -> None:
    found = finding(replace(strong, class_=Class.WORTH_TESTING, missing=("variation",)))
    assert "set " not in say(found, MANNER).do
    assert found.review_on is None


def test_silence_names_what_is_missing() -> None:
    found = ask(world(np.random.default_rng(3), policy=Policy.FLAT))
    silent = Reallocation(Class.SILENT, found.platforms, 50.0, missing=("difference", "variation"))
    said = words(silent)
    assert said.title == "Nothing safe to recommend about moving budget"
    assert "hardly varied" in said.saw
    assert finding(silent).entities == ()


def test_a_small_account_is_told_plainly_how_long_a_test_takes() -> None:
    none = np.zeros((2, 200))
    few = Reallocation(
        Class.SILENT, reallocate(none, none, none).platforms, 5.0, missing=("conversions",)
    )
    assert "24 weeks leads to an answer in about 41%" in words(few).do


def test_nothing_at_all_still_has_words() -> None:
    nothing = np.zeros((0, 0))
    assert "fewer than two platforms" in words(reallocate(nothing, nothing, nothing)).saw


def test_every_reason_has_words() -> None:
    reasons = (
        "platforms store history variation conversions fresh_data recent_move room demand "
        "difference"
    ).split()
    for reason in reasons:
        silent = Reallocation(Class.SILENT, (), 50.0, missing=(reason,))
        assert "because" in words(silent).saw


def test_the_same_figures_get_the_same_words(certain: World) -> None:
    assert words(ask(certain)) == words(ask(certain))

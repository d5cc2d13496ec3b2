"""A move starts from what is spent now, and from weeks that are known whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from app.insights import sentences  # noqa: F401 it registers the words
from app.insights.finding import Class
from app.insights.fitting import Fitted, fit
from app.insights.moving import reallocation_finding
from app.insights.reallocation import Reallocation, reallocate
from app.insights.what_if import limits
from app.insights.words import Manner, Said, say
from bench.advice import ask
from bench.worlds import Policy, World, world

NAMES = ("meta", "google")
DAYS = 735


def flat(level: float = 100.0, days: int = DAYS) -> np.ndarray:
    return np.full((2, days), level)


def levels(spend: np.ndarray, **given: object) -> list[Fitted]:
    return fit(spend, spend / 20, spend * 3, names=NAMES, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def certain() -> World:
    for number in range(40):
        true = world(np.random.default_rng([0, number, 4]), policy=Policy.TESTALL)
        if ask(true).class_ is Class.RECOMMEND:
            return true
    raise AssertionError("no world of forty had a clear move")


def words(found: Reallocation) -> Said:
    days = dt.date(2025, 3, 25), dt.date(2026, 3, 30)
    made = reallocation_finding(found, labels={}, first=days[0], last=days[1], currency="EUR")
    return say(made, Manner("EUR"))


def test_the_level_is_that_of_the_last_28_settled_days() -> None:
    spend = flat()
    spend[0, -35:] = 200
    spend[0, -7:] = 210
    found = levels(spend)[0].response
    assert found.spend == pytest.approx(1400)
    assert found.lately == pytest.approx(1470)
    assert [each.now for each in limits(levels(spend))] == pytest.approx([1400, 700])


def test_returns_are_told_at_the_level_of_now() -> None:
    spend = flat()
    spend[0, -35:] = 200
    before, now = levels(flat())[0].response, levels(spend)[0].response
    assert now.roas == before.roas == pytest.approx(3)
    assert now.value > before.value
    assert now.value < 2 * before.value


def test_a_young_platforms_level_is_that_of_its_own_whole_weeks() -> None:
    spend = flat(210)
    spend[0, : -5 * 7 + 3] = 0
    assert levels(spend)[0].response.spend == pytest.approx(1470)
    spend[0, : -2 * 7 + 3] = 0
    assert levels(spend)[0].response.spend == pytest.approx(210 * 4)


def test_a_week_without_spend_is_no_part_of_the_level() -> None:
    spend = flat()
    spend[0, -21:-14] = 0
    assert levels(spend)[0].response.spend == pytest.approx(700)


def test_a_step_is_capped_by_what_is_spent_this_week(certain: World) -> None:
    found = ask(certain)
    assert found.source is not None
    spend = certain.spend.copy()
    spend[found.source, -7:] /= 4
    lower = reallocate(
        spend,
        certain.conversions,
        certain.value,
        names=certain.names,
        organic_orders=certain.organic,
        randomised=certain.lots,
    )
    assert lower.class_ is not Class.SILENT
    for each in (lower.source, lower.target):
        assert each is not None
        assert lower.step <= 0.2 * lower.platforms[each].lately * 1.000001


def test_advice_to_give_more_never_names_less_than_is_spent_now(certain: World) -> None:
    found = ask(certain)
    assert found.source is not None
    assert found.target is not None
    sides = list(found.platforms)
    usual = [replace(each, lately=each.spend) for each in sides]
    assert " set " in words(replace(found, platforms=tuple(usual))).do
    for side, lately in ((found.target, 2.0), (found.source, 0.5)):
        moved = usual.copy()
        moved[side] = replace(usual[side], lately=usual[side].spend * lately)
        do = words(replace(found, platforms=tuple(moved))).do
        assert " set " not in do
        assert "add it to that of" in do


def test_weeks_that_not_every_account_holds_teach_nothing() -> None:
    draws = np.random.default_rng(1)
    one, other, google = (500 * np.exp(draws.normal(0, 0.05, DAYS)) for _ in range(3))
    counts = [draws.poisson(25 * (each / 500) ** 0.35).astype(float) for each in (one, other)]
    partly = other.copy(), counts[1].copy()
    for each in partly:
        each[:-150] = 0
    spend, conversions = np.stack((one + partly[0], google)), np.stack((counts[0] + partly[1],) * 2)
    wrong = fit(spend, conversions, conversions * 60, names=NAMES)[0].response
    spend[0, :-150] = np.nan
    right = fit(spend, conversions, conversions * 60, names=NAMES)[0].response
    assert (wrong.information > 0.6, right.information < 0.2) == (True, True)
    assert (right.weeks, right.since) == (20, 20)


def test_what_comes_before_a_gap_teaches_nothing() -> None:
    spend = flat()
    spend[0, 300] = np.nan
    known, other = (each.response for each in levels(spend))
    assert (known.weeks, other.weeks) == ((DAYS - 7 - 300) // 7, 104)


def test_a_platform_whose_last_week_was_not_read_neither_gives_nor_takes() -> None:
    spend = flat()
    spend[0, -20:] = np.nan
    found = reallocate(spend, spend / 20, spend * 3, names=NAMES, doubtful=["meta"])
    assert (found.class_, found.missing) == (Class.SILENT, ("fresh_data",))


def test_only_a_break_on_either_side_of_a_move_takes_its_strong_words_away(certain: World) -> None:
    def said(doubtful: list[str]) -> Reallocation:
        return reallocate(
            certain.spend,
            certain.conversions,
            certain.value,
            names=certain.names,
            organic_orders=certain.organic,
            maturity=certain.maturity,
            randomised=certain.lots,
            doubtful=doubtful,
        )

    found = said([])
    pair = {certain.names[each] for each in (found.source, found.target) if each is not None}
    [other] = set(certain.names) - pair
    assert said([other]).class_ is Class.RECOMMEND
    for each in pair:
        doubted = said([each])
        move = {certain.names[i] for i in (doubted.source, doubted.target) if i is not None}
        assert doubted.class_ is not Class.RECOMMEND or each not in move

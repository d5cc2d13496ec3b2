"""Alarms and tired ads where the truth is known. `make prove` runs more worlds."""

from __future__ import annotations

import numpy as np
import pytest

from app.insights.alarms import alarms
from app.insights.fatigue import tired_ads
from bench.alarm_worlds import Incident, account
from bench.alarms import delays, false_alarms, nights, tiredness
from bench.fatigue_worlds import ads

SIZES = ("small", "medium", "large")
AT = 120


def test_a_quiet_account_raises_no_more_than_one_false_alarm_a_month() -> None:
    assert sum(false_alarms("medium", range(3), ledger=True).values()) <= 1


@pytest.mark.parametrize("size", ["medium", "large"])
def test_conversions_that_stop_are_told_within_a_day(size: str) -> None:
    late = delays(size, Incident.STOPPED, range(6), ledger=True, within=2)
    assert np.mean(np.isfinite(late)) >= 0.8


@pytest.mark.parametrize("size", SIZES)
def test_a_platform_without_rows_is_told_at_once(size: str) -> None:
    assert delays(size, Incident.ZERO, range(6), ledger=True, within=1) == [0.0] * 6


def test_a_budget_somebody_cut_is_no_shift_of_conversions() -> None:
    raised = [
        told
        for seed in range(4)
        for told in nights(account("medium", seed, Incident.STEP), AT + 1, AT + 10, ledger=True)
        if told.alarm.metric == "conversions"
    ]
    assert raised == []


@pytest.mark.parametrize(("size", "recall"), [("small", 0.65), ("medium", 0.85), ("large", 0.93)])
def test_tired_ads_are_found_and_hardly_any_other_is_called_tired(size: str, recall: float) -> None:
    right, found, late = tiredness(size, range(40))
    assert right >= 0.9
    assert found >= recall
    assert late <= 10


@pytest.mark.parametrize("rate", [0.01, 1_000.0])
def test_another_currency_raises_the_same_alarms(rate: float) -> None:
    world = account("medium", 3, Incident.CPC)
    spend, *others = world.seen(140)
    here = alarms(spend, *others, maturity=world.learnt(140))
    there = alarms(spend * rate, *others, maturity=world.learnt(140))
    assert here
    assert [(each.rule, each.platform, each.day) for each in here] == [
        (each.rule, each.platform, each.day) for each in there
    ]


def test_platforms_in_another_order_raise_the_same_alarms() -> None:
    world = account("medium", 3, Incident.HALVED)
    arrays, learnt = world.seen(140), world.learnt(140)
    order = [2, 0, 1]
    here = alarms(*arrays, maturity=learnt)
    there = alarms(*(each[order] for each in arrays), maturity=[learnt[row] for row in order])
    assert here
    assert {(each.rule, each.platform, each.day) for each in here} == {
        (each.rule, None if each.platform is None else order[each.platform], each.day)
        for each in there
    }


def test_ads_in_another_order_are_as_tired() -> None:
    world = ads("medium", 5)
    order = np.random.default_rng(0).permutation(len(world.clicks))
    here = tired_ads(world.clicks, world.impressions)
    there = tired_ads(world.clicks[order], world.impressions[order])
    assert here
    assert {(each.ad, each.day) for each in here} == {
        (int(order[each.ad]), each.day) for each in there
    }


@pytest.mark.prove
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("size", SIZES)
def test_many_accounts_keep_to_the_promised_rates(size: str) -> None:
    seeds = range(5_000, 5_030)
    assert sum(false_alarms(size, seeds, ledger=True).values()) <= 1
    broken = delays(size, Incident.STOPPED, seeds, ledger=True)
    assert np.mean(np.array(broken) < (7 if size == "small" else 2)) >= (
        0.4 if size == "small" else 0.9
    )

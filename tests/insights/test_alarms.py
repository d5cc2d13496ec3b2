"""Alarms on days: what they find, what they leave alone."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from app.insights.alarm_findings import of_alarm
from app.insights.alarms import alarms
from app.insights.finding import Entity, Kind
from app.insights.incidents import Alarm
from app.insights.maturity import FloatArray, Maturity, corrected, learn
from app.insights.thresholds import Thresholds
from app.insights.words import Manner, say

DAYS = 120
Arrays = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


def steady(platforms: int = 3, days: int = DAYS) -> Arrays:
    """Spend, impressions, clicks and conversions with a weekday pattern and no noise."""
    week = np.tile(1 + 0.2 * np.sin(np.arange(days) * 2 * np.pi / 7), (platforms, 1))
    return 1000 * week, 100_000 * week, 1000 * week, 40 * week


def test_a_steady_account_raises_nothing() -> None:
    assert alarms(*steady()) == []


def test_a_platform_that_stops_spending_is_told_the_same_day() -> None:
    arrays = steady()
    for each in arrays:
        each[1, -1] = 0
    (found,) = alarms(*arrays)
    assert (found.rule, found.platform, found.day) == ("zero_rows", 1, DAYS - 1)


def test_conversions_that_stop_while_clicks_go_on_are_told_the_same_day() -> None:
    arrays = steady()
    arrays[3][2, -1] = 0
    (found,) = alarms(*arrays)
    assert (found.rule, found.platform, found.start) == ("tracking_break", 2, DAYS - 1)


def test_small_platforms_are_pooled_to_tell_a_break() -> None:
    spend, impressions, clicks, conversions = steady()
    conversions *= 1.7 / 40
    conversions[:, -4:] = 0
    found = alarms(spend, impressions, clicks, conversions)
    assert [(each.rule, each.platform) for each in found] == [("tracking_break", None)]


def test_a_dearer_click_is_one_incident_with_its_size_and_start() -> None:
    spend, impressions, clicks, conversions = steady()
    clicks[0, -14:] /= 1.3
    (found,) = alarms(spend, impressions, clicks, conversions)
    assert (found.rule, found.platform, found.start) == ("persistent_shift", 0, DAYS - 14)
    assert found.ratio in (pytest.approx(1.3, rel=0.05), pytest.approx(1 / 1.3, rel=0.05))


@pytest.mark.parametrize(("dearer", "told"), [(1.12, False), (1.2, True), (1.3, True)])
def test_a_level_that_shifts_by_less_than_15_percent_is_no_alarm(dearer: float, told: bool) -> None:
    spend, *others = steady()
    spend[0, -20:] *= dearer
    assert bool(alarms(spend, *others)) is told


def test_a_dearer_click_is_told_before_as_large_a_shift_of_anything_else() -> None:
    spend, impressions, clicks, conversions = steady()
    spend[0, -14:] *= 1.2
    impressions[1, -14:] *= 1.2
    noise = np.exp(np.random.default_rng(5).normal(0, 0.06, DAYS))
    found = alarms(spend * noise, impressions * noise, clicks, conversions)
    days = {each.metric: each.day for each in found}
    assert set(days) == {"cpc", "ctr"}
    assert days["cpc"] < days["ctr"]


def test_a_workspace_decides_what_a_shift_is() -> None:
    spend, *others = steady()
    spend[0, -20:] *= 1.2
    for stricter in (Thresholds(least_shift=0.25), Thresholds(cusum_decision_cpc=900)):
        assert alarms(spend, *others, thresholds=stricter) == []


def test_a_platform_that_stops_is_told_even_while_a_shift_is_open() -> None:
    arrays = steady()
    arrays[2][0, -10:] /= 1.3
    for each in arrays:
        each[0, -1] = 0
    assert [each.rule for each in alarms(*arrays)] == ["persistent_shift", "zero_rows"]


def test_a_cheaper_click_is_a_win() -> None:
    spend, impressions, clicks, conversions = steady()
    spend[0, -14:] /= 1.3
    (found,) = alarms(spend, impressions, clicks, conversions)
    finding = of_alarm(found, [_entity()] * 3, _entity(), dt.date(2026, 1, 1), "USD")
    assert finding.kind is Kind.WIN
    assert "down 23%" in say(finding, Manner("USD")).title


def test_a_day_of_twice_the_spend_is_told() -> None:
    arrays = steady()
    for each in arrays:
        each[0, -1] *= 3
    assert [each.rule for each in alarms(*arrays)] == ["spend_spike"]


def test_currency_makes_no_difference() -> None:
    spend, *others = steady()
    others[1][0, -14:] /= 1.3
    plain, scaled = alarms(spend, *others), alarms(spend * 137, *others)
    assert [(each.rule, each.day, each.platform) for each in plain] == [
        (each.rule, each.day, each.platform) for each in scaled
    ]


def test_the_order_of_platforms_makes_no_difference() -> None:
    arrays = steady()
    arrays[3][2, -1] = 0
    turned = alarms(*(each[::-1] for each in arrays))
    assert [(each.rule, each.platform) for each in turned] == [("tracking_break", 0)]


@pytest.mark.parametrize("days", [1, 7, 28, 36])
@pytest.mark.parametrize("amount", [0.0, np.nan])
def test_short_empty_and_unread_series_raise_nothing(days: int, amount: float) -> None:
    assert alarms(*(np.full((2, days), amount) for _ in range(4))) == []


@pytest.mark.parametrize("before", [0.0, np.nan])
def test_a_new_platform_raises_nothing(before: float) -> None:
    arrays = steady()
    for each in arrays:
        each[1, :-20] = before
    assert alarms(*arrays) == []


def test_weekends_off_raise_nothing() -> None:
    arrays = steady()
    off = np.arange(DAYS) % 7 >= 5
    for each in arrays:
        each[:, off] = 0
    assert alarms(*arrays) == []


def test_late_conversions_are_no_break_once_their_pace_is_known() -> None:
    share = np.interp(np.arange(29), [0, 1, 3, 28], [0.2, 0.6, 0.9, 1.0])
    spend, impressions, clicks, conversions = steady()
    arrived = conversions * share[np.minimum(np.arange(DAYS)[::-1], 28)]
    assert alarms(spend, impressions, clicks, arrived) != []
    maturity = [Maturity(share, np.zeros(29))] * 3
    assert alarms(spend, impressions, clicks, arrived, maturity=maturity) == []


def test_negative_amounts_are_refused() -> None:
    spend, *others = steady()
    spend[0, 0] = -1
    with pytest.raises(ValueError, match="below 0"):
        alarms(spend, *others)


def test_the_pace_of_late_conversions_is_learnt() -> None:
    share = np.interp(np.arange(29), [0, 1, 3, 28], [0.7, 0.85, 0.95, 1.0])
    final = 30 + 5 * np.sin(np.arange(56.0))
    maturity = learn(final[:, None] * share)
    assert maturity is not None
    assert maturity.share == pytest.approx(share)
    ages = np.array([2, 1, 0])
    assert corrected(30 * share[ages], maturity, ages) == pytest.approx([30, 30, 30])


def test_nothing_is_learnt_from_too_few_days_or_none_read_young() -> None:
    seen = np.full((56, 29), 30.0)
    assert learn(seen[:10]) is None
    seen[:, :5] = np.nan
    assert learn(seen) is None


def test_every_rule_has_words() -> None:
    for rule, metric in (
        ("zero_rows", "spend"),
        ("tracking_break", "conversions"),
        ("persistent_shift", "ctr"),
        ("spend_spike", "spend"),
    ):
        alarm = Alarm(rule, 0, metric, 3, 5, 100.0, 50.0, 10.0, 0.1)
        finding = of_alarm(alarm, [_entity()], _entity(), dt.date(2026, 1, 1), "EUR")
        assert "Meta" in say(finding, Manner("EUR")).title


def _entity() -> Entity:
    return Entity("platform", "meta", "Meta", "meta")

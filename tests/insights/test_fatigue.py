"""Ads that wear out, and audiences that are used up."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from app.insights.alarm_findings import MOST_NAMED, Audience, TiredAd, of_tired, of_wider
from app.insights.audience import Wider, saturated, wider
from app.insights.fatigue import against_beginnings, click_rates, tired_ads
from app.insights.finding import Entity
from app.insights.languages import manner_in
from app.insights.maturity import FloatArray
from app.insights.words import Manner, say


def ads(count: int = 6, days: int = 60) -> tuple[FloatArray, FloatArray]:
    """Clicks and impressions of ads that do not change."""
    return np.full((count, days), 60.0), np.full((count, days), 5000.0)


def test_an_ad_that_wears_out_is_named_with_its_drop() -> None:
    clicks, impressions = ads()
    clicks[2, 30:] *= 0.5
    (found,) = tired_ads(clicks, impressions)
    assert (found.ad, found.running, found.still) == (2, 60, True)
    assert found.ratio == pytest.approx(0.5, abs=0.01)
    assert 30 < found.day <= 39


def test_a_season_that_all_ads_share_is_no_fatigue() -> None:
    clicks, impressions = ads()
    clicks[:, 30:] *= 0.5
    assert tired_ads(clicks, impressions) == []


def test_the_order_of_ads_makes_no_difference() -> None:
    clicks, impressions = ads()
    clicks[2, 30:] *= 0.5
    (turned,) = tired_ads(clicks[::-1], impressions[::-1])
    assert turned.ad == 3


@pytest.mark.parametrize(("count", "days"), [(1, 60), (2, 60), (6, 1), (6, 20), (0, 5)])
def test_too_few_ads_or_days_say_nothing(count: int, days: int) -> None:
    clicks, impressions = ads(count, days)
    clicks[:1, days // 2 :] *= 0.2
    assert tired_ads(clicks, impressions) == []


@pytest.mark.parametrize("amount", [0.0, np.nan])
def test_ads_without_figures_say_nothing(amount: float) -> None:
    assert tired_ads(np.full((4, 60), amount), np.full((4, 60), amount)) == []


def test_few_base_clicks_can_be_left_out() -> None:
    clicks, impressions = ads()
    clicks[2, 30:] *= 0.3
    assert tired_ads(clicks, impressions, least_base_clicks=1000) == []


def test_a_used_up_audience_needs_frequency_and_a_last_year_without_the_dip() -> None:
    fallen = np.array([[0.8, 0.8], [0.75, 0.7], [0.82, 0.84], [np.nan, 0.5]])
    assert saturated(fallen, (2.0, 3.0), 1.0)
    assert not saturated(fallen, (2.0, 2.1), 1.0)
    assert not saturated(fallen, (2.0, 3.0), 0.8)
    assert not saturated(fallen, (2.0, 3.0), None)
    assert not saturated(fallen[1:], (2.0, 3.0), 1.0)


def test_an_audience_is_not_used_up_by_one_low_day() -> None:
    fallen = np.array([[0.8, 0.99], [0.75, 0.98], [0.82, 0.97]])
    assert not saturated(fallen, (2.0, 3.0), 1.0)


def test_no_days_are_no_used_up_audience() -> None:
    assert not saturated(np.ones((5, 0)), (2.0, 3.0), 1.0)


def test_widening_pays_only_above_break_even() -> None:
    comparable = [(1000.0, 2.0), (4000.0, 3.0)]
    found = wider(is_saturated=True, roas=3, break_even=2, comparable=comparable)
    assert found == Wider(2, (1000, 4000), (2, 3))
    assert wider(is_saturated=True, roas=2, break_even=2, comparable=comparable) is None
    assert wider(is_saturated=False, roas=3, break_even=2, comparable=comparable) is None


def test_too_few_to_compare_with_promise_no_range() -> None:
    few = wider(is_saturated=True, roas=3, break_even=2, comparable=[(1000.0, 2.0)])
    assert few == Wider(1, None, None)


def test_an_ads_clicks_stand_against_those_of_its_beginning() -> None:
    clicks, impressions = ads()
    clicks[2, 30:] *= 0.5
    ratios = against_beginnings(clicks, impressions)
    assert ratios[2, -1] == pytest.approx(0.5, abs=0.05)
    assert ratios[1, -1] == pytest.approx(1.0, abs=0.05)
    assert np.isnan(ratios[:, :17]).all()
    assert np.isnan(against_beginnings(clicks / 1000, impressions)).all()


def tired(spend: float, name: str, key: str = "7") -> TiredAd:
    clicks, impressions = ads()
    clicks[2, 30:] *= 0.5
    (found,) = tired_ads(clicks, impressions)
    first, latest = click_rates(clicks, impressions)[2]
    return TiredAd(Entity("ad", key, name, "meta"), found, (first, latest), spend, 8)


SALE = Entity("campaign", "3", "Spring sale", "meta")
LAST = dt.date(2026, 1, 7)


def test_rates_are_of_an_ads_beginning_and_of_its_last_week() -> None:
    clicks, impressions = ads(days=40)
    clicks[0, :3], clicks[0, 17:33], clicks[0, 33:] = 900, 700, 25
    impressions[1] = 0
    rates = click_rates(clicks, impressions)
    assert rates[0] == pytest.approx([60 / 5000, 25 / 5000])
    assert np.isnan(rates[1]).all()


def test_one_tired_ad_is_told_by_name_with_both_its_rates() -> None:
    finding = of_tired([tired(700, "Summer video")], SALE, LAST, "USD", frequency=4.2)
    said = say(finding, Manner("USD"))
    assert said.title == "Summer video of Spring sale is wearing out"
    assert "1.20% at first and is 0.60% now (Jan 1–7): 50% less" in said.saw
    assert "People saw the campaign's ads 4.2 times" in said.saw


@pytest.mark.parametrize(
    ("language", "title", "both"),
    [
        ("en", "Four ads of Spring sale are tired", "1.20% at first and is 0.60% now"),
        ("de", "Spring sale: vier Anzeigen nutzen sich ab", "1,20\u00a0%, jetzt 0,60\u00a0%"),
    ],
)
def test_the_tired_ads_of_a_campaign_are_one_finding_the_dearest_first(
    language: str, title: str, both: str
) -> None:
    several = [tired(each * 100, f"Video {each}", str(each)) for each in (1, 4, 2, 3)]
    finding = of_tired(several, SALE, LAST, "USD")
    assert [each.name for each in finding.entities] == [
        "Spring sale", "Video 4", "Video 3", "Video 2", "Video 1",
    ]  # fmt: skip
    assert finding.key == "creative_refresh|:campaign:3"
    assert finding.at_stake == 1000
    assert finding.numbers["spend_1"].value == 400
    assert finding.numbers["cost"].value == pytest.approx(1000 / 32)
    said = say(finding, manner_in(language, "USD"))
    assert said.title == title
    assert "Video 4" in said.saw
    assert both in said.saw


def test_of_very_many_tired_ads_the_dearest_are_named_and_all_are_counted() -> None:
    many = [tired(each, f"Video {each}", str(each)) for each in range(1, 61)]
    finding = of_tired(many, SALE, LAST, "USD")
    assert finding.numbers["ads"].value == 60
    assert len(finding.entities) == 1 + MOST_NAMED
    assert finding.entities[1].name == "Video 60"
    assert finding.at_stake == sum(range(1, 61))
    assert say(finding, Manner("USD")).title == "60 ads of Spring sale are tired"


def test_an_expansion_says_what_wider_campaigns_had_or_that_there_are_too_few() -> None:
    campaign = Entity("campaign", "7", "Summer", "meta")
    days = (dt.date(2026, 1, 1), dt.date(2026, 1, 28))
    seen = Audience((1.4, 2.1), -0.24, 700.0, 3.1, 2.5, 900.0)
    two = of_wider(Wider(2, (1000, 4000), (2, 3)), campaign, days, "USD", seen)
    said = say(two, Manner("USD"))
    assert "2.1 times in the week up to Jan 28, 1.4 times four weeks before" in said.saw
    assert "at least 24% less" in said.saw
    assert "1,000 to 4,000 people in these days at 2.0x to 3.0x ROAS" in said.how_sure
    assert "This one reached 900." in said.how_sure
    none = of_wider(Wider(1, None, None), campaign, days, "USD", seen)
    assert "fewer than two" in say(none, Manner("USD")).how_sure
    assert none.missing == ("comparable",)

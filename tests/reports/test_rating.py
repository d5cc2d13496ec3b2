"""The word for how it went follows from the rule that stands beside it, and from nothing else."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.metrics.figures import Figures, RevenueSource
from app.reports.languages import sentences_in
from app.reports.rating import Standing, rate

TOLD = sentences_in("en", "USD")


def sold(revenue: str, *, spend: str = "1000", conversions: str = "900") -> Figures:
    return Figures(Decimal(spend), Decimal(revenue), None, Decimal(conversions))


def standing(revenue: str, before: str | None = None, target: str | None = "4") -> Standing:
    """A month with 900 conversions, so that chance explains a change of less than a tenth."""
    return Standing(
        sold(revenue),
        None if before is None else sold(before),
        RevenueSource.REPORTED,
        None if target is None else Decimal(target),
        Decimal(0),
    )


@pytest.mark.parametrize(
    ("revenue", "word", "tone"),
    [
        ("4800", "Excellent", "good"),
        ("4799.99", "Good", "good"),
        ("4000", "Good", "good"),
        ("3999.99", "Fair", "calm"),
        ("3200", "Fair", "calm"),
        ("3199.99", "Poor", "bad"),
        ("0", "Poor", "bad"),
    ],
)
def test_the_share_of_the_target_that_was_reached_is_the_rating(
    revenue: str, word: str, tone: str
) -> None:
    found = rate(standing(revenue), TOLD)
    assert (found.word, found.tone) == (word, tone)
    assert "the target of 4x" in found.reasons[0]
    assert found.rule == TOLD.labels.rating_rule


@pytest.mark.parametrize(
    ("before", "word"),
    [
        # Down by a tenth and more than chance explains: a step lower.
        ("6000", "Good"),
        # Down by 9 %, which is steady.
        ("5270", "Excellent"),
        # Up by half is no step higher than the target gives.
        ("3200", "Excellent"),
        (None, "Excellent"),
    ],
)
def test_a_fall_beyond_chance_costs_one_step_and_a_rise_gives_none(
    before: str | None, word: str
) -> None:
    found = rate(standing("4800", before), TOLD)
    assert found.word == word
    assert len(found.reasons) == (1 if before is None else 2)


def test_the_lowest_step_has_none_below_it() -> None:
    assert rate(standing("1000", "3000"), TOLD).word == "Poor"


def test_a_fall_that_chance_explains_costs_nothing() -> None:
    few = replace(
        standing("4800", "6000"),
        now=sold("4800", conversions="31"),
        before=sold("6000", conversions="31"),
    )
    found = rate(few, TOLD)
    assert found.word == "Excellent"
    assert found.reasons[1].endswith("within what chance or 10% explains.")


@pytest.mark.parametrize(
    ("before", "word", "tone"),
    [
        ("3000", "Good", "good"),
        ("6000", "Poor", "bad"),
        ("4100", "Fair", "calm"),
        (None, "Too early to say", "calm"),
        ("0", "Too early to say", "calm"),
    ],
)
def test_without_a_target_the_change_alone_is_judged(
    before: str | None, word: str, tone: str
) -> None:
    found = rate(standing("4000", before, target=None), TOLD)
    assert (found.word, found.tone) == (word, tone)


def test_thirty_conversions_are_enough_and_one_fewer_are_too_early() -> None:
    for count, word in (("30", "Excellent"), ("29", "Too early to say")):
        few = replace(standing("4800"), now=sold("4800", conversions=count))
        assert rate(few, TOLD).word == word


def test_orders_count_where_the_shops_revenue_is_judged() -> None:
    shop = Figures(Decimal(1000), Decimal(0), Decimal(4800), Decimal(900), orders=29)
    few = replace(standing("4800"), now=shop, source=RevenueSource.STORE)
    assert rate(few, TOLD).word == "Too early to say"
    enough = replace(few, now=replace(shop, orders=30))
    assert rate(enough, TOLD).word == "Excellent"


def test_more_than_half_of_the_spend_on_young_days_is_too_early() -> None:
    for share, word in (("0.5", "Excellent"), ("0.51", "Too early to say")):
        assert rate(replace(standing("4800"), unsettled=Decimal(share)), TOLD).word == word
    both = replace(standing("4800"), now=sold("4800", conversions="3"), unsettled=Decimal("0.9"))
    assert len(rate(both, TOLD).reasons) == 2


@pytest.mark.parametrize("now", [sold("10", spend="0"), Figures(Decimal(10))])
def test_without_spend_or_revenue_there_is_no_rating(now: Figures) -> None:
    for source in RevenueSource:
        if now.roas(source) is None:
            found = rate(replace(standing("1"), now=now, source=source), TOLD)
            assert found.word == "No rating"
            assert found.reasons == ["Nothing was spent, or no revenue is known."]


def test_a_german_rating_is_the_same_in_german() -> None:
    german = sentences_in("de", "EUR")
    for revenue in ("4800", "4000", "3200", "1000"):
        one, other = rate(standing(revenue), TOLD), rate(standing(revenue), german)
        assert one.tone == other.tone
        assert german.labels.ratings != TOLD.labels.ratings
        assert other.word in german.labels.ratings.values()

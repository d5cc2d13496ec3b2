"""Ratios are made of sums, and shop and platforms are never added."""

from __future__ import annotations

from decimal import Decimal

from app.metrics.figures import (
    Figures,
    RevenueSource,
    change,
    revenue_source,
    total,
)


def test_ratios_divide_sums_not_daily_rates() -> None:
    cheap = Figures(spend=Decimal(10), clicks=100, impressions=1000, conversions=Decimal(10))
    dear = Figures(spend=Decimal(90), clicks=10, impressions=9000, conversions=Decimal(2))
    both = total([cheap, dear])

    assert both.ctr == Decimal(110) / Decimal(10_000)
    assert both.cpc == Decimal(100) / Decimal(110)
    assert both.cpm == Decimal(10)
    assert both.cpa == Decimal(100) / Decimal(12)
    assert both.cvr == Decimal(12) / Decimal(110)


def test_a_ratio_over_nothing_is_unknown_not_zero() -> None:
    nothing = Figures()

    assert nothing.ctr is nothing.cpc is nothing.cpm is nothing.cpa is nothing.cvr is None
    assert nothing.roas(RevenueSource.REPORTED) is None


def test_store_and_reported_revenue_are_never_added() -> None:
    both = total(
        [
            Figures(spend=Decimal(100), reported_revenue=Decimal(450)),
            Figures(store_revenue=Decimal(300), orders=5),
        ]
    )

    assert both.revenue(RevenueSource.STORE) == Decimal(300)
    assert both.revenue(RevenueSource.REPORTED) == Decimal(450)
    assert both.roas(RevenueSource.STORE) == Decimal(3)
    assert both.roas(RevenueSource.REPORTED) == Decimal("4.5")


def test_without_a_shop_there_is_no_store_revenue() -> None:
    assert total([Figures(spend=Decimal(1))]).revenue(RevenueSource.STORE) is None


def test_auto_shows_the_store_as_soon_as_it_is_held() -> None:
    assert revenue_source("auto", Figures()) is RevenueSource.REPORTED
    assert revenue_source("auto", Figures(store_revenue=Decimal(0))) is RevenueSource.STORE
    assert revenue_source("reported", Figures(store_revenue=Decimal(1))) is RevenueSource.REPORTED


def test_a_change_from_nothing_is_unknown() -> None:
    assert change(Decimal(5), Decimal(0)) is None
    assert change(Decimal(5), None) is None
    assert change(None, Decimal(5)) is None


def test_a_change_is_a_share_of_what_was_before() -> None:
    assert change(Decimal(124), Decimal(100)) == Decimal("0.24")
    assert change(Decimal(-50), Decimal(-100)) == Decimal("0.5")

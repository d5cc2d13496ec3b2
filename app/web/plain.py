"""Figures as scripts and spreadsheets want them: exact decimals, no symbols, no grouping.

Everything that may have a fraction is a decimal; clicks, impressions and orders are whole.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

import msgspec
from babel.numbers import get_currency_precision

from app.metrics.figures import Figures, RevenueSource, change
from app.web.apidoc import Answer

FINEST = Decimal("0.000001")

Amount = Annotated[Decimal, msgspec.Meta(description="In the workspace's currency.")]


class FiguresOut(Answer):
    """Figures and their ratios; a ratio is null when its denominator is 0.

    `store_revenue` is 0 while no shop's figures are held, and null where a shop's orders
    cannot be told apart (per campaign). `revenue` is the one of the two that
    `revenue_source` names; the two are never added.
    """

    spend: Amount
    revenue: Amount | None
    store_revenue: Amount | None
    reported_revenue: Amount
    roas: Decimal | None
    conversions: Decimal
    clicks: int
    impressions: int
    orders: int | None
    ctr: Annotated[Decimal, msgspec.Meta(description="A share of one.")] | None
    cpc: Amount | None
    cpm: Amount | None
    cpa: Amount | None
    cvr: Annotated[Decimal, msgspec.Meta(description="A share of one.")] | None


class ChangeOut(Answer):
    """Each figure's relative change as a share of one; null when there was nothing before."""

    spend: Decimal | None
    revenue: Decimal | None
    store_revenue: Decimal | None
    reported_revenue: Decimal | None
    roas: Decimal | None
    conversions: Decimal | None
    clicks: Decimal | None
    impressions: Decimal | None
    ctr: Decimal | None
    cpc: Decimal | None
    cpm: Decimal | None
    cpa: Decimal | None
    cvr: Decimal | None


def flat(figures: Figures, source: RevenueSource, currency: str) -> dict[str, Any]:
    """The fields of FiguresOut."""
    least = get_currency_precision(currency)
    return {
        "spend": plain(figures.spend, least),
        "revenue": plain(figures.revenue(source), least),
        "store_revenue": plain(figures.store_revenue or Decimal(0), least),
        "reported_revenue": plain(figures.reported_revenue, least),
        "roas": plain(figures.roas(source), 2),
        "conversions": plain(figures.conversions),
        "clicks": figures.clicks,
        "impressions": figures.impressions,
        "orders": figures.orders,
        "ctr": plain(figures.ctr),
        "cpc": plain(figures.cpc, least),
        "cpm": plain(figures.cpm, least),
        "cpa": plain(figures.cpa, least),
        "cvr": plain(figures.cvr),
    }


def changes(now: Figures, before: Figures, source: RevenueSource) -> dict[str, Decimal | None]:
    """The fields of ChangeOut."""
    pairs: dict[str, tuple[Decimal | int | None, Decimal | int | None]] = {
        name: (getattr(now, name), getattr(before, name))
        for name in ChangeOut.__struct_fields__
        if name not in ("revenue", "roas")
    }
    pairs["revenue"] = (now.revenue(source), before.revenue(source))
    pairs["roas"] = (now.roas(source), before.roas(source))
    return {name: plain(change(*pair)) for name, pair in pairs.items()}


def plain(value: Decimal | None, least: int = 0) -> Decimal | None:
    """At most six decimals and at least `least`, never in scientific notation."""
    if value is None:
        return None
    whole, _, fraction = f"{value.quantize(FINEST, ROUND_HALF_UP):f}".partition(".")
    fraction = fraction.rstrip("0").ljust(least, "0")
    return Decimal(f"{whole}.{fraction}" if fraction else whole)

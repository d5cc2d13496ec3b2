"""Platforms that together claim more than the shop sold: some sales are counted twice or more."""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt

from app.insights.finding import Finding, Kind, Number, Unit
from app.insights.making import observed
from app.insights.measures import ORDER_VALUES
from app.insights.noise import one_sided
from app.insights.period import PeriodFigures, StoreSales
from app.insights.thresholds import Thresholds

_FEWEST_DAYS, _FEWEST_CLAIMS = 7, 30
# Day for day, a claim and its order differ in date: more than Poisson noise on both.
_DATES = 2.0


def over_claiming(figures: PeriodFigures, thresholds: Thresholds) -> list[Finding]:
    """At stake is the spend that the sales claimed beyond those made would stand for."""
    store = figures.store
    if store is None or store.days < _FEWEST_DAYS or store.revenue <= 0:
        return []
    claimed = sum(value for _, _, value in store.claims)
    count = sum(conversions for _, conversions, _ in store.claims)
    ratio = claimed / store.revenue
    if count < _FEWEST_CLAIMS or ratio < thresholds.over_claimed:
        return []
    orders = store.orders or count / ratio
    variance = _DATES * ORDER_VALUES * (1 / count + 1 / max(orders, 1.0))
    if log(ratio) / sqrt(variance) < one_sided(thresholds.noise_rate, 1):
        return []
    spend = figures.workspace.now.spend
    at_stake = spend * (1 - 1 / ratio)
    if at_stake < thresholds.money_at_stake * spend or not spend:
        return []
    numbers = _numbers(store, claimed, count, spend)
    found = observed(
        "over_claiming", Kind.CONCERN, figures, (figures.workspace.entity,), numbers, at_stake
    )
    most = sorted(store.claims, key=lambda each: (-each[2], each[0].key))
    named = tuple(replace(entity, role="carries") for entity, _, _ in most[:3])
    return [replace(found, entities=(*found.entities, *named))]


def _numbers(store: StoreSales, claimed: float, count: float, spend: float) -> dict[str, Number]:
    numbers = {
        "ratio": Number(claimed / store.revenue, Unit.SHARE),
        "claimed": Number(claimed, Unit.MONEY),
        "sold": Number(store.revenue, Unit.MONEY),
        "claimed_orders": Number(count, Unit.COUNT),
        "days": Number(store.days, Unit.DAYS),
        "spend": Number(spend, Unit.MONEY),
        "blended": Number(store.revenue / spend, Unit.MULTIPLE),
        "reported": Number(claimed / spend, Unit.MULTIPLE),
    }
    if store.orders is not None:
        numbers["orders"] = Number(store.orders, Unit.COUNT)
    return numbers

"""The figures of anything - a day, a platform, a campaign - and every ratio made of them.

Sums are kept, ratios are computed from sums. Amounts are in the workspace's currency. What a
shop sold and what ad platforms claim are two views of the same sales and are never added.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import reduce
from operator import add
from typing import Literal, TypeVar

Amount = TypeVar("Amount", Decimal, int)

ZERO = Decimal(0)
THOUSAND = 1000
_PER_CENT = Decimal("0.01")

Better = Literal["more", "less", "neither"]
"""Whether more or less of a figure is good news."""
Verdict = Literal["better", "worse", "neutral"]


class RevenueSource(StrEnum):
    """Whose word is taken for revenue: the shop's orders, or what ad platforms claim."""

    STORE = "store"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Figures:
    """`store_revenue` and `orders` are None where no shop's figures are held at all."""

    spend: Decimal = ZERO
    reported_revenue: Decimal = ZERO
    store_revenue: Decimal | None = None
    conversions: Decimal = ZERO
    clicks: int = 0
    impressions: int = 0
    orders: int | None = None

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.spend + other.spend,
            self.reported_revenue + other.reported_revenue,
            _either(self.store_revenue, other.store_revenue),
            self.conversions + other.conversions,
            self.clicks + other.clicks,
            self.impressions + other.impressions,
            _either(self.orders, other.orders),
        )

    def revenue(self, source: RevenueSource) -> Decimal | None:
        """By one source alone; None when a shop is asked for and there is none."""
        return self.store_revenue if source is RevenueSource.STORE else self.reported_revenue

    def roas(self, source: RevenueSource) -> Decimal | None:
        """Revenue per unit spent; blended over all spend when the shop is the source."""
        return ratio(self.revenue(source), self.spend)

    @property
    def ctr(self) -> Decimal | None:
        """Clicks per impression, as a share of one."""
        return ratio(self.clicks, self.impressions)

    @property
    def cpc(self) -> Decimal | None:
        """Cost of a click."""
        return ratio(self.spend, self.clicks)

    @property
    def cpm(self) -> Decimal | None:
        """Cost of a thousand impressions."""
        return ratio(self.spend * THOUSAND, self.impressions)

    @property
    def cpa(self) -> Decimal | None:
        """Cost of a conversion."""
        return ratio(self.spend, self.conversions)

    @property
    def cvr(self) -> Decimal | None:
        """Conversions per click, as a share of one."""
        return ratio(self.conversions, self.clicks)

    @property
    def anything(self) -> bool:
        """Whether anything at all happened."""
        return self != Figures()


NOTHING = Figures()


def total(parts: Iterable[Figures]) -> Figures:
    """The sum of figures; ratios follow from it."""
    return reduce(add, parts, NOTHING)


def ratio(numerator: Decimal | int | None, denominator: Decimal | int | None) -> Decimal | None:
    """A quotient of two sums, None when it has no meaning."""
    if numerator is None or not denominator:
        return None
    return Decimal(numerator) / Decimal(denominator)


def change(now: Decimal | int | None, before: Decimal | int | None) -> Decimal | None:
    """The relative change as a share of one; None when there is nothing to compare with."""
    if now is None or not before:
        return None
    return (Decimal(now) - Decimal(before)) / abs(Decimal(before))


def verdict(change: Decimal, better: Better) -> Verdict:
    """How good news a relative change is: none where it rounds to no per cent."""
    if better == "neither" or not change.quantize(_PER_CENT, ROUND_HALF_UP):
        return "neutral"
    return "better" if (change > 0) == (better == "more") else "worse"


def revenue_source(wish: str, shown: Figures) -> RevenueSource:
    """Which revenue to show for a wish of `auto`, `store` or `reported`.

    `auto` is the store as soon as a shop's figures are held on the days shown.
    """
    if wish == "auto":
        held = shown.store_revenue is not None
        return RevenueSource.STORE if held else RevenueSource.REPORTED
    return RevenueSource(wish)


def _either(one: Amount | None, other: Amount | None) -> Amount | None:
    if one is None or other is None:
        return other if one is None else one
    return one + other

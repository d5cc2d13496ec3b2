"""The rates, costs and volumes that are compared, and what a change of one is worth in money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log

from app.insights.finding import Unit
from app.insights.period import Sums

# 1 + the squared coefficient of variation of order values, 0.8 as in the worlds measured.
ORDER_VALUES = 1.64


@dataclass(frozen=True, slots=True)
class Measure:
    """`over` is divided by `under`; empty for a volume, whose `under` are days.

    `count` is the sum whose Poisson noise bounds the measure's from below, times `noise`.
    `better` is 1 where more is better, -1 where less is, 0 where neither.
    """

    name: str
    over: str
    under: str
    count: str
    unit: Unit
    better: int
    least_count: float
    scale: float = 1.0
    noise: float = 1.0

    def of(self, sums: Sums) -> float | None:
        """Its value; None where it would divide by nothing."""
        if not self.under:
            return float(getattr(sums, self.over))
        below: float = getattr(sums, self.under)
        return self.scale * float(getattr(sums, self.over)) / below if below else None

    def floor(self, sums: Sums) -> float:
        """The least variance that the logarithm of its value can have."""
        count: float = getattr(sums, self.count)
        return self.noise / max(count, 0.5)

    def enough(self, sums: Sums) -> bool:
        """Whether there is enough of what is counted to speak of it."""
        return bool(getattr(sums, self.count) >= self.least_count)


_FEW, _SOME = 20, 100
CPM = Measure("cpm", "spend", "impressions", "impressions", Unit.MONEY, -1, 5000, scale=1000)
CTR = Measure("ctr", "clicks", "impressions", "clicks", Unit.SHARE, 1, _SOME)
CPC = Measure("cpc", "spend", "clicks", "clicks", Unit.MONEY, -1, _SOME)
CVR = Measure("cvr", "conversions", "clicks", "conversions", Unit.SHARE, 1, _FEW)
CPA = Measure("cpa", "spend", "conversions", "conversions", Unit.MONEY, -1, _FEW)
ROAS = Measure("roas", "value", "spend", "conversions", Unit.MULTIPLE, 1, _FEW, noise=ORDER_VALUES)
CONVERSIONS = Measure("conversions", "conversions", "", "conversions", Unit.COUNT, 1, _FEW)
REVENUE = Measure("revenue", "value", "", "conversions", Unit.MONEY, 1, _FEW, noise=ORDER_VALUES)
SPEND = Measure("spend", "spend", "", "clicks", Unit.MONEY, 0, _SOME)

# From the first cause to the last effect.
EFFICIENCY = (CPM, CTR, CPC, CVR, CPA, ROAS)
VOLUMES = (REVENUE, CONVERSIONS, SPEND)
MEASURES: Mapping[str, Measure] = {each.name: each for each in (*EFFICIENCY, *VOLUMES)}


def ln_change(measure: Measure, now: Sums, before: Sums) -> float | None:
    """ln(now / before) of the value; None where either is nothing."""
    pair = measure.of(now), measure.of(before)
    return log(pair[0] / pair[1]) if pair[0] and pair[1] else None


def gained(measure: Measure, now: Sums, before: Sums) -> float:
    """What a change is worth in spend, more than 0 where it is good; 0 where it has no price.

    A cost: what today's clicks, impressions or conversions cost less than they would have. A
    rate: what today's spend brought more, at the costs of before. Revenue: what as much would have
    cost before. Spend itself: the change, a loss where there is more of it.
    """
    return _WORTH[measure.name](now, before)


def _per(over: float, under: float) -> float:
    return over / under if under else 0.0


def _cost(under: str) -> Callable[[Sums, Sums], float]:
    def worth(now: Sums, before: Sums) -> float:
        count: float = getattr(now, under)
        return _per(before.spend, getattr(before, under)) * count - (now.spend if count else 0.0)

    return worth


def _ctr(now: Sums, before: Sums) -> float:
    more = now.clicks - _per(before.clicks, before.impressions) * now.impressions
    return more * _per(before.spend, before.clicks)


def _cvr(now: Sums, before: Sums) -> float:
    more = now.conversions - _per(before.conversions, before.clicks) * now.clicks
    return more * _per(before.spend, before.conversions)


def _roas(now: Sums, before: Sums) -> float:
    return now.value * _per(before.spend, before.value) - now.spend if before.value else 0.0


def _conversions(now: Sums, before: Sums) -> float:
    return (now.conversions - before.conversions) * _per(before.spend, before.conversions)


def _revenue(now: Sums, before: Sums) -> float:
    return (now.value - before.value) * _per(before.spend, before.value)


def _spend(now: Sums, before: Sums) -> float:
    return before.spend - now.spend


_WORTH: Mapping[str, Callable[[Sums, Sums], float]] = {
    "cpm": _cost("impressions"),
    "ctr": _ctr,
    "cpc": _cost("clicks"),
    "cvr": _cvr,
    "cpa": _cost("conversions"),
    "roas": _roas,
    "conversions": _conversions,
    "revenue": _revenue,
    "spend": _spend,
}

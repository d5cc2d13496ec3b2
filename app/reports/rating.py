"""How it went in a word, by a rule that is printed beside it."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from decimal import Decimal

from app.metrics.figures import Figures, RevenueSource
from app.reports.document import Rating

ENOUGH_CONVERSIONS = 30
# Platforms restate days for a month, but within a week nearly all conversions have come in. More
# of the spend than this on younger days: it is too early.
YOUNG = dt.timedelta(days=7)
MOSTLY_UNSETTLED = Decimal("0.5")
EXCELLENT, FAIR = Decimal("1.2"), Decimal("0.8")
STEADY = Decimal("0.1")
# Four in five changes by chance alone are smaller than this many standard errors.
_BEYOND_CHANCE = 1.28
# Order values vary by 0.8 of their mean.
_ORDER_VARIATION = 1 + 0.8**2
TONES = {
    "Excellent": "good",
    "Good": "good",
    "Fair": "calm",
    "Poor": "bad",
    "Too early to say": "calm",
}
_STEPS = ("Poor", "Fair", "Good", "Excellent")

RULE = (
    "With a target: Excellent from 120% of the target ROAS, Good from 100%, Fair from 80%, else "
    "Poor; one step lower when ROAS also fell by more than 10% and more than chance explains. "
    "Without one: Good when ROAS rose by more than 10% and more than chance explains, Poor when "
    "it fell so, else Fair. Too early to say with fewer than 30 conversions, with more than half "
    "of the spend on days less than a week old, or with neither a target nor a comparison."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a rating rests on. `unsettled` is the share of spend on young days that still change.

    `orders` are how many sales revenue is made of, `orders_before` those compared with.
    """

    now: Figures
    before: Figures | None
    source: RevenueSource
    target: Decimal | None
    unsettled: Decimal


def rate(standing: Standing) -> Rating:
    """The word and its reasons."""
    roas = standing.now.roas(standing.source)
    early = _too_early(standing, roas)
    if early or roas is None:
        return _rating("Too early to say", early)
    change, beyond = _change(standing, roas)
    if standing.target is None:
        if change is None:
            return _rating(
                "Too early to say", ["There is neither a target ROAS nor a period to compare with."]
            )
        word = "Fair" if not beyond else "Good" if change > 0 else "Poor"
        return _rating(word, _reasons(roas, None, change, beyond=beyond))
    step = _step(roas / standing.target)
    if beyond and change is not None and change < 0:
        step = max(step - 1, 0)
    return _rating(_STEPS[step], _reasons(roas, standing.target, change, beyond=beyond))


def _too_early(standing: Standing, roas: Decimal | None) -> list[str]:
    if roas is None:
        return ["Nothing was spent, or no revenue is known."]
    reasons = []
    if _sales(standing.now, standing.source) < ENOUGH_CONVERSIONS:
        reasons.append(f"Fewer than {ENOUGH_CONVERSIONS} conversions are in it.")
    if standing.unsettled > MOSTLY_UNSETTLED:
        reasons.append("More than half of the spend is on days less than a week old.")
    return reasons


def _step(of_target: Decimal) -> int:
    return sum(of_target >= bound for bound in (FAIR, Decimal(1), EXCELLENT))


def _change(standing: Standing, roas: Decimal) -> tuple[Decimal | None, bool]:
    """The relative change of ROAS, and whether it is more than 10 % and than chance."""
    before = standing.before.roas(standing.source) if standing.before else None
    if not before or standing.before is None:
        return None, False
    counts = [_sales(each, standing.source) for each in (standing.now, standing.before)]
    if min(counts) <= 0 or roas <= 0:
        return roas / before - 1, False
    chance = math.sqrt(_ORDER_VARIATION * sum(1 / float(each) for each in counts))
    logs = abs(math.log(float(roas / before)))
    change = roas / before - 1
    return change, abs(change) > STEADY and logs > _BEYOND_CHANCE * chance


def _sales(figures: Figures, source: RevenueSource) -> Decimal:
    if source is RevenueSource.STORE and figures.orders is not None:
        return Decimal(figures.orders)
    return figures.conversions


def _reasons(
    roas: Decimal, target: Decimal | None, change: Decimal | None, *, beyond: bool
) -> list[str]:
    reasons = []
    if target is not None:
        side = "at or above" if roas >= target else "below"
        reasons.append(f"ROAS of {roas:.2f}x is {side} the target of {target.normalize():f}x.")
    if change is not None:
        weight = "more than chance explains" if beyond else "within what chance or 10% explains"
        reasons.append(f"ROAS changed by {change:+.0%} against the days before, {weight}.")
    return reasons


def _rating(word: str, reasons: list[str]) -> Rating:
    return Rating(word=word, tone=TONES[word], reasons=reasons, rule=RULE)

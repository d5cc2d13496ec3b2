"""How it went in a word, by a rule that is printed beside it."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from decimal import Decimal

from app.metrics.figures import ZERO, Figures, RevenueSource
from app.reports.document import Rating
from app.reports.gathering import Gathered
from app.reports.languages.sentences import Sentences

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
    "excellent": "good",
    "good": "good",
    "fair": "calm",
    "poor": "bad",
    "early": "calm",
    "none": "calm",
}
_STEPS = ("poor", "fair", "good", "excellent")


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


def standing(gathered: Gathered) -> Standing:
    """What the rating of a report rests on."""
    found = gathered.found
    unsettled = gathered.fresh.unsettled(gathered.period)
    young = gathered.today - YOUNG
    late = sum(
        (
            each.figures.spend
            for each in found.daily()
            if each.figures and unsettled and each.day in unsettled and each.day >= young
        ),
        ZERO,
    )
    return Standing(
        found.shown,
        gathered.before,
        gathered.source,
        gathered.workspace.target_roas,
        late / found.shown.spend if found.shown.spend else ZERO,
    )


def rate(standing: Standing, told: Sentences) -> Rating:
    """The word and its reasons."""
    grade, reasons = _graded(standing, told)
    return Rating(
        word=told.labels.ratings[grade],
        tone=TONES[grade],
        reasons=reasons,
        rule=told.labels.rating_rule,
    )


def unrated(why: str, told: Sentences) -> Rating:
    """Of days whose figures are not known, or not all of them."""
    word = told.labels.ratings["none"]
    return Rating(word=word, tone=TONES["none"], reasons=[why], rule=told.labels.rating_rule)


def _graded(standing: Standing, told: Sentences) -> tuple[str, list[str]]:
    roas = standing.now.roas(standing.source)
    if roas is None:
        return "none", [told.no_revenue()]
    if early := _too_early(standing, told):
        return "early", early
    change, beyond = _change(standing, roas)
    moved = [] if change is None else [told.roas_changed(change, beyond=beyond)]
    if standing.target is None:
        if change is None:
            return "early", [told.no_yardstick()]
        return "fair" if not beyond else "good" if change > 0 else "poor", moved
    step = _step(roas / standing.target)
    if beyond and change is not None and change < 0:
        step = max(step - 1, 0)
    return _STEPS[step], [told.against_target(roas, standing.target), *moved]


def _too_early(standing: Standing, told: Sentences) -> list[str]:
    reasons = []
    if _sales(standing.now, standing.source) < ENOUGH_CONVERSIONS:
        reasons.append(told.few_conversions(ENOUGH_CONVERSIONS))
    if standing.unsettled > MOSTLY_UNSETTLED:
        reasons.append(told.mostly_young())
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

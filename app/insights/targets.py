"""ROAS and cost per conversion against what they are meant to be, and spend without any result.

Only settled days; money at stake is in spend: what was spent beyond, or short of, what the same
results would have cost at the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from app.insights.finding import Class, Finding, Kind, Number, Range, Unit
from app.insights.levels import best_explained, depth, related
from app.insights.making import settling
from app.insights.measures import CPA, ROAS, Measure
from app.insights.noise import Noise, middle, normal_z, one_sided, pooled
from app.insights.period import PeriodFigures, Thing
from app.insights.thresholds import Thresholds

# From the last period to the next a level drifts by this much (log), as measured.
_LEVEL_DRIFT = 0.10
_LEVEL = 0.8
_RESULTS = 20
# A ROAS this far under, or a cost this far over its target, is no matter of tuning.
FAR = 2.0


@dataclass(frozen=True, slots=True)
class Against:
    """A value against its target. `ahead` is money in spend, more than 0 where it is good."""

    thing: Thing
    measure: Measure
    target: float
    reference: str
    ahead: float
    low: float
    high: float
    z: float

    @property
    def value(self) -> float:
        """What is held against the target."""
        return self.measure.of(self.thing.now) or 0.0


def against_targets(figures: PeriodFigures, thresholds: Thresholds) -> list[Finding]:
    """ROAS and cost per conversion over and under target, each told once.

    A win is silent only on concerns about the same thing: what is inside it, or around it, may be
    under its target all the same.
    """
    spend = figures.workspace.now.spend
    if not spend:
        return []
    least = max(thresholds.money_at_stake * spend, thresholds.ignore_spend_below)
    things = [e for e in figures.things if e.for_results and e.now.spend >= least]
    held = [*_roas(figures, things), *_cpa(figures, things, thresholds)]
    bar = one_sided(thresholds.noise_rate, len(held))
    passed = [each for each in held if _passes(each, bar, thresholds, spend)]
    wins = _wins([each for each in passed if each.ahead > 0])
    praised = {each.thing.place for each in wins}
    concerns = _concerns([e for e in passed if e.ahead < 0 and e.thing.place not in praised])
    return [_finding(each, figures) for each in (*wins, *concerns)]


def _wins(good: Sequence[Against]) -> list[Against]:
    kept: list[Against] = []
    for measure in (ROAS, CPA):
        for each in best_explained([e for e in good if e.measure is measure], _carries):
            if not any(related(each.thing, other.thing) for other in kept):
                kept.append(each)
    return kept


def _concerns(bad: Sequence[Against]) -> list[Against]:
    """With what is far under its target inside what is kept, and so on inside of that."""
    kept: list[Against] = []
    for measure in (ROAS, CPA):
        family = [each for each in bad if each.measure is measure]
        while family := [e for e in family if all(_tells_more(e, other) for other in kept)]:
            kept += best_explained(family, _carries)
    return kept


def _tells_more(each: Against, kept: Against) -> bool:
    """Whether a concern is told beside a kept one: of something else, or far worse inside it."""
    if not related(each.thing, kept.thing):
        return True
    if depth(each.thing) <= depth(kept.thing):
        return False
    around = each.measure.of(kept.thing.now) or 0.0
    if each.measure is CPA:
        return each.value >= FAR * each.target and each.low > around
    return each.value * FAR <= each.target and each.high < around


def _passes(held: Against, bar: float, thresholds: Thresholds, spend: float) -> bool:
    if abs(held.ahead) < thresholds.money_at_stake * spend or abs(held.z) < bar:
        return False
    if held.measure is CPA and held.ahead < 0:
        enough = held.thing.now.conversions >= thresholds.concern_cpa_conversions
        return enough and held.value >= thresholds.concern_cpa_multiple * held.target
    if held.reference == "spend" and held.ahead > 0:
        return False
    return abs(held.value / held.target - 1) >= thresholds.least_change


def _roas(figures: PeriodFigures, things: Sequence[Thing]) -> list[Against]:
    """Against the target; without one against break-even, or else against the spend itself."""
    noise = pooled(ROAS, figures.campaigns or things)
    found = []
    for thing in things:
        target, reference = _roas_target(thing, figures)
        if thing.now.value and thing.now.conversions >= _RESULTS:
            ahead = thing.now.value / target - thing.now.spend
            found.append(_held(thing, ROAS, (target, reference), ahead, noise))
    return found


def _roas_target(thing: Thing, figures: PeriodFigures) -> tuple[float, str]:
    if target := thing.target_roas or figures.target_roas:
        return target, "target"
    if figures.break_even_roas:
        return figures.break_even_roas, "break_even"
    return 1.0, "spend"


def _cpa(figures: PeriodFigures, things: Sequence[Thing], thresholds: Thresholds) -> list[Against]:
    noise = pooled(CPA, figures.campaigns or things)
    found = []
    for thing in things:
        target = thing.target_cpa or figures.target_cpa
        if target and thing.now.conversions >= thresholds.concern_cpa_conversions:
            ahead = target * thing.now.conversions - thing.now.spend
            found.append(_held(thing, CPA, (target, "target"), ahead, noise))
    return found


def _held(
    thing: Thing, measure: Measure, against: tuple[float, str], ahead: float, noise: Noise
) -> Against:
    target, reference = against
    value = measure.of(thing.now) or 0.0
    spread = noise.spread(thing, alone=True)
    apart = log(value / target)
    wide = middle(_LEVEL) * sqrt(spread.variance + (_LEVEL_DRIFT**2 if measure is ROAS else 0.0))
    z = normal_z(apart / sqrt(spread.variance), spread.free)
    return Against(
        thing, measure, target, reference, ahead, value * exp(-wide), value * exp(wide), z
    )


def _carries(narrow: Against, wide: Against) -> float:
    return narrow.ahead / wide.ahead


def _finding(held: Against, figures: PeriodFigures) -> Finding:
    thing, measure = held.thing, held.measure
    numbers = {
        "now": Number(held.value, measure.unit),
        "target": Number(held.target, measure.unit),
        "off": Number(abs(held.value / held.target - 1), Unit.SHARE),
        "spend": Number(thing.now.spend, Unit.MONEY),
        "value": Number(thing.now.value, Unit.MONEY),
        "conversions": Number(thing.now.conversions, Unit.COUNT),
        "worth": Number(abs(held.ahead), Unit.MONEY),
        **settling(figures),
    }
    return Finding(
        rule=f"{measure.name}_target",
        kind=Kind.WIN if held.ahead > 0 else Kind.CONCERN,
        class_=Class.OBSERVED,
        entities=(thing.entity,),
        first=figures.first,
        last=figures.last,
        numbers=numbers,
        at_stake=abs(held.ahead),
        currency=figures.currency,
        range=Range(held.low, held.high, measure.unit, _LEVEL, per=""),
        missing=() if held.reference == "target" else ("target",),
        facts={"reference": held.reference},
    )

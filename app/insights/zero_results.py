"""Spend that brought no conversion at all, once that is no longer bad luck.

A campaign that converts at its target has no conversion after k targets' worth of spend with a
chance of e^-k: 5 % at three. Of many campaigns one in twenty would be there by luck alone, so the
bar rises until the campaigns above it without a result are more than luck would leave there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp

from app.insights.finding import Class, Finding, Kind, Number, Unit
from app.insights.making import carriers, settling
from app.insights.period import PeriodFigures, Thing
from app.insights.thresholds import Thresholds

# A smaller chance is only said to be below this.
_SMALLEST = 0.0001


@dataclass(frozen=True, slots=True)
class Tried:
    """A campaign and how many conversions its spend should have brought."""

    thing: Thing
    target: float
    expected: float

    @property
    def chance(self) -> float:
        """Of no conversion at all, if it converted at the target."""
        return exp(-self.expected)


def zero_results(figures: PeriodFigures, thresholds: Thresholds) -> list[Finding]:
    """Campaigns that spent `zero_result_multiple` targets and more for nothing."""
    tried = [each for each in _tried(figures) if each.expected >= thresholds.zero_result_multiple]
    tried.sort(key=lambda each: (-each.expected, each.thing.place))
    unlucky = [each for each in tried if not each.thing.now.conversions]
    # The lowest bar at which there are more without a result than luck leaves there.
    for bar in sorted({each.expected for each in unlucky}):
        chosen = [each for each in unlucky if each.expected >= bar]
        luck = sum(each.chance for each in tried if each.expected >= bar)
        if _at_least(len(chosen), luck) <= thresholds.noise_rate:
            return [*_told(chosen, figures, thresholds)]
    return []


def _told(
    chosen: Sequence[Tried], figures: PeriodFigures, thresholds: Thresholds
) -> Iterator[Finding]:
    """One for each campaign; but where a platform counts nothing at all, one for the platform."""
    silent = [each for each in figures.platforms if not each.now.conversions]
    for platform in silent:
        several = [each for each in chosen if each.thing.is_in(platform)]
        spend = sum(each.thing.now.spend for each in several)
        if several and _matters(spend, figures, thresholds):
            yield _uncounted(platform, several, figures)
    for each in chosen:
        if any(each.thing.is_in(platform) for platform in silent):
            continue
        if _matters(each.thing.now.spend, figures, thresholds):
            yield _finding(each, figures)


def own_cpa(figures: PeriodFigures) -> float | None:
    """What a conversion cost over all campaigns that had any."""
    with_results = [each.now for each in figures.campaigns if each.now.conversions]
    conversions = sum(each.conversions for each in with_results)
    return sum(each.spend for each in with_results) / conversions if conversions else None


def _tried(figures: PeriodFigures) -> list[Tried]:
    own = own_cpa(figures)
    found = []
    for thing in figures.campaigns:
        target = thing.target_cpa or figures.target_cpa or own
        if target and thing.for_results:
            found.append(Tried(thing, target, thing.now.spend / target))
    return found


def _matters(spend: float, figures: PeriodFigures, thresholds: Thresholds) -> bool:
    least = thresholds.money_at_stake * figures.workspace.now.spend
    return spend >= max(least, thresholds.ignore_spend_below)


def _at_least(count: int, expected: float) -> float:
    """The chance that `count` or more happen where `expected` do on average (Poisson)."""
    term, below = exp(-expected), 0.0
    for each in range(count):
        below += term
        term *= expected / (each + 1)
    return max(1 - below, 0.0)


def _uncounted(platform: Thing, several: Sequence[Tried], figures: PeriodFigures) -> Finding:
    """No conversion on a whole platform: more likely none is counted than that none happens."""
    numbers = {
        "spend": Number(platform.now.spend, Unit.MONEY),
        "clicks": Number(platform.now.clicks, Unit.COUNT),
        "conversions": Number(0, Unit.COUNT),
        "conversions_before": Number(platform.before.conversions, Unit.COUNT),
        "campaigns": Number(len(several), Unit.COUNT),
        **settling(figures),
    }
    return Finding(
        rule="nothing_counted",
        kind=Kind.CONCERN,
        class_=Class.OBSERVED,
        entities=(platform.entity, *carriers(several)),
        first=figures.first,
        last=figures.last,
        numbers=numbers,
        at_stake=platform.now.spend,
        currency=figures.currency,
    )


def _finding(tried: Tried, figures: PeriodFigures) -> Finding:
    thing = tried.thing
    given = thing.target_cpa or figures.target_cpa
    numbers = {
        "spend": Number(thing.now.spend, Unit.MONEY),
        "target": Number(tried.target, Unit.MONEY),
        "multiple": Number(tried.expected, Unit.MULTIPLE),
        "expected": Number(tried.expected, Unit.COUNT),
        "chance": Number(tried.chance, Unit.SHARE),
        "conversions": Number(0, Unit.COUNT),
        "clicks": Number(thing.now.clicks, Unit.COUNT),
        **settling(figures),
    }
    if tried.chance < _SMALLEST:
        numbers["chance_once_in"] = Number(1 / _SMALLEST, Unit.COUNT)
    return Finding(
        rule="zero_result",
        kind=Kind.CONCERN,
        class_=Class.OBSERVED,
        entities=(thing.entity,),
        first=figures.first,
        last=figures.last,
        numbers=numbers,
        at_stake=thing.now.spend,
        currency=figures.currency,
        certainty=1 - tried.chance,
        missing=() if given else ("target",),
        facts={"reference": "target" if given else "own"},
    )

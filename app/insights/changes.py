"""Changes in rates, costs and volumes against the days before: what moved, and what carries it.

Every platform, channel, placement and campaign with a fair share of the spend is tested in every
measure; the bar rises with the number of tests, so that noise finds anything no more often than
`noise_rate` says. What passes is then told once: by the measure that explains the others, and at
the level that explains it best.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import expm1, log

from app.insights.decomposition import adds_up, decompose, share_of
from app.insights.finding import Class, Entity, Finding, Kind, Number, Range, Unit
from app.insights.levels import best_explained, related
from app.insights.making import before_days, carriers, settling
from app.insights.measures import (
    CONVERSIONS,
    CPA,
    CPC,
    EFFICIENCY,
    REVENUE,
    ROAS,
    SPEND,
    VOLUMES,
    Measure,
    gained,
    ln_change,
)
from app.insights.noise import (
    Spread,
    critical,
    pooled,
    range_of,
    z_of_change,
    z_of_counts,
)
from app.insights.period import FIELDS, PeriodFigures, Sums, Thing
from app.insights.thresholds import Thresholds

RULES = {each: f"{each.name}_change" for each in (*EFFICIENCY, *VOLUMES)}
_NEXT = {"cpm": CPC, "ctr": CPC, "cpc": CPA, "cvr": CPA, "cpa": ROAS}
# A cause has to show in its effects, and is told for them where it is most of them.
_SHOWS, _IS_MOST, _EXPLAINS = 0.25, 0.75, 0.6
_FOLLOWED = 0.5


@dataclass(frozen=True, slots=True)
class Change:
    """A change that passed. `before` is the thing's sums brought to as many days as now."""

    thing: Thing
    measure: Measure
    before: Sums
    ln_ratio: float
    spread: Spread
    gained: float

    @property
    def good(self) -> bool:
        """Whether it is one for the better. More spend is what has to be justified."""
        return self.gained > 0

    @property
    def goodness(self) -> float:
        """The change of the logarithm, positive for the better."""
        return (self.measure.better or -1) * self.ln_ratio


def changes(figures: PeriodFigures, thresholds: Thresholds) -> list[Finding]:
    """The findings, in no order. None without days before."""
    spend = figures.workspace.now.spend
    if not figures.days_before or not spend:
        return []
    found = _passing(figures, thresholds, spend)
    by_thing: dict[tuple[str, str], dict[Measure, Change]] = {}
    for each in found:
        by_thing.setdefault(each.thing.place, {})[each.measure] = each
    told = [change for several in by_thing.values() for change in _told(several)]
    kept = [each for family in _families(told) for each in best_explained(family, _carries)]
    return [_finding(each, figures, thresholds) for each in kept if not _follows_from(each, kept)]


def scaled(sums: Sums, factor: float) -> Sums:
    """As much as it would have been in as many days."""
    return Sums(*(getattr(sums, each) * factor for each in FIELDS))


def _passing(figures: PeriodFigures, thresholds: Thresholds, spend: float) -> list[Change]:
    things = [each for each in figures.things if _large_enough(each, thresholds, spend)]
    tests = [(each, measure) for measure in RULES for each in things if _countable(each, measure)]
    bar = critical(thresholds.noise_rate, len(tests), thresholds.change_z)
    noises = {measure: pooled(measure, figures.campaigns or things) for measure in RULES}
    factor = figures.days / figures.days_before
    found = []
    for thing, measure in tests:
        before = scaled(thing.before, factor)
        spread = noises[measure].spread(thing)
        change, z = _measured(thing, measure, before, spread, factor)
        worth = gained(measure, thing.now, before)
        if (
            abs(z) >= bar
            and abs(expm1(change)) >= thresholds.least_change
            and abs(worth) >= thresholds.money_at_stake * spend
        ):
            found.append(Change(thing, measure, before, change, spread, worth))
    return found


def _large_enough(thing: Thing, thresholds: Thresholds, spend: float) -> bool:
    """By what is known before any comparison, so that choosing does not favour chance."""
    amount = max(thing.now.spend, thing.before.spend)
    return amount >= max(thresholds.money_at_stake * spend, thresholds.ignore_spend_below)


def _countable(thing: Thing, measure: Measure) -> bool:
    if measure is CONVERSIONS:
        return measure.enough(Sums(conversions=thing.now.conversions + thing.before.conversions))
    values = measure.of(thing.now), measure.of(thing.before)
    return all(values) and measure.enough(thing.now) and measure.enough(thing.before)


def _measured(
    thing: Thing, measure: Measure, before: Sums, spread: Spread, factor: float
) -> tuple[float, float]:
    """The logarithm of the change and its z; counts are compared as counts."""
    if measure is not CONVERSIONS:
        change = ln_change(measure, thing.now, before) or 0.0
        return change, z_of_change(change, spread)
    now, then = thing.now.conversions, thing.before.conversions
    floor = measure.floor(thing.now) + measure.floor(thing.before)
    z = z_of_counts(now, then, factor / (1 + factor), spread, floor)
    # "New" has no rate of change.
    change = log((now or 0.5) / before.conversions) if then else 0.0
    return change, z


def _told(several: dict[Measure, Change]) -> Iterator[Change]:
    """What is said of one thing: one rate or cost at most, and a volume it does not explain."""
    shown = [each for measure in EFFICIENCY if (each := several.get(measure)) and _shows(each)]
    if shown:
        last = shown[-1]
        yield next(each for each in shown if _share(each, last) >= _IS_MOST)
    for measure in (REVENUE, CONVERSIONS):
        volume = several.get(measure)
        if volume:
            if not shown or _share(shown[-1], volume) < _EXPLAINS:
                yield volume
            return
    spend = several.get(SPEND)
    if spend and spend.ln_ratio > 0 and not shown and not _followed(spend):
        yield spend


def _share(cause: Change, effect: Change) -> float:
    return cause.goodness / effect.goodness


def _shows(change: Change) -> bool:
    """Whether its effects went the same way, where they can be told."""
    measure = change.measure
    while following := _NEXT.get(measure.name):
        measure = following
        if not _countable(change.thing, measure):
            continue
        effect = ln_change(measure, change.thing.now, change.before) or 0.0
        if effect * measure.better / change.goodness < _SHOWS:
            return False
    return True


def _followed(spend: Change) -> bool:
    """Whether results grew with the spend."""
    now, before = spend.thing.now.conversions, spend.before.conversions
    return log((now + 0.5) / (before + 0.5)) >= _FOLLOWED * spend.ln_ratio


def _follows_from(volume: Change, kept: Sequence[Change]) -> bool:
    """Whether a volume is the effect of a rate or cost that is told of something related."""
    if volume.measure not in (REVENUE, CONVERSIONS):
        return False
    outcome = ROAS if volume.measure is REVENUE else CPA
    effect = ln_change(outcome, volume.thing.now, volume.before) or 0.0
    if effect * outcome.better / volume.goodness < _EXPLAINS:
        return False
    return any(
        each.measure in EFFICIENCY
        and each.good == volume.good
        and related(each.thing, volume.thing)
        for each in kept
    )


def _families(told: Sequence[Change]) -> list[list[Change]]:
    """Those that may have one cause: of one sort and direction."""
    families: dict[tuple[str, bool], list[Change]] = {}
    for each in told:
        sort = "volume" if each.measure in (REVENUE, CONVERSIONS) else "efficiency"
        sort = "spend" if each.measure is SPEND else sort
        families.setdefault((sort, each.good), []).append(each)
    return list(families.values())


def _carries(narrow: Change, wide: Change) -> float:
    return share_of(wide.measure, _brought(narrow), _brought(wide))


def _brought(change: Change) -> Thing:
    """The thing with its before brought to as many days."""
    thing = change.thing
    return Thing(entity=thing.entity, now=thing.now, before=change.before)


def _finding(change: Change, figures: PeriodFigures, thresholds: Thresholds) -> Finding:
    thing, measure = change.thing, change.measure
    carriers, numbers = _carried(change, figures)
    low, high = range_of(change.ln_ratio, change.spread)
    # From some to none there is no range.
    spans = Range(low, high, Unit.SHARE, per="") if measure.of(thing.now) else None
    return Finding(
        rule=RULES[measure],
        kind=Kind.WIN if change.good else Kind.CONCERN,
        class_=Class.OBSERVED,
        entities=(thing.entity, *carriers),
        first=figures.first,
        last=figures.last,
        numbers={**_numbers(change, figures, thresholds), **numbers},
        at_stake=abs(change.gained),
        currency=figures.currency,
        range=spans,
        facts=_facts(change, figures),
    )


def _numbers(change: Change, figures: PeriodFigures, thresholds: Thresholds) -> dict[str, Number]:
    thing, measure = change.thing, change.measure
    now, before = measure.of(thing.now) or 0.0, measure.of(change.before) or 0.0
    found = {
        "now": Number(now, measure.unit),
        "before": Number(before, measure.unit),
        "change": Number(now / before - 1, Unit.SHARE, change=True),
        "difference": Number(now - before, measure.unit, change=True),
        "spend": Number(thing.now.spend, Unit.MONEY),
        "worth": Number(abs(change.gained), Unit.MONEY),
        "clicks": Number(thing.now.clicks, Unit.COUNT),
        "conversions": Number(thing.now.conversions, Unit.COUNT),
        "conversions_before": Number(change.before.conversions, Unit.COUNT),
        "noise": Number(thresholds.noise_rate, Unit.SHARE),
        **settling(figures),
    }
    if change.before.spend:
        spend = thing.now.spend / change.before.spend - 1
        found["spend_change"] = Number(spend, Unit.SHARE, change=True)
    return found


def _facts(change: Change, figures: PeriodFigures) -> dict[str, str]:
    return {"direction": "rise" if change.ln_ratio > 0 else "fall", **before_days(figures)}


def _carried(
    change: Change, figures: PeriodFigures
) -> tuple[tuple[Entity, ...], dict[str, Number]]:
    """The campaigns that carry a change, and what it is made of."""
    thing, measure = change.thing, change.measure
    campaigns = figures.campaigns_of(thing)
    if len(campaigns) <= 1 or not adds_up(thing, campaigns, measure):
        return (), {}
    days, days_before = figures.days, figures.days_before
    whole = decompose(measure, campaigns, days=days, days_before=days_before)
    parts, share = whole.carriers()
    numbers = {
        f"{kind}_part": Number(whole.total(kind), measure.unit, change=True)
        for kind in ("rate", "mix", "new", "ended")
    }
    numbers["campaigns"] = Number(len(campaigns), Unit.COUNT)
    if not parts:
        return (), numbers
    numbers |= {
        "carried": Number(share, Unit.SHARE),
        "carriers": Number(len(parts), Unit.COUNT),
    }
    return carriers(parts), numbers

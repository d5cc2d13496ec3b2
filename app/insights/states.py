"""What campaigns and ads are in: shown too often, learning, refused, at the end of their budget."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import log, sqrt

from app.insights.finding import Finding, Kind, Number, Unit
from app.insights.levels import depth, related
from app.insights.making import before_days, carriers, observed
from app.insights.measures import CPA, ROAS, Measure
from app.insights.noise import normal_z, one_sided, pooled
from app.insights.period import FIELDS, PeriodFigures, Sums, Thing
from app.insights.thresholds import Thresholds

# A guideline for a month; over a longer time everybody sees an ad more often.
_LONGEST = 31
_LOOKED_AT = 14
_MOST_SPENT = 1.15
_NAMED = 3
_WEEK = 7
_RESULTS = 30


def frequency(figures: PeriodFigures, thresholds: Thresholds) -> list[Finding]:
    """Campaigns whose people saw ads more often than the guideline for their audience.

    An audience that is not known is held to the higher one. At stake is the spend on what was
    shown beyond the guideline.
    """
    found = []
    for thing in figures.campaigns:
        shown, limit = thing.frequency, _limit(thing, thresholds)
        first, last = thing.frequency_days or (figures.first, figures.last)
        if shown is None or shown <= limit or (last - first).days >= _LONGEST:
            continue
        during = _during(thing, figures, first, last)
        beyond = during.spend * (1 - limit / shown)
        if beyond < _least(figures, thresholds):
            continue
        numbers = {
            "frequency": Number(shown, Unit.COUNT),
            "guideline": Number(limit, Unit.COUNT),
            "spend": Number(during.spend, Unit.MONEY),
            "beyond": Number(beyond, Unit.MONEY),
            "impressions": Number(during.impressions, Unit.COUNT),
            "reach": Number(during.impressions / shown, Unit.COUNT),
        }
        finding = observed("frequency", Kind.CONCERN, figures, (thing.entity,), numbers, beyond)
        facts = {"audience": thing.audience}
        found.append(replace(finding, first=first, last=last, facts=facts))
    return found


def _during(thing: Thing, figures: PeriodFigures, first: dt.date, last: dt.date) -> Sums:
    """Of some days of the period."""
    if thing.daily is None or (first, last) == (figures.first, figures.last):
        return thing.now
    return thing.daily.sums((first - figures.first).days, (last - figures.first).days + 1)


def _limit(thing: Thing, thresholds: Thresholds) -> float:
    if thing.audience == "prospecting":
        return thresholds.frequency_prospecting
    return thresholds.frequency_retargeting


def _least(figures: PeriodFigures, thresholds: Thresholds) -> float:
    return max(
        thresholds.money_at_stake * figures.workspace.now.spend, thresholds.ignore_spend_below
    )


@dataclass(frozen=True, slots=True)
class _Several:
    """Things of one platform in one state; `amount` is what they spent, now or before."""

    platform: Thing
    things: tuple[Thing, ...]
    amount: float
    in_before: bool


def learning(figures: PeriodFigures, thresholds: Thresholds) -> list[Finding]:
    """Platforms whose campaigns still learn after days enough, for want of results."""
    kept = []
    long = thresholds.learning_days
    learn = [each for each in figures.campaigns if each.status == "learning"]
    campaigns = [each for each in learn if _days_spent(each) >= long]
    for several in _by_platform(figures, campaigns, thresholds):
        conversions = sum(each.now.conversions for each in several.things)
        weekly = conversions / sum(map(_days_run, several.things)) * _WEEK
        if weekly >= thresholds.learning_results:
            continue
        numbers = {
            **_counted(several),
            "weekly": Number(weekly, Unit.COUNT),
            "needed": Number(thresholds.learning_results, Unit.COUNT),
        }
        kept.append(_of_several("learning", several, figures, numbers))
    return kept


def _days_spent(thing: Thing) -> int:
    known = [each for each in (thing.daily_before, thing.daily) if each]
    return sum(1 for daily in known for spent in daily.spend if spent)


def _days_run(thing: Thing) -> int:
    """Days of the period from its first spend on, for what has just begun had no more to learn in.

    At least one, so that what only spent before is divided by something.
    """
    spend = thing.daily.spend if thing.daily else ()
    if thing.before.spend:
        return max(len(spend), 1)
    return max(len(spend) - next((at for at, each in enumerate(spend) if each), 0), 1)


def refused(figures: PeriodFigures, thresholds: Thresholds) -> list[Finding]:
    """Platforms that refuse campaigns or ads which money was spent on.

    An ad of a refused campaign is not told again. What a refused one spent before counts, too: it
    is what does not run any more.
    """
    campaigns = [each for each in figures.campaigns if each.status == "problem"]
    ads = [
        each
        for each in figures.ads
        if each.status == "problem" and not any(each.is_in(above) for above in campaigns)
    ]
    kept = []
    for several in _by_platform(figures, [*campaigns, *ads], thresholds):
        finding = _of_several("disapproved", several, figures, _counted(several))
        word = several.things[0].platform_status
        kinds = {each.entity.kind for each in several.things}
        kind = kinds.pop() if len(kinds) == 1 else "item"
        facts = {**finding.facts, "status": word, "what": kind}
        kept.append(replace(finding, facts=facts))
    return kept


def _by_platform(
    figures: PeriodFigures, things: Sequence[Thing], thresholds: Thresholds
) -> Iterator[_Several]:
    for platform in figures.platforms:
        mine = [each for each in things if each.is_in(platform)]
        mine.sort(key=lambda each: (-_spent(each), each.place))
        now = sum(each.now.spend for each in mine)
        before = sum(each.before.spend for each in mine)
        amount = max(now, before)
        if amount and amount >= _least(figures, thresholds):
            yield _Several(platform, tuple(mine), amount, before > now)


def _spent(thing: Thing) -> float:
    return max(thing.now.spend, thing.before.spend)


def _counted(several: _Several) -> dict[str, Number]:
    return {
        "count": Number(len(several.things), Unit.COUNT),
        "spend": Number(several.amount, Unit.MONEY),
    }


@dataclass(frozen=True, slots=True)
class _Named:
    thing: Thing


def _of_several(
    rule: str, several: _Several, figures: PeriodFigures, numbers: dict[str, Number]
) -> Finding:
    named = carriers(_Named(each) for each in several.things[:_NAMED])
    entities = (several.platform.entity, *named)
    finding = observed(rule, Kind.CONCERN, figures, entities, numbers, several.amount)
    return replace(finding, facts=before_days(figures) if several.in_before else {})


def budget_limited(figures: PeriodFigures, thresholds: Thresholds) -> list[Finding]:
    """Campaigns that spend all they may and return more than they must."""
    asked = [(each, *against) for each in figures.campaigns if (against := _goal(each, figures))]
    full = [(*each, used) for each in asked if (used := _days_full(each[0], thresholds))]
    bar = one_sided(thresholds.noise_rate, len(full))
    noise = {each: pooled(each, figures.campaigns) for each in (ROAS, CPA)}
    found = []
    for thing, measure, goal, reference, used in full:
        value = measure.of(thing.now) or goal
        spread = noise[measure].spread(thing, alone=True)
        z = measure.better * log(value / goal) / sqrt(spread.variance)
        ahead = thing.now.spend * ((value / goal) ** measure.better - 1)
        if normal_z(z, spread.free) < bar or ahead < _least(figures, thresholds):
            continue
        numbers = {
            "now": Number(value, measure.unit),
            "target": Number(goal, measure.unit),
            "budget": Number(thing.daily_budget or 0.0, Unit.MONEY),
            "days_full": Number(used, Unit.DAYS),
            "days_seen": Number(_seen(thing), Unit.DAYS),
            "spend": Number(thing.now.spend, Unit.MONEY),
            "conversions": Number(thing.now.conversions, Unit.COUNT),
        }
        finding = observed("budget_limited", Kind.WIN, figures, (thing.entity,), numbers, ahead)
        found.append(replace(finding, facts={"reference": reference, "measure": measure.name}))
    return found


def _goal(thing: Thing, figures: PeriodFigures) -> tuple[Measure, float, str] | None:
    """What it has to return: ROAS over target or break-even, else cost per conversion under."""
    if thing.status not in ("active", "learning") or thing.now.conversions < _RESULTS:
        return None
    if thing.now.value and (target := thing.target_roas or figures.target_roas):
        return ROAS, target, "target"
    if thing.now.value and figures.break_even_roas:
        return ROAS, figures.break_even_roas, "break_even"
    target = thing.target_cpa or figures.target_cpa
    return (CPA, target, "target") if target else None


def _seen(thing: Thing) -> int:
    return min(len(thing.daily) if thing.daily else 0, _LOOKED_AT)


def _days_full(thing: Thing, thresholds: Thresholds) -> int:
    """On how many of the last days the budget was used up; 0 unless on most of a week or more."""
    if not thing.daily or not thing.daily_budget or _seen(thing) < _WEEK:
        return 0
    days = thing.daily.spend[-_LOOKED_AT:]
    # Only today's budget is known. Platforms spend more than it on some days but not on average:
    # where the mean is beyond it, it was lowered since, or something else limits the spend.
    if sum(days) > _MOST_SPENT * thing.daily_budget * len(days):
        return 0
    enough = thresholds.budget_used * thing.daily_budget
    full = sum(1 for each in days if each >= enough)
    return full if full >= thresholds.budget_used_days * _seen(thing) else 0


def best_campaign(
    figures: PeriodFigures, thresholds: Thresholds, told: Sequence[Finding]
) -> list[Finding]:
    """The campaign that returns most beyond the others, unless a win already tells of it."""
    spend = figures.workspace.now.spend
    wins = {(e.kind, e.key) for f in told if f.kind is Kind.WIN for e in f.entities}
    praised = [each for each in figures.things if each.place in wins and depth(each)]
    asked = [each for each in figures.campaigns if each.now.value and _counts(each)]
    asked = [each for each in asked if each.now.spend >= _least(figures, thresholds)]
    bar = one_sided(thresholds.noise_rate, len(asked))
    noise = pooled(ROAS, figures.campaigns)
    found = []
    for thing in asked:
        others = _roas_without(thing, figures)
        roas = thing.now.roas
        if not others or not roas or any(related(thing, each) for each in praised):
            continue
        spread = noise.spread(thing, alone=True)
        ahead = thing.now.value / others - thing.now.spend
        clear = normal_z(log(roas / others) / sqrt(spread.variance), spread.free) >= bar
        if clear and ahead >= thresholds.money_at_stake * spend and roas >= _must(thing, figures):
            found.append(_best(thing, roas, others, ahead, figures))
    return sorted(found, key=lambda each: (-each.at_stake, each.key))[:1]


def _counts(thing: Thing) -> bool:
    return thing.now.conversions >= _RESULTS


def _must(thing: Thing, figures: PeriodFigures) -> float:
    """Being better than others that lose money is no win."""
    return thing.target_roas or figures.target_roas or figures.break_even_roas or 1.0


def _roas_without(thing: Thing, figures: PeriodFigures) -> float | None:
    whole = figures.workspace.now
    left = {each: max(getattr(whole, each) - getattr(thing.now, each), 0.0) for each in FIELDS}
    return Sums(**left).roas


def _best(
    thing: Thing, roas: float, others: float, ahead: float, figures: PeriodFigures
) -> Finding:
    numbers = {
        "now": Number(roas, Unit.MULTIPLE),
        "others": Number(others, Unit.MULTIPLE),
        "spend": Number(thing.now.spend, Unit.MONEY),
        "value": Number(thing.now.value, Unit.MONEY),
        "conversions": Number(thing.now.conversions, Unit.COUNT),
        "cpa": Number(thing.now.cpa or 0.0, Unit.MONEY),
    }
    return observed("best_campaign", Kind.WIN, figures, (thing.entity,), numbers, ahead)

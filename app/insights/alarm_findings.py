"""Alarms and tired ads as findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.insights.audience import Wider
from app.insights.fatigue import Tired
from app.insights.finding import Class, Entity, Finding, Kind, Number, Unit
from app.insights.incidents import Alarm
from app.insights.review_days import dated

# The cost of fewer conversions says little.
_RESULTS = 10
_WEEK = 7
_UNITS = {"spend": Unit.MONEY, "cpc": Unit.MONEY, "ctr": Unit.SHARE, "conversions": Unit.COUNT}


def of_alarm(
    alarm: Alarm, platforms: Sequence[Entity], workspace: Entity, first: dt.date, currency: str
) -> Finding:
    """`first` is the day of column 0. A shift for the better is a win; all else a concern."""
    others = [replace(platforms[row], role="carries") for row in alarm.among]
    about = workspace if alarm.platform is None else platforms[alarm.platform]
    unit = _UNITS[alarm.metric]
    days = alarm.last - alarm.start + 1
    won = alarm.rule == "persistent_shift" and alarm.better
    since = (first + dt.timedelta(alarm.began)).isoformat()
    also = {
        f"also_{metric}": Number(ratio - 1, Unit.SHARE, change=True) for metric, ratio in alarm.also
    }
    return dated(
        Finding(
            rule=alarm.rule,
            kind=Kind.WIN if won else Kind.CONCERN,
            class_=Class.OBSERVED,
            entities=(replace(about, role=alarm.metric), *others),
            first=first + dt.timedelta(alarm.start),
            last=first + dt.timedelta(alarm.last),
            numbers={
                "before": Number(alarm.before, unit),
                "now": Number(alarm.after, unit),
                "change": Number(alarm.ratio - 1, Unit.SHARE, change=True),
                "days": Number(days, Unit.DAYS),
                "stake": Number(alarm.at_stake, Unit.MONEY),
                **also,
            },
            at_stake=alarm.at_stake * days,
            currency=currency,
            facts={
                "metric": alarm.metric,
                "since": since,
                **({"over": "yes"} if alarm.over else {}),
            },
        )
    )


# So many are named; a campaign with more of them has its own page.
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class TiredAd:
    """A tired ad. `rates` are clicks per impression of its days 4 to 17, and of the last 7 days.

    `spend` and `conversions` are of the last 7 days, money in the finding's currency. `older` where
    it may have run before its first day that is known.
    """

    entity: Entity
    tired: Tired
    rates: tuple[float, float]
    spend: float
    conversions: float
    older: bool = False


def of_tired(
    ads: Sequence[TiredAd],
    campaign: Entity,
    last: dt.date,
    currency: str,
    *,
    frequency: float | None = None,
    used_up: bool = False,
) -> Finding:
    """One finding of all tired ads of a campaign, what most is spent on first.

    Its days are the seven up to `last`. `frequency` is the campaign's in these; `used_up` whether
    its audience is. Numbers of an ad end in its place among the entities, from 1 on. It counts as
    followed when ads that had half of what was spent on those named here, or more, are shown no
    more while others of the campaign are (`app.advice.outcomes.refreshed`).
    """
    ranked = sorted(ads, key=lambda each: (-each.spend, each.entity.key))
    named, spend = ranked[:MOST_NAMED], sum(each.spend for each in ads)
    conversions = sum(each.conversions for each in ads)
    numbers = {
        "ads": Number(len(ads), Unit.COUNT),
        "spend": Number(spend, Unit.MONEY),
        "z": Number(max(each.tired.z for each in ads), Unit.COUNT),
    }
    if frequency is not None:
        numbers["frequency"] = Number(frequency, Unit.COUNT)
    if conversions >= _RESULTS:
        numbers["cost"] = Number(spend / conversions, Unit.MONEY)
    for place, each in enumerate(named, 1):
        numbers |= _of_ad(each, place)
    return dated(
        Finding(
            rule="creative_refresh",
            kind=Kind.RECOMMENDATION,
            class_=Class.ACT,
            entities=(campaign, *(replace(each.entity, role="carries") for each in named)),
            first=last - dt.timedelta(days=_WEEK - 1),
            last=last,
            numbers=numbers,
            at_stake=spend,
            currency=currency,
            facts={
                **({"audience": "used_up"} if used_up else {}),
                **({"beginning": "read"} if any(each.older for each in ads) else {}),
            },
        )
    )


def _of_ad(each: TiredAd, place: int) -> dict[str, Number]:
    """Its rates, how much less beside the other ads, how long it has run and what it cost."""
    return {
        f"rate_before_{place}": Number(each.rates[0], Unit.SHARE),
        f"rate_now_{place}": Number(each.rates[1], Unit.SHARE),
        f"drop_{place}": Number(each.tired.ratio - 1, Unit.SHARE, change=True),
        f"running_{place}": Number(each.tired.running, Unit.DAYS),
        f"spend_{place}": Number(each.spend, Unit.MONEY),
    }


@dataclass(frozen=True, slots=True)
class Audience:
    """A campaign whose audience is used up.

    `frequency` is then and now, of 7 days each; `fall` the median ad's clicks per impression
    against its beginning, less one. Spend, return and `reach` are of the finding's days; `reach`
    is None where nobody told. `target` is the ROAS held against, `reference` what it is: target or
    break_even.
    """

    frequency: tuple[float, float]
    fall: float
    spend: float
    roas: float
    target: float
    reach: float | None
    reference: str = "target"


def of_wider(
    wider: Wider, campaign: Entity, days: tuple[dt.date, dt.date], currency: str, seen: Audience
) -> Finding:
    """An audience worth widening."""
    numbers = {
        "frequency": Number(seen.frequency[1], Unit.COUNT),
        "frequency_before": Number(seen.frequency[0], Unit.COUNT),
        "fall": Number(seen.fall, Unit.SHARE, change=True),
        "roas": Number(seen.roas, Unit.MULTIPLE),
        "target": Number(seen.target, Unit.MULTIPLE),
        "spend": Number(seen.spend, Unit.MONEY),
        "comparable": Number(wider.comparable, Unit.COUNT),
    }
    if seen.reach is not None:
        numbers["reach"] = Number(seen.reach, Unit.COUNT)
    if wider.reach and wider.roas:
        numbers["reach_low"], numbers["reach_high"] = (
            Number(each, Unit.COUNT) for each in wider.reach
        )
        numbers["roas_low"], numbers["roas_high"] = (
            Number(each, Unit.MULTIPLE) for each in wider.roas
        )
    return dated(
        Finding(
            rule="audience_expansion",
            kind=Kind.RECOMMENDATION,
            class_=Class.ACT,
            entities=(campaign,),
            first=days[0],
            last=days[1],
            numbers=numbers,
            at_stake=seen.spend,
            currency=currency,
            missing=() if wider.reach else ("comparable",),
            facts={"reference": seen.reference},
        )
    )

"""The price of being seen jumped on the last day, more than a step of that size comes by chance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log
from statistics import fmean, median, stdev

from app.insights.finding import Finding, Kind, Number, Unit
from app.insights.levels import best_explained
from app.insights.making import observed
from app.insights.noise import normal_z, one_sided
from app.insights.period import Daily, PeriodFigures, Thing
from app.insights.thresholds import Thresholds

_DAYS_BEFORE, _FEWEST_BEFORE, _IMPRESSIONS = 28, 14, 2000


def cpm_shock(figures: PeriodFigures, thresholds: Thresholds) -> list[Finding]:
    """Platforms and channels; the finding's days are the last one alone."""
    things = [each for each in (*figures.platforms, *figures.channels) if _enough(each)]
    bar = one_sided(thresholds.noise_rate, len(things))
    spend = sum(each.daily.spend[-1] for each in figures.platforms if each.daily)
    found = [shock for each in things if (shock := _shock(each, figures, thresholds, spend, bar))]
    return [each.finding for each in best_explained(found, lambda a, b: a.extra / b.extra)]


@dataclass(frozen=True, slots=True)
class _Shock:
    thing: Thing
    finding: Finding
    extra: float


def _cpms(thing: Thing) -> list[float]:
    """Of the days with enough impressions, both periods, oldest first."""
    parts: list[Daily] = [each for each in (thing.daily_before, thing.daily) if each]
    return [
        1000 * spend / shown
        for part in parts
        for spend, shown in zip(part.spend, part.impressions, strict=True)
        if shown >= _IMPRESSIONS and spend
    ]


def _enough(thing: Thing) -> bool:
    daily = thing.daily
    if not daily or not len(daily) or not daily.spend[-1] or daily.impressions[-1] < _IMPRESSIONS:
        return False
    return len(_cpms(thing)) > _FEWEST_BEFORE


def _shock(
    thing: Thing, figures: PeriodFigures, thresholds: Thresholds, spend: float, bar: float
) -> _Shock | None:
    *earlier, last = _cpms(thing)[-_DAYS_BEFORE - 1 :]
    usual = median(earlier)
    logs = [log(each) for each in earlier]
    # A day of a weekday pattern and noise of its own, against the spread of such days.
    t = (log(last) - fmean(logs)) / max(stdev(logs), 0.05)
    if last / usual - 1 < thresholds.cpm_shock or normal_z(t, len(logs) - 1) < bar:
        return None
    daily = thing.daily
    paid = daily.spend[-1] if daily else 0.0
    extra = paid * (1 - usual / last)
    if extra < thresholds.money_at_stake * spend:
        return None
    numbers = {
        "now": Number(last, Unit.MONEY),
        "before": Number(usual, Unit.MONEY),
        "change": Number(last / usual - 1, Unit.SHARE, change=True),
        "spend": Number(paid, Unit.MONEY),
        "extra": Number(extra, Unit.MONEY),
        "days": Number(len(earlier), Unit.DAYS),
    }
    found = observed("cpm_shock", Kind.CONCERN, figures, (thing.entity,), numbers, extra)
    return _Shock(thing, replace(found, first=figures.last), extra)

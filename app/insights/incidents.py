"""What rules on days raise, and one alarm for each incident."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

_RULES = ("zero_rows", "tracking_break", "persistent_shift", "spend_spike")
_SHIFT = "persistent_shift"


@dataclass(frozen=True, slots=True)
class Alarm:
    """`platform` is a row of the arrays, None for all of them; days are columns.

    `metric` is spend, cpc, ctr or conversions. `start` is the estimated first day, `day` the one
    that raised it. `before` and `after` are levels in the metric's own unit, conversions as they
    are expected to settle. `at_stake` is money a day, `share_at_stake` that of the account's
    spend. `also` are what the same incident did to other metrics: (metric, after ÷ before).
    `until` is the last day it is known of, that of `day` where nothing is given, and `over`
    whether days were as usual after that. `since` is the first day of the incident where that is
    not `start`, for it paused meanwhile. `among` are the platforms that it is on besides. `told`
    is the level that raised it, where `after` is of more days.
    """

    rule: str
    platform: int | None
    metric: str
    start: int
    day: int
    before: float
    after: float
    at_stake: float
    share_at_stake: float
    also: tuple[tuple[str, float], ...] = ()
    until: int | None = None
    over: bool = False
    since: int | None = None
    among: tuple[int, ...] = ()
    told: float | None = None

    @property
    def ratio(self) -> float:
        """After ÷ before."""
        return self.after / self.before if self.before else 1.0

    @property
    def better(self) -> bool:
        """Whether it is for the good: costs fell, or anything else rose."""
        return (self.ratio < 1) if self.metric == "cpc" else (self.ratio > 1)

    @property
    def raised_at(self) -> float:
        """The level of the days that raised it."""
        return self.after if self.told is None else self.told

    @property
    def last(self) -> int:
        """The last day it is known of."""
        return self.day if self.until is None else self.until

    @property
    def began(self) -> int:
        """The incident's first day."""
        return self.start if self.since is None else self.since


def incidents(alarms: Iterable[Alarm], within: int, least: float) -> list[Alarm]:
    """One for each platform and at most `within` days between alarms, oldest first.

    The first alarm stands, of one day the gravest rule; what is graver than a shift, or another
    trouble than what is open, is told for itself. The same again is the incident's newest stretch
    of days. What has less than `least` of the account's spend at stake is dropped before. What one
    platform's conversions do while those of all together are an incident is part of that.
    """
    kept = [each for each in alarms if each.share_at_stake >= least]
    kept.sort(key=lambda each: (each.day, _RULES.index(each.rule), -each.share_at_stake))
    found: list[Alarm] = []
    for each in kept:
        place = _part_of(each, found, within)
        if place is None:
            found.append(each)
        else:
            found[place] = _joined(found[place], each)
    return found


def _part_of(alarm: Alarm, found: list[Alarm], within: int) -> int | None:
    """The place of the incident that it belongs to, the latest one's; None of a new one."""
    open_ = [
        place
        for place, each in enumerate(found)
        if _touches(alarm, each)
        and alarm.day - each.last <= within
        and not _outlasts(alarm, each, within)
    ]
    again = [place for place in open_ if _again(alarm, found[place])]
    if again:
        return again[-1]
    if not open_ or _news(alarm, [found[place] for place in open_]):
        return None
    return open_[-1]


def _touches(alarm: Alarm, known: Alarm) -> bool:
    if alarm.metric == "conversions" and known.metric == alarm.metric:
        return known.platform is None or alarm.platform in (known.platform, *known.among)
    return alarm.platform == known.platform


def _outlasts(alarm: Alarm, known: Alarm, within: int) -> bool:
    """Whether one platform's goes on after that of all together is over, which it tells later."""
    one_of_all = known.platform is None and alarm.platform is not None
    return one_of_all and known.over and not alarm.over and alarm.last - known.last > within


def _again(alarm: Alarm, known: Alarm) -> bool:
    if known.platform not in (alarm.platform, None):
        return False
    same = (alarm.rule, alarm.metric) == (known.rule, known.metric)
    return same and (alarm.rule != _SHIFT or alarm.better == known.better)


def _news(alarm: Alarm, open_: list[Alarm]) -> bool:
    """Whether it is no mere sign of what is open: another rule, or conversions that fall.

    What shifts on one metric often shifts on another; but dearer clicks make no fewer buy.
    """
    if alarm.rule != _SHIFT or _left_over(alarm, open_[-1]):
        return True
    if any(each.metric == alarm.metric and each.rule == _SHIFT for each in open_):
        return True
    clicks_alone = all(each.rule == _SHIFT and each.metric != "conversions" for each in open_)
    return clicks_alone and alarm.metric == "conversions" and not alarm.better


def _left_over(shift: Alarm, broken: Alarm) -> bool:
    """Whether fewer conversions than before come since a break of them ended."""
    same = broken.rule != _SHIFT and shift.metric == broken.metric
    return same and broken.over and shift.start > broken.last and not shift.better


def _joined(first: Alarm, later: Alarm) -> Alarm:
    if first.platform is None and later.platform is not None:
        return first
    if _again(later, first):
        return replace(later, since=first.began, also=first.also)
    told = {first.metric, *(metric for metric, _ in first.also)}
    if later.metric in told or later.over:
        return first
    return replace(first, also=(*first.also, (later.metric, later.ratio)))

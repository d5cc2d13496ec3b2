"""What rules on days raise, and one alarm for each incident."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

_RULES = ("zero_rows", "tracking_break", "persistent_shift", "spend_spike")
_STOPPED = _RULES[:2]


@dataclass(frozen=True, slots=True)
class Alarm:
    """`platform` is a row of the arrays, None for all of them; days are columns.

    `metric` is spend, cpc, ctr or conversions. `start` is the estimated first day, `day` the one
    that raised it. `before` and `after` are levels in the metric's own unit, conversions as they
    are expected to settle. `at_stake` is money a day, `share_at_stake` that of the account's
    spend. `also` are what the same incident did to other metrics: (metric, after ÷ before).
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

    @property
    def ratio(self) -> float:
        """After ÷ before."""
        return self.after / self.before if self.before else 1.0

    @property
    def better(self) -> bool:
        """Whether it is for the good: costs fell, or anything else rose."""
        return (self.ratio < 1) if self.metric == "cpc" else (self.ratio > 1)


def incidents(alarms: Iterable[Alarm], within: int, least: float) -> list[Alarm]:
    """One for each platform and at most `within` days between alarms, oldest first.

    The first alarm stands, of one day the gravest rule, until something stops altogether. What
    has less than `least` of the account's spend at stake is dropped before. What one platform's
    conversions do while those of all together are an incident is part of that.
    """
    kept = [each for each in alarms if each.share_at_stake >= least]
    kept.sort(key=lambda each: (each.day, _RULES.index(each.rule), -each.share_at_stake))
    open_: dict[int | None, tuple[int, int]] = {}
    found: list[Alarm] = []
    for each in kept:
        place = each.platform
        known = open_.get(place)
        if each.metric == "conversions" and None in open_ and not _open(known, each, within):
            place, known = None, open_[None]
        if known and _open(known, each, within) and not _graver(each, found[known[0]]):
            found[known[0]] = _joined(found[known[0]], each)
            open_[place] = (known[0], each.day)
        else:
            open_[each.platform] = (len(found), each.day)
            found.append(each)
    return found


def _open(known: tuple[int, int] | None, alarm: Alarm, within: int) -> bool:
    return known is not None and alarm.day - known[1] <= within


def _graver(alarm: Alarm, than: Alarm) -> bool:
    """What stopped is told even while a mere shift is open."""
    return alarm.rule in _STOPPED and than.rule not in _STOPPED


def _joined(first: Alarm, later: Alarm) -> Alarm:
    told = {first.metric, *(metric for metric, _ in first.also)}
    if later.metric in told:
        return first
    return replace(first, also=(*first.also, (later.metric, later.ratio)))

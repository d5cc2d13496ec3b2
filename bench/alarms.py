"""How right alarms and tired ads are on known truth: `python -m bench.alarms [n] [seed]`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.insights.alarms import alarms
from app.insights.fatigue import tired_ads
from app.insights.incidents import Alarm
from bench.alarm_worlds import Account, Incident, account
from bench.fatigue_worlds import ads
from bench.worlds import SIZES

AT, DAYS, MONTH = 120, 150, 30
# What a night tells: alarms of days this young; and nothing again of the same so many days apart.
_TOLD, _SAME = 3, 7
_METRICS = {
    Incident.HALVED: ("conversions",),
    Incident.STOPPED: ("conversions",),
    Incident.CPC: ("cpc",),
    Incident.CTR: ("ctr", "cpc"),
    Incident.ZERO: ("spend",),
}


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm and the night that told it; `night` days are over."""

    night: int
    alarm: Alarm


def nights(world: Account, first: int, last: int, *, ledger: bool) -> list[Told]:
    """What every night from `first` to `last` tells that was not told before."""
    found: list[Told] = []
    for night in range(first, last + 1):
        maturity = world.learnt(night) if ledger else None
        for each in alarms(*world.seen(night), maturity=maturity):
            if each.day >= night - _TOLD and not _told(found, each):
                found.append(Told(night, each))
    return found


def _told(before: Sequence[Told], alarm: Alarm) -> bool:
    """Whether it is the same incident, by the finding that shows it."""
    return any(
        each.alarm.platform in (alarm.platform, None)
        and (each.alarm.rule, each.alarm.metric, each.alarm.better)
        == (alarm.rule, alarm.metric, alarm.better)
        and abs(alarm.day - each.alarm.day) <= _SAME
        for each in before
    )


def false_alarms(size: str, seeds: Sequence[int], *, ledger: bool) -> dict[str, float]:
    """By rule and metric, an account-month in which nothing happens."""
    found: dict[str, float] = {}
    for seed in seeds:
        for each in nights(account(size, seed), AT + 1, AT + MONTH, ledger=ledger):
            name = f"{each.alarm.rule} {each.alarm.metric}"
            found[name] = found.get(name, 0.0) + 1 / len(seeds)
    return found


def delays(
    size: str, incident: Incident, seeds: Sequence[int], *, ledger: bool, within: int = 14
) -> list[float]:
    """Days from the first struck day to the night that told it, 0 is the same; inf for never."""
    return [
        _delay(account(size, seed, incident), incident, within, ledger=ledger) for seed in seeds
    ]


def _delay(world: Account, incident: Incident, within: int, *, ledger: bool) -> float:
    for night in range(AT + 1, AT + 1 + within):
        maturity = world.learnt(night) if ledger else None
        for each in alarms(*world.seen(night), maturity=maturity):
            if _right(each, world, incident, night):
                return night - AT - 1
    return float("inf")


def _right(alarm: Alarm, world: Account, incident: Incident, night: int) -> bool:
    """Only by what it is titled with: that it says more besides is no news to anybody."""
    young = alarm.day >= max(AT, night - _TOLD)
    ours = alarm.platform in (world.platform, None)
    return young and ours and alarm.metric in _METRICS[incident]


def tiredness(size: str, seeds: Sequence[int]) -> tuple[float, float, float]:
    """Precision, recall, and the median of days from half worn to told, as nights tell it."""
    told, right, worn, late = 0, 0, 0, []
    for seed in seeds:
        world = ads(size, seed)
        worn += int((~np.isnan(world.worn_on)).sum())
        for each in tired_ads(world.clicks, world.impressions):
            told += 1
            if each.day >= world.worn_on[each.ad] - 14:
                right += 1
                late.append(each.day - world.worn_on[each.ad])
    return right / max(told, 1), right / max(worn, 1), float(np.median(late or [np.nan]))


def _alarm_rows(seeds: Sequence[int], size: str) -> None:
    for ledger in (True, False):
        found = false_alarms(size, seeds, ledger=ledger)
        each = ", ".join(f"{name} {rate:.2f}" for name, rate in sorted(found.items()))
        source = "ledger" if ledger else "raw"
        print(f"| {size}, {source} | {sum(found.values()):.2f} | {each} |", flush=True)
    for incident in _METRICS:
        late = np.array(delays(size, incident, seeds, ledger=True))
        shares = " | ".join(f"{(late < days).mean():.2f}" for days in (1, 2, 7, 14))
        told = late[np.isfinite(late)]
        median = f"{np.median(told):.0f}" if len(told) else "-"
        print(f"| {size}, {incident} | {shares} | {median} |", flush=True)


def main(worlds: int, first: int) -> None:
    """Print the tables."""
    seeds = range(first, first + worlds)
    for size in SIZES:
        _alarm_rows(seeds, size)
        many = range(first, first + 4 * worlds)
        print(f"| {size}, tired ads | " + " | ".join(f"{x:.2f}" for x in tiredness(size, many)))


if __name__ == "__main__":
    main(*[int(each) for each in (*sys.argv[1:], "40", "9000")[:2]])

"""Every rule on days of an account's platforms, and one alarm for each incident.

Arrays are (platforms, days), oldest first, of days that are over: a day not over looks like a
break and must not be passed. NaN is a day not read or before a platform began.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.insights.going_back import Level, levels_told
from app.insights.incidents import Alarm, incidents
from app.insights.maturity import FloatArray, Maturity
from app.insights.shifts import Shift, agreed, shifts
from app.insights.spikes import lasting_spikes
from app.insights.thresholds import DEFAULTS, Thresholds
from app.insights.together import Broken, Counts, broken
from app.insights.zero_rows import stopped

METRICS = ("cpc", "ctr", "conversions")
_RECENT = 28
# Conversions per click stay as they are when budgets move, or conversions follow half as far.
_RESPONSES = (1.0, 0.5)


@dataclass(frozen=True, slots=True, eq=False)
class _Account:
    """Cleaned arrays; `share` and `error` are how much has arrived, and how sure that is."""

    spend: FloatArray
    impressions: FloatArray
    clicks: FloatArray
    conversions: FloatArray
    share: FloatArray
    error: FloatArray

    def daily(self, platform: int | None, day: int) -> float:
        """The median spend of a spent day in the four weeks before, of one platform or all."""
        rows = self.spend if platform is None else self.spend[platform : platform + 1]
        before = rows[:, max(0, day - _RECENT) : max(day, 1)]
        total = 0.0
        for row in before:
            spent = row[row > 0]
            total += float(np.median(spent)) * len(spent) / len(row) if len(spent) else 0.0
        return total


def alarms(
    spend: FloatArray,
    impressions: FloatArray,
    clicks: FloatArray,
    conversions: FloatArray,
    *,
    maturity: Sequence[Maturity | None] | None = None,
    thresholds: Thresholds = DEFAULTS,
) -> list[Alarm]:
    """One alarm for each incident, oldest first, as seen from the last day of the arrays.

    `maturity` is by platform; without one, conversions are taken as they are. An alarm of an
    earlier day may differ from what was raised then, for conversions arrive late: keep what was
    told. Raises ValueError for arrays of different shapes or amounts below 0.
    """
    account = _account((spend, impressions, clicks, conversions), maturity)
    counts = Counts(account.clicks, account.conversions, account.share)
    breaks = broken(counts, thresholds.count_tail, thresholds.incident_days)
    found = [
        *_zero_rows(account),
        *(_broken(account, each) for each in breaks),
        *_shifts(_counted(account, breaks), thresholds),
        *_spikes(account, thresholds),
    ]
    return incidents(found, thresholds.incident_days, thresholds.money_at_stake)


def _account(
    arrays: tuple[FloatArray, ...], maturity: Sequence[Maturity | None] | None
) -> _Account:
    spend, impressions, clicks, conversions = (
        np.asarray(each, dtype=np.float64) for each in arrays
    )
    others = (impressions, clicks, conversions)
    if spend.ndim != 2 or any(each.shape != spend.shape for each in others):
        raise ValueError("Platforms x days of one shape are needed.")
    if any((each < 0).any() or np.isinf(each).any() for each in (spend, *others)):
        raise ValueError("An amount is below 0 or infinite.")
    share, error = np.ones(spend.shape), np.zeros(spend.shape)
    ages = np.arange(spend.shape[1])[::-1]
    for row, each in enumerate(maturity or ()):
        if each is not None:
            share[row], error[row] = each.at(ages)
    return _Account(spend, impressions, clicks, conversions, share, error)


def _raised(
    account: _Account,
    rule: str,
    rows: tuple[int, ...],
    metric: str,
    days: tuple[int, int],
    levels: tuple[float, float],
) -> Alarm:
    """Of the first of the rows, the others among them."""
    spend = sum(account.daily(row, days[0]) for row in rows)
    of_all = account.daily(None, days[0])
    lost = 1 - min(levels) / max(levels) if max(levels) > 0 else 0.0
    share = spend * lost / of_all if of_all else 0.0
    return Alarm(rule, rows[0], metric, *days, *levels, spend * lost, share, among=rows[1:])


def _zero_rows(account: _Account) -> Iterator[Alarm]:
    for each in stopped(account.spend):
        before = account.daily(each.platform, each.first)
        days = (each.first, each.first)
        found = _raised(account, "zero_rows", (each.platform,), "spend", days, (before, 0.0))
        yield replace(found, until=each.last, over=each.over)


def _counted(account: _Account, breaks: Sequence[Broken]) -> _Account:
    """Without the conversions of days on which they broke: nothing is counted that could shift."""
    conversions = account.conversions.copy()
    for each in breaks:
        conversions[list(each.platforms), each.found.start : each.found.until + 1] = np.nan
    return replace(account, conversions=conversions)


def _broken(account: _Account, each: Broken) -> Alarm:
    found = each.found
    length = found.until - found.start + 1
    levels = (found.expected / length, found.seen / length)
    rows = tuple(range(len(account.spend))) if each.whole else each.platforms
    alarm = _raised(
        account, "tracking_break", rows, "conversions", (found.start, found.day), levels
    )
    alarm = replace(alarm, until=found.until, over=found.over, told=found.told)
    return replace(alarm, platform=None, among=each.platforms) if each.whole else alarm


def _shifts(account: _Account, thresholds: Thresholds) -> Iterator[Alarm]:
    least = float(np.log1p(thresholds.least_shift))
    for row in range(account.spend.shape[0]):
        for metric in METRICS:
            logs = metric_logs(account, row, metric)[0][0]
            found = _shifts_of(account, row, metric, thresholds)
            for each in levels_told(found, logs, least, thresholds.incident_days):
                yield _shifted(account, row, metric, each)


def _shifts_of(account: _Account, row: int, metric: str, thresholds: Thresholds) -> list[Shift]:
    """Conversions only where neither full nor half a response to clicks explains the shift.

    Otherwise a budget that somebody changed would be told as one of conversions.
    """
    reference, decision = thresholds.cusum_reference, thresholds.cusum_decision
    if metric == "cpc":
        decision = thresholds.cusum_decision_cpc
    found = []
    for logs, extra in metric_logs(account, row, metric):
        found.append(shifts(logs, extra, reference=reference, decision=decision))
    first, *others = found
    return [each for other in others for each in agreed(first, other)] if others else first


def _shifted(account: _Account, row: int, metric: str, each: Level) -> Alarm:
    shift = each.shift
    level = shift.before
    if metric == "conversions":
        clicks = account.clicks[row, shift.start : shift.day + 1]
        level += float(np.log(np.mean(clicks[clicks > 0])))
    levels = (float(np.exp(level)), float(np.exp(level + shift.size)))
    days = (shift.start, shift.day)
    found = _raised(account, "persistent_shift", (row,), metric, days, levels)
    return replace(found, until=each.until, over=each.over)


def metric_logs(account: _Account, row: int, metric: str) -> list[tuple[FloatArray, FloatArray]]:
    """The log of a metric by day, NaN where it is none, and variance beyond the usual.

    Of conversions two: by click, and by the root of clicks.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        clicks = np.log(account.clicks[row])
        match metric:
            case "cpc":
                found = [np.log(account.spend[row]) - clicks]
            case "ctr":
                found = [clicks - np.log(account.impressions[row])]
            case _:
                seen, share = account.conversions[row], account.share[row]
                settled = np.log(seen / share + 0.5)
                extra = np.nan_to_num((1 - share) / (seen + 0.5) + account.error[row] ** 2)
                return [(_finite(settled - part * clicks), extra) for part in _RESPONSES]
    return [(_finite(logs), np.zeros(len(logs))) for logs in found]


def _finite(logs: FloatArray) -> FloatArray:
    return np.where(np.isfinite(logs), logs, np.nan)


def _spikes(account: _Account, thresholds: Thresholds) -> Iterator[Alarm]:
    for each in lasting_spikes(account.spend, thresholds.spend_spike):
        run, levels = each.run, (each.before, each.spent)
        days = (run.first, run.first)
        found = _raised(account, "spend_spike", (run.platform,), "spend", days, levels)
        extra = each.spent - each.before
        yield replace(found, until=run.last, over=run.over, at_stake=extra)

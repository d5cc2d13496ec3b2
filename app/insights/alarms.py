"""Every rule on days of an account's platforms, and one alarm for each incident.

Arrays are (platforms, days), oldest first, of days that are over: a day not over looks like a
break and must not be passed. NaN is a day not read or before a platform began.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.insights.breaks import Break, breaks
from app.insights.incidents import Alarm, incidents
from app.insights.maturity import FloatArray, Maturity
from app.insights.shifts import Shift, agreed, shifts
from app.insights.spikes import spend_spikes, usual_spend
from app.insights.thresholds import DEFAULTS, Thresholds
from app.insights.zero_rows import zero_rows

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
    found = [
        *_zero_rows(account),
        *_breaks(account, thresholds),
        *_shifts(account, thresholds),
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
    platform: int | None,
    metric: str,
    days: tuple[int, int],
    levels: tuple[float, float],
) -> Alarm:
    spend, of_all = account.daily(platform, days[0]), account.daily(None, days[0])
    lost = 1 - min(levels) / max(levels) if max(levels) > 0 else 0.0
    at_stake = spend * lost
    return Alarm(
        rule, platform, metric, *days, *levels, at_stake, at_stake / of_all if of_all else 0.0
    )


def _zero_rows(account: _Account) -> Iterator[Alarm]:
    for row, day in zip(*np.nonzero(zero_rows(account.spend)), strict=True):
        before = account.daily(int(row), int(day))
        yield _raised(account, "zero_rows", int(row), "spend", (int(day), int(day)), (before, 0.0))


def _breaks(account: _Account, thresholds: Thresholds) -> Iterator[Alarm]:
    """By platform; of all together only where no platform tells it by itself."""
    platforms, alone = account.spend.shape[0], set()
    for row in range(platforms):
        share = account.share[row]
        for each in breaks(
            account.clicks[row], account.conversions[row], share, thresholds.count_tail
        ):
            alone.add(each.day)
            yield _broken(account, row, each)
    if platforms > 1:
        clicks = np.nansum(account.clicks * account.share, axis=0)
        conversions = np.nansum(account.conversions, axis=0)
        for each in breaks(clicks, conversions, np.ones(len(clicks)), thresholds.count_tail):
            if not alone & set(range(each.day - thresholds.incident_days, each.day + 1)):
                yield _broken(account, None, each)


def _broken(account: _Account, platform: int | None, each: Break) -> Alarm:
    days = each.day - each.start + 1
    levels = (each.expected / days, each.seen / days)
    return _raised(
        account, "tracking_break", platform, "conversions", (each.start, each.day), levels
    )


def _shifts(account: _Account, thresholds: Thresholds) -> Iterator[Alarm]:
    for row in range(account.spend.shape[0]):
        for metric in METRICS:
            for each in _shifts_of(account, row, metric, thresholds):
                if abs(each.size) >= np.log1p(thresholds.least_shift):
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


def _shifted(account: _Account, row: int, metric: str, each: Shift) -> Alarm:
    level = each.before
    if metric == "conversions":
        clicks = account.clicks[row, each.start : each.day + 1]
        level += float(np.log(np.mean(clicks[clicks > 0])))
    levels = (float(np.exp(level)), float(np.exp(level + each.size)))
    return _raised(account, "persistent_shift", row, metric, (each.start, each.day), levels)


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
    usual = usual_spend(account.spend)
    found = spend_spikes(account.spend, thresholds.spend_spike)
    for row, day in zip(*np.nonzero(found), strict=True):
        levels = (float(usual[row, day]), float(account.spend[row, day]))
        yield _raised(account, "spend_spike", int(row), "spend", (int(day), int(day)), levels)

"""Ads that wear out: clicks against what the ad's own beginning says, beside the other ads.

Base is the ad's days 4 to 17. L = ln(clicks of 7 days / expected) - ln(median ratio of the others);
se^2 = 1/(own + 1) + 1/(base + 1) + 4 * .07^2 / 7 + .05^2. An ad is tired on the third day running
with L/se below -3 and L below ln .85, from its day 21. Frequency and cost explain, and decide
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.insights.maturity import FloatArray
from app.insights.thresholds import DEFAULTS, Thresholds

_BASE, _WEEK, _OTHERS, _OTHERS_EXPECTED = (3, 17), 7, 2, 20.0
_NOISE = 4 * 0.07**2 / 7 + 0.05**2


@dataclass(frozen=True, slots=True)
class Tired:
    """`ad` is a row; `day` the column that decided it, `running` days since the ad began.

    `z` and `ratio` (clicks per impression against its beginning, others divided out) are of the
    last day, `still` says whether it is tired on that day. Ones that recovered stay listed.
    """

    ad: int
    day: int
    running: int
    z: float
    ratio: float
    still: bool


def tired_ads(
    clicks: FloatArray,
    impressions: FloatArray,
    *,
    thresholds: Thresholds = DEFAULTS,
    least_base_clicks: float = 0.0,
) -> list[Tired]:
    """Of one account's ads. Arrays are (ads, days), of days that are over; NaN counts as nothing.

    With fewer than two other ads to compare with, nothing is said: it could be the season.
    Raises ValueError for arrays of different shapes.
    """
    if clicks.ndim != 2 or clicks.shape != impressions.shape:
        raise ValueError("Ads x days of one shape are needed.")
    own, expected, base, running = _compared(np.nan_to_num(clicks), np.nan_to_num(impressions))
    logs = _against_others(own, expected)
    z = logs / np.sqrt(1 / (own + 1) + 1 / (base[:, None] + 1) + _NOISE)
    with np.errstate(invalid="ignore"):
        low = (z < -thresholds.fatigue_z) & (logs < np.log(thresholds.fatigue_ratio))
    low &= (running + 1 >= thresholds.fatigue_from_day) & (base[:, None] >= least_base_clicks)
    held = _held(low, thresholds.fatigue_days)
    return [
        Tired(
            int(ad),
            int(np.argmax(held[ad])),
            int(running[ad, -1]) + 1,
            float(z[ad, -1]),
            float(np.exp(logs[ad, -1])),
            bool(held[ad, -1]),
        )
        for ad in np.flatnonzero(held.any(axis=1))
    ]


def against_beginnings(clicks: FloatArray, impressions: FloatArray) -> FloatArray:
    """(ads, days): clicks of 7 days by those expected of the ad's beginning.

    NaN while too few are expected to say. Arrays are as those of `tired_ads`.
    """
    own, expected, _, _ = _compared(np.nan_to_num(clicks), np.nan_to_num(impressions))
    ratios = np.full(own.shape, np.nan)
    enough = expected > _OTHERS_EXPECTED
    ratios[enough] = (own[enough] + 0.5) / expected[enough]
    return ratios


def click_rates(clicks: FloatArray, impressions: FloatArray) -> FloatArray:
    """(ads, 2): clicks per impression of an ad's days 4 to 17, and of the last 7 days.

    NaN where it was not shown. Arrays are as those of `tired_ads`.
    """
    clicks, impressions = np.nan_to_num(clicks), np.nan_to_num(impressions)
    of_base = _of_base(_running(impressions))
    clicked, shown = (
        np.stack([(each * of_base).sum(axis=1), each[:, -_WEEK:].sum(axis=1)], axis=1)
        for each in (clicks, impressions)
    )
    rates = np.full(shown.shape, np.nan)
    np.divide(clicked, shown, out=rates, where=shown > 0)
    return rates


def _compared(
    clicks: FloatArray, impressions: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Clicks of 7 days, those expected by the ad's base, base clicks, and days since it began."""
    running = _running(impressions)
    of_base = _of_base(running)
    base = (clicks * of_base).sum(axis=1)
    shown = (impressions * of_base).sum(axis=1)
    rate = np.divide(base, shown, out=np.zeros(len(clicks)), where=shown > 0)
    expected = _of_week(impressions) * rate[:, None]
    return _of_week(clicks), np.where(running >= _BASE[1], expected, 0.0), base, running


def _running(impressions: FloatArray) -> FloatArray:
    """By day, how many days an ad has run, 0 on its first; below that before it."""
    days = impressions.shape[1]
    began = np.where((impressions > 0).any(axis=1), np.argmax(impressions > 0, axis=1), days)
    running: FloatArray = np.arange(days)[None, :] - began[:, None].astype(np.float64)
    return running


def _of_base(running: FloatArray) -> FloatArray:
    """1 on the days that an ad is held against, 0 on all others."""
    return ((running >= _BASE[0]) & (running < _BASE[1])).astype(np.float64)


def _of_week(values: FloatArray) -> FloatArray:
    sums = np.cumsum(np.pad(values, ((0, 0), (_WEEK, 0))), axis=1)
    return sums[:, _WEEK:] - sums[:, :-_WEEK]


def _against_others(own: FloatArray, expected: FloatArray) -> FloatArray:
    """Log of clicks by those expected, less that of the other ads' median; NaN without others."""
    result = np.full(own.shape, np.nan)
    ratio = np.divide(own + 0.5, expected, out=np.full(own.shape, np.nan), where=expected > 0)
    enough = expected > _OTHERS_EXPECTED
    for day in range(own.shape[1]):
        medians = _medians_of_others(ratio[:, day], enough[:, day])
        said = ~np.isnan(medians) & (expected[:, day] > 0)
        result[said, day] = np.log(ratio[said, day]) - np.log(medians[said])
    return result


def _medians_of_others(
    ratio: FloatArray, enough: np.ndarray[Any, np.dtype[np.bool_]]
) -> FloatArray:
    """For each ad the median of the others that have enough; NaN with fewer than two of them."""
    pool = np.flatnonzero(enough)
    order = pool[np.argsort(ratio[pool], kind="stable")]
    values = ratio[order]
    place = np.full(len(ratio), len(pool))
    place[order] = np.arange(len(pool))
    others = len(pool) - enough.astype(np.int64)
    medians = np.full(len(ratio), np.nan)
    said = others >= _OTHERS
    # Whoever stands in the pool is stepped over.
    low, high = (others[said] - 1) // 2, others[said] // 2
    medians[said] = (values[low + (low >= place[said])] + values[high + (high >= place[said])]) / 2
    return medians


def _held(low: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], days: int) -> FloatArray:
    """Where it has been so for so many days running."""
    held = low.copy()
    for back in range(1, days):
        held[:, back:] &= low[:, :-back]
        held[:, :back] = False
    return held.astype(np.float64)

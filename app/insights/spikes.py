"""A day's spend far above what its weekday and the weeks before it would say."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from app.insights.maturity import FloatArray

_WINDOW, _FEWEST, _SPREADS = 28, 14, 5.0


def usual_spend(spend: FloatArray) -> FloatArray:
    """(platforms, days): the larger of the median and last week's day; NaN below 14 spent days."""
    usual = np.full(spend.shape, np.nan)
    for row, series in enumerate(spend):
        for day in range(_FEWEST, spend.shape[1]):
            before = series[max(0, day - _WINDOW) : day]
            before = before[before > 0]
            if len(before) >= _FEWEST:
                week_ago = series[day - 7]
                usual[row, day] = max(float(np.median(before)), float(np.nan_to_num(week_ago)))
    return usual


def spend_spikes(spend: FloatArray, times: float = 2.0) -> npt.NDArray[np.bool_]:
    """(platforms, days): over `times` the usual, and beyond what the last four weeks scatter."""
    usual = usual_spend(spend)
    found = np.zeros(spend.shape, dtype=np.bool_)
    for row, day in zip(*np.nonzero(spend > times * usual), strict=True):
        before = spend[row, max(0, day - _WINDOW) : day]
        logs = np.log(before[before > 0])
        spread = float(1.4826 * np.median(np.abs(logs - np.median(logs))))
        found[row, day] = np.log(spend[row, day] / usual[row, day]) > _SPREADS * max(spread, 0.05)
    return found

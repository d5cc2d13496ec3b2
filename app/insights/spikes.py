"""A day's spend far above what its weekday and the weeks before it would say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.insights.maturity import FloatArray
from app.insights.runs import Run, marked, run_of

_WINDOW, _FEWEST, _SPREADS = 28, 14, 5.0
# What is spent for longer than that is a budget.
_LONGEST = 14


def usual_spend(spend: FloatArray) -> FloatArray:
    """(platforms, days): the larger of the median and last week's day; NaN below 14 spent days."""
    usual = np.full(spend.shape, np.nan)
    before = _before(spend)
    enough = (~np.isnan(before)).sum(axis=2) >= _FEWEST
    if enough.any():
        usual[enough] = np.nanmedian(before[enough], axis=1)
    week_ago = np.zeros(spend.shape)
    week_ago[:, 7:] = np.nan_to_num(spend[:, :-7])
    return np.where(enough, np.maximum(usual, week_ago), np.nan)


def _before(spend: FloatArray) -> FloatArray:
    """(platforms, days, 28): the spent days of the four weeks before each, NaN for others."""
    spent = np.where(spend > 0, spend, np.nan)
    padded = np.pad(spent, ((0, 0), (_WINDOW, 0)), constant_values=np.nan)
    return np.lib.stride_tricks.sliding_window_view(padded, _WINDOW, axis=1)[:, : spend.shape[1]]


@dataclass(frozen=True, slots=True)
class Spike:
    """Its days, and the spend of a day before and in them."""

    run: Run
    before: float
    spent: float


def lasting_spikes(spend: FloatArray, times: float = 2.0) -> list[Spike]:
    """Each spike with the days on which spend goes on so, held against what was usual before."""
    usual = usual_spend(spend)
    found: list[Spike] = []
    for row, day in marked(spend_spikes(spend, times)):
        if found and found[-1].run.platform == row and day <= found[-1].run.last:
            continue
        before = float(usual[row, day])
        high, unread = spend[row] > times * before, np.isnan(spend[row])
        run = run_of(row, day, high, unread, _LONGEST)
        found.append(Spike(run, before, float(np.nanmean(spend[row, day : run.last + 1]))))
    return found


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

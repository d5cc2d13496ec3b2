"""A platform that spends nearly every day spent nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from app.insights.maturity import FloatArray
from app.insights.runs import Run, marked, run_of

_WINDOW = 28


def zero_rows(spend: FloatArray, days_spent: int = 25) -> npt.NDArray[np.bool_]:
    """(platforms, days): nothing, after spend on `days_spent` or more of the 28 days before.

    NaN is a day that was not read and counts as neither. Not for a day that is not over, and a
    failed sync is not a zero: check that first.
    """
    spent = (np.nan_to_num(spend) > 0).astype(np.int64)
    sums = np.cumsum(np.pad(spent, ((0, 0), (1, 0))), axis=1)
    found = np.zeros(spend.shape, dtype=np.bool_)
    if spend.shape[1] > _WINDOW:
        before = sums[:, _WINDOW:-1] - sums[:, : -_WINDOW - 1]
        found[:, _WINDOW:] = (spend[:, _WINDOW:] == 0) & (before >= days_spent)
    return found


def stopped(spend: FloatArray) -> list[Run]:
    """Each time that a platform spent nothing, while it does.

    Nothing in four weeks is what is usual by then: that is told no more.
    """
    found: list[Run] = []
    for row, day in marked(zero_rows(spend)):
        if found and found[-1].platform == row and day <= found[-1].last:
            continue
        found.append(run_of(row, day, spend[row] == 0, np.isnan(spend[row]), _WINDOW))
    return [each for each in found if not each.over or _spent_after(spend, each)]


def _spent_after(spend: FloatArray, run: Run) -> bool:
    return bool(np.nansum(spend[run.platform, run.last + 1 : run.first + _WINDOW + 1]) > 0)

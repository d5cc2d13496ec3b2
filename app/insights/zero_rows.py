"""A platform that spends nearly every day spent nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from app.insights.maturity import FloatArray

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

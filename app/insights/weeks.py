"""Days into weeks that end at the last settled day, corrected for what still comes in."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

WEEK = 7
UNSETTLED_DAYS = 7
_LEAST_MATURE = 0.05


def daily(name: str, given: ArrayLike, shape: tuple[int, ...] | None = None) -> Floats:
    """The figures as floats; a day that is not known (NaN) counts as nothing.

    Raises ValueError for what is negative, endless or of another shape than `shape`.
    """
    array = np.asarray(given, dtype=np.float64)
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name} has the shape {array.shape} and not {shape}")
    array = np.nan_to_num(array, nan=0.0, posinf=np.inf)
    if not np.isfinite(array).all() or (array < 0).any():
        raise ValueError(f"{name} must be finite and not negative")
    return array


def matured(counts: Floats, maturity: ArrayLike | None) -> Floats:
    """Counts as they are going to be once everything has come in.

    `counts`: (..., days), the last day one day old. `maturity`: m(age) for the ages 1, 2, ... as a
    share of the final count, (ages,) or one row for each platform; days older than it are final.
    """
    if maturity is None:
        return counts
    shares = np.clip(np.asarray(maturity, dtype=np.float64), _LEAST_MATURE, None)
    shares = np.where(np.isfinite(shares), shares, 1.0)
    young = min(shares.shape[-1], counts.shape[-1])
    corrected = counts.copy()
    if young:
        corrected[..., -young:] /= shares[..., :young][..., ::-1]
    return corrected


def weekly(days: Floats, *, drop: int = UNSETTLED_DAYS) -> Floats:
    """(..., days) summed to (..., weeks), without the last `drop` days and what fills no week."""
    kept = days[..., : max(days.shape[-1] - drop, 0)]
    weeks = kept.shape[-1] // WEEK
    whole = kept[..., kept.shape[-1] - weeks * WEEK :]
    sums: Floats = whole.reshape(*whole.shape[:-1], weeks, WEEK).sum(axis=-1)
    return sums

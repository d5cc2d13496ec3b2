"""How much of a day's conversions has arrived when the day is so many days old.

Arrays are (days, ages): what a day amounted to when it was read `age` days later, NaN where it was
not. A day not over is never among them: age 0 is the first look after the day ended.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
SETTLED = 28
_DAYS, _FEWEST_DAYS, _FEWEST_CONVERSIONS, _LEAST = 56, 14, 30.0, 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Maturity:
    """`share`: of what a day ends up with, by age 0 to 28, rising, at most 1.

    `error`: by age, the relative standard deviation of one day's share beyond counting noise.
    """

    share: FloatArray
    error: FloatArray

    def at(self, ages: npt.NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
        """Share and error at these ages; older than known counts as settled."""
        known = np.clip(ages, 0, SETTLED)
        return self.share[known], self.error[known]


def learn(seen: FloatArray) -> Maturity | None:
    """From the last eight weeks of days that were read when settled as well.

    None with fewer than 14 such days or 30 conversions, or where nobody read them young. Raises
    ValueError for an array without ages 0 to 28.
    """
    if seen.ndim != 2 or seen.shape[1] <= SETTLED:
        raise ValueError(f"Ages 0 to {SETTLED} are needed, not an array of {seen.shape}.")
    final = _final(seen)
    days = np.flatnonzero(~np.isnan(final))[-_DAYS:]
    if len(days) < _FEWEST_DAYS or final[days].sum() < _FEWEST_CONVERSIONS:
        return None
    shares = [_share(seen[days, age], final[days]) for age in range(SETTLED)]
    known = [age for age, each in enumerate(shares) if each is not None]
    if not known or known[0] > 1:
        return None
    values = np.array([each for each in shares if each is not None])
    ages = np.arange(SETTLED + 1)
    share = np.interp(ages, [*known, SETTLED], [*_rising(values[:, 0], values[:, 2]), 1.0])
    error = np.interp(ages, [*known, SETTLED], [*values[:, 1], 0.0])
    return Maturity(np.clip(share, _LEAST, 1.0), error)


def corrected(series: FloatArray, maturity: Maturity, ages: npt.NDArray[np.int64]) -> FloatArray:
    """What these days should end up with; `series` and `ages` are (days,)."""
    return series / maturity.at(ages)[0]


def _final(seen: FloatArray) -> FloatArray:
    """By day the oldest settled reading, NaN where there is none."""
    final = np.full(seen.shape[0], np.nan)
    for age in range(SETTLED, seen.shape[1]):
        final = np.where(np.isnan(seen[:, age]), final, seen[:, age])
    return final


def _share(young: FloatArray, final: FloatArray) -> tuple[float, float, float] | None:
    """Share, its relative error between days, and its weight; None with too few readings."""
    read = ~np.isnan(young)
    total = float(final[read].sum())
    if read.sum() < _FEWEST_DAYS or total < _FEWEST_CONVERSIONS:
        return None
    share = float(np.clip(young[read].sum() / total, _LEAST, 1.0))
    squares = (young[read] - share * final[read]) ** 2
    counting = share * (1 - share) * final[read]
    between = max(0.0, float((squares - counting).sum() / (final[read] ** 2).sum()))
    return share, float(np.sqrt(between) / share), total


def _rising(shares: FloatArray, weights: FloatArray) -> list[float]:
    """The nearest rising sequence, by pooling neighbours that fall."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(shares, weights, strict=True):
        pool = (float(value), float(weight), 1)
        while pools and pools[-1][0] > pool[0]:
            before = pools.pop()
            together = before[1] + pool[1]
            mean = (before[0] * before[1] + pool[0] * pool[1]) / together
            pool = (mean, together, before[2] + pool[2])
        pools.append(pool)
    return [value for value, _, length in pools for _ in range(length)]

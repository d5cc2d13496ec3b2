"""Conversions that stop while clicks go on: counts expected against counts seen.

Windows of 1 to 7 days. The bound is Chernoff's on the lower tail of a negative binomial, exact
where nothing was seen; its spread is taken from the same windows of the weeks before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from app.insights.maturity import FloatArray

HISTORY, GONE = 42, 0.35
_FEWEST, _FLOOR = 21, 0.10
# That conversions are back, be it at 60 %, is believed when it is 20 times likelier than that they
# are not.
_BACK, _SURE = 0.6, 20.0
WINDOWS = range(1, 8)


@dataclass(frozen=True, slots=True)
class Break:
    """`start` to `day` are the window's days; both counts are of these days as seen."""

    start: int
    day: int
    expected: float
    seen: float


@dataclass(frozen=True, slots=True)
class Lasting:
    """A break as far as it lasts: `start` to `until`, which both counts are of.

    `day` is the one that told it, when `told` a day had been seen. `over`: conversions came again
    after `until`.
    """

    start: int
    day: int
    until: int
    over: bool
    expected: float
    seen: float
    told: float


def expected(clicks: FloatArray, conversions: FloatArray, share: FloatArray) -> FloatArray:
    """(days,): clicks of the day by conversions per click of the six weeks before it.

    `share`: how much of each day has arrived, (days,). NaN with fewer than 21 days before.
    """
    known = ~np.isnan(clicks) & ~np.isnan(conversions)
    counted = np.cumsum(np.where(known, conversions, 0.0))
    arrived = np.cumsum(np.where(known, clicks * share, 0.0))
    days = np.cumsum((known & (np.nan_to_num(clicks) > 0)).astype(np.float64))
    result = np.full(len(clicks), np.nan)
    for day in range(_FEWEST, len(clicks)):
        last, first = day - 1, day - 1 - HISTORY
        seen, clicked, spent = (_between(each, first, last) for each in (counted, arrived, days))
        if spent >= _FEWEST and clicked > 0:
            result[day] = clicks[day] * share[day] * seen / clicked
    return result


def breaks(
    clicks: FloatArray, conversions: FloatArray, share: FloatArray, tail: float = 0.0005
) -> list[Break]:
    """Every day on which a window has 35 % or less of what it should, less likely than `tail`.

    All arrays are (days,), of one platform or summed over several; conversions as seen.
    """
    usual = expected(clicks, conversions, share)
    seen = np.where(np.isnan(usual), np.nan, conversions)
    found: dict[int, Break] = {}
    for window in WINDOWS:
        for day in _unlikely(_sums(usual, window), _sums(seen, window), window, tail):
            sums = slice(day - window + 1, day + 1)
            each = Break(day - window + 1, day, float(usual[sums].sum()), float(seen[sums].sum()))
            found.setdefault(day, each)
    return [found[day] for day in sorted(found)]


def lasting(
    found: Iterable[Break], clicks: FloatArray, conversions: FloatArray, share: FloatArray
) -> list[Lasting]:
    """One for each stretch of days, oldest first, held against the level before it.

    Six weeks that hold a break expect less and less: the break would be over by itself. Raises
    nothing of windows that rest on days of the one before.
    """
    due = np.nan_to_num(clicks * share)
    seen = np.nan_to_num(np.where(np.isnan(clicks), 0.0, conversions))
    kept: list[Lasting] = []
    for each in found:
        if kept and each.start <= kept[-1].until:
            continue
        window = slice(each.start, each.day + 1)
        usual = due * (each.expected / due[window].sum())
        until, over = _until(usual, seen, each.day)
        days = slice(each.start, until + 1)
        counts = (float(usual[days].sum()), float(seen[days].sum()))
        told = each.seen / (each.day - each.start + 1)
        kept.append(Lasting(each.start, each.day, until, over, *counts, told))
    return kept


def counted(usual: FloatArray, seen: FloatArray) -> bool:
    """Whether conversions of these days came, other than in a break."""
    return bool(_tells(usual, seen).sum() > np.log(_SURE))


def _tells(usual: FloatArray, seen: FloatArray) -> FloatArray:
    """Log likelihoods of Poisson counts at 60 % of what is usual against those at 35 %."""
    tells: FloatArray = seen * np.log(_BACK / GONE) - (_BACK - GONE) * usual
    return tells


def _until(usual: FloatArray, seen: FloatArray, day: int) -> tuple[int, bool]:
    """The last day that broke, and whether conversions are back; without clicks nothing tells."""
    total, last, back = 0.0, day, day
    tells = _tells(usual, seen)
    for each in range(day + 1, len(usual)):
        if usual[each] <= 0:
            continue
        back = each if total == 0 else back
        total = max(0.0, total + float(tells[each]))
        if total > np.log(_SURE):
            return back - 1, True
        last = each
    return last, False


def _between(total: FloatArray, first: int, last: int) -> float:
    return float(total[last] - (total[first] if first >= 0 else 0))


def _sums(values: FloatArray, window: int) -> FloatArray:
    """By last day; NaN where a day of the window is."""
    result = np.full(len(values), np.nan)
    if len(values) >= window:
        result[window - 1 :] = np.convolve(values, np.ones(window), "valid")
    return result


def _unlikely(usual: FloatArray, seen: FloatArray, window: int, tail: float) -> list[int]:
    days = np.flatnonzero((seen <= GONE * usual) & (usual > 0))
    return [
        int(day)
        for day in days
        if _surprise(usual[day], seen[day], _spread(usual, seen, int(day) - window)) > -np.log(tail)
    ]


def _spread(usual: FloatArray, seen: FloatArray, last: int) -> float:
    """The variance of such a window's rate beyond counting, relative, from six weeks before."""
    before = slice(max(0, last - HISTORY + 1), max(0, last + 1))
    known = ~np.isnan(usual[before]) & ~np.isnan(seen[before])
    if not known.any():
        return 4 * _FLOOR**2
    should, was = usual[before][known], seen[before][known]
    beyond = float(((was - should) ** 2 - should).sum() / max((should**2).sum(), 1e-12))
    return max(_FLOOR**2, beyond)


def _surprise(usual: float, seen: float, spread: float) -> float:
    """Minus the log of the bound on so few or fewer."""
    size = 1 / spread
    some = seen * np.log(seen / usual) if seen > 0 else 0.0
    return float(some + (size + seen) * np.log((size + usual) / (size + seen)))

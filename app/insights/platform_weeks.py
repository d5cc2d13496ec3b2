"""Each platform's settled weeks, from its first known one to its last, as the fit takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.insights.response import HARDLY_ANY
from app.insights.weeks import UNSETTLED_DAYS, WEEK, Floats, daily, matured, weekly

# With fewer weeks of the shop's orders, history without them says more.
_SHOP_WEEKS = 10
# What a week's budget is now, and what it returns, for which more conversions are needed.
_NOW_WEEKS, RETURN_WEEKS = 4, 8


@dataclass(frozen=True, slots=True, eq=False)
class PlatformWeeks:
    """Arrays are (weeks,), of settled weeks that are known whole.

    `lately` is money a week over the last 7 days, settled or not, 0 where nothing was spent or
    nothing is known of them. `unread` weeks after these are not known. `stream` names its random
    numbers. `organic` is NaN in weeks that are not known.
    """

    name: str
    stream: str
    lately: float
    spend: Floats
    conversions: Floats
    value: Floats
    organic: Floats | None
    lots: NDArray[np.bool_]
    unread: int

    def usual(self, many: int) -> NDArray[np.intp]:
        """Those of the last `many` weeks in which it ran."""
        spent = self.spend[self.spend > 0]
        if not spent.size:
            return np.array([], dtype=np.intp)
        ran = np.flatnonzero(self.spend > HARDLY_ANY * np.median(spent))
        found: NDArray[np.intp] = ran[ran >= len(self.spend) - many]
        return found

    def now(self) -> NDArray[np.intp]:
        """The weeks of its last 28 settled days, whose mean is its level.

        Not the week it began in, which is seldom a whole one. Blocks of a test swing around a
        level that takes longer to see.
        """
        by_lot = self.lots[-_NOW_WEEKS:].any()
        weeks = self.usual(RETURN_WEEKS if by_lot else _NOW_WEEKS)
        if len(weeks) > 1 and not self.spend[: weeks[0]].any():
            weeks = weeks[1:]
        return weeks

    def level(self) -> float:
        """What it spends now, money a week; 0 where nothing was spent in those weeks."""
        weeks = self.now()
        return float(self.spend[weeks].mean()) if len(weeks) else 0.0


def platform_weeks(
    spend: ArrayLike,
    conversions: ArrayLike,
    value: ArrayLike,
    *,
    names: Sequence[str] | None,
    organic_orders: ArrayLike | None,
    maturity: ArrayLike | None,
    randomised: ArrayLike | None,
) -> list[PlatformWeeks]:
    """Arrays are as in `reallocation.reallocate`. Raises ValueError."""
    spent = np.atleast_2d(daily("spend", spend))
    shape: tuple[int, ...] = spent.shape
    counts = np.atleast_2d(daily("conversions", conversions))
    worth = np.atleast_2d(daily("value", value))
    if counts.shape != shape or worth.shape != shape:
        raise ValueError("spend, conversions and value must have one shape (platforms, days)")
    labels = [str(i) for i in range(shape[0])] if names is None else list(names)
    streams = [each.tobytes().hex() for each in counts] if names is None else labels
    if len(labels) != shape[0] or len(set(labels)) != len(labels):
        raise ValueError("names must name each platform once")
    told = np.isfinite(_together(spend, conversions, value, shape))
    lots = np.zeros(shape) if randomised is None else np.asarray(randomised, np.float64)
    by_lot = weekly(np.broadcast_to(lots, shape)) == WEEK
    known = weekly(told.astype(np.float64)) == WEEK
    organic = _organic(organic_orders, shape[1])
    sums = (weekly(spent), weekly(matured(counts, maturity)), weekly(matured(worth, maturity)))
    return [
        _of_platform(
            (label, stream, _lately(spent[i], told[i])),
            (sums[0][i], sums[1][i], sums[2][i]),
            organic,
            by_lot[i],
            known[i],
        )
        for i, (label, stream) in enumerate(zip(labels, streams, strict=True))
    ]


def _together(
    spend: ArrayLike, conversions: ArrayLike, value: ArrayLike, shape: tuple[int, ...]
) -> Floats:
    """NaN on each day on which one of the figures is."""
    each = [np.asarray(of, np.float64).reshape(shape) for of in (spend, conversions, value)]
    summed: Floats = np.sum(each, axis=0)
    return summed


def _lately(spend: Floats, told: NDArray[np.bool_]) -> float:
    days = spend[-UNSETTLED_DAYS:][told[-UNSETTLED_DAYS:]]
    return float(days.mean()) * WEEK if days.size else 0.0


def _of_platform(
    about: tuple[str, str, float],
    sums: tuple[Floats, Floats, Floats],
    organic: Floats | None,
    lots: NDArray[np.bool_],
    known: NDArray[np.bool_],
) -> PlatformWeeks:
    """From after the last gap on: what was spent in one decides what later weeks carry over."""
    whole = np.flatnonzero(known)
    last = int(whole[-1]) + 1 if whole.size else 0
    gaps = np.flatnonzero(~known[:last])
    weeks = slice(int(gaps[-1]) + 1 if gaps.size else 0, last)
    name, stream, lately = about
    spend, conversions, value = (each[weeks] for each in sums)
    orders = None if organic is None else _enough(organic[weeks])
    unread = len(known) - last
    return PlatformWeeks(
        name, stream, lately, spend, conversions, value, orders, lots[weeks], unread
    )


def _enough(organic: Floats) -> Floats | None:
    """None where the shop was there in few of the platform's weeks."""
    return organic if np.isfinite(organic).sum() >= min(_SHOP_WEEKS, len(organic)) else None


def _organic(orders: ArrayLike | None, days: int) -> Floats | None:
    """Orders a week, NaN where a day is not known; None where too few weeks are.

    Zeros before the first order are days before the shop was connected.
    """
    if orders is None:
        return None
    known = daily("organic_orders", orders, (days,))
    given = np.asarray(orders, dtype=np.float64)
    began = np.flatnonzero(known > 0)
    first = int(began[0]) if len(began) else days
    weeks = weekly(np.where(np.arange(days) < first, np.nan, given))
    return weeks if np.isfinite(weeks).sum() >= _SHOP_WEEKS else None

"""Budgets drawn by lot for some weeks: the surest way to learn what the next unit returns.

Each platform spends more in half of the blocks and less in the other half, in an order drawn for
it alone, so that nothing unseen can move with it. docs/advice.md has what such tests found.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.insights.reallocation import Reallocation, reallocate
from app.insights.response import randomness
from app.insights.weeks import UNSETTLED_DAYS, WEEK, Floats, daily

SWING = 0.30
WEEKS = 12
WEEKS_SMALL = 24
LONG_BLOCKS_FROM_WEEKS = 13
_SWINGS = (0.10, 0.50)
_WEEKS = (4, 52)
_BLOCKS = (2, 4)
# Further than this share of the swing from its planned budget, a week was not as drawn.
_FOLLOWED = 0.5


class Size(StrEnum):
    """By conversions a day over all platforms; the bounds are between 5, 50 and 500."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


# How often a test of (weeks, swing), without any history before it, led to a move that gains with
# a chance of at least 90 %, in whatever class: `bench.advice`. In blocks as planned here.
_DESIGNS = ((8, 0.2), (8, 0.4), (13, 0.2), (13, 0.3), (13, 0.4), (24, 0.2), (24, 0.3), (24, 0.4))
_ANSWERED = {
    Size.SMALL: (0.08, 0.22, 0.17, 0.23, 0.38, 0.21, 0.41, 0.56),
    Size.MEDIUM: (0.29, 0.55, 0.33, 0.58, 0.72, 0.54, 0.72, 0.80),
    Size.LARGE: (0.36, 0.62, 0.56, 0.71, 0.78, 0.63, 0.77, 0.86),
}


def size_of(conversions_a_day: float) -> Size:
    """How large an account is."""
    if conversions_a_day < 15:
        return Size.SMALL
    return Size.MEDIUM if conversions_a_day < 150 else Size.LARGE


def chance_of_an_answer(size: Size, weeks: int, swing: float) -> float:
    """That of the measured test that is most like it."""
    measured = dict(zip(_DESIGNS, _ANSWERED[size], strict=True))
    return measured[
        min(
            measured, key=lambda each: (abs(log(each[0] / weeks)) + abs(log(each[1] / swing)), each)
        )
    ]


def weeks_needed(size: Size) -> int:
    """The length of test that is offered."""
    return WEEKS_SMALL if size is Size.SMALL else WEEKS


@dataclass(frozen=True, slots=True)
class Block:
    """`budgets` are money a day by platform, the same on each day from `first` to `last`."""

    first: dt.date
    last: dt.date
    budgets: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """`level`: money a week, (platforms,); `factors`: (platforms, weeks) on it."""

    names: tuple[str, ...]
    level: Floats
    factors: Floats
    block_weeks: int
    swing: float
    size: Size

    @property
    def weeks(self) -> int:
        """How long it takes."""
        return int(self.factors.shape[1])

    @property
    def chance(self) -> float:
        """How often a test like it found an answer, where accounts were of this size."""
        return chance_of_an_answer(self.size, self.weeks, self.swing)

    @property
    def days(self) -> Floats:
        """Money a day, (platforms, days)."""
        spent: Floats = np.repeat(self.level[:, None] * self.factors / WEEK, WEEK, axis=1)
        return spent

    def schedule(self, first: dt.date) -> list[Block]:
        """What to set on which day, when it begins on `first`."""
        return [self._block(first, week) for week in range(0, self.weeks, self.block_weeks)]

    def _block(self, first: dt.date, week: int) -> Block:
        begins = first + dt.timedelta(weeks=week)
        budgets = self.level * self.factors[:, week] / WEEK
        last = begins + dt.timedelta(weeks=self.block_weeks, days=-1)
        return Block(begins, last, dict(zip(self.names, map(float, budgets), strict=True)))


def plan(
    names: Sequence[str],
    level: ArrayLike,
    conversions_a_day: float,
    *,
    weeks: int | None = None,
    swing: float = SWING,
    block_weeks: int | None = None,
    seed: int = 0,
) -> Plan:
    """A test of these platforms; `level` is today's money a week of each, (platforms,).

    Without `weeks` it is 12 weeks long, 24 in a small account. An odd number of blocks leaves one
    at today's level. Raises ValueError for a test that cannot be.
    """
    levels = daily("level", level, (len(names),))
    if not len(names) or len(set(names)) != len(names):
        raise ValueError("names must name each platform once, and at least one")
    if (levels <= 0).any():
        raise ValueError("every platform of a test must be spending something now")
    size = size_of(conversions_a_day)
    weeks = weeks_needed(size) if weeks is None else weeks
    block = _block_weeks(weeks) if block_weeks is None else block_weeks
    _check(weeks, swing, block)
    factors = np.stack([_drawn(weeks // block, swing, name, seed) for name in names])
    return Plan(tuple(names), levels, np.repeat(factors, block, axis=1), block, swing, size)


def _block_weeks(weeks: int) -> int:
    """Longer blocks lose less to carry-over; short tests need as many as they can get."""
    return 4 if weeks >= LONG_BLOCKS_FROM_WEEKS and weeks % 4 == 0 else 2


def _check(weeks: int, swing: float, block: int) -> None:
    if not _WEEKS[0] <= weeks <= _WEEKS[1]:
        raise ValueError(f"a test takes {_WEEKS[0]} to {_WEEKS[1]} weeks, not {weeks}")
    if not _SWINGS[0] <= swing <= _SWINGS[1]:
        raise ValueError(f"a test swings by {_SWINGS[0]:.0%} to {_SWINGS[1]:.0%}, not {swing:.0%}")
    if block not in _BLOCKS or weeks % block:
        raise ValueError(f"{weeks} weeks are not made of whole blocks of 2 or 4 weeks")


def _drawn(blocks: int, swing: float, name: str, seed: int) -> Floats:
    """As many blocks up as down, in an order drawn for this platform."""
    half = blocks // 2
    ordered = [1 + swing] * half + [1 - swing] * half + [1.0] * (blocks % 2)
    found: Floats = randomness(name, seed, "test").permutation(np.array(ordered))
    return found


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a test says so far.

    `weeks` of its weeks are over and settled; `followed` is the share of them, over platforms,
    that were spent as drawn. The others count as ordinary weeks.
    """

    advice: Reallocation
    weeks: int
    complete: bool
    followed: float


def evaluate(
    planned: Plan,
    begins: int,
    spend: ArrayLike,
    conversions: ArrayLike,
    value: ArrayLike,
    *,
    maturity: ArrayLike | None = None,
    organic_orders: ArrayLike | None = None,
    **asked: Any,
) -> Evaluation:
    """What is known with the test, which began on day `begins` of the arrays.

    Arrays and `asked` are those of `reallocate`, platforms in the plan's order. Weeks are cut as
    the test's weeks are. Raises ValueError.
    """
    spent = daily("spend", spend)
    if spent.ndim != 2 or len(spent) != len(planned.names):
        raise ValueError("spend must be (platforms, days) with the platforms of the plan")
    days = spent.shape[1]
    if not 0 <= begins <= days:
        raise ValueError(f"the test must begin within the {days} days of the figures")
    over = max(days - UNSETTLED_DAYS - begins, 0) // WEEK
    ends = min(begins + over * WEEK + UNSETTLED_DAYS, days)
    settled = min(over, planned.weeks)
    followed_weeks = as_drawn(planned, spent[:, begins:], settled)
    lots = np.zeros(spent.shape, dtype=bool)
    lots[:, begins : begins + settled * WEEK] = np.repeat(followed_weeks, WEEK, axis=1)
    advice = reallocate(
        np.asarray(spend, np.float64)[:, :ends],
        np.asarray(conversions, np.float64)[:, :ends],
        np.asarray(value, np.float64)[:, :ends],
        names=planned.names,
        maturity=None if maturity is None else np.asarray(maturity)[..., days - ends :],
        organic_orders=None if organic_orders is None else np.asarray(organic_orders)[:ends],
        randomised=lots[:, :ends],
        **asked,
    )
    followed = float(followed_weeks.mean()) if settled else 0.0
    return Evaluation(advice, settled, settled == planned.weeks, followed)


def as_drawn(planned: Plan, spent: Floats, weeks: int) -> NDArray[np.bool_]:
    """(platforms, weeks): what was spent is near what was drawn.

    `spent` is money a day from the test's first day on, (platforms, days), over at least `weeks`.
    """
    sums = spent[:, : weeks * WEEK].reshape(len(spent), weeks, WEEK).sum(axis=2)
    off = sums / planned.level[:, None] - planned.factors[:, :weeks]
    found: NDArray[np.bool_] = np.abs(off) <= _FOLLOWED * planned.swing
    return found

"""Budgets drawn by lot for some weeks, so that what they return can be told.

Blocks of weeks up and down by the same share, as often the one as the other on every platform, in
an order by lot. The chances of an answer were measured on worlds of known response; docs/advice.md
has the table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WEEK = 7
SMALL, LARGE = 15.0, 150.0
LONG_BLOCKS_FROM_WEEKS = 13
USUAL_SWING = 0.3


@dataclass(frozen=True, slots=True)
class TestDesign:
    """Budgets move by `swing`, a share of one, in blocks of `block_weeks` over `weeks`."""

    weeks: int
    swing: float
    block_weeks: int


@dataclass(frozen=True, slots=True)
class Block:
    """Days `first` to `last`, both included, and each platform's factor on its budget."""

    first: dt.date
    last: dt.date
    factors: Mapping[str, float]


def usual_test(conversions_a_day: float) -> TestDesign:
    """What to offer: 12 weeks in blocks of two, for a small account 26 in blocks of four."""
    if conversions_a_day < SMALL:
        return TestDesign(26, USUAL_SWING, 4)
    return TestDesign(12, USUAL_SWING, 2)


def chance_of_answer(conversions_a_day: float) -> float:
    """How often the usual test ends with an answer, measured; a share of one."""
    if conversions_a_day < SMALL:
        return 0.40
    return 0.48 if conversions_a_day < LARGE else 0.52


def plan(platforms: Sequence[str], first: dt.date, design: TestDesign, *, seed: int) -> list[Block]:
    """The blocks in order. Raises ValueError for no platform, or a design that cannot be.

    The same seed draws the same order for a platform, whichever others take part.
    """
    import numpy as np  # noqa: PLC0415 the web process only words a design

    from app.insights.response import randomness  # noqa: PLC0415 as above

    if not platforms or len(set(platforms)) != len(platforms):
        raise ValueError("a test needs platforms, each once")
    if not 0 < design.swing < 1 or design.block_weeks < 1 or design.weeks < 2 * design.block_weeks:
        raise ValueError("a test needs at least two blocks and a swing between 0 and 1")
    count = design.weeks // design.block_weeks
    ways = np.resize([1 + design.swing, 1 - design.swing], count)
    drawn = {each: randomness(each, seed, "test").permutation(ways) for each in platforms}
    days = design.block_weeks * WEEK
    return [
        Block(
            first + dt.timedelta(days=i * days),
            first + dt.timedelta(days=(i + 1) * days - 1),
            {each: float(drawn[each][i]) for each in platforms},
        )
        for i in range(count)
    ]

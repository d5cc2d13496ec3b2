"""Audiences that are used up, told from season; and what a wider one brought elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.insights.maturity import FloatArray

FEWEST_ADS = 3
RISE = 1.15
_FALL, _ROOM = 0.85, 0.05
_COMPARABLE = 2


@dataclass(frozen=True, slots=True)
class Wider:
    """Of `comparable` campaigns the reach and return, smallest and largest.

    Both None with fewer than two campaigns to compare with.
    """

    comparable: int
    reach: tuple[float, float] | None
    roas: tuple[float, float] | None


def saturated(ratios: FloatArray, frequency: tuple[float, float], last_year: float | None) -> bool:
    """Whether ads tire together because their people have seen them.

    `ratios` is (ads, days): clicks per impression against each ad's beginning, NaN where not
    known; the median has to be low on all of the days. `frequency` is then and now. `last_year` is
    the same comparison a year ago, None where not known, which is then not enough to tell it from
    season.
    """
    known = ratios[~np.isnan(ratios).any(axis=1)]
    if len(known) < FEWEST_ADS or not known.size or last_year is None or frequency[0] <= 0:
        return False
    rose = frequency[1] / frequency[0] >= RISE
    low = (np.median(known, axis=0) <= _FALL).all()
    return bool(low and rose and last_year > _FALL + _ROOM)


def wider(
    *, is_saturated: bool, roas: float, break_even: float, comparable: Sequence[tuple[float, float]]
) -> Wider | None:
    """An expansion, where it is saturated and returns are above break-even; else None.

    `comparable` are (reach, ROAS) of campaigns that ran; fewer than two promise nothing.
    """
    if not is_saturated or roas <= break_even:
        return None
    if len(comparable) < _COMPARABLE:
        return Wider(len(comparable), None, None)
    reaches, returns = zip(*comparable, strict=True)
    return Wider(len(comparable), (min(reaches), max(reaches)), (min(returns), max(returns)))

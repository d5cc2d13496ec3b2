"""Audiences that are used up, told from season; and how much wider one may go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.insights.maturity import FloatArray

_FALL, _RISE = 0.85, 1.15


@dataclass(frozen=True, slots=True)
class Wider:
    """What comparable ad sets really had: reach and return, smallest and largest."""

    reach: tuple[float, float]
    roas: tuple[float, float]


def saturated(ratios: FloatArray, frequency: tuple[float, float], last_year: float | None) -> bool:
    """Whether the account's ads tire together because its people have seen them.

    `ratios` is (ads,): clicks per impression against each ad's beginning. `frequency` is then and
    now. `last_year` is the same comparison a year ago, None where not known, which is then not
    enough to tell it from season.
    """
    known = ratios[~np.isnan(ratios)]
    if len(known) < 3 or last_year is None or frequency[0] <= 0:
        return False
    rose = frequency[1] / frequency[0] >= _RISE
    return bool(np.median(known) <= _FALL and rose and last_year > _FALL + 0.05)


def wider(
    *, is_saturated: bool, roas: float, break_even: float, comparable: Sequence[tuple[float, float]]
) -> Wider | None:
    """An expansion, where it is saturated and returns are above break-even; else None.

    `comparable` are (reach, ROAS) of ad sets that ran; fewer than two promise nothing.
    """
    if not is_saturated or roas <= break_even or len(comparable) < 2:
        return None
    reaches, returns = zip(*comparable, strict=True)
    return Wider((min(reaches), max(reaches)), (min(returns), max(returns)))

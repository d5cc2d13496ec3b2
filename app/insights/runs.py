"""Days in a row on which what one of them raised goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Run:
    """`first` to `last` are columns; `over`: it did not go on after the last."""

    platform: int
    first: int
    last: int
    over: bool


def run_of(row: int, first: int, goes_on: Bools, unread: Bools, longest: int) -> Run:
    """From `first` on while it goes on, `longest` days at most; days not read tell nothing."""
    last = first
    for day in range(first + 1, len(goes_on)):
        if day - first >= longest:
            return Run(row, first, last, over=True)
        if unread[day]:
            continue
        if not goes_on[day]:
            return Run(row, first, last, over=True)
        last = day
    return Run(row, first, last, over=False)


def marked(found: Bools) -> Iterator[tuple[int, int]]:
    """(row, day) of what is found, day by day."""
    yield from ((int(row), int(day)) for row, day in zip(*np.nonzero(found), strict=True))

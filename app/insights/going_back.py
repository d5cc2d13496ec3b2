"""Shifts as far as they last: a level that went back is told as gone back, its return as nothing.

What returns later than four weeks on returns from what was usual by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from app.insights.maturity import FloatArray
from app.insights.shifts import Shift

_RECENT, _WEEK, _FEWEST = 28, 7, 4


@dataclass(frozen=True, slots=True)
class Level:
    """A shift, by what it comes to. `until` is the last day it was seen to last."""

    shift: Shift
    until: int
    over: bool = False

    @property
    def way(self) -> int:
        """Plus 1 for up, minus 1 for down."""
        return 1 if self.shift.size > 0 else -1

    def left(self, level: float) -> float:
        """How much of a shift such a level is, as a log ratio; below 0 the other way."""
        return (level - self.shift.before) * self.way

    def lasts_at(self, level: float) -> bool:
        """Whether the level is nearer to the shifted one than to the one before."""
        return self.left(level) >= abs(self.shift.size) / 2


def levels_told(found: Iterable[Shift], logs: FloatArray, least: float, within: int) -> list[Level]:
    """Shifts of one series of `logs`, oldest first, of at least `least` as a log ratio.

    A shift the same way within `within` days is the same one, at its newest size.
    """
    told: list[Level] = []
    for each in found:
        level = each.before + each.size
        left = [one for one in told if _may_undo(one, each)]
        if left:
            told = [_after(one, each) if one in left else one for one in told]
            if left[0].left(level) <= -least:
                told.append(_from(left[0].shift.before, each))
        elif abs(each.size) >= least:
            if told and _goes_on(told[-1], each, within):
                told[-1] = _resized(told[-1], each)
            else:
                told.append(Level(each, each.day))
    return [each if each.over else _faded(each, logs) for each in told]


def _may_undo(one: Level, later: Shift) -> bool:
    recent = later.day - one.until <= _RECENT
    return recent and not one.over and later.size * one.way < 0


def _goes_on(one: Level, later: Shift, within: int) -> bool:
    same = later.size * one.way > 0
    return same and not one.over and later.day - one.until <= within


def _after(one: Level, back: Shift) -> Level:
    if one.lasts_at(back.before + back.size):
        return _resized(one, back)
    return replace(one, until=max(back.start - 1, one.shift.start), over=True)


def _resized(one: Level, later: Shift) -> Level:
    size = later.before + later.size - one.shift.before
    return replace(one, shift=replace(one.shift, size=size), until=later.day)


def _from(before: float, beyond: Shift) -> Level:
    """What went back and on beyond where it had been."""
    size = beyond.before + beyond.size - before
    return Level(replace(beyond, before=before, size=size), beyond.day)


def _faded(one: Level, logs: FloatArray) -> Level:
    """Over where the newest week is back though no day of it stood out."""
    lasting = [day for day in range(one.until, len(logs)) if _week_lasts(one, logs, day)]
    last = max(lasting, default=one.until)
    if last >= len(logs) - 1 or len(logs) - 1 - one.until < _WEEK:
        return one
    return replace(one, until=max(last - _WEEK // 2, one.until), over=True)


def _week_lasts(one: Level, logs: FloatArray, day: int) -> bool:
    """A whole week, so that weekdays make no difference; days that say nothing say nothing."""
    week = logs[day - _WEEK + 1 : day + 1]
    known = week[~np.isnan(week)]
    return len(known) < _FEWEST or one.lasts_at(float(known.mean()))

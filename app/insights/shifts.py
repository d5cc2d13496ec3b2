"""Levels that moved and stay moved: CUSUM on what level and weekday leave unexplained.

Page's cumulative sums on residuals of logs, both ways. Level, weekdays and spread follow the
series slowly; the spread is widened for days that depend on the day before, and for days whose
conversions have not all arrived.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from app.insights.maturity import FloatArray

_WARM, _LEVEL, _WEEK, _SPREAD, _FLOOR, _LIMIT = 35, 0.05, 0.06, 0.03, 0.03, 4.0
# Half of what dependence between days would ask for: all of it hides shifts for weeks.
_ECHO = 0.5
# A level that follows at full pace takes a shift for its own before the sums can tell.
_DOUBT, _IN_DOUBT = 2.0, 0.25


@dataclass(frozen=True, slots=True)
class Shift:
    """`size` is a log ratio of the level since `start` to the one before; `before` a log level."""

    start: int
    day: int
    before: float
    size: float


@dataclass(slots=True)
class _State:
    level: float
    week: FloatArray
    variance: float
    echo: float
    last: float = 0.0
    up: float = 0.0
    down: float = 0.0
    up_since: int = 0
    down_since: int = 0


def shifts(
    logs: FloatArray, extra: FloatArray, *, reference: float = 0.75, decision: float = 6.5
) -> list[Shift]:
    """Every alarm of one series, oldest first.

    `logs` is (days,), NaN where a day has nothing to say, which is then skipped; `extra` the
    variance that a day has beyond the usual, (days,). Nothing in the first 35 known days.
    """
    known = np.flatnonzero(~np.isnan(logs))
    if len(known) <= _WARM:
        return []
    state = _begun(logs, known[:_WARM])
    rule = (reference, decision)
    steps = (_step(state, logs, float(extra[day]), int(day), rule) for day in known[_WARM:])
    return [each for each in steps if each]


def agreed(first: list[Shift], second: list[Shift], within: int = 7) -> list[Shift]:
    """Shifts of the first that the second has too, the same way; told on the later day."""
    found = []
    for each in first:
        same = [
            other.day
            for other in second
            if other.size * each.size > 0 and abs(other.day - each.day) <= within
        ]
        if same:
            found.append(replace(each, day=max(each.day, min(same))))
    return found


def _begun(logs: FloatArray, days: np.ndarray[tuple[int], np.dtype[np.intp]]) -> _State:
    level = float(np.median(logs[days]))
    off = logs[days] - level
    week = np.zeros(7)
    for weekday in range(7):
        same = off[days % 7 == weekday]
        week[weekday] = np.clip(same, -1, 1).sum() / (len(same) + 2)
    left = off - week[days % 7]
    variance = max(float(1.4826 * np.median(np.abs(left - np.median(left)))) ** 2, _FLOOR**2)
    held = np.clip(left, -3 * variance**0.5, 3 * variance**0.5)
    return _State(level, week, variance * 1.2, float((held[1:] * held[:-1]).mean()), left[-1])


def _step(
    state: _State, logs: FloatArray, extra: float, day: int, rule: tuple[float, float]
) -> Shift | None:
    reference, decision = rule
    left = float(logs[day]) - state.level - state.week[day % 7]
    rho = _ECHO * min(max(state.echo / state.variance, 0.0), 0.6)
    spread = (state.variance * (1 + rho) / (1 - rho) + extra) ** 0.5
    z = _within(left / spread, _LIMIT)
    state.up, state.up_since = _summed(state.up, z - reference, state.up_since, day)
    state.down, state.down_since = _summed(state.down, -z - reference, state.down_since, day)
    if max(state.up, state.down) > decision:
        return _alarm(state, logs, day)
    _follow(state, left, day)
    return None


def _within(value: float, limit: float) -> float:
    return min(max(value, -limit), limit)


def _summed(total: float, more: float, since: int, day: int) -> tuple[float, int]:
    summed = max(0.0, total + more)
    return summed, (since if total > 0 else day)


def _follow(state: _State, left: float, day: int) -> None:
    held = _within(left, 2.5 * state.variance**0.5)
    doubt = _IN_DOUBT if max(state.up, state.down) > _DOUBT else 1.0
    state.level += _LEVEL * doubt * held
    state.week[day % 7] += _WEEK * doubt * held
    state.echo += _SPREAD * doubt * (held * state.last - state.echo)
    state.variance = max(state.variance + _SPREAD * doubt * (held**2 - state.variance), _FLOOR**2)
    state.last = held


def _alarm(state: _State, logs: FloatArray, day: int) -> Shift:
    """Start again from the level since the shift began."""
    start = state.up_since if state.up > state.down else state.down_since
    days = np.arange(start, day + 1)
    days = days[~np.isnan(logs[days])]
    size = float(np.mean(logs[days] - state.week[days % 7])) - state.level
    shift = Shift(start, day, state.level, size)
    state.level += size
    state.up = state.down = state.last = 0.0
    return shift

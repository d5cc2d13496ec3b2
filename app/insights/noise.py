"""How much a measure moves by itself, and from where on a change is more than that.

The variance of ln(now / before) is estimated from the spread of weeks (single days in short
periods) about their own period's value, so that a step between the periods does not count as
noise. One thing has few weeks: its estimate is drawn towards Poisson noise plus what the account's
things have beyond it. A t of few degrees of freedom is brought to the normal's scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import copysign, exp, log, sqrt
from statistics import NormalDist, median
from weakref import WeakKeyDictionary

from app.insights.measures import Measure
from app.insights.period import Daily, Sums, Thing

_NORMAL = NormalDist()
_WEEK, _IN_WEEKS_FROM = 7, 21
# Slow movement from one period to the next that weeks within a period do not show.
DRIFT = 0.03
# The spread of a period's value beyond Poisson where no days are given.
_BEYOND = 0.05
# The median of a chi-square by its degrees of freedom, for the six of eight weeks.
_MEDIAN_OF_MEAN = 0.89
_MOST_POOLED = 20.0
_FEWEST_FREE = 2
# Poisson noise need not be estimated: its degrees of freedom are as good as any number.
_KNOWN = 1000.0


@dataclass(frozen=True, slots=True)
class Spread:
    """A variance of a logarithm and the degrees of freedom it was estimated with."""

    variance: float
    free: float


def critical(rate: float, comparisons: int, least: float) -> float:
    """The z that noise passes in either direction, in any comparison, with this chance at most."""
    return max(least, _NORMAL.inv_cdf(1 - rate / (2 * max(comparisons, 1))))


def one_sided(rate: float, comparisons: int) -> float:
    """The same where only one direction counts."""
    return _NORMAL.inv_cdf(1 - rate / max(comparisons, 1))


def middle(level: float) -> float:
    """How many standard errors either side hold the middle `level`."""
    return _NORMAL.inv_cdf(0.5 + level / 2)


def normal_z(t: float, free: float) -> float:
    """A t as the z that is as improbable (Abramowitz and Stegun, 26.7.8)."""
    return t * (1 - 1 / (4 * free)) / sqrt(1 + t * t / (2 * free))


def within(measure: Measure, daily: Daily | None) -> Spread | None:
    """The variance of a period's value about which its weeks spread; None for too few of them."""
    if daily is None:
        return None
    blocks = _blocks(daily)
    top = sum(getattr(sums, measure.over) for sums, _ in blocks)
    if len(blocks) < _FEWEST_FREE + 1 or not top:
        return None
    below = [_below(measure, sums, days) for sums, days in blocks]
    rate = top / sum(below) if sum(below) else 0.0
    off = sum(
        (getattr(sums, measure.over) - rate * under) ** 2
        for (sums, _), under in zip(blocks, below, strict=True)
    )
    count = len(blocks)
    return Spread(count / (count - 1) * off / top**2, count - 1)


def _below(measure: Measure, sums: Sums, days: int) -> float:
    return float(getattr(sums, measure.under)) if measure.under else float(days)


_blocks_of: WeakKeyDictionary[Daily, list[tuple[Sums, int]]] = WeakKeyDictionary()


def _blocks(daily: Daily) -> list[tuple[Sums, int]]:
    """Made once for all measures: two years of 300 campaigns take seconds to add up."""
    if (found := _blocks_of.get(daily)) is None:
        found = _blocks_of[daily] = _cut(daily)
    return found


def _cut(daily: Daily) -> list[tuple[Sums, int]]:
    """Whole weeks from the end on, what is left of the first ones with the oldest."""
    length = _WEEK if len(daily) >= _IN_WEEKS_FROM else 1
    starts = [len(daily) % length + length * at for at in range(len(daily) // length)]
    if starts:
        starts[0] = 0
    ends = [*starts[1:], len(daily)]
    return [(daily.sums(a, b), b - a) for a, b in zip(starts, ends, strict=True) if b > a]


@dataclass(frozen=True, slots=True)
class Noise:
    """What the account's things have beyond Poisson noise in one measure."""

    measure: Measure
    beyond: float
    weight: float

    def spread(self, thing: Thing, *, alone: bool = False) -> Spread:
        """Of ln(now / before); of ln(now) for `alone`."""
        pairs = [(thing.now, thing.daily)]
        if not alone:
            pairs.append((thing.before, thing.daily_before))
        floor = sum(self.measure.floor(sums) for sums, _ in pairs)
        expected = floor + len(pairs) * self.beyond
        seen = [within(self.measure, daily) for _, daily in pairs]
        found = [each for each in seen if each]
        if len(found) < len(pairs):
            return Spread(expected + DRIFT**2, max(self.weight, _MOST_POOLED))
        variance, free = sum(e.variance for e in found), sum(e.free for e in found)
        drawn = (self.weight * expected + free * variance) / (self.weight + free)
        if drawn <= floor:
            return Spread(floor + DRIFT**2, _KNOWN)
        return Spread(drawn + DRIFT**2, self.weight + free)


def pooled(measure: Measure, things: Sequence[Thing]) -> Noise:
    """The noise of an account, from those of its things that have enough days."""
    beyond: list[float] = []
    for thing in things:
        for sums, daily in ((thing.now, thing.daily), (thing.before, thing.daily_before)):
            if measure.enough(sums) and (seen := within(measure, daily)):
                beyond.append(seen.variance / _MEDIAN_OF_MEAN - measure.floor(sums))
    if not beyond:
        return Noise(measure, _BEYOND**2, _MOST_POOLED)
    return Noise(measure, max(median(beyond), 0.0), min(float(len(beyond)), _MOST_POOLED))


def z_of_change(ln_ratio: float, spread: Spread) -> float:
    """How far a change is from none."""
    return normal_z(ln_ratio / sqrt(spread.variance), spread.free)


def z_of_counts(now: float, before: float, share_now: float, spread: Spread, floor: float) -> float:
    """How far two counts are from `share_now` of both falling now, also where one is nothing.

    The signed root of twice the log likelihood ratio, less by the noise beyond `floor`.
    """
    both = now + before
    expected = (both * share_now, both * (1 - share_now))
    off = sum(n * log(n / e) for n, e in zip((now, before), expected, strict=True) if n > 0)
    root = copysign(sqrt(max(2 * off, 0.0)), now - expected[0])
    return normal_z(root * sqrt(min(floor / spread.variance, 1.0)), spread.free)


def range_of(ln_ratio: float, spread: Spread, level: float = 0.8) -> tuple[float, float]:
    """The relative changes that are `level` likely, as shares: 0.1 is ten per cent more."""
    wide = middle(level) * sqrt(spread.variance)
    return exp(ln_ratio - wide) - 1, exp(ln_ratio + wide) - 1

"""What a change of a whole is made of: each part's own change, and the mix of the parts.

For R = sum(w * r), with w a part's share of what is divided by and r its own value:

    change of R = sum((w1 - w0) * (mean r - mean R))  +  sum(mean w * (r1 - r0))
                        the mix                              the rates

Means are of now and before. A part that was not there before, or is not there now, has no change
of its own: all it does is mix, told apart as new and ended. Everything sums to the change exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isclose

from app.insights.measures import Measure
from app.insights.period import FIELDS, Sums, Thing

_ADDS_UP = 0.01


@dataclass(frozen=True, slots=True)
class Part:
    """One part's share of a change, in the measure's own units."""

    thing: Thing
    mix: float = 0.0
    rate: float = 0.0
    new: float = 0.0
    ended: float = 0.0

    @property
    def whole(self) -> float:
        """All it does to the change."""
        return self.mix + self.rate + self.new + self.ended


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A change from before to now and its parts, the largest first."""

    change: float
    parts: tuple[Part, ...]

    def total(self, kind: str) -> float:
        """The sum over the parts of `mix`, `rate`, `new` or `ended`."""
        return float(sum(getattr(each, kind) for each in self.parts))

    def carriers(self, most: int = 3, enough: float = 0.8) -> tuple[tuple[Part, ...], float]:
        """The fewest parts, `most` at most, that carry `enough`; and the share they carry."""
        if not self.change:
            return (), 0.0
        chosen: list[Part] = []
        carried = 0.0
        for part in self.parts[:most]:
            if part.whole / self.change <= 0 or carried >= enough:
                break
            chosen.append(part)
            carried += part.whole / self.change
        return tuple(chosen), carried


def decompose(
    measure: Measure, parts: Sequence[Thing], *, days: int = 1, days_before: int = 1
) -> Decomposition:
    """The change of the parts' whole. Volumes of before are brought to as many days as now."""
    now, before = added(each.now for each in parts), added(each.before for each in parts)
    if not measure.under:
        return _volume(measure, parts, days / days_before if days_before else 1.0)
    ratio_now, ratio_before = measure.of(now), measure.of(before)
    if ratio_now is None or ratio_before is None:
        return Decomposition(0.0, ())
    under, under_before = getattr(now, measure.under), getattr(before, measure.under)
    whole = _Whole(measure, under, under_before, (ratio_now + ratio_before) / 2)
    return _ordered(ratio_now - ratio_before, [whole.part(each) for each in parts])


def adds_up(thing: Thing, parts: Sequence[Thing], measure: Measure) -> bool:
    """Whether parts are all of a thing, as far as this measure goes."""
    now, before = added(each.now for each in parts), added(each.before for each in parts)
    return all(
        isclose(getattr(mine, each), getattr(theirs, each), rel_tol=_ADDS_UP)
        for mine, theirs in ((thing.now, now), (thing.before, before))
        for each in (measure.over, measure.under)
        if each
    )


def share_of(measure: Measure, part: Thing, whole: Thing, days: tuple[int, int] = (1, 1)) -> float:
    """How much of a whole's change one part of it carries; 0 where there is no telling."""
    try:
        now, before = _less(whole.now, part.now), _less(whole.before, part.before)
    except ValueError:
        return 0.0
    rest = Thing(entity=whole.entity, now=now, before=before)
    found = decompose(measure, (part, rest), days=days[0], days_before=days[1])
    mine = next((each.whole for each in found.parts if each.thing is part), 0.0)
    return mine / found.change if found.change else 0.0


def added(several: Iterable[Sums]) -> Sums:
    """Sums added up."""
    return sum(several, Sums())


def _less(whole: Sums, part: Sums) -> Sums:
    """What is left of a whole; rounding below nothing is nothing."""
    left = {each: getattr(whole, each) - getattr(part, each) for each in FIELDS}
    tiny = {each: _ADDS_UP * getattr(whole, each) for each in FIELDS}
    return Sums(**{each: 0.0 if -tiny[each] < left[each] < 0 else left[each] for each in FIELDS})


def _ordered(change: float, parts: Iterable[Part]) -> Decomposition:
    """The parts that push most in the change's direction first, ties by name."""
    along = -1 if change < 0 else 1
    ordered = sorted(parts, key=lambda part: (-along * part.whole, part.thing.place))
    return Decomposition(change, tuple(ordered))


@dataclass(frozen=True, slots=True)
class _Whole:
    """What the parts of a ratio are held against."""

    measure: Measure
    now: float
    before: float
    middle: float

    def part(self, thing: Thing) -> Part:
        """One part: its whole is exact whichever way it is split."""
        measure = self.measure
        weight = getattr(thing.now, measure.under) / self.now
        weight_before = getattr(thing.before, measure.under) / self.before
        over = getattr(thing.now, measure.over) / self.now
        over_before = getattr(thing.before, measure.over) / self.before
        moved = measure.scale * (over - over_before) - self.middle * (weight - weight_before)
        if thing.before == _NOTHING:
            return Part(thing, new=moved)
        if thing.now == _NOTHING:
            return Part(thing, ended=moved)
        now, before = measure.of(thing.now), measure.of(thing.before)
        if now is None or before is None:
            return Part(thing, rate=moved)
        rate = (weight + weight_before) / 2 * (now - before)
        return Part(thing, mix=moved - rate, rate=rate)


_NOTHING = Sums()


def _volume(measure: Measure, parts: Sequence[Thing], scale: float) -> Decomposition:
    found = [_of_volume(measure, each, scale) for each in parts]
    return _ordered(sum(each.whole for each in found), found)


def _of_volume(measure: Measure, thing: Thing, scale: float) -> Part:
    moved = getattr(thing.now, measure.over) - scale * getattr(thing.before, measure.over)
    if thing.before == _NOTHING:
        return Part(thing, new=moved)
    if thing.now == _NOTHING:
        return Part(thing, ended=moved)
    return Part(thing, rate=moved)

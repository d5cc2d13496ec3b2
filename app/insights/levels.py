"""One cause, one finding: of a platform and its campaigns the one that explains it best is kept.

A narrower thing replaces a wider one when it carries most of the wider one's change without being
nearly all of it. Otherwise the wider one stays, and its campaigns are named as what carries it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from app.insights.period import Thing

_DEPTH = {"workspace": 0, "platform": 1, "channel": 2, "placement": 3, "campaign": 4, "ad": 5}
CARRIES_MOST = 0.75
_NEARLY_ALL = 0.8


class OfThing(Protocol):
    """Something that is said of a thing."""

    @property
    def thing(self) -> Thing: ...


Said = TypeVar("Said", bound=OfThing)


def depth(thing: Thing) -> int:
    """How narrow a thing is."""
    return _DEPTH[thing.entity.kind]


def related(one: Thing, other: Thing) -> bool:
    """Whether two things share campaigns, so that one may be the other's cause."""
    if one.place == other.place or one.is_in(other) or other.is_in(one):
        return True
    wide, narrow = sorted((one, other), key=depth)
    if wide.entity.platform != narrow.entity.platform:
        return False
    if wide.entity.kind == "channel":
        return narrow.entity.kind == "placement"
    crossing = wide.entity.kind == "placement" and narrow.entity.kind == "campaign"
    return crossing and (not wide.parts or any(e.place == narrow.place for e in wide.parts))


def best_explained(several: Sequence[Said], carries: Callable[[Said, Said], float]) -> list[Said]:
    """Those that are no part of each other. `carries(narrow, wide)`: its share of the wide one."""
    left = sorted(
        several, key=lambda each: (depth(each.thing), -_size(each.thing), each.thing.place)
    )
    kept: list[Said] = []
    while left:
        top = left[0]
        chosen = _narrowest(top, left[1:], carries)
        kept.append(chosen)
        left = [each for each in left if each is not top and not related(each.thing, chosen.thing)]
    return kept


def _narrowest(top: Said, others: Sequence[Said], carries: Callable[[Said, Said], float]) -> Said:
    small = _NEARLY_ALL * _size(top.thing)
    fitting = [
        each
        for each in others
        if related(each.thing, top.thing)
        and _size(each.thing) <= small
        and carries(each, top) >= CARRIES_MOST
    ]
    return max(fitting, key=lambda each: (depth(each.thing), -_size(each.thing)), default=top)


def _size(thing: Thing) -> float:
    return max(thing.now.spend, thing.before.spend)

"""Which variations to write: platforms in turn, every angle with every framework that fits."""

from __future__ import annotations

from dataclasses import dataclass

from app.copywriting.brief import AdPlatform, Angle, Brief
from app.copywriting.frameworks import Framework, frameworks_for

FRAMEWORKS_EACH = 4


@dataclass(frozen=True, slots=True)
class Slot:
    """One variation to write."""

    platform: AdPlatform
    framework: Framework
    angle: Angle


def plan(brief: Brief, count: int) -> list[Slot]:
    """`count` slots. Twenty on one platform are its four fittest frameworks in all five angles."""
    slots = []
    for place in range(count):
        turn, which = divmod(place, len(brief.platforms))
        platform = brief.platforms[which]
        fitting = frameworks_for(brief, platform)[:FRAMEWORKS_EACH]
        slots.append(Slot(platform, fitting[turn % len(fitting)], _angle(brief, place, turn)))
    return slots


def _angle(brief: Brief, place: int, turn: int) -> Angle:
    """Every angle in turn; every second one is the brief's where it has one."""
    if brief.angle is None:
        return tuple(Angle)[place % len(Angle)]
    # Shifted with each round of the frameworks, so that all of them are written in the angle.
    if (turn + turn // FRAMEWORKS_EACH) % 2 == 0:
        return brief.angle
    others = [each for each in Angle if each is not brief.angle]
    return others[turn % len(others)]

"""Which variations to write: platforms in turn, every angle with every framework that fits."""

from __future__ import annotations

from dataclasses import dataclass

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.frameworks import Angle, Framework, frameworks_for

FRAMEWORKS_EACH = 4


@dataclass(frozen=True, slots=True)
class Slot:
    """One variation to write."""

    platform: AdPlatform
    framework: Framework
    angle: Angle


def plan(brief: Brief, count: int) -> list[Slot]:
    """`count` slots. Twenty on one platform are its four fittest frameworks in all five angles."""
    angles = tuple(Angle)
    slots = []
    for place in range(count):
        turn, which = divmod(place, len(brief.platforms))
        platform = brief.platforms[which]
        fitting = frameworks_for(brief, platform)[:FRAMEWORKS_EACH]
        slots.append(Slot(platform, fitting[turn % len(fitting)], angles[place % len(angles)]))
    return slots

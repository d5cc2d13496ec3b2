"""One piece of ad copy, and what may be said against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.copywriting.brief import AdPlatform, Angle
from app.copywriting.frameworks import Trigger


class Level(StrEnum):
    """How much a flag weighs: a platform may refuse or it would be untrue, or worth a look."""

    PROBLEM = "problem"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Flag:
    """`rule` is a stable word, `field` where it stands, `words` what trips it."""

    rule: str
    field: str
    words: str
    message: str
    level: Level = Level.PROBLEM


@dataclass(frozen=True, slots=True)
class Beat:
    """The part of the text that does one step of the framework."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Variation:
    """An ad for one platform.

    A responsive search ad shows any of `headlines` and `descriptions`; its `headline`,
    `description` and `primary_text` are the first headline and the first two descriptions. Of the
    others the lists hold the one headline and description.
    """

    platform: AdPlatform
    framework: str
    angle: Angle
    trigger: Trigger
    primary_text: str
    headline: str
    description: str
    cta: str
    headlines: tuple[str, ...]
    descriptions: tuple[str, ...]
    paths: tuple[str, ...] = ()
    beats: tuple[Beat, ...] = ()
    target: str = ""
    brief: str = ""
    reasoning: str = ""

    def fields(self) -> Iterator[tuple[str, str]]:
        """Every text that is shown, once, with the name of its field."""
        given = {"": "empty"}
        for name, text in (
            ("primary_text", self.primary_text),
            ("headline", self.headline),
            ("description", self.description),
            *(("headlines", each) for each in self.headlines),
            *(("descriptions", each) for each in self.descriptions),
        ):
            if text not in given:
                given[text] = name
                yield name, text

    @property
    def text(self) -> str:
        """All that is shown, a line each."""
        return "\n".join(text for _, text in self.fields())

"""Turns that the sentences of several rules share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from app.insights.finding import Entity, Finding, Number, Unit
from app.insights.words import Manner

SMALL_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()


@dataclass(frozen=True, slots=True)
class Telling:
    """A finding about to be put into words."""

    finding: Finding
    manner: Manner

    @property
    def subject(self) -> Entity:
        """What it is about."""
        return self.finding.entities[0]

    @property
    def name(self) -> str:
        """The subject at the beginning of a title."""
        return "All platforms together" if self.subject.kind == "workspace" else self.subject.name

    @property
    def carriers(self) -> list[str]:
        """The names of what carries it."""
        return [each.name for each in self.finding.entities if each.role == "carries"]

    def has(self, name: str) -> bool:
        """Whether there is such a number."""
        return name in self.finding.numbers

    def value(self, name: str) -> float:
        """A bare number."""
        return self.finding.numbers[name].value

    def __getitem__(self, name: str) -> str:
        """A number as it is written, with its sign if it is a change."""
        return self.manner.number(self.finding.numbers[name])

    def size(self, name: str) -> str:
        """A number without its sign."""
        number = self.finding.numbers[name]
        return self.manner.number(Number(abs(number.value), number.unit))

    def counted(self, name: str, noun: str, plural: str = "") -> str:
        """Such as three campaigns, 1 order or 312 orders."""
        return f"{self.few(name)} {self.noun(name, noun, plural)}"

    def few(self, name: str) -> str:
        """A count, in letters where it is small and whole."""
        value = self.value(name)
        if value == int(value) and 0 < value < len(SMALL_NUMBERS):
            return SMALL_NUMBERS[int(value)]
        return self[name]

    def noun(self, name: str, noun: str, plural: str = "") -> str:
        """The noun of a count, in the singular for one."""
        return noun if self.value(name) == 1 else plural or f"{noun}s"

    @property
    def days(self) -> str:
        """The days it rests on."""
        return self.manner.days(self.finding.first, self.finding.last)

    @property
    def days_before(self) -> str:
        """The days compared with; empty without any."""
        facts = self.finding.facts
        if "before_first" not in facts:
            return ""
        first, last = (dt.date.fromisoformat(facts[f"before_{each}"]) for each in ("first", "last"))
        return self.manner.days(first, last)

    @property
    def review(self) -> str:
        """The day to look again, as the end of a sentence."""
        day = self.finding.review_on or self.finding.last + dt.timedelta(14)
        return f"Look again on {self.manner.day(day)}."

    @property
    def settling(self) -> str:
        """A sentence on days left out, with a space before it; empty without any."""
        if not self.has("settling"):
            return ""
        if self.value("settling") == 1:
            return " The day after that is still settling and is left out."
        return f" The {self.few('settling')} days after that are still settling and are left out."

    @property
    def level(self) -> str:
        """How likely its range is."""
        spans = self.finding.range
        return self.manner.share(spans.level if spans else 0.8)

    def between(self) -> str:
        """Its range as low to high, in the range's unit."""
        spans = self.finding.range
        if spans is None:
            return ""
        change = spans.unit is Unit.SHARE and not spans.per
        ends = (Number(each, spans.unit, change=change) for each in (spans.low, spans.high))
        low, high = (self.manner.number(each) for each in ends)
        return f"{low} to {high}"

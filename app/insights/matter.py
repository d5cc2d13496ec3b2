"""A finding about to be put into words, with what the sentences of every language ask of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from app.insights.finding import Entity, Finding, Number, Unit
from app.insights.review_days import rests_through
from app.insights.words import ALMOST_SURE, Manner, bound_of


@dataclass(frozen=True, slots=True)
class Matter:
    """Nothing in it is a word of any language but names, figures and days."""

    finding: Finding
    manner: Manner

    @property
    def subject(self) -> Entity:
        """What it is about."""
        return self.finding.entities[0]

    @property
    def carriers(self) -> list[str]:
        """The names of what carries it."""
        return [each.name for each in self.finding.entities if each.role == "carries"]

    @property
    def places(self) -> str:
        """The platforms that it is on, of one that others carry, too."""
        others = [
            each.name
            for each in self.finding.entities
            if each.role == "carries" and each.kind == "platform"
        ]
        return self.manner.names([self.subject.name, *others])

    @property
    def most(self) -> str:
        """The name of what carries most of it."""
        return self.carriers[0]

    def has(self, name: str) -> bool:
        """Whether there is such a number."""
        return name in self.finding.numbers

    def value(self, name: str) -> float:
        """A bare number."""
        return self.finding.numbers[name].value

    def __getitem__(self, name: str) -> str:
        """A number as it is written, with its sign if it is a change.

        A share of now or before is written so that the two can be told apart.
        """
        number, beside = self.finding.numbers[name], self._beside(name)
        if beside is None or {number.unit, beside.unit} != {Unit.SHARE}:
            return self.manner.number(number)
        return self.manner.shares([number.value, beside.value])[0]

    def _beside(self, name: str) -> Number | None:
        """What a number of now or before is compared with."""
        other = name.replace("now", "before") if "now" in name else name.replace("before", "now")
        return self.finding.numbers[other] if other != name and self.has(other) else None

    def size(self, name: str) -> str:
        """A number without its sign."""
        number = self.finding.numbers[name]
        return self.manner.number(Number(abs(number.value), number.unit))

    def chance_as(self, over: str, under: str) -> str:
        """Its probability; `over` or `under` a bound where it would be written as certain."""
        bound = bound_of(self.value("probability"))
        if bound is None:
            return self["probability"]
        return f"{over if bound == ALMOST_SURE else under} {self.manner.share(bound)}"

    @property
    def days(self) -> str:
        """The days it rests on."""
        return self.manner.days(self.finding.first, rests_through(self.finding))

    @property
    def days_before(self) -> str:
        """The days compared with; empty without any."""
        facts = self.finding.facts
        if "before_first" not in facts:
            return ""
        first, last = (dt.date.fromisoformat(facts[f"before_{each}"]) for each in ("first", "last"))
        if last.year != self.finding.last.year:
            return self.manner.days_with_year(first, last)
        return self.manner.days(first, last)

    @property
    def spent_days(self) -> str:
        """The days of what was spent: those compared with if more of it was spent then."""
        return self.days_before or self.days

    @property
    def review_day(self) -> str:
        """The day to look again; empty where none is left."""
        day = self.finding.review_on
        return self.manner.day(day) if day else ""

    @property
    def level(self) -> str:
        """How likely its range is."""
        spans = self.finding.range
        return self.manner.share(spans.level if spans else 0.8)

    @property
    def ends(self) -> tuple[str, str] | None:
        """The two ends of its range, in the range's unit."""
        spans = self.finding.range
        if spans is None:
            return None
        low, high = (
            self.manner.number(Number(each, spans.unit, change=spans.tells_a_change))
            for each in (spans.low, spans.high)
        )
        return low, high

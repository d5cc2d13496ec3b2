"""Turns that the English sentences of several rules share."""

from __future__ import annotations

from dataclasses import dataclass

from app.insights.matter import Matter
from app.insights.words import says_in

SMALL_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()
says = says_in("en")


@dataclass(frozen=True, slots=True)
class Telling(Matter):
    """A finding about to be put into English."""

    @property
    def name(self) -> str:
        """The subject at the beginning of a title."""
        return "All platforms together" if self.subject.kind == "workspace" else self.subject.name

    @property
    def chance(self) -> str:
        """Its probability, never as certain."""
        return self.chance_as("more than", "less than")

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
    def review(self) -> str:
        """A sentence on the day to look again; empty where none is left."""
        return f"Look again on {self.review_day}." if self.review_day else ""

    @property
    def settling(self) -> str:
        """A sentence on days left out, with a space before it; empty without any."""
        if not self.has("settling"):
            return ""
        if self.value("settling") == 1:
            return " The day after that is still incomplete and is left out."
        return f" The {self.few('settling')} days after that are still incomplete and are left out."

    def between(self) -> str:
        """Its range as low to high, in the range's unit; empty without one."""
        ends = self.ends
        return f"{ends[0]} to {ends[1]}" if ends else ""

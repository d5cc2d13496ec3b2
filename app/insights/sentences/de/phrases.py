"""Turns that the German sentences of several rules share."""

from __future__ import annotations

from dataclasses import dataclass

from app.insights.matter import Matter
from app.insights.words import says_in

SMALL_NUMBERS = "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split()
says = says_in("de")


@dataclass(frozen=True, slots=True)
class Noun:
    """One with its article, and several; `dative` as after "von", "mit" and "bei"."""

    one: str
    several: str
    dative_one: str
    dative_several: str


CONVERSIONS = Noun("eine Conversion", "Conversions", "einer Conversion", "Conversions")
CLICKS = Noun("ein Klick", "Klicks", "einem Klick", "Klicks")
ORDERS = Noun("eine Bestellung", "Bestellungen", "einer Bestellung", "Bestellungen")
CAMPAIGNS = Noun("eine Kampagne", "Kampagnen", "einer Kampagne", "Kampagnen")
OTHER_CAMPAIGNS = Noun(
    "eine andere Kampagne", "andere Kampagnen", "einer anderen Kampagne", "anderen Kampagnen"
)
ADS = Noun("eine Anzeige", "Anzeigen", "einer Anzeige", "Anzeigen")
DAYS = Noun("ein Tag", "Tage", "einem Tag", "Tagen")
WEEKS = Noun("eine Woche", "Wochen", "einer Woche", "Wochen")
COMPLETE_WEEKS = Noun(
    "eine nahezu vollständige Woche",
    "nahezu vollständige Wochen",
    "einer nahezu vollständigen Woche",
    "nahezu vollständigen Wochen",
)


@dataclass(frozen=True, slots=True)
class Telling(Matter):
    """A finding about to be put into German."""

    @property
    def name(self) -> str:
        """The subject at the beginning of a title."""
        return (
            "Alle Plattformen zusammen" if self.subject.kind == "workspace" else self.subject.name
        )

    @property
    def chance(self) -> str:
        """Its probability, never as certain."""
        return self.chance_as("über", "unter")

    def counted(self, name: str, noun: Noun) -> str:
        """Such as eine Kampagne, drei Kampagnen or 312 Bestellungen."""
        return noun.one if self.value(name) == 1 else f"{self.few(name)} {noun.several}"

    def with_counted(self, name: str, noun: Noun) -> str:
        """The same in the dative: einer Kampagne, drei Kampagnen."""
        if self.value(name) == 1:
            return noun.dative_one
        return f"{self.few(name)} {noun.dative_several}"

    def bare(self, name: str) -> str:
        """A multiple without its sign, as in "das 1,7-Fache"."""
        return self[name].removesuffix("x")

    def few(self, name: str) -> str:
        """A count, in letters where it is small and whole; not for one, which has a gender."""
        value = self.value(name)
        if value == int(value) and 1 < value < len(SMALL_NUMBERS):
            return SMALL_NUMBERS[int(value)]
        return self[name]

    @property
    def review(self) -> str:
        """A sentence on the day to look again; empty where none is left.

        A day never ends a sentence, for its month may end with a dot.
        """
        return f"Am {self.review_day} erneut prüfen." if self.review_day else ""

    @property
    def settling(self) -> str:
        """A sentence on days left out, with a space before it; empty without any."""
        if not self.has("settling"):
            return ""
        if self.value("settling") == 1:
            return " Der Tag danach ist noch unvollständig und bleibt unberücksichtigt."
        return (
            f" Die {self.few('settling')} Tage danach sind noch unvollständig und bleiben "
            "unberücksichtigt."
        )

    @property
    def likely(self) -> str:
        """Its range; empty without one."""
        ends = self.ends
        if ends is None:
            return ""
        return f"mit {self.level} Wahrscheinlichkeit zwischen {ends[0]} und {ends[1]}"


def begun(text: str) -> str:
    """With a capital, as a sentence begins; the rest stays as it is."""
    return text[:1].upper() + text[1:]

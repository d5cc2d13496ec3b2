"""What a marketer tells the writer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Goal(StrEnum):
    """What the campaign is for."""

    SALES = "sales"
    LEADS = "leads"
    TRAFFIC = "traffic"
    AWARENESS = "awareness"


class Tone(StrEnum):
    """How the text is to sound."""

    PROFESSIONAL = "professional"
    FRIENDLY = "friendly"
    URGENT = "urgent"
    STORYTELLING = "storytelling"
    PLAYFUL = "playful"
    BOLD = "bold"
    LUXURIOUS = "luxurious"
    EMPATHETIC = "empathetic"


class Angle(StrEnum):
    """What a variation starts from."""

    PROBLEM = "problem"
    OUTCOME = "outcome"
    PROOF = "proof"
    AUDIENCE = "audience"
    OFFER = "offer"


class Gender(StrEnum):
    """Whom the ad is shown to."""

    ALL = "all"
    WOMEN = "women"
    MEN = "men"


class AdPlatform(StrEnum):
    """Where an ad may run; the same words as the connectors use."""

    META = "meta"
    GOOGLE = "google"
    LINKEDIN = "linkedin"
    TIKTOK = "tiktok"


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom the ad is shown to. Ages are inclusive; 65 stands for 65 and older."""

    age_min: int = 18
    age_max: int = 65
    gender: Gender = Gender.ALL
    interests: tuple[str, ...] = ()

    def __str__(self) -> str:
        ages = f"{self.age_min}–{'65+' if self.age_max >= 65 else self.age_max}"
        who = {Gender.ALL: "all", Gender.WOMEN: "women", Gender.MEN: "men"}[self.gender]
        return ", ".join([f"{ages} {who}", *self.interests])


@dataclass(frozen=True, slots=True)
class Brief:
    """One order for ad copy.

    `facts` are what may be claimed: prices, guarantees, numbers, ratings. `use` and `avoid` are
    words; `language` is an ISO 639-1 code. `angle` is what half of the texts start from, None for
    every angle in turn. Nothing outside these fields may be claimed.
    """

    product: str
    benefits: tuple[str, ...] = ()
    audience: Audience = field(default_factory=Audience)
    pain_points: tuple[str, ...] = ()
    goal: Goal = Goal.SALES
    tones: tuple[Tone, ...] = ()
    platforms: tuple[AdPlatform, ...] = (AdPlatform.META,)
    url: str = ""
    facts: tuple[str, ...] = ()
    use: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    language: str = "en"
    angle: Angle | None = None

    @property
    def said(self) -> str:
        """Everything a text may draw on, a line each."""
        return "\n".join(
            (
                self.product,
                *self.benefits,
                *self.pain_points,
                *self.facts,
                *self.use,
                *self.audience.interests,
                self.url,
            )
        )

"""How long a text may be on each platform, counted as the platform counts.

Google and TikTok count a wide character of an East Asian script as two; Meta and LinkedIn count
code points. Google refuses what is too long and TikTok too; Meta and LinkedIn mostly hide the rest
behind "more". Sources: Meta's ads guide, Google's responsive search ads overview, LinkedIn's
single image specifications, TikTok's ad specifications, all as of November 2026. LinkedIn's
introductory text is documented with 600 in one place and 3,000 in another; the smaller is kept.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from app.copywriting.brief import AdPlatform

WIDE = ("W", "F")
_PICTURE = (
    "[\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*"
)
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    f"|{_PICTURE}(?:\u200d{_PICTURE})*"
    "|[0-9#*]\ufe0f?\u20e3|[\u2190-\u21ff\u3030\u303d]\ufe0f"
)


@dataclass(frozen=True, slots=True)
class Limit:
    """A text may have `most`; of it `seen` stand before the platform folds the rest away.

    `columns` says that wide characters count two.
    """

    most: int
    seen: int
    columns: bool = False

    def count(self, text: str) -> int:
        """The length the platform sees."""
        return columns(text) if self.columns else len(text)

    def fits(self, text: str) -> bool:
        """Whether the platform takes the text whole."""
        return self.count(text) <= self.most


@dataclass(frozen=True, slots=True)
class Shape:
    """What one ad is made of. `headlines` and `descriptions` are how many, least and most.

    A TikTok ad has one text; its headline and description are the first and the last words on
    screen, which are part of the video.
    """

    primary_text: Limit
    headline: Limit
    description: Limit
    path: Limit | None = None
    headlines: tuple[int, int] = (1, 1)
    descriptions: tuple[int, int] = (1, 1)
    emoji: bool = True
    forbidden: str = ""

    def limit_of(self, field: str) -> Limit:
        """The limit of a field named as in `Variation.fields`, or of one of `paths`."""
        if field == "paths":
            return self.path or self.headline
        if field == "primary_text":
            return self.primary_text
        return self.headline if field.startswith("headline") else self.description


SHAPES: dict[AdPlatform, Shape] = {
    AdPlatform.META: Shape(Limit(2200, 125), Limit(40, 27), Limit(30, 25)),
    AdPlatform.GOOGLE: Shape(
        Limit(90, 90, columns=True),
        Limit(30, 30, columns=True),
        Limit(90, 90, columns=True),
        path=Limit(15, 15, columns=True),
        headlines=(3, 15),
        descriptions=(2, 4),
        emoji=False,
        forbidden="{}",
    ),
    AdPlatform.LINKEDIN: Shape(Limit(600, 150), Limit(200, 70), Limit(300, 100)),
    AdPlatform.TIKTOK: Shape(
        Limit(100, 100, columns=True),
        Limit(40, 40, columns=True),
        Limit(40, 40, columns=True),
        emoji=False,
        forbidden="{}#",
    ),
}


def columns(text: str) -> int:
    """Code points, those of wide scripts twice; marks that stand above or below another count."""
    return sum(2 if unicodedata.east_asian_width(each) in WIDE else 1 for each in text)


def emoji(text: str) -> list[str]:
    """The emoji in a text as people count them: a family joined from four people is one.

    Signs of writing such as ©, ™, ℃ or № are none.
    """
    return _EMOJI.findall(text)

"""What of an ad a platform shows at first sight, placement by placement.

Platforms fold long texts by the width of a screen; the characters they give as a guide
(`Limit.seen`) and the lines counted here are close to that, not exact. Google shows up to three
headlines and two descriptions of a search ad in an order of its own; a `turn` is one such order.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from app.copywriting.brief import AdPlatform
from app.copywriting.limits import SHAPES, Limit, columns
from app.copywriting.variation import Variation
from app.copywriting.vocabulary import NO_BUTTON, label

_LINES = 3
_GLUE = "\u200d"
_SKIN_TONES = "\U0001f3fb-\U0001f3ff"
_JOINED = re.compile(f"[\u200d\ufe0e\ufe0f{_SKIN_TONES}]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")


class Placement(StrEnum):
    """Where an ad is seen."""

    FACEBOOK_FEED = "facebook_feed"
    INSTAGRAM_FEED = "instagram_feed"
    STORY = "story"
    GOOGLE_DESKTOP = "google_desktop"
    GOOGLE_MOBILE = "google_mobile"
    LINKEDIN_FEED = "linkedin_feed"
    TIKTOK_FEED = "tiktok_feed"

    @property
    def label(self) -> str:
        """As people call it."""
        return _LABELS[self]


# A third headline is shown where there is room for all three, in characters.
_TITLE_ROOM = {Placement.GOOGLE_DESKTOP: 68, Placement.GOOGLE_MOBILE: 56}

_LABELS = {
    Placement.FACEBOOK_FEED: "Facebook feed",
    Placement.INSTAGRAM_FEED: "Instagram feed",
    Placement.STORY: "Facebook and Instagram story",
    Placement.GOOGLE_DESKTOP: "Google search, desktop",
    Placement.GOOGLE_MOBILE: "Google search, phone",
    Placement.LINKEDIN_FEED: "LinkedIn feed",
    Placement.TIKTOK_FEED: "TikTok in-feed",
}

PLACEMENTS: dict[AdPlatform, tuple[Placement, ...]] = {
    AdPlatform.META: (Placement.FACEBOOK_FEED, Placement.INSTAGRAM_FEED, Placement.STORY),
    AdPlatform.GOOGLE: (Placement.GOOGLE_DESKTOP, Placement.GOOGLE_MOBILE),
    AdPlatform.LINKEDIN: (Placement.LINKEDIN_FEED,),
    AdPlatform.TIKTOK: (Placement.TIKTOK_FEED,),
}


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as `seen` and the `rest` behind "more"; one after the other they are the text."""

    seen: str
    rest: str = ""

    @property
    def cut(self) -> str:
        """What is seen where there is no "more": the end is an ellipsis."""
        return f"{self.seen.rstrip()}…" if self.rest.strip() else self.seen


@dataclass(frozen=True, slots=True)
class Shown:
    """An ad as one placement shows it. `cta` is as people read it, empty for none.

    `headline` of a search ad is its headlines in a row; `turns` is how many orders there are.
    """

    placement: Placement
    text: Folded
    headline: str
    description: str
    cta: str
    paths: tuple[str, ...] = ()
    turns: int = 1


def shown(variation: Variation, placement: Placement | str, turn: int = 0) -> Shown:
    """The ad in this placement of its platform; `turn` rotates what a search ad shows."""
    where = Placement(placement)
    if where not in PLACEMENTS[variation.platform]:
        raise ValueError(f"{variation.platform} has no {where}")
    if variation.platform is AdPlatform.GOOGLE:
        return _search_result(variation, where, turn)
    shape = SHAPES[variation.platform]
    return Shown(
        where,
        fold(variation.primary_text, shape.primary_text, _LINES),
        fold(variation.headline, shape.headline).cut,
        fold(variation.description, shape.description).cut,
        "" if variation.cta in ("", NO_BUTTON) else label(variation.cta),
    )


def fold(text: str, limit: Limit, lines: int | None = None) -> Folded:
    """Folded after what is seen, between words where there are any, never inside a character."""
    end = _seen_end(text, limit)
    if lines is not None:
        end = min(end, _line_end(text, lines))
    if end >= len(text.rstrip()):
        return Folded(text)
    end = _between_words(text, end)
    while 0 < end < len(text) and _inside_character(text, end):
        end -= 1
    return Folded(text[:end], text[end:])


def _search_result(variation: Variation, placement: Placement, turn: int) -> Shown:
    headlines = _turned(variation.headlines, turn)
    room = _TITLE_ROOM[placement]
    kept = headlines[:3] if columns(" - ".join(headlines[:3])) <= room else headlines[:2]
    return Shown(
        placement,
        Folded(" ".join(_turned(variation.descriptions, turn)[:2])),
        " - ".join(kept),
        "",
        "",
        variation.paths,
        max(1, len(variation.headlines)),
    )


def _turned(texts: tuple[str, ...], turn: int) -> tuple[str, ...]:
    if not texts:
        return ()
    start = turn % len(texts)
    return texts[start:] + texts[:start]


def _seen_end(text: str, limit: Limit) -> int:
    """How many code points the platform has room for."""
    if limit.count(text) <= limit.seen:
        return len(text)
    if not limit.columns:
        return limit.seen
    end = 0
    while limit.count(text[: end + 1]) <= limit.seen:
        end += 1
    return end


def _line_end(text: str, lines: int) -> int:
    ends = [found.start() for found in re.finditer("\n", text.rstrip())]
    return ends[lines - 1] if len(ends) >= lines else len(text)


def _between_words(text: str, end: int) -> int:
    """The end moved back to the last space, unless that would hide more than a third."""
    if text[end].isspace() or text[end - 1 : end].isspace():
        return end
    spaces = [found.end() for found in re.finditer(r"\s", text[:end])]
    return spaces[-1] if spaces and spaces[-1] > 2 * end // 3 else end


def _inside_character(text: str, at: int) -> bool:
    """Whether a cut here would part an accent, an emoji of several or a flag."""
    after = text[at]
    if unicodedata.combining(after) or _JOINED.match(after) or text[at - 1] == _GLUE:
        return True
    flags = 0
    while at - flags > 0 and _FLAG.match(text[at - flags - 1]):
        flags += 1
    return bool(_FLAG.match(after)) and flags % 2 == 1

"""A variation as its card shows it: texts with their counts, where they fold, score and flags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.copywriting.brief import AdPlatform
from app.copywriting.limits import SHAPES, Limit
from app.copywriting.preview import fold
from app.copywriting.variation import Variation
from app.copywriting.vocabulary import BUTTONS, label
from app.creative import texts
from app.creative.batches import UNFINISHED, lockable
from app.models import CreativeVariation

SORTS = {"score": "Score", "framework": "Framework", "trigger": "Trigger"}
_LONG = 500
"""A limit from here on says nothing to a writer; only the count is shown."""

_NAMES = {
    "primary_text": "Primary text",
    "headline": "Headline",
    "description": "Description",
    "headlines": "Headline",
    "descriptions": "Description",
    "paths": "Path",
    "cta": "Button",
    "brief": "Creative brief",
}
_NAMES_OF = {
    AdPlatform.LINKEDIN: {"primary_text": "Introductory text"},
    AdPlatform.TIKTOK: {
        "primary_text": "Ad text",
        "headline": "First words on screen",
        "description": "Last words on screen",
    },
}
_FOLDED = {
    AdPlatform.META: "Meta hides the rest behind “See more”.",
    AdPlatform.LINKEDIN: "LinkedIn hides the rest behind “…more”.",
}


@dataclass(frozen=True, slots=True)
class Text:
    """One text of an ad. `folds` says what the platform does with what is too long."""

    field: str
    label: str
    text: str
    limit: Limit
    folds: str = ""

    @property
    def count(self) -> str:
        """185 chars, or 29/40 where the limit is near."""
        length = self.limit.count(self.text)
        return f"{length} chars" if self.limit.most >= _LONG else f"{length}/{self.limit.most}"

    @property
    def over(self) -> bool:
        """Whether the platform refuses or cuts it."""
        return not self.limit.fits(self.text)

    @property
    def seen(self) -> str:
        """What stands before the fold; all of it where nothing is folded."""
        return fold(self.text, self.limit).seen if self.folds else self.text

    @property
    def folded(self) -> str:
        """What stands after it."""
        return self.text[len(self.seen) :]


@dataclass(frozen=True, slots=True)
class Card:
    """A row with what is said of it; `text` is None while there is nothing written."""

    row: CreativeVariation
    text: Variation | None

    @property
    def platform(self) -> AdPlatform:
        """Where the ad runs."""
        return AdPlatform(self.row.platform)

    @property
    def primary(self) -> Text:
        """The long text."""
        return self._one("primary_text")

    @property
    def headline(self) -> Text:
        """The one headline."""
        return self._one("headline")

    @property
    def description(self) -> Text:
        """The one description."""
        return self._one("description")

    @property
    def headlines(self) -> list[Text]:
        """Every headline of a search ad."""
        return self._several("headlines")

    @property
    def descriptions(self) -> list[Text]:
        """Every description of a search ad."""
        return self._several("descriptions")

    @property
    def paths(self) -> list[Text]:
        """What a search ad writes behind the domain."""
        return self._several("paths")

    @property
    def button(self) -> str:
        """The button's words; empty for an ad without one."""
        if self.text is None or self.platform is AdPlatform.GOOGLE or self.text.cta == "NO_BUTTON":
            return ""
        return label(self.text.cta)

    @property
    def buttons(self) -> dict[str, str]:
        """What the button may be, by its code."""
        return {code: label(code) for code in sorted(BUTTONS[self.platform])}

    @property
    def lockable(self) -> tuple[str, ...]:
        """The fields that can be kept while the rest is written again."""
        return lockable(self.row)

    @property
    def busy(self) -> bool:
        """Whether it is being written, for the first time or again."""
        return self.row.state == "waiting" and self.row.batch.state in UNFINISHED

    @property
    def whole(self) -> str:
        """All of the ad to be pasted elsewhere."""
        if self.text is None:
            return ""
        shown = self.headlines + self.descriptions + self.paths
        if self.platform is not AdPlatform.GOOGLE:
            shown = [self.primary, self.headline, self.description]
        lines = [f"{each.label}: {each.text}" for each in shown if each.text]
        return "\n".join([*lines, *([f"Button: {self.button}"] if self.button else [])])

    def _one(self, field: str) -> Text:
        return self._text(field, getattr(self.text, field))

    def _several(self, field: str) -> list[Text]:
        return [self._text(field, each) for each in getattr(self.text, field)]

    def _text(self, field: str, text: str) -> Text:
        folds = _FOLDED.get(self.platform, "") if field == "primary_text" else ""
        return Text(
            field, name_of(self.platform, field), text, SHAPES[self.platform].limit_of(field), folds
        )


def card(row: CreativeVariation) -> Card:
    """What the page shows of a row."""
    return Card(row, texts.of(row))


def name_of(platform: AdPlatform, field: str) -> str:
    """What a field is called on a platform."""
    return _NAMES_OF.get(platform, {}).get(field) or _NAMES.get(field, field)


def typed(platform: AdPlatform, given: dict[str, Any]) -> dict[str, list[Text]]:
    """The fields of an edit form, as they were typed, with their counts."""
    made = {}
    for field, value in given.items():
        several = [value] if isinstance(value, str) else value
        made[field] = [
            Text(field, name_of(platform, field), each, SHAPES[platform].limit_of(field))
            for each in several
        ]
    return made


def ordered(rows: Iterable[CreativeVariation], sort: str) -> list[CreativeVariation]:
    """The best first; by framework or trigger the best of each first. What waits comes last."""

    def place(row: CreativeVariation) -> tuple[bool, str, float, int]:
        group = getattr(row, sort) if sort in ("framework", "trigger") else ""
        return (not row.content, group, -float(row.score or 0), row.place)

    return sorted(rows, key=place)


def arriving(rows: Iterable[CreativeVariation]) -> list[CreativeVariation]:
    """While they are written: none that is there already moves when another comes."""
    return sorted(rows, key=lambda row: (not row.content, row.place))


def flagged(rows: Sequence[CreativeVariation]) -> int:
    """How many have something said against them."""
    return sum(bool(row.flags) for row in rows)

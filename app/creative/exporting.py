"""Variations as files: ours to read and keep, and those that Meta and Google take in bulk.

In our own file a text that a spreadsheet would run as a formula gets an apostrophe before it, see
`app.spreadsheets`. In a file for a platform that apostrophe would be published, and without it
the file is dangerous to whoever looks at it in a spreadsheet first, as everybody does. So an ad
with such a text is left out of it, and the page says which and why.

All files are UTF-8 with a byte order mark, which Excel needs, comma-separated, with CRLF at the
end of a row. Line breaks inside a cell are single line feeds.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from app.copywriting.brief import AdPlatform, Goal
from app.copywriting.limits import SHAPES
from app.copywriting.material import domain_of
from app.copywriting.variation import Flag, Variation
from app.creative import texts
from app.models import CreativeVariation
from app.spreadsheets import harmless, is_formula

OUR_COLUMNS = (
    "number",
    "platform",
    "framework",
    "angle",
    "trigger",
    "score",
    "primary_text",
    "primary_text_characters",
    "headline",
    "description",
    "cta",
    "headlines",
    "descriptions",
    "paths",
    "target",
    "brief",
    "reasoning",
    "flags",
)

META_COLUMNS = (
    "Campaign Name",
    "Campaign Status",
    "Campaign Objective",
    "Buying Type",
    "Ad Set Name",
    "Ad Set Run Status",
    "Ad Name",
    "Ad Status",
    "Creative Type",
    "Title",
    "Body",
    "Link Description",
    "Link",
    "Display Link",
    "Call to Action",
)
_META_OBJECTIVES = {
    Goal.SALES: "Outcome Sales",
    Goal.LEADS: "Outcome Leads",
    Goal.TRAFFIC: "Outcome Traffic",
    Goal.AWARENESS: "Outcome Awareness",
}

_HEADLINES = SHAPES[AdPlatform.GOOGLE].headlines[1]
_DESCRIPTIONS = SHAPES[AdPlatform.GOOGLE].descriptions[1]
GOOGLE_COLUMNS = (
    "Campaign",
    "Ad group",
    "Ad type",
    "Status",
    "Final URL",
    *(f"Headline {number}" for number in range(1, _HEADLINES + 1)),
    *(f"Description {number}" for number in range(1, _DESCRIPTIONS + 1)),
    "Path 1",
    "Path 2",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One variation to be exported. `number` is its place in the batch."""

    number: int
    variation: Variation
    score: Decimal | float | None = None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Into:
    """Where a platform's file puts the ads. `url` is the landing page with its UTM parameters."""

    campaign: str
    ad_group: str
    url: str
    goal: Goal = Goal.SALES


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An ad that is not in the file, and why."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Bulk:
    """A platform's file. `ads` is how many are in it."""

    content: bytes
    ads: int
    left_out: tuple[LeftOut, ...]


def rows_of(kept: Sequence[CreativeVariation]) -> list[Row]:
    """What is kept, without those not written yet.

    Numbered by their places when all are of one batch, else in the order given.
    """
    one_batch = len({row.batch_id for row in kept}) == 1
    return [
        Row(
            row.place if one_batch else number,
            variation,
            row.score,
            tuple(msgspec.convert(row.flags, list[Flag])),
        )
        for number, row in enumerate(kept, 1)
        if (variation := texts.of(row))
    ]


def our_file(rows: Iterable[Row]) -> bytes:
    """Every variation with everything that is known of it; several texts are a line each."""
    return _file(OUR_COLUMNS, (_ours(row) for row in rows))


def meta_file(rows: Sequence[Row], into: Into) -> Bulk:
    """The Meta variations as Ads Manager imports ads, all three levels paused.

    The column names and the values PAUSED, AUCTION, Outcome Sales and Link Page Post Ad are those
    of Ads Manager's own export and template, as public importers and exports of 2024 to 2026
    agree on them; Meta documents them only inside Ads Manager, and no file was imported to verify
    it. Without an id a row creates new objects. Budget, audience, page and picture are not in it:
    Ads Manager asks for them before it publishes.
    """
    return _bulk(META_COLUMNS, rows, AdPlatform.META, lambda row: _meta(row, into))


def google_file(rows: Sequence[Row], into: Into) -> Bulk:
    """The Google variations as Google Ads Editor imports responsive search ads, paused.

    The header rules are Google's (Google Ads Editor help, CSV file columns: names in English,
    capitals and spaces do not matter); Ad type, Headline n, Description n and Final URL are as in
    Editor's own exports. No file was imported to verify it. Only the ads' status is in it: with a
    status of campaign or ad group it could pause one of the same name that is running.
    """
    return _bulk(GOOGLE_COLUMNS, rows, AdPlatform.GOOGLE, lambda row: _google(row, into))


def _ours(row: Row) -> dict[str, object]:
    ad = row.variation
    return {
        "number": row.number,
        "platform": ad.platform,
        "framework": ad.framework,
        "angle": ad.angle,
        "trigger": ad.trigger,
        "score": row.score,
        "primary_text": ad.primary_text,
        "primary_text_characters": SHAPES[ad.platform].primary_text.count(ad.primary_text),
        "headline": ad.headline,
        "description": ad.description,
        "cta": ad.cta,
        "headlines": "\n".join(ad.headlines),
        "descriptions": "\n".join(ad.descriptions),
        "paths": "\n".join(ad.paths),
        "target": ad.target,
        "brief": ad.brief,
        "reasoning": ad.reasoning,
        "flags": "\n".join(flag.message for flag in row.flags),
    }


def _meta(row: Row, into: Into) -> dict[str, str]:
    ad = row.variation
    return {
        "Campaign Name": into.campaign,
        "Campaign Status": "PAUSED",
        "Campaign Objective": _META_OBJECTIVES[into.goal],
        "Buying Type": "AUCTION",
        "Ad Set Name": into.ad_group,
        "Ad Set Run Status": "PAUSED",
        "Ad Name": f"{into.campaign} · {row.number}",
        "Ad Status": "PAUSED",
        "Creative Type": "Link Page Post Ad",
        "Title": ad.headline,
        "Body": ad.primary_text,
        "Link Description": ad.description,
        "Link": into.url,
        "Display Link": domain_of(into.url),
        "Call to Action": ad.cta,
    }


def _google(row: Row, into: Into) -> dict[str, str]:
    ad = row.variation
    return {
        "Campaign": into.campaign,
        "Ad group": into.ad_group,
        "Ad type": "Responsive search ad",
        "Status": "Paused",
        "Final URL": into.url,
        **_numbered("Headline", ad.headlines),
        **_numbered("Description", ad.descriptions),
        **_numbered("Path", ad.paths),
    }


def _numbered(name: str, several: Sequence[str]) -> dict[str, str]:
    return {f"{name} {number}": text for number, text in enumerate(several, 1)}


def _bulk(
    columns: Sequence[str],
    rows: Iterable[Row],
    platform: AdPlatform,
    cells: Callable[[Row], Mapping[str, str]],
) -> Bulk:
    kept: list[Mapping[str, str]] = []
    left_out: list[LeftOut] = []
    for row in rows:
        if row.variation.platform is not platform:
            continue
        made = cells(row)
        reason = _unfit(made, columns)
        if reason:
            left_out.append(LeftOut(row.number, reason))
        else:
            kept.append(made)
    return Bulk(_file(columns, kept), len(kept), tuple(left_out))


def _unfit(cells: Mapping[str, str], columns: Sequence[str]) -> str:
    """Why an ad cannot stand in a platform's file, empty when it can."""
    for name, text in cells.items():
        if name not in columns:
            return f"It has more texts than the platform takes: {name} is one too many."
        if is_formula(text):
            return (
                f"{name} begins with “{text[0].strip() or 'an empty space'}”, which a spreadsheet "
                "would run as a formula. Begin it with a word and export again."
            )
    return ""


def _file(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    return "".join(["\ufeff", *_lines(columns, rows)]).encode()


def _lines(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    yield _line(columns)
    for row in rows:
        yield _line(_cell(row.get(name)) for name in columns)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return harmless(str(value).replace("\r\n", "\n").replace("\r", "\n"))


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()

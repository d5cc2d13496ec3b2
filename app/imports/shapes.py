"""Which export is this: sure signs per platform, and what to do when it has no days."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.imports import aliases
from app.imports.aliases import Names
from app.imports.currencies import CURRENCIES
from app.imports.fields import Field
from app.imports.read import clean


class Kind(StrEnum):
    """What the rows of a file are."""

    ADS = "ads"
    STORE_DAYS = "store_days"
    STORE_ORDERS = "store_orders"


@dataclass(frozen=True)
class Shape:
    """One kind of export. A file is of this shape when it has all names of one of `signs`.

    `lines` is looked for in the text above the header. `daily` says how to export by day.
    A shape with `instead` is recognised only to be refused with that sentence. A shape that
    is not `trusted` gives names to start from; the owner confirms what each column means.
    """

    platform: str
    label: str
    kind: Kind
    names: Mapping[str, Names]
    signs: tuple[frozenset[str], ...]
    daily: str = ""
    lines: re.Pattern[str] | None = None
    instead: str = ""
    trusted: bool = True


PLATFORMS: dict[str, str] = {
    "meta": "Meta Ads",
    "google": "Google Ads",
    "linkedin": "LinkedIn Ads",
    "tiktok": "TikTok Ads",
    "shopify": "Shopify",
    "pinterest": "Pinterest Ads",
    "spotify": "Spotify Ads",
    "microsoft": "Microsoft Ads",
    "other": "Other platform",
}
"""Where an uploaded file may come from."""

DECIMAL_COMMA = frozenset({"pt", "de", "es", "fr", "it"})
"""Languages that write 1,5 for one and a half."""


def _signs(*alternatives: Sequence[str]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(clean(name) for name in names) for names in alternatives)


_META_SIGNS = [
    (names[Field.STARTS][i], names[Field.ENDS][j])
    for names in aliases.META.values()
    for i in range(len(names[Field.STARTS]))
    for j in range(len(names[Field.ENDS]))
]
_META_SPEND = [
    (names[Field.SPEND][i], names[Field.CAMPAIGN][0])
    for names in aliases.META.values()
    for i in range(len(names[Field.SPEND]))
    if names[Field.SPEND][i] != "Spend"
]
_GOOGLE_SIGNS = [
    (names[Field.CAMPAIGN][0], names[Field.SPEND][0], names[Field.IMPRESSIONS][0])
    for names in aliases.GOOGLE.values()
]

SHAPES: tuple[Shape, ...] = (
    Shape(
        "shopify",
        "Shopify orders export",
        Kind.STORE_ORDERS,
        aliases.SHOPIFY_ORDERS,
        _signs(("Financial Status", "Lineitem quantity", "Name", "Subtotal")),
    ),
    Shape(
        "shopify",
        "Shopify sales report",
        Kind.STORE_DAYS,
        aliases.SHOPIFY_REPORT,
        _signs(("Net sales", "Total sales"), ("Net sales", "Gross sales"), ("Day", "Net sales")),
        daily="In Shopify open Analytics, Reports, Total sales over time, group by Day, export.",
    ),
    Shape(
        "shopify",
        "Shopify sessions report",
        Kind.STORE_DAYS,
        aliases.SHOPIFY_REPORT,
        _signs(("Online store visitors", "Sessions"), ("Day", "Sessions")),
        instead="This Shopify report holds visitors, not sales. Export Analytics, Reports, "
        "Total sales over time, grouped by Day.",
    ),
    Shape(
        "tiktok",
        "TikTok Ads Manager export",
        Kind.ADS,
        aliases.TIKTOK,
        _signs(
            ("Primary status", "Cost"),
            ("Clicks (destination)",),
            ("一級ステータス",),
            ("クリック(誘導先)",),
            ("클릭수(목적지)",),
            ("stat_time_day",),
            ("By Day", "Cost"),
            ("일별", "비용"),
        ),
        daily="In TikTok Ads Manager open Analytics, Custom reports, add the dimension By Day "
        "and download the report.",
    ),
    Shape(
        "linkedin",
        "LinkedIn Campaign Manager report",
        Kind.ADS,
        aliases.LINKEDIN,
        _signs(("Start Date (in UTC)",), ("Campaign Group Name", "Total Spent")),
        lines=re.compile(r"performance report \(in utc\)", re.IGNORECASE),
        daily="In Campaign Manager choose Export, Campaign Performance or Ad Performance, and "
        "set the time breakdown to Daily.",
    ),
    Shape(
        "microsoft",
        "Microsoft Advertising report",
        Kind.ADS,
        aliases.GENERIC,
        (),
        lines=re.compile(r"report aggregation:", re.IGNORECASE),
        daily="In Microsoft Advertising set the report's unit of time to Day.",
        trusted=False,
    ),
    Shape(
        "spotify",
        "Spotify Ads report",
        Kind.ADS,
        aliases.GENERIC,
        (),
        lines=re.compile(r"report primary entity:", re.IGNORECASE),
        daily="In Spotify Ads Manager set the report's granularity to Daily.",
        trusted=False,
    ),
    Shape(
        "pinterest",
        "Pinterest Ads report",
        Kind.ADS,
        aliases.GENERIC,
        _signs(("Spend in account currency",)),
        daily="In Pinterest Ads Manager add a daily breakdown to the report.",
        trusted=False,
    ),
    Shape(
        "other",
        "Google Analytics export",
        Kind.ADS,
        aliases.GENERIC,
        (),
        lines=re.compile(r"^# -{3,}", re.MULTILINE),
        instead="This is a Google Analytics export: it holds visits, not what ads cost. Export "
        "from Google Ads, Reports, with the segment Day.",
    ),
    Shape(
        "other",
        "Search Console export",
        Kind.ADS,
        aliases.GENERIC,
        _signs(("Top queries", "Position"), ("Top pages", "Position")),
        instead="This is a Search Console export: unpaid search has no spend. Export from "
        "Google Ads, Reports, with the segment Day.",
    ),
    Shape(
        "meta",
        "Meta Ads export",
        Kind.ADS,
        aliases.META,
        _signs(*_META_SIGNS, *_META_SPEND, ("Amount spent", "Impressions")),
        daily="In Meta Ads Manager choose Breakdown, By time, Day, then Export table data; or "
        "add the breakdown Day in Ads Reporting and export.",
    ),
    Shape(
        "google",
        "Google Ads report",
        Kind.ADS,
        aliases.GOOGLE,
        _signs(*_GOOGLE_SIGNS, ("Campaign status", "Campaign"), ("Campaign", "Impr.")),
        daily="In Google Ads choose Segment, Time, Day above the table, or add Day to the report "
        "in the report editor, then download it.",
    ),
)

BY_HAND = {
    Kind.ADS: Shape("other", "Table of ad figures", Kind.ADS, aliases.GENERIC, (), trusted=False),
    Kind.STORE_DAYS: Shape(
        "shopify",
        "Table of shop figures",
        Kind.STORE_DAYS,
        aliases.SHOPIFY_REPORT,
        (),
        trusted=False,
    ),
}
"""What an unknown header becomes once its columns were mapped by hand."""

KNOWN_HEADERS = frozenset(
    clean(name)
    for shape in (*SHAPES, *BY_HAND.values())
    for names in shape.names.values()
    for several in names.values()
    for name in several
) | {name for shape in SHAPES for sign in shape.signs for name in sign}


def split_currency(header: str) -> tuple[str, str | None]:
    """A header such as Amount spent (USD) becomes its look-up name and USD."""
    match = re.search(r"\(([A-Z]{3})\)\s*$", header)
    if match and match[1] in CURRENCIES:
        return clean(header[: match.start()]), match[1]
    return clean(header), None


def recognise(header: Sequence[str], preamble: Sequence[str]) -> Shape | None:
    """The shape of a file, by its header and the lines above it; None when unknown."""
    names = {split_currency(cell)[0] for cell in header} | {clean(cell) for cell in header}
    above = "\n".join(preamble)
    for shape in SHAPES:
        if shape.lines and shape.lines.search(above):
            return shape
        if any(sign <= names for sign in shape.signs):
            return shape
    return None


def find_columns(shape: Shape, header: Sequence[str]) -> tuple[dict[Field, int], str]:
    """Field -> column, the best name first, and the language most headers are in."""
    positions: dict[str, int] = {}
    for position, cell in enumerate(header):
        positions.setdefault(split_currency(cell)[0], position)
    hits = {language: _hits(names, positions) for language, names in shape.names.items()}
    ranked = sorted(hits, key=lambda language: -len(hits[language]))
    found: dict[Field, int] = {}
    for language in ranked:
        found = hits[language] | found
    return found, ranked[0]


def _hits(names: Names, positions: Mapping[str, int]) -> dict[Field, int]:
    found = {}
    for field, several in names.items():
        for key in map(clean, several):
            if key in positions:
                found[field] = positions[key]
                break
    return found


def headers_for(shape: Shape, header: Sequence[str], field: Field) -> list[str]:
    """Every header of the file that could stand for `field`, as written."""
    wanted = {clean(n) for names in shape.names.values() for n in names.get(field, ())}
    return [cell for cell in header if split_currency(cell)[0] in wanted]

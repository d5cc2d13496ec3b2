"""A report's tables, once, for the CSV, the XLSX and whoever else wants rows.

Ratios are computed from the sums, as everywhere; revenue by platform and by campaign is what the
platform reports. None is an empty cell.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from app.reports.document import (
    CampaignRow,
    Day,
    Document,
    Figures,
    FindingPart,
    PlatformRow,
    Source,
)
from app.reports.languages import captions_in
from app.reports.languages.labels import Labels, Words
from app.reports.ratios import click_rate, cost_per_click, cost_per_conversion, roas
from app.spreadsheets import harmless

FINEST = Decimal("0.000001")

Cell = str | Decimal | int | dt.date | dt.datetime | None
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """`name` heads it in a file, `title` on a sheet, both in the report's language.

    `kind` is text, money, count, multiple, share, day or moment.
    """

    name: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as wide as the columns."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Row]


_FIGURES = (
    ("spend", "money"),
    ("reported_revenue", "money"),
    ("roas", "multiple"),
    ("conversions", "count"),
    ("cpa", "money"),
    ("impressions", "count"),
    ("clicks", "count"),
    ("ctr", "share"),
    ("cpc", "money"),
)
_BEFORE = (
    ("spend_before", "money"),
    ("reported_revenue_before", "money"),
    ("roas_before", "multiple"),
    ("conversions_before", "count"),
)
_PLATFORM = (("platform", "text"), ("share", "share"), *_FIGURES, *_BEFORE)
_CAMPAIGN = (
    ("campaign", "text"),
    ("platform", "text"),
    ("account", "text"),
    ("status", "text"),
    *_FIGURES,
    *_BEFORE,
)
_PERIOD = (
    ("from", "day"),
    ("to", "day"),
    ("compared_from", "day"),
    ("compared_to", "day"),
    ("currency", "text"),
)
_TREND = (
    ("period", "text"),
    ("day", "day"),
    ("settled", "text"),
    ("spend", "money"),
    ("revenue", "money"),
    ("reported_revenue", "money"),
    ("conversions", "count"),
    ("clicks", "count"),
    ("impressions", "count"),
    ("orders", "count"),
)
_FINDING = (
    ("kind", "text"),
    ("class", "text"),
    ("title", "text"),
    ("saw", "text"),
    ("how_sure", "text"),
    ("do", "text"),
    ("change_our_mind", "text"),
    ("from", "day"),
    ("to", "day"),
    ("low", "money"),
    ("high", "money"),
    ("per", "text"),
    ("at_stake", "money"),
    ("review_on", "day"),
    ("rule", "text"),
    ("written_by", "text"),
)
_SOURCE = (
    ("source", "text"),
    ("platform", "text"),
    ("currency", "text"),
    ("time_zone", "text"),
    ("synced_at", "moment"),
    ("settled_through", "day"),
    ("sandbox", "text"),
)
_ACTION = (("day", "day"), ("text", "text"), ("who", "text"))


def labels_of(document: Document) -> Labels:
    """The words of its language."""
    return captions_in(document.language).labels


def campaigns(document: Document) -> Table:
    """Every campaign, the one that spent most first, with the period before beside it."""
    labels = labels_of(document)
    rows = sorted(document.campaign_rows, key=lambda row: (-row.figures.spend, row.id))
    return _table("campaigns", _CAMPAIGN, [_campaign(row, labels) for row in rows], labels)


def platforms(document: Document) -> Table:
    rows = [_platform(row) for row in document.platform_rows]
    return _table("platforms", _PLATFORM, rows, labels_of(document))


def trend(document: Document) -> Table:
    """Every day; the days compared with follow below, told apart by the first column."""
    labels = labels_of(document)
    rows = [
        _day(labels.values[period], day, labels)
        for period, days in (("this", document.trend), ("before", document.trend_before))
        for day in days
    ]
    return _table("trend", _TREND, rows, labels)


def findings(document: Document) -> Table:
    """Wins, concerns and recommendations with their words; `gain` is the range they expect."""
    labels = labels_of(document)
    found = (*document.wins, *document.concerns, *document.recommendations)
    return _table("findings", _FINDING, [_finding(each, labels.values) for each in found], labels)


def sources(document: Document) -> Table:
    """Instants are in the workspace's zone, which the title names."""
    labels, zone = labels_of(document), ZoneInfo(document.time_zone)
    rows = [_source(each, zone, labels.values) for each in document.sources]
    table = _table("sources", _SOURCE, rows, labels)
    columns = [
        replace(each, title=f"{each.title} ({document.time_zone})")
        if each.kind == "moment"
        else each
        for each in table.columns
    ]
    return replace(table, columns=columns)


def actions(document: Document) -> Table:
    """What people did."""
    rows = [(each.day, each.text, each.who) for each in document.done]
    return _table("actions", _ACTION, rows, labels_of(document))


def _table(
    name: str, kinds: Sequence[tuple[str, str]], rows: Sequence[Row], labels: Labels
) -> Table:
    columns = [Column(labels.heads[each], labels.columns[each], kind) for each, kind in kinds]
    return Table(labels.sheets[name], columns, rows)


def csv_file(document: Document) -> bytes:
    """One row for each campaign, ready for a pivot table: the period stands in every row.

    UTF-8 with the mark that Excel needs; amounts are plain decimals in the report's currency.
    """
    table = campaigns(document)
    before = document.before
    period: Row = (
        document.days.first,
        document.days.last,
        before.first if before else None,
        before.last if before else None,
        document.currency,
    )
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    heads = labels_of(document).heads
    writer.writerow([heads[name] for name, _ in (*_PERIOD, *_CAMPAIGN)])
    writer.writerows([_plain(cell) for cell in (*period, *row)] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def _campaign(row: CampaignRow, labels: Labels) -> Row:
    status = labels.statuses.get(row.status, row.status)
    named = (row.name, row.platform_label, row.account, status)
    return (*named, *_figures(row.figures), *_figures_before(row.before))


def _platform(row: PlatformRow) -> Row:
    named = (row.label, _fine(row.share))
    return (*named, *_figures(row.figures), *_figures_before(row.before))


def _figures(figures: Figures) -> Iterator[Cell]:
    """As in _FIGURES."""
    yield from (figures.spend, figures.reported, _fine(roas(figures)), figures.conversions)
    yield from (_fine(cost_per_conversion(figures)), figures.impressions, figures.clicks)
    yield from (_fine(click_rate(figures)), _fine(cost_per_click(figures)))


def _figures_before(figures: Figures | None) -> Iterator[Cell]:
    """As in _BEFORE."""
    if figures is None:
        yield from (None,) * len(_BEFORE)
        return
    yield from (figures.spend, figures.reported, _fine(roas(figures)), figures.conversions)


def _day(period: str, day: Day, labels: Labels) -> Row:
    settled = labels.values["yes" if day.settled else "no"]
    if day.figures is None:
        return (period, day.day, settled, *(None,) * 7)
    figures = day.figures
    return (
        period,
        day.day,
        settled,
        figures.spend,
        figures.revenue,
        figures.reported,
        figures.conversions,
        figures.clicks,
        figures.impressions,
        figures.orders,
    )


def _finding(each: FindingPart, values: Words) -> Row:
    words = (each.title, each.saw, each.how_sure, each.do, each.change_our_mind)
    money = (_amount(each.low), _amount(each.high))
    return (
        values[each.kind],
        values[each.class_],
        *words,
        each.first,
        each.last,
        *money,
        values.get(each.range_per, each.range_per),
        _amount(each.at_stake),
        each.review_on,
        each.rule,
        values.get(each.written_by, each.written_by),
    )


def _source(each: Source, zone: ZoneInfo, values: Words) -> Row:
    synced = each.synced_at.astimezone(zone).replace(tzinfo=None) if each.synced_at else None
    names = (each.name, each.platform_label, each.currency, each.time_zone)
    return (*names, synced, each.settled_through, values["yes" if each.sandbox else "no"])


def _amount(value: float | None) -> Decimal | None:
    """A rule's float as the decimal it is written as."""
    return None if value is None else _fine(Decimal(str(value)))


def _fine(value: Decimal | None) -> Decimal | None:
    """A ratio at six decimals: exact enough for any sum of money, and no endless digits."""
    return None if value is None else value.quantize(FINEST, ROUND_HALF_UP)


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case Decimal():
            whole, point, fraction = f"{cell:f}".partition(".")
            kept = fraction.rstrip("0").ljust(min(2, len(fraction)), "0")
            return f"{whole}{point}{kept}" if kept else whole
        case dt.date():
            return cell.isoformat()
        case _:
            return str(cell)

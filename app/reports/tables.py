"""A report's tables, once, for the CSV, the XLSX and whoever else wants rows.

Ratios are computed from the sums, as everywhere; revenue by platform and by campaign is what the
platform reports. None is an empty cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from app.reports import columns
from app.reports.document import (
    CampaignRow,
    Day,
    Document,
    Figures,
    FindingPart,
    Kpi,
    PlatformRow,
    Source,
)
from app.reports.languages import captions_of
from app.reports.languages.labels import Labels, Words
from app.reports.ratios import click_rate, cost_per_click, cost_per_conversion, roas

FINEST = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure in a column whose rows count different things; `unit` as a column's kind."""

    value: Decimal
    unit: str


Cell = str | Decimal | int | dt.date | dt.datetime | Measured | None
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """`name` heads it in a file, `title` on a sheet, both in the report's language.

    `kind` is text, money, count, multiple, share, day or moment,
    or each for cells that say it themselves.
    """

    name: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as wide as the columns. `title` heads its sheet."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]


def labels_of(document: Document) -> Labels:
    """The words of its language."""
    return captions_of(document).labels


def kpis(document: Document) -> Table:
    """The headline figures, each with what it counts."""
    labels = labels_of(document)
    rows = [_kpi(each, labels.values) for each in document.kpis]
    return _table("kpis", columns.KPI, rows, labels)


def campaigns(document: Document) -> Table:
    """Every campaign, the one that spent most first, with the period before beside it."""
    labels = labels_of(document)
    rows = sorted(document.campaign_rows, key=lambda row: (-row.figures.spend, row.id))
    return _table("campaigns", columns.CAMPAIGN, [_campaign(row, labels) for row in rows], labels)


def platforms(document: Document) -> Table:
    rows = [_platform(row) for row in document.platform_rows]
    return _table("platforms", columns.PLATFORM, rows, labels_of(document))


def trend(document: Document) -> Table:
    """Every day; the days compared with follow below, told apart by the first column."""
    labels = labels_of(document)
    rows = [
        _day(labels.values[period], day, labels)
        for period, days in (("this", document.trend), ("before", document.trend_before))
        for day in days
    ]
    return _table("trend", columns.TREND, rows, labels)


def findings(document: Document) -> Table:
    """Wins, concerns and recommendations with their words; `gain` is the range they expect."""
    labels = labels_of(document)
    found = (*document.wins, *document.concerns, *document.recommendations)
    return _table(
        "findings", columns.FINDING, [_finding(each, labels.values) for each in found], labels
    )


def sources(document: Document) -> Table:
    """Instants are in the workspace's zone, which the title names."""
    labels, zone = labels_of(document), ZoneInfo(document.time_zone)
    rows = [_source(each, zone, labels.values) for each in document.sources]
    table = _table("sources", columns.SOURCE, rows, labels)
    titled = [
        replace(each, title=f"{each.title} ({document.time_zone})")
        if each.kind == "moment"
        else each
        for each in table.columns
    ]
    return replace(table, columns=titled)


def actions(document: Document) -> Table:
    """What people did."""
    rows = [(each.day, each.text, each.who) for each in document.done]
    return _table("actions", columns.ACTION, rows, labels_of(document))


def _table(
    name: str, kinds: Sequence[tuple[str, str]], rows: Sequence[Row], labels: Labels
) -> Table:
    named = [Column(labels.heads[each], labels.columns[each], kind) for each, kind in kinds]
    return Table(labels.sheets[name], named, rows)


TABLES: Mapping[str, Callable[[Document], Table]] = {
    "kpis": kpis,
    "trend": trend,
    "platforms": platforms,
    "campaigns": campaigns,
    "findings": findings,
    "actions": actions,
    "sources": sources,
}
"""By name, in the order of the workbook's sheets."""


def _kpi(each: Kpi, values: Words) -> Row:
    figures = (_measured(each.value, each.unit), _measured(each.before, each.unit))
    return (each.label, *figures, _fine(each.change), values[each.unit], each.definition)


def _campaign(row: CampaignRow, labels: Labels) -> Row:
    status = labels.statuses.get(row.status, row.status)
    named = (row.name, row.platform_label, row.account, status)
    return (*named, *_figures(row.figures), *_figures_before(row.before))


def _platform(row: PlatformRow) -> Row:
    named = (row.label, _fine(row.share))
    return (*named, *_figures(row.figures), *_figures_before(row.before))


def _figures(figures: Figures) -> Iterator[Cell]:
    """As in columns.FIGURES."""
    yield from (figures.spend, figures.reported, _fine(roas(figures)), figures.conversions)
    yield from (_fine(cost_per_conversion(figures)), figures.impressions, figures.clicks)
    yield from (_fine(click_rate(figures)), _fine(cost_per_click(figures)))


def _figures_before(figures: Figures | None) -> Iterator[Cell]:
    """As in columns.BEFORE."""
    if figures is None:
        yield from (None,) * len(columns.BEFORE)
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
    unit = each.range_unit
    ends = (_measured(_amount(each.low), unit), _measured(_amount(each.high), unit))
    return (
        values[each.kind],
        values[each.class_],
        *words,
        each.first,
        each.last,
        *ends,
        values.get(unit, "") if each.low is not None else None,
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


def _measured(value: Decimal | None, unit: str) -> Measured | None:
    return None if value is None else Measured(value, unit)

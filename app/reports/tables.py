"""A report's tables, once, for the CSV, the XLSX and whoever else wants rows.

Ratios are computed from the sums, as everywhere; revenue by platform and by campaign is what the
platform reports. None is an empty cell.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
from app.reports.ratios import click_rate, cost_per_click, cost_per_conversion, roas
from app.spreadsheets import harmless

FINEST = Decimal("0.000001")

Cell = str | Decimal | int | dt.date | dt.datetime | None
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` is text, money, count, multiple, share, day or moment."""

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
    Column("spend", "Spend", "money"),
    Column("reported_revenue", "Reported revenue", "money"),
    Column("roas", "ROAS", "multiple"),
    Column("conversions", "Conversions", "count"),
    Column("cpa", "Cost per conversion", "money"),
    Column("impressions", "Impressions", "count"),
    Column("clicks", "Clicks", "count"),
    Column("ctr", "Click rate", "share"),
    Column("cpc", "Cost per click", "money"),
)
_BEFORE = (
    Column("spend_before", "Spend before", "money"),
    Column("reported_revenue_before", "Reported revenue before", "money"),
    Column("roas_before", "ROAS before", "multiple"),
    Column("conversions_before", "Conversions before", "count"),
)
_CAMPAIGN = (
    Column("campaign", "Campaign", "text"),
    Column("platform", "Platform", "text"),
    Column("account", "Account", "text"),
    Column("status", "Status", "text"),
    *_FIGURES,
    *_BEFORE,
)
_PERIOD = (
    Column("from", "From", "day"),
    Column("to", "To", "day"),
    Column("compared_from", "Compared from", "day"),
    Column("compared_to", "Compared to", "day"),
    Column("currency", "Currency", "text"),
)


def campaigns(document: Document) -> Table:
    """Every campaign, the one that spent most first, with the period before beside it."""
    rows = sorted(document.campaign_rows, key=lambda row: (-row.figures.spend, row.id))
    return Table("Campaigns", _CAMPAIGN, [_campaign(row) for row in rows])


def platforms(document: Document) -> Table:
    columns = (
        Column("platform", "Platform", "text"),
        Column("share", "Share of spend", "share"),
        *_FIGURES,
        *_BEFORE,
    )
    return Table("Platforms", columns, [_platform(row) for row in document.platform_rows])


def trend(document: Document) -> Table:
    """Every day; the days compared with follow below, told apart by the first column."""
    columns = (
        Column("period", "Period", "text"),
        Column("day", "Day", "day"),
        Column("settled", "Settled", "text"),
        Column("spend", "Spend", "money"),
        Column("revenue", "Revenue", "money"),
        Column("reported_revenue", "Reported revenue", "money"),
        Column("conversions", "Conversions", "count"),
        Column("clicks", "Clicks", "count"),
        Column("impressions", "Impressions", "count"),
        Column("orders", "Orders", "count"),
    )
    rows = [_day("this", day) for day in document.trend]
    return Table("Trend", columns, [*rows, *(_day("before", day) for day in document.trend_before)])


def findings(document: Document) -> Table:
    """Wins, concerns and recommendations with their words; `gain` is the range they expect."""
    columns = (
        *(
            Column(name, title, "text")
            for name, title in (
                ("kind", "Kind"),
                ("class", "Class"),
                ("title", "Title"),
                ("saw", "What we saw"),
                ("how_sure", "How sure"),
                ("do", "What to do"),
                ("change_our_mind", "What would change our mind"),
            )
        ),
        Column("from", "From", "day"),
        Column("to", "To", "day"),
        Column("low", "Expected from", "money"),
        Column("high", "Expected to", "money"),
        Column("per", "Expected per", "text"),
        Column("at_stake", "At stake", "money"),
        Column("review_on", "Review on", "day"),
        Column("rule", "Rule", "text"),
        Column("written_by", "Written by", "text"),
    )
    found = (*document.wins, *document.concerns, *document.recommendations)
    return Table("Findings", columns, [_finding(each) for each in found])


def sources(document: Document) -> Table:
    """Instants are in the workspace's zone, which the title names."""
    columns = (
        Column("source", "Source", "text"),
        Column("platform", "Platform", "text"),
        Column("currency", "Currency", "text"),
        Column("time_zone", "Time zone", "text"),
        Column("synced_at", f"Synced ({document.time_zone})", "moment"),
        Column("settled_through", "Settled through", "day"),
        Column("sandbox", "Sandbox", "text"),
    )
    zone = ZoneInfo(document.time_zone)
    return Table("Sources", columns, [_source(each, zone) for each in document.sources])


def actions(document: Document) -> Table:
    """What people did."""
    columns = (
        Column("day", "Day", "day"),
        Column("text", "What was done", "text"),
        Column("who", "Who", "text"),
    )
    return Table("Actions", columns, [(each.day, each.text, each.who) for each in document.done])


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
    writer.writerow([column.name for column in (*_PERIOD, *table.columns)])
    writer.writerows([_plain(cell) for cell in (*period, *row)] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def _campaign(row: CampaignRow) -> Row:
    named = (row.name, row.platform_label, row.account, row.status)
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


def _day(period: str, day: Day) -> Row:
    settled = "yes" if day.settled else "no"
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


def _finding(each: FindingPart) -> Row:
    words = (each.title, each.saw, each.how_sure, each.do, each.change_our_mind)
    money = (_amount(each.low), _amount(each.high))
    return (
        each.kind,
        each.class_,
        *words,
        each.first,
        each.last,
        *money,
        each.range_per,
        _amount(each.at_stake),
        each.review_on,
        each.rule,
        each.written_by,
    )


def _source(each: Source, zone: ZoneInfo) -> Row:
    synced = each.synced_at.astimezone(zone).replace(tzinfo=None) if each.synced_at else None
    names = (each.name, each.platform_label, each.currency, each.time_zone)
    return (*names, synced, each.settled_through, "yes" if each.sandbox else "no")


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

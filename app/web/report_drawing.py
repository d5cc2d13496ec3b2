"""What a report's pages draw it with: its trend for charts.js, and the same in numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.reports.document import Day, Document
from app.reports.drawing import Line, lines_of
from app.reports.formats import NOTHING, Formats, formats_of
from app.reports.ratios import share

Link = Callable[..., str]
"""Where the rows behind a figure are: by kind, and a slug or id. Empty for nowhere."""

SHOWN_CAMPAIGNS = 25


def drawn(document: Document, link: Link) -> dict[str, Any]:
    """All that `reports/body.html` takes."""
    formats = formats_of(document)
    return {
        "document": document,
        "formats": formats,
        "link": link,
        "chart": trend_chart(document),
        "table": trend_table(document, formats),
        "shown": SHOWN_CAMPAIGNS,
    }


def trend_chart(document: Document) -> dict[str, Any]:
    """The lines of the report, as `charts.js` reads them."""
    return {
        "data": [_trace(line) for line in lines_of(document)],
        "layout": {"meta": {"unit": "money", "currency": document.currency}},
    }


def trend_table(document: Document, formats: Formats) -> dict[str, list[Any]]:
    """A row a day, marked where it may still change."""
    return {
        "columns": ["Day", "Spend", "Revenue", "ROAS", "Conversions", "Settled"],
        "rows": [_row(day, formats) for day in document.trend],
    }


def _trace(line: Line) -> dict[str, Any]:
    meta = {"role": line.role}
    if line.part != "settled":
        meta["part"] = line.part
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "name": line.name,
        "x": [day.isoformat() for day, _ in line.points],
        "y": [value for _, value in line.points],
        "meta": meta,
    }
    if line.role == "revenue" and line.part != "previous":
        trace["fill"] = "tozeroy"
    return trace


def _row(day: Day, formats: Formats) -> list[str]:
    if day.figures is None:
        return [formats.day(day.day), *[NOTHING] * 4, "Not read"]
    figures = day.figures
    roas = None if figures.revenue is None else share(figures.revenue, figures.spend)
    return [
        formats.day(day.day),
        formats.money(figures.spend),
        formats.money(figures.revenue),
        formats.multiple(roas),
        formats.count(figures.conversions),
        "Yes" if day.settled else "May still change",
    ]

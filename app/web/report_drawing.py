"""What a report's pages draw it with: its trend for charts.js, and the same in numbers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from app.reports.document import Day, Document
from app.reports.drawing import Line, lines_of
from app.reports.expected import expected
from app.reports.formats import NOTHING, Formats, formats_of
from app.reports.languages import captions_in
from app.reports.languages.captions import Captions
from app.reports.languages.labels import Words
from app.reports.ratios import share
from app.web.formats import Better, Pill
from app.web.formats import change_pill as pill_of

Link = Callable[..., str]
"""Where the rows behind a figure are: by kind, and a slug or id. Empty for nowhere."""

SHOWN_CAMPAIGNS = 25


def drawn(document: Document, link: Link) -> dict[str, Any]:
    """All that `reports/body.html` takes."""
    formats, captions = formats_of(document), captions_in(document.language)
    return {
        "document": document,
        "formats": formats,
        "captions": captions,
        "labels": captions.labels.page,
        "language": formats.locale.language,
        "expected": partial(expected, formats=formats, captions=captions),
        "pill": partial(change_pill, formats=formats, captions=captions),
        "link": link,
        "chart": trend_chart(document),
        "table": trend_table(document, formats, captions.labels.page),
        "shown": SHOWN_CAMPAIGNS,
    }


def trend_chart(document: Document) -> dict[str, Any]:
    """The lines of the report, as `charts.js` reads them."""
    return {
        "data": [_trace(line) for line in lines_of(document)],
        "layout": {"meta": {"unit": "money", "currency": document.currency}},
    }


def trend_table(document: Document, formats: Formats, labels: Words) -> dict[str, list[Any]]:
    """A row a day, marked where it may still change."""
    heads = ("day", "spend", "revenue", "roas", "conversions", "settled")
    return {
        "columns": [labels[each] for each in heads],
        "rows": [_row(day, formats, labels) for day in document.trend],
    }


def change_pill(
    change: Decimal | None, better: Better, *, formats: Formats, captions: Captions
) -> Pill:
    """As everywhere in the app, in the report's language."""
    labels = captions.labels.page
    if change is None:
        return Pill("neutral", "minus", NOTHING, labels["no_comparison"])
    size = formats.change(abs(change))[1:]
    known = pill_of(change, better)
    if known.icon == "minus":
        return Pill(known.tone, known.icon, size, labels["no_change"])
    return Pill(known.tone, known.icon, size, captions.changed(size, known.tone, up=change > 0))


def _trace(line: Line) -> dict[str, Any]:
    meta = {"role": line.role}
    if line.part != "settled":
        meta["part"] = line.part
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines" if len(line.points) > 1 else "markers",
        "name": line.name,
        "x": [day.isoformat() for day, _ in line.points],
        "y": [value for _, value in line.points],
        "meta": meta,
    }
    if line.role == "revenue" and line.part != "previous":
        trace["fill"] = "tozeroy"
    return trace


def _row(day: Day, formats: Formats, labels: Words) -> list[str]:
    if day.figures is None:
        return [formats.day(day.day), *[NOTHING] * 4, labels["not_read"]]
    figures = day.figures
    roas = None if figures.revenue is None else share(figures.revenue, figures.spend)
    return [
        formats.day(day.day),
        formats.money(figures.spend),
        formats.money(figures.revenue),
        formats.multiple(roas),
        formats.count(figures.conversions),
        labels["is_settled" if day.settled else "may_change"],
    ]

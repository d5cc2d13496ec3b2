"""What a report's pages draw it with: its trend for charts.js, and the same in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, cast

from app.metrics.figures import Better
from app.reports.document import CampaignRow, Day, Document, Kpi, PlatformRow
from app.reports.drawing import Line, lines_of
from app.reports.expected import expected
from app.reports.formats import NOTHING, Formats, formats_of
from app.reports.languages import captions_of
from app.reports.languages.captions import Captions
from app.reports.languages.labels import Words
from app.reports.ratios import appeared, change, share
from app.reports.rows import Link
from app.reports.tired import tired_of
from app.reports.wording import wording_of
from app.web.formats import Pill, change_pill

SHOWN_CAMPAIGNS = 8


def drawn(document: Document, link: Link) -> dict[str, Any]:
    """All that `reports/body.html` takes."""
    formats, captions = formats_of(document), captions_of(document)
    return {
        "document": document,
        "formats": formats,
        "captions": captions,
        "labels": captions.labels.page,
        "language": formats.locale.language,
        "expected": partial(expected, formats=formats, captions=captions),
        "tired": partial(tired_of, document=document),
        "pills": Pills(document, formats, captions),
        "link": link,
        "wording": wording_of(document),
        "chart": trend_chart(document),
        "table": trend_table(document, formats, captions.labels.page, link),
        "shown": SHOWN_CAMPAIGNS,
    }


def trend_chart(document: Document) -> dict[str, Any]:
    """The lines of the report, as `charts.js` reads them."""
    return {
        "data": [_trace(line) for line in lines_of(document)],
        "layout": {"meta": {"unit": "money", "currency": document.currency}},
    }


def trend_table(
    document: Document, formats: Formats, labels: Words, link: Link
) -> dict[str, list[Any]]:
    """A row a day, marked where it may still change, and where its rows are."""
    heads = ("day", "spend", "revenue", "roas", "conversions", "settled")
    return {
        "columns": [labels[each] for each in heads],
        "rows": [_row(day, formats, labels) for day in document.trend],
        "links": [link("day", day.day) if day.figures else "" for day in document.trend],
    }


@dataclass(frozen=True, slots=True)
class Pills:
    """Changes as everywhere in the app, in the report's language, with what was before."""

    document: Document
    formats: Formats
    captions: Captions

    def kpi(self, kpi: Kpi) -> tuple[Pill, str]:
        """The pill, and the earlier figure with its days; that is empty where it is not known."""
        better = cast("Better", kpi.better)
        return self._pill(kpi.value, kpi.before, kpi.change, better), self._was(
            kpi.before, kpi.unit
        )

    def spend(self, row: PlatformRow | CampaignRow) -> tuple[Pill, str]:
        """As for a KPI. More spend is neither better nor worse."""
        now, before = row.figures.spend, row.before.spend if row.before else None
        return self._pill(now, before, change(now, before), "neither"), self._was(before, "money")

    def _pill(
        self, now: Decimal | None, before: Decimal | None, moved: Decimal | None, better: Better
    ) -> Pill:
        labels = self.captions.labels.page
        if before is None or now is None:
            missing = "no_comparison" if before is None else "no_figure"
            return Pill("neutral", "minus", NOTHING, labels[missing])
        if appeared(now, before):
            return Pill("neutral", "arrow-up-right", labels["new"], labels["is_new"])
        moved = moved or Decimal(0)
        size = self.formats.change(abs(moved))[1:]
        known = change_pill(moved, better)
        if known.icon == "minus":
            return Pill(known.tone, known.icon, size, labels["no_change"])
        words = self.captions.changed(size, known.tone, up=moved > 0)
        return Pill(known.tone, known.icon, size, words)

    def _was(self, before: Decimal | None, unit: str) -> str:
        if before is None or self.document.before is None:
            return ""
        return f"{self.formats.unit(before, unit)}, {self.formats.days(self.document.before)}"


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

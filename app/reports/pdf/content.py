"""Everything the PDF's template sets, as final strings: it adds typography, and reads nothing else.

Texts go to typst as data, never as its source, and only as `app.reports.pdf.drawable` leaves them.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from app.metrics.figures import Better, verdict
from app.reports import drawing
from app.reports.document import (
    Brand,
    CampaignRow,
    Document,
    Figures,
    FindingPart,
    Kpi,
    PlatformRow,
    Source,
    Store,
)
from app.reports.expected import expected
from app.reports.formats import Formats, formats_of
from app.reports.languages import captions_of
from app.reports.languages.captions import Captions
from app.reports.logo import PNG, png_size
from app.reports.pdf.drawable import MARK, drawn, tidied
from app.reports.ratios import change, cost_per_conversion, roas, share
from app.reports.rows import Link
from app.reports.tired import tired_of
from app.reports.wording import wording_of

MOST_CAMPAIGNS = 25
_TONES = {"better": "good", "worse": "bad", "neutral": "calm"}
_STRONG = ("recommend", "act")


def content(document: Document, content_hash: str, link: Link) -> dict[str, Any]:
    """What `report.typ` takes. `link` says where a figure leads, empty for nowhere."""
    captions = captions_of(document)
    writer = _Writer(document, formats_of(document), captions, link)
    found = tidied(
        {
            "title": document.title,
            "language": writer.formats.locale.language,
            "workspace": document.workspace,
            "brand": _brand(document.brand, captions),
            "lead": _lead(document, writer.formats, captions),
            "summary": document.summary,
            "rating": {
                "word": document.rating.word,
                "tone": document.rating.tone,
                "reasons": document.rating.reasons,
                "rule": document.rating.rule,
            },
            "blank": document.blank,
            "kpis": [] if document.blank else [writer.kpi(each) for each in document.kpis],
            "wins": [writer.finding(each) for each in document.wins],
            "concerns": [writer.finding(each) for each in document.concerns],
            "recommendations": [writer.finding(each) for each in document.recommendations],
            "written_by": captions.written_by(wording_of(document)),
            "trend": writer.trend(),
            "platforms": writer.platforms(),
            "campaigns": writer.campaigns(),
            "store": writer.store(document.store) if document.store else None,
            "done": [[writer.formats.day(d.day), d.text, d.who] for d in document.done],
            "next": document.next_steps,
            "definitions": [[each.term, each.meaning] for each in document.definitions],
            "sources": [writer.source(each) for each in document.sources],
            "without_rate": document.without_rate,
            "finality": document.finality,
            "notes": [*document.filters, *document.notes],
            "as_of": writer.formats.moment(document.as_of),
            "as_of_sentence": captions.as_of(writer.formats.moment(document.as_of)),
            "hash": content_hash,
        }
    )
    # Heads of columns have line breaks of their own.
    return drawn({**found, "labels": dict(captions.labels.paper)}, captions.undrawn(MARK))


class _Writer:
    """Turns parts of one document into strings."""

    def __init__(
        self, document: Document, formats: Formats, captions: Captions, link: Link
    ) -> None:
        self.formats = formats
        self._captions = captions
        self._labels = captions.labels
        self._document = document
        self._link = link

    def kpi(self, kpi: Kpi) -> dict[str, str]:
        formats, compared = self.formats, kpi.before is not None and kpi.value is not None
        return {
            "label": kpi.label,
            "value": formats.unit(kpi.value, kpi.unit),
            "before": "" if kpi.before is None else formats.unit(kpi.before, kpi.unit),
            "change": self._change(kpi.change, kpi.value, kpi.before) if compared else "",
            "tone": _tone(kpi.change, kpi.better),
            "href": self._link("kpi", kpi.key),
        }

    def finding(self, finding: FindingPart) -> dict[str, Any]:
        return {
            "title": finding.title,
            "saw": finding.saw,
            "sure": finding.how_sure,
            "do": finding.do,
            "else": finding.change_our_mind,
            "class": self._labels.classes.get(finding.class_, ""),
            "tone": "good" if finding.class_ in _STRONG else "calm",
            "gain": expected(finding, self.formats, self._captions),
            "per": self._captions.per(finding.range_per) if finding.range_per else "",
            "review": self._review(finding),
            "href": self._link("finding", finding.href),
            "ads": [
                [self._link("finding", each.rows), each.name, each.before, each.now, each.spend]
                for each in tired_of(finding, self._document)
                if each.before
            ],
        }

    def _review(self, finding: FindingPart) -> str:
        if finding.review_on:
            return self._captions.review_on(self.formats.day(finding.review_on))
        return "" if finding.promises else self._captions.no_review()

    def trend(self) -> dict[str, Any] | None:
        document = self._document
        lines = drawing.lines_of(document)
        picture = drawing.svg(lines, document.brand.colour, self.formats)
        if not picture:
            return None
        return {
            "svg": picture,
            "alt": self._told(lines),
            "parts": sorted({(line.role, line.part) for line in lines}),
            "href": self._link("whole"),
        }

    def platforms(self) -> list[dict[str, Any]]:
        return [
            {
                "bar": float(row.share or 0),
                **self._row(row, row.label, self._link("platform", row.platform)),
            }
            for row in self._document.platform_rows
        ]

    def campaigns(self) -> dict[str, Any]:
        rows = sorted(self._document.campaign_rows, key=lambda row: -row.figures.spend)
        return {
            "rows": [
                {
                    "platform": row.platform_label,
                    **self._row(row, row.name, self._link("campaign", row.id)),
                }
                for row in rows[:MOST_CAMPAIGNS]
            ],
            "note": self._captions.most_campaigns(
                str(MOST_CAMPAIGNS), self.formats.count(len(rows))
            )
            if len(rows) > MOST_CAMPAIGNS
            else "",
        }

    def store(self, store: Store) -> dict[str, Any]:
        formats = self.formats
        return {
            "sentence": store.sentence,
            "href": self._link("store"),
            "rows": [
                [
                    self._captions.claimed_by(each.label),
                    formats.count(each.conversions),
                    formats.money(each.value),
                ]
                for each in store.claims
            ],
            "claimed": [
                formats.count(store.claimed_conversions),
                formats.money(store.claimed_value),
            ],
            "sold": [formats.count(store.orders), formats.money(store.net)],
            "ratio": ""
            if store.ratio is None
            else self._captions.claimed_for_each(formats.share(store.ratio)),
        }

    def source(self, source: Source) -> list[str]:
        formats = self.formats
        settled = source.settled_through
        return [
            f"{source.name} (sandbox)" if source.sandbox else source.name,
            source.platform_label,
            source.currency,
            formats.moment(source.synced_at) if source.synced_at else self._labels.paper["never"],
            formats.day(settled) if settled else self._labels.paper["nothing_yet"],
        ]

    def _row(self, row: PlatformRow | CampaignRow, name: str, href: str) -> dict[str, str]:
        """Revenue is what the platform reports: only that is told by platform and campaign."""
        formats, figures = self.formats, row.figures
        spent = row.before.spend if row.before else None
        return {
            "name": name,
            "href": href,
            "share": formats.share(share(figures.spend, self._spend())),
            "spend": formats.money(figures.spend),
            "change": self._change(change(figures.spend, spent), figures.spend, spent),
            "reported": formats.money(figures.reported),
            "roas": formats.multiple(roas(figures)),
            "conversions": formats.count(figures.conversions),
            "cpa": formats.money(cost_per_conversion(figures)),
        }

    def _change(self, moved: Decimal | None, now: Decimal | None, before: Decimal | None) -> str:
        return self.formats.change_of(moved, now, before, self._labels.paper["new"])

    def _spend(self) -> Decimal:
        return sum((row.figures.spend for row in self._document.platform_rows), Decimal(0))

    def _told(self, lines: Sequence[drawing.Line]) -> str:
        """What a reader who cannot see the chart gets instead."""
        formats, days = self.formats, self._document.days
        roles = list(dict.fromkeys(line.role for line in lines))
        told = [self._captions.chart(roles, formats.days(days))]
        for role, pick in (("spend", _spend_of), ("revenue", _revenue_of)):
            known = [
                (value, day.day)
                for day in self._document.trend
                if day.figures and (value := pick(day.figures)) is not None
            ]
            if known:
                most, on = max(known, key=lambda pair: pair[0])
                total = sum((value for value, _ in known), Decimal(0))
                told.append(
                    self._captions.chart_total(
                        self._labels.metrics[role],
                        formats.money(total),
                        formats.money(most),
                        formats.day(on),
                    )
                )
        return " ".join(told)


def _spend_of(figures: Figures) -> Decimal:
    return figures.spend


def _revenue_of(figures: Figures) -> Decimal | None:
    return figures.revenue


def _tone(change: Decimal | None, better: str) -> str:
    return "calm" if change is None else _TONES[verdict(change, cast("Better", better))]


def _lead(document: Document, formats: Formats, captions: Captions) -> str:
    """Whose figures of which days, and by which revenue."""
    parts = [formats.days(document.days)]
    if document.before:
        parts.append(captions.compared_with(formats.days(document.before), document.compare))
    labels = {source.platform: source.platform_label for source in document.sources}
    parts.append(", ".join(labels.get(each, each) for each in document.platforms))
    parts.append(captions.revenue_is(document.revenue_source))
    return " · ".join(part for part in parts if part)


def _brand(brand: Brand, captions: Captions) -> dict[str, str]:
    return {
        "name": brand.name,
        "colour": brand.colour,
        "logo": _picture(brand),
        "alt": captions.logo_of(brand.name),
    }


def _picture(brand: Brand) -> str:
    """The logo as SVG text, which is how typst can be handed a picture inside JSON."""
    if not brand.logo:
        return ""
    if brand.logo_type != PNG:
        return brand.logo.decode()
    width, height = png_size(brand.logo)
    packed = base64.b64encode(brand.logo).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{packed}"/></svg>'
    )

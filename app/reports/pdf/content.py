"""Everything the PDF's template sets, as final strings: it adds typography, and reads nothing else.

Texts go to typst as data, never as its source. What people typed is put on one line and freed of
characters that would hide or turn others; what no font can draw is marked and said.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

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
from app.reports.formats import Formats, formats_of
from app.reports.logo import PNG, png_size
from app.reports.pdf.coverage import undrawable
from app.reports.ratios import change, cost_per_conversion, roas, share
from app.reports.texts import one_line

MOST_CAMPAIGNS = 25
MARK = "[?]"
UNDRAWN = (
    f"{MARK} stands for characters that this PDF has no font for. The XLSX file has them as they "
    "are written."
)
CLASSES = {
    "recommend": "Recommended",
    "leaning": "Leaning",
    "worth_testing": "Worth testing",
    "silent": "Not enough data",
    "act": "To do",
}
_COMPARED = {"previous": "the days before", "year": "a year earlier"}
_REVENUE = {"store": "the shop’s own sales", "reported": "what the platforms report"}


def content(document: Document, content_hash: str, site: str) -> dict[str, Any]:
    """What `report.typ` takes. `site` begins every link; without one there are none."""
    writer = _Writer(document, formats_of(document), site)
    found = _tidied(
        {
            "title": document.title,
            "language": writer.formats.locale.language,
            "workspace": document.workspace,
            "brand": _brand(document.brand),
            "lead": _lead(document, writer.formats),
            "summary": document.summary,
            "rating": {
                "word": document.rating.word,
                "tone": document.rating.tone,
                "reasons": document.rating.reasons,
                "rule": document.rating.rule,
            },
            "kpis": [writer.kpi(each) for each in document.kpis],
            "wins": [writer.finding(each) for each in document.wins],
            "concerns": [writer.finding(each) for each in document.concerns],
            "recommendations": [writer.finding(each) for each in document.recommendations],
            "written_by": _written_by(document.written_by),
            "trend": writer.trend(),
            "platforms": writer.platforms(),
            "campaigns": writer.campaigns(),
            "store": writer.store(document.store) if document.store else None,
            "done": [[writer.formats.day(d.day), d.text, d.who] for d in document.done],
            "next": document.next_steps,
            "definitions": [[each.term, each.meaning] for each in document.definitions],
            "sources": [writer.source(each) for each in document.sources],
            "finality": document.finality,
            "notes": [*document.filters, *document.notes],
            "as_of": writer.formats.moment(document.as_of),
            "hash": content_hash,
        }
    )
    return _drawn(found)


class _Writer:
    """Turns parts of one document into strings."""

    def __init__(self, document: Document, formats: Formats, site: str) -> None:
        self.formats = formats
        self._document = document
        self._site = site

    def kpi(self, kpi: Kpi) -> dict[str, str]:
        formats = self.formats
        return {
            "label": kpi.label,
            "value": formats.unit(kpi.value, kpi.unit),
            "before": "" if kpi.before is None else formats.unit(kpi.before, kpi.unit),
            "change": "" if kpi.change is None else formats.change(kpi.change),
            "tone": _tone(kpi.change, kpi.better),
        }

    def finding(self, finding: FindingPart) -> dict[str, Any]:
        return {
            "title": finding.title,
            "saw": finding.saw,
            "sure": finding.how_sure,
            "do": finding.do,
            "else": finding.change_our_mind,
            "class": CLASSES.get(finding.class_, ""),
            "gain": self._range(finding),
            "per": f"a {finding.range_per}" if finding.range_per else "",
            "review": f"To be reviewed on {self.formats.day(finding.review_on)}"
            if finding.review_on
            else "",
            "href": self._address(finding.href),
        }

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
        }

    def platforms(self) -> list[dict[str, Any]]:
        return [
            {"bar": float(row.share or 0), **self._row(row, row.label)}
            for row in self._document.platform_rows
        ]

    def campaigns(self) -> dict[str, Any]:
        rows = sorted(self._document.campaign_rows, key=lambda row: -row.figures.spend)
        left = len(rows) - MOST_CAMPAIGNS
        return {
            "rows": [
                {"platform": row.platform_label, **self._row(row, row.name)}
                for row in rows[:MOST_CAMPAIGNS]
            ],
            "note": f"The {MOST_CAMPAIGNS} that spent most, of {len(rows):,}. The XLSX and CSV "
            "files have all of them."
            if left > 0
            else "",
        }

    def store(self, store: Store) -> dict[str, Any]:
        formats = self.formats
        return {
            "sentence": store.sentence,
            "rows": [
                [each.label, formats.count(each.conversions), formats.money(each.value)]
                for each in store.claims
            ],
            "claimed": [
                formats.count(store.claimed_conversions),
                formats.money(store.claimed_value),
            ],
            "sold": [formats.count(store.orders), formats.money(store.net)],
            "ratio": formats.multiple(store.ratio),
        }

    def source(self, source: Source) -> list[str]:
        formats = self.formats
        settled = source.settled_through
        return [
            f"{source.name} (sandbox)" if source.sandbox else source.name,
            source.platform_label,
            source.currency,
            formats.moment(source.synced_at) if source.synced_at else "never",
            formats.day(settled) if settled else "nothing yet",
        ]

    def _row(self, row: PlatformRow | CampaignRow, name: str) -> dict[str, str]:
        """Revenue is what the platform reports: only that is told by platform and campaign."""
        formats, figures = self.formats, row.figures
        spent = change(figures.spend, row.before.spend if row.before else None)
        return {
            "name": name,
            "share": formats.share(share(figures.spend, self._spend())),
            "spend": formats.money(figures.spend),
            "change": formats.change(spent),
            "reported": formats.money(figures.reported),
            "roas": formats.multiple(roas(figures)),
            "conversions": formats.count(figures.conversions),
            "cpa": formats.money(cost_per_conversion(figures)),
        }

    def _spend(self) -> Decimal:
        return sum((row.figures.spend for row in self._document.platform_rows), Decimal(0))

    def _range(self, finding: FindingPart) -> str:
        """The signs are told: a range may begin below nothing. Money unless `units` says else."""
        if finding.low is None or finding.high is None:
            return ""
        unit = finding.units.get("range", "money")
        ends = (Decimal(str(finding.low)), Decimal(str(finding.high)))
        return " to ".join(_signed(self.formats, end, unit) for end in ends)

    def _address(self, href: str) -> str:
        return f"{self._site}{href}" if self._site and href.startswith("/") else ""

    def _told(self, lines: Sequence[drawing.Line]) -> str:
        """What a reader who cannot see the chart gets instead."""
        formats, days = self.formats, self._document.days
        told = [f"Chart of {' and '.join(_names(lines))} by day, {formats.days(days)}."]
        for name, pick in (("Spend", _spend_of), ("Revenue", _revenue_of)):
            known = [
                (value, day.day)
                for day in self._document.trend
                if day.figures and (value := pick(day.figures)) is not None
            ]
            if known:
                most, on = max(known, key=lambda pair: pair[0])
                total = sum((value for value, _ in known), Decimal(0))
                told.append(
                    f"{name} {formats.money(total)} in all, most on {formats.day(on)} "
                    f"with {formats.money(most)}."
                )
        return " ".join(told)


def _names(lines: Sequence[drawing.Line]) -> Iterator[str]:
    yield from dict.fromkeys(line.role for line in lines)


def _spend_of(figures: Figures) -> Decimal:
    return figures.spend


def _revenue_of(figures: Figures) -> Decimal | None:
    return figures.revenue


def _signed(formats: Formats, value: Decimal, unit: str) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{formats.unit(abs(value), unit)}"


def _tone(change: Decimal | None, better: str) -> str:
    if not change or better == "neither":
        return "calm"
    return "good" if (change > 0) == (better == "more") else "bad"


def _lead(document: Document, formats: Formats) -> str:
    """Whose figures of which days, and by which revenue."""
    parts = [formats.days(document.days)]
    if document.before:
        compared = _COMPARED.get(document.compare, "")
        days = formats.days(document.before)
        parts.append(f"compared with {compared}, {days}" if compared else f"compared with {days}")
    labels = {source.platform: source.platform_label for source in document.sources}
    parts.append(", ".join(labels.get(each, each) for each in document.platforms))
    parts.append(f"revenue is {_REVENUE.get(document.revenue_source, document.revenue_source)}")
    return " · ".join(part for part in parts if part)


def _written_by(written_by: str) -> str:
    if written_by == "rules":
        return "Figures are computed from your data; the wording is by rule."
    return (
        f"Figures are computed from your data; the wording is by {written_by}, every figure in it "
        "checked."
    )


def _brand(brand: Brand) -> dict[str, str]:
    return {"name": brand.name, "colour": brand.colour, "logo": _picture(brand)}


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


_AS_THEY_ARE = frozenset(("svg", "logo"))


def _tidied(found: Any) -> Any:
    """Every text of it on one line, pictures apart."""
    match found:
        case str():
            return one_line(found)
        case dict():
            return {
                name: each if name in _AS_THEY_ARE else _tidied(each)
                for name, each in found.items()
            }
        case list() | tuple():
            return [_tidied(each) for each in found]
        case _:
            return found


def _texts(found: Any) -> Iterator[str]:
    match found:
        case str():
            yield found
        case dict():
            for name, each in found.items():
                if name not in _AS_THEY_ARE:
                    yield from _texts(each)
        case list():
            for each in found:
                yield from _texts(each)


def _drawn(found: dict[str, Any]) -> dict[str, Any]:
    """With characters that cannot be drawn marked, and a note that says so."""
    missing = undrawable("".join(_texts(found)))
    if not missing:
        return found
    unknown = re.compile(f"[{re.escape(''.join(sorted(missing)))}]+")
    marked: dict[str, Any] = _marked(found, unknown)
    return {**marked, "notes": [*marked["notes"], UNDRAWN]}


def _marked(found: Any, unknown: re.Pattern[str]) -> Any:
    match found:
        case str():
            return unknown.sub(MARK, found)
        case dict():
            return {
                name: each if name in _AS_THEY_ARE else _marked(each, unknown)
                for name, each in found.items()
            }
        case list():
            return [_marked(each, unknown) for each in found]
        case _:
            return found

"""Figures of two reports side by side, those that differ only.

`then` and `older` are of the report that was read first. Where only one of them has a row, it did
nothing in the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.metrics.figures import Figures, RevenueSource, total
from app.metrics.period import Period
from app.reports.document import CampaignRow, Day, Document, Kpi, PlatformRow, Store
from app.reports.formats import Formats

_NOTHING = Decimal(0)
_COUNTS = ("Conversions", "Orders")

Row = CampaignRow | PlatformRow
PickKpi = Callable[[Kpi], Decimal | None]


@dataclass(frozen=True, slots=True)
class Changed:
    """A figure in both; `unit` as of a KPI, None where one of them has none."""

    label: str
    unit: str
    older: Decimal | None
    newer: Decimal | None


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A day, platform, campaign or claim whose figures differ, with those that do."""

    name: str
    figures: Sequence[Changed]


def now(kpi: Kpi) -> Decimal | None:
    """Its value on the days shown."""
    return kpi.value


def before(kpi: Kpi) -> Decimal | None:
    """Its value on the days compared with."""
    return kpi.before


def kpis(older: Document, newer: Document, pick: PickKpi) -> list[Changed]:
    """Those that both have; one that reports did not show yet has not changed."""
    then = {kpi.key: pick(kpi) for kpi in older.kpis}
    return [
        Changed(kpi.label, kpi.unit, then[kpi.key], pick(kpi))
        for kpi in newer.kpis
        if kpi.key in then and pick(kpi) != then[kpi.key]
    ]


def shared(older: Document, newer: Document, both: Period) -> list[Changed]:
    """The headline figures again, of the days that both have."""
    then, now = (_sum(each, both) for each in (older, newer))
    labels = {kpi.key: kpi for kpi in older.kpis}
    pairs = [
        (kpi, _pick(kpi.key, then, older), _pick(kpi.key, now, newer))
        for kpi in newer.kpis
        if kpi.key in labels
    ]
    return [Changed(kpi.label, kpi.unit, was, is_) for kpi, was, is_ in pairs if was != is_]


def days(older: Document, newer: Document, both: Period, formats: Formats) -> list[ChangedRow]:
    """Of the days that both have."""
    then = {each.day: each for each in older.trend}
    pairs = [(then[now.day], now) for now in newer.trend if now.day in both and now.day in then]
    rows = [ChangedRow(formats.day(now.day), _of_days(before, now)) for before, now in pairs]
    return [row for row in rows if row.figures]


def platforms(older: Document, newer: Document) -> list[ChangedRow]:
    before = {row.platform: row for row in older.platform_rows}
    after = {row.platform: row for row in newer.platform_rows}
    rows = [
        ChangedRow((after.get(key) or before[key]).label, _of_rows(before.get(key), after.get(key)))
        for key in dict.fromkeys((*after, *before))
    ]
    return [row for row in rows if row.figures]


def campaigns(older: Document, newer: Document) -> list[ChangedRow]:
    before = {row.id: row for row in older.campaign_rows}
    after = {row.id: row for row in newer.campaign_rows}
    rows = [
        ChangedRow((after.get(key) or before[key]).name, _of_rows(before.get(key), after.get(key)))
        for key in dict.fromkeys((*after, *before))
    ]
    return [row for row in rows if row.figures]


def sales(older: Store | None, newer: Store | None) -> list[ChangedRow]:
    """The shop's, and those that each platform claims."""
    then, now = (dict(_sides(each)) if each else {} for each in (older, newer))
    rows = [
        ChangedRow(label, _differing(then.get(label, {}), now.get(label, {})))
        for label in dict.fromkeys((*now, *then))
    ]
    return [row for row in rows if row.figures]


def _sum(document: Document, days: Period) -> Figures | None:
    """None where none of these days was read."""
    read = [each.figures for each in document.trend if each.day in days and each.figures]
    if not read:
        return None
    shop = document.revenue_source == RevenueSource.STORE.value
    return total(
        Figures(
            spend=each.spend,
            reported_revenue=each.reported,
            store_revenue=each.revenue if shop else None,
            conversions=each.conversions,
            clicks=each.clicks,
            impressions=each.impressions,
        )
        for each in read
    )


def _pick(key: str, sums: Figures | None, document: Document) -> Decimal | None:
    if sums is None:
        return None
    source = RevenueSource(document.revenue_source)
    if key in ("revenue", "roas"):
        return sums.revenue(source) if key == "revenue" else sums.roas(source)
    value: Decimal | None = getattr(sums, key)
    return value


def _sides(store: Store) -> Iterator[tuple[str, dict[str, Decimal | None]]]:
    orders = None if store.orders is None else Decimal(store.orders)
    yield "The shop", {"Orders": orders, "Revenue": store.net}
    for each in store.claims:
        yield (
            f"Claimed by {each.label}",
            {"Conversions": each.conversions, "Revenue": each.value},
        )


def _of_days(then: Day, now: Day) -> list[Changed]:
    return _differing(
        _sums(then, "revenue") if then.figures else {}, _sums(now, "revenue") if now.figures else {}
    )


def _of_rows(then: Row | None, now: Row | None) -> list[Changed]:
    return _differing(
        _sums(then, "reported") if then else {}, _sums(now, "reported") if now else {}
    )


def _sums(row: Day | Row, revenue: str) -> dict[str, Decimal | None]:
    figures = row.figures
    if figures is None:
        return {}
    return {
        "Spend": figures.spend,
        "Revenue": figures.reported if revenue == "reported" else figures.revenue,
        "Conversions": figures.conversions,
    }


def _differing(
    then: Mapping[str, Decimal | None], now: Mapping[str, Decimal | None]
) -> list[Changed]:
    found = []
    for label in dict.fromkeys((*now, *then)):
        older, newer = then.get(label), now.get(label)
        # A row that is in one of them only did nothing in the other.
        if (older or _NOTHING) != (newer or _NOTHING):
            unit = "count" if label in _COUNTS else "money"
            found.append(Changed(label, unit, older, newer))
    return found

"""What platforms restated between two reports, where a figure of theirs differs for it.

The ledger has every change of a day that was read before. It says more than what explains a
difference: a restated day counts only if what the two reports show of it differs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.metrics.period import Period
from app.models import MetricRevision
from app.reports.document import Day, Document, Figures, Source
from app.reports.formats import Formats

_DAY = dt.timedelta(days=1)
# Headline figures come from these grains; ads and placements are finer views of the same.
_ADS, _STORE = "campaign", "store"
# A change is dated when it is written and seen when its transaction is over, and a report's moment
# is a little before its figures are read. No chunk takes longer to be stored.
_SLACK = dt.timedelta(minutes=15)

Pick = Callable[[Figures | None], object]


def restated(
    session: Session, workspace_id: int, older: Document, newer: Document, formats: Formats
) -> list[str]:
    """One sentence for each account whose days were restated in between."""
    known = {each.account_id: each for each in (*older.sources, *newer.sources)}
    sides = [_ads_of(older, newer), _store_of(older, newer)]
    rows = session.execute(
        select(MetricRevision.account_id, MetricRevision.day)
        .where(
            MetricRevision.workspace_id == workspace_id,
            MetricRevision.account_id.in_(known),
            or_(*sides),
            MetricRevision.changed_at > older.as_of - _SLACK,
            MetricRevision.changed_at <= newer.as_of + _SLACK,
        )
        .distinct()
        .order_by(MetricRevision.account_id, MetricRevision.day)
    )
    days: dict[int, list[dt.date]] = {}
    for account_id, day in rows:
        days.setdefault(account_id, []).append(day)
    return [_sentence(known[each], found, formats) for each, found in days.items()]


def common_days(older: Document, newer: Document) -> Period | None:
    """The days that both reports are about."""
    first = max(older.days.first, newer.days.first)
    last = min(older.days.last, newer.days.last)
    return Period(first, last) if first <= last else None


def runs(days: Iterable[dt.date]) -> list[Period]:
    """Days in order as stretches without a gap."""
    found: list[Period] = []
    for day in days:
        if found and found[-1].last + _DAY == day:
            found[-1] = Period(found[-1].first, day)
        else:
            found.append(Period(day, day))
    return found


def span(days: Period, formats: Formats) -> str:
    """Such as Nov 12–18."""
    first, last = formats.short_day(days.first), formats.short_day(days.last)
    if days.first == days.last:
        return first
    if (days.first.year, days.first.month) == (days.last.year, days.last.month):
        return f"{first}–{days.last.day}"
    return f"{first} – {last}"


def _sentence(source: Source, days: Sequence[dt.date], formats: Formats) -> str:
    spans = ", ".join(span(each, formats) for each in runs(days))
    return f"Changed because {source.platform_label} restated {spans} of {source.name}."


def _ads_of(older: Document, newer: Document) -> ColumnElement[bool]:
    """On the days shown, of the campaigns shown: that is all there are, or those chosen.

    A campaign that did nothing on them is not shown, though it may be in what is compared with.
    """
    shown = {row.id for each in (older, newer) for row in each.campaign_rows}
    now = _differing(older.trend, newer.trend, _claimed)
    before = _differing(older.trend_before, newer.trend_before, _claimed)
    return and_(
        MetricRevision.grain == _ADS,
        or_(
            and_(MetricRevision.day.in_(now), MetricRevision.entity_id.in_(shown)),
            MetricRevision.day.in_(before),
        ),
    )


def _store_of(older: Document, newer: Document) -> ColumnElement[bool]:
    """Days whose sales differ, or all of them where only what claims are held to does."""
    pick = _sales if older.revenue_source == newer.revenue_source == _STORE else _orders
    days = {
        *_differing(older.trend, newer.trend, pick),
        *_differing(older.trend_before, newer.trend_before, pick),
    }
    both = common_days(older, newer)
    if both and not days and _net(older) != _net(newer):
        days = {each.day for each in newer.trend if each.day in both}
    return and_(MetricRevision.grain == _STORE, MetricRevision.day.in_(days))


def _differing(older: Sequence[Day], newer: Sequence[Day], pick: Pick) -> set[dt.date]:
    """Days that both have and that differ in these figures."""
    then = {each.day: each.figures for each in older}
    return {
        each.day
        for each in newer
        if each.day in then and pick(then[each.day]) != pick(each.figures)
    }


def _claimed(figures: Figures | None) -> object:
    """What platforms say of a day."""
    if figures is None:
        return None
    counts = (figures.conversions, figures.clicks, figures.impressions)
    return (figures.spend, figures.reported, *counts)


def _orders(figures: Figures | None) -> object:
    return figures and figures.orders


def _sales(figures: Figures | None) -> object:
    """What a shop says of a day, where revenue is what it sold."""
    return figures and (figures.orders, figures.revenue)


def _net(document: Document) -> object:
    return (document.store.orders, document.store.net) if document.store else None

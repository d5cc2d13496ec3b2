"""Daily figures of platforms side by side, for the methods of `app.insights`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.metrics.period import Period
from app.metrics.platforms import is_shop
from app.metrics.sources import Sources
from app.models import PlatformTotalDay as Total


@dataclass(frozen=True, slots=True)
class PlatformSeries:
    """Each figure is one list a platform, one entry a day of `days`, oldest first.

    Money is in the workspace's currency; days without a rate count as nothing and are in
    `without_rate`.
    """

    days: Period
    platforms: Sequence[str]
    spend: Mapping[str, Sequence[float]]
    impressions: Mapping[str, Sequence[float]]
    clicks: Mapping[str, Sequence[float]]
    conversions: Mapping[str, Sequence[float]]
    value: Mapping[str, Sequence[float]]
    without_rate: bool


def platform_series(session: Session, known: Sources, days: Period) -> PlatformSeries:
    """The counted accounts' days, summed by platform, in one statement."""
    rows = session.execute(
        select(
            Total.platform,
            Total.day,
            func.sum(Total.spend),
            func.sum(Total.impressions),
            func.sum(Total.clicks),
            func.sum(Total.conversions),
            func.sum(Total.value),
            func.bool_or(Total.spend.is_(None)),
        )
        .where(
            Total.workspace_id == known.workspace_id,
            Total.account_id.in_(known.account_ids),
            Total.day.between(days.first, days.last),
        )
        .group_by(Total.platform, Total.day)
    ).all()
    advertised = sorted({row[0] for row in rows if not is_shop(row[0])})
    by_day = {(row[0], row[1]): row for row in rows}

    def series(place: int) -> dict[str, list[float]]:
        return {
            platform: [_amount(by_day.get((platform, day)), place) for day in days]
            for platform in advertised
        }

    return PlatformSeries(
        days=days,
        platforms=advertised,
        spend=series(2),
        impressions=series(3),
        clicks=series(4),
        conversions=series(5),
        value=series(6),
        without_rate=any(row[7] for row in rows),
    )


def accounts_without_rate(session: Session, known: Sources, days: Period) -> set[int]:
    """The accounts with money of these days that has no exchange rate."""
    return set(session.scalars(select(Total.account_id).where(*_unrated(known, days)).distinct()))


def days_without_rate(
    session: Session, known: Sources, days: Period
) -> tuple[set[str], Period] | None:
    """The platforms with money that has no exchange rate, and from when to when; None for none."""
    rows = session.execute(
        select(Total.platform, func.min(Total.day), func.max(Total.day))
        .where(*_unrated(known, days))
        .group_by(Total.platform)
    ).all()
    if not rows:
        return None
    span = Period(min(row[1] for row in rows), max(row[2] for row in rows))
    return {row[0] for row in rows}, span


def _unrated(known: Sources, days: Period) -> list[ColumnElement[bool]]:
    return [
        Total.workspace_id == known.workspace_id,
        Total.account_id.in_(known.account_ids),
        Total.day.between(days.first, days.last),
        or_(Total.spend.is_(None), Total.value.is_(None)),
    ]


def _amount(row: Sequence[object] | None, place: int) -> float:
    amount = row[place] if row is not None else None
    return float(amount) if isinstance(amount, (int, float, Decimal)) else 0.0


def history(known: Sources, last: dt.date, longest: int) -> Period | None:
    """The days to learn from up to `last`; None where nothing was read."""
    first = known.read_from
    if first is None or first > last:
        return None
    return Period(max(first, last - dt.timedelta(days=longest - 1)), last)

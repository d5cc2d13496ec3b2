"""The same questions about some of the accounts, or some of the campaigns, only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.metrics.figures import NOTHING, Figures
from app.metrics.performance import Performance, Slice
from app.metrics.period import Comparison
from app.metrics.sources import Sources
from app.models import CampaignTotalDay as Total


def narrowed(known: Sources, platforms: Collection[str], accounts: Collection[int]) -> Sources:
    """Only sources of these platforms and accounts; empty means all."""
    counted = [
        source
        for source in known.counted
        if (not platforms or source.platform in platforms)
        and (not accounts or source.account_id in accounts)
    ]
    return replace(known, counted=counted)


def campaigns_performance(
    session: Session, known: Sources, comparison: Comparison, campaigns: Collection[int]
) -> Performance:
    """The figures of these campaigns alone. A shop's sales belong to no campaign and are left out.

    Days without a rate are kept apart as in `performance`.
    """
    converted = Total.spend.is_not(None)
    rows = session.execute(
        select(
            Total.day,
            Total.account_id,
            Total.platform,
            Total.native_currency,
            converted.label("converted"),
            func.sum(func.coalesce(Total.spend, Total.native_spend)).label("spend"),
            func.sum(func.coalesce(Total.value, Total.native_value)).label("value"),
            func.sum(Total.conversions).label("conversions"),
            func.sum(Total.clicks).label("clicks"),
            func.sum(Total.impressions).label("impressions"),
        )
        .where(
            Total.workspace_id == known.workspace_id,
            Total.account_id.in_(known.account_ids),
            Total.campaign_id.in_(campaigns),
            or_(*(Total.day.between(span.first, span.last) for span in comparison.spans)),
        )
        .group_by(Total.day, Total.account_id, Total.platform, Total.native_currency, converted)
        .order_by(Total.day, Total.account_id)
    ).all()
    slices = []
    for row in rows:
        figures = Figures(
            row.spend, row.value, None, row.conversions, int(row.clicks), int(row.impressions)
        )
        here, apart = (figures, NOTHING) if row.converted else (NOTHING, figures)
        slices.append(
            Slice(row.day, row.account_id, row.platform, row.native_currency, here, apart)
        )
    return Performance(comparison, slices, known.read_from, known.read_through, [])

"""What shops sold and what platforms claim of it, where nothing of either side is left out.

A part of the claims divided by all that was sold, or all claims by one shop of two, would be no
figure of anything.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.insights.finding import Entity
from app.insights.period import StoreSales, Thing
from app.metrics.claim import NO_CLAIM, Claim
from app.metrics.leads import claimed_leads
from app.metrics.period import Period
from app.metrics.platforms import is_shop
from app.metrics.sources import Source, Sources, sources
from app.models import PlatformTotalDay as Total


def store_sales(
    session: Session,
    known: Sources,
    counted: Sequence[Source],
    days: Period,
    platforms: Sequence[Thing],
) -> StoreSales | None:
    """None where a shop, or what somebody spent or claims, is not in it or not known.

    `counted` are the accounts that `platforms` are made of, and the shops that hold all `days`.
    """
    shops = [each for each in counted if is_shop(each.platform)]
    if not shops or not _whole(session, sources(session, known.workspace_id), counted, days):
        return None
    sold, orders, unknown, untold = session.execute(
        select(
            func.sum(Total.store_net),
            func.sum(Total.orders),
            func.count().filter(Total.store_net.is_(None)),
            func.count().filter(Total.orders.is_(None)),
        ).where(
            Total.workspace_id == known.workspace_id,
            Total.account_id.in_([each.account_id for each in shops]),
            Total.day.between(days.first, days.last),
        )
    ).one()
    if unknown or sold is None or sold < 0:
        return None
    leads = claimed_leads(session, replace(known, counted=counted), days)
    return StoreSales(
        days=len(days),
        revenue=float(sold),
        orders=None if untold or orders is None else float(orders),
        claims=tuple(_claim(each, leads.get(each.entity.key, NO_CLAIM)) for each in platforms),
    )


def _claim(platform: Thing, leads: Claim) -> tuple[Entity, float, float]:
    """What it claims to have sold: a lead is no sale."""
    now = platform.now
    conversions = max(now.conversions - float(leads.conversions), 0.0)
    return platform.entity, conversions, max(now.value - float(leads.value), 0.0)


def _whole(session: Session, whole: Sources, counted: Sequence[Source], days: Period) -> bool:
    ours = {each.account_id for each in counted}
    left_out = [each for each in whole.counted if each.account_id not in ours]
    unknown = [each for each in left_out if each.live or is_shop(each.platform)]
    if not all(_holds(each, days) for each in unknown):
        return False
    return not _anything_missing(session, whole, ours, days)


def _holds(source: Source, days: Period) -> bool:
    return source.holds(days.first) and source.holds(days.last)


def _anything_missing(
    session: Session, whole: Sources, ours: Collection[int], days: Period
) -> bool:
    """Whether another account sold, spent or claims anything, or one of ours without a rate."""
    advertised = or_(Total.native_spend != 0, Total.native_value != 0, Total.conversions != 0)
    sold = or_(Total.native_store_net.is_not(None), Total.orders.is_not(None))
    missing = or_(
        and_(Total.account_id.not_in(ours), or_(advertised, sold)),
        and_(Total.spend.is_(None), advertised),
    )
    found = session.scalar(
        select(func.bool_or(missing)).where(
            Total.workspace_id == whole.workspace_id,
            Total.account_id.in_(whole.account_ids),
            Total.day.between(days.first, days.last),
        )
    )
    return bool(found)

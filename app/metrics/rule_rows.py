"""Rows of campaigns, ads and placements for the rules, in the workspace's currency.

Ads and placements are stored in their account's currency. They are converted at what their
account's own day was converted at, so that every level has the same rates; where that day has
none they are left out, as the day is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.metrics.period import Period
from app.models import Account, Ad, AdDay, Campaign, CampaignTotalDay, PlacementDay
from app.models import PlatformTotalDay as Total

Rows = Sequence[Row[*tuple[Any, ...]]]


def campaign_days(
    session: Session, workspace_id: int, accounts: Sequence[int], spans: Sequence[Period]
) -> Rows:
    """campaign_id, day, spend, impressions, clicks, conversions, value; days with a rate only."""
    own = CampaignTotalDay
    return session.execute(
        select(
            own.campaign_id,
            own.day,
            own.spend,
            own.impressions,
            own.clicks,
            own.conversions,
            own.value,
        ).where(
            own.workspace_id == workspace_id,
            own.account_id.in_(accounts),
            own.spend.is_not(None),
            own.value.is_not(None),
            _within(own.day, spans),
        )
    ).all()


def described_campaigns(session: Session, workspace_id: int, accounts: Sequence[int]) -> Rows:
    """Every campaign as it was last described; `rate` is its account's newest one, may be None."""
    newest = (
        select(
            Account.id,
            Account.platform,
            select(Total.spend / Total.native_spend)
            .where(Total.account_id == Account.id, Total.native_spend > 0, Total.spend.is_not(None))
            .order_by(Total.day.desc())
            .limit(1)
            .correlate(Account)
            .scalar_subquery()
            .label("rate"),
        )
        .where(Account.workspace_id == workspace_id, Account.id.in_(accounts))
        .cte("newest")
    )
    return session.execute(
        select(
            Campaign.id,
            Campaign.name,
            Campaign.status,
            Campaign.platform_status,
            Campaign.objective,
            Campaign.channel,
            Campaign.budget,
            Campaign.budget_kind,
            newest.c.platform,
            newest.c.rate,
        )
        .join(newest, newest.c.id == Campaign.account_id)
        .order_by(Campaign.id)
    ).all()


def ad_sums(
    session: Session, workspace_id: int, accounts: Sequence[int], now: Period, before: Period | None
) -> Rows:
    """id, name, status, platform_status, campaign_id and the sums of both periods of each ad."""
    return session.execute(
        select(
            Ad.id,
            Ad.name,
            Ad.status,
            Ad.platform_status,
            Ad.campaign_id,
            *_sums(AdDay, now, "now_"),
            *_sums(AdDay, before, "before_"),
        )
        .join(AdDay, AdDay.ad_id == Ad.id)
        .join(Total, _own_day(AdDay))
        .where(
            AdDay.workspace_id == workspace_id,
            AdDay.account_id.in_(accounts),
            _within(AdDay.day, _spans(now, before)),
        )
        .group_by(Ad.id)
        .order_by(Ad.id)
    ).all()


def placement_sums(
    session: Session, workspace_id: int, accounts: Sequence[int], now: Period, before: Period | None
) -> Rows:
    """campaign_id, placement and the sums of both periods."""
    own = PlacementDay
    return session.execute(
        select(
            own.campaign_id,
            own.placement,
            *_sums(own, now, "now_"),
            *_sums(own, before, "before_"),
        )
        .join(Total, _own_day(own))
        .where(
            own.workspace_id == workspace_id,
            own.account_id.in_(accounts),
            _within(own.day, _spans(now, before)),
        )
        .group_by(own.campaign_id, own.placement)
        .order_by(own.campaign_id, own.placement)
    ).all()


def placement_days(
    session: Session, workspace_id: int, accounts: Sequence[int], spans: Sequence[Period]
) -> Rows:
    """platform, placement, day and the figures of all campaigns together."""
    own = PlacementDay
    return session.execute(
        select(Total.platform, own.placement, own.day, *_figures(own))
        .join(Total, _own_day(own))
        .where(
            own.workspace_id == workspace_id, own.account_id.in_(accounts), _within(own.day, spans)
        )
        .group_by(Total.platform, own.placement, own.day)
    ).all()


def _spans(now: Period, before: Period | None) -> list[Period]:
    return [now, *([before] if before else [])]


def _within(day: InstrumentedAttribute[dt.date], spans: Sequence[Period]) -> ColumnElement[bool]:
    return or_(*(day.between(span.first, span.last) for span in spans))


def _own_day(of: type[AdDay | PlacementDay]) -> ColumnElement[bool]:
    return and_(Total.account_id == of.account_id, Total.day == of.day, Total.spend.is_not(None))


def _sums(
    of: type[AdDay | PlacementDay], period: Period | None, prefix: str
) -> list[ColumnElement[Any]]:
    if period is None:
        return []
    inside = of.day.between(period.first, period.last)
    return [each.filter(inside).label(prefix + name) for name, each in _summed(of).items()]


def _figures(of: type[AdDay | PlacementDay]) -> list[ColumnElement[Any]]:
    return [each.label(name) for name, each in _summed(of).items()]


def _summed(of: type[AdDay | PlacementDay]) -> dict[str, Any]:
    by_spend = Total.spend / func.nullif(Total.native_spend, 0)
    by_value = Total.value / func.nullif(Total.native_value, 0)
    rate = func.coalesce(by_spend, by_value, 0)
    return {
        "spend": func.sum(of.spend * rate),
        "impressions": func.sum(of.impressions),
        "clicks": func.sum(of.clicks),
        "conversions": func.sum(of.conversions),
        "value": func.sum(of.conversion_value * rate),
    }

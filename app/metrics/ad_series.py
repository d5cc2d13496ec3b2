"""Daily views and clicks of the ads that ran lately, account by account."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import Subquery

from app.metrics.period import Period
from app.metrics.sources import Sources
from app.models import Ad, AdDay, Campaign
from app.models import PlatformTotalDay as Total

ONE_DAY = dt.timedelta(days=1)
LATELY = dt.timedelta(days=7)
# An ad's beginning, and what is held against it.
FIRST_DAYS, LAST_DAYS = 21, 14


@dataclass(frozen=True, slots=True)
class AdHistory:
    """One ad. `figures` are impressions, clicks, spend and conversions by day.

    Spend is in the account's currency. Only its first weeks and the last ones are read: `began`
    is its first day. `campaign` is the name of its campaign.
    """

    ad_id: int
    campaign_id: int
    name: str
    campaign: str
    began: dt.date
    figures: dict[dt.date, tuple[float, float, float, float]] = field(default_factory=dict)


def ad_histories(session: Session, known: Sources, last: dt.date) -> dict[int, list[AdHistory]]:
    """By account: every ad that was seen in the week up to `last`, its first and last weeks."""
    first = _beginnings(known, last)
    rows = session.execute(
        select(
            AdDay.account_id,
            AdDay.ad_id,
            Ad.campaign_id,
            Ad.name,
            Campaign.name,
            first.c.began,
            AdDay.day,
            AdDay.impressions,
            AdDay.clicks,
            AdDay.spend,
            AdDay.conversions,
        )
        .join(first, first.c.ad_id == AdDay.ad_id)
        .join(Ad, Ad.id == AdDay.ad_id)
        .join(Campaign, Campaign.id == Ad.campaign_id)
        .where(
            Ad.workspace_id == known.workspace_id,
            AdDay.day <= last,
            or_(
                AdDay.day > last - LAST_DAYS * ONE_DAY,
                AdDay.day - first.c.began < FIRST_DAYS,
            ),
        )
        .order_by(AdDay.account_id, AdDay.ad_id)
    )
    found: dict[int, dict[int, AdHistory]] = {}
    for account_id, ad_id, campaign_id, name, campaign, began, day, *amounts in rows:
        mine = found.setdefault(account_id, {}).setdefault(
            ad_id, AdHistory(ad_id, campaign_id, name, campaign, began)
        )
        impressions, clicks, spend, conversions = map(float, amounts)
        mine.figures[day] = (impressions, clicks, spend, conversions)
    return {account_id: list(ads.values()) for account_id, ads in found.items()}


def _beginnings(known: Sources, last: dt.date) -> Subquery:
    """The first day of each ad that was seen lately."""
    lately = (
        select(AdDay.ad_id)
        .where(
            AdDay.workspace_id == known.workspace_id,
            AdDay.account_id.in_(known.account_ids),
            AdDay.day.between(last - LATELY, last),
        )
        .group_by(AdDay.ad_id)
        .having(func.sum(AdDay.impressions) > 0)
        .subquery()
    )
    return (
        select(AdDay.ad_id, func.min(AdDay.day).label("began"))
        .join(lately, lately.c.ad_id == AdDay.ad_id)
        .where(AdDay.workspace_id == known.workspace_id, AdDay.impressions > 0)
        .group_by(AdDay.ad_id)
        .subquery()
    )


def columns_of(ad: AdHistory, last: dt.date) -> list[tuple[float, float, float, float]]:
    """Its first days, then its last ones; a young ad's own days, nothing before them."""
    nothing = (0.0, 0.0, 0.0, 0.0)
    columns = FIRST_DAYS + LAST_DAYS
    age = (last - ad.began).days + 1
    if age < columns:
        days = [last - dt.timedelta(days=back) for back in range(columns - 1, -1, -1)]
    else:
        days = [ad.began + dt.timedelta(days=each) for each in range(FIRST_DAYS)]
        days += [last - dt.timedelta(days=back) for back in range(LAST_DAYS - 1, -1, -1)]
    return [ad.figures.get(day, nothing) for day in days]


def ads_shown(session: Session, workspace_id: int, campaign_id: int, days: Period) -> set[str]:
    """The ids, as text, of a campaign's ads that anybody saw on these days."""
    rows = session.scalars(
        select(AdDay.ad_id)
        .join(Ad, Ad.id == AdDay.ad_id)
        .where(
            AdDay.workspace_id == workspace_id,
            Ad.campaign_id == campaign_id,
            AdDay.day.between(days.first, days.last),
            AdDay.impressions > 0,
        )
        .distinct()
    )
    return {str(each) for each in rows}


def account_rates(session: Session, known: Sources, days: Period) -> dict[int, float]:
    """What a unit of each account's currency was worth in the workspace's, by what was spent.

    An account without spend or without a rate is left out.
    """
    rows = session.execute(
        select(
            Total.account_id,
            func.sum(Total.spend),
            func.sum(Total.native_spend).filter(Total.spend.is_not(None)),
        )
        .where(
            Total.workspace_id == known.workspace_id,
            Total.account_id.in_(known.account_ids),
            Total.day.between(days.first, days.last),
        )
        .group_by(Total.account_id)
    )
    return {
        account_id: float(converted / native)
        for account_id, converted, native in rows
        if converted and native
    }

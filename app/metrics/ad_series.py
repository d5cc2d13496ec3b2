"""Daily views and clicks of the ads that ran lately, account by account."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.metrics.period import Period
from app.metrics.sources import Sources
from app.models import Account, Ad, AdDay
from app.models import PlatformTotalDay as Total

LATELY = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class AdHistory:
    """One ad. `figures` are impressions, clicks and spend (the account's currency) by day."""

    ad_id: int
    name: str
    figures: dict[dt.date, tuple[float, float, float]] = field(default_factory=dict)


def ad_histories(session: Session, known: Sources, days: Period) -> dict[int, list[AdHistory]]:
    """By account: every ad that was seen in the last week of `days`, with all its days in them."""
    lately = (
        select(AdDay.ad_id)
        .where(
            AdDay.workspace_id == known.workspace_id,
            AdDay.account_id.in_(known.account_ids),
            AdDay.day.between(days.last - LATELY, days.last),
        )
        .group_by(AdDay.ad_id)
        .having(func.sum(AdDay.impressions) > 0)
        .subquery()
    )
    rows = session.execute(
        select(
            AdDay.account_id,
            AdDay.ad_id,
            Ad.name,
            AdDay.day,
            AdDay.impressions,
            AdDay.clicks,
            AdDay.spend,
        )
        .join(lately, lately.c.ad_id == AdDay.ad_id)
        .join(Ad, Ad.id == AdDay.ad_id)
        .join(Account, Account.id == AdDay.account_id)
        .where(
            Account.workspace_id == known.workspace_id,
            AdDay.day.between(days.first, days.last),
        )
        .order_by(AdDay.account_id, AdDay.ad_id, AdDay.day)
    )
    found: dict[int, dict[int, AdHistory]] = {}
    for account_id, ad_id, name, day, impressions, clicks, spend in rows:
        mine = found.setdefault(account_id, {}).setdefault(ad_id, AdHistory(ad_id, name))
        mine.figures[day] = (float(impressions), float(clicks), float(spend))
    return {account_id: list(ads.values()) for account_id, ads in found.items()}


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

"""What the sandbox says there is, in the shape of what is stored."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.connectors.words import Days
from app.models import Account, AdDay, CampaignDay, StoreDay
from tests.sandbox_server import SandboxServer

Figures = dict[str, tuple[Any, ...]]
_FIGURES = ("spend", "impressions", "clicks", "conversions", "conversion_value")
_AMOUNTS = ("net", "gross", "discounts", "refunds", "tax", "shipping")


def held(session: Session, account: Account, span: Days) -> Figures:
    """Stored figures by day: of a shop's orders, or of an account's campaigns."""
    if account.platform == "shopify":
        sold = session.scalars(
            select(StoreDay).where(
                StoreDay.account_id == account.id, StoreDay.day.between(span.first, span.last)
            )
        )
        return {
            row.day.isoformat(): (
                row.orders,
                row.new_customers,
                *(getattr(row, name) for name in _AMOUNTS),
            )
            for row in sold
        }
    rows = session.execute(
        select(CampaignDay.day, *(func.sum(getattr(CampaignDay, name)) for name in _FIGURES))
        .where(CampaignDay.account_id == account.id, CampaignDay.day.between(span.first, span.last))
        .group_by(CampaignDay.day)
    )
    return {row[0].isoformat(): tuple(map(Decimal, row[1:])) for row in rows}


def true(sandbox: SandboxServer, account: Account, span: Days) -> Figures:
    """The same as the sandbox knows it."""
    told = sandbox.truth(account.external_id, span.first, span.last, of=account.platform)
    if account.platform == "shopify":
        return {
            day["day"]: (
                day["orders"],
                day["new_customers"],
                *(Decimal(day[name]) for name in _AMOUNTS),
            )
            for day in told["days"]
        }
    clicks = "link_clicks" if account.platform == "meta" else "clicks"
    names = ("spend", "impressions", clicks, "conversions", "value")
    return {day["day"]: tuple(Decimal(str(day[name])) for name in names) for day in told["days"]}


def ad_spend(session: Session, account: Account, span: Days) -> Decimal:
    """Stored spend of ads."""
    spent = session.scalar(
        select(func.sum(AdDay.spend)).where(
            AdDay.account_id == account.id, AdDay.day.between(span.first, span.last)
        )
    )
    return spent or Decimal(0)


def true_ad_spend(sandbox: SandboxServer, account: Account, span: Days) -> Decimal:
    """The same as the sandbox knows it."""
    told = sandbox.truth(account.external_id, span.first, span.last, of=account.platform)
    return Decimal(told["served_by_ads"]["spend"])

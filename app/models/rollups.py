"""What pages read: facts converted into the workspace's currency at each day's own rate.

Recomputed for touched days in the same transaction as the facts. A converted amount is NULL
when no rate is known for that day; the native amount beside it is never lost.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class CampaignTotalDay(Base):
    """(campaign, day): only days on which something happened."""

    __tablename__ = "campaign_total_day"
    __table_args__ = (
        Index("ix_campaign_total_day_workspace", "workspace_id", "day"),
        Index("ix_campaign_total_day_account", "account_id", "day"),
    )

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int]
    platform: Mapped[str]
    impressions: Mapped[int]
    clicks: Mapped[int]
    conversions: Mapped[Decimal]
    native_currency: Mapped[str]
    native_spend: Mapped[Decimal]
    native_value: Mapped[Decimal]
    spend: Mapped[Decimal | None]
    value: Mapped[Decimal | None]


class PlatformTotalDay(Base):
    """(account, day): the sum of its campaigns, or of a shop's orders.

    `native_value`/`value` are what ad platforms claim; `native_store_net`/`store_net` are a
    shop's revenue, with tax and shipping as the workspace wants it. The two are never added.
    `store_net` alone is NULL where a part that is wanted is not known; `native_store_net` is
    without both then.
    """

    __tablename__ = "platform_total_day"
    __table_args__ = (Index("ix_platform_total_day_workspace", "workspace_id", "day"),)

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    platform: Mapped[str]
    impressions: Mapped[int]
    clicks: Mapped[int]
    conversions: Mapped[Decimal]
    orders: Mapped[int | None]
    native_currency: Mapped[str]
    native_spend: Mapped[Decimal]
    native_value: Mapped[Decimal]
    native_store_net: Mapped[Decimal | None]
    spend: Mapped[Decimal | None]
    value: Mapped[Decimal | None]
    store_net: Mapped[Decimal | None]

"""Daily figures as the platforms give them, and the ledger of every change to them.

Money is in the account's currency, days are the account's own. Numerators and denominators
only: a ratio is never stored. Finer grains need not add up to coarser ones; headline figures
come from `campaign_day`.

The account and workspace of a campaign's or ad's day follow from that campaign or ad, whose
foreign key is the only one: each further one costs a quarter of the time a write takes.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, WorkspaceId


class DayFigures:
    """The figures of one day of one thing. `conversion_value` is what the platform claims."""

    impressions: Mapped[int] = mapped_column(default=0)
    clicks: Mapped[int] = mapped_column(default=0)
    spend: Mapped[Decimal] = mapped_column(default=Decimal(0))
    conversions: Mapped[Decimal] = mapped_column(default=Decimal(0))
    conversion_value: Mapped[Decimal] = mapped_column(default=Decimal(0))


class CampaignDay(DayFigures, Base):
    """One campaign on one of its account's days; the headline figures."""

    __tablename__ = "campaign_day"
    __table_args__ = (Index("ix_campaign_day_account", "account_id", "day"),)

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    workspace_id: Mapped[int]


class AdDay(DayFigures, Base):
    """One ad on one day; finer than the headline, whose sum it need not equal."""

    __tablename__ = "ad_day"
    __table_args__ = (Index("ix_ad_day_account", "account_id", "day"),)

    ad_id: Mapped[int] = mapped_column(ForeignKey("ad.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    workspace_id: Mapped[int]


class PlacementDay(DayFigures, Base):
    """(campaign, placement, day); `placement` is the platform's own word, such as instagram."""

    __tablename__ = "placement_day"
    __table_args__ = (Index("ix_placement_day_account", "account_id", "day"),)

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True
    )
    placement: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    workspace_id: Mapped[int]


class StoreDay(Base):
    """(shop, day): `net` = gross - discounts - refunds, each booked on its own day.

    All amounts are positive except `net`; tax and shipping are not part of `net`. A column
    is NULL where the source does not say (an export without that column).
    """

    __tablename__ = "store_day"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    orders: Mapped[int | None]
    gross: Mapped[Decimal | None]
    discounts: Mapped[Decimal | None]
    refunds: Mapped[Decimal | None]
    net: Mapped[Decimal]
    tax: Mapped[Decimal | None]
    shipping: Mapped[Decimal | None]
    new_customers: Mapped[int | None]


class MetricRevision(Base):
    """A stored day changed: append-only, with the figures before and after.

    `old` is NULL for a row that came to a day already read, `new` is NULL for one that no longer
    comes. `grain` is campaign, ad, placement or store; `entity_id` is the campaign's, ad's or
    (store) account's id.
    """

    __tablename__ = "metric_revision"
    __table_args__ = (
        Index("ix_metric_revision_account", "account_id", "day"),
        Index(
            "ix_metric_revision_campaign",
            "entity_id",
            "day",
            postgresql_where="grain = 'campaign'",
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    grain: Mapped[str]
    entity_id: Mapped[int]
    placement: Mapped[str | None]
    day: Mapped[dt.date]
    old: Mapped[dict[str, Any] | None]
    new: Mapped[dict[str, Any] | None]
    sync_run_id: Mapped[int | None] = mapped_column(
        ForeignKey("sync_run.id", ondelete="SET NULL"), index=True
    )
    import_id: Mapped[int | None] = mapped_column(
        ForeignKey("import.id", ondelete="SET NULL"), index=True
    )
    changed_at: Mapped[dt.datetime] = mapped_column(server_default=func.clock_timestamp())


class DayAtAge(Base):
    """What an account's day amounted to when it was read `age` days later, as it stood at noon.

    The ledger says how a day changed, but not that it was read and found the same; this does.
    `conversion_action` is the account's choice at that time, empty for none. Amounts are in the
    account's currency.
    """

    __tablename__ = "day_at_age"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    age: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    conversion_action: Mapped[str]
    spend: Mapped[Decimal]
    conversions: Mapped[Decimal]
    conversion_value: Mapped[Decimal]

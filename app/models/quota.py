"""Use of the platforms' quotas by the whole installation, and deliveries already acted on."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class QuotaUse(Base):
    """Units taken of one quota in one five-minute slot, by all workspaces together.

    `history_units` of them went into reading history. `refused_until` is set when the platform
    itself said that the quota is used up.
    """

    __tablename__ = "quota_use"

    platform: Mapped[str] = mapped_column(primary_key=True)
    quota: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[dt.datetime] = mapped_column(primary_key=True)
    units: Mapped[int] = mapped_column(default=0)
    history_units: Mapped[int] = mapped_column(default=0)
    refused_until: Mapped[dt.datetime | None]


class WebhookDelivery(Base):
    """A webhook that has been acted on; platforms deliver the same one more than once."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (Index("ix_webhook_delivery_received", "received_at"),)

    platform: Mapped[str] = mapped_column(primary_key=True)
    delivery_id: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())

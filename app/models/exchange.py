"""Exchange rates: the ECB's, shared by all, and those an owner typed in."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class FxRate(Base):
    """ECB reference rate: units of `currency` for one euro on a TARGET working day."""

    __tablename__ = "fx_rate"
    __table_args__ = (CheckConstraint("units_per_eur > 0", name="positive"),)

    currency: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    units_per_eur: Mapped[Decimal]


class ManualRate(Base):
    """A workspace's own rate from `from_day` until its next one; for currencies the ECB lacks."""

    __tablename__ = "manual_rate"
    __table_args__ = (CheckConstraint("units_per_eur > 0", name="positive"),)

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True
    )
    currency: Mapped[str] = mapped_column(primary_key=True)
    from_day: Mapped[dt.date] = mapped_column(primary_key=True)
    units_per_eur: Mapped[Decimal]

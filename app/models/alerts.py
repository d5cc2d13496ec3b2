"""What could not wait for a report, as incidents: raised once, until it is over."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id


class Alert(Base):
    """One incident. `key` says what it is about; at most one of a key is not resolved.

    `title`, `saw` and `todo` are as at `last_at`, when it was seen last. `platform` is empty where
    it is about no single one. `at_stake` is in `currency`, NULL where money says nothing.
    `mailed_at` is when it went out by e-mail, NULL as long as it has to.
    """

    __tablename__ = "alert"
    __table_args__ = (
        CheckConstraint(
            "state IN ('open', 'acknowledged', 'snoozed', 'resolved')", name="state_known"
        ),
        Index(
            "uq_alert_unresolved",
            "workspace_id",
            "key",
            unique=True,
            postgresql_where="state <> 'resolved'",
        ),
        Index("ix_alert_workspace", "workspace_id", "last_at"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    rule: Mapped[str]
    key: Mapped[str]
    platform: Mapped[str]
    title: Mapped[str]
    saw: Mapped[str]
    todo: Mapped[str]
    at_stake: Mapped[Decimal | None]
    currency: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    snoozed_until: Mapped[dt.datetime | None]
    changed_by: Mapped[int | None] = mapped_column(
        ForeignKey("app_user.id", ondelete="SET NULL"), index=True
    )
    first_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime]
    resolved_at: Mapped[dt.datetime | None]
    mailed_at: Mapped[dt.datetime | None]

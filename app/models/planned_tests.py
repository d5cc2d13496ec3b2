"""Budgets drawn by lot for some weeks, to learn what the next unit of money returns."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id


class PlannedTest(Base):
    """A test of a workspace's platforms, as it was drawn; at most one is not over.

    `levels` is money a week in `currency` as text, by platform; `factors` are the blocks' shares
    of it, in order, as text, by platform. They are kept, so that nothing drawn changes later;
    `seed` says what they were drawn with. `budgets` are the daily budgets of before it, in their
    accounts' currencies, as `app.advice.budgets_before` writes them down. `first` is a day of the
    workspace's time zone. `size` and `chance` are of the account when it was planned.
    `stopped_because` is person or currency, empty unless stopped; `stopped_on` is the first day
    that is no longer under it. `evaluation` is what was read of it at `evaluated_at`, NULL before
    anything was.
    """

    __tablename__ = "planned_test"
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'running', 'ended', 'stopped')", name="state_known"),
        CheckConstraint(
            "stopped_because IN ('', 'person', 'currency') "
            "AND (state = 'stopped') = (stopped_because <> '') "
            "AND (state = 'stopped') = (stopped_on IS NOT NULL)",
            name="stopped_for_a_reason",
        ),
        CheckConstraint(
            "weeks > 0 AND block_weeks > 0 AND weeks % block_weeks = 0", name="whole_blocks"
        ),
        Index(
            "uq_planned_test_unfinished",
            "workspace_id",
            unique=True,
            postgresql_where=text("state IN ('planned', 'running')"),
        ),
        Index("ix_planned_test_workspace", "workspace_id", "first"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("app_user.id", ondelete="SET NULL"), index=True
    )
    stopped_by: Mapped[int | None] = mapped_column(
        ForeignKey("app_user.id", ondelete="SET NULL"), index=True
    )
    state: Mapped[str]
    platforms: Mapped[list[Any]]
    levels: Mapped[dict[str, Any]]
    factors: Mapped[dict[str, Any]]
    budgets: Mapped[dict[str, Any]] = mapped_column(default=dict)
    currency: Mapped[str]
    weeks: Mapped[int]
    block_weeks: Mapped[int]
    swing: Mapped[Decimal]
    seed: Mapped[int]
    size: Mapped[str]
    chance: Mapped[Decimal]
    first: Mapped[dt.date]
    stopped_because: Mapped[str] = mapped_column(default="")
    stopped_on: Mapped[dt.date | None]
    evaluation: Mapped[dict[str, Any] | None]
    evaluated_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())

    @property
    def last(self) -> dt.date:
        """Its last day, were it not stopped."""
        return self.first + dt.timedelta(weeks=self.weeks, days=-1)

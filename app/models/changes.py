"""Budgets and statuses to be changed at the platforms, and how often people saw a campaign."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Id, WorkspaceId


class ChangeSet(Base):
    """Changes that a person reviews and confirms together, such as both sides of a move.

    `origin` is what they come from: finding, hand, revert of `reverts_id`, or test: the `block`
    of `planned_test_id` from 0 on, -1 for putting the budgets back. `rule`, `title` and
    `why` are those of the finding when it was taken up, for it may be computed away. `cap` is the
    largest change of one budget as a share, NULL for none. `left_out` are [name, why] of what the
    step would have touched and cannot. `revision` grows with every edit, so
    that exactly what was seen is confirmed. Once confirmed it stays, as the log.
    """

    __tablename__ = "change_set"
    __table_args__ = (
        CheckConstraint(
            "state IN ('prepared', 'queued', 'applying', 'applied', 'failed', 'unclear', "
            "'reverted')",
            name="state_known",
        ),
        CheckConstraint("origin IN ('finding', 'hand', 'revert', 'test')", name="origin_known"),
        CheckConstraint("(origin = 'test') = (block IS NOT NULL)", name="block_of_a_test"),
        Index("ix_change_set_workspace", "workspace_id", "id"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id", ondelete="SET NULL"))
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id", ondelete="SET NULL"))
    finding_id: Mapped[int | None] = mapped_column(
        ForeignKey("finding.id", ondelete="SET NULL"), index=True
    )
    reverts_id: Mapped[int | None] = mapped_column(
        ForeignKey("change_set.id", ondelete="CASCADE"), index=True
    )
    planned_test_id: Mapped[int | None] = mapped_column(
        ForeignKey("planned_test.id", ondelete="SET NULL"), index=True
    )
    block: Mapped[int | None]
    origin: Mapped[str]
    rule: Mapped[str] = mapped_column(default="")
    title: Mapped[str]
    why: Mapped[str] = mapped_column(default="")
    cap: Mapped[Decimal | None]
    state: Mapped[str] = mapped_column(default="prepared")
    error: Mapped[str] = mapped_column(default="")
    left_out: Mapped[list[Any]] = mapped_column(default=list)
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]

    changes: Mapped[list[Change]] = relationship(
        order_by="Change.position", cascade="all, delete-orphan", passive_deletes=True
    )


class Change(Base):
    """One value of one campaign or ad group, in the order in which it is set.

    `name`, `account_name`, `platform` and `currency` are as they were, for the log outlives them.
    `before`, `wanted` and `after` hold `daily_budget` (text, the account's currency, major units)
    or `switch` (active or paused); `before` is what the platform itself said at `read_at`. `role`
    is from or to for the sides of a move. `applying` is committed before the platform is asked,
    so that a change whose answer never came is looked up before it is asked for again.
    """

    __tablename__ = "change"
    __table_args__ = (
        CheckConstraint("kind IN ('budget', 'status')", name="kind_known"),
        CheckConstraint(
            "state IN ('prepared', 'applying', 'applied', 'failed', 'unclear', 'reverted')",
            name="state_known",
        ),
        Index("ix_change_set_id", "set_id", "position"),
    )

    id: Mapped[Id]
    set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id", ondelete="CASCADE"))
    workspace_id: Mapped[WorkspaceId]
    position: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    campaign_id: Mapped[int | None] = mapped_column(
        ForeignKey("campaign.id", ondelete="SET NULL"), index=True
    )
    ad_group_id: Mapped[int | None] = mapped_column(
        ForeignKey("ad_group.id", ondelete="SET NULL"), index=True
    )
    platform: Mapped[str]
    account_name: Mapped[str]
    currency: Mapped[str]
    name: Mapped[str]
    sandbox: Mapped[bool] = mapped_column(default=False)
    role: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    before: Mapped[dict[str, Any]]
    wanted: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any] | None]
    state: Mapped[str] = mapped_column(default="prepared")
    error: Mapped[str] = mapped_column(default="")
    read_at: Mapped[dt.datetime]
    begun_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]


class CampaignReach(Base):
    """How many people saw a campaign in the `days` days up to `last`, and how often.

    Both of one answer of the platform's. Never summed: the same people return on other days and
    see other campaigns.
    """

    __tablename__ = "campaign_reach"
    __table_args__ = (
        CheckConstraint("days IN (7, 28)", name="days_known"),
        CheckConstraint("reach >= 0 AND impressions >= reach", name="seen_once_or_more"),
        Index("ix_campaign_reach_workspace", "workspace_id", "last"),
    )

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True
    )
    last: Mapped[dt.date] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    reach: Mapped[int]
    impressions: Mapped[int]
    read_at: Mapped[dt.datetime]

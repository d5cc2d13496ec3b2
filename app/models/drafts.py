"""Campaigns being prepared, and what launching them has made at the platforms."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Id, WorkspaceId


class CampaignDraft(Base):
    """A campaign to be created paused. `mark` stands in the name of everything that is created.

    `daily_budget` is in the account's currency, major units; days are the account's own.
    `answers` are those to the platform's own questions. `account_id` is NULL while none is chosen
    or the account is gone. `sent` is what was reviewed and launched: a retry sends the same.
    `task` is the job that it is queued for or that is at it: launch or clean_launch.
    """

    __tablename__ = "campaign_draft"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'queued', 'launching', 'launched', 'partial', 'failed')",
            name="state_known",
        ),
        UniqueConstraint("mark"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id", ondelete="SET NULL"))
    account_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    platform: Mapped[str]
    mark: Mapped[str]
    name: Mapped[str]
    goal: Mapped[str]
    daily_budget: Mapped[Decimal | None]
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    countries: Mapped[list[Any]] = mapped_column(default=list)
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)
    language: Mapped[str] = mapped_column(default="en")
    url: Mapped[str] = mapped_column(default="")
    utm: Mapped[dict[str, Any]] = mapped_column(default=dict)
    profile: Mapped[str] = mapped_column(default="")
    keywords: Mapped[list[Any]] = mapped_column(default=list)
    special: Mapped[list[Any]] = mapped_column(default=list)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    picture: Mapped[bytes | None] = mapped_column(deferred=True)
    picture_type: Mapped[str] = mapped_column(default="")
    picture_name: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="draft")
    error: Mapped[str] = mapped_column(default="")
    error_field: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=0)
    task: Mapped[str] = mapped_column(default="")
    sent: Mapped[dict[str, Any] | None]
    manager_url: Mapped[str] = mapped_column(default="")
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    launched_at: Mapped[dt.datetime | None]

    ads: Mapped[list[DraftAd]] = relationship(
        order_by="DraftAd.position", cascade="all, delete-orphan", passive_deletes=True
    )
    steps: Mapped[list[LaunchStep]] = relationship(
        order_by="LaunchStep.position", cascade="all, delete-orphan", passive_deletes=True
    )


class DraftAd(Base):
    """One ad of a draft. `texts` are those of its variation when it was reviewed and launched.

    `ad_external_id` is the platform's, so that later figures are joined to the text.
    """

    __tablename__ = "draft_ad"
    __table_args__ = (
        Index("ix_draft_ad_external", "workspace_id", "ad_external_id"),
        UniqueConstraint("draft_id", "variation_id"),
    )

    draft_id: Mapped[int] = mapped_column(
        ForeignKey("campaign_draft.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    variation_id: Mapped[int | None] = mapped_column(
        ForeignKey("creative_variation.id", ondelete="SET NULL"), index=True
    )
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    score: Mapped[Decimal | None]
    ad_external_id: Mapped[str] = mapped_column(default="")


class LaunchStep(Base):
    """What became of a step that was sent, by its key. `made` are ids by key.

    `begun` is committed before the platform is asked, so that a step whose answer never came is
    looked up before it is repeated.
    """

    __tablename__ = "launch_step"
    __table_args__ = (CheckConstraint("state IN ('begun', 'made')", name="state_known"),)

    draft_id: Mapped[int] = mapped_column(
        ForeignKey("campaign_draft.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    position: Mapped[int]
    state: Mapped[str] = mapped_column(default="begun")
    made: Mapped[dict[str, Any]] = mapped_column(default=dict)
    begun_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]

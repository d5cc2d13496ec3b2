"""Ad copy: what was asked for, what was written, and who was asked to write it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, false, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Id


class BrandBrief(Base):
    """The brief a workspace typed last, so that it is typed once; in the shape of a batch's."""

    __tablename__ = "brand_brief"

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True
    )
    brief: Mapped[dict[str, Any]]
    saved_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class CreativeBatch(Base):
    """One order of variations. `brief` is as it was when it was ordered.

    `writer` is who writes: `built-in`, or a model's name. `cost` is in US dollars, NULL as long as
    no request of a known price was made. `turn` counts earlier batches of the same brief.
    """

    __tablename__ = "creative_batch"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state_known"
        ),
        Index("ix_creative_batch_workspace", "workspace_id", "id"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id", ondelete="SET NULL"))
    brief: Mapped[dict[str, Any]]
    writer: Mapped[str]
    turn: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="queued")
    cancel_asked: Mapped[bool] = mapped_column(server_default=false(), default=False)
    error: Mapped[str] = mapped_column(default="")
    tokens_in: Mapped[int] = mapped_column(default=0)
    tokens_out: Mapped[int] = mapped_column(default=0)
    cost: Mapped[Decimal | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]

    variations: Mapped[list[CreativeVariation]] = relationship(
        back_populates="batch",
        order_by="CreativeVariation.place",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class CreativeVariation(Base):
    """One ad's text and what is said of it. `place` is its number in the batch, from 1.

    `content` holds the fields of `copywriting.Variation`, empty while it waits to be written.
    `reason` says why it was not written. `locked` names the fields that writing again keeps.
    `score_parts` and `flags` belong to `content` and change with it. `saved_at` is set while it
    is in the library. `revision` counts changes, so that two people do not overwrite each other.
    """

    __tablename__ = "creative_variation"
    __table_args__ = (
        UniqueConstraint("batch_id", "place"),
        CheckConstraint("state IN ('waiting', 'written', 'failed')", name="state_known"),
        Index(
            "ix_creative_variation_saved",
            "workspace_id",
            "saved_at",
            postgresql_where="saved_at IS NOT NULL",
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("creative_batch.id", ondelete="CASCADE"))
    place: Mapped[int]
    platform: Mapped[str]
    framework: Mapped[str]
    angle: Mapped[str]
    trigger: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[str] = mapped_column(default="")
    writer: Mapped[str] = mapped_column(default="")
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    locked: Mapped[list[Any]] = mapped_column(default=list)
    flags: Mapped[list[Any]] = mapped_column(default=list)
    score: Mapped[Decimal | None]
    score_parts: Mapped[list[Any]] = mapped_column(default=list)
    edited: Mapped[bool] = mapped_column(server_default=false(), default=False)
    revision: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[dt.datetime | None]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    written_at: Mapped[dt.datetime | None]

    batch: Mapped[CreativeBatch] = relationship(back_populates="variations")


class ModelCall(Base):
    """One request to a language model, for the owner's eyes. `cost` is in US dollars or NULL.

    `prompt` and `answer` are emptied after the retention; the counts stay for the month's sum.
    """

    __tablename__ = "model_call"
    __table_args__ = (Index("ix_model_call_workspace", "workspace_id", "began_at"),)

    id: Mapped[Id]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("creative_batch.id", ondelete="SET NULL"), index=True
    )
    model: Mapped[str]
    purpose: Mapped[str]
    prompt: Mapped[list[Any]]
    answer: Mapped[str]
    outcome: Mapped[str]
    tokens_in: Mapped[int]
    tokens_out: Mapped[int]
    cost: Mapped[Decimal | None]
    began_at: Mapped[dt.datetime]
    seconds: Mapped[Decimal]

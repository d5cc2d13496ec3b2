"""Syncs: what was asked, how far it got, and whether the result matches the platform."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.models.base import Base, Id, WorkspaceId


class SyncChunk(Base):
    """A span of days of one account inside a run; done in one transaction or not at all.

    A killed run goes on with the chunks that have no `done_at`, in order of `position`.
    """

    __tablename__ = "sync_chunk"

    run_id: Mapped[int] = mapped_column(
        ForeignKey("sync_run.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[WorkspaceId]
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    first: Mapped[dt.date]
    last: Mapped[dt.date]
    done_at: Mapped[dt.datetime | None]


class SyncRun(Base):
    """One sync of one connection; what progress bars read.

    `reach` says how far back it reads: recent (today and yesterday), week, window (all the
    platform still restates), history (to the platform's limit) or chosen (`first`..`last`).
    `quota_used` counts what it took of the installation's quotas, by quota name; `progress_at` is
    when the last of its chunks was read.
    """

    __tablename__ = "sync_run"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state_known"),
        Index("ix_sync_run_latest", "connection_id", "reach", "id"),
        Index(
            "ix_sync_run_unfinished",
            "connection_id",
            postgresql_where="state IN ('queued', 'running')",
        ),
    )

    id: Mapped[Id] = mapped_column()
    workspace_id: Mapped[WorkspaceId]
    connection_id: Mapped[int] = mapped_column(
        ForeignKey("platform_connection.id", ondelete="CASCADE")
    )
    trigger: Mapped[str]
    reach: Mapped[str]
    state: Mapped[str] = mapped_column(default="queued")
    first: Mapped[dt.date | None]
    last: Mapped[dt.date | None]
    queued_at: Mapped[dt.datetime] = mapped_column(server_default=func.clock_timestamp())
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    chunks_done: Mapped[int] = mapped_column(default=0)
    chunks_total: Mapped[int] = mapped_column(default=0)
    requests: Mapped[int] = mapped_column(default=0)
    quota_used: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    rows_read: Mapped[int] = mapped_column(default=0)
    rows_changed: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    notice: Mapped[str] = mapped_column(default="")

    progress_at: Mapped[dt.datetime | None] = column_property(
        select(func.max(SyncChunk.done_at))
        .where(SyncChunk.run_id == id)  # noqa: A003 the column is meant
        .correlate_except(SyncChunk)
        .scalar_subquery(),
        deferred=True,
    )


class Reconciliation(Base):
    """(account, day): what we hold against what the account's own totals said, same moment.

    `matches` is exact for counts and to the cent (the currency's minor unit) for money. Orders
    are a shop's, NULL for an ad account.
    """

    __tablename__ = "reconciliation"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    workspace_id: Mapped[WorkspaceId]
    our_spend: Mapped[Decimal]
    platform_spend: Mapped[Decimal]
    our_impressions: Mapped[int]
    platform_impressions: Mapped[int]
    our_clicks: Mapped[int]
    platform_clicks: Mapped[int]
    our_orders: Mapped[int | None]
    platform_orders: Mapped[int | None]
    matches: Mapped[bool]
    checked_at: Mapped[dt.datetime] = mapped_column(server_default=func.clock_timestamp())


class ReconciliationPart(Base):
    """A campaign's share of a difference: what we hold against what it says when asked again.

    `campaign_external_id` is empty for what the account's totals hold beyond its campaigns.
    Only campaigns that differ are written down, and only while the day does.
    """

    __tablename__ = "reconciliation_part"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    campaign_external_id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[WorkspaceId]
    campaign_name: Mapped[str]
    our_spend: Mapped[Decimal]
    platform_spend: Mapped[Decimal]
    our_impressions: Mapped[int]
    platform_impressions: Mapped[int]
    our_clicks: Mapped[int]
    platform_clicks: Mapped[int]

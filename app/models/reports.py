"""Reports as they are ordered and frozen, and the log of what people did."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, WorkspaceId


class Report(Base):
    """One report. `request` is what was asked for, as `app.reports.ordering.Wanted` keeps it.

    `document` are the frozen bytes of a `reports.document.Document` and `content_hash` their
    SHA-256, both NULL until it is completed and the same for ever after; so are `first` and `last`,
    the days that it is of. `as_of` is when its figures were read. `regenerated_from` is the report
    that it was ordered anew from.
    """

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint(
            "state IN ('pending', 'running', 'completed', 'failed')", name="state_known"
        ),
        CheckConstraint(
            "(state = 'completed') = (document IS NOT NULL)", name="completed_has_document"
        ),
        Index(
            "ix_report_listed",
            "workspace_id",
            "id",
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("app_user.id", ondelete="SET NULL"), index=True
    )
    title: Mapped[str]
    request: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="pending")
    steps_done: Mapped[int] = mapped_column(default=0)
    steps_total: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    document: Mapped[bytes | None] = mapped_column(deferred=True)
    content_hash: Mapped[str | None]
    first: Mapped[dt.date | None]
    last: Mapped[dt.date | None]
    as_of: Mapped[dt.datetime | None]
    summary: Mapped[list[Any]] = mapped_column(default=list)
    regenerated_from: Mapped[int | None] = mapped_column(
        ForeignKey("report.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    deleted_at: Mapped[dt.datetime | None]


class ActionEntry(Base):
    """Something people did, for "what we did" of reports. `day` is the workspace's own.

    `change_id` is what was changed from here, NULL for what somebody wrote down.
    """

    __tablename__ = "action_entry"
    __table_args__ = (Index("ix_action_entry_day", "workspace_id", "day"),)

    id: Mapped[Id]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("app_user.id", ondelete="SET NULL"), index=True
    )
    change_id: Mapped[int | None] = mapped_column(
        ForeignKey("change.id", ondelete="CASCADE"), index=True
    )
    day: Mapped[dt.date]
    text: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())

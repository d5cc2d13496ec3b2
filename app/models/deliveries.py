"""How a report travels: links for people without an account, and letters by a schedule."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Id, WorkspaceId


class ReportShare(Base):
    """A link to one report. Found by its token's SHA-256; `token_sealed` lets it be copied again.

    `views` counts openings by others than members of the workspace.
    """

    __tablename__ = "report_share"

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id", ondelete="SET NULL"))
    name: Mapped[str]
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    token_sealed: Mapped[str]
    password_hash: Mapped[str | None]
    expires_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    views: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    last_viewed_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class ReportSchedule(Base):
    """Letters with a new report, by `app.reports.timing.Rhythm`.

    `request` is what the reports are ordered with, `link` what the letter leads to: a link that
    opens for anybody, one for members, or none. `next_at` is when the next one is due.
    """

    __tablename__ = "report_schedule"
    __table_args__ = (
        CheckConstraint("every IN ('week', 'month')", name="every_known"),
        CheckConstraint(
            "CASE every WHEN 'week' THEN day BETWEEN 0 AND 6 ELSE day BETWEEN 1 AND 31 END",
            name="day_exists",
        ),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour_exists"),
        CheckConstraint("settle_days BETWEEN 0 AND 28", name="settle_days_bearable"),
        CheckConstraint("link IN ('anybody', 'members', 'none')", name="link_known"),
        Index(
            "ix_report_schedule_due",
            "next_at",
            postgresql_where=text("paused_at IS NULL AND deleted_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id", ondelete="SET NULL"))
    title: Mapped[str]
    subject: Mapped[str]
    request: Mapped[dict[str, Any]]
    every: Mapped[str]
    day: Mapped[int]
    hour: Mapped[int]
    time_zone: Mapped[str]
    settle_days: Mapped[int]
    attach_pdf: Mapped[bool]
    link: Mapped[str]
    next_at: Mapped[dt.datetime]
    paused_at: Mapped[dt.datetime | None]
    deleted_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())

    recipients: Mapped[list[ReportRecipient]] = relationship(
        order_by="ReportRecipient.email", cascade="all, delete-orphan", passive_deletes=True
    )


class ReportRecipient(Base):
    """An address of a schedule. It stays once taken off or unsubscribed, so that it stays so."""

    __tablename__ = "report_recipient"
    __table_args__ = (UniqueConstraint("schedule_id", "email"),)

    id: Mapped[Id]
    schedule_id: Mapped[int] = mapped_column(ForeignKey("report_schedule.id", ondelete="CASCADE"))
    email: Mapped[str]
    removed_at: Mapped[dt.datetime | None]
    unsubscribed_at: Mapped[dt.datetime | None]


class ReportDelivery(Base):
    """One due time of a schedule, however many processes see it come.

    `look_at` is when it is gone on with, NULL once it is sent or has failed. `error` is the
    sentence about the last failure, `tries` how many there were.
    """

    __tablename__ = "report_delivery"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'generating', 'sending', 'sent', 'failed')", name="state_known"
        ),
        UniqueConstraint("schedule_id", "due_at"),
        Index(
            "ix_report_delivery_look_at", "look_at", postgresql_where=text("look_at IS NOT NULL")
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    schedule_id: Mapped[int] = mapped_column(ForeignKey("report_schedule.id", ondelete="CASCADE"))
    due_at: Mapped[dt.datetime]
    report_id: Mapped[int | None] = mapped_column(
        ForeignKey("report.id", ondelete="SET NULL"), index=True
    )
    share_id: Mapped[int | None] = mapped_column(ForeignKey("report_share.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(default="waiting")
    look_at: Mapped[dt.datetime | None]
    tries: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    error: Mapped[str] = mapped_column(default="", server_default="")
    owners_told_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[dt.datetime | None]

    letters: Mapped[list[ReportLetter]] = relationship(
        order_by="ReportLetter.id", cascade="all, delete-orphan", passive_deletes=True
    )


class ReportLetter(Base):
    """One recipient's letter of a delivery.

    It is `claimed` before the mail server is spoken to. What stays so was cut off: it may have
    arrived, so it is `unclear` and never sent again by itself.
    """

    __tablename__ = "report_letter"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'claimed', 'sent', 'refused', 'unclear', 'dropped')",
            name="state_known",
        ),
        UniqueConstraint("delivery_id", "recipient_id"),
    )

    id: Mapped[Id]
    delivery_id: Mapped[int] = mapped_column(ForeignKey("report_delivery.id", ondelete="CASCADE"))
    recipient_id: Mapped[int] = mapped_column(
        ForeignKey("report_recipient.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str] = mapped_column(default="waiting")
    claimed_at: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    error: Mapped[str] = mapped_column(default="", server_default="")

    recipient: Mapped[ReportRecipient] = relationship(lazy="joined", innerjoin=True)

"""Uploaded exports: the file, what it was understood to hold, and the rows that came of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, WorkspaceId


class Import(Base):
    """One upload. `preview` is what the person confirms; `mapping` is column -> field by hand."""

    __tablename__ = "import"
    __table_args__ = (
        CheckConstraint(
            "state IN ('preview', 'queued', 'running', 'done', 'failed', 'undone')",
            name="state_known",
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id", ondelete="SET NULL"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    filename: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[bytes]
    state: Mapped[str] = mapped_column(default="preview")
    platform: Mapped[str] = mapped_column(default="")
    currency: Mapped[str] = mapped_column(default="")
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    preview: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rows_read: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_changed: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    confirmed_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]


class ImportPart(Base):
    """A slice of the uploaded file, so that any process can import it; gone once imported."""

    __tablename__ = "import_part"

    import_id: Mapped[int] = mapped_column(
        ForeignKey("import.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class ImportFact(Base):
    """What an import says of one day of one thing, summed over the file's rows for that key.

    Kept so that undoing an import brings back what an earlier one said. The facts of an
    uploaded account's day are those of the newest import, not undone, that has that day.
    `figures` of a shop row are the columns of `store_day`, as decimal strings. Campaigns and ads
    go only with their account, whose foreign key is enough.
    """

    __tablename__ = "import_fact"
    __table_args__ = (Index("ix_import_fact_day", "account_id", "day"),)

    id: Mapped[Id]
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id", ondelete="CASCADE"), index=True)
    workspace_id: Mapped[int]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    day: Mapped[dt.date]
    campaign_id: Mapped[int | None]
    ad_id: Mapped[int | None]
    placement: Mapped[str | None]
    impressions: Mapped[int]
    clicks: Mapped[int]
    spend: Mapped[Decimal]
    conversions: Mapped[Decimal]
    conversion_value: Mapped[Decimal]
    figures: Mapped[dict[str, Any] | None]


class HeaderMapping(Base):
    """A hand-made mapping of a file shape, remembered by the SHA-256 of its header row."""

    __tablename__ = "header_mapping"

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True
    )
    header_digest: Mapped[bytes] = mapped_column(primary_key=True)
    platform: Mapped[str]
    mapping: Mapped[dict[str, Any]]
    saved_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())

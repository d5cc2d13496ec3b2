"""What the rules found, kept to be reviewed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id


class StoredFinding(Base):
    """One `app.insights.finding.Finding`; the newest computation of it while it is open.

    `content` is the whole finding as JSON, the other columns are for asking. `key` is the same for
    the same rule about the same things; at most one of a key is open. `first_content` is what was
    said first: reviews are held against it. `followed` is yes, no or empty for unknown,
    `followed_how` said or detected. `outcome` is what the reviews found, by the days after which
    they were due (14, 28), NULL before them; `scored_at` is when the last of them was made.
    """

    __tablename__ = "finding"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'closed', 'dismissed')", name="state_known"),
        CheckConstraint("followed IN ('', 'yes', 'no')", name="followed_known"),
        CheckConstraint("followed_how IN ('', 'said', 'detected')", name="followed_how_known"),
        Index(
            "uq_finding_open",
            "workspace_id",
            "key",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_finding_days", "workspace_id", "last"),
        Index(
            "ix_finding_review",
            "review_on",
            postgresql_where=text("scored_at IS NULL AND review_on IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    key: Mapped[str]
    rule: Mapped[str]
    kind: Mapped[str]
    class_: Mapped[str] = mapped_column("class")
    first: Mapped[dt.date]
    last: Mapped[dt.date]
    at_stake: Mapped[Decimal]
    currency: Mapped[str]
    content: Mapped[dict[str, Any]]
    first_content: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="open")
    review_on: Mapped[dt.date | None]
    followed: Mapped[str] = mapped_column(default="")
    followed_how: Mapped[str] = mapped_column(default="")
    followed_at: Mapped[dt.datetime | None]
    outcome: Mapped[dict[str, Any] | None]
    scored_at: Mapped[dt.datetime | None]
    first_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    computed_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())

    @property
    def is_done(self) -> bool:
        """Whether it is advice that was followed, and how that went is not told to the end yet."""
        advice = self.kind == "recommendation"
        return advice and self.followed == "yes" and self.scored_at is None

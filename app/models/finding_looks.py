"""The last look for findings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class FindingLook(Base):
    """When a workspace was looked at last, found or not, and over which days.

    `left_out` is a list of `app.advice.left_out.LeftOut`: what could not be looked at.
    """

    __tablename__ = "finding_look"

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    looked_at: Mapped[dt.datetime]
    first: Mapped[dt.date]
    last: Mapped[dt.date]
    left_out: Mapped[list[Any]]

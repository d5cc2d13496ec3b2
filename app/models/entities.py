"""What is advertised: campaigns, ad groups and ads, as the platforms last described them.

Never deleted: `removed_at` is set when the platform stops listing one; its spend stays.
`status` is ours (active, paused, learning, ended, removed, problem), `platform_status` the
platform's own word.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, WorkspaceId


class Campaign(Base):
    """`budget` is in the account currency's major units, per day or for the lifetime."""

    __tablename__ = "campaign"
    __table_args__ = (UniqueConstraint("account_id", "external_id"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    external_id: Mapped[str]
    name: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="active")
    platform_status: Mapped[str] = mapped_column(server_default="")
    objective: Mapped[str] = mapped_column(server_default="")
    channel: Mapped[str] = mapped_column(server_default="")
    budget: Mapped[Decimal | None]
    budget_kind: Mapped[str | None]
    started_at: Mapped[dt.datetime | None]
    first_seen_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    removed_at: Mapped[dt.datetime | None]


class AdGroup(Base):
    """An ad set, ad group or (LinkedIn) campaign."""

    __tablename__ = "ad_group"
    __table_args__ = (UniqueConstraint("account_id", "external_id"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaign.id", ondelete="CASCADE"), index=True
    )
    external_id: Mapped[str]
    name: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="active")
    platform_status: Mapped[str] = mapped_column(server_default="")
    budget: Mapped[Decimal | None]
    budget_kind: Mapped[str | None]
    first_seen_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    removed_at: Mapped[dt.datetime | None]


class Ad(Base):
    """A single ad. `texts` are its own, lists by kind, and the addresses it leads to.

    NULL where the platform does not say.
    """

    __tablename__ = "ad"
    __table_args__ = (UniqueConstraint("account_id", "external_id"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaign.id", ondelete="CASCADE"), index=True
    )
    ad_group_id: Mapped[int | None] = mapped_column(
        ForeignKey("ad_group.id", ondelete="CASCADE"), index=True
    )
    external_id: Mapped[str]
    name: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="active")
    platform_status: Mapped[str] = mapped_column(server_default="")
    texts: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    first_seen_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    removed_at: Mapped[dt.datetime | None]

"""Platform connections, the accounts behind them and the OAuth hand-shake under way."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Id, WorkspaceId


class PlatformConnection(Base):
    """One grant of access to a platform, or (`kind = 'upload'`) the home of uploaded exports.

    `credentials` is a MultiFernet token around a JSON object, empty when disconnected.
    `status_reason` is the sentence that tells the owner what to do. `paused_until` is set by
    a platform's throttle hint: nothing is asked of it before. `token_expires_at` is when the
    owner has to connect again, NULL when never or unknown; `warned_days` the last reminder of
    it that went out by e-mail (14, 3 or 1 days ahead; 0: it needs its owner now).
    `every_minutes` is how often it is read, five unless a quota is short.
    """

    __tablename__ = "platform_connection"
    __table_args__ = (
        CheckConstraint(
            "status IN ('active', 'needs_attention', 'disconnected')", name="status_known"
        ),
        CheckConstraint("kind IN ('oauth', 'token', 'upload')", name="kind_known"),
        Index(
            "uq_platform_connection_upload",
            "workspace_id",
            "platform",
            unique=True,
            postgresql_where="kind = 'upload'",
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id", ondelete="SET NULL"))
    platform: Mapped[str]
    kind: Mapped[str]
    label: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="active")
    status_reason: Mapped[str] = mapped_column(default="")
    credentials: Mapped[str] = mapped_column(default="")
    token_expires_at: Mapped[dt.datetime | None]
    warned_days: Mapped[int | None]
    scopes: Mapped[list[Any]] = mapped_column(default=list)
    sandbox: Mapped[bool] = mapped_column(default=False)
    paused_until: Mapped[dt.datetime | None]
    every_minutes: Mapped[int] = mapped_column(server_default="5", default=5)
    last_synced_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())

    accounts: Mapped[list[Account]] = relationship(
        back_populates="connection", order_by="Account.name, Account.id"
    )


class Account(Base):
    """An ad account or shop. Unique in its workspace, so reconnecting never counts it twice.

    Days are the account's own, in `time_zone`. `history_from` to `read_through` is the span
    of days read without a gap; `settled_through` is the last day the platform no longer
    restates. `conversion_action` overrides which action type counts as a conversion. `via` is
    the id of the manager account through which the platform is asked, empty for direct access.
    `trouble` says why this account alone could not be read, empty when it could. `offered`:
    people have had it before them when they chose accounts; one that has not is new to them.
    `reaches_back`: how many days back this access reads, NULL for as far as the platform answers.
    """

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("workspace_id", "platform", "external_id"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    connection_id: Mapped[int] = mapped_column(
        ForeignKey("platform_connection.id", ondelete="CASCADE"), index=True
    )
    platform: Mapped[str]
    external_id: Mapped[str]
    name: Mapped[str]
    currency: Mapped[str]
    time_zone: Mapped[str]
    status: Mapped[str] = mapped_column(default="active")
    via: Mapped[str] = mapped_column(server_default="")
    via_name: Mapped[str] = mapped_column(server_default="")
    trouble: Mapped[str] = mapped_column(server_default="")
    selected: Mapped[bool] = mapped_column(default=False)
    offered: Mapped[bool] = mapped_column(server_default=false(), default=False)
    conversion_action: Mapped[str | None]
    reaches_back: Mapped[int | None]
    history_from: Mapped[dt.date | None]
    read_through: Mapped[dt.date | None]
    settled_through: Mapped[dt.date | None]
    synced_at: Mapped[dt.datetime | None]
    removed_at: Mapped[dt.datetime | None]

    connection: Mapped[PlatformConnection] = relationship(back_populates="accounts")


class OAuthState(Base):
    """A hand-shake under way, bound to the session that began it and usable once.

    `started` holds what the callback needs and the platform must not choose (PKCE verifier,
    shop domain, the connection being repaired).
    """

    __tablename__ = "oauth_state"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(
        ForeignKey("user_session.id", ondelete="CASCADE"), index=True
    )
    workspace_id: Mapped[WorkspaceId]
    platform: Mapped[str]
    started: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expires_at: Mapped[dt.datetime]

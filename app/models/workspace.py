"""Workspaces: one client's brand, its people and how it wants to see money and days."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, false, func, text, true
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id


class Workspace(Base):
    """`currency` is ISO 4217, `time_zone` IANA.

    `revenue` says which revenue the dashboard shows: `store`, `reported` or `auto` (store
    as soon as a shop's figures are held, else reported). A shop's revenue is its net sales, with
    tax or shipping added when the workspace says so. `model_cap` is what language models may cost
    in a calendar month of UTC, in US dollars; NULL for no cap. `target_cpa` is in `currency`.
    `thresholds` are those of `app.insights.thresholds` that differ from the defaults,
    `monthly_budgets` amounts in `currency` as text, by platform, "" for all together. Reports
    are written in `report_language`, one of app.insights.languages, unless said otherwise, and
    carry `brand_colour`, #rrggbb, and the logo, PNG or SVG as `brand_logo_type` (a media type)
    says; NULL for none.
    """

    __tablename__ = "workspace"
    __table_args__ = (
        CheckConstraint("revenue IN ('auto', 'store', 'reported')", name="revenue_known"),
        CheckConstraint("target_roas > 0", name="target_roas_positive"),
        CheckConstraint("target_cpa > 0", name="target_cpa_positive"),
        CheckConstraint("model_cap >= 0", name="model_cap_positive"),
        CheckConstraint("report_language ~ '^[a-z]{2}$'", name="report_language_code"),
        CheckConstraint("brand_colour ~ '^#[0-9a-f]{6}$'", name="brand_colour_hex"),
        CheckConstraint(
            "brand_logo_type IN ('image/png', 'image/svg+xml') "
            "AND (brand_logo IS NULL) = (brand_logo_type IS NULL)",
            name="brand_logo_typed",
        ),
    )

    id: Mapped[Id]
    name: Mapped[str]
    currency: Mapped[str]
    time_zone: Mapped[str]
    target_roas: Mapped[Decimal | None]
    revenue: Mapped[str] = mapped_column(default="auto")
    revenue_with_tax: Mapped[bool] = mapped_column(server_default=false())
    revenue_with_shipping: Mapped[bool] = mapped_column(server_default=false())
    model_cap: Mapped[Decimal | None]
    target_cpa: Mapped[Decimal | None]
    thresholds: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'::jsonb"), default=dict
    )
    monthly_budgets: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'::jsonb"), default=dict
    )
    report_language: Mapped[str] = mapped_column(server_default=text("'en'"), default="en")
    brand_colour: Mapped[str | None]
    # Half a megabyte that only reports need, in a row that every request reads.
    brand_logo: Mapped[bytes | None] = mapped_column(deferred=True)
    brand_logo_type: Mapped[str | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Membership(Base):
    """Who may open a workspace; role is owner, editor or viewer.

    `alerts_by_mail`: this person hears of the workspace's alerts by e-mail.
    """

    __tablename__ = "membership"
    __table_args__ = (CheckConstraint("role IN ('owner', 'editor', 'viewer')", name="role_known"),)

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("app_user.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str]
    alerts_by_mail: Mapped[bool] = mapped_column(server_default=true(), default=True)
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())

"""All five platforms: quotas, managers above accounts, reminders, where differences lie."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("platform_connection", sa.Column("warned_days", sa.BigInteger()))
    every = sa.Column("every_minutes", sa.BigInteger(), server_default="5", nullable=False)
    op.add_column("platform_connection", every)
    for name in ("via", "via_name", "trouble"):
        column = sa.Column(name, sa.Text(), server_default="", nullable=False)
        op.add_column("account", column)
    op.add_column("account", sa.Column("reaches_back", sa.BigInteger()))
    # Whoever has connected before this has chosen among all there were.
    offered = sa.Column("offered", sa.Boolean(), server_default=sa.true(), nullable=False)
    op.add_column("account", offered)
    op.alter_column("account", "offered", server_default=sa.false())
    for name in ("revenue_with_tax", "revenue_with_shipping"):
        column = sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)
        op.add_column("workspace", column)
    op.add_column(
        "sync_run",
        sa.Column("quota_used", postgresql.JSONB(), server_default="{}", nullable=False),
    )
    op.drop_index("ix_sync_run_connection_id", "sync_run")
    op.create_index("ix_sync_run_latest", "sync_run", ["connection_id", "reach", "id"])
    for name in ("our_orders", "platform_orders"):
        op.add_column("reconciliation", sa.Column(name, sa.BigInteger()))
    op.create_table(
        "reconciliation_part",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("campaign_external_id", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_name", sa.Text(), nullable=False),
        sa.Column("our_spend", sa.Numeric(), nullable=False),
        sa.Column("platform_spend", sa.Numeric(), nullable=False),
        sa.Column("our_impressions", sa.BigInteger(), nullable=False),
        sa.Column("platform_impressions", sa.BigInteger(), nullable=False),
        sa.Column("our_clicks", sa.BigInteger(), nullable=False),
        sa.Column("platform_clicks", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_reconciliation_part_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_reconciliation_part_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "day", "campaign_external_id", name=op.f("pk_reconciliation_part")
        ),
    )
    op.create_index(
        op.f("ix_reconciliation_part_workspace_id"), "reconciliation_part", ["workspace_id"]
    )
    op.create_index(
        "ix_metric_revision_campaign",
        "metric_revision",
        ["entity_id", "day"],
        postgresql_where="grain = 'campaign'",
    )
    op.create_table(
        "day_at_age",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("age", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("conversion_action", sa.Text(), nullable=False),
        sa.Column("spend", sa.Numeric(), nullable=False),
        sa.Column("conversions", sa.Numeric(), nullable=False),
        sa.Column("conversion_value", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_day_at_age_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "day", "age", name=op.f("pk_day_at_age")),
    )
    op.create_table(
        "quota_use",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("quota", sa.Text(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("history_units", sa.BigInteger(), nullable=False),
        sa.Column("refused_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("platform", "quota", "slot", name=op.f("pk_quota_use")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("platform", "delivery_id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index("ix_webhook_delivery_received", "webhook_delivery", ["received_at"])


def downgrade() -> None:
    op.drop_table("webhook_delivery")
    op.drop_table("quota_use")
    op.drop_table("day_at_age")
    op.drop_index("ix_metric_revision_campaign", "metric_revision")
    op.drop_table("reconciliation_part")
    for name in ("our_orders", "platform_orders"):
        op.drop_column("reconciliation", name)
    op.drop_index("ix_sync_run_latest", "sync_run")
    op.create_index("ix_sync_run_connection_id", "sync_run", ["connection_id"])
    op.drop_column("sync_run", "quota_used")
    for name in ("revenue_with_tax", "revenue_with_shipping"):
        op.drop_column("workspace", name)
    for name in ("via", "via_name", "trouble", "offered", "reaches_back"):
        op.drop_column("account", name)
    op.drop_column("platform_connection", "every_minutes")
    op.drop_column("platform_connection", "warned_days")

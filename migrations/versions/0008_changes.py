"""Changes of budgets and statuses with their log, and how many people saw a campaign."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change_set",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        sa.Column("finding_id", sa.BigInteger(), nullable=True),
        sa.Column("reverts_id", sa.BigInteger(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("cap", sa.Numeric(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("left_out", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "origin IN ('finding', 'hand', 'revert')", name=op.f("ck_change_set_origin_known")
        ),
        sa.CheckConstraint(
            "state IN ('prepared', 'queued', 'applying', 'applied', 'failed', 'unclear', "
            "'reverted')",
            name=op.f("ck_change_set_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"],
            ["app_user.id"],
            name=op.f("fk_change_set_confirmed_by"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["finding.id"],
            name=op.f("fk_change_set_finding_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["reverts_id"],
            ["change_set.id"],
            name=op.f("fk_change_set_reverts_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_change_set_user_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_change_set_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_set")),
    )
    op.create_index(op.f("ix_change_set_finding_id"), "change_set", ["finding_id"], unique=False)
    op.create_index(op.f("ix_change_set_reverts_id"), "change_set", ["reverts_id"], unique=False)
    op.create_index("ix_change_set_workspace", "change_set", ["workspace_id", "id"], unique=False)
    op.create_table(
        "campaign_reach",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("reach", sa.BigInteger(), nullable=False),
        sa.Column("impressions", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("days IN (7, 28)", name=op.f("ck_campaign_reach_days_known")),
        sa.CheckConstraint(
            "reach >= 0 AND impressions >= reach", name=op.f("ck_campaign_reach_seen_once_or_more")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_campaign_reach_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_campaign_reach_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_campaign_reach_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "last", "days", name=op.f("pk_campaign_reach")),
    )
    op.create_index(
        op.f("ix_campaign_reach_account_id"), "campaign_reach", ["account_id"], unique=False
    )
    op.create_index(
        "ix_campaign_reach_workspace", "campaign_reach", ["workspace_id", "last"], unique=False
    )
    op.create_table(
        "change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("set_id", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("ad_group_id", sa.BigInteger(), nullable=True),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("account_name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("wanted", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('budget', 'status')", name=op.f("ck_change_kind_known")),
        sa.CheckConstraint(
            "state IN ('prepared', 'applying', 'applied', 'failed', 'unclear', 'reverted')",
            name=op.f("ck_change_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_change_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["ad_group_id"],
            ["ad_group.id"],
            name=op.f("fk_change_ad_group_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_change_campaign_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["change_set.id"], name=op.f("fk_change_set_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_change_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_account_id"), "change", ["account_id"], unique=False)
    op.create_index(op.f("ix_change_ad_group_id"), "change", ["ad_group_id"], unique=False)
    op.create_index(op.f("ix_change_campaign_id"), "change", ["campaign_id"], unique=False)
    op.create_index("ix_change_set_id", "change", ["set_id", "position"], unique=False)
    op.create_index(op.f("ix_change_workspace_id"), "change", ["workspace_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_change_workspace_id"), table_name="change")
    op.drop_index("ix_change_set_id", table_name="change")
    op.drop_index(op.f("ix_change_campaign_id"), table_name="change")
    op.drop_index(op.f("ix_change_ad_group_id"), table_name="change")
    op.drop_index(op.f("ix_change_account_id"), table_name="change")
    op.drop_table("change")
    op.drop_index("ix_campaign_reach_workspace", table_name="campaign_reach")
    op.drop_index(op.f("ix_campaign_reach_account_id"), table_name="campaign_reach")
    op.drop_table("campaign_reach")
    op.drop_index("ix_change_set_workspace", table_name="change_set")
    op.drop_index(op.f("ix_change_set_reverts_id"), table_name="change_set")
    op.drop_index(op.f("ix_change_set_finding_id"), table_name="change_set")
    op.drop_table("change_set")

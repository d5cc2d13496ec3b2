"""What the rules found; targets and thresholds of a workspace."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("at_stake", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("first_content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("followed", sa.Text(), nullable=False),
        sa.Column("followed_how", sa.Text(), nullable=False),
        sa.Column("followed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "first_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "computed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('open', 'closed', 'dismissed')", name=op.f("ck_finding_state_known")
        ),
        sa.CheckConstraint("followed IN ('', 'yes', 'no')", name=op.f("ck_finding_followed_known")),
        sa.CheckConstraint(
            "followed_how IN ('', 'said', 'detected')",
            name=op.f("ck_finding_followed_how_known"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_finding_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index(
        "uq_finding_open",
        "finding",
        ["workspace_id", "key"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_finding_days", "finding", ["workspace_id", "last"])
    op.create_index(
        "ix_finding_review",
        "finding",
        ["review_on"],
        postgresql_where=sa.text("scored_at IS NULL AND review_on IS NOT NULL"),
    )
    op.add_column(
        "workspace",
        sa.Column(
            "thresholds",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column(
        "workspace",
        sa.Column(
            "monthly_budgets",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column("workspace", sa.Column("target_cpa", sa.Numeric(), nullable=True))
    op.create_check_constraint(
        op.f("ck_workspace_target_cpa_positive"), "workspace", "target_cpa > 0"
    )


def downgrade() -> None:
    op.drop_column("workspace", "target_cpa")
    op.drop_column("workspace", "monthly_budgets")
    op.drop_column("workspace", "thresholds")
    op.drop_table("finding")

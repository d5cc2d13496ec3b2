"""Reports, the log of what people did, and what reports are dressed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_brand()
    _add_reports()
    _add_actions()


def downgrade() -> None:
    op.drop_table("action_entry")
    op.drop_table("report")
    _drop_brand()


def _add_reports() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("steps_done", sa.BigInteger(), nullable=False),
        sa.Column("steps_total", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("regenerated_from", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'running', 'completed', 'failed')",
            name=op.f("ck_report_state_known"),
        ),
        sa.CheckConstraint(
            "(state = 'completed') = (document IS NOT NULL)",
            name=op.f("ck_report_completed_has_document"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_report_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_report_user_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["regenerated_from"],
            ["report.id"],
            name=op.f("fk_report_regenerated_from"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index(op.f("ix_report_workspace_id"), "report", ["workspace_id"])
    op.create_index(op.f("ix_report_user_id"), "report", ["user_id"])
    op.create_index(op.f("ix_report_regenerated_from"), "report", ["regenerated_from"])
    op.create_index(
        "ix_report_listed",
        "report",
        ["workspace_id", "id"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )


def _add_actions() -> None:
    op.create_table(
        "action_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_action_entry_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
            name=op.f("fk_action_entry_user_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_entry")),
    )
    op.create_index("ix_action_entry_day", "action_entry", ["workspace_id", "day"])
    op.create_index(op.f("ix_action_entry_user_id"), "action_entry", ["user_id"])


def _add_brand() -> None:
    op.add_column("workspace", sa.Column("brand_colour", sa.Text(), nullable=True))
    op.add_column("workspace", sa.Column("brand_logo", sa.LargeBinary(), nullable=True))
    op.add_column("workspace", sa.Column("brand_logo_type", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_workspace_brand_colour_hex"), "workspace", "brand_colour ~ '^#[0-9a-f]{6}$'"
    )
    op.create_check_constraint(
        op.f("ck_workspace_brand_logo_typed"),
        "workspace",
        "brand_logo_type IN ('image/png', 'image/svg+xml') "
        "AND (brand_logo IS NULL) = (brand_logo_type IS NULL)",
    )


def _drop_brand() -> None:
    op.drop_column("workspace", "brand_logo_type")
    op.drop_column("workspace", "brand_logo")
    op.drop_column("workspace", "brand_colour")

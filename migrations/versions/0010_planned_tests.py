"""Planned tests of budgets, and the changes that set their blocks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "planned_test",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("stopped_by", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("platforms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("levels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("factors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("budgets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("weeks", sa.BigInteger(), nullable=False),
        sa.Column("block_weeks", sa.BigInteger(), nullable=False),
        sa.Column("swing", sa.Numeric(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Text(), nullable=False),
        sa.Column("chance", sa.Numeric(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("stopped_because", sa.Text(), nullable=False),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("evaluation", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'running', 'ended', 'stopped')",
            name=op.f("ck_planned_test_state_known"),
        ),
        sa.CheckConstraint(
            "stopped_because IN ('', 'person', 'currency') "
            "AND (state = 'stopped') = (stopped_because <> '') "
            "AND (state = 'stopped') = (stopped_on IS NOT NULL)",
            name=op.f("ck_planned_test_stopped_for_a_reason"),
        ),
        sa.CheckConstraint(
            "weeks > 0 AND block_weeks > 0 AND weeks % block_weeks = 0",
            name=op.f("ck_planned_test_whole_blocks"),
        ),
        sa.ForeignKeyConstraint(
            ["stopped_by"],
            ["app_user.id"],
            name=op.f("fk_planned_test_stopped_by"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_planned_test_user_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_planned_test_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_test")),
    )
    op.create_index(op.f("ix_planned_test_user_id"), "planned_test", ["user_id"])
    op.create_index(op.f("ix_planned_test_stopped_by"), "planned_test", ["stopped_by"])
    op.create_index("ix_planned_test_workspace", "planned_test", ["workspace_id", "first"])
    op.create_index(
        "uq_planned_test_unfinished",
        "planned_test",
        ["workspace_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('planned', 'running')"),
    )
    op.add_column("change_set", sa.Column("planned_test_id", sa.BigInteger(), nullable=True))
    op.add_column("change_set", sa.Column("block", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_change_set_planned_test_id"),
        "change_set",
        "planned_test",
        ["planned_test_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(op.f("ix_change_set_planned_test_id"), "change_set", ["planned_test_id"])
    op.drop_constraint(op.f("ck_change_set_origin_known"), "change_set")
    op.create_check_constraint(
        op.f("ck_change_set_origin_known"),
        "change_set",
        "origin IN ('finding', 'hand', 'revert', 'test')",
    )
    op.create_check_constraint(
        op.f("ck_change_set_block_of_a_test"),
        "change_set",
        "(origin = 'test') = (block IS NOT NULL)",
    )


def downgrade() -> None:
    op.execute("DELETE FROM change_set WHERE origin = 'test'")
    op.drop_constraint(op.f("ck_change_set_block_of_a_test"), "change_set")
    op.drop_constraint(op.f("ck_change_set_origin_known"), "change_set")
    op.create_check_constraint(
        op.f("ck_change_set_origin_known"), "change_set", "origin IN ('finding', 'hand', 'revert')"
    )
    op.drop_column("change_set", "block")
    op.drop_column("change_set", "planned_test_id")
    op.drop_table("planned_test")

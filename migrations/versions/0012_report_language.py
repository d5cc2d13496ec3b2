"""The language that a workspace's reports are written in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "workspace",
        sa.Column("report_language", sa.Text(), server_default=sa.text("'en'"), nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_workspace_report_language_code"), "workspace", "report_language ~ '^[a-z]{2}$'"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_workspace_report_language_code"), "workspace")
    op.drop_column("workspace", "report_language")

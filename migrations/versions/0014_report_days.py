"""The days that reports are of, and the change that an entry of the log tells of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Both were written at the same moment, and the text has the name.
ENTERED = """
    UPDATE action_entry SET change_id = change.id FROM change
    WHERE change.workspace_id = action_entry.workspace_id
      AND change.ended_at = action_entry.created_at
      AND strpos(action_entry.text, change.name) > 0
"""
# What is frozen has its keys in order, and within a text every quote is escaped.
DAYS = r"""
    UPDATE report SET first = (frozen.days)[1]::date, last = (frozen.days)[2]::date
    FROM (
        SELECT id, regexp_match(
            convert_from(document, 'UTF8'), '"days":{"first":"([-0-9]+)","last":"([-0-9]+)"}'
        ) AS days
        FROM report WHERE document IS NOT NULL
    ) AS frozen
    WHERE frozen.id = report.id
"""


def upgrade() -> None:
    op.add_column("report", sa.Column("first", sa.Date(), nullable=True))
    op.add_column("report", sa.Column("last", sa.Date(), nullable=True))
    op.add_column("action_entry", sa.Column("change_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_action_entry_change_id"),
        "action_entry",
        "change",
        ["change_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_index(op.f("ix_action_entry_change_id"), "action_entry", ["change_id"])
    op.execute(ENTERED)
    op.execute(DAYS)


def downgrade() -> None:
    op.drop_index(op.f("ix_action_entry_change_id"), table_name="action_entry")
    op.drop_constraint(op.f("fk_action_entry_change_id"), "action_entry", type_="foreignkey")
    op.drop_column("action_entry", "change_id")
    op.drop_column("report", "last")
    op.drop_column("report", "first")

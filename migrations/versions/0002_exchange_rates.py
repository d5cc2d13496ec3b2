"""The ECB's reference rates that ship with the app."""

from __future__ import annotations

from alembic import op

from app.sync.exchange import load_shipped_rates

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    load_shipped_rates(op.get_bind())


def downgrade() -> None:
    op.execute("DELETE FROM fx_rate")

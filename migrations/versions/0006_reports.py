"""What reports are dressed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_brand()


def downgrade() -> None:
    _drop_brand()


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

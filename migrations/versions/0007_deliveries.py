"""Share links of reports; schedules, their recipients, deliveries and letters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_share()
    _create_schedule()
    _create_recipient()
    _create_delivery()
    _create_letter()


def downgrade() -> None:
    for table in (
        "report_letter",
        "report_delivery",
        "report_recipient",
        "report_schedule",
        "report_share",
    ):
        op.drop_table(table)


def _create_share() -> None:
    op.create_table(
        "report_share",
        *_owned("report_share"),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("token_sealed", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("views", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_viewed_at", sa.DateTime(timezone=True), nullable=True),
        _created_at(),
        _reference("report_share", "report_id", "report", "CASCADE"),
        _reference("report_share", "user_id", "app_user", "SET NULL"),
        sa.UniqueConstraint("token_digest", name=op.f("uq_report_share_token_digest")),
    )
    _index("report_share", "workspace_id")
    _index("report_share", "report_id")


def _create_schedule() -> None:
    op.create_table(
        "report_schedule",
        *_owned("report_schedule"),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("settle_days", sa.BigInteger(), nullable=False),
        sa.Column("attach_pdf", sa.Boolean(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        _created_at(),
        _reference("report_schedule", "user_id", "app_user", "SET NULL"),
        *_checks_of_schedule(),
    )
    _index("report_schedule", "workspace_id")
    op.create_index(
        "ix_report_schedule_due",
        "report_schedule",
        ["next_at"],
        postgresql_where=sa.text("paused_at IS NULL AND deleted_at IS NULL"),
    )


def _checks_of_schedule() -> list[sa.CheckConstraint]:
    checks = {
        "every_known": "every IN ('week', 'month')",
        "day_exists": "CASE every WHEN 'week' THEN day BETWEEN 0 AND 6 "
        "ELSE day BETWEEN 1 AND 31 END",
        "hour_exists": "hour BETWEEN 0 AND 23",
        "settle_days_bearable": "settle_days BETWEEN 0 AND 28",
        "link_known": "link IN ('anybody', 'members', 'none')",
    }
    return [
        sa.CheckConstraint(condition, name=op.f(f"ck_report_schedule_{name}"))
        for name, condition in checks.items()
    ]


def _create_recipient() -> None:
    op.create_table(
        "report_recipient",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unsubscribed_at", sa.DateTime(timezone=True), nullable=True),
        _reference("report_recipient", "schedule_id", "report_schedule", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_recipient")),
        sa.UniqueConstraint(
            "schedule_id", "email", name=op.f("uq_report_recipient_schedule_id_email")
        ),
    )


def _create_delivery() -> None:
    op.create_table(
        "report_delivery",
        *_owned("report_delivery"),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("share_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("owners_told_at", sa.DateTime(timezone=True), nullable=True),
        _created_at(),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        _reference("report_delivery", "schedule_id", "report_schedule", "CASCADE"),
        _reference("report_delivery", "report_id", "report", "SET NULL"),
        _reference("report_delivery", "share_id", "report_share", "SET NULL"),
        sa.CheckConstraint(
            "state IN ('waiting', 'generating', 'sending', 'sent', 'failed')",
            name=op.f("ck_report_delivery_state_known"),
        ),
        sa.UniqueConstraint(
            "schedule_id", "due_at", name=op.f("uq_report_delivery_schedule_id_due_at")
        ),
    )
    _index("report_delivery", "workspace_id")
    _index("report_delivery", "report_id")
    op.create_index(
        "ix_report_delivery_look_at",
        "report_delivery",
        ["look_at"],
        postgresql_where=sa.text("look_at IS NOT NULL"),
    )


def _create_letter() -> None:
    op.create_table(
        "report_letter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        _reference("report_letter", "delivery_id", "report_delivery", "CASCADE"),
        _reference("report_letter", "recipient_id", "report_recipient", "CASCADE"),
        sa.CheckConstraint(
            "state IN ('waiting', 'claimed', 'sent', 'refused', 'unclear', 'dropped')",
            name=op.f("ck_report_letter_state_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_letter")),
        sa.UniqueConstraint(
            "delivery_id", "recipient_id", name=op.f("uq_report_letter_delivery_id_recipient_id")
        ),
    )
    _index("report_letter", "recipient_id")


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    """The columns of a table of a workspace's things."""
    return [
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _reference(table, "workspace_id", "workspace", "CASCADE"),
    ]


def _created_at() -> sa.Column[object]:
    return sa.Column(
        "created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )


def _reference(table: str, column: str, to: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)

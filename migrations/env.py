"""Alembic's entry: the models are the truth, Procrastinate's own tables are left to it."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from app.models import Base

config = context.config


def ours(_object: Any, name: str | None, kind: str, *_rest: Any) -> bool:
    """Leave out the queue's tables, which its own schema file makes."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=ours,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()

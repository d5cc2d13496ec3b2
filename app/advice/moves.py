"""When budget was last moved on a recommendation."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.advice.plans import REALLOCATION
from app.models import Change, ChangeSet


def days_since_move(session: Session, workspace_id: int, now: dt.datetime) -> int | None:
    """Whole days since a recommended move was applied and not set back; None for never.

    A move of which a part failed has moved the rest.
    """
    moved: dt.datetime | None = session.scalar(
        select(func.max(Change.ended_at))
        .join(ChangeSet, ChangeSet.id == Change.set_id)
        .where(
            ChangeSet.workspace_id == workspace_id,
            ChangeSet.rule == REALLOCATION,
            ChangeSet.origin == "finding",
            Change.state == "applied",
        )
    )
    return None if moved is None else max((now - moved).days, 0)

"""When budget was last moved on a recommendation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.advice.plans import REALLOCATION
from app.advice.reviewing import reviews_of
from app.models import Change, ChangeSet, StoredFinding

# A move that is older than this keeps nobody waiting, whatever the workspace's thresholds.
_OLDEST = dt.timedelta(days=366)


def days_since_move(session: Session, workspace_id: int, now: dt.datetime) -> int | None:
    """Whole days since a recommended move was made and not set back; None for never.

    Applied from here, said by a person to have been followed, or seen in what was spent.
    """
    moved = [
        *_applied(session, workspace_id),
        *_followed(session, workspace_id, now),
    ]
    return max((now - max(moved)).days, 0) if moved else None


def _applied(session: Session, workspace_id: int) -> Iterator[dt.datetime]:
    """A move of which a part failed has moved the rest."""
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
    if moved is not None:
        yield moved


def _followed(session: Session, workspace_id: int, now: dt.datetime) -> Iterator[dt.datetime]:
    """Setting back what was applied from here says that it was not followed."""
    found = session.scalars(
        select(StoredFinding).where(
            StoredFinding.workspace_id == workspace_id,
            StoredFinding.rule == REALLOCATION,
            StoredFinding.followed == "yes",
            StoredFinding.followed_at >= now - _OLDEST,
        )
    )
    for each in found:
        yield _moved(each)


def _moved(stored: StoredFinding) -> dt.datetime:
    """When a person said so, or the last day of those on which it was first seen."""
    if stored.followed_how == "detected":
        seen = [each.last for each in reviews_of(stored).values() if each.followed == "yes"]
        if seen:
            return dt.datetime.combine(min(seen), dt.time.max, dt.UTC)
    return stored.followed_at or stored.first_at

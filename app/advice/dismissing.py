"""Findings that a person dismissed, and taking that back."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice import keeping
from app.errors import Conflict
from app.models import StoredFinding


def dismiss(session: Session, workspace_id: int, finding_id: int) -> StoredFinding:
    """A person does not want to see it any more. Raises NotFound and Conflict."""
    keeping.one_at_a_time(session, workspace_id)
    found = keeping.find(session, workspace_id, finding_id)
    if found.state == "closed":
        # What is found anew of the same key would be kept in its place, out of sight.
        raise Conflict(
            "This finding ended by itself, so there is nothing to dismiss. Nothing was changed: "
            "Insights has what is found now."
        )
    found.state = "dismissed"
    return found


def dismissed(session: Session, workspace_id: int, now: dt.datetime) -> list[StoredFinding]:
    """Those that were dismissed and may still last, the most money at stake first."""
    return list(
        session.scalars(
            select(StoredFinding)
            .where(
                StoredFinding.workspace_id == workspace_id,
                StoredFinding.state == "dismissed",
                StoredFinding.computed_at >= now - keeping.DISMISSED_FOR,
            )
            .order_by(StoredFinding.at_stake.desc(), StoredFinding.id)
        )
    )


def undismiss(session: Session, workspace_id: int, finding_id: int) -> StoredFinding:
    """Show it again; the next look closes it if it is gone. Raises NotFound and Conflict."""
    keeping.one_at_a_time(session, workspace_id)
    found = keeping.find(session, workspace_id, finding_id)
    if found.state == "open":
        return found
    if found.state == "closed" or _open_of(session, found):
        raise Conflict(
            "This finding is no longer dismissed: it ended, or was found anew. Nothing was changed."
        )
    found.state = "open"
    return found


def _open_of(session: Session, like: StoredFinding) -> int | None:
    return session.scalar(
        select(StoredFinding.id).where(
            StoredFinding.workspace_id == like.workspace_id,
            StoredFinding.key == like.key,
            StoredFinding.state == "open",
        )
    )

"""The batches of a workspace in a line each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import CreativeBatch, CreativeVariation


@dataclass(frozen=True, slots=True)
class Line:
    """One batch: what it is about, and how many of its variations are `written`."""

    id: int
    product: str
    state: str
    writer: str
    created_at: dt.datetime
    written: int
    ordered: int


def earlier(session: Session, workspace_id: int, most: int = 30) -> list[Line]:
    """The newest first."""
    newest = (
        select(CreativeBatch)
        .where(CreativeBatch.workspace_id == workspace_id)
        .order_by(CreativeBatch.id.desc())
        .limit(most)
        .subquery()
    )
    rows = session.execute(
        select(
            newest.c.id,
            newest.c.brief["product"].astext,
            newest.c.state,
            newest.c.writer,
            newest.c.created_at,
            func.count(CreativeVariation.id).filter(CreativeVariation.content != {}),
            func.count(CreativeVariation.id),
        )
        .outerjoin(CreativeVariation, CreativeVariation.batch_id == newest.c.id)
        .group_by(*newest.c)
        .order_by(newest.c.id.desc())
    )
    return [Line(*row) for row in rows]

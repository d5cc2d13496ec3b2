"""What language models were asked and what they answered, for the owner."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import ModelCall

PAGE = 20
KEPT_DAYS = 90
"""After this many days prompts and answers are emptied; the counts stay for the sums."""


def calls(session: Session, workspace_id: int, page: int) -> tuple[list[ModelCall], int]:
    """A page of the log, the latest first, and how many there are in all."""
    own = select(ModelCall).where(ModelCall.workspace_id == workspace_id)
    total = session.scalar(select(func.count()).select_from(own.subquery())) or 0
    rows = session.scalars(
        own.order_by(ModelCall.began_at.desc(), ModelCall.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return list(rows), total

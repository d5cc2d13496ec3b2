"""The log of what people did: added to, listed and taken from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Invalid, NotFound
from app.metrics.period import Period
from app.models import ActionEntry

LONGEST_TEXT = 300
EARLIEST = dt.date(2000, 1, 1)


def add(
    session: Session, workspace_id: int, user_id: int, day: str, text: str, *, today: dt.date
) -> ActionEntry:
    """Write down what was done on a day, given as YYYY-MM-DD. Raises Invalid."""
    said = " ".join(text.split())
    if not said:
        raise Invalid("text: Say in a few words what was done.")
    if len(said) > LONGEST_TEXT:
        raise Invalid(f"text: At most {LONGEST_TEXT} characters; these are {len(said)}.")
    made = ActionEntry(workspace_id=workspace_id, user_id=user_id, day=_day(day, today), text=said)
    session.add(made)
    session.flush()
    return made


def listed(session: Session, workspace_id: int, days: Period) -> Sequence[ActionEntry]:
    """What was done on these days, oldest first."""
    return session.scalars(
        select(ActionEntry)
        .where(
            ActionEntry.workspace_id == workspace_id,
            ActionEntry.day.between(days.first, days.last),
        )
        .order_by(ActionEntry.day, ActionEntry.id)
    ).all()


def find(session: Session, workspace_id: int, action_id: int) -> ActionEntry:
    """An entry. Raises NotFound, also for another workspace's."""
    found = session.scalar(
        select(ActionEntry).where(
            ActionEntry.id == action_id, ActionEntry.workspace_id == workspace_id
        )
    )
    if found is None:
        raise NotFound
    return found


def _day(given: str, today: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(given)
    except ValueError as error:
        raise Invalid("day: Write the day like 2026-11-22.") from error
    if not EARLIEST <= day <= today:
        raise Invalid(f"day: It has to be a day from {EARLIEST} to today, {today}.")
    return day

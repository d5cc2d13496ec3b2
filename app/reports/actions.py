"""The log of what people did: added to, listed and taken from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.errors import Invalid, NotFound
from app.metrics.period import Period
from app.metrics.sources import Sources
from app.models import ActionEntry, Change, User
from app.reports.ordering import Wanted

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


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done, and by whom. `written`: somebody wrote it down."""

    day: dt.date
    text: str
    who: str
    written: bool


def done(session: Session, known: Sources, days: Period, wanted: Wanted) -> list[Deed]:
    """What a report tells of these days, oldest first.

    Changes made from here are told where they are of its accounts and campaigns; what somebody
    wrote down says of no account, so it is in every report.
    """
    asked = (
        select(ActionEntry.day, ActionEntry.text, User.name, ActionEntry.change_id)
        .outerjoin(User, User.id == ActionEntry.user_id)
        .outerjoin(Change, Change.id == ActionEntry.change_id)
        .where(
            ActionEntry.workspace_id == known.workspace_id,
            ActionEntry.day.between(days.first, days.last),
        )
        .order_by(ActionEntry.day, ActionEntry.id)
    )
    if wanted.narrow:
        own = [Change.account_id.in_(known.account_ids)]
        if wanted.campaigns:
            own.append(Change.campaign_id.in_(wanted.campaigns))
        asked = asked.where(or_(ActionEntry.change_id.is_(None), and_(*own)))
    return [
        Deed(day, text, name or "", written=change_id is None)
        for day, text, name, change_id in session.execute(asked)
    ]


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

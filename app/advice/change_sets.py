"""A workspace's change sets: the log of what was changed, and what is prepared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.errors import NotFound
from app.models import ChangeSet, User

UNFINISHED = ("queued", "applying")
A_PAGE = 50
GONE = (
    "There is no such change here. It may have been discarded, perhaps in another window: then "
    "nothing of it was sent to any platform. Prepare it again from its recommendation or campaign, "
    "and see Changes for what was applied."
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the log, the newest first, with who confirmed by user id."""

    sets: Sequence[ChangeSet]
    people: dict[int, str]
    number: int
    pages: int


def find(session: Session, workspace_id: int, set_id: int) -> ChangeSet:
    """A set with its changes as they are now. Raises NotFound, also for another workspace's."""
    found = session.scalar(
        select(ChangeSet)
        .where(ChangeSet.id == set_id, ChangeSet.workspace_id == workspace_id)
        .options(selectinload(ChangeSet.changes))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(GONE)
    return found


def locked(session: Session, set_id: int) -> ChangeSet:
    """The set and its changes, for this transaction alone. Raises NotFound once it is gone."""
    found = session.get(
        ChangeSet,
        set_id,
        with_for_update=True,
        populate_existing=True,
        options=[selectinload(ChangeSet.changes)],
    )
    if found is None:
        raise NotFound(GONE)
    return found


def page(session: Session, workspace_id: int, now: dt.datetime, number: int = 1) -> Page:
    """Everything confirmed, and what is prepared and still good."""
    shown = and_(
        ChangeSet.workspace_id == workspace_id,
        or_(ChangeSet.state != "prepared", ChangeSet.expires_at > now),
    )
    many = session.scalar(select(func.count()).select_from(ChangeSet).where(shown)) or 0
    pages = max(1, -(-many // A_PAGE))
    number = min(max(1, number), pages)
    sets = session.scalars(
        select(ChangeSet)
        .where(shown)
        .options(selectinload(ChangeSet.changes))
        .order_by(ChangeSet.id.desc())
        .limit(A_PAGE)
        .offset((number - 1) * A_PAGE)
    ).all()
    ids = {each.confirmed_by or each.user_id for each in sets} - {None}
    named = session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    return Page(sets, {row[0]: row[1] for row in named}, number, pages)


def person(session: Session, found: ChangeSet) -> str:
    """Who confirmed it, or who prepared it; empty when that account is gone."""
    wanted = found.confirmed_by or found.user_id
    user = session.get(User, wanted) if wanted is not None else None
    return user.name if user else ""


def is_revertible(found: ChangeSet) -> bool:
    """Whether anything of it is applied that could be set back."""
    over = found.state in ("applied", "failed", "unclear")
    return over and any(each.state == "applied" for each in found.changes)

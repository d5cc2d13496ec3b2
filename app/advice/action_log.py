"""What was changed from here, entered among what people did, for reports to tell."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.advice import values
from app.advice.keeping import say_followed
from app.errors import NotFound
from app.models import ActionEntry, Change, ChangeSet, Workspace


def enter(session: Session, change: Change, now: dt.datetime) -> None:
    """An entry about a change that was made just now. The caller commits."""
    workspace = session.get_one(Workspace, change.workspace_id)
    own = session.get_one(ChangeSet, change.set_id)
    session.add(
        ActionEntry(
            workspace_id=workspace.id,
            user_id=own.confirmed_by,
            change_id=change.id,
            day=now.astimezone(ZoneInfo(workspace.time_zone)).date(),
            text=worded(change),
            created_at=now,
        )
    )


def worded(change: Change) -> str:
    """Such as: Daily budget of Brand: 80 EUR to 92.5 EUR."""
    note = " (sandbox)" if change.sandbox else ""
    if change.kind == values.STATUS:
        verb = "Paused" if values.lowers(change) else "Switched on"
        return f"{verb} {change.name}{note}"
    before, after = values.amount(change.before), values.amount(change.wanted)
    return f"Daily budget of {change.name}: {before:f} to {after:f} {change.currency}{note}"


def follow(session: Session, own: ChangeSet, now: dt.datetime) -> None:
    """Applying a recommendation follows it, and setting it back does not."""
    if own.finding_id is None or all(each.state != "applied" for each in own.changes):
        return
    try:
        followed = own.origin != "revert"
        say_followed(session, own.workspace_id, own.finding_id, followed=followed, now=now)
    except NotFound:
        return

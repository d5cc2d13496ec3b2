"""What a set of changes comes to: what is said of it, what is marked, and what is read again."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from app.advice.change_sets import locked
from app.models import Account, ChangeSet, PlatformConnection
from app.sync.requests import request_sync
from app.sync.window import Reach


def only_look(own: ChangeSet, now: dt.datetime) -> None:
    """Send nothing more of a locked set, whose `error` says why; look up what was sent before."""
    for each in own.changes:
        if each.state == "prepared":
            each.state, each.error, each.ended_at = "failed", own.error, now
        elif each.state == "applying":
            each.state = "unclear"


def told(own: ChangeSet) -> str:
    """What a set that did not go through whole comes to; its `error` is why it was stopped."""
    if own.state == "applied":
        return ""
    done = sum(each.state == "applied" for each in own.changes)
    said = (
        f"{done} of {len(own.changes)} changes went through and the rest did not. They stand as "
        "they are; press Revert to set back what was changed."
    )
    if not done:
        said = "" if own.state == "unclear" else "Nothing was changed."
    return f"{own.error} {said}".strip()


def mark_reverted(session: Session, own: ChangeSet) -> None:
    """The set whose opposite this was, and those of its changes that were set back."""
    first = locked(session, own.reverts_id) if own.reverts_id else None
    if first is None:
        return
    back = {(each.campaign_id, each.ad_group_id, each.kind) for each in own.changes}
    for each in first.changes:
        if each.state == "applied" and (each.campaign_id, each.ad_group_id, each.kind) in back:
            each.state = "reverted"
    if all(each.state != "applied" for each in first.changes):
        first.state = "reverted"


def read_again(session: Session, own: ChangeSet, now: dt.datetime) -> None:
    """The next figures and budgets soon, from every connection that something was changed at."""
    accounts = {each.account_id for each in own.changes if each.state == "applied"} - {None}
    connections = {
        account.connection_id
        for account in (session.get(Account, each) for each in accounts)
        if account is not None
    }
    for connection_id in sorted(connections):
        connection = session.get_one(PlatformConnection, connection_id)
        if connection.status == "active":
            request_sync(session, connection, trigger="manual", now=now, reach=Reach.WEEK)

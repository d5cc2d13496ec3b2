"""E-mail before access to a platform ends, and once it has: to whom, about what, once each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.models import Membership, PlatformConnection, User, Workspace

# Days ahead, and 0 for access that has ended or needs its owner for another reason.
DAYS_AHEAD = (1, 3, 14)
NEEDS_ATTENTION = 0


@dataclass(frozen=True, slots=True)
class Reminder:
    """What to tell whom about one connection. `before` is what `warned_days` was.

    `days` is 0 when the connection needs its owner now, for the `reason`; `ends_on` is the day
    where the workspace is.
    """

    connection_id: int
    platform: str
    workspace: str
    days: int
    before: int | None
    ends_on: dt.date | None
    reason: str
    people: Sequence[User]


def waiting(session: Session, now: dt.datetime) -> list[int]:
    """The connections, in every workspace, that a reminder may be due for."""
    return list(
        session.scalars(
            select(PlatformConnection.id)
            .where(
                PlatformConnection.kind != "upload",
                or_(
                    and_(
                        PlatformConnection.status == "active",
                        PlatformConnection.token_expires_at.between(
                            now, now + dt.timedelta(days=max(DAYS_AHEAD))
                        ),
                        func.coalesce(PlatformConnection.warned_days, 99) > min(DAYS_AHEAD),
                    ),
                    and_(
                        PlatformConnection.status == "needs_attention",
                        func.coalesce(PlatformConnection.warned_days, 99) > NEEDS_ATTENTION,
                    ),
                ),
            )
            .order_by(PlatformConnection.id)
        )
    )


def claim(session: Session, connection_id: int, now: dt.datetime) -> Reminder | None:
    """The reminder that is due, written down as sent; None when none is. The caller commits."""
    connection = session.get(PlatformConnection, connection_id, with_for_update={"key_share": True})
    days = _days_due(connection, now) if connection else None
    if connection is None or days is None:
        return None
    before, connection.warned_days = connection.warned_days, days
    workspace = session.get_one(Workspace, connection.workspace_id)
    ends = connection.token_expires_at
    return Reminder(
        connection.id,
        connection.platform,
        workspace.name,
        days,
        before,
        ends.astimezone(ZoneInfo(workspace.time_zone)).date() if ends else None,
        connection.status_reason,
        _people(session, connection),
    )


def unclaim(session: Session, reminder: Reminder) -> None:
    """It could not be sent: let it be due again."""
    connection = session.get(
        PlatformConnection, reminder.connection_id, with_for_update={"key_share": True}
    )
    if connection is not None and connection.warned_days == reminder.days:
        connection.warned_days = reminder.before


def _days_due(connection: PlatformConnection, now: dt.datetime) -> int | None:
    warned = connection.warned_days
    if connection.status == "needs_attention":
        return NEEDS_ATTENTION if warned != NEEDS_ATTENTION else None
    ends = connection.token_expires_at
    if connection.status != "active" or ends is None or ends < now:
        return None
    days = next((days for days in DAYS_AHEAD if ends - now <= dt.timedelta(days=days)), None)
    return days if days is not None and (warned is None or warned > days) else None


def _people(session: Session, connection: PlatformConnection) -> Sequence[User]:
    """Who connected it, while still a member; else the owners of the workspace."""
    members = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.workspace_id == connection.workspace_id)
    )
    found = session.scalars(members.where(User.id == connection.user_id)).all()
    return (
        found or session.scalars(members.where(Membership.role == "owner").order_by(User.id)).all()
    )

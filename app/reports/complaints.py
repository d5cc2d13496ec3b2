"""What owners are told when a report did not reach everybody it was for; once each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import Membership, ReportDelivery, ReportSchedule, User, Workspace
from app.reports.posting import NOT_ARRIVED

# Pages say it for longer.
TRIED_FOR = dt.timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Missed:
    """Somebody the report is not known to have reached."""

    email: str
    words: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """One delivery that went wrong. `due` is worded by the schedule's own clock."""

    delivery_id: int
    schedule_id: int
    title: str
    workspace: str
    due: str
    reason: str
    letters: Sequence[Missed]
    people: Sequence[User]


def take(session: Session, now: dt.datetime) -> list[Complaint]:
    """What owners were not told yet, written down as told. The caller commits before it tells."""
    finished = session.scalars(
        update(ReportDelivery)
        .where(
            ReportDelivery.finished_at.is_not(None),
            ReportDelivery.error != "",
            ReportDelivery.owners_told_at.is_(None),
        )
        .values(owners_told_at=now)
        .returning(ReportDelivery)
        .execution_options(synchronize_session="fetch")
    ).all()
    return [_about(session, delivery) for delivery in finished]


def put_back(session: Session, complaint: Complaint, now: dt.datetime) -> None:
    """No owner could be told: it is due again, for some days."""
    delivery = session.get(ReportDelivery, complaint.delivery_id, with_for_update=True)
    if delivery is None or delivery.finished_at is None:
        return
    if now - delivery.finished_at < TRIED_FOR:
        delivery.owners_told_at = None


def _about(session: Session, delivery: ReportDelivery) -> Complaint:
    schedule = session.get_one(ReportSchedule, delivery.schedule_id)
    there = delivery.due_at.astimezone(ZoneInfo(schedule.time_zone))
    return Complaint(
        delivery.id,
        schedule.id,
        schedule.title,
        session.get_one(Workspace, delivery.workspace_id).name,
        f"{there:%-d %B %Y, %H:%M} {schedule.time_zone}",
        delivery.error,
        [
            Missed(letter.recipient.email, letter.error)
            for letter in delivery.letters
            if letter.state in NOT_ARRIVED
        ],
        _owners(session, delivery.workspace_id),
    )


def _owners(session: Session, workspace_id: int) -> Sequence[User]:
    return session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.workspace_id == workspace_id, Membership.role == "owner")
        .order_by(User.id)
    ).all()

"""Schedules: what is sent to whom when, and noticing that it is time.

However many processes look, a due time becomes one delivery: the schedule's row is held while it is
written down, and the table takes a second one for the same time from nobody. Of times that passed
unseen, while the server was down, only the last is sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from app.accounts.names import clean_name
from app.accounts.places import check_time_zone
from app.errors import Conflict, Invalid, NotFound
from app.models import ReportDelivery, ReportSchedule
from app.reports import posting, recipients, repeating
from app.reports.timing import Every, Rhythm
from app.settings import Settings

MOST_SCHEDULES = 100
MOST_SETTLE_DAYS = 28
LINKS = ("anybody", "members", "none")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A schedule as somebody wants it. `request` is as `app.reports.template` keeps it."""

    title: str
    subject: str
    request: Mapping[str, Any]
    rhythm: Rhythm
    settle_days: int
    attach_pdf: bool
    link: str
    recipients: Sequence[str]


def checked(wanted: Wanted) -> Wanted:
    """The same with its texts in one line. Raises Invalid that names the field first."""
    _check_rhythm(wanted.rhythm)
    if not 0 <= wanted.settle_days <= MOST_SETTLE_DAYS:
        raise Invalid(f"settle_days: Wait 0 to {MOST_SETTLE_DAYS} days for figures to settle.")
    if wanted.link not in LINKS:
        raise Invalid(f"link: The link is one of {', '.join(LINKS)}.")
    title = _line("title", wanted.title, "a title")
    return replace(
        wanted,
        title=title,
        subject=_line("subject", wanted.subject or title, "a subject"),
        recipients=recipients.checked(list(wanted.recipients)),
    )


def create(
    session: Session, workspace_id: int, user_id: int, wanted: Wanted, now: dt.datetime
) -> ReportSchedule:
    """A schedule that is followed from now on. Raises Invalid and Conflict."""
    if len(listed(session, workspace_id)) >= MOST_SCHEDULES:
        raise Conflict(f"There are {MOST_SCHEDULES} schedules already. Delete one first.")
    made = ReportSchedule(workspace_id=workspace_id, user_id=user_id, created_at=now)
    _fill(made, checked(wanted))
    made.next_at = rhythm(made).next_at(now)
    session.add(made)
    session.flush()
    recipients.set_to(session, made, checked(wanted).recipients, now)
    return made


def change(session: Session, schedule: ReportSchedule, wanted: Wanted, now: dt.datetime) -> None:
    """Follow this from now on; letters that were addressed already go on. Raises Invalid.

    While the rhythm stays, so does the next time. A due time that came and was not noticed yet
    stays in any case, so that its letters are not lost.
    """
    wanted, former = checked(wanted), rhythm(schedule)
    _fill(schedule, wanted)
    recipients.set_to(session, schedule, wanted.recipients, now)
    times = rhythm(schedule)
    if times != former and (schedule.next_at > now or schedule.paused_at is not None):
        zones = [former.time_zone]
        schedule.next_at = repeating.next_new(session, schedule, times, now, zones=zones)


def listed(session: Session, workspace_id: int) -> Sequence[ReportSchedule]:
    """A workspace's schedules, the next due first."""
    return session.scalars(
        select(ReportSchedule)
        .where(ReportSchedule.workspace_id == workspace_id, ReportSchedule.deleted_at.is_(None))
        .order_by(ReportSchedule.paused_at.isnot(None), ReportSchedule.next_at, ReportSchedule.id)
    ).all()


def find(session: Session, workspace_id: int, schedule_id: int) -> ReportSchedule:
    """A workspace's own schedule, held until the transaction ends. Raises NotFound."""
    found = session.scalar(
        select(ReportSchedule)
        .where(
            ReportSchedule.id == schedule_id,
            ReportSchedule.workspace_id == workspace_id,
            ReportSchedule.deleted_at.is_(None),
        )
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found


def pause(session: Session, schedule: ReportSchedule, now: dt.datetime) -> None:
    """Send nothing until it is resumed, not even what is on its way."""
    schedule.paused_at = schedule.paused_at or now
    _stop(session, schedule, "The schedule was paused before this was sent.", now)


def resume(schedule: ReportSchedule, now: dt.datetime) -> None:
    """Go on with the next time from now; what was missed is not made up for."""
    schedule.paused_at = None
    if schedule.next_at <= now:
        schedule.next_at = rhythm(schedule).next_at(now)


def delete(session: Session, schedule: ReportSchedule, now: dt.datetime) -> None:
    """Send nothing more; the reports that were made stay."""
    schedule.deleted_at = now
    _stop(session, schedule, "The schedule was deleted before this was sent.", now)


def rhythm(schedule: ReportSchedule) -> Rhythm:
    """When it is due."""
    return Rhythm(Every(schedule.every), schedule.day, schedule.hour, schedule.time_zone)


def claim_due(session: Session, settings: Settings, now: dt.datetime) -> list[int]:
    """Write down what is due as deliveries, once each; the new ones.

    Without a mail server, or with nobody to write to, the time passes.
    """
    due = session.scalars(
        select(ReportSchedule)
        .where(
            ReportSchedule.next_at <= now,
            ReportSchedule.paused_at.is_(None),
            ReportSchedule.deleted_at.is_(None),
        )
        .order_by(ReportSchedule.id)
        .with_for_update(skip_locked=True)
    ).all()
    made = [_deliver_at(session, each, now) for each in due if _can_send(settings, each)]
    session.flush()
    for schedule in due:
        # It may have been changed to a later hour after its time had come.
        schedule.next_at = repeating.next_new(session, schedule, rhythm(schedule), now)
    session.flush()
    return [delivery_id for delivery_id in made if delivery_id is not None]


def last_deliveries(
    session: Session, workspace_id: int, schedule_id: int, most: int
) -> Sequence[ReportDelivery]:
    """What became of the latest due times, the newest first."""
    return session.scalars(
        select(ReportDelivery)
        .where(
            ReportDelivery.workspace_id == workspace_id,
            ReportDelivery.schedule_id == schedule_id,
        )
        .order_by(ReportDelivery.due_at.desc())
        .limit(most)
    ).all()


def latest_of_each(session: Session, workspace_id: int) -> dict[int, ReportDelivery]:
    """The latest delivery of each schedule that has had one."""
    found = session.scalars(
        select(ReportDelivery)
        .where(ReportDelivery.workspace_id == workspace_id)
        .order_by(ReportDelivery.schedule_id, ReportDelivery.due_at.desc())
        .ext(distinct_on(ReportDelivery.schedule_id))
    )
    return {delivery.schedule_id: delivery for delivery in found}


def _deliver_at(session: Session, schedule: ReportSchedule, now: dt.datetime) -> int | None:
    """The delivery of the last time that has come; None when it was written down before."""
    return session.scalar(
        insert(ReportDelivery)
        .values(
            workspace_id=schedule.workspace_id,
            schedule_id=schedule.id,
            due_at=max(schedule.next_at, rhythm(schedule).latest_at(now)),
            state="waiting",
            look_at=now,
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(ReportDelivery.id)
    )


def _can_send(settings: Settings, schedule: ReportSchedule) -> bool:
    return bool(settings.smtp_host and recipients.active(schedule))


def _stop(session: Session, schedule: ReportSchedule, why: str, now: dt.datetime) -> None:
    unfinished = select(ReportDelivery).where(
        ReportDelivery.schedule_id == schedule.id, ReportDelivery.finished_at.is_(None)
    )
    for delivery in session.scalars(unfinished.with_for_update()):
        delivery.state, delivery.error = "failed", why
        delivery.look_at, delivery.finished_at, delivery.owners_told_at = None, now, now
        posting.stop(delivery, "dropped")
    session.flush()


def _fill(schedule: ReportSchedule, wanted: Wanted) -> None:
    schedule.title, schedule.subject = wanted.title, wanted.subject
    schedule.request = dict(wanted.request)
    schedule.every, schedule.day = wanted.rhythm.every, wanted.rhythm.day
    schedule.hour, schedule.time_zone = wanted.rhythm.hour, wanted.rhythm.time_zone
    schedule.settle_days = wanted.settle_days
    schedule.attach_pdf, schedule.link = wanted.attach_pdf, wanted.link


def _check_rhythm(wanted: Rhythm) -> None:
    days = range(7) if wanted.every == Every.WEEK else range(1, 32)
    if wanted.day not in days:
        raise Invalid(
            "day: A weekday is 0 for Monday to 6, a day of the month 1 to 31. In a month without "
            "that day its last one counts."
        )
    if wanted.hour not in range(24):
        raise Invalid("hour: An hour is a whole number from 0 to 23.")
    try:
        check_time_zone(wanted.time_zone)
    except Invalid as error:
        raise Invalid(f"time_zone: {error.message}") from error


def _line(field: str, given: str, what: str) -> str:
    """Header fields are one line; whatever would begin another becomes a space."""
    try:
        return clean_name(given, whose=what)
    except Invalid as error:
        raise Invalid(f"{field}: {error.message}") from error

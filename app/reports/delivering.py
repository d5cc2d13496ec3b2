"""One delivery on its way: wait until the days are settled, make the report, write the letters.

Each step is a short transaction and may be cut off anywhere. A letter is claimed, and that
committed, before the mail server is spoken to; so two processes never send the same one, and one
that was cut off in between is never sent again by itself: whether it arrived is not known, and
the page says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.errors import Invalid
from app.metrics.freshness import freshness
from app.metrics.period import Period
from app.models import (
    Report,
    ReportDelivery,
    ReportLetter,
    ReportRecipient,
    ReportSchedule,
    Workspace,
)
from app.reports import ordering, posting, recipients, template

TASK = "deliver_report"
# Whoever goes on with a delivery has this long before another may.
LEASE = dt.timedelta(minutes=5)
LOOK_AGAIN = dt.timedelta(minutes=15)
SOON = dt.timedelta(seconds=30)
BACK_OFF = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))

GONE = "The report that was to be sent was deleted meanwhile."
NOBODY = "Nobody is left to write to: everybody unsubscribed or was taken off the list."
_SOME_LEFT = "Not every letter is known to have arrived; see below."


@dataclass(frozen=True, slots=True)
class Outside:
    """What a delivery needs of the world: the time, and a way to write and send a letter."""

    clock: Callable[[], dt.datetime]
    post: posting.Post


def take_due(session: Session, now: dt.datetime) -> list[int]:
    """The deliveries to go on with now, each given to the caller for a while."""
    due = session.scalars(
        select(ReportDelivery)
        .where(ReportDelivery.look_at <= now)
        .order_by(ReportDelivery.id)
        .with_for_update(skip_locked=True)
    ).all()
    for delivery in due:
        delivery.look_at = now + LEASE
    session.flush()
    return [delivery.id for delivery in due]


def advance(sessions: sessionmaker[Session], delivery_id: int, outside: Outside) -> None:
    """Go as far as is possible now."""
    for step in (_order, _await_report):
        with sessions.begin() as session:
            found = _held(session, delivery_id)
            if found is None:
                return
            step(session, *found, outside.clock())
    posting.send_letters(sessions, delivery_id, outside.post, outside.clock)
    with sessions.begin() as session:
        found = _held(session, delivery_id)
        if found is not None and found[0].state == "sending":
            _close(found[0], outside.clock())


def fail(session: Session, delivery_id: int, why: str, now: dt.datetime) -> None:
    """A step broke down: try it again after a while, and give up after some times."""
    found = _held(session, delivery_id)
    if found is not None:
        _stumble(found[0], why, now)


def send_again(
    session: Session, schedule: ReportSchedule, letter_id: int, now: dt.datetime
) -> None:
    """Send one letter once more because a person says so. Raises NotFound through `find`."""
    letter = posting.find_letter(session, schedule, letter_id)
    if letter.state not in posting.NOT_ARRIVED:
        return
    delivery = session.get_one(ReportDelivery, letter.delivery_id, with_for_update=True)
    letter.state, letter.error = "waiting", ""
    delivery.state, delivery.error, delivery.tries = "sending", "", 0
    delivery.look_at, delivery.finished_at, delivery.owners_told_at = now, None, None
    session.flush()


def _held(session: Session, delivery_id: int) -> tuple[ReportDelivery, ReportSchedule] | None:
    """The unfinished delivery and its schedule; None when there is nothing to do any more."""
    delivery = session.get(ReportDelivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.finished_at is not None:
        return None
    return delivery, session.get_one(ReportSchedule, delivery.schedule_id)


def _order(
    session: Session, delivery: ReportDelivery, schedule: ReportSchedule, now: dt.datetime
) -> None:
    """Order the report once its days are settled, or were waited for long enough."""
    if delivery.state != "waiting":
        return
    workspace = session.get_one(Workspace, schedule.workspace_id)
    wanted = template.days(schedule.request, workspace, delivery.due_at)
    patience = delivery.due_at + dt.timedelta(days=schedule.settle_days)
    known = template.sources_of(session, schedule.workspace_id, schedule.request)
    if now < patience and freshness(known).unsettled(wanted) is not None:
        delivery.look_at = min(now + LOOK_AGAIN, patience)
        return
    try:
        delivery.report_id = _ordered(session, workspace, delivery, schedule, wanted, now).id
    except Invalid as error:
        _give_up(delivery, f"The report cannot be made as it was asked for. {error.message}", now)
        return
    delivery.state, delivery.look_at = "generating", now + SOON


def _ordered(
    session: Session,
    workspace: Workspace,
    delivery: ReportDelivery,
    schedule: ReportSchedule,
    days: Period,
    now: dt.datetime,
) -> Report:
    """The delivery's report: made anew when it failed before."""
    report = session.get(Report, delivery.report_id) if delivery.report_id else None
    if report is not None and report.state == "failed":
        ordering.retry(session, report)
        return report
    return ordering.order(
        session,
        workspace,
        template.wanted(schedule.request, schedule.title, days),
        user_id=schedule.user_id,
        today=now.astimezone(ZoneInfo(workspace.time_zone)).date(),
        now=now,
    )


def _await_report(
    session: Session, delivery: ReportDelivery, schedule: ReportSchedule, now: dt.datetime
) -> None:
    """Write down whom to write to once the report is there."""
    if delivery.state != "generating":
        return
    report = session.get(Report, delivery.report_id) if delivery.report_id else None
    if report is None or report.deleted_at is not None:
        _give_up(delivery, GONE, now)
    elif report.state == "failed":
        delivery.state = "waiting"
        _stumble(delivery, f"The report could not be made. {report.error}", now)
    elif report.state == "completed":
        _address(session, delivery, recipients.active(schedule), now)
    else:
        delivery.look_at = now + SOON


def _address(
    session: Session,
    delivery: ReportDelivery,
    people: Sequence[ReportRecipient],
    now: dt.datetime,
) -> None:
    if not people:
        _give_up(delivery, NOBODY, now)
        return
    delivery.letters.extend(ReportLetter(recipient=each) for each in people)
    delivery.state, delivery.tries, delivery.error = "sending", 0, ""
    delivery.look_at = now + LEASE
    session.flush()


def _close(delivery: ReportDelivery, now: dt.datetime) -> None:
    """Finish, or say when to go on with what is left."""
    states = [letter.state for letter in delivery.letters]
    if "waiting" in states:
        last = next(each.error for each in delivery.letters if each.state == "waiting")
        _stumble(delivery, last, now)
    elif "claimed" in states:
        delivery.look_at = now + LOOK_AGAIN
    elif "sent" in states or "unclear" in states:
        delivery.state, delivery.finished_at, delivery.look_at = "sent", now, None
        short = any(state in posting.NOT_ARRIVED for state in states)
        delivery.error = _SOME_LEFT if short else ""
    else:
        refused = next((each.error for each in delivery.letters if each.error), NOBODY)
        _give_up(delivery, refused, now)


def _stumble(delivery: ReportDelivery, why: str, now: dt.datetime) -> None:
    delivery.tries += 1
    delivery.error = why
    if delivery.tries > len(BACK_OFF):
        _give_up(delivery, why, now)
    else:
        delivery.look_at = now + BACK_OFF[delivery.tries - 1]


def _give_up(delivery: ReportDelivery, why: str, now: dt.datetime) -> None:
    delivery.state, delivery.error = "failed", why
    delivery.look_at, delivery.finished_at = None, now
    for letter in delivery.letters:
        if letter.state == "waiting":
            letter.state = "refused"

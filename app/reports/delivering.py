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

from app.errors import Conflict, Invalid
from app.metrics.freshness import freshness
from app.models import (
    Report,
    ReportDelivery,
    ReportLetter,
    ReportRecipient,
    ReportSchedule,
    Workspace,
)
from app.reports import ordering, posting, recipients, template
from app.reports.ordering import Wanted

TASK = "deliver_report"
# Whoever goes on with a delivery has this long before another may.
LEASE = dt.timedelta(minutes=5)
LOOK_AGAIN = dt.timedelta(minutes=15)
SOON = dt.timedelta(seconds=30)
BACK_OFF = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))

GONE = "The report that was to be sent was deleted meanwhile."
NOBODY = "Nobody is left to write to: everybody unsubscribed or was taken off the list."
_CANNOT = "The report cannot be made as it was asked for."
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
            _close(session, found[0], outside.clock())


def fail(session: Session, delivery_id: int, why: str, now: dt.datetime) -> None:
    """A step broke down: try it again after a while, and give up after some times."""
    found = _held(session, delivery_id)
    if found is not None:
        _stumble(found[0], why, now)


def send_again(
    session: Session, schedule: ReportSchedule, letter_id: int, now: dt.datetime
) -> None:
    """Send one letter once more because a person says so. Raises NotFound, and Conflict."""
    letter = posting.find_letter(session, schedule, letter_id)
    delivery = session.get_one(ReportDelivery, letter.delivery_id, with_for_update=True)
    session.refresh(letter)
    if letter.state not in posting.NOT_ARRIVED:
        return
    why_not = why_not_again(session, schedule, delivery, letter)
    if why_not:
        raise Conflict(f"Nothing was sent. {why_not}")
    letter.state, letter.error, letter.claimed_at = "waiting", "", None
    delivery.state, delivery.error, delivery.tries = "sending", "", 0
    delivery.look_at, delivery.finished_at, delivery.owners_told_at = now, None, None
    session.flush()


def why_not_again(
    session: Session, schedule: ReportSchedule, delivery: ReportDelivery, letter: ReportLetter
) -> str:
    """What speaks against sending one that did not arrive again, as a sentence; or nothing."""
    if posting.report_of(session, delivery) is None:
        return GONE
    if schedule.paused_at is not None:
        return "The schedule is paused. Resume it, then send the letter again."
    if not posting.wanted_by(letter.recipient):
        return "They unsubscribed, or were taken off the list."
    return ""


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
    patience = delivery.due_at + dt.timedelta(days=schedule.settle_days)
    known = template.sources_of(session, schedule.workspace_id, schedule.request)
    try:
        wanted = _wanted(session, delivery, schedule)
        if now < patience and freshness(known).unsettled(wanted.period) is not None:
            delivery.look_at = min(now + LOOK_AGAIN, patience)
            return
        delivery.report_id = _ordered(session, delivery, schedule, wanted, now).id
    except Invalid as error:
        _give_up(delivery, f"{_CANNOT} {error.message}", now)
        return
    delivery.state, delivery.look_at = "generating", now + SOON


def _wanted(session: Session, delivery: ReportDelivery, schedule: ReportSchedule) -> Wanted:
    """What the schedule asks for at the time that came."""
    workspace = session.get_one(Workspace, schedule.workspace_id)
    return template.wanted_at(schedule.request, schedule.title, workspace, delivery.due_at)


def _ordered(
    session: Session,
    delivery: ReportDelivery,
    schedule: ReportSchedule,
    wanted: Wanted,
    now: dt.datetime,
) -> Report:
    """The delivery's report. One that failed is written again, unless a person saw to that."""
    report = _own(session, delivery, wanted)
    if report is not None:
        if report.state == "failed":
            ordering.retry(session, report)
        return report
    workspace = session.get_one(Workspace, schedule.workspace_id)
    return ordering.order(
        session,
        workspace,
        wanted,
        user_id=schedule.user_id,
        today=now.astimezone(ZoneInfo(workspace.time_zone)).date(),
        now=now,
    )


def _own(session: Session, delivery: ReportDelivery, wanted: Wanted) -> Report | None:
    """The report that was ordered for it, held, if it is there and still what is asked for."""
    report = posting.report_of(session, delivery)
    if report is None or ordering.wanted_of(report) != wanted:
        return None
    session.refresh(report, with_for_update=True)
    return report


def _await_report(
    session: Session, delivery: ReportDelivery, schedule: ReportSchedule, now: dt.datetime
) -> None:
    """Write down whom to write to once the report is there."""
    if delivery.state != "generating":
        return
    report = posting.report_of(session, delivery)
    if report is None:
        _give_up(delivery, GONE, now)
    elif ordering.wanted_of(report) != _wanted(session, delivery, schedule):
        # The schedule was changed: whoever is on its list now may not be meant to read this one.
        delivery.state, delivery.report_id, delivery.look_at = "waiting", None, now
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


def _close(session: Session, delivery: ReportDelivery, now: dt.datetime) -> None:
    """Finish, or say when to go on with what is left."""
    states = [letter.state for letter in delivery.letters]
    if "waiting" in states:
        if posting.report_of(session, delivery) is None:
            _give_up(delivery, GONE, now)
        else:
            _go_on(delivery, now)
    elif "claimed" in states:
        delivery.look_at = now + LOOK_AGAIN
    elif "sent" in states or "unclear" in states:
        delivery.state, delivery.finished_at, delivery.look_at = "sent", now, None
        short = any(state in posting.NOT_ARRIVED for state in states)
        delivery.error = _SOME_LEFT if short else ""
    else:
        refused = [each.error for each in delivery.letters if each.state in posting.NOT_ARRIVED]
        _give_up(delivery, next(iter(refused), NOBODY), now)


def _go_on(delivery: ReportDelivery, now: dt.datetime) -> None:
    """Later, if the mail server said so; at once with letters that were only interrupted."""
    said = [each.error for each in delivery.letters if each.state == "waiting" and each.error]
    if said:
        _stumble(delivery, said[0], now)
    else:
        delivery.look_at = now + SOON


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
    posting.stop(delivery, "refused")

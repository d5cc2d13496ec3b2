"""The letters of a delivery: claimed one by one, sent, and what became of each written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from app.errors import NotFound
from app.mail import NotSent, Refused, Unclear
from app.models import (
    Report,
    ReportDelivery,
    ReportLetter,
    ReportRecipient,
    ReportSchedule,
    ReportShare,
)
from app.reports import recipients, sharing
from app.reports.document import Document, Frozen, thaw
from app.reports.sealing import Sealer
from app.settings import Settings

# Longer than a mail server can keep a sender waiting; after that the sender is gone.
CUT_OFF = dt.timedelta(minutes=10)
LINK_DAYS = 90
NOT_ARRIVED = ("refused", "unclear")

CUT = (
    "It was being handed to the mail server when this was cut off, so it may have arrived. It is "
    "not sent again by itself: ask, or send it again."
)
UNWANTED = "They unsubscribed, or were taken off the list, before it was sent."


@dataclass(frozen=True, slots=True)
class Parcel:
    """What every letter of a delivery holds. `link` is empty for none.

    `report_id` is None of a sample, whose document is no report.
    """

    report_id: int | None
    subject: str
    frozen: Frozen
    link: str
    for_anybody: bool
    attach_pdf: bool

    @property
    def document(self) -> Document:
        return self.frozen.document


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom one letter is for. `unsubscribe` is empty where links lead nowhere.

    `claimed_at` tells whose claim it is: a letter may be claimed once more later.
    """

    letter_id: int
    email: str
    unsubscribe: str
    claimed_at: dt.datetime


Send = Callable[[Envelope], None]


@dataclass(frozen=True, slots=True)
class Post:
    """`prepare` does all that may fail, before any letter is claimed; what it gives sends one.

    Sending raises NotSent.
    """

    settings: Settings
    prepare: Callable[[Parcel], Send]


def send_letters(
    sessions: sessionmaker[Session],
    delivery_id: int,
    post: Post,
    clock: Callable[[], dt.datetime],
) -> None:
    """Send each letter that waits, once."""
    with sessions.begin() as session:
        parcel = _pack(session, post.settings, delivery_id, clock())
    if parcel is None:
        return
    send = post.prepare(parcel)
    after = 0
    while True:
        with sessions.begin() as session:
            envelope = _claim(session, post.settings, delivery_id, after, clock())
        if envelope is None:
            return
        after = envelope.letter_id
        state, error = _outcome(send, envelope)
        with sessions.begin() as session:
            _record(session, envelope, state, error, clock())


def report_of(session: Session, delivery: ReportDelivery) -> Report | None:
    """What is sent, unless it was deleted meanwhile."""
    report = session.get(Report, delivery.report_id) if delivery.report_id else None
    return None if report is None or report.deleted_at is not None else report


def stop(delivery: ReportDelivery, state: str) -> None:
    """Let no letter leave any more: those that wait become `state`, for the delivery's reason.

    Of one that is being handed over nothing is known until whoever does it says what came of it.
    """
    for letter in delivery.letters:
        if letter.state == "waiting":
            letter.state, letter.error = state, letter.error or delivery.error
        elif letter.state == "claimed":
            letter.state, letter.error = "unclear", CUT


def wanted_by(recipient: ReportRecipient) -> bool:
    """Whether they are on the list and did not unsubscribe."""
    return recipient.unsubscribed_at is None and recipient.removed_at is None


def find_letter(session: Session, schedule: ReportSchedule, letter_id: int) -> ReportLetter:
    """A schedule's own letter. Raises NotFound."""
    found = session.scalar(
        select(ReportLetter)
        .join(ReportDelivery, ReportDelivery.id == ReportLetter.delivery_id)
        .where(ReportLetter.id == letter_id, ReportDelivery.schedule_id == schedule.id)
    )
    if found is None:
        raise NotFound
    return found


def _pack(
    session: Session, settings: Settings, delivery_id: int, now: dt.datetime
) -> Parcel | None:
    """What is sent; None unless letters wait. Whoever was cut off is known by now."""
    delivery = session.get(ReportDelivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.state != "sending":
        return None
    _give_up_cut_off(session, delivery_id, now)
    if all(letter.state != "waiting" for letter in delivery.letters):
        return None
    schedule = session.get_one(ReportSchedule, delivery.schedule_id)
    report = report_of(session, delivery)
    if report is None or report.document is None or report.content_hash is None:
        return None
    return Parcel(
        report.id,
        schedule.subject,
        Frozen(thaw(report.document), report.content_hash),
        _link(session, settings, delivery, schedule, report, now),
        schedule.link == "anybody",
        schedule.attach_pdf,
    )


def _link(
    session: Session,
    settings: Settings,
    delivery: ReportDelivery,
    schedule: ReportSchedule,
    report: Report,
    now: dt.datetime,
) -> str:
    """Where the letters lead; a link that opens no more is made anew."""
    if schedule.link != "anybody" or not settings.public_url:
        delivery.share_id = None
        members = schedule.link == "members" and settings.public_url
        return f"{settings.public_url}/dashboard/reports/{report.id}" if members else ""
    sealer = Sealer(settings.encryption_keys)
    share = _share(session, delivery)
    token = sealer.open(share.token_sealed) if share and sharing.opens(share, now) else None
    if token is None:
        wanted = sharing.NewShare(f"E-mail: {schedule.title}"[:120], days=LINK_DAYS)
        share, token = sharing.create(
            session, sealer, report, wanted, user_id=schedule.user_id, now=now
        )
        delivery.share_id = share.id
    return sharing.address(settings.public_url, token)


def _share(session: Session, delivery: ReportDelivery) -> ReportShare | None:
    return session.get(ReportShare, delivery.share_id) if delivery.share_id else None


def _goes_on(session: Session, delivery: ReportDelivery, now: dt.datetime) -> bool:
    """Whether what was packed may still be sent: nobody deleted the report or revoked its link."""
    share = _share(session, delivery)
    packed = delivery.state == "sending" and report_of(session, delivery) is not None
    return packed and (share is None or sharing.opens(share, now))


def _claim(
    session: Session, settings: Settings, delivery_id: int, after: int, now: dt.datetime
) -> Envelope | None:
    """The next letter, written down as being sent."""
    delivery = session.get(ReportDelivery, delivery_id, with_for_update=True)
    # It went with its workspace, perhaps.
    if delivery is None or not _goes_on(session, delivery, now):
        return None
    waiting = (
        select(ReportLetter)
        .where(
            ReportLetter.delivery_id == delivery_id,
            ReportLetter.state == "waiting",
            ReportLetter.id > after,
        )
        .order_by(ReportLetter.id)
    )
    for letter in session.scalars(waiting):
        if wanted_by(letter.recipient):
            letter.state, letter.claimed_at = "claimed", now
            way_off = _way_off(settings, letter.recipient)
            return Envelope(letter.id, letter.recipient.email, way_off, now)
        letter.state, letter.error = "dropped", UNWANTED
    return None


def _way_off(settings: Settings, recipient: ReportRecipient) -> str:
    if not settings.public_url:
        return ""
    return (
        f"{settings.public_url}/r/unsubscribe/{recipients.unsubscribe_token(settings, recipient)}"
    )


def _outcome(send: Send, envelope: Envelope) -> tuple[str, str]:
    """The letter's state afterwards, and the sentence about what went wrong."""
    try:
        send(envelope)
    except Unclear as error:
        return "unclear", f"The connection broke while it was handed over ({error}). {CUT}"
    except Refused as error:
        return "refused", f"The mail server refused it: {error}"
    except NotSent as error:
        return "waiting", f"The mail server did not take it: {error}"
    return "sent", ""


def _record(session: Session, envelope: Envelope, state: str, error: str, now: dt.datetime) -> None:
    """What came of a claim. The letter may have been given up meanwhile, or claimed by another."""
    letter = session.get(ReportLetter, envelope.letter_id, with_for_update=True)
    if letter is None or letter.state == "sent":
        return
    if letter.claimed_at != envelope.claimed_at and state != "sent":
        return
    if letter.state != "claimed" and state == "waiting":
        state = "refused"
    letter.state, letter.error = state, error
    letter.sent_at = now if state == "sent" else None
    if state == "waiting":
        letter.claimed_at = None


def _give_up_cut_off(session: Session, delivery_id: int, now: dt.datetime) -> None:
    session.execute(
        update(ReportLetter)
        .where(
            ReportLetter.delivery_id == delivery_id,
            ReportLetter.state == "claimed",
            ReportLetter.claimed_at < now - CUT_OFF,
        )
        .values(state="unclear", error=CUT)
    )

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
from app.reports.document import Document, thaw
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


@dataclass(frozen=True, slots=True)
class Parcel:
    """What every letter of a delivery holds. `link` is empty for none."""

    report_id: int
    subject: str
    document: Document
    link: str
    for_anybody: bool
    attach_pdf: bool


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom one letter is for."""

    letter_id: int
    email: str
    unsubscribe: str


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
            _record(session, envelope.letter_id, state, error, clock())


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
    if delivery is None or delivery.state != "sending" or delivery.report_id is None:
        return None
    _give_up_cut_off(session, delivery_id, now)
    if all(letter.state != "waiting" for letter in delivery.letters):
        return None
    schedule = session.get_one(ReportSchedule, delivery.schedule_id)
    report = session.get_one(Report, delivery.report_id)
    if report.document is None:
        return None
    return Parcel(
        report.id,
        schedule.subject,
        thaw(report.document),
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
    if schedule.link == "none" or not settings.public_url:
        return ""
    if schedule.link == "members":
        return f"{settings.public_url}/dashboard/reports/{report.id}"
    sealer = Sealer(settings.encryption_keys)
    share = session.get(ReportShare, delivery.share_id) if delivery.share_id else None
    token = sealer.open(share.token_sealed) if share else None
    if token is None:
        wanted = sharing.NewShare(f"E-mail: {schedule.title}"[:120], days=LINK_DAYS)
        share, token = sharing.create(
            session, sealer, report, wanted, user_id=schedule.user_id, now=now
        )
        delivery.share_id = share.id
    return sharing.address(settings.public_url, token)


def _claim(
    session: Session, settings: Settings, delivery_id: int, after: int, now: dt.datetime
) -> Envelope | None:
    """The next letter, written down as being sent."""
    delivery = session.get_one(ReportDelivery, delivery_id, with_for_update=True)
    if delivery.state != "sending":
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
        if _wants_it(letter.recipient):
            letter.state, letter.claimed_at = "claimed", now
            token = recipients.unsubscribe_token(settings, letter.recipient)
            address = f"{settings.public_url}/r/unsubscribe/{token}"
            return Envelope(letter.id, letter.recipient.email, address)
        letter.state = "dropped"
    return None


def _wants_it(recipient: ReportRecipient) -> bool:
    return recipient.unsubscribed_at is None and recipient.removed_at is None


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


def _record(session: Session, letter_id: int, state: str, error: str, now: dt.datetime) -> None:
    letter = session.get(ReportLetter, letter_id, with_for_update=True)
    # The schedule may be gone by now, or somebody slower than CUT_OFF was given up.
    if letter is None:
        return
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

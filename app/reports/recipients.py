"""Whom a schedule writes to, and how they stop it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.names import clean_email
from app.errors import Invalid, NotFound
from app.models import ReportRecipient, ReportSchedule, Workspace
from app.settings import Settings

MOST = 50
_SALT = "unsubscribe from a report"


def addresses(given: str) -> list[str]:
    """What was typed, one address a line or with commas between; each once, in that order.

    Raises Invalid that names the one that is none, for nobody, and for too many.
    """
    typed = [part for part in re.split(r"[\s,;]+", given.strip()) if part]
    return checked(typed)


def checked(given: Sequence[str]) -> list[str]:
    """Addresses as they are stored, each once. Raises Invalid as `addresses` does."""
    found = list(dict.fromkeys(_address(each) for each in given[: MOST + 1]))
    if not found:
        raise Invalid("recipients: Write at least one e-mail address.")
    if len(given) > MOST:
        raise Invalid(f"recipients: A schedule writes to at most {MOST} addresses.")
    return found


def set_to(
    session: Session, schedule: ReportSchedule, emails: Sequence[str], now: dt.datetime
) -> None:
    """Write to exactly these from now on. Who unsubscribed stays so."""
    known = {each.email: each for each in schedule.recipients}
    for email, recipient in known.items():
        recipient.removed_at = None if email in emails else recipient.removed_at or now
    for email in emails:
        if email not in known:
            schedule.recipients.append(ReportRecipient(email=email))
    session.flush()


def listed(schedule: ReportSchedule) -> list[ReportRecipient]:
    """Who is on the list, those who unsubscribed included."""
    return [each for each in schedule.recipients if each.removed_at is None]


def active(schedule: ReportSchedule) -> list[ReportRecipient]:
    """Who is written to."""
    return [each for each in listed(schedule) if each.unsubscribed_at is None]


def unsubscribe_token(settings: Settings, recipient: ReportRecipient) -> str:
    """What is in the link of a letter: signed, so that nobody can make one for another."""
    return _signer(settings).dumps(recipient.id)


def behind(
    session: Session, settings: Settings, token: str
) -> tuple[ReportRecipient, ReportSchedule, Workspace]:
    """Whom a link of a letter is about, and what it would stop. Raises NotFound."""
    try:
        recipient_id = _signer(settings).loads(token)
    except BadSignature as error:
        raise NotFound from error
    row = session.execute(
        select(ReportRecipient, ReportSchedule, Workspace)
        .join(ReportSchedule, ReportSchedule.id == ReportRecipient.schedule_id)
        .join(Workspace, Workspace.id == ReportSchedule.workspace_id)
        .where(ReportRecipient.id == recipient_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1], row[2]


def unsubscribe(session: Session, recipient: ReportRecipient, now: dt.datetime) -> None:
    """Write to them no more; a second time changes nothing."""
    recipient.unsubscribed_at = recipient.unsubscribed_at or now
    session.flush()


def subscribe_again(session: Session, recipient: ReportRecipient) -> None:
    """Only who holds the link of their own letter can take it back."""
    recipient.unsubscribed_at = None
    session.flush()


def _address(given: str) -> str:
    try:
        return clean_email(given)
    except Invalid as error:
        raise Invalid(
            f"recipients: {given[:80]} does not look like an e-mail address. "
            "Write each like name@example.com."
        ) from error


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key, salt=_SALT)

"""E-mail that no page causes: reminders that access to a platform ends, and alerts."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

import app
from app import mail
from app.advice import alert_letters
from app.advice.alert_letters import AlertLetter
from app.connections import reminders
from app.connections.reminders import Reminder
from app.connectors.base import Connector
from app.models import User
from app.reports.long_words import breakable
from app.settings import Settings
from jobs.runtime import Runtime

logger = logging.getLogger(__name__)

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(app.__file__).parents[1] / "templates" / "email"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters["breakable"] = breakable


def send_reminders(runtime: Runtime, now: dt.datetime) -> None:
    """Send every reminder that is due; one the mail server refuses is due again the next hour."""
    with runtime.transaction() as session:
        waiting = reminders.waiting(session, now)
    for connection_id in waiting:
        with runtime.transaction() as session:
            reminder = reminders.claim(session, connection_id, now)
        if reminder is not None and not _sent(runtime.settings, reminder):
            with runtime.transaction() as session:
                reminders.unclaim(session, reminder)


def send_alerts(runtime: Runtime, now: dt.datetime) -> None:
    """Send what was raised and not told yet; a letter that reaches nobody is due again."""
    with runtime.transaction() as session:
        waiting = alert_letters.waiting(session)
    for workspace_id in waiting:
        with runtime.transaction() as session:
            letter = alert_letters.claim(session, workspace_id, now)
        if letter is not None and not reached(
            runtime.settings,
            "An alert",
            [_alert_letter(runtime.settings, letter, person) for person in letter.people],
        ):
            with runtime.transaction() as session:
                alert_letters.unclaim(session, letter)


def _sent(settings: Settings, reminder: Reminder) -> bool:
    letters = [_letter(settings, reminder, person) for person in reminder.people]
    return reached(settings, "A reminder", letters)


def reached(settings: Settings, what: str, letters: Sequence[EmailMessage]) -> bool:
    """Whether it reached anybody it is for; nobody to write to counts as done."""
    taken = not letters
    for letter in letters:
        try:
            mail.deliver(settings, letter)
            taken = True
        except mail.NotSent as error:
            logger.error("%s was not sent by %s", what, error)  # noqa: TRY400 the reason is whole without a traceback
    return taken


def _letter(settings: Settings, reminder: Reminder, person: User) -> EmailMessage:
    connector = Connector.registry.get(reminder.platform)
    platform = connector.label if connector else reminder.platform
    words = {
        "name": person.name,
        "platform": platform,
        "workspace": reminder.workspace,
        "days": reminder.days,
        "ends_on": f"{reminder.ends_on:%-d %B %Y}" if reminder.ends_on else "",
        "reason": reminder.reason,
        "link": f"{settings.public_url}/connections" if settings.public_url else "",
    }
    template = "expiry" if reminder.days else "attention"
    subject = (
        f"{platform} for {reminder.workspace}: access ends on {words['ends_on']}"
        if reminder.days
        else f"{platform} for {reminder.workspace} needs you"
    )
    return _composed(settings, person, subject, template, words)


def _alert_letter(settings: Settings, letter: AlertLetter, person: User) -> EmailMessage:
    first, more = letter.alerts[0], len(letter.alerts) - 1
    subject = f"{letter.workspace}: {first.title}" + (f", and {more} more" if more else "")
    words = {
        "name": person.name,
        "workspace": letter.workspace,
        "alerts": letter.alerts,
        "link": f"{settings.public_url}/dashboard/alerts" if settings.public_url else "",
    }
    return _composed(settings, person, subject, "alerts", words)


def _composed(
    settings: Settings, person: User, subject: str, template: str, words: Mapping[str, object]
) -> EmailMessage:
    return mail.compose(
        settings,
        to=person.email,
        subject=" ".join(subject.split()),
        text=TEMPLATES.get_template(f"{template}.txt").render(words),
        html=TEMPLATES.get_template(f"{template}.html").render(words),
    )

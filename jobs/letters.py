"""E-mail that no page causes: reminders that access to a platform ends."""

from __future__ import annotations

import datetime as dt
import logging
from email.message import EmailMessage
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

import app
from app import mail
from app.connections import reminders
from app.connections.reminders import Reminder
from app.connectors.base import Connector
from app.models import User
from app.settings import Settings
from jobs.runtime import Runtime

logger = logging.getLogger(__name__)

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(app.__file__).parents[1] / "templates" / "email"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
)


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


def _sent(settings: Settings, reminder: Reminder) -> bool:
    """Whether it reached anybody it is for; nobody to write to counts as done."""
    reached = not reminder.people
    for person in reminder.people:
        try:
            mail.deliver(settings, _letter(settings, reminder, person))
            reached = True
        except mail.NotSent as error:
            logger.error("A reminder was not sent by %s", error)  # noqa: TRY400 the reason is whole without a traceback
    return reached


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
    return mail.compose(
        settings,
        to=person.email,
        subject=" ".join(subject.split()),
        text=_TEMPLATES.get_template(f"{template}.txt").render(words),
        html=_TEMPLATES.get_template(f"{template}.html").render(words),
    )

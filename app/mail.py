"""Outgoing e-mail, by the SMTP server of the settings."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from app.settings import Settings

TIMEOUT_SECONDS = 15


class NotSent(Exception):
    """The mail server did not take the message; the text says why, for the log."""


def compose(settings: Settings, *, to: str, subject: str, text: str, html: str) -> EmailMessage:
    """A message in plain text and HTML, marked as sent by a program."""
    message = EmailMessage()
    message["From"] = settings.smtp_from
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain=settings.smtp_from.rpartition("@")[2].strip("> "))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def deliver(settings: Settings, message: EmailMessage) -> None:
    """Hand the message to the mail server. Raises NotSent."""
    try:
        with _connection(settings) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
            server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"{settings.smtp_host}:{settings.smtp_port}: {error}") from error


def _connection(settings: Settings) -> smtplib.SMTP:
    where = (settings.smtp_host, settings.smtp_port)
    context = ssl.create_default_context()
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(*where, timeout=TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=context)
        except (smtplib.SMTPException, OSError):
            server.close()
            raise
    return server

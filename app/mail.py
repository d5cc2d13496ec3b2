"""Outgoing e-mail, by the SMTP server of the settings."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate, make_msgid
from typing import Any

from app.settings import Settings

TIMEOUT_SECONDS = 15
UNSUBSCRIBE = "List-Unsubscribe"


class NotSent(Exception):
    """The mail server did not take the message; the text says why, for the log."""


class Refused(NotSent):
    """It will not take this message for this recipient later either."""


class Unclear(NotSent):
    """The connection broke while the message was handed over: it may have arrived."""


class _AddressesWhole(EmailPolicy):
    """The library encodes a word longer than a line; an address so encoded leads nowhere."""

    def fold(self, name: str, value: Any) -> str:
        """A header as text."""
        return self._whole(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """A header as it is sent."""
        return self._whole(name, value).encode() or super().fold_binary(name, value)

    def _whole(self, name: str, value: Any) -> str:
        return f"{name}: {value}{self.linesep}" if name == UNSUBSCRIBE else ""


def compose(settings: Settings, *, to: str, subject: str, text: str, html: str) -> EmailMessage:
    """A message in plain text and HTML, marked as sent by a program."""
    message = EmailMessage(_AddressesWhole())
    message["From"] = settings.smtp_from
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain=settings.smtp_from.rpartition("@")[2].strip("> "))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def attach_pdf(message: EmailMessage, name: str, content: bytes) -> None:
    """Put a PDF into a composed message."""
    message.add_attachment(content, maintype="application", subtype="pdf", filename=name)


def offer_unsubscribing(message: EmailMessage, url: str) -> None:
    """The headers of RFC 2369 and RFC 8058: a button in the reader's mail program."""
    message[UNSUBSCRIBE] = f"<{url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def deliver(settings: Settings, message: EmailMessage) -> None:
    """Hand the message to the mail server. Raises NotSent, or a kind of it that says more."""
    if not settings.smtp_host:
        raise NotSent("there is no mail server: SMTP_HOST is not set")
    try:
        server = _ready(settings)
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(_where(settings, error)) from error
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _refusal(settings, code, said) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(settings, error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Refused(_where(settings, error)) from error
    except OSError as error:
        raise Unclear(_where(settings, error)) from error
    finally:
        # The message is taken or not by now, whatever is answered to a good-bye.
        with suppress(OSError):
            server.quit()
        server.close()


def _ready(settings: Settings) -> smtplib.SMTP:
    """A connection on which we are known."""
    server = _connection(settings)
    try:
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
    except (smtplib.SMTPException, OSError):
        server.close()
        raise
    return server


def _refusal(settings: Settings, code: int, said: bytes | str) -> NotSent:
    """5xx is for good (RFC 5321, 4.2.1); 4xx may be tried again."""
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    kind = Refused if code >= 500 else NotSent
    return kind(_where(settings, f"{code} {words}"))


def _where(settings: Settings, error: object) -> str:
    return f"{settings.smtp_host}:{settings.smtp_port}: {error}"


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

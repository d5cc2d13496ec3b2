"""E-mail that pages cause. It leaves after the answer, so that no answer tells by its time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from flask import Flask, current_app, render_template

from app import mail
from app.settings import Settings

log = logging.getLogger(__name__)

_sender = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")
_waiting: set[Future[None]] = set()


def send(to: str, subject: str, template: str, **words: object) -> None:
    """Render `template` as text and as HTML and hand both to the mail server."""
    settings: Settings = current_app.config["SETTINGS"]
    message = mail.compose(
        settings,
        to=to,
        subject=subject,
        text=render_template(f"email/{template}.txt", **words),
        html=render_template(f"email/{template}.html", **words),
    )
    mail.deliver(settings, message)


def afterwards(work: Callable[[], None]) -> None:
    """Do `work` in an application context of its own while the answer is on its way."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 Flask's documented way to pass the app to a thread

    def run() -> None:
        with app.app_context():
            try:
                work()
            except mail.NotSent as error:
                log.error("An e-mail was not sent by %s", error)  # noqa: TRY400 the reason is whole without a traceback

    future = _sender.submit(run)
    _waiting.add(future)
    future.add_done_callback(_finish)


def settle() -> None:
    """Wait until everything that was asked for is sent or has failed."""
    wait(list(_waiting))


def _finish(future: Future[None]) -> None:
    _waiting.discard(future)
    error = future.exception()
    if error is not None:
        log.error("An e-mail was not written", exc_info=error)

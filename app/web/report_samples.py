"""A schedule's letter as it would look: shown, or sent to whoever asks.

Its figures are read for it, by what the schedule itself asks for: another report, which may be
about another client, is never shown instead.
"""

from __future__ import annotations

from functools import partial

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from app import mail
from app.accounts import limits
from app.accounts.limits import Count
from app.errors import Conflict, Invalid, named
from app.extensions import db
from app.models import ReportSchedule
from app.reports import apart, letters, template
from app.reports.document import Document, Frozen, freeze
from app.reports.files import file_of
from app.reports.posting import Parcel
from app.settings import Settings
from app.web import access, entry, outbox


def html(schedule: ReportSchedule) -> ResponseReturnValue:
    """The letter, a page of its own. Raises Conflict where no report could be made, and NotNow."""
    letter = letters.sample_words(_parcel(schedule), schedule.link)
    return render_template("email/report.html", letter=letter)


def send(schedule: ReportSchedule, to: str) -> None:
    """Mail it once the answer is on its way. Raises Conflict and NotNow as `html`."""
    parcel = _parcel(schedule)
    outbox.afterwards(partial(_send, parcel, letters.sample_words(parcel, schedule.link), to))


def _send(parcel: Parcel, letter: letters.Words, to: str) -> None:
    settings: Settings = current_app.config["SETTINGS"]
    message = mail.compose(
        settings,
        to=to,
        subject=f"Test: {parcel.subject}",
        text=render_template("email/report.txt", letter=letter),
        html=render_template("email/report.html", letter=letter),
    )
    if parcel.attach_pdf:
        pdf = file_of(parcel.frozen, "pdf").content
        mail.attach_pdf(message, letters.file_name(parcel.document), pdf)
    mail.deliver(settings, message)


def _parcel(schedule: ReportSchedule) -> Parcel:
    entry.limiter().count([Count(limits.REPORTING, str(schedule.workspace_id))])
    document = _document(schedule)
    return Parcel(
        None,
        schedule.subject,
        Frozen(document, freeze(document)[1]),
        "",
        schedule.link == "anybody",
        schedule.attach_pdf,
    )


def _document(schedule: ReportSchedule) -> Document:
    """The report as if it were due now."""
    workspace, now = access.workspace(), access.now()
    try:
        template.checked(db.session(), workspace.id, schedule.request)
        wanted = template.wanted_at(schedule.request, schedule.title, workspace, now)
        return apart.draft(access.settings(), workspace.id, wanted, now)
    except Invalid as error:
        raise Conflict(
            "There is nothing to show: the report cannot be made as it is asked for. "
            f"{named(error.message)[1]}"
        ) from error

"""A schedule's letter as it would look: shown, or sent to whoever asks."""

from __future__ import annotations

from functools import partial

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app import mail
from app.errors import Conflict
from app.extensions import db
from app.models import Report, ReportDelivery, ReportSchedule
from app.reports import letters
from app.reports.document import thaw
from app.reports.files import file_of
from app.reports.posting import Parcel
from app.settings import Settings
from app.web import entry, outbox


def html(schedule: ReportSchedule) -> ResponseReturnValue:
    """The letter, on a page of its own. Raises Conflict while there is no report."""
    letter = letters.words(_parcel(schedule), "")
    return render_template("email/report.html", letter=letter)


def send(schedule: ReportSchedule, to: str) -> None:
    """Mail it once the answer is on its way. Raises Conflict while there is no report."""
    outbox.afterwards(partial(_send, _parcel(schedule), to))


def _send(parcel: Parcel, to: str) -> None:
    settings: Settings = current_app.config["SETTINGS"]
    letter = letters.words(parcel, "")
    message = mail.compose(
        settings,
        to=to,
        subject=f"Test: {parcel.subject}",
        text=render_template("email/report.txt", letter=letter),
        html=render_template("email/report.html", letter=letter),
    )
    if parcel.attach_pdf:
        pdf = file_of(parcel.document, "pdf").content
        mail.attach_pdf(message, letters.file_name(parcel.document), pdf)
    mail.deliver(settings, message)


def _parcel(schedule: ReportSchedule) -> Parcel:
    own = select(ReportDelivery.report_id).where(ReportDelivery.schedule_id == schedule.id)
    report = db.session.scalar(
        select(Report)
        .where(
            Report.workspace_id == schedule.workspace_id,
            Report.state == "completed",
            Report.deleted_at.is_(None),
        )
        .options(undefer(Report.document))
        .order_by(Report.id.in_(own.where(ReportDelivery.report_id.is_not(None))).desc())
        .order_by(Report.id.desc())
        .limit(1)
    )
    if report is None or report.document is None:
        raise Conflict("There is no report yet that could be shown. Generate one first.")
    address = url_for("report_shares.index", report_id=report.id).removesuffix("/shares")
    return Parcel(
        report.id,
        schedule.subject,
        thaw(report.document),
        "" if schedule.link == "none" else f"{entry.base_url()}{address}",
        schedule.link == "anybody",
        schedule.attach_pdf,
    )

"""Reports by e-mail: going on with deliveries, and telling owners what went wrong."""

from __future__ import annotations

from email.message import EmailMessage

from sqlalchemy.orm import sessionmaker

from app import mail
from app.models import User
from app.reports import complaints, delivering, letters
from app.reports.complaints import Complaint
from app.reports.pdf.printing import print_pdf
from app.reports.posting import Envelope, Parcel, Post, Send
from app.settings import Settings
from jobs.letters import TEMPLATES, reached
from jobs.runtime import Runtime, utc_now


def deliver_report(runtime: Runtime, delivery_id: int) -> None:
    """Go on with one delivery, then tell the owners of what went wrong."""
    sessions = sessionmaker(runtime.engine, expire_on_commit=False)
    post = Post(runtime.settings, lambda parcel: sender(runtime.settings, parcel))
    delivering.advance(sessions, delivery_id, delivering.Outside(utc_now, post))
    tell_owners(runtime)


def sender(settings: Settings, parcel: Parcel) -> Send:
    """Sends a parcel's letters; the PDF is made once, before the first."""
    pdf = print_pdf(parcel.frozen) if parcel.attach_pdf else b""

    def send(envelope: Envelope) -> None:
        mail.deliver(settings, composed(settings, parcel, envelope, pdf))

    return send


def composed(settings: Settings, parcel: Parcel, envelope: Envelope, pdf: bytes) -> EmailMessage:
    """One recipient's letter; nobody sees who else gets it."""
    letter = letters.words(parcel, envelope.unsubscribe)
    message = mail.compose(
        settings,
        to=envelope.email,
        subject=parcel.subject,
        text=TEMPLATES.get_template("report.txt").render(letter=letter),
        html=TEMPLATES.get_template("report.html").render(letter=letter),
    )
    if envelope.unsubscribe:
        mail.offer_unsubscribing(message, envelope.unsubscribe)
    if pdf:
        mail.attach_pdf(message, letters.file_name(parcel.document), pdf)
    return message


def tell_owners(runtime: Runtime) -> None:
    """Once each. Where the mail server was away and takes no letter now either, again later."""
    with runtime.transaction() as session:
        taken = complaints.take(session, utc_now())
    for complaint in taken:
        letters = [_told(runtime.settings, complaint, person) for person in complaint.people]
        if not reached(runtime.settings, "A letter about a report", letters):
            with runtime.transaction() as session:
                complaints.put_back(session, complaint, utc_now())


def _told(settings: Settings, complaint: Complaint, person: User) -> EmailMessage:
    base = settings.public_url
    address = f"{base}/dashboard/reports/schedules/{complaint.schedule_id}" if base else ""
    words = {
        "name": person.name,
        "title": complaint.title,
        "workspace": complaint.workspace,
        "due": complaint.due,
        "reason": complaint.reason,
        "letters": complaint.letters,
        "link": address,
    }
    return mail.compose(
        settings,
        to=person.email,
        subject=f"Not everybody got the report “{complaint.title}”",
        text=TEMPLATES.get_template("undelivered.txt").render(words),
        html=TEMPLATES.get_template("undelivered.html").render(words),
    )

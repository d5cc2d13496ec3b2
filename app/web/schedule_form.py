"""The form of a schedule: as it was sent, as it is kept, or filled from a report."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from app.errors import Invalid
from app.extensions import db
from app.models import Report, ReportSchedule
from app.reports import ordering, recipients, template
from app.reports.languages import captions_in
from app.reports.scheduling import Wanted
from app.reports.template import Range
from app.reports.timing import Every, Rhythm
from app.web import access
from app.web.incoming import row_number
from app.web.report_choices import Chosen

_SEVERAL = ("platforms", "accounts", "campaigns")


def wanted() -> Wanted:
    """What the form says. Raises Invalid that names the field first."""
    form = request.form
    every = Every.MONTH if form.get("every") == Every.MONTH else Every.WEEK
    day = _number("day", form.get("weekday" if every == Every.WEEK else "month_day", ""))
    asked = {
        "range": form.get("range", ""),
        "compare": form.get("compare", ""),
        "language": form.get("language") or access.workspace().report_language,
        "platforms": form.getlist("platforms"),
        "accounts": [row_number(each) for each in form.getlist("accounts")],
        "campaigns": [row_number(each) for each in form.getlist("campaigns")],
    }
    return Wanted(
        title=form.get("title", ""),
        subject=form.get("subject", ""),
        request=template.checked(db.session(), access.workspace().id, asked),
        rhythm=Rhythm(every, day, _number("hour", form.get("hour", "")), form.get("time_zone", "")),
        settle_days=_number("settle_days", form.get("settle_days", "0")),
        attach_pdf="attach_pdf" in form,
        link=form.get("link", ""),
        recipients=recipients.addresses(form.get("recipients", "")),
    )


def _number(field: str, given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) < 4):
        raise Invalid(f"{field}: Write a whole number.")
    return int(given)


def sent() -> dict[str, Any]:
    """As it was sent, to be mended."""
    shown: dict[str, Any] = {**usual(), "attach_pdf": "attach_pdf" in request.form}
    shown.update({name: request.form[name] for name in request.form if name not in _SEVERAL})
    return {**shown, **{name: request.form.getlist(name) for name in _SEVERAL}}


def stored(found: ReportSchedule) -> dict[str, Any]:
    """As it is kept."""
    weekly = found.every == Every.WEEK
    return {
        **usual(),
        **found.request,
        "language": template.language_of(found.request),
        "accounts": [str(each) for each in found.request["accounts"]],
        "campaigns": [str(each) for each in found.request["campaigns"]],
        "title": found.title,
        "subject": found.subject,
        "every": found.every,
        "weekday" if weekly else "month_day": str(found.day),
        "hour": str(found.hour),
        "time_zone": found.time_zone,
        "settle_days": str(found.settle_days),
        "recipients": "\n".join(each.email for each in recipients.listed(found)),
        "attach_pdf": found.attach_pdf,
        "link": found.link,
    }


def of_report(report: Report) -> dict[str, Any]:
    """What is usual, about what a report is about; its own days become such that go on."""
    asked = ordering.wanted_of(report)
    there = ZoneInfo(access.workspace().time_zone)
    days = template.range_of(asked.period, report.created_at.astimezone(there).date())
    weekly = days is Range.WEEK
    titles = captions_in(asked.language).labels.letter
    return {
        **usual(),
        "title": asked.title.strip() or titles["weekly" if weekly else "monthly"],
        "language": asked.language,
        "range": days,
        "compare": asked.compare.value,
        "platforms": list(asked.platforms),
        "accounts": [str(each) for each in asked.accounts],
        "campaigns": [str(each) for each in asked.campaigns],
        "every": Every.WEEK if weekly else Every.MONTH,
    }


def chosen(shown: dict[str, Any]) -> Chosen:
    """What the form is narrowed to."""
    return Chosen(*(shown[name] for name in _SEVERAL))


def usual() -> dict[str, Any]:
    """What is usual: last week's figures, on Mondays."""
    language = access.workspace().report_language
    return {
        "title": captions_in(language).labels.letter["weekly"],
        "language": language,
        "subject": "",
        "range": template.Range.WEEK,
        "compare": "previous",
        "platforms": [],
        "accounts": [],
        "campaigns": [],
        "every": Every.WEEK,
        "weekday": "0",
        "month_day": "1",
        "hour": "8",
        "time_zone": access.workspace().time_zone,
        "settle_days": "3",
        "recipients": "",
        "attach_pdf": True,
        "link": "anybody",
    }

"""The list of reports: order one, follow it, delete it and take that back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.accounts import limits
from app.accounts.limits import Count
from app.errors import Invalid, TooMany
from app.extensions import db
from app.insights.languages import NAMES
from app.models import Report
from app.reports import ordering, template
from app.reports.ordering import Wanted
from app.web import access, entry, report_form
from app.web.htmx import page
from app.web.incoming import refuse_nul_in_form, row_number
from app.web.report_choices import offered
from app.web.report_form import ReportForm

blueprint = Blueprint("reports", __name__, url_prefix="/dashboard/reports")
blueprint.before_request(refuse_nul_in_form)

PAGE_SIZE = 25


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The form, and the reports so far; the list asks again while one is being written."""
    return _page(ReportForm(language=access.workspace().report_language))


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Order a report, or say beside the field what is wrong."""
    access.require_editor()
    form = report_form.of_request(request.form, access.workspace().report_language)
    try:
        made = order(report_form.wanted_of(form, access.today()))
    except (Invalid, TooMany) as error:
        db.session.rollback()
        form.refuse(error)
        return _page(form, status=error.status)
    return redirect(url_for("report_page.show", report_id=made.id), code=303)


@blueprint.post("/<int:report_id>/retry")
def retry(report_id: int) -> ResponseReturnValue:
    """Write a failed report after all."""
    access.require_editor()
    found = _find(report_id)
    count_order()
    ordering.retry(db.session(), found)
    db.session.commit()
    return redirect(url_for("report_page.show", report_id=report_id), code=303)


@blueprint.post("/<int:report_id>/regenerate")
def regenerate(report_id: int) -> ResponseReturnValue:
    """The same once more with today's figures, as a report of its own."""
    access.require_editor()
    found = _find(report_id)
    try:
        made = order(ordering.wanted_of(found), regenerated_from=found.id)
    except Invalid as error:
        db.session.rollback()
        flash(f"It cannot be generated again. {error.message}", "problem")
        return redirect(url_for("report_page.show", report_id=report_id), code=303)
    return redirect(url_for("report_page.show", report_id=made.id), code=303)


@blueprint.post("/<int:report_id>/delete")
def delete(report_id: int) -> ResponseReturnValue:
    """Take it off the list; the page then offers to take that back."""
    access.require_editor()
    ordering.delete(db.session(), access.workspace().id, report_id, access.now())
    db.session.commit()
    return redirect(url_for("reports.index", deleted=report_id), code=303)


@blueprint.post("/<int:report_id>/undelete")
def undelete(report_id: int) -> ResponseReturnValue:
    """Take a deletion back."""
    access.require_editor()
    found = ordering.undelete(db.session(), access.workspace().id, report_id)
    db.session.commit()
    flash(f"“{found.title}” is back.", "done")
    return redirect(url_for("reports.index"), code=303)


def order(wanted: Wanted, *, regenerated_from: int | None = None) -> Report:
    """Queue a report and commit. Raises Invalid and TooMany."""
    count_order()
    made = ordering.order(
        db.session(),
        access.workspace(),
        wanted,
        user_id=access.user().id,
        today=access.today(),
        now=access.now(),
        regenerated_from=regenerated_from,
    )
    db.session.commit()
    return made


def count_order() -> None:
    """One more order of this workspace. Raises TooMany."""
    entry.limiter().count([Count(limits.REPORTING, str(access.workspace().id))])


def _find(report_id: int) -> Report:
    return ordering.find(db.session(), access.workspace().id, report_id)


def _page(form: ReportForm, *, status: int = 200) -> Response:
    session, place, now = db.session(), access.workspace().id, access.now()
    before = request.args.get("before")
    rows = ordering.listed(
        session, place, before=row_number(before) if before else None, size=PAGE_SIZE + 1
    )
    gone = ordering.deleted(session, place, now)
    just = request.args.get("deleted", "")
    return page(
        "reports/index.html",
        "reports",
        status=status,
        form=form,
        offered=offered(session, place, form.chosen),
        ranges=report_form.RANGE_NAMES,
        compared=template.COMPARED,
        languages=NAMES,
        reports=rows[:PAGE_SIZE],
        older=rows[PAGE_SIZE - 1].id if len(rows) > PAGE_SIZE else None,
        before=before,
        busy=any(row.state in ordering.UNFINISHED for row in rows[:PAGE_SIZE]),
        gone=gone,
        just_deleted=next((each for each in gone if str(each.id) == just), None),
        unfinished=ordering.UNFINISHED,
        editor=access.may_edit(),
        longest_title=ordering.LONGEST_TITLE,
        today=access.today(),
    )

"""One report: its page, the log of what was done, and how it differs from another."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.errors import Invalid
from app.extensions import db
from app.insights.languages import USUAL
from app.metrics.period import Period
from app.models import Report
from app.reports import actions, ordering
from app.reports.comparing import difference
from app.reports.document import Document, thaw
from app.reports.formats import formats_in
from app.reports.languages import captions_in
from app.reports.rows import rows_behind
from app.reports.tables import TABLES
from app.web import access
from app.web.htmx import page
from app.web.incoming import refuse_nul_in_form, row_number
from app.web.report_drawing import drawn

blueprint = Blueprint("report_page", __name__, url_prefix="/dashboard/reports")
blueprint.before_request(refuse_nul_in_form)

_OTHERS = 50


@blueprint.get("/<int:report_id>")
def show(report_id: int) -> ResponseReturnValue:
    """The report, or how far it is; that part swaps itself until it is there."""
    return _page(_find(report_id))


@blueprint.post("/<int:report_id>/actions")
def add_action(report_id: int) -> ResponseReturnValue:
    """Write down what was done; later reports of that day have it."""
    access.require_editor()
    found = _find(report_id)
    day, text = request.form.get("day", ""), request.form.get("text", "")
    try:
        actions.add(
            db.session(),
            access.workspace().id,
            access.user().id,
            day,
            text,
            today=access.today(),
        )
    except Invalid as error:
        db.session.rollback()
        return _page(_find(report_id), problem=error.message, typed=(day, text), status=422)
    db.session.commit()
    return redirect(url_for("report_page.show", report_id=found.id, _anchor="log"), code=303)


@blueprint.post("/<int:report_id>/actions/<int:action_id>/delete")
def delete_action(report_id: int, action_id: int) -> ResponseReturnValue:
    """Take an entry off the log; reports that have it keep it."""
    access.require_editor()
    found = _find(report_id)
    db.session.delete(actions.find(db.session(), access.workspace().id, action_id))
    db.session.commit()
    return redirect(url_for("report_page.show", report_id=found.id, _anchor="log"), code=303)


@blueprint.get("/<int:report_id>/compare")
def compare(report_id: int) -> ResponseReturnValue:
    """What differs from another report, and why. `with` is the other's id."""
    place = access.workspace().id
    other_id = row_number(request.args.get("with", ""))
    one, frozen = ordering.frozen(db.session(), place, report_id)
    other, other_frozen = ordering.frozen(db.session(), place, other_id)
    document = thaw(frozen)
    formats = formats_in(USUAL, document)
    return page(
        "reports/compare.html",
        "main",
        report=one,
        other=other,
        found=difference(db.session(), place, document, thaw(other_frozen), formats),
        formats=formats,
    )


def _page(
    report: Report, *, problem: str = "", typed: tuple[str, str] = ("", ""), status: int = 200
) -> Response:
    document = None
    if report.state == "completed":
        _, frozen = ordering.frozen(db.session(), report.workspace_id, report.id)
        document = thaw(frozen)
    wanted = ordering.wanted_of(report)
    return page(
        "reports/show.html",
        "report",
        status=status,
        report=report,
        busy=report.state in ordering.UNFINISHED,
        wanted=wanted,
        editor=access.may_edit(),
        log=actions.listed(
            db.session(),
            report.workspace_id,
            Period(wanted.first, max(access.today(), wanted.last)),
        ),
        others=[] if document is None else _others(report),
        problem=problem,
        typed=typed,
        today=access.today(),
        longest_text=actions.LONGEST_TEXT,
        **({"document": None} if document is None else _shown(report, document)),
    )


def _shown(report: Report, document: Document) -> dict[str, object]:
    """The report in its language; `around` and `said` are how the page around it writes."""
    said = captions_in(USUAL)
    return {
        **drawn(document, rows_behind(report, document)),
        "around": formats_in(USUAL, document),
        "said": said,
        "csv_tables": {each: said.labels.sheets[each] for each in TABLES},
    }


def _others(report: Report) -> list[Report]:
    """Completed reports that this one can be compared with, the newest first."""
    rows = ordering.listed(db.session(), report.workspace_id, size=_OTHERS)
    return [row for row in rows if row.id != report.id and row.state == "completed"]


def _find(report_id: int) -> Report:
    return ordering.find(db.session(), access.workspace().id, report_id)

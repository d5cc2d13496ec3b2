"""The links of a report: make one, copy it again, see whether it was opened, take it back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.errors import AppError, Invalid, named
from app.extensions import db
from app.models import Report, ReportShare
from app.reports import ordering, sharing
from app.reports.sealing import Sealer
from app.reports.sharing import NewShare
from app.web import access, entry
from app.web.htmx import page
from app.web.incoming import refuse_nul_in_form

blueprint = Blueprint(
    "report_shares", __name__, url_prefix="/dashboard/reports/<int:report_id>/shares"
)
blueprint.before_request(refuse_nul_in_form)

LASTING = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "A year", "": "Until revoked"}


@blueprint.get("")
def index(report_id: int) -> Response:
    """Every link that was not taken back."""
    return _show(_report(report_id))


@blueprint.post("")
def create(report_id: int) -> ResponseReturnValue:
    """A new link."""
    report = _report(report_id)
    try:
        made, _ = sharing.create(
            db.session(),
            sealer(),
            report,
            _wanted(),
            user_id=access.user().id,
            now=access.now(),
        )
    except AppError as error:
        db.session.rollback()
        return _show(_report(report_id), error)
    db.session.commit()
    flash(f"The link for {made.name} is ready to be copied.")
    return redirect(url_for("report_shares.index", report_id=report_id), code=303)


@blueprint.post("/<int:share_id>/revoke")
def revoke(report_id: int, share_id: int) -> ResponseReturnValue:
    """The link opens nothing from now on."""
    found = sharing.revoke(db.session(), _report(report_id), share_id, access.now())
    db.session.commit()
    flash(f"The link for {found.name} opens nothing any more.")
    return redirect(url_for("report_shares.index", report_id=report_id), code=303)


def sealer() -> Sealer:
    """Opens and seals the tokens of links."""
    return Sealer(access.settings().encryption_keys)


def address(share: ReportShare) -> str:
    """Where a link leads; empty when the key that its token was sealed with is gone."""
    token = sealer().open(share.token_sealed)
    return sharing.address(entry.base_url(), token) if token else ""


def _report(report_id: int) -> Report:
    """The workspace's own report, for those who may hand it out. Raises NotFound, Forbidden."""
    access.require_editor()
    return ordering.find(db.session(), access.workspace().id, report_id)


def _wanted() -> NewShare:
    days = request.form.get("days", "")
    if days not in LASTING:
        raise Invalid("days: Choose how long the link opens.")
    return NewShare(
        request.form.get("name", ""), request.form.get("password", ""), int(days) if days else None
    )


def _show(report: Report, error: AppError | None = None) -> Response:
    field, message = named(error.message) if error else ("", "")
    return page(
        "schedules/shares.html",
        "shares",
        status=error.status if error else 200,
        report=report,
        shares=[(each, address(each)) for each in sharing.listed(db.session(), report)],
        lasting=LASTING,
        sent=request.form,
        problem=message,
        problem_field=field,
        now=access.now(),
    )

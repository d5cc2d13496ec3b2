"""Alerts: what could not wait, to acknowledge or put off; and who hears of them by e-mail."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.advice import alerts
from app.errors import NotFound
from app.extensions import db
from app.models import Membership
from app.web import access
from app.web.htmx import page

blueprint = Blueprint("alerts", __name__, url_prefix="/dashboard/alerts")


@blueprint.get("")
def index() -> Response:
    """What lasts first, then what was over in the last weeks."""
    found = alerts.alerts(db.session(), access.workspace().id, access.now())
    return page(
        "alerts/index.html",
        "listed",
        found=found,
        by_mail=_membership().alerts_by_mail,
        mails=bool(access.settings().smtp_host),
        may_edit=access.may_edit(),
    )


@blueprint.post("/<int:alert_id>/acknowledge")
def acknowledge(alert_id: int) -> ResponseReturnValue:
    """Somebody sees to it."""
    access.require_editor()
    alerts.acknowledge(db.session(), access.workspace().id, alert_id, access.user().id)
    return _done()


@blueprint.post("/<int:alert_id>/snooze")
def snooze(alert_id: int) -> ResponseReturnValue:
    """Put it off."""
    access.require_editor()
    alerts.snooze(
        db.session(),
        access.workspace().id,
        alert_id,
        days=request.form.get("days", ""),
        user_id=access.user().id,
        now=access.now(),
    )
    return _done()


@blueprint.post("/<int:alert_id>/reopen")
def reopen(alert_id: int) -> ResponseReturnValue:
    """Take either back."""
    access.require_editor()
    alerts.reopen(db.session(), access.workspace().id, alert_id, access.user().id)
    return _done()


@blueprint.post("/by-mail")
def by_mail() -> ResponseReturnValue:
    """Whether the person hears of this workspace's alerts by e-mail; who only looks never does."""
    access.require_editor()
    _membership().alerts_by_mail = "on" in request.form.getlist("by_mail")
    flash("Saved.", "done")
    return _done()


def _done() -> ResponseReturnValue:
    db.session.commit()
    return redirect(url_for("alerts.index"), code=303)


def _membership() -> Membership:
    found = db.session.get(Membership, (access.workspace().id, access.user().id))
    if found is None:
        raise NotFound
    return found

"""Insights: what the rules found, how sure that is, and what a person makes of it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.advice import dismissing, keeping, looks, nightly
from app.errors import Invalid
from app.extensions import db
from app.insights.finding import Kind
from app.insights.words import Manner
from app.metrics.platforms import platform_label
from app.metrics.sources import sources
from app.web import access, left_out_words
from app.web.htmx import page
from app.web.incoming import refuse_nul_in_form
from app.web.reviewed import reviewed
from app.web.shown_findings import CLASSES, Shown, shown

blueprint = Blueprint("insights", __name__, url_prefix="/dashboard/reports/insights")
blueprint.before_request(refuse_nul_in_form)

GROUPS = {
    Kind.RECOMMENDATION: "Recommendations",
    Kind.CONCERN: "Concerns",
    Kind.WIN: "Wins",
}


@blueprint.get("")
def index() -> Response:
    """What is open, the most money at stake first."""
    session, workspace = db.session(), access.workspace()
    found = shown(keeping.readable(keeping.still_open(session, workspace.id)))
    hidden = dismissing.dismissed(session, workspace.id, access.now())
    gone = shown(keeping.readable(hidden))
    just = request.args.get("dismissed", "")
    return page(
        "insights/index.html",
        "insights",
        groups=[(kind.value, GROUPS[kind], _of(found, kind)) for kind in GROUPS],
        found=found,
        lacks=list(dict.fromkeys(lack for each in found for lack in each.lacks)),
        look=looks.last_look(session, workspace.id),
        left_out=lambda each: left_out_words.sentence(each, Manner(workspace.currency)),
        gone=gone,
        just_dismissed=next((each for each in gone if str(each.stored.id) == just), None),
        waiting=nightly.waiting(session, workspace.id),
        counted=bool(sources(session, workspace.id).counted),
        classes=CLASSES,
        label=platform_label,
        editor=access.may_edit(),
    )


@blueprint.get("/<int:finding_id>")
def show(finding_id: int) -> Response:
    """One finding, also one that is open no more, and what became of it."""
    session, workspace = db.session(), access.workspace()
    stored = keeping.find(session, workspace.id, finding_id)
    [each], first = shown([(stored, keeping.restored(stored))]), keeping.as_first_said(stored)
    return page(
        "insights/show.html",
        "finding",
        each=each,
        became=reviewed(stored, first),
        promised=first.promises,
        group=GROUPS[Kind(stored.kind)],
        classes=CLASSES,
        label=platform_label,
        editor=access.may_edit(),
    )


@blueprint.get("/looking")
def looking() -> Response:
    """Asks again while a look goes on, then for the findings."""
    waiting = nightly.waiting(db.session(), access.workspace().id)
    return page("insights/looking.html", "looking", waiting=waiting)


@blueprint.post("/recompute")
def recompute() -> ResponseReturnValue:
    """Look again, once however often it is asked for."""
    access.require_editor()
    session, workspace = db.session(), access.workspace()
    if not nightly.waiting(session, workspace.id):
        nightly.queue(session, workspace.id)
    return _done()


@blueprint.post("/<int:finding_id>/followed")
def followed(finding_id: int) -> ResponseReturnValue:
    """Whether the advice was followed, as the person says. Raises Invalid."""
    access.require_editor()
    answer = request.form.get("followed", "")
    if answer not in ("yes", "no"):
        raise Invalid("Say whether it was followed, yes or no. Nothing was saved.")
    keeping.say_followed(
        db.session(),
        access.workspace().id,
        finding_id,
        followed=answer == "yes",
        now=access.now(),
    )
    return _done()


@blueprint.post("/<int:finding_id>/dismiss")
def dismiss(finding_id: int) -> ResponseReturnValue:
    """Show it no more; the page then offers to take that back."""
    access.require_editor()
    dismissing.dismiss(db.session(), access.workspace().id, finding_id)
    db.session.commit()
    return redirect(url_for("insights.index", dismissed=finding_id), code=303)


@blueprint.post("/<int:finding_id>/undismiss")
def undismiss(finding_id: int) -> ResponseReturnValue:
    """Show it again."""
    access.require_editor()
    dismissing.undismiss(db.session(), access.workspace().id, finding_id)
    flash("It is shown again.", "done")
    return _done()


def _done() -> ResponseReturnValue:
    db.session.commit()
    return redirect(url_for("insights.index"), code=303)


def _of(found: Sequence[Shown], kind: Kind) -> list[Shown]:
    return [each for each in found if each.finding.kind is kind]

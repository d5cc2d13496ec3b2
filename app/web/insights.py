"""Insights: what the rules found, how sure that is, and what a person makes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.advice import dismissing, keeping, looks, nightly
from app.advice.permissions import Lack, Rights, in_the_way, rights
from app.advice.plans import REALLOCATION, plan_of
from app.errors import Invalid
from app.extensions import db
from app.insights.finding import Class, Finding, Kind, Number
from app.insights.plain_words import say_kept
from app.insights.review_days import rests_through
from app.insights.sentences.en.missing import MISSING
from app.insights.thresholds import DEFAULTS
from app.insights.words import Manner, Said
from app.metrics.platforms import platform_label
from app.metrics.sources import sources
from app.models import StoredFinding
from app.reports.findings import rows_of
from app.reports.tired import TiredRow, tired_in
from app.web import access, left_out_words
from app.web.htmx import page
from app.web.incoming import refuse_nul_in_form

blueprint = Blueprint("insights", __name__, url_prefix="/dashboard/reports/insights")
blueprint.before_request(refuse_nul_in_form)

CLASSES = {
    Class.RECOMMEND: "Recommend",
    Class.LEANING: "Leaning",
    Class.WORTH_TESTING: "Worth testing",
    Class.SILENT: "Nothing safe to recommend",
    Class.ACT: "Recommend",
}
# Where one of these is missing there is nothing to test, or not now.
NO_TEST = {"platforms", "recent_move", "running_test"}
GROUPS = {
    Kind.RECOMMENDATION: "Recommendations",
    Kind.CONCERN: "Concerns",
    Kind.WIN: "Wins",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding with its words.

    `low` and `high` are empty without a range of what is expected, `ads` are the tired ones, empty
    for any other finding. `lacks` is what connections it would be applied through may not do.
    """

    stored: StoredFinding
    finding: Finding
    said: Said
    days: str
    rows: str
    ads: list[TiredRow]
    low: str
    high: str
    appliable: bool
    lacks: Sequence[Lack] = ()

    @property
    def silent(self) -> bool:
        """Whether it says that there is nothing to follow."""
        return self.finding.class_ is Class.SILENT

    @property
    def promises(self) -> bool:
        """Whether there is anything to be reviewed."""
        return self.finding.promises

    @property
    def testable(self) -> bool:
        """Whether a planned test would tell more than can be said now."""
        return (
            self.finding.rule == REALLOCATION
            and self.finding.class_ in (Class.SILENT, Class.WORTH_TESTING)
            and not NO_TEST & set(self.finding.missing)
        )

    @property
    def tested(self) -> bool:
        """Whether it waits for the test that is on."""
        return "running_test" in self.finding.missing

    @property
    def platforms(self) -> list[str]:
        """Those that it is about."""
        return [each.key for each in self.finding.entities if each.kind == "platform"]

    @property
    def missing(self) -> list[str]:
        """What kept it from going further."""
        return [MISSING[each].wanted for each in self.finding.missing if each in MISSING]


@blueprint.get("")
def index() -> Response:
    """What is open, the most money at stake first."""
    session, workspace = db.session(), access.workspace()
    known = rights(session, workspace.id)
    kept = keeping.readable(keeping.still_open(session, workspace.id))
    found = [_shown(stored, finding, known) for stored, finding in kept]
    hidden = keeping.readable(dismissing.dismissed(session, workspace.id, access.now()))
    gone = [_shown(stored, finding, known) for stored, finding in hidden]
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
    keeping.dismiss(db.session(), access.workspace().id, finding_id)
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


def _shown(stored: StoredFinding, finding: Finding, known: Rights) -> Shown:
    plan = plan_of(finding, DEFAULTS)
    lacks, stopped = (
        in_the_way(db.session(), stored.workspace_id, known, plan) if plan else ([], True)
    )
    manner = Manner(finding.currency or access.workspace().currency)
    low, high = _range(finding, manner)
    return Shown(
        stored=stored,
        finding=finding,
        said=say_kept(finding, manner),
        days=_days(finding, manner),
        rows=rows_of(finding),
        ads=tired_in(finding, manner),
        low=low,
        high=high,
        appliable=not stopped and not stored.is_done,
        lacks=lacks,
    )


def _range(finding: Finding, manner: Manner) -> tuple[str, str]:
    """What following it is expected to bring, only of a recommendation."""
    expected = finding.range
    if expected is None or finding.kind is not Kind.RECOMMENDATION:
        return "", ""
    return (
        manner.number(Number(expected.low, expected.unit, change=True)),
        manner.number(Number(expected.high, expected.unit)),
    )


def _days(finding: Finding, manner: Manner) -> str:
    last = rests_through(finding)
    count: int = (last - finding.first) // dt.timedelta(days=1) + 1
    return f"{manner.days(finding.first, last)}, {count} day{'' if count == 1 else 's'}"

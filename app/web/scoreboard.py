"""The scoreboard: what each rule said, and how that went."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.advice import keeping, reviewing
from app.errors import NotFound
from app.extensions import db
from app.metrics.scoreboard import A_PAGE, FEWEST, LEAST_SHARE, Verdict, counted, scoreboard
from app.web import access
from app.web.htmx import page
from app.web.incoming import page_number
from app.web.reviewed import label, reviewed

blueprint = Blueprint("scoreboard", __name__, url_prefix="/dashboard/reports/scoreboard")

_LATELY = 20
VERDICTS = {
    Verdict.TOO_FEW: ("calm", "Too few to tell"),
    Verdict.BADLY: ("bad", "Does badly"),
    Verdict.HOLDS: ("good", "Holds so far"),
}


@blueprint.get("")
def index() -> Response:
    """By rule, and what was reviewed last."""
    session, workspace = db.session(), access.workspace()
    lately = reviewing.lately(session, workspace.id, _LATELY)
    return page(
        "insights/scoreboard.html",
        "scores",
        scores=scoreboard(session, workspace.id),
        lately=[reviewed(*each) for each in keeping.readable(lately, keeping.as_first_said)],
        label=label,
        verdicts=VERDICTS,
        fewest=FEWEST,
        least_share=LEAST_SHARE,
    )


@blueprint.get("/<rule>")
def of_rule(rule: str) -> Response:
    """The findings that a row of the scoreboard counts. Raises NotFound."""
    session, workspace = db.session(), access.workspace()
    advice = request.args.get("of") != "observed"
    scores = {(each.rule, each.advice): each for each in scoreboard(session, workspace.id)}
    score = scores.get((rule, advice))
    if score is None:
        raise NotFound("No finding of this rule was told yet, so there is nothing to list.")
    pages = -(-score.said // A_PAGE)
    number = page_number(request.args.get("page", ""), pages)
    rows = counted(session, workspace.id, rule, advice=advice, number=number)
    return page(
        "insights/of_rule.html",
        "rule",
        score=score,
        rows=[reviewed(*each) for each in keeping.readable(rows, keeping.as_first_said)],
        label=label,
        number=number,
        pages=pages,
    )

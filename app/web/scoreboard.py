"""The scoreboard: what each rule said, and how that went."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint
from werkzeug.wrappers import Response

from app.advice import keeping, reviewing
from app.advice.measuring import Review
from app.advice.outcomes import OF_DAYS, Outcome
from app.extensions import db
from app.insights.finding import Finding, Number, Unit
from app.insights.plain_words import say_kept
from app.insights.words import Manner
from app.metrics.scoreboard import FEWEST, LEAST_SHARE, Verdict, scoreboard
from app.models import StoredFinding
from app.web import access
from app.web.htmx import page

blueprint = Blueprint("scoreboard", __name__, url_prefix="/dashboard/reports/scoreboard")

_LATELY = 20
_CHANGES = ("reallocation", "cut_waste", "raise_budget", "creative_refresh")
_INITIALS = ("cpa", "cpc", "cpm", "ctr", "cvr", "roas")
_LABELS = {
    "reallocation": "Move budget",
    "cut_waste": "Cut or pause",
    "raise_budget": "Raise a budget",
    "creative_refresh": "Replace worn-out ads",
    "audience_expansion": "Try a wider audience",
    "fix_tracking": "Check tracking",
    "fix_disapproved": "Fix what the platform refuses",
    "zero_result": "Spend without results",
    "zero_rows": "No spend where there was some",
    "nothing_counted": "No conversion counted",
    "disapproved": "Refused by the platform",
    "learning": "Still learning",
    "budget_limited": "Held back by its budget",
    "over_claiming": "Claims beyond what was sold",
    "persistent_shift": "Lasting shift",
    "cpm_shock": "CPM jump",
    "pacing": "Month's budget",
}
VERDICTS = {
    Verdict.TOO_FEW: ("calm", "Too few to tell"),
    Verdict.BADLY: ("bad", "Does badly"),
    Verdict.HOLDS: ("good", "Holds so far"),
}
UNKNOWN = {
    "not_read": "Not known: its days were not read.",
    "few_days": "Not known: less than a week was left after it was told.",
    "no_rate": "Not known: days have no exchange rate.",
    "currency": "Not known: the workspace's currency was changed since.",
    "spend_changed": "Not known: both platforms' spend changed by more than the move.",
    "nothing_spent": "Not known: nothing was spent or counted any more.",
    "older": "Not known: it was said by an older version, without the figures that are needed.",
    "month_not_over": "Not known yet: the month was not over.",
}


@dataclass(frozen=True, slots=True)
class Looked:
    """One stage of a review in words; `expected` and `measured` may be empty."""

    stage: int
    days: str
    measured: str
    expected: str
    went: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A finding with its reviews. `followed` is yes, no or empty for unknown."""

    title: str
    rule: str
    advice: bool
    followed: str
    followed_how: str
    looked: list[Looked]


@blueprint.get("")
def index() -> Response:
    """By rule, and what was reviewed last."""
    session, workspace = db.session(), access.workspace()
    lately = reviewing.lately(session, workspace.id, _LATELY)
    return page(
        "insights/scoreboard.html",
        "scores",
        scores=scoreboard(session, workspace.id),
        lately=[_reviewed(*each) for each in keeping.readable(lately, keeping.as_first_said)],
        label=label,
        verdicts=VERDICTS,
        fewest=FEWEST,
        least_share=LEAST_SHARE,
    )


def label(rule: str) -> str:
    """Such as CPM change."""
    if rule in _LABELS:
        return _LABELS[rule]
    first, *others = rule.split("_")
    return " ".join([first.upper() if first in _INITIALS else first.capitalize(), *others])


def _reviewed(stored: StoredFinding, finding: Finding) -> Reviewed:
    manner = Manner(finding.currency or access.workspace().currency)
    made = sorted(reviewing.reviews_of(stored).items())
    return Reviewed(
        title=say_kept(finding, manner).title,
        rule=label(finding.rule),
        advice=stored.kind == "recommendation",
        followed=stored.followed,
        followed_how=stored.followed_how,
        looked=[_looked(stage, review, finding, manner) for stage, review in made],
    )


def _looked(stage: int, review: Review, finding: Finding, manner: Manner) -> Looked:
    found = review.outcome
    return Looked(
        stage=stage,
        days=manner.days(review.first, review.last),
        measured=_measured(found, finding, manner),
        expected=_expected(found, manner),
        went=UNKNOWN.get(found.unknown) or _went(found, finding),
    )


def _went(found: Outcome, finding: Finding) -> str:
    if finding.class_.value != "observed":
        return "In the direction as said" if found.direction else "Not in the direction as said"
    if finding.rule in OF_DAYS:
        return "Its days still say so" if found.direction else "Its days no longer say so"
    return "It lasted" if found.direction else "It did not last"


def _measured(found: Outcome, finding: Finding, manner: Manner) -> str:
    if found.measured is None:
        return ""
    change = finding.rule in _CHANGES or finding.rule.endswith("_change")
    worded = manner.number(Number(found.measured, Unit(found.unit), change=change))
    return f"{worded} a month" if change and found.unit != Unit.SHARE else worded


def _expected(found: Outcome, manner: Manner) -> str:
    if found.low is None or found.high is None:
        return ""
    unit = Unit(found.unit)
    return f"{manner.number(Number(found.low, unit))} to {manner.number(Number(found.high, unit))}"

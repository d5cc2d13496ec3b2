"""Findings with their reviews in words: what was said first, and what happened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.advice import reviewing
from app.advice.measuring import Review
from app.advice.outcomes import OF_DAYS, Outcome
from app.insights.finding import Class, Finding, Number, Unit
from app.insights.plain_words import expected_words, say_kept
from app.insights.words import Manner
from app.models import StoredFinding
from app.web import access

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
    """A finding with its reviews. `followed` is yes, no or empty for unknown.

    `counts` is whether the scoreboard judges its rule by it.
    """

    id: int
    title: str
    said_on: dt.date
    predicted: str
    rule: str
    advice: bool
    followed: str
    followed_how: str
    looked: list[Looked]
    counts: bool


def label(rule: str) -> str:
    """Such as CPM change."""
    if rule in _LABELS:
        return _LABELS[rule]
    first, *others = rule.split("_")
    return " ".join([first.upper() if first in _INITIALS else first.capitalize(), *others])


def reviewed(stored: StoredFinding, finding: Finding) -> Reviewed:
    """`finding` is what was said first, for that is what reviews are held against."""
    manner = Manner(finding.currency or access.workspace().currency)
    made = sorted(reviewing.reviews_of(stored).items())
    advice = stored.kind == "recommendation"
    told = any(not review.outcome.unknown for _, review in made)
    return Reviewed(
        id=stored.id,
        title=say_kept(finding, manner).title,
        said_on=stored.first_at.astimezone(ZoneInfo(access.workspace().time_zone)).date(),
        predicted=_predicted(finding, manner),
        rule=label(finding.rule),
        advice=advice,
        followed=stored.followed,
        followed_how=stored.followed_how,
        looked=[_looked(stage, review, finding, manner) for stage, review in made],
        counts=told and (not advice or stored.followed == "yes"),
    )


def _predicted(finding: Finding, manner: Manner) -> str:
    if finding.class_ is Class.OBSERVED:
        return "That its days stand" if finding.rule in OF_DAYS else "That it lasts"
    return expected_words(finding, manner) or "That it gets better; no range was given"


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
    if finding.class_ is not Class.OBSERVED:
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

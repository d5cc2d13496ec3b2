"""Preparing what a stored recommendation says, for review."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from app.advice.changers import Changers
from app.advice.keeping import find, restored
from app.advice.looking import thresholds_of
from app.advice.permissions import in_the_way, rights
from app.advice.planned import day_of, disturbed, named, tested
from app.advice.plans import plan_of, titled
from app.advice.preparing import Reason, prepare
from app.errors import Conflict
from app.insights.finding import Finding
from app.insights.plain_words import expected_ends, expected_words, say_kept
from app.insights.review_days import rests_through
from app.insights.words import Manner
from app.models import ChangeSet, Workspace

_NOT_APPLIABLE = (
    "This is nothing that can be changed from here: it asks for no budget and no status. Nothing "
    "was prepared."
)
_NO_LONGER = (
    "This recommendation no longer stands: newer figures do not bear it out, or it was dismissed. "
    "Nothing was prepared."
)
_PAUSED = (
    "A test of {} is on until {:%Y-%m-%d}, and a pause changes what a tested platform spends: a "
    "week that is spent further than half the swing from its budget counts as an ordinary one."
)


def prepare_finding(
    session: Session,
    changers: Changers,
    workspace: Workspace,
    user_id: int,
    finding_id: int,
    *,
    now: dt.datetime,
) -> ChangeSet:
    """A set for review; the caller commits. Raises NotFound, Conflict and what connectors raise."""
    stored, today = find(session, workspace.id, finding_id), day_of(workspace, now)
    if stored.state != "open":
        raise Conflict(_NO_LONGER)
    finding = restored(stored)
    plan = plan_of(finding, thresholds_of(workspace))
    if plan is None:
        raise Conflict(_NOT_APPLIABLE)
    [way] = in_the_way(session, workspace.id, rights(session, workspace.id), [plan])
    if way.stopped:
        raise Conflict(" ".join(dict.fromkeys(each.text for each in way.lacks)))
    why = because(finding, Manner(finding.currency or workspace.currency))
    moved = {side.entity.platform for side in plan.sides if not side.switch}
    paused = {side.entity.platform for side in plan.sides if side.switch}
    if problem := disturbed(session, workspace, moved, today):
        raise Conflict(problem)
    if test := tested(session, workspace, paused, today):
        why = f"{why}\n{_PAUSED.format(named(test), test.last)}"
    reason = Reason(
        "finding",
        titled(finding, plan),
        why,
        finding.rule,
        finding_id=stored.id,
    )
    return prepare(session, changers, workspace.id, user_id, plan, reason, now=now)


def because(finding: Finding, manner: Manner) -> str:
    """What a recommendation says, a line each; it stays when the finding is computed away."""
    said, expected = say_kept(finding, manner), expected_words(finding, manner)
    told = not expected or expected_ends(finding, manner)[1] in said.how_sure
    days = manner.days_with_year(finding.first, rests_through(finding))
    lines = [
        f"{said.title}.",
        said.saw,
        said.how_sure,
        "" if told else f"Expected, if the past holds: {expected}.",
        f"Recommended from the figures of {days}.",
    ]
    return "\n".join(line for line in lines if line)

"""Every workspace's findings of the last month, computed apart from any request and kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.advice import alerts, keeping, looks, signals
from app.advice.block_notices import notices
from app.advice.evaluating import read_tests
from app.advice.left_out import Place, left_out
from app.advice.looking import look
from app.advice.looks import Look
from app.advice.planned import day_of
from app.insights.finding import Finding
from app.insights.review_days import UNSETTLED_DAYS
from app.insights.words import Manner
from app.metrics.freshness import runs
from app.metrics.period import Compare, Period, compare
from app.metrics.problems import problems
from app.metrics.sources import sources
from app.models import Workspace
from app.sync.queue import defer

TASK = "look_for_findings"
# Four whole weeks, so that both sides have every weekday alike.
_DAYS = 28
_IN_STATES = text("""
    SELECT EXISTS (
        SELECT FROM procrastinate_jobs
        WHERE task_name = :task
        AND (args->>'workspace_id')::bigint = :id
        AND status::text = ANY(:states)
    )
""")


def queue(session: Session, workspace_id: int) -> None:
    """Have one workspace looked at, unless a look of it waits already. The caller commits."""
    if _is_in(session, workspace_id, ["todo"]):
        return
    defer(session, TASK, {"workspace_id": workspace_id}, lock=f"findings-{workspace_id}")


def waiting(session: Session, workspace_id: int) -> bool:
    """Whether a look at the workspace is queued or going on."""
    return _is_in(session, workspace_id, ["todo", "doing"])


def _is_in(session: Session, workspace_id: int, states: Sequence[str]) -> bool:
    asked = {"task": TASK, "id": workspace_id, "states": states}
    return bool(session.scalar(_IN_STATES, asked))


def queue_all(session: Session) -> None:
    """Have every workspace looked at. The caller commits."""
    for workspace_id in session.scalars(select(Workspace.id).order_by(Workspace.id)):
        queue(session, workspace_id)


def look_and_keep(session: Session, workspace_id: int, now: dt.datetime) -> Sequence[Finding]:
    """Look at the last weeks, keep what is found, close what is not, and raise what cannot wait.

    The caller commits.
    """
    workspace = session.get(Workspace, workspace_id)
    if workspace is None:
        return []
    known = sources(session, workspace_id)
    today = known.unfinished_day(workspace.time_zone, now)
    yesterday = today - dt.timedelta(days=1)
    period = Period.ending(yesterday, _DAYS + UNSETTLED_DAYS)
    before = compare(period, today, Compare.PREVIOUS).before
    read_tests(session, workspace, known, now)
    found = look(session, workspace, period, before, known=known, now=now)
    missing = left_out(Place(session, known, today, now), period, before)
    looks.note(session, workspace_id, Look(now, period, missing))
    keeping.keep(session, workspace_id, found, now)
    keeping.close_missing(session, workspace_id, found, now)
    troubles = problems(known, runs(session, workspace_id), now)
    alerts.check(
        session,
        workspace,
        [
            *signals.of_findings(found, Manner(workspace.currency), today),
            *signals.of_connections(troubles, now),
            *notices(session, workspace, day_of(workspace, now)),
        ],
        stale=signals.stale_platforms(known, now),
        now=now,
    )
    return found

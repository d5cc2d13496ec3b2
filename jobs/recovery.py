"""Give back to the queue what a killed process left behind."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.advice import change_requests
from app.creative import batches, launch_requests
from app.models import CreativeBatch, SyncRun
from app.reports import ordering
from app.sync.lock import UNFINISHED
from app.sync.requests import TASK, enqueue
from jobs.app import STALLED_SECONDS

_RETRY_STALLED = text("""
    SELECT procrastinate_retry_job_v1(job.id, now(), NULL, NULL, NULL)
    FROM procrastinate_jobs AS job
    LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
      AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :seconds))
""")

_WITH_A_JOB = text("""
    SELECT (args->>'run_id')::bigint FROM procrastinate_jobs
    WHERE task_name = :task AND status IN ('todo', 'doing')
""")

# One statement sees one moment: whatever is unfinished there and has no job has lost it.
_BATCHES_WITHOUT = text("""
    SELECT id FROM creative_batch
    WHERE state IN ('queued', 'running') AND NOT EXISTS (
        SELECT FROM procrastinate_jobs
        WHERE task_name = :task AND status IN ('todo', 'doing')
          AND (args->>'batch_id')::bigint = creative_batch.id)
    FOR UPDATE SKIP LOCKED
""")

_REPORTS_WITHOUT = text("""
    SELECT id FROM report
    WHERE state IN ('pending', 'running') AND NOT EXISTS (
        SELECT FROM procrastinate_jobs
        WHERE task_name = :task AND status IN ('todo', 'doing')
          AND (args->>'report_id')::bigint = report.id)
    FOR UPDATE SKIP LOCKED
""")

_DRAFTS_WITHOUT = text("""
    SELECT id FROM campaign_draft
    WHERE state IN ('queued', 'launching') AND NOT EXISTS (
        SELECT FROM procrastinate_jobs
        WHERE task_name = ANY(:tasks) AND status IN ('todo', 'doing')
          AND (args->>'draft_id')::bigint = campaign_draft.id)
    FOR UPDATE SKIP LOCKED
""")

_CHANGES_WITHOUT = text("""
    SELECT id FROM change_set
    WHERE state IN ('queued', 'applying') AND NOT EXISTS (
        SELECT FROM procrastinate_jobs
        WHERE task_name = :task AND status IN ('todo', 'doing')
          AND (args->>'set_id')::bigint = change_set.id)
    FOR UPDATE SKIP LOCKED
""")

_LAUNCH_CUT = "The server was interrupted."

# A run and its job commit together and end a moment apart; only an older gap is a lost job.
_LOST_AFTER = dt.timedelta(minutes=2)


def recover(session: Session, now: dt.datetime) -> None:
    """Queue again the jobs of dead workers, and what is unfinished without any job.

    A launch is not begun again by itself: whether it was creating or cleaning up went with its job.
    """
    session.execute(_RETRY_STALLED, {"seconds": STALLED_SECONDS})
    kept = set(session.scalars(_WITH_A_JOB, {"task": TASK}))
    unfinished = session.scalars(
        select(SyncRun)
        .where(SyncRun.state.in_(UNFINISHED), SyncRun.queued_at < now - _LOST_AFTER)
        .with_for_update(skip_locked=True)
    )
    for run in unfinished:
        if run.id not in kept:
            enqueue(session, run)
    for batch_id in session.scalars(_BATCHES_WITHOUT, {"task": batches.TASK}):
        batches.postpone(session, session.get_one(CreativeBatch, batch_id))
    for set_id in session.scalars(_CHANGES_WITHOUT, {"task": change_requests.TASK}):
        change_requests.postpone(session, set_id)
    for report_id in session.scalars(_REPORTS_WITHOUT, {"task": ordering.TASK}):
        ordering.queue(session, report_id)
    launches = {"tasks": [launch_requests.TASK, launch_requests.CLEAN_TASK]}
    for draft_id in session.scalars(_DRAFTS_WITHOUT, launches):
        launch_requests.fail(session, draft_id, _LAUNCH_CUT)

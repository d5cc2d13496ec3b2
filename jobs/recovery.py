"""Give back to the queue what a killed process left behind."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.models import SyncRun
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

# A run and its job commit together and end a moment apart; only an older gap is a lost job.
_LOST_AFTER = dt.timedelta(minutes=2)


def recover(session: Session, now: dt.datetime) -> None:
    """Queue again the jobs of dead workers, and the unfinished syncs that have no job at all."""
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

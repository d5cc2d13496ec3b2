"""Put a job on the queue inside the caller's transaction: both commit, or neither does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

QUEUE = "default"

_DEFER = text("""
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW(:queue, :task, :priority, :lock, NULL, CAST(:args AS jsonb),
            CAST(:at AS timestamptz))
    ]::procrastinate_job_to_defer_v1[])
""")


def defer(
    session: Session,
    task: str,
    args: Mapping[str, int | str],
    *,
    lock: str | None = None,
    at: dt.datetime | None = None,
    priority: int = 0,
) -> None:
    """Queue the task named as in `jobs.tasks`, not before `at`.

    Jobs with the same `lock` run one after the other; a higher `priority` goes first.
    """
    session.execute(
        _DEFER,
        {
            "queue": QUEUE,
            "task": task,
            "priority": priority,
            "lock": lock,
            "args": msgspec.json.encode(args).decode(),
            "at": at,
        },
    )

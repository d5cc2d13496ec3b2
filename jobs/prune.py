"""Delete what has expired and what nobody will ask for again."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.creative.calls import KEPT_DAYS
from app.imports.upload import discard_stale
from app.reports.ordering import UNDO_FOR

# Each takes the moment before which rows are deleted or emptied, and how long ago that is.
_EXPIRED = (
    (dt.timedelta(0), "DELETE FROM user_session WHERE expires_at < :before"),
    (dt.timedelta(0), "DELETE FROM rate_limit WHERE expires_at < :before"),
    (dt.timedelta(0), "DELETE FROM oauth_state WHERE expires_at < :before"),
    (dt.timedelta(days=1), "DELETE FROM password_reset WHERE expires_at < :before"),
    (UNDO_FOR, "DELETE FROM report WHERE deleted_at < :before"),
    (dt.timedelta(days=3), "DELETE FROM quota_use WHERE slot < :before"),
    (dt.timedelta(days=14), "DELETE FROM webhook_delivery WHERE received_at < :before"),
    (
        dt.timedelta(days=7),
        """
            DELETE FROM sync_chunk USING sync_run WHERE sync_run.id = sync_chunk.run_id
            AND sync_run.state IN ('done', 'failed') AND sync_run.finished_at < :before
        """,
    ),
    # 288 a day of each connection, of which only the latest are looked at.
    (
        dt.timedelta(days=3),
        """
            DELETE FROM sync_run WHERE state = 'done' AND reach = 'recent' AND notice = ''
            AND finished_at < :before
            AND NOT EXISTS (SELECT FROM metric_revision WHERE sync_run_id = sync_run.id)
            AND EXISTS (SELECT FROM sync_run AS later
                        WHERE later.connection_id = sync_run.connection_id
                        AND later.reach = 'recent' AND later.state = 'done'
                        AND later.id > sync_run.id)
        """,
    ),
    (
        dt.timedelta(days=90),
        """
            DELETE FROM sync_run WHERE state IN ('done', 'failed') AND finished_at < :before
            AND NOT EXISTS (SELECT FROM metric_revision WHERE sync_run_id = sync_run.id)
        """,
    ),
    (
        dt.timedelta(days=7),
        "DELETE FROM change_set WHERE state = 'prepared' AND expires_at < :before",
    ),
    (
        dt.timedelta(days=KEPT_DAYS),
        """
            UPDATE model_call SET prompt = '[]', answer = '' WHERE began_at < :before
            AND (prompt <> '[]' OR answer <> '')
        """,
    ),
    (
        dt.timedelta(days=7),
        """
            DELETE FROM procrastinate_jobs
            WHERE status IN ('succeeded', 'failed', 'cancelled', 'aborted')
            AND NOT EXISTS (SELECT FROM procrastinate_events
                            WHERE job_id = procrastinate_jobs.id AND at >= :before)
        """,
    ),
)


def prune(session: Session, now: dt.datetime) -> None:
    """What has expired goes at once, deleted reports among it; syncs, jobs, idle uploads later.

    Syncs of today's figures that changed nothing and had nothing to say go after three days. What
    models were asked and answered is emptied after 90; what it cost stays.

    A sync that changed figures stays for as long as the ledger names it.
    """
    discard_stale(session, now)
    for age, statement in _EXPIRED:
        session.execute(text(statement), {"before": now - age})

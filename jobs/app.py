"""The job queue: Procrastinate on the app's own PostgreSQL."""

from __future__ import annotations

from procrastinate import App, PsycopgConnector

from app.settings import Settings
from jobs.tasks import TASKS

# A worker beats this often; its jobs are given to others once it missed three beats.
BEAT_SECONDS = 5
STALLED_SECONDS = 15


def make_queue(settings: Settings) -> App:
    """The queue with every task; open it before use."""
    conninfo = settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    # Fetching, finishing and heartbeats are short; one more connection listens.
    connector = PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4)
    queue = App(
        connector=connector,
        worker_defaults={
            "concurrency": settings.job_concurrency,
            "delete_jobs": "successful",
            "install_signal_handlers": False,
            "update_heartbeat_interval": BEAT_SECONDS,
            "stalled_worker_timeout": STALLED_SECONDS,
        },
    )
    for name, task in TASKS.items():
        queue.task(name=name, pass_context=True)(task)
    return queue

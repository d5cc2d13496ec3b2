"""How gunicorn serves the app, on a laptop and on a host alike.

The address comes from gunicorn itself: 0.0.0.0:$PORT when a host sets PORT, else 127.0.0.1:8000.
There is no access log: paths of reset links and share links are secrets.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

    from jobs.background import Background

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 8
# A worker that cannot even beat for this long is stuck; long requests do not stop the beat.
timeout = 60
# Time for requests and jobs to end after SIGTERM; hosts kill after 30 seconds.
graceful_timeout = 25
# Longer than the idle time of the usual load balancers, so that they close first.
keepalive = 75
# The heartbeat file must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn makes a private file
# It would put a socket into the home directory, and nobody talks to it.
control_socket_disable = True


def post_worker_init(worker: Worker) -> None:
    """Start the timer and the job worker inside this process, unless others do the jobs."""
    if worker.wsgi.config["SETTINGS"].run_jobs:
        # Imported here so that a web process without jobs never loads the queue.
        from jobs import background  # noqa: PLC0415

        worker.background = background.start(worker.wsgi)


def worker_exit(_server: Arbiter, worker: Worker) -> None:
    """Let running jobs reach a commit before the process ends."""
    running: Background | None = getattr(worker, "background", None)
    if running is not None:
        running.stop()

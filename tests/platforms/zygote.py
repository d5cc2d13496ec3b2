"""Does syncs in children that can be killed, without importing the app anew for each.

`python -m tests.platforms.zygote DATABASE KEY SANDBOX`; each line on its input, an instant, forks a
child that does every unfinished sync as of then, and prints the child's process id, then its
status once it has ended. The children's waiting takes no time.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from app.connectors.http import Http
from app.models import PlatformConnection, SyncRun
from app.settings import Settings
from app.sync.run import sync
from tests.conftest import make_settings
from tests.consent import sandbox_settings

AT_ONCE = 2


class Waiting:
    """Seconds that pass only while something sleeps."""

    def __init__(self, now: dt.datetime) -> None:
        self._now = now
        self._slept = 0.0
        self._lock = threading.Lock()

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._slept += seconds

    def seconds(self) -> float:
        return self._slept

    def unix(self) -> float:
        return self._now.timestamp() + self._slept


def work(settings: Settings, now: dt.datetime) -> None:
    """Every unfinished sync of a connection that is not resting, two at a time."""
    engine = create_engine(settings.database_url)
    with Session(engine) as session:
        waiting = session.scalars(
            select(SyncRun.id)
            .join(PlatformConnection, PlatformConnection.id == SyncRun.connection_id)
            .where(SyncRun.state.in_(("queued", "running")))
            .order_by(SyncRun.id)
        ).all()

    def one(run_id: int) -> None:
        pace = Waiting(now)
        with Http(sleep=pace.sleep, clock=pace.seconds, wall=pace.unix) as http:
            sync(engine, http, settings, run_id, clock=lambda: now, stopping=threading.Event())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, waiting))


def main(database: str, key: str, sandbox: str) -> None:
    """Fork a child per line."""
    settings = make_settings(database, encryption_keys=(key,), **sandbox_settings(sandbox))
    for line in sys.stdin:
        child = os.fork()
        if not child:
            code = 0
            try:
                work(settings, dt.datetime.fromisoformat(line.strip()))
            except BaseException:  # noqa: BLE001 told to the parent
                Path(os.environ["FAULTS_LOG"]).write_text(traceback.format_exc())
                code = 1
            os._exit(code)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:4])

"""What every job of a process is given."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from procrastinate import JobContext
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.connectors.http import Http
from app.settings import Settings
from app.sync.run import Interrupted

KEY = "runtime"


def utc_now() -> dt.datetime:
    """The clock of the jobs."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Runtime:
    """The database, the settings and the wish to stop. `stopping` is set once, at the end."""

    settings: Settings
    engine: Engine
    stopping: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def create(cls, settings: Settings) -> Runtime:
        """Every job may hold a lock, a transaction and a quota at once, and the timer one more."""
        engine = create_engine(
            settings.database_url,
            pool_size=3 * settings.job_concurrency + 2,
            pool_pre_ping=True,
        )
        return cls(settings, engine)

    @classmethod
    def of(cls, context: JobContext) -> Runtime:
        """The runtime of the process that runs this job."""
        return cast("Runtime", context.additional_context[KEY])

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed at the end, or not at all."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def has_database(self) -> bool:
        """Whether the database answers now."""
        try:
            with self.engine.connect():
                return True
        except OperationalError:
            return False

    def http(self) -> Http:
        """A conversation with platforms whose waiting ends when the process does."""
        return Http(sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        if self.stopping.wait(seconds):
            raise Interrupted

"""The timetable, and the one process that follows it."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import NamedTuple

import psycopg
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.advice import nightly, waking
from app.reports import delivering, scheduling
from app.settings import Settings
from app.sync.due import enqueue_due
from app.sync.queue import defer
from jobs.recovery import recover
from jobs.runtime import Runtime, utc_now
from jobs.tasks import PRUNE, REFRESH_RATES, REMIND, TELL

logger = logging.getLogger(__name__)

# PostgreSQL's advisory lock of whoever keeps the timetable.
LEADER_LOCK = 20_260_001
LOOK_EVERY_SECONDS = 1.0

Action = Callable[[Session, Settings, dt.datetime], object]


def _recover(session: Session, _settings: Settings, now: dt.datetime) -> None:
    recover(session, now)


def _queue_rates(session: Session, _settings: Settings, _now: dt.datetime) -> None:
    defer(session, REFRESH_RATES, {})


def _queue_pruning(session: Session, _settings: Settings, _now: dt.datetime) -> None:
    defer(session, PRUNE, {})


def _queue_reminders(session: Session, settings: Settings, _now: dt.datetime) -> None:
    if settings.smtp_host:
        defer(session, REMIND, {})


def _queue_deliveries(session: Session, settings: Settings, now: dt.datetime) -> None:
    scheduling.claim_due(session, settings, now)
    for delivery_id in delivering.take_due(session, now):
        defer(session, delivering.TASK, {"delivery_id": delivery_id})


def _wake_alerts(session: Session, settings: Settings, now: dt.datetime) -> None:
    if waking.wake(session, now) and settings.smtp_host:
        defer(session, TELL, {})


def _queue_findings(session: Session, _settings: Settings, _now: dt.datetime) -> None:
    nightly.queue_all(session)


class Entry(NamedTuple):
    """One line of the timetable; `at_start` runs it as soon as this process leads, too."""

    name: str
    action: Action
    trigger: BaseTrigger
    at_start: bool


# The ECB publishes about 16:00 in Frankfurt on its working days.
TIMETABLE = (
    Entry("recover", _recover, IntervalTrigger(seconds=10, timezone=dt.UTC), at_start=True),
    Entry("sync", enqueue_due, IntervalTrigger(minutes=5, timezone=dt.UTC), at_start=True),
    Entry("deliver", _queue_deliveries, IntervalTrigger(minutes=1, timezone=dt.UTC), at_start=True),
    Entry("rates", _queue_rates, CronTrigger(hour=17, timezone=dt.UTC), at_start=True),
    Entry("remind", _queue_reminders, CronTrigger(minute=10, timezone=dt.UTC), at_start=False),
    Entry("wake", _wake_alerts, IntervalTrigger(minutes=5, timezone=dt.UTC), at_start=True),
    # Before anybody in Europe or America reads it, after the rates of the day before.
    Entry("look", _queue_findings, CronTrigger(hour=3, timezone=dt.UTC), at_start=False),
    Entry("prune", _queue_pruning, CronTrigger(hour=2, minute=30, timezone=dt.UTC), at_start=False),
)


class Timer:
    """A thread that follows the timetable while its process leads, and waits otherwise.

    Leading is holding an advisory lock on a connection of its own, looked at every second: the
    lock goes with the process, and the next one takes over.
    """

    def __init__(self, runtime: Runtime, timetable: tuple[Entry, ...] = TIMETABLE) -> None:
        self._runtime = runtime
        self._timetable = timetable
        self.thread = threading.Thread(target=self._run, name="timer", daemon=True)

    def start(self) -> None:
        """Begin to stand for leader."""
        self.thread.start()

    def _run(self) -> None:
        while not self._runtime.stopping.is_set():
            try:
                self._stand()
            except psycopg.Error as error:
                logger.warning("the timer lost its database connection: %s", error)
            self._runtime.stopping.wait(LOOK_EVERY_SECONDS)

    def _stand(self) -> None:
        """Wait to lead, lead, and stop leading when the connection or the process ends."""
        url = self._runtime.engine.url.set(drivername="postgresql")
        conninfo = url.render_as_string(hide_password=False)
        with psycopg.connect(conninfo, autocommit=True, connect_timeout=10) as connection:
            while not _leads(connection):
                if self._runtime.stopping.wait(LOOK_EVERY_SECONDS):
                    return
            scheduler = self._scheduler()
            scheduler.start()
            logger.info("this process keeps the timetable")
            try:
                while not self._runtime.stopping.wait(LOOK_EVERY_SECONDS):
                    connection.execute("SELECT 1")
            finally:
                scheduler.shutdown(wait=True)

    def _scheduler(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            timezone=dt.UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 300},
        )
        for entry in self._timetable:
            at_start = {"next_run_time": utc_now()} if entry.at_start else {}
            scheduler.add_job(self._act, entry.trigger, args=[entry], id=entry.name, **at_start)
        return scheduler

    def _act(self, entry: Entry) -> None:
        """One entry in one transaction; a database that is away is tried again next time."""
        try:
            with self._runtime.transaction() as session:
                entry.action(session, self._runtime.settings, utc_now())
        except SQLAlchemyError:
            logger.exception("the timetable's %s did not run", entry.name)


def _leads(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [LEADER_LOCK]).fetchone()
    return bool(row and row[0])

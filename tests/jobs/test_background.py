"""The worker inside another process: takes jobs, survives a fault of ours, stops cleanly."""

from __future__ import annotations

import datetime as dt
import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.connectors.words import FoundAccount
from app.models import PlatformConnection, SyncRun
from app.settings import Settings
from app.sync.requests import request_sync
from app.sync.window import Reach
from jobs import background
from tests.conftest import COPY, make_settings
from tests.jobs.conftest import ROOT, Start
from tests.sync.fake_platform import FakePlatform, World


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Exchange rates are asked of a port where nobody listens."""
    return replace(settings, ecb_url="http://127.0.0.1:9/rates.zip")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(accounts=[FoundAccount("act_1", "Main", "USD", "America/New_York")])
    monkeypatch.setattr(FakePlatform, "world", made)
    return made


@pytest.fixture
def working(
    settings: Settings, connection: PlatformConnection, world: World
) -> Iterator[background.Background]:
    """A worker and a timer in this process, as gunicorn starts them."""
    started = background.start(SimpleNamespace(config={"SETTINGS": settings}))
    yield started
    started.stop()


def ended(session: Session, run: SyncRun) -> SyncRun:
    deadline = time.monotonic() + 30
    while run.state not in ("done", "failed"):
        assert time.monotonic() < deadline, run.state
        session.commit()
        threading.Event().wait(0.02)
        session.expire_all()
    return run


def ask(session: Session, connection: PlatformConnection) -> SyncRun:
    now = dt.datetime.now(dt.UTC)
    run = request_sync(session, connection, trigger="manual", now=now, reach=Reach.WEEK)
    session.commit()
    return run


def test_a_queued_sync_is_done_and_its_job_is_gone(
    session: Session, connection: PlatformConnection, working: background.Background, world: World
) -> None:
    today = dt.datetime.now(dt.UTC).date()
    world.spread(today - dt.timedelta(days=6), today)
    assert ended(session, ask(session, connection)).state == "done"


def test_what_is_due_is_synced_without_being_asked(
    session: Session, connection: PlatformConnection, working: background.Background
) -> None:
    deadline = time.monotonic() + 30
    while not (runs := session.scalars(select(SyncRun)).all()):
        assert time.monotonic() < deadline
        session.commit()
        threading.Event().wait(0.02)
    assert (runs[0].trigger, runs[0].reach) == ("schedule", "history")
    assert ended(session, runs[0]).state == "done"


def test_a_fault_of_ours_fails_the_run_and_nothing_else(
    session: Session,
    connection: PlatformConnection,
    working: background.Background,
    world: World,
    caplog: pytest.LogCaptureFixture,
) -> None:
    world.faults = [ZeroDivisionError("a bug")] * 2
    failed = ended(session, ask(session, connection))
    assert failed.state == "failed"
    assert "our side" in failed.error
    assert "ZeroDivisionError" in caplog.text
    world.faults = []
    assert ended(session, ask(session, connection)).state == "done"


def test_stopping_leaves_no_connection_behind(
    session: Session, settings: Settings, connection: PlatformConnection, world: World
) -> None:
    started = background.start(SimpleNamespace(config={"SETTINGS": settings}))
    ended(session, ask(session, connection))
    started.stop()
    others: Any = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND application_name NOT IN ('sweeper', 'tests')"
    )
    deadline = time.monotonic() + 5
    while session.scalar(others):
        assert time.monotonic() < deadline
        # Within a transaction PostgreSQL shows the activity of its first look.
        session.commit()
    assert set(session.scalars(select(SyncRun.state))) <= {"done", "queued"}


def test_without_a_database_stopping_waits_for_nothing(
    database_copy: str, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    lost = replace(settings, database_url=make_settings(database_copy).database_url)
    caplog.set_level(logging.INFO)
    started = background.start(SimpleNamespace(config={"SETTINGS": lost}))
    deadline = time.monotonic() + 30
    while "keeps the timetable" not in caplog.text:
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)
    server = psycopg.connect(settings.database_url.replace("+psycopg", ""), autocommit=True)
    with server:
        server.execute(f'DROP DATABASE "{COPY}" WITH (FORCE)')
        began = time.monotonic()
        started.stop()
        took = time.monotonic() - began
        server.execute(f'CREATE DATABASE "{COPY}"')
    assert took < background._STOP_SECONDS / 2


def test_a_worker_process_ends_cleanly_when_told_to(start: Start, settings: Settings) -> None:
    environ = {
        "APP_ENV": "test",
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "ENCRYPTION_KEYS": settings.encryption_keys[0],
        "ECB_URL": settings.ecb_url,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "jobs"], cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = next(line for line in process.stderr if "keeps the timetable" in line)
        assert said
        process.send_signal(signal.SIGTERM)
        try:
            assert process.wait(20) == 0
        finally:
            # What goes on would take the jobs of the tests to come.
            process.kill()


def test_a_worker_process_says_what_is_missing() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "jobs"],
        cwd=ROOT,
        env={"APP_ENV": "test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, "DATABASE_URL" in process.stderr) == (2, True)

"""Processes for tests to kill: `python -m tests.jobs.processes WHAT URL KEY ...`.

WHAT is sync, timer, jobs, mail or write.
They talk to the fake platform, whose world is the same in each of them. After the key comes the run
to sync, the port of a mail server for `mail`, or the address of a model server, for `write` with
the batch to write.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

from apscheduler.triggers.interval import IntervalTrigger
from procrastinate import JobContext
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app.connectors.base import Connector
from app.connectors.http import Http
from app.connectors.words import Days, Fact, FoundAccount, Grain
from app.settings import Settings
from app.sync.run import sync
from jobs import tasks
from jobs.background import Background
from jobs.runtime import KEY, Runtime
from jobs.schedule import Entry, Timer
from tests.conftest import make_settings
from tests.model_server import KEY as MODEL_KEY
from tests.model_server import SECONDS
from tests.sync.fake_platform import NOON, TODAY, FakePlatform, World

# Exchange rates are asked of a port where nobody listens.
NOWHERE = "http://127.0.0.1:9/rates.zip"


def fixed_world() -> World:
    """A hundred days of five campaigns up to the fake platform's today."""
    world = World(accounts=[FoundAccount("act_1", "Main", "USD", "America/New_York")])
    world.spread(TODAY - dt.timedelta(days=100), TODAY, campaigns=5)
    return world


class SlowPlatform(FakePlatform):
    """Takes its time over every page and says aloud what it was asked for."""

    slug = "slow"
    chunk_days = 2

    def facts(
        self, account: FoundAccount, grain: Grain, days: Days, *, conversion_action: str | None
    ) -> Iterator[list[Fact]]:
        sys.stdout.write(f"asked {grain} {days.first}\n")
        sys.stdout.flush()
        for page in super().facts(account, grain, days, conversion_action=conversion_action):
            time.sleep(0.01)
            yield page


Connector.registry.pop(SlowPlatform.slug)


def do_sync(settings: Settings, run_id: int) -> None:
    """One sync, as the job does it, at the fake platform's noon."""
    with Http() as http:
        sync(
            create_engine(settings.database_url),
            http,
            settings,
            run_id,
            clock=lambda: NOON,
            stopping=threading.Event(),
        )


def keep_time(settings: Settings) -> None:
    """A timer whose only entry says who leads."""

    def say(_session: Session, _settings: Settings, _now: dt.datetime) -> None:
        sys.stdout.write(f"tick {os.getpid()}\n")
        sys.stdout.flush()

    every = IntervalTrigger(seconds=0.2, timezone=dt.UTC)
    runtime = Runtime.create(settings)
    Timer(runtime, (Entry("say", say, every, at_start=True),)).start()
    threading.Event().wait()


def do_jobs(settings: Settings) -> None:
    """Everything a web process does besides the web."""
    Background(settings).start()
    threading.Event().wait()


def write(settings: Settings, batch_id: int) -> None:
    """One batch of ad copy, as a worker's job does it."""
    runtime = Runtime.create(settings)
    context = cast("JobContext", SimpleNamespace(additional_context={KEY: runtime}))
    tasks.write_batch(context, batch_id=batch_id)
    runtime.engine.dispose()


def with_model(settings: Settings, base: str) -> Settings:
    """Settings under which a model at this address writes."""
    return replace(
        settings,
        llm_model="openai/gpt-4o-mini",
        llm_api_key=MODEL_KEY,
        llm_api_base=base,
        llm_timeout_seconds=SECONDS,
    )


def with_mail(settings: Settings, port: int) -> Settings:
    """Settings under which letters go to a mail server on this machine."""
    return replace(
        settings,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_from="Growzzy <ads@example.com>",
        smtp_security="none",
    )


def main() -> None:
    """Do what the first argument says."""
    what, url, key, *rest = sys.argv[1:]
    Connector.registry[FakePlatform.slug] = SlowPlatform
    FakePlatform.world = fixed_world()
    settings = replace(make_settings(url), encryption_keys=(key,), ecb_url=NOWHERE)
    if what == "write":
        write(with_model(settings, rest[0]), int(rest[1]))
    elif what == "sync":
        do_sync(settings, int(rest[0]))
    elif what == "mail":
        do_jobs(with_mail(settings, int(rest[0])))
    elif what == "timer":
        keep_time(settings)
    else:
        do_jobs(with_model(settings, rest[0]) if rest else settings)


if __name__ == "__main__":
    main()

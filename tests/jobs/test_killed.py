"""kill -9 at any moment loses nothing and doubles nothing."""

from __future__ import annotations

import random
import time
from collections import Counter
from decimal import Decimal
from subprocess import Popen

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.connectors.words import Grain
from app.models import (
    AdDay,
    CampaignDay,
    MetricRevision,
    PlacementDay,
    PlatformConnection,
    PlatformTotalDay,
    SyncRun,
)
from app.sync.requests import request_sync
from app.sync.window import Reach
from tests.jobs.conftest import Start
from tests.jobs.processes import fixed_world
from tests.sync.fake_platform import NOON

SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.prove) for seed in range(2, 12))]


def asked(session: Session, connection: PlatformConnection) -> SyncRun:
    run = request_sync(session, connection, trigger="manual", now=NOON, reach=Reach.HISTORY)
    session.commit()
    return run


def held(session: Session) -> dict[str, tuple[int, Decimal]]:
    """Rows and spend of each table of figures."""
    session.expire_all()
    tables = (CampaignDay, AdDay, PlacementDay, PlatformTotalDay)
    return {
        table.__tablename__: tuple(
            session.execute(select(func.count(), func.sum(table.spend)).select_from(table)).one()
        )
        for table in tables
    }


def truth() -> dict[str, tuple[int, Decimal]]:
    facts = fixed_world().facts
    sums = {grain: sum((row.spend for row in rows), Decimal(0)) for grain, rows in facts.items()}
    return {
        "campaign_day": (len(facts[Grain.CAMPAIGN]), sums[Grain.CAMPAIGN]),
        "ad_day": (len(facts[Grain.AD]), sums[Grain.AD]),
        "placement_day": (len(facts[Grain.PLACEMENT]), sums[Grain.PLACEMENT]),
        "platform_total_day": (101, sums[Grain.CAMPAIGN]),
    }


def wait_for_chunks(session: Session, run: SyncRun, process: Popen[str], wanted: int) -> None:
    deadline = time.monotonic() + 90
    while process.poll() is None:
        assert time.monotonic() < deadline, run.state
        session.expire_all()
        if run.chunks_done >= wanted:
            return
        session.commit()
        time.sleep(0.005)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_sync_goes_on_with_what_it_lacked(
    session: Session, connection: PlatformConnection, start: Start, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 a place to kill at
    run = asked(session, connection)
    for _ in range(2):
        process = start("sync", run.id)
        wait_for_chunks(session, run, process, run.chunks_done + chance.randint(1, 4))
        # The place to kill it at lies somewhere in the chunk after.
        time.sleep(chance.random() / 20)
        process.kill()
        process.wait()
        session.expire_all()
        session.commit()
    assert run.state == "running"
    before = run.chunks_done

    assert start("sync", run.id).wait(60) == 0

    session.expire_all()
    assert (run.state, run.chunks_done) == ("done", run.chunks_total)
    assert before > 0
    assert held(session) == truth()
    assert session.scalar(select(func.count()).select_from(MetricRevision)) == 0


def test_two_processes_never_sync_one_connection_at_once(
    session: Session, connection: PlatformConnection, start: Start
) -> None:
    run = asked(session, connection)
    both = [start("sync", run.id), start("sync", run.id)]
    said = [process.communicate(timeout=60)[0] for process in both]
    questions = Counter(line for output in said for line in output.splitlines())
    session.expire_all()
    assert run.state == "done"
    assert set(questions.values()) == {1}
    assert held(session) == truth()


@pytest.mark.prove
def test_a_killed_process_leaves_its_jobs_to_the_next(
    session: Session, connection: PlatformConnection, start: Start
) -> None:
    run = asked(session, connection)
    first, second = start("jobs"), start("jobs")
    wait_for_chunks(session, run, first, 2)
    first.kill()
    deadline = time.monotonic() + 90
    while run.state != "done":
        assert time.monotonic() < deadline, run.state
        assert second.poll() is None
        session.commit()
        time.sleep(0.1)
        session.expire_all()
    assert run.chunks_done == run.chunks_total
    assert session.scalar(
        text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'")
    ) in (0, 1)

"""One timetable, however many processes."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from subprocess import Popen
from typing import IO

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.models import (
    OAuthState,
    PasswordReset,
    PlatformConnection,
    QuotaUse,
    RateLimit,
    SyncRun,
    UserSession,
    WebhookDelivery,
)
from app.settings import Settings
from app.sync.queue import defer
from app.sync.requests import request_sync
from jobs.prune import prune
from jobs.recovery import recover
from jobs.schedule import TIMETABLE, Entry
from tests.conftest import Member
from tests.jobs.conftest import Start
from tests.sync.fake_platform import NOON

_TAKEN = text("""
    UPDATE procrastinate_jobs
    SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)
""")


class Ticks:
    """Who kept the time, as the processes say."""

    def __init__(self, *processes: Popen[str]) -> None:
        self.by_process: Counter[int] = Counter()
        self._said = threading.Condition()
        for process in processes:
            assert process.stdout is not None
            threading.Thread(target=self._listen, args=[process.stdout], daemon=True).start()

    def wait(self, count: int, *, but_not: int = 0) -> int:
        """The process that ticked `count` times first."""

        def leader() -> int | None:
            found = (pid for pid, ticks in self.by_process.items() if ticks >= count)
            return next((pid for pid in found if pid != but_not), None)

        with self._said:
            assert self._said.wait_for(leader, timeout=30), self.by_process
            return leader() or 0

    def _listen(self, output: IO[str]) -> None:
        for line in output:
            with self._said:
                self.by_process[int(line.split()[1])] += 1
                self._said.notify_all()


def test_leadership_moves_when_the_leader_dies(start: Start) -> None:
    processes = [start("timer"), start("timer")]
    ticks = Ticks(*processes)
    leader = ticks.wait(10)
    assert set(ticks.by_process) == {leader}
    next(process for process in processes if process.pid == leader).kill()
    follower = ticks.wait(5, but_not=leader)
    assert follower in {process.pid for process in processes} - {leader}


def test_the_timetable_says_when_what_happens() -> None:
    assert {entry.name: str(entry.trigger) for entry in TIMETABLE} == {
        "recover": "interval[0:00:10]",
        "sync": "interval[0:05:00]",
        "deliver": "interval[0:01:00]",
        "rates": "cron[hour='17']",
        "wake": "interval[0:05:00]",
        "look": "cron[hour='3']",
        "remind": "cron[minute='10']",
        "prune": "cron[hour='2', minute='30']",
    }


@pytest.mark.parametrize("entry", TIMETABLE, ids=lambda entry: entry.name)
def test_every_entry_runs_on_an_empty_database(
    session: Session, settings: Settings, entry: Entry
) -> None:
    entry.action(session, settings, NOON)
    session.commit()


def test_a_dead_workers_job_goes_back_to_the_queue(
    session: Session, connection: PlatformConnection
) -> None:
    run = request_sync(session, connection, trigger="manual", now=NOON)
    session.execute(
        text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 h')")
    )
    session.execute(_TAKEN)
    recover(session, NOON)
    assert jobs(session) == [("todo", run.id)]


def test_a_living_workers_job_is_left_to_it(
    session: Session, connection: PlatformConnection
) -> None:
    run = request_sync(session, connection, trigger="manual", now=NOON)
    session.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
    session.execute(_TAKEN)
    recover(session, NOON)
    assert jobs(session) == [("doing", run.id)]


def test_a_sync_that_lost_its_job_gets_another(
    session: Session, connection: PlatformConnection
) -> None:
    run = request_sync(session, connection, trigger="manual", now=NOON)
    session.execute(text("DELETE FROM procrastinate_jobs"))
    recover(session, NOON)
    assert jobs(session) == []
    recover(session, NOON + dt.timedelta(minutes=3))
    assert jobs(session) == [("todo", run.id)]


def jobs(session: Session) -> list[tuple[str, int]]:
    found = session.execute(
        text("SELECT status::text, (args->>'run_id')::bigint FROM procrastinate_jobs ORDER BY id")
    )
    return [(status, run_id) for status, run_id in found]


def test_what_has_expired_is_pruned_and_the_rest_stays(
    session: Session, alice: Member, connection: PlatformConnection
) -> None:
    for age in (-1, 400):
        then = NOON - dt.timedelta(days=age)
        signed_in = UserSession(user_id=alice.user.id, token_digest=b"s%d" % age, expires_at=then)
        session.add(signed_in)
        session.flush()
        session.add_all(
            [
                PasswordReset(user_id=alice.user.id, token_digest=b"r%d" % age, expires_at=then),
                RateLimit(key=f"k{age}", hits=1, expires_at=then),
                OAuthState(
                    digest=b"o%d" % age,
                    session_id=signed_in.id,
                    workspace_id=alice.workspace.id,
                    platform="fake",
                    expires_at=then,
                ),
                SyncRun(
                    workspace_id=alice.workspace.id,
                    connection_id=connection.id,
                    trigger="schedule",
                    reach="recent",
                    state="done",
                    finished_at=then,
                ),
                QuotaUse(platform="fake", quota="calls", slot=then, units=1),
                WebhookDelivery(platform="fake", delivery_id=f"d{age}", received_at=then),
            ]
        )
    defer(session, "sync", {"run_id": 1})
    session.flush()
    prune(session, NOON)
    tables = (UserSession, PasswordReset, RateLimit, OAuthState, SyncRun, QuotaUse, WebhookDelivery)
    for table in tables:
        assert len(session.scalars(select(table)).all()) == 1, table
    assert len(jobs(session)) == 1


def test_syncs_of_today_with_nothing_to_say_go_early_but_for_the_latest(
    session: Session, connection: PlatformConnection
) -> None:
    def ran(reach: str, days_ago: int, **how: str) -> SyncRun:
        made = SyncRun(
            workspace_id=connection.workspace_id,
            connection_id=connection.id,
            trigger="schedule",
            reach=reach,
            finished_at=NOON - dt.timedelta(days=days_ago),
            **({"state": "done"} | how),
        )
        session.add(made)
        session.flush()
        return made

    quiet = ran("recent", 9)
    kept = [
        ran("week", 8),
        ran("recent", 8, notice="The platform took back a day."),
        ran("recent", 8, state="failed"),
        ran("recent", 7),
    ]
    prune(session, NOON)
    left = set(session.scalars(select(SyncRun.id)))
    assert left == {run.id for run in kept}
    assert quiet.id not in left

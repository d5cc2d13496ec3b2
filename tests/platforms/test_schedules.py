"""Random faults, kills and restarts over all platforms at once; in the end every figure is right.

A schedule is a seed: which faults hit which requests, when the process is killed, when figures
restate. Faults that end a grant put the connection up for its owner, who connects again; all
others must heal by themselves.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from select import select as select_ready

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.connectors.base import Connector
from app.connectors.words import Days, Grain
from app.models import (
    Account,
    PlatformConnection,
    QuotaUse,
    Reconciliation,
    SyncRun,
)
from app.settings import Settings
from app.sync.requests import request_sync
from tests.platforms.conftest import NOON, Connect
from tests.platforms.kinds import DEADLY, PASSING
from tests.platforms.truth import ad_spend, held, true, true_ad_spend
from tests.sandbox_server import SandboxServer

ROOT = Path(__file__).parents[2]
SPAN = Days(NOON.date() - dt.timedelta(days=9), NOON.date() - dt.timedelta(days=1))
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.prove) for seed in range(2, 201))]
MOST_STARTS = 60


class Children:
    """Starts processes that sync, and kills some of them."""

    def __init__(self, settings: Settings, sandbox: SandboxServer, log: Path) -> None:
        key = settings.encryption_keys[0]
        self._log = log
        self._zygote = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.platforms.zygote"),
                *(settings.database_url, key, sandbox.url),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"FAULTS_LOG": str(log)},
        )

    def work(self, now: dt.datetime, kill_after: float | None = None) -> None:
        """Let a child do what there is to do, or kill it with signal 9 after so many seconds."""
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        self._zygote.stdin.write(f"{now.isoformat()}\n")
        self._zygote.stdin.flush()
        child = int(self._zygote.stdout.readline())
        if (
            kill_after is not None
            and not select_ready([self._zygote.stdout], [], [], kill_after)[0]
        ):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        status = int(self._zygote.stdout.readline())
        assert status in (0, -signal.SIGKILL), self._log.read_text()

    def close(self) -> None:
        for pipe in (self._zygote.stdin, self._zygote.stdout):
            if pipe is not None:
                pipe.close()
        self._zygote.wait(timeout=10)


@pytest.fixture
def children(settings: Settings, sandbox: SandboxServer, tmp_path: Path) -> Iterator[Children]:
    made = Children(settings, sandbox, tmp_path / "log")
    yield made
    made.close()


@pytest.fixture
def connections(connected: Connect) -> dict[str, PlatformConnection]:
    """Alice's connections to every platform, all accounts chosen."""
    return {slug: connected(slug) for slug in sorted(PASSING) if slug in Connector.registry}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", SEEDS)
def test_after_the_faults_every_figure_is_the_platforms_own(
    session: Session,
    sandbox: SandboxServer,
    connected: Connect,
    connections: dict[str, PlatformConnection],
    children: Children,
    seed: int,
) -> None:
    chance = random.Random(seed)  # noqa: S311 a schedule
    doomed = plant(sandbox, chance, sorted(connections))
    now = NOON
    for connection in connections.values():
        ask(session, connection, now)

    for _ in range(chance.randint(2, 5)):
        children.work(now, kill_after=chance.uniform(0.05, 1.2))
        now = rested(session, sandbox, now)
        if chance.random() < 0.3:
            sandbox.restate()
    sandbox.calm()
    now = work_off(session, sandbox, children, now)
    for slug, connection in connections.items():
        if needs_its_owner(session, connection):
            assert slug in doomed, connection.status_reason
            connected(slug, connection.id, now)

    now = next_noon(sandbox, now)
    for connection in connections.values():
        ask(session, connection, now)
    work_off(session, sandbox, children, now)
    for run in session.scalars(select(SyncRun).order_by(SyncRun.id.desc()).limit(len(connections))):
        session.refresh(run)
        assert (run.state, run.error) == ("done", "")
    for account in session.scalars(select(Account).where(Account.selected)):
        check(session, sandbox, account)


def plant(sandbox: SandboxServer, chance: random.Random, slugs: list[str]) -> set[str]:
    """A few faults on every platform; the platforms whose grant may end."""
    doomed = set()
    for slug in slugs:
        for _ in range(chance.randint(1, 4)):
            deadly = chance.random() < 0.08 and bool(DEADLY[slug])
            kind = chance.choice(DEADLY[slug] if deadly else PASSING[slug])
            if deadly:
                doomed.add(slug)
            sandbox.fault(
                kind,
                f"^/{slug}/",
                times=chance.randint(1, 3),
                after=chance.randint(0, 12),
                seconds=0.05,
            )
    return doomed


def work_off(
    session: Session, sandbox: SandboxServer, children: Children, now: dt.datetime
) -> dt.datetime:
    """Let the syncs go on until none is left, however often they rest."""
    for _ in range(MOST_STARTS):
        if not unfinished(session):
            return now
        children.work(now)
        now = rested(session, sandbox, now)
    pytest.fail("the syncs did not come to an end")


def needs_its_owner(session: Session, connection: PlatformConnection) -> bool:
    """Whether it says so, and in a sentence."""
    session.refresh(connection)
    if connection.status == "active":
        return False
    assert connection.status == "needs_attention"
    assert len(connection.status_reason) > 40
    return True


def ask(session: Session, connection: PlatformConnection, now: dt.datetime) -> None:
    request_sync(session, connection, trigger="manual", now=now, days=SPAN)
    session.commit()


def unfinished(session: Session) -> int:
    session.commit()
    waiting = select(func.count()).select_from(SyncRun)
    return session.scalar(waiting.where(SyncRun.state.in_(("queued", "running")))) or 0


def rested(session: Session, sandbox: SandboxServer, now: dt.datetime) -> dt.datetime:
    """When every connection and quota may be asked again; the sandbox's clock goes along."""
    session.commit()
    ends = (PlatformConnection.paused_until, QuotaUse.refused_until)
    known = [session.scalar(select(func.max(end))) for end in ends]
    later = max([now, *filter(None, known)]) + dt.timedelta(seconds=1)
    sandbox.clock(later.isoformat())
    return later


def next_noon(sandbox: SandboxServer, now: dt.datetime) -> dt.datetime:
    """Hours from every account's midnight: what is read then is compared on the same day."""
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    later = noon if noon >= now else noon + dt.timedelta(days=1)
    sandbox.clock(later.isoformat())
    return later


def check(session: Session, sandbox: SandboxServer, account: Account) -> None:
    """Every stored figure of the span is the sandbox's own, to the cent, and reconciled."""
    assert held(session, account, SPAN) == true(sandbox, account, SPAN)
    if Grain.AD in Connector.registry[account.platform].grains:
        assert ad_spend(session, account, SPAN) == true_ad_spend(sandbox, account, SPAN)
    differing = select(Reconciliation.day).where(
        Reconciliation.account_id == account.id, ~Reconciliation.matches
    )
    assert session.scalars(differing).all() == []

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
from decimal import Decimal
from pathlib import Path
from select import select as select_ready
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.connections.grants import choose, connect
from app.connections.vault import Vault
from app.connectors.base import Connector
from app.connectors.http import Http
from app.connectors.words import Days
from app.models import (
    Account,
    AdDay,
    CampaignDay,
    PlatformConnection,
    Reconciliation,
    StoreDay,
    SyncRun,
)
from app.settings import Settings
from app.sync.requests import request_sync
from tests.conftest import Member, make_settings
from tests.consent import granted, sandbox_settings
from tests.faults.kinds import DEADLY, PASSING
from tests.sandbox_server import TODAY, SandboxServer

ROOT = Path(__file__).parents[2]
NOON = dt.datetime.combine(dt.date.fromisoformat(TODAY), dt.time(12), dt.UTC)
SPAN = Days(NOON.date() - dt.timedelta(days=9), NOON.date() - dt.timedelta(days=1))
SEEDS = [1, 2, 3, *(pytest.param(seed, marks=pytest.mark.prove) for seed in range(4, 201))]
MOST_STARTS = 60


class Children:
    """Starts processes that sync, and kills some of them."""

    def __init__(self, settings: Settings, sandbox: SandboxServer, log: Path) -> None:
        key = settings.encryption_keys[0]
        self._log = log
        self._zygote = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.faults.zygote"),
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
def settings(database_url: str, sandbox: SandboxServer) -> Settings:
    return make_settings(database_url, **sandbox_settings(sandbox.url))


@pytest.fixture
def children(settings: Settings, sandbox: SandboxServer, tmp_path: Path) -> Iterator[Children]:
    made = Children(settings, sandbox, tmp_path / "log")
    yield made
    made.close()


@pytest.fixture
def connections(
    session: Session, alice: Member, settings: Settings
) -> dict[str, PlatformConnection]:
    """Alice's connections to every platform, all accounts chosen."""
    return {
        slug: owner_connects(session, alice, settings, slug)
        for slug in sorted(PASSING)
        if slug in Connector.registry
    }


def owner_connects(
    session: Session, owner: Member, settings: Settings, slug: str, repairs: int | None = None
) -> PlatformConnection:
    with Http() as http:
        made = connect(
            session,
            granted(slug, settings, http),
            Vault(settings.encryption_keys),
            workspace_id=owner.workspace.id,
            user_id=owner.user.id,
            kind="oauth",
            repairs=repairs,
        )
    choose(made, [account.external_id for account in made.accounts])
    session.commit()
    return made


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", SEEDS)
def test_after_the_faults_every_figure_is_the_platforms_own(
    session: Session,
    alice: Member,
    settings: Settings,
    sandbox: SandboxServer,
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
            owner_connects(session, alice, settings, slug, repairs=connection.id)

    for connection in connections.values():
        ask(session, connection, now)
    children.work(now)
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
            deadly = chance.random() < 0.08
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
    """When every connection may be asked again; the sandbox's clock goes along."""
    session.commit()
    until = session.scalar(select(func.max(PlatformConnection.paused_until)))
    later = max(now, until or now) + dt.timedelta(seconds=1)
    sandbox.clock(later.isoformat())
    return later


def check(session: Session, sandbox: SandboxServer, account: Account) -> None:
    """Every stored figure of the span is the sandbox's own, to the cent, and reconciled."""
    told = sandbox.truth(account.external_id, SPAN.first, SPAN.last, of=account.platform)
    if account.platform == "shopify":
        assert held_orders(session, account) == true_orders(told)
    else:
        assert held_days(session, account) == true_days(told, account.platform)
        ads = session.scalar(
            select(func.sum(AdDay.spend)).where(
                AdDay.account_id == account.id, AdDay.day.between(SPAN.first, SPAN.last)
            )
        )
        assert (ads or 0) == Decimal(told["served_by_ads"]["spend"])
    differing = session.scalars(
        select(Reconciliation.day).where(
            Reconciliation.account_id == account.id, ~Reconciliation.matches
        )
    ).all()
    assert differing == []


def held_days(session: Session, account: Account) -> dict[str, tuple[Any, ...]]:
    figures = ("spend", "impressions", "clicks", "conversions", "conversion_value")
    rows = session.execute(
        select(CampaignDay.day, *(func.sum(getattr(CampaignDay, name)) for name in figures))
        .where(CampaignDay.account_id == account.id, CampaignDay.day.between(SPAN.first, SPAN.last))
        .group_by(CampaignDay.day)
    )
    return {row[0].isoformat(): tuple(map(Decimal, row[1:])) for row in rows}


def true_days(told: dict[str, Any], platform: str) -> dict[str, tuple[Any, ...]]:
    clicks = "link_clicks" if platform == "meta" else "clicks"
    names = ("spend", "impressions", clicks, "conversions", "value")
    return {day["day"]: tuple(Decimal(str(day[name])) for name in names) for day in told["days"]}


def held_orders(session: Session, account: Account) -> dict[str, tuple[Any, ...]]:
    rows = session.scalars(
        select(StoreDay).where(
            StoreDay.account_id == account.id, StoreDay.day.between(SPAN.first, SPAN.last)
        )
    )
    return {
        row.day.isoformat(): (row.orders, row.gross, row.discounts, row.refunds, row.net)
        for row in rows
    }


def true_orders(told: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    amounts = ("gross", "discounts", "refunds", "net")
    return {
        day["day"]: (day["orders"], *(Decimal(day[name]) for name in amounts))
        for day in told["days"]
    }

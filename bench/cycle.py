"""One cycle over 500 connections: a hundred workspaces with all five platforms each.

`python -m bench.cycle [workspaces]`: every connection is due for today and yesterday; one process
queues them and works the queue off. Run twice: the first time the tape records what the sandbox
says, the second time is measured.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path

from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from app.connections.vault import Vault
from app.connectors.base import Connector
from app.connectors.http import Http
from app.models import Account, CampaignDay, PlatformConnection, StoreDay, SyncRun, Workspace
from app.settings import Settings
from app.sync.due import enqueue_due
from app.sync.window import Reach, history_limit, last_settled
from bench.cases import world
from bench.platforms import ROOT
from jobs.app import make_queue
from jobs.runtime import KEY, Runtime
from sandbox.clock import noon
from tests.consent import granted


def cycle(settings: Settings) -> dict[str, float]:
    """Queue what is due and work until nothing is left."""
    runtime = Runtime.create(settings)
    began, cpu = time.perf_counter(), time.process_time()
    with runtime.transaction() as session:
        queued = enqueue_due(session, settings, dt.datetime.now(dt.UTC))

    async def work() -> None:
        queue = make_queue(settings)
        async with queue.open_async():
            await queue.run_worker_async(wait=False, additional_context={KEY: runtime})

    asyncio.run(work())
    return {
        "queued": queued,
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main(workspaces: int) -> None:
    """Measure and print one line."""
    today = dt.datetime.now(dt.UTC).date()
    with (
        tempfile.TemporaryDirectory() as folder,
        world(Path(folder), today) as (database, tape, standing),
    ):
        # The sandbox's own quota would end a day of 100 Google connections, as Explorer's does.
        settings = replace(standing, google_daily_operations=0, job_concurrency=8)
        engine = create_engine(database)
        _connect(settings, workspaces, today)
        for _ in range(2):
            _make_due(database, today)
            tape.rewind(0)
            told = subprocess.run(
                [sys.executable, "-m", "bench.cycle", "--cycle"],
                input=json.dumps(asdict(settings)),
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
                env=os.environ | {"PYTHONWARNINGS": "ignore"},
            )
            if told.returncode:
                raise SystemExit(told.stderr)
            said = json.loads(told.stdout.splitlines()[-1])
            asked = tape.rewind(0)
        with Session(engine) as session:
            done = session.scalar(
                select(func.count()).select_from(SyncRun).where(SyncRun.trigger == "schedule")
            )
            states = dict(
                session.execute(
                    select(SyncRun.state, func.count())
                    .where(SyncRun.trigger == "schedule")
                    .group_by(SyncRun.state)
                ).all()
            )
            rows = session.scalar(select(func.count()).select_from(CampaignDay))
            sold = session.scalar(select(func.count()).select_from(StoreDay))
        engine.dispose()
    print(
        f"{said['queued']:.0f} connections in {said['seconds']:.1f} s "
        f"({said['cpu']:.1f} s of CPU), {asked} requests, "
        f"{1000 * said['seconds'] / max(said['queued'], 1):.0f} ms a connection, "
        f"{said['peak_mb']:.0f} MB; runs {done}: {states}; rows held {rows} + {sold}"
    )


def _connect(settings: Settings, workspaces: int, today: dt.date) -> None:
    """The same five logins in every workspace, with all their accounts chosen."""
    vault = Vault(settings.encryption_keys)
    engine = create_engine(settings.database_url)
    with Session(engine) as session:
        made = [
            Workspace(name=f"Client {number}", currency="USD", time_zone="UTC")
            for number in range(workspaces)
        ]
        session.add_all(made)
        session.flush()
        for slug in sorted(Connector.registry):
            with Http(wall=noon(today).timestamp) as http:
                connector = granted(slug, settings, http)
                accounts = connector.accounts()
            if connector.grant is None:
                raise SystemExit(f"{slug} gave no grant")
            sealed = vault.seal(replace(connector.grant, expires_at=None))
            for workspace in made:
                connection = PlatformConnection(
                    workspace_id=workspace.id, platform=slug, kind="oauth", credentials=sealed
                )
                session.add(connection)
                session.flush()
                session.add_all(
                    Account(
                        workspace_id=workspace.id,
                        connection_id=connection.id,
                        platform=slug,
                        external_id=account.external_id,
                        name=account.name,
                        currency=account.currency,
                        time_zone=account.time_zone,
                        via=account.via,
                        selected=True,
                    )
                    for account in accounts
                )
        session.commit()
    engine.dispose()


def _make_due(database: str, today: dt.date) -> None:
    """As if everything but today and yesterday had just been read."""
    now = dt.datetime.now(dt.UTC)
    engine = create_engine(database)
    with Session(engine) as session:
        session.execute(text("DELETE FROM sync_run"))
        for account in session.scalars(select(Account)):
            kind = Connector.registry[account.platform]
            account.history_from = history_limit(kind, today) - dt.timedelta(days=2)
            account.read_through = today - dt.timedelta(days=1)
            account.settled_through = last_settled(kind, today)
        for connection in session.scalars(select(PlatformConnection)):
            at = now - dt.timedelta(minutes=5)
            session.add_all(
                SyncRun(
                    workspace_id=connection.workspace_id,
                    connection_id=connection.id,
                    trigger="manual",
                    reach=reach.value,
                    state="done",
                    queued_at=at,
                    started_at=at,
                    finished_at=at,
                )
                for reach in (Reach.HISTORY, Reach.WINDOW, Reach.WEEK)
            )
        session.commit()
    engine.dispose()


if __name__ == "__main__":
    if "--cycle" in sys.argv:
        given = json.load(sys.stdin)
        given["encryption_keys"] = tuple(given["encryption_keys"])
        print(json.dumps(cycle(Settings(**given))))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)

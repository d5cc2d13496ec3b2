"""What the benches of all platforms stand on: a database, the sandbox behind a tape, and grants."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests
from cryptography.fernet import Fernet
from flask_migrate import upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from app import create_app
from app.connectors.base import Connector
from app.connectors.http import Http
from app.extensions import db
from app.models import Account, PlatformConnection, Workspace
from app.settings import Settings
from bench.platforms import ROOT, TODAY, told
from local.postgres import Cluster
from sandbox.clock import noon
from tests.consent import granted, sandbox_settings
from tests.sandbox_server import start, stop

_FIGURES = "campaign_day, ad_day, placement_day, store_day, campaign, metric_revision"


class Tape:
    """The tape's process."""

    def __init__(self, upstream: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "bench" / "tape.py"), upstream],
            stdout=subprocess.PIPE,
            text=True,
        )
        said = self._process.stdout.readline() if self._process.stdout else ""
        self.url = f"http://127.0.0.1:{said.strip()}"

    def rewind(self, delay: float) -> int:
        """Start over with this many seconds before each answer; how many were asked."""
        answer = requests.post(f"{self.url}/tape/rewind", json={"delay": delay}, timeout=10)
        return int(answer.json()["asked"])

    def questions(self) -> list[Any]:
        """What was asked since the last rewind: method, path, body and headers of each."""
        listed: list[Any] = requests.get(f"{self.url}/tape/questions", timeout=60).json()
        return listed

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


@contextmanager
def world(folder: Path, today: dt.date = TODAY) -> Iterator[tuple[str, Tape, Settings]]:
    """A migrated database, the sandbox behind a tape, and settings that name both."""
    with ExitStack() as running:
        cluster = running.enter_context(Cluster.start(folder / "data"))
        process, sandbox = start("--today", today.isoformat())
        running.callback(stop, process, sandbox)
        tape = Tape(sandbox.url)
        running.callback(tape.close)
        database = cluster.url().replace("postgresql://", "postgresql+psycopg://", 1)
        keys = (Fernet.generate_key().decode(),)
        settings = replace(
            Settings(database, "x" * 32, keys, environment="development"),
            **sandbox_settings(tape.url),  # type: ignore[arg-type]
        )
        app = create_app(settings)
        with app.app_context():
            upgrade()
            db.session.remove()
            db.engine.dispose()
        yield database, tape, settings


@contextmanager
def prepared(folder: Path, slugs: list[str]) -> Iterator[tuple[list[dict[str, Any]], Tape]]:
    """A case for every platform (or those named), each with one account to read."""
    with world(folder) as (database, tape, settings):
        engine = create_engine(database)
        # Of Shopify's largest plan.
        bucket = {"size": 20_000, "rate": 2_000}
        requests.post(f"{tape.url}/shopify/control/bucket", json=bucket, timeout=10)
        cases = []
        for slug in slugs or sorted(Connector.registry):
            with Http(wall=noon(TODAY).timestamp) as http:
                connector = granted(slug, settings, http)
                account = max(connector.accounts(), key=lambda one: _size(connector, one))
            with Session(engine) as session:
                _keep(session, slug, account)
            cases.append(
                {
                    "slug": slug,
                    "database": database,
                    "tape": tape.url,
                    "settings": sandbox_settings(tape.url),
                    "grant": told(replace(connector.granted(), scopes=())),
                    "empty": _emptying(engine),
                }
            )
        yield cases, tape
        engine.dispose()


def _size(connector: Connector, account: Any) -> int:
    if connector.sells:
        return 1 if account.currency == "USD" else 0
    return len(connector.structure(account).ads or connector.structure(account).campaigns)


def _keep(session: Session, slug: str, account: Any) -> None:
    workspace = Workspace(name="Bench", currency="USD", time_zone="UTC")
    session.add(workspace)
    session.flush()
    connection = PlatformConnection(workspace_id=workspace.id, platform=slug, kind="oauth")
    session.add(connection)
    session.flush()
    session.add(
        Account(
            workspace_id=workspace.id,
            connection_id=connection.id,
            platform=slug,
            external_id=account.external_id,
            name=account.name,
            currency=account.currency,
            time_zone=account.time_zone,
            via=account.via,
        )
    )
    session.commit()


def _emptying(engine: Any) -> Callable[[], None]:
    def empty() -> None:
        with engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {_FIGURES} CASCADE"))

    return empty

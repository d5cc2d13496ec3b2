"""Alice's connections to the sandbox's platforms, synced in this process."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.connections.grants import choose, connect
from app.connections.vault import Vault
from app.connectors.http import Http
from app.connectors.words import Days
from app.models import PlatformConnection, SyncRun
from app.settings import Settings
from app.sync.requests import request_sync
from app.sync.run import sync
from app.sync.window import Reach
from tests.conftest import Member, make_settings
from tests.consent import granted, sandbox_settings
from tests.sandbox_server import TODAY, SandboxServer

NOON = dt.datetime.combine(dt.date.fromisoformat(TODAY), dt.time(12), dt.UTC)
Connect = Callable[..., PlatformConnection]
Run = Callable[..., SyncRun]


@pytest.fixture
def settings(database_url: str, sandbox: SandboxServer) -> Settings:
    return make_settings(database_url, **sandbox_settings(sandbox.url))


@pytest.fixture
def connected(session: Session, alice: Member, settings: Settings) -> Connect:
    """Connects a platform with all its accounts.

    `repairs` is the connection to renew; with `access="create"` campaigns may be created.
    """

    def do(
        slug: str, repairs: int | None = None, now: dt.datetime = NOON, access: str = ""
    ) -> PlatformConnection:
        with Http(sleep=lambda _: None, wall=now.timestamp) as http:
            made = connect(
                session,
                granted(slug, settings, http, access),
                Vault(settings.encryption_keys),
                workspace_id=alice.workspace.id,
                user_id=alice.user.id,
                kind="oauth",
                repairs=repairs,
            )
        choose(made, [account.external_id for account in made.accounts])
        session.commit()
        return made

    return do


@pytest.fixture
def run(session: Session, engine: Engine, settings: Settings) -> Run:
    """Does one sync of a connection at the sandbox's noon; its waiting takes no time."""

    def do(
        connection: PlatformConnection,
        reach: Reach | None = None,
        days: Days | None = None,
        now: dt.datetime = NOON,
    ) -> SyncRun:
        asked = request_sync(session, connection, trigger="manual", now=now, reach=reach, days=days)
        session.commit()
        with Http(sleep=lambda _: None, wall=now.timestamp) as http:
            sync(engine, http, settings, asked.id, clock=lambda: now, stopping=threading.Event())
        session.expire_all()
        return asked

    return do

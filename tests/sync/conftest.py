"""An account at the fake platform, in the workspace of Alice."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.connections.vault import Vault
from app.connectors.base import Connector
from app.connectors.http import Http
from app.connectors.words import Days, FoundAccount, Grant
from app.models import Account, PlatformConnection, SyncRun
from app.settings import Settings
from app.sync.requests import request_sync
from app.sync.run import sync
from app.sync.window import Reach
from tests.conftest import Member
from tests.sync.fake_platform import NOON, FakePlatform, World

Syncs = Callable[..., SyncRun]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The fake platform's world, with one dollar account in New York time."""
    made = World(accounts=[FoundAccount("act_1", "Main", "USD", "America/New_York")])
    monkeypatch.setattr(FakePlatform, "world", made)
    monkeypatch.setitem(Connector.registry, FakePlatform.slug, FakePlatform)
    return made


@pytest.fixture
def account(session: Session, alice: Member) -> Account:
    """The selected account of a connection nothing was read from yet."""
    return make_account(session, alice.workspace.id)


@pytest.fixture
def connection(session: Session, account: Account, settings: Settings) -> PlatformConnection:
    """The account's connection, with a token."""
    made = account.connection
    made.credentials = Vault(settings.encryption_keys).seal(Grant("token"))
    session.commit()
    return made


@pytest.fixture
def run(
    session: Session, connection: PlatformConnection, settings: Settings, engine: Engine
) -> Syncs:
    """Ask for a sync and do it; the session sees what came of it."""

    def ask_and_do(
        reach: Reach = Reach.HISTORY,
        *,
        now: dt.datetime = NOON,
        days: Days | None = None,
        trigger: str = "manual",
    ) -> SyncRun:
        wanted = request_sync(
            session,
            connection,
            trigger=trigger,
            now=now,
            reach=None if days else reach,
            days=days,
        )
        session.commit()
        do(engine, settings, wanted.id, now=now)
        session.expire_all()
        return wanted

    return ask_and_do


def do(engine: Engine, settings: Settings, run_id: int, *, now: dt.datetime = NOON) -> None:
    """The sync of this run, as its job does it."""
    with Http(sleep=lambda _: None, wall=now.timestamp) as http:
        sync(engine, http, settings, run_id, clock=lambda: now, stopping=threading.Event())


def make_account(
    session: Session,
    workspace_id: int,
    *,
    external_id: str = "act_1",
    currency: str = "USD",
    kind: str = "oauth",
) -> Account:
    """A selected account with a connection of its own."""
    connection = PlatformConnection(workspace_id=workspace_id, platform="fake", kind=kind)
    session.add(connection)
    session.flush()
    made = Account(
        workspace_id=workspace_id,
        connection_id=connection.id,
        platform="fake",
        external_id=external_id,
        name="Main",
        currency=currency,
        time_zone="America/New_York",
        selected=True,
    )
    session.add(made)
    session.commit()
    return made


def row_versions(session: Session) -> dict[str, list[str]]:
    """Every stored row version of the tables a sync fills: a write of any kind alters it."""
    session.commit()
    tables = (
        *("campaign", "ad_group", "ad", "campaign_day", "ad_day", "placement_day", "store_day"),
        *("campaign_total_day", "platform_total_day", "metric_revision", "reconciliation"),
    )
    return {
        table: list(session.scalars(text(f"SELECT ROW(ctid, xmin)::text FROM {table}")))
        for table in tables
    }

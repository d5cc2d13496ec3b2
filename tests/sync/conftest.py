"""An account at the fake platform, in the workspace of Alice."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.connectors.base import Connector
from app.connectors.words import FoundAccount
from app.models import Account, PlatformConnection
from tests.conftest import Member
from tests.sync.fake_platform import FakePlatform, World


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

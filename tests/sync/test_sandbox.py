"""The whole way over a real socket: the sandbox's Meta, synced, equals its truth to the cent."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.connections.grants import choose, connect
from app.connections.vault import Vault
from app.connectors.http import Http
from app.connectors.platforms.meta import Meta
from app.models import (
    Account,
    Campaign,
    CampaignDay,
    MetricRevision,
    PlatformConnection,
    Reconciliation,
    SyncRun,
)
from app.settings import Settings
from app.sync.requests import request_sync
from app.sync.run import sync
from app.sync.window import Reach
from tests.conftest import Member
from tests.sandbox_server import TODAY, SandboxServer

NOON = dt.datetime.combine(dt.date.fromisoformat(TODAY), dt.time(12), dt.UTC)


@pytest.fixture
def settings(settings: Settings, sandbox: SandboxServer) -> Settings:
    return replace(
        settings,
        meta_app_id=sandbox.app_id,
        meta_app_secret=sandbox.app_secret,
        meta_graph_url=sandbox.graph_url,
        meta_dialog_url=sandbox.dialog_url,
    )


@pytest.fixture
def connection(
    session: Session, alice: Member, settings: Settings, sandbox: SandboxServer
) -> PlatformConnection:
    """Every account of the sandbox's system user, selected."""
    vault = Vault(settings.encryption_keys)
    with Http() as http:
        granted = Meta(
            settings, http, Meta(settings, http).accept_pasted({"access_token": sandbox.token})
        )
        made = connect(
            session,
            granted,
            vault,
            workspace_id=alice.workspace.id,
            user_id=alice.user.id,
            kind="token",
            repairs=None,
        )
    choose(made, [account.external_id for account in made.accounts])
    session.commit()
    return made


def run(
    session: Session,
    connection: PlatformConnection,
    settings: Settings,
    reach: Reach,
    now: dt.datetime = NOON,
) -> SyncRun:
    asked = request_sync(session, connection, trigger="manual", now=now, reach=reach)
    session.commit()
    with Http() as http:
        sync(
            session.get_bind(),
            http,
            settings,
            asked.id,
            clock=lambda: now,
            stopping=threading.Event(),
        )
    session.expire_all()
    assert (asked.state, asked.error) == ("done", "")
    return asked


def held(session: Session, account: Account) -> dict[str, tuple[Decimal, int, int]]:
    rows = session.execute(
        select(
            CampaignDay.day,
            func.sum(CampaignDay.spend),
            func.sum(CampaignDay.impressions),
            func.sum(CampaignDay.clicks),
        )
        .where(CampaignDay.account_id == account.id)
        .group_by(CampaignDay.day)
    )
    return {day.isoformat(): (spend, int(shown), int(clicks)) for day, spend, shown, clicks in rows}


def true(sandbox: SandboxServer, account: Account) -> dict[str, tuple[Decimal, int, int]]:
    days: list[dict[str, Any]] = sandbox.truth(account.external_id)["days"]
    return {
        day["day"]: (Decimal(day["spend"]), int(day["impressions"]), int(day["link_clicks"]))
        for day in days
    }


@pytest.fixture
def accounts(session: Session, connection: PlatformConnection) -> list[Account]:
    return list(session.scalars(select(Account).order_by(Account.id)))


def test_the_figures_held_are_the_platforms_and_follow_its_restatements(
    session: Session,
    sandbox: SandboxServer,
    connection: PlatformConnection,
    accounts: list[Account],
    settings: Settings,
) -> None:
    first = run(session, connection, settings, Reach.WINDOW)
    assert first.rows_changed == first.rows_read > 0
    for account in accounts:
        figures = held(session, account)
        wanted = {day: brought for day, brought in true(sandbox, account).items() if day in figures}
        assert figures == wanted
    assert not session.scalars(select(Reconciliation).where(~Reconciliation.matches)).all()
    assert run(session, connection, settings, Reach.WINDOW).rows_changed == 0

    sandbox.restate()
    again = run(session, connection, settings, Reach.WINDOW)
    assert again.rows_changed > 0
    noted = select(func.count()).where(MetricRevision.sync_run_id == again.id)
    assert session.scalar(noted) == again.rows_changed
    assert not session.scalars(select(Reconciliation).where(~Reconciliation.matches)).all()


def test_a_campaign_removed_at_the_platform_keeps_its_spend(
    session: Session,
    sandbox: SandboxServer,
    connection: PlatformConnection,
    settings: Settings,
) -> None:
    run(session, connection, settings, Reach.WEEK)
    spent = func.sum(CampaignDay.spend)
    campaign, before = session.execute(
        select(Campaign, spent)
        .join(CampaignDay)
        .where(Campaign.removed_at.is_(None))
        .group_by(Campaign.id)
        .order_by(spent.desc())
        .limit(1)
    ).one()
    sandbox.remove(campaign.external_id)
    run(session, connection, settings, Reach.WEEK)
    assert campaign.status == "removed"
    after = session.scalar(select(spent).where(CampaignDay.campaign_id == campaign.id))
    assert after == before


@pytest.mark.prove
def test_the_whole_history_equals_the_truth(
    session: Session,
    sandbox: SandboxServer,
    connection: PlatformConnection,
    accounts: list[Account],
    settings: Settings,
) -> None:
    run(session, connection, settings, Reach.HISTORY)
    for account in accounts:
        assert held(session, account) == true(sandbox, account)
    assert not session.scalars(select(Reconciliation).where(~Reconciliation.matches)).all()

"""Every registered platform against its sandbox, over a real socket, through the whole sync."""

from __future__ import annotations

import datetime as dt
import logging
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.connections.vault import Vault
from app.connectors.base import Connector
from app.connectors.words import Days, Grain
from app.models import Account, MetricRevision, PlacementDay, PlatformConnection, Reconciliation
from app.settings import Settings
from tests.platforms.conftest import NOON, Connect, Run
from tests.platforms.kinds import PASSING
from tests.platforms.truth import ad_spend, held, true, true_ad_spend
from tests.sandbox_server import SandboxServer

SLUGS = sorted(
    slug
    for slug, kind in Connector.registry.items()
    if kind.__module__.startswith("app.connectors.platforms.") and slug in PASSING
)
SPAN = Days(NOON.date() - dt.timedelta(days=35), NOON.date())
CLOSED = Days(SPAN.last - dt.timedelta(days=14), SPAN.last - dt.timedelta(days=2))


def selected(session: Session) -> list[Account]:
    return list(session.scalars(select(Account).where(Account.selected).order_by(Account.id)))


@pytest.mark.parametrize("slug", SLUGS)
def test_figures_are_the_platforms_own_and_follow_its_restatements(
    session: Session, sandbox: SandboxServer, connected: Connect, run: Run, slug: str
) -> None:
    connection = connected(slug)
    for now in (NOON, NOON + dt.timedelta(minutes=10)):
        sandbox.clock(now.isoformat())
        done = run(connection, days=SPAN, now=now)
        assert done.state == "done", done.error
        assert selected(session)
        for account in selected(session):
            assert held(session, account, SPAN) == true(sandbox, account, SPAN)
            if Grain.AD in Connector.registry[slug].grains:
                assert ad_spend(session, account, SPAN) == true_ad_spend(sandbox, account, SPAN)
        differing = select(func.count()).where(~Reconciliation.matches)
        assert session.scalar(differing) == 0
        sandbox.restate()


@pytest.mark.parametrize("slug", SLUGS)
def test_reading_again_writes_nothing(
    session: Session, connected: Connect, run: Run, slug: str
) -> None:
    connection = connected(slug)
    run(connection, days=CLOSED)
    again = run(connection, days=CLOSED)
    assert again.rows_read > 0
    assert again.rows_changed == 0
    assert session.scalar(select(func.count()).select_from(MetricRevision)) == 0


@pytest.mark.parametrize("slug", SLUGS)
def test_placements_never_hold_more_than_campaigns(
    session: Session, connected: Connect, run: Run, slug: str
) -> None:
    if Grain.PLACEMENT not in Connector.registry[slug].grains:
        assert session.scalar(select(func.count()).select_from(PlacementDay)) == 0
        return
    run(connected(slug), days=CLOSED)
    for account in selected(session):
        placed = session.scalar(
            select(func.sum(PlacementDay.spend)).where(PlacementDay.account_id == account.id)
        )
        whole = sum((day[0] for day in held(session, account, CLOSED).values()), Decimal(0))
        assert (placed or 0) <= whole


@pytest.mark.parametrize("slug", SLUGS)
def test_no_secret_is_written_anywhere_in_the_open(
    session: Session,
    sandbox: SandboxServer,
    settings: Settings,
    connected: Connect,
    run: Run,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    slug: str,
) -> None:
    """Tokens and app secrets, searched for in all output and in every table."""
    caplog.set_level(logging.DEBUG)
    connection = connected(slug)
    for kind in ("server_error", "truncated", "bad_gateway"):
        sandbox.fault(kind, f"^/{slug}/", times=2, after=2)
    run(connection, days=CLOSED)
    said = caplog.text + "".join(capfd.readouterr()) + everything_stored(session)
    for secret in secrets_of(session, connection, settings, slug):
        assert secret not in said


def secrets_of(
    session: Session, connection: PlatformConnection, settings: Settings, slug: str
) -> list[str]:
    stored = session.get_one(PlatformConnection, connection.id).credentials
    grant = Vault(settings.encryption_keys).open(stored)
    held_back = {n: value for n, value in vars(settings).items() if n.endswith("_secret")}
    wanted = [grant.access_token, grant.refresh_token, *map(str, held_back.values())]
    name = "app" if slug in ("meta", "tiktok") else "client"
    assert held_back[f"{slug}_{name}_secret"]
    return [secret for secret in wanted if secret]


def everything_stored(session: Session) -> str:
    """Every row of every table, as text."""
    tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    return "\n".join(
        str(row)
        for table in tables.all()
        for row in session.scalars(text(f"SELECT t::text FROM {table} t"))
    )

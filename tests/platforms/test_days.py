"""Days of 23 and 25 hours, midnights of half-hour zones: a day is the account's own, and whole."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.connectors.words import Days
from app.models import Account, Reconciliation
from app.sync.window import Reach
from tests.platforms.conftest import Connect, Run
from tests.platforms.test_every_platform import SLUGS, selected
from tests.platforms.truth import held, true
from tests.sandbox_server import SandboxServer

ONE_DAY = dt.timedelta(days=1)
NEW_YORK_23, BERLIN_23 = dt.date(2026, 3, 8), dt.date(2026, 3, 29)
BERLIN_25, NEW_YORK_25 = dt.date(2026, 10, 25), dt.date(2026, 11, 1)
# A day of 23 hours and one of 25.
CHANGES = (
    (NEW_YORK_23, BERLIN_25),
    pytest.param((BERLIN_23, NEW_YORK_25), marks=pytest.mark.prove),
)
MIDNIGHTS = (
    ("America/New_York", NEW_YORK_25),
    pytest.param("Europe/Berlin", BERLIN_25, marks=pytest.mark.prove),
    pytest.param("Asia/Kolkata", dt.date(2026, 11, 20), marks=pytest.mark.prove),
)
pytestmark = pytest.mark.parametrize("slug", SLUGS)


def check(session: Session, sandbox: SandboxServer, span: Days) -> list[Account]:
    """Stored figures are the truth; returns the accounts that have any."""
    accounts = selected(session)
    assert accounts
    for account in accounts:
        assert held(session, account, span) == true(sandbox, account, span), account.name
    assert session.scalar(select(func.count()).where(~Reconciliation.matches)) == 0
    return [account for account in accounts if held(session, account, span)]


@pytest.mark.parametrize("changes", CHANGES)
def test_the_days_on_which_clocks_change_are_held_whole_and_once(
    session: Session,
    sandbox: SandboxServer,
    connected: Connect,
    run: Run,
    slug: str,
    changes: tuple[dt.date, dt.date],
) -> None:
    connection = connected(slug)
    lively = 0
    for day in changes:
        span = Days(day - ONE_DAY, day + ONE_DAY)
        done = run(connection, days=span)
        assert (done.state, done.error) == ("done", "")
        lively += bool(check(session, sandbox, span))
    assert lively


@pytest.mark.parametrize(("zone", "day"), MIDNIGHTS)
def test_a_day_ends_at_the_account_s_own_midnight(
    session: Session,
    sandbox: SandboxServer,
    connected: Connect,
    run: Run,
    slug: str,
    zone: str,
    day: dt.date,
) -> None:
    """Half an hour before it is still that day, half an hour after the next has begun."""
    midnight = dt.datetime.combine(day + ONE_DAY, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)
    connection = connected(slug)
    for minutes in (-30, 30):
        now = midnight + dt.timedelta(minutes=minutes)
        sandbox.clock(now)
        done = run(connection, reach=Reach.WEEK, now=now)
        assert (done.state, done.error) == ("done", "")
        for account in check(session, sandbox, Days(day - ONE_DAY, day + ONE_DAY)):
            today = now.astimezone(ZoneInfo(account.time_zone)).date()
            assert max(held(session, account, Days(day, day + ONE_DAY))) <= today.isoformat()

"""How many people saw a campaign, read once a day and told for a span as a whole."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.connectors.base import Connector
from app.metrics.reach import frequencies
from app.models import Account, CampaignReach
from app.sync.window import Reach, local_day
from tests.conftest import Member
from tests.platforms.conftest import NOON, Connect, Run
from tests.sandbox_server import SandboxServer

TELLING = sorted(
    slug
    for slug, kind in Connector.registry.items()
    if kind.tells_reach and kind.__module__.startswith("app.connectors.platforms.")
)
ASKED = {
    "linkedin": r"/adAnalytics",
    "meta": r"/insights",
    "tiktok": r"/report/integrated/get",
}
# As it stands in a question.
WORDS = {"linkedin": "MemberReach"}


def test_all_but_google_tell_reach() -> None:
    assert TELLING == ["linkedin", "meta", "tiktok"]


@pytest.mark.parametrize("slug", TELLING)
def test_reach_is_of_the_same_days_as_its_impressions_and_read_once_a_day(
    session: Session,
    alice: Member,
    connected: Connect,
    run: Run,
    sandbox: SandboxServer,
    slug: str,
) -> None:
    connection = connected(slug)
    done = run(connection, Reach.WEEK)
    assert (done.state, done.error) == ("done", "")
    rows = session.scalars(select(CampaignReach)).all()
    assert {row.days for row in rows} == {7, 28}
    assert all(0 < row.reach <= row.impressions for row in rows)
    zones = {each.id: each.time_zone for each in session.scalars(select(Account))}
    assert {row.account_id for row in rows} <= set(zones)
    many = len(rows)

    before = requests_of_spans(sandbox, slug)
    run(connection, Reach.WEEK)

    assert session.scalar(select(func.count()).select_from(CampaignReach)) == many
    assert requests_of_spans(sandbox, slug) - before <= before / 2
    told = frequencies(session, alice.workspace.id, NOON.date(), 28)
    week = frequencies(session, alice.workspace.id, NOON.date(), 7)
    assert told
    assert all(each.frequency >= 1 for each in told.values())
    both = set(told) & set(week)
    assert all(told[each].reach >= week[each].reach for each in both)
    assert frequencies(session, alice.workspace.id, NOON.date() + dt.timedelta(days=9)) == {}
    assert frequencies(session, alice.workspace.id + 1, NOON.date()) == {}


@pytest.mark.parametrize("slug", TELLING)
def test_a_platform_that_does_not_tell_reach_today_does_not_fail_the_sync(
    session: Session, connected: Connect, run: Run, sandbox: SandboxServer, slug: str
) -> None:
    sandbox.fault("permission", WORDS.get(slug, "reach"), 9, platform=slug)
    done = run(connected(slug), Reach.WEEK)
    assert (done.state, done.error) == ("done", "")
    sandbox.calm()


def requests_of_spans(sandbox: SandboxServer, slug: str) -> int:
    """How often reach was asked for."""
    return sum(WORDS.get(slug, "reach") in each["query"] for each in sandbox.requests(ASKED[slug]))


@pytest.mark.parametrize("slug", TELLING)
def test_reach_is_read_up_to_the_last_settled_day_beside_the_week_four_weeks_before(
    session: Session, connected: Connect, run: Run, slug: str
) -> None:
    done = run(connected(slug), Reach.WINDOW)
    assert (done.state, done.error) == ("done", "")
    account = session.scalars(select(Account).join(CampaignReach).distinct()).first()
    assert account is not None
    yesterday = local_day(account, NOON) - dt.timedelta(days=1)
    asked = select(CampaignReach.last, CampaignReach.days)
    rows = session.execute(asked.where(CampaignReach.account_id == account.id))
    held = {(row.last, row.days) for row in rows}
    settled = yesterday - dt.timedelta(days=7)
    assert {(last, days) for last in (yesterday, settled) for days in (7, 28)} <= held
    assert {days for last, days in held if last < settled} <= {7}

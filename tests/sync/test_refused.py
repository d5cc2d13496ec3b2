"""What concerns one account, one chunk or the installation stops no more than that."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.connections.grants import choose
from app.connectors.errors import SetupProblem
from app.connectors.words import DayTotal, FoundAccount, Grain
from app.models import Account, CampaignDay, PlatformConnection, SyncRun
from app.settings import Settings
from app.sync.due import due
from app.sync.plan import found
from app.sync.window import Reach
from tests.sync.conftest import Syncs
from tests.sync.fake_platform import NOON, TODAY, FakePlatform, World

ONE_DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
CLOSED = "The platform says this account is closed. Ask its owner."


@pytest.fixture
def second(session: Session, world: World, account: Account) -> Account:
    """Another selected account of the same connection."""
    world.accounts.append(FoundAccount("act_2", "Second", "USD", "America/New_York"))
    made = Account(
        workspace_id=account.workspace_id,
        connection_id=account.connection_id,
        platform="fake",
        external_id="act_2",
        name="Second",
        currency="USD",
        time_zone="America/New_York",
        selected=True,
    )
    session.add(made)
    session.commit()
    world.spread(TODAY - 30 * ONE_DAY, TODAY)
    return made


@pytest.mark.parametrize("reach", [Reach.RECENT, Reach.HISTORY])
def test_a_refused_account_is_left_out_said_and_the_others_go_on(
    session: Session, world: World, account: Account, second: Account, run: Syncs, reach: Reach
) -> None:
    world.refused = {"act_1"}
    done = run(reach)
    assert (done.state, done.chunks_done) == ("done", done.chunks_total)
    assert done.notice == f"Main: {CLOSED}"
    assert (account.trouble, second.trouble) == (CLOSED, "")
    assert (account.synced_at, second.synced_at) == (None, NOON)
    assert set(session.scalars(select(CampaignDay.account_id))) == {second.id}
    assert account.connection.status == "active"
    assert account.connection.last_synced_at == NOON


def test_trouble_is_over_when_the_account_can_be_read_again(
    world: World, account: Account, second: Account, run: Syncs
) -> None:
    world.refused = {"act_1"}
    run(Reach.WEEK)
    assert account.trouble == CLOSED
    world.refused = set()
    assert run(Reach.WEEK, now=NOON + MINUTE).notice == ""
    assert account.trouble == ""
    assert account.synced_at == NOON + MINUTE


def test_a_connection_none_of_whose_accounts_can_be_read_needs_attention(
    session: Session, world: World, account: Account, second: Account, run: Syncs
) -> None:
    world.refused = {"act_1", "act_2"}
    failed = run(Reach.WEEK)
    reason = f"Main: {CLOSED} Second: {CLOSED}"
    assert (failed.state, failed.error) == ("failed", reason)
    assert (account.connection.status, account.connection.status_reason) == (
        "needs_attention",
        reason,
    )
    choose(account.connection, ["act_2"])
    session.commit()
    assert (account.connection.status, second.trouble) == ("active", CLOSED)


def test_a_refused_account_does_not_have_the_others_history_read_again(
    session: Session,
    settings: Settings,
    world: World,
    second: Account,
    run: Syncs,
) -> None:
    world.refused = {"act_1"}
    run()
    assert [reach for _, reach in due(session, settings, NOON + 6 * MINUTE)] == [Reach.RECENT]
    world.refused = set()
    run(Reach.RECENT, now=NOON + 6 * MINUTE)
    wanted = session.scalars(select(SyncRun).where(SyncRun.state == "queued")).one()
    assert wanted.reach == "history"


def test_a_problem_of_the_set_up_fails_visibly_and_is_tried_again_with_growing_pauses(
    session: Session, settings: Settings, world: World, account: Account, run: Syncs
) -> None:
    world.spread(TODAY, TODAY)
    run()
    now, pauses = NOON + 10 * MINUTE, []
    for _ in range(4):
        world.faults = [SetupProblem("The app's secret is wrong.")] * 9
        failed = run(Reach.RECENT, now=now, trigger="schedule")
        assert (failed.state, failed.error) == ("failed", "The app's secret is wrong.")
        waited = next(n for n in range(1, 300) if due(session, settings, now + n * MINUTE))
        pauses.append(waited)
        now += waited * MINUTE
    assert pauses == [5, 10, 20, 40]
    assert account.connection.status == "active"


def test_figures_that_come_twice_are_named_and_other_days_go_on(
    session: Session, world: World, account: Account, run: Syncs
) -> None:
    world.spread(TODAY - 30 * ONE_DAY, TODAY)
    day = TODAY - 10 * ONE_DAY
    rows = world.facts[Grain.AD]
    rows.append(next(row for row in rows if (row.day, row.ad_id) == (day, "c1-0")))
    failed = run(Reach.WINDOW)
    assert failed.state == "failed"
    assert f"Main: the platform gave the figures of ad “Ad c1-0” (c1-0) on {day} twice" in (
        failed.error
    )
    assert failed.chunks_done == failed.chunks_total - 1
    days = set(session.scalars(select(CampaignDay.day)))
    assert TODAY in days
    assert day not in days
    assert session.scalar(text("SELECT count(*) FROM campaign_day")) == 2 * (30 - 7)


def test_notices_of_a_connector_end_up_on_the_run_once(
    world: World, run: Syncs, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.spread(TODAY - 30 * ONE_DAY, TODAY)
    ask = FakePlatform.totals

    def noting(self: FakePlatform, *asked: Any) -> list[DayTotal]:
        self.note("An unknown status was read as active.")
        return ask(self, *asked)

    monkeypatch.setattr(FakePlatform, "totals", noting)
    assert run(Reach.WINDOW).notice == "An unknown status was read as active."


def test_a_manager_above_an_account_reaches_the_connector(
    session: Session, world: World, account: Account, run: Syncs
) -> None:
    world.accounts = [
        FoundAccount("act_1", "Main", "USD", "America/New_York", via="900", via_name="The agency")
    ]
    run(Reach.WEEK)
    assert found(account) == world.accounts[0]


def test_accounts_that_came_later_are_offered_once(
    session: Session, world: World, connection: PlatformConnection, run: Syncs
) -> None:
    world.accounts.append(FoundAccount("act_9", "Ninth", "USD", "America/New_York"))
    first = run(Reach.WEEK)
    assert "can read more than before: Ninth." in first.notice
    assert run(Reach.WEEK, now=NOON + MINUTE).notice == ""
    ninth = session.scalars(select(Account).where(Account.external_id == "act_9")).one()
    assert ninth.selected is False
    assert session.scalars(select(SyncRun.state)).all() == ["done", "done"]


def test_an_empty_list_of_accounts_is_asked_for_again_before_it_is_believed(
    world: World, account: Account, run: Syncs, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.spread(TODAY - 3 * ONE_DAY, TODAY)
    answers = [[], [], list(world.accounts)]
    monkeypatch.setattr(FakePlatform, "accounts", lambda _: answers.pop(0))
    assert run(Reach.WEEK).state == "done"
    assert account.removed_at is None

    monkeypatch.setattr(FakePlatform, "accounts", lambda _: [])
    assert run(Reach.WEEK, now=NOON + MINUTE).state == "failed"
    assert account.connection.status == "needs_attention"
    assert "no longer read any of the accounts" in account.connection.status_reason

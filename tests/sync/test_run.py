"""Syncs of the fake platform, whole: queued, read, stored, rolled up, reconciled."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from app.connections.vault import Vault
from app.connectors.errors import AccessRevoked, Temporary, Throttled
from app.connectors.http import Http
from app.connectors.words import Days, DayTotal, FoundAccount, Grain, Grant, Structure
from app.models import (
    Account,
    Ad,
    Campaign,
    CampaignDay,
    CampaignTotalDay,
    DayAtAge,
    MetricRevision,
    PlatformConnection,
    PlatformTotalDay,
    Reconciliation,
    SyncChunk,
    SyncRun,
)
from app.settings import Settings
from app.sync.ending import MOST_ATTEMPTS
from app.sync.lock import only_one
from app.sync.requests import request_sync
from app.sync.run import sync
from app.sync.window import Reach
from tests.sync.conftest import Syncs, do, row_versions
from tests.sync.fake_platform import NOON, TODAY, World, entity, fact

ONE_DAY = dt.timedelta(days=1)
FIRST = TODAY - dt.timedelta(days=100)


def total(session: Session) -> tuple[Decimal, int]:
    row = session.execute(select(func.sum(CampaignDay.spend), func.count()))
    spend, rows = row.one()
    return spend, rows


def test_history_is_read_newest_first_to_the_platforms_limit(
    session: Session, world: World, account: Account, run: Syncs
) -> None:
    world.spread(FIRST, TODAY)
    done = run()

    assert (done.state, done.error, done.chunks_done) == ("done", "", done.chunks_total)
    asked = [days for _, grain, days in world.asked if grain is Grain.CAMPAIGN]
    assert asked[0] == Days(TODAY - dt.timedelta(days=6), TODAY)
    assert {days.first for days in asked} == {span.first for span in asked}
    assert total(session) == (sum(row.spend for row in world.facts[Grain.CAMPAIGN]), 202)
    assert (account.history_from, account.read_through) == (FIRST, TODAY)
    assert account.settled_through == TODAY - dt.timedelta(days=29)
    assert account.synced_at == NOON
    assert account.connection.last_synced_at == NOON
    assert done.rows_read == done.rows_changed == 101 * 2 * 5


def test_years_without_figures_are_not_read_week_by_week(
    session: Session, world: World, account: Account, run: Syncs
) -> None:
    world.spread(TODAY - 40 * ONE_DAY, TODAY)
    assert run().state == "done"
    assert min(days.first for _, _, days in world.asked) == TODAY - 40 * ONE_DAY
    assert (account.history_from, account.read_through) == (FIRST, TODAY)
    assert account.settled_through == TODAY - 29 * ONE_DAY
    assert total(session)[1] == 2 * 41


def test_the_totals_pages_read_are_there_with_the_facts(
    session: Session, world: World, run: Syncs
) -> None:
    world.spread(FIRST, TODAY)
    run()
    spend, rows = total(session)
    campaigns = session.execute(select(func.sum(CampaignTotalDay.spend), func.count())).one()
    platforms = session.execute(select(func.sum(PlatformTotalDay.spend), func.count())).one()
    assert tuple(campaigns) == (spend, rows)
    assert tuple(platforms) == (spend, 101)


def test_a_repeated_sync_writes_no_figures(session: Session, world: World, run: Syncs) -> None:
    world.spread(FIRST, TODAY)
    run(Reach.WINDOW)
    before = row_versions(session)
    again = run(Reach.WINDOW, now=NOON + dt.timedelta(minutes=5))
    assert (again.state, again.rows_changed) == ("done", 0)
    assert row_versions(session) == before


def test_every_day_is_compared_with_the_accounts_own_totals(
    session: Session, world: World, run: Syncs
) -> None:
    world.spread(TODAY - ONE_DAY, TODAY)
    world.totals = world.day_totals(Days(TODAY - ONE_DAY, TODAY))
    world.totals[0] = world.totals[0]._replace(spend=world.totals[0].spend + Decimal("0.01"))
    run(Reach.RECENT)
    rows = session.scalars(select(Reconciliation).order_by(Reconciliation.day)).all()
    assert [row.matches for row in rows] == [False, True]
    assert rows[0].platform_spend - rows[0].our_spend == Decimal("0.01")


def test_restated_values_land_in_the_ledger_of_their_run(
    session: Session, world: World, run: Syncs
) -> None:
    world.spread(FIRST, TODAY)
    run()
    restated = world.facts[Grain.CAMPAIGN]
    restated[-1] = restated[-1]._replace(value=Decimal("99.99"))
    second = run(Reach.WEEK)
    (noted,) = session.scalars(select(MetricRevision))
    assert (noted.sync_run_id, noted.day) == (second.id, restated[-1].day)
    assert noted.new is not None
    assert noted.new["conversion_value"] == "99.99"


def test_what_young_days_amount_to_is_kept_at_each_age_they_are_read_at(
    session: Session, world: World, run: Syncs
) -> None:
    day = TODAY - ONE_DAY
    world.spread(FIRST, TODAY)
    run()
    world.facts[Grain.CAMPAIGN].append(fact(day, "late", conversions=Decimal(5)))
    run(Reach.WEEK, now=NOON + ONE_DAY)

    kept = session.execute(
        select(DayAtAge.day, DayAtAge.age, DayAtAge.conversions).order_by(DayAtAge.age)
    ).all()
    of_day = [(age, conversions) for each, age, conversions in kept if each == day]
    assert of_day == [(1, Decimal(4)), (2, Decimal(9))]
    assert {age for _, age, _ in kept} == set(range(1, 29))
    assert all((TODAY - each).days in (age, age - 1) for each, age, _ in kept)


def test_a_removed_campaign_keeps_its_spend(session: Session, world: World, run: Syncs) -> None:
    world.spread(FIRST, TODAY)
    run()
    before = total(session)
    world.structure = Structure([entity("c0")], [entity("g", campaign_id="c0")], [])
    run(Reach.WEEK)
    removed = session.scalars(select(Campaign).where(Campaign.external_id == "c1")).one()
    kept = session.scalars(select(Campaign).where(Campaign.external_id == "c0")).one()
    assert (removed.status, removed.removed_at is None) == ("removed", False)
    assert (kept.status, kept.removed_at) == ("active", None)
    assert total(session) == before


def test_a_list_that_comes_back_empty_removes_nothing(
    session: Session, world: World, run: Syncs
) -> None:
    world.spread(FIRST, TODAY)
    run()
    world.structure = Structure([])
    assert "listed no campaigns" in run(Reach.WEEK).notice
    assert session.scalar(select(func.count()).where(Campaign.removed_at.is_not(None))) == 0
    assert session.scalar(select(func.count()).where(Ad.removed_at.is_not(None))) == 0


def test_silence_where_figures_used_to_be_is_not_believed(
    session: Session, world: World, run: Syncs
) -> None:
    world.spread(FIRST, TODAY)
    run()
    before = total(session)
    world.totals = world.day_totals(Days(FIRST, TODAY))
    world.facts = {}
    doubted = run(Reach.WEEK)
    assert "no figures for 7 days" in doubted.notice
    assert total(session) == before


def test_silence_that_the_totals_confirm_is_believed_and_said(
    session: Session, world: World, run: Syncs
) -> None:
    world.spread(FIRST, TODAY)
    run()
    rows = total(session)[1]
    world.totals = []
    world.facts = {}
    believed = run(Reach.RECENT)
    assert "took back" in believed.notice
    assert total(session)[1] == rows - 4
    assert session.scalar(select(func.count()).where(MetricRevision.new.is_(None))) is not None


def test_half_a_page_stores_nothing_of_its_chunk(
    session: Session, world: World, account: Account, run: Syncs
) -> None:
    world.spread(FIRST, TODAY, campaigns=30)
    world.break_after_pages = 2
    world.faults = [Temporary("The platform broke off.")]
    failed = run()
    assert (failed.state, failed.error) == ("failed", "The platform broke off.")
    assert total(session)[1] == 0
    assert (account.history_from, account.synced_at) == (None, None)


def test_a_throttled_sync_waits_for_the_hint_and_goes_on(
    session: Session,
    world: World,
    connection: PlatformConnection,
    run: Syncs,
    engine: Engine,
    settings: Settings,
) -> None:
    world.spread(FIRST, TODAY)
    world.break_after_pages = 20
    world.faults = [Throttled("Asked too often.", retry_after=90.0)]
    waiting = run()
    assert (waiting.state, waiting.error) == ("queued", "Asked too often.")
    assert connection.paused_until == NOON + dt.timedelta(seconds=90)
    assert 0 < waiting.chunks_done < waiting.chunks_total

    session.commit()
    do(engine, settings, waiting.id, now=NOON + dt.timedelta(seconds=60))
    session.expire_all()
    assert waiting.state == "queued"

    world.break_after_pages = None
    session.commit()
    do(engine, settings, waiting.id, now=NOON + dt.timedelta(seconds=91))
    session.expire_all()
    assert (waiting.state, waiting.chunks_done) == ("done", waiting.chunks_total)
    assert total(session)[1] == 202


def test_revoked_access_is_up_to_the_owner(
    session: Session, world: World, connection: PlatformConnection, run: Syncs
) -> None:
    world.faults = [AccessRevoked("Connect it again.")]
    failed = run()
    assert (failed.state, failed.error) == ("failed", "Connect it again.")
    assert (connection.status, connection.status_reason) == (
        "needs_attention",
        "Connect it again.",
    )


def test_a_disconnected_connection_is_not_read(
    session: Session, world: World, connection: PlatformConnection, run: Syncs
) -> None:
    connection.status, connection.credentials = "disconnected", ""
    session.commit()
    assert run().state == "failed"
    assert world.asked == []
    assert connection.status == "disconnected"


def test_a_renewed_grant_is_kept(
    session: Session,
    world: World,
    connection: PlatformConnection,
    run: Syncs,
    settings: Settings,
) -> None:
    world.refreshed = Grant("younger", expires_at=NOON + dt.timedelta(days=60))
    run(Reach.RECENT)
    assert Vault(settings.encryption_keys).open(connection.credentials).access_token == "younger"
    assert connection.token_expires_at == NOON + dt.timedelta(days=60)


def test_an_account_no_longer_listed_keeps_its_figures(
    session: Session, world: World, account: Account, run: Syncs
) -> None:
    world.spread(FIRST, TODAY)
    run()
    before = total(session)
    world.accounts = [FoundAccount("act_2", "Other", "USD", "America/New_York")]
    assert run(Reach.WEEK).state == "failed"
    assert account.removed_at is not None or account.connection.status == "needs_attention"
    assert total(session) == before


def test_a_pause_of_forty_days_leaves_no_hole(
    session: Session, world: World, account: Account, run: Syncs
) -> None:
    world.spread(FIRST, TODAY + dt.timedelta(days=40))
    run()
    later = NOON + dt.timedelta(days=40)
    run(Reach.RECENT, now=later)
    assert (account.history_from, account.read_through) == (FIRST, TODAY + 40 * ONE_DAY)
    assert total(session)[1] == 2 * 141
    assert account.settled_through == TODAY + 11 * ONE_DAY or (
        account.settled_through == TODAY - 29 * ONE_DAY
    )
    run(Reach.WINDOW, now=later)
    assert account.settled_through == TODAY + 11 * ONE_DAY


def test_chosen_days_are_read_and_nothing_else(
    session: Session, world: World, account: Account, run: Syncs
) -> None:
    world.spread(FIRST, TODAY)
    run()
    world.asked.clear()
    chosen = Days(TODAY - 50 * ONE_DAY, TODAY - 48 * ONE_DAY)
    assert run(days=chosen).state == "done"
    assert {days for _, _, days in world.asked} == {chosen}


def test_days_are_the_accounts_own(session: Session, world: World, run: Syncs) -> None:
    world.spread(FIRST, TODAY)
    run(Reach.RECENT, now=dt.datetime(2026, 10, 29, 2, tzinfo=dt.UTC))
    assert world.asked[0][2].last == TODAY - ONE_DAY


def test_another_process_at_it_postpones_the_run(
    session: Session,
    world: World,
    connection: PlatformConnection,
    engine: Engine,
    run: Syncs,
) -> None:
    session.commit()
    with only_one(engine, connection.id) as ours:
        assert ours
        waiting = run()
    assert waiting.state == "queued"
    assert world.asked == []
    jobs = session.execute(text("SELECT scheduled_at FROM procrastinate_jobs ORDER BY id")).all()
    assert [job.scheduled_at for job in jobs] == [None, NOON + dt.timedelta(seconds=15)]


def test_a_double_click_asks_once(
    session: Session, world: World, connection: PlatformConnection
) -> None:
    first = request_sync(session, connection, trigger="manual", now=NOON)
    second = request_sync(session, connection, trigger="manual", now=NOON)
    assert first.id == second.id
    assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 1


def test_a_wider_wish_is_queued_behind_a_narrower_one(
    session: Session, world: World, connection: PlatformConnection
) -> None:
    ids = {
        request_sync(session, connection, trigger="manual", now=NOON, **wish).id
        for wish in (
            {"reach": Reach.RECENT},
            {"reach": Reach.WINDOW},
            {"reach": Reach.WEEK},
            {"days": Days(FIRST, FIRST)},
        )
    }
    assert len(ids) == 3


def test_a_run_and_its_job_commit_together(
    session: Session, world: World, connection: PlatformConnection
) -> None:
    request_sync(session, connection, trigger="manual", now=NOON)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(SyncRun)) == 0
    assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_a_stopping_process_hands_the_rest_back(
    session: Session,
    world: World,
    connection: PlatformConnection,
    engine: Engine,
    settings: Settings,
) -> None:
    world.spread(FIRST, TODAY)
    wanted = request_sync(session, connection, trigger="manual", now=NOON)
    session.commit()
    stopping = threading.Event()
    stopping.set()
    with Http() as http:
        sync(engine, http, settings, wanted.id, clock=lambda: NOON, stopping=stopping)
    session.expire_all()
    assert (wanted.state, wanted.chunks_done) == ("queued", 1)
    session.commit()
    do(engine, settings, wanted.id)
    session.expire_all()
    assert (wanted.state, total(session)[1]) == ("done", 202)
    assert session.scalar(select(func.count()).where(SyncChunk.done_at.is_(None))) == 0


def test_the_same_key_twice_fails_the_run(session: Session, world: World, run: Syncs) -> None:
    world.facts = {Grain.CAMPAIGN: [fact(TODAY), fact(TODAY)]}
    world.totals = [DayTotal(TODAY, Decimal(1), 1, 1)]
    assert "twice" in run(Reach.RECENT).error
    assert total(session)[1] == 0


def test_history_makes_way_for_what_is_wanted_now_and_then_goes_on(
    session: Session,
    world: World,
    connection: PlatformConnection,
    engine: Engine,
    settings: Settings,
) -> None:
    world.spread(FIRST, TODAY)
    history = request_sync(session, connection, trigger="connect", now=NOON, reach=Reach.HISTORY)
    history.started_at = NOON
    session.flush()
    clicked = request_sync(session, connection, trigger="manual", now=NOON)
    assert (clicked.reach, clicked.id == history.id) == ("week", False)
    session.commit()
    do(engine, settings, history.id)
    session.expire_all()
    assert (history.state, history.chunks_done) == ("queued", 1)

    session.commit()
    for waiting in (clicked, history):
        do(engine, settings, waiting.id)
    session.expire_all()
    assert (clicked.state, history.state, total(session)[1]) == ("done", "done", 202)


def test_a_sync_that_gets_on_is_interrupted_as_often_as_it_takes(
    session: Session,
    world: World,
    connection: PlatformConnection,
    engine: Engine,
    settings: Settings,
) -> None:
    world.spread(FIRST, TODAY)
    wanted = request_sync(session, connection, trigger="manual", now=NOON)
    wanted.attempts = MOST_ATTEMPTS - 1
    session.commit()
    stopping = threading.Event()
    stopping.set()
    for _ in range(3):
        with Http() as http:
            sync(engine, http, settings, wanted.id, clock=lambda: NOON, stopping=stopping)
    session.expire_all()
    assert (wanted.state, wanted.chunks_done) == ("queued", 3)

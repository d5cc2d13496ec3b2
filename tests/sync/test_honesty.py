"""Nothing is called fresh, held or settled that was not read; nothing mixes or waits for ever."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session

from app.connections.grants import adopt, delete_data, find
from app.connectors.errors import Throttled
from app.connectors.words import Days, FoundAccount, Grain
from app.models import Account, CampaignTotalDay, PlatformConnection, SyncChunk
from app.settings import Settings
from app.sync import ending
from app.sync.due import due
from app.sync.requests import request_sync
from app.sync.spans import Read, advance
from app.sync.window import Reach
from app.sync.work import Effort
from tests.sync.conftest import Syncs, do
from tests.sync.fake_platform import NOON, TODAY, FakePlatform, World, fact

ONE_DAY = dt.timedelta(days=1)
FIRST = TODAY - 100 * ONE_DAY
MINUTES = dt.timedelta(minutes=1)


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def test_reading_old_days_makes_nothing_fresh(
    session: Session, world: World, connection: PlatformConnection, run: Syncs
) -> None:
    world.spread(FIRST, TODAY)
    run()
    later = NOON + 30 * MINUTES
    assert run(days=Days(ago(50), ago(48)), now=later).state == "done"
    assert connection.last_synced_at == NOON
    run(Reach.RECENT, now=later)
    assert connection.last_synced_at == later


def test_a_connection_is_as_fresh_as_its_account_furthest_behind(
    session: Session, world: World, connection: PlatformConnection, run: Syncs
) -> None:
    world.spread(FIRST, TODAY)
    run()
    behind = NOON - 90 * MINUTES
    world.accounts.append(FoundAccount("act_2", "Second", "USD", "America/New_York"))
    session.add(
        Account(
            workspace_id=connection.workspace_id,
            connection_id=connection.id,
            platform="fake",
            external_id="act_2",
            name="Second",
            currency="USD",
            time_zone="America/New_York",
            selected=True,
            history_from=FIRST,
            read_through=ago(1),
            settled_through=ago(29),
            synced_at=behind,
        )
    )
    session.commit()
    run(days=Days(ago(1), ago(1)), now=NOON + 5 * MINUTES)
    assert connection.last_synced_at == behind


def test_days_that_were_not_believed_are_not_claimed_by_the_chunk_after_them(
    session: Session, world: World, account: Account, run: Syncs
) -> None:
    world.spread(FIRST, TODAY + 3 * ONE_DAY)
    run()
    later = NOON + 3 * dt.timedelta(days=1)
    today = TODAY + 3 * ONE_DAY
    account.read_through = TODAY - 8 * ONE_DAY
    session.commit()
    world.totals = world.day_totals(Days(FIRST, today))
    world.facts = {
        grain: [row for row in rows if row.day <= TODAY - 4 * ONE_DAY]
        for grain, rows in world.facts.items()
    }
    doubted = run(Reach.RECENT, now=later)
    assert "no figures" in doubted.notice
    assert account.read_through is not None
    assert account.read_through < TODAY
    assert account.synced_at == NOON
    left = session.scalars(
        select(SyncChunk.last).where(SyncChunk.run_id == doubted.id, SyncChunk.done_at.is_(None))
    ).all()
    assert left == [today]


def test_days_read_while_they_could_change_are_not_settled_by_later_ones() -> None:
    account = Account(time_zone="America/New_York", history_from=ago(66), read_through=ago(60))
    advance(account, FakePlatform, [Read(Days(ago(60), TODAY), TODAY)])
    assert (account.history_from, account.read_through) == (ago(66), TODAY)
    assert account.settled_through is None


def test_settled_days_never_lie_beyond_the_days_held() -> None:
    account = Account(time_zone="America/New_York", history_from=ago(66), read_through=ago(60))
    advance(account, FakePlatform, [Read(Days(ago(40), TODAY), TODAY)])
    assert (account.read_through, account.settled_through) == (ago(60), None)


def test_an_account_chosen_again_is_read_from_where_it_stopped(
    session: Session, world: World, account: Account, run: Syncs
) -> None:
    world.spread(FIRST, TODAY + 40 * ONE_DAY)
    run()
    account.selected = False
    session.commit()
    later = NOON + dt.timedelta(days=40)
    assert run(Reach.WINDOW, now=later).rows_read == 0
    assert account.read_through == TODAY
    account.selected = True
    session.commit()
    run(Reach.RECENT, now=later)
    assert account.read_through == TODAY + 40 * ONE_DAY
    assert session.scalar(text("SELECT count(DISTINCT day) FROM campaign_day")) == 141


def test_a_pause_is_kept_to_by_the_next_sync_when_this_one_gives_up(
    session: Session, world: World, connection: PlatformConnection, run: Syncs
) -> None:
    wanted = request_sync(session, connection, trigger="manual", now=NOON)
    wanted.attempts = ending.MOST_ATTEMPTS
    session.commit()
    ending.stop(
        session, wanted.id, Throttled("Wait.", retry_after=3600), effort=Effort(1), now=NOON
    )
    session.commit()
    assert (wanted.state, connection.paused_until) == ("failed", NOON + 60 * MINUTES)


def test_a_sync_that_ends_its_process_every_time_is_given_up(
    session: Session,
    world: World,
    connection: PlatformConnection,
    engine: Engine,
    settings: Settings,
) -> None:
    world.spread(FIRST, TODAY)
    wanted = request_sync(session, connection, trigger="manual", now=NOON)
    wanted.attempts = ending.MOST_ATTEMPTS
    session.commit()
    do(engine, settings, wanted.id)
    session.expire_all()
    assert wanted.state == "failed"
    assert "given up" in wanted.error


def test_a_sync_whose_connection_is_cut_meanwhile_ends_at_once(
    session: Session,
    world: World,
    connection: PlatformConnection,
    engine: Engine,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world.spread(FIRST, TODAY)
    wanted = request_sync(session, connection, trigger="manual", now=NOON)
    session.commit()

    def disconnect_meanwhile(
        _self: FakePlatform, _account: FoundAccount, days: Days
    ) -> list[object]:
        with Session(engine) as other, other.begin():
            other.get_one(PlatformConnection, connection.id).status = "disconnected"
        return list(world.day_totals(days))

    monkeypatch.setattr(FakePlatform, "totals", disconnect_meanwhile)
    do(engine, settings, wanted.id)
    session.expire_all()
    assert (wanted.state, wanted.chunks_done) == ("failed", 0)
    assert "disconnected" in wanted.error


def test_a_sync_and_a_deletion_never_wait_in_a_circle(
    session: Session,
    world: World,
    connection: PlatformConnection,
    engine: Engine,
    settings: Settings,
) -> None:
    """The deletion begins while the sync has its run locked and is about to store."""
    world.spread(FIRST, TODAY)
    wanted = request_sync(session, connection, trigger="manual", now=NOON)
    session.commit()
    deleting = threading.Thread(target=_delete, args=(engine, connection))
    errors: list[str] = []

    def begin_deleting(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "FROM account" in statement and "FOR" in statement and not deleting.ident:
            deleting.start()
            deleting.join(0.5)

    def note(context: object) -> None:
        errors.append(str(context.original_exception))  # type: ignore[attr-defined]

    event.listen(engine, "before_cursor_execute", begin_deleting)
    event.listen(engine, "handle_error", note)
    do(engine, settings, wanted.id)
    deleting.join(10)
    assert errors == []
    assert deleting.ident
    assert session.scalar(text("SELECT count(*) FROM platform_connection")) == 0


def _delete(engine: Engine, connection: PlatformConnection) -> None:
    with Session(engine) as other, other.begin():
        delete_data(other, find(other, connection.workspace_id, connection.id))


def test_a_changed_currency_is_never_mixed_with_the_one_before(
    session: Session, world: World, account: Account, run: Syncs
) -> None:
    world.spread(FIRST, TODAY)
    world.accounts.append(FoundAccount("act_2", "Other", "USD", "America/New_York"))
    run()
    before = session.execute(text("SELECT sum(spend), count(*) FROM campaign_day")).one()
    session.add(
        Account(
            workspace_id=account.workspace_id,
            connection_id=account.connection_id,
            platform="fake",
            external_id="act_3",
            name="Third",
            currency="USD",
            time_zone="America/New_York",
            selected=True,
        )
    )
    session.commit()
    world.accounts = [
        FoundAccount("act_1", "Main", "EUR", "America/New_York"),
        FoundAccount("act_3", "Third", "USD", "America/New_York"),
    ]
    world.asked.clear()
    changed = run(Reach.WEEK, now=NOON + dt.timedelta(hours=1))
    assert changed.state == "done"
    assert "Main is in EUR" in changed.notice
    assert account.currency == "USD"
    assert {external_id for external_id, _, _ in world.asked} == {"act_3"}
    held = session.execute(
        text("SELECT sum(spend), count(*) FROM campaign_day WHERE account_id = :id"),
        {"id": account.id},
    ).one()
    assert held == before
    assert set(session.scalars(select(CampaignTotalDay.native_currency))) == {"USD"}
    assert run(Reach.WEEK, now=NOON + dt.timedelta(hours=2)).notice == ""


def test_an_account_without_figures_takes_the_platforms_currency(
    session: Session, world: World, account: Account, run: Syncs
) -> None:
    world.accounts = [FoundAccount("act_1", "Main", "EUR", "America/New_York")]
    world.facts = {Grain.CAMPAIGN: [fact(TODAY, spend=Decimal(3))]}
    assert run().state == "done"
    assert account.currency == "EUR"
    assert set(session.scalars(select(CampaignTotalDay.native_currency))) == {"EUR"}


def test_a_zone_moved_back_over_midnight_does_not_stop_an_account_from_being_fresh(
    session: Session, world: World, account: Account, run: Syncs
) -> None:
    account.history_from, account.read_through = FIRST, TODAY + ONE_DAY
    account.settled_through = ago(29)
    session.commit()
    world.spread(FIRST, TODAY)
    run(Reach.RECENT)
    assert account.synced_at == NOON


def test_an_unknown_time_zone_stops_neither_the_timetable_nor_the_account(
    session: Session, world: World, account: Account, run: Syncs, settings: Settings
) -> None:
    world.accounts = [FoundAccount("act_1", "Main", "USD", "Mars/Olympus_Mons")]
    adopt(session, account.connection, world.accounts)
    session.commit()
    assert [reach for _, reach in due(session, settings, NOON)] == [Reach.HISTORY]
    world.spread(FIRST, TODAY)
    assert run().state == "done"
    assert account.time_zone == "UTC"


def test_old_days_with_uploaded_figures_are_read_even_when_the_totals_know_of_none(
    session: Session, world: World, account: Account, run: Syncs
) -> None:
    session.execute(
        text("""
            WITH made AS (
                INSERT INTO campaign (workspace_id, account_id, external_id, name)
                VALUES (:workspace, :account, 'name:Old', 'Old') RETURNING id
            )
            INSERT INTO campaign_day (workspace_id, account_id, campaign_id, day, impressions,
                clicks, spend, conversions, conversion_value)
            SELECT :workspace, :account, id, :day, 1, 1, 5, 0, 0 FROM made
        """),
        {"workspace": account.workspace_id, "account": account.id, "day": ago(80)},
    )
    session.commit()
    world.spread(ago(40), TODAY)
    done = run()
    assert "took back" in done.notice
    assert (
        session.scalar(text("SELECT count(*) FROM campaign_day WHERE day < :d"), {"d": ago(40)})
        == 0
    )

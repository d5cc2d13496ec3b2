"""Which days a sync reads, and when one is due."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.connectors.words import Days
from app.models import Account, PlatformConnection, SyncRun
from app.settings import Settings
from app.sync.due import due, enqueue_due
from app.sync.spans import Read, advance, joined
from app.sync.window import Reach, days_to_read, in_chunks, lacks_history, local_day
from tests.conftest import make_settings
from tests.sync.fake_platform import NOON, TODAY, FakePlatform, World


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def span(first: int, last: int) -> Days:
    return Days(ago(first), ago(last))


def held(**spans: dt.date | None) -> Account:
    return Account(time_zone="America/New_York", **spans)


@pytest.mark.parametrize(
    ("reach", "first"), [(Reach.RECENT, 1), (Reach.WEEK, 6), (Reach.WINDOW, 29)]
)
def test_each_reach_ends_today_and_begins_where_it_says(reach: Reach, first: int) -> None:
    read = held(history_from=ago(100), read_through=TODAY, settled_through=ago(29))
    expected = min(ago(first), TODAY)
    assert days_to_read(read, FakePlatform, reach, TODAY) == [
        Days(expected if reach is not Reach.WINDOW else ago(29), TODAY)
    ]


def test_the_window_takes_in_days_that_settled_unread() -> None:
    read = held(history_from=ago(100), read_through=ago(10), settled_through=ago(50))
    assert days_to_read(read, FakePlatform, Reach.WINDOW, TODAY) == [span(49, 0)]


def test_history_reads_only_what_is_not_final_and_held() -> None:
    fresh = held(history_from=None, read_through=None, settled_through=None)
    assert days_to_read(fresh, FakePlatform, Reach.HISTORY, TODAY) == [span(100, 0)]
    partly = held(history_from=ago(60), read_through=TODAY, settled_through=ago(29))
    assert days_to_read(partly, FakePlatform, Reach.HISTORY, TODAY) == [
        span(29, 0),
        span(100, 61),
    ]


def test_history_ends_where_an_access_does_not_reach_further_back() -> None:
    fresh = Account(time_zone="America/New_York", reaches_back=40)
    assert days_to_read(fresh, FakePlatform, Reach.HISTORY, TODAY) == [span(40, 0)]
    assert lacks_history(fresh, FakePlatform, NOON)
    read = held(history_from=ago(40), read_through=TODAY, settled_through=ago(29))
    assert lacks_history(read, FakePlatform, NOON)
    read.reaches_back = 40
    assert not lacks_history(read, FakePlatform, NOON)


def test_chunks_cover_every_day_once_newest_first() -> None:
    chunks = list(in_chunks(span(16, 0), 7))
    assert chunks == [span(6, 0), span(13, 7), span(16, 14)]


def test_today_is_where_the_account_is() -> None:
    two_at_night = dt.datetime(2026, 10, 29, 2, tzinfo=dt.UTC)
    assert local_day(held(), two_at_night) == ago(1)


@pytest.mark.parametrize(
    ("before", "reads", "after"),
    [
        (None, [span(6, 0)], span(6, 0)),
        (None, [span(6, 0), span(90, 80)], span(6, 0)),
        (span(100, 7), [span(6, 0)], span(100, 0)),
        (span(100, 40), [span(6, 0)], span(100, 40)),
        (span(100, 40), [span(6, 0), span(39, 7)], span(100, 0)),
        (span(100, 0), [span(20, 10)], span(100, 0)),
    ],
)
def test_a_span_grows_only_without_a_gap(
    before: Days | None, reads: list[Days], after: Days
) -> None:
    assert joined(before, reads) == after


def test_a_day_is_settled_only_when_read_after_it_stopped_changing() -> None:
    account = held(history_from=ago(100), read_through=ago(20), settled_through=ago(60))
    advance(account, FakePlatform, [Read(span(59, 20), ago(20)), Read(span(19, 0), TODAY)])
    assert account.read_through == TODAY
    assert account.settled_through == ago(49)


def ran(
    session: Session, connection: PlatformConnection, reach: Reach, minutes_ago: int, **how: Any
) -> None:
    at = NOON - dt.timedelta(minutes=minutes_ago)
    made = SyncRun(
        workspace_id=connection.workspace_id,
        connection_id=connection.id,
        trigger="schedule",
        reach=reach.value,
        queued_at=at,
        finished_at=at,
        **({"state": "done", "started_at": at} | how),
    )
    session.add(made)
    session.flush()


@pytest.fixture
def connection(session: Session, world: World, account: Account) -> PlatformConnection:
    account.history_from, account.read_through = ago(100), TODAY
    session.commit()
    return account.connection


def reaches(session: Session) -> list[Reach]:
    settings = make_settings("postgresql://")
    return [reach for _, reach in due(session, settings, NOON)]


def test_missing_history_comes_first(
    session: Session, connection: PlatformConnection, account: Account
) -> None:
    account.history_from = None
    session.commit()
    assert reaches(session) == [Reach.HISTORY]


def test_how_far_back_depends_on_age(session: Session, connection: PlatformConnection) -> None:
    assert reaches(session) == [Reach.WINDOW]
    ran(session, connection, Reach.WINDOW, 90)
    assert reaches(session) == [Reach.WEEK]
    ran(session, connection, Reach.WEEK, 30)
    assert reaches(session) == [Reach.RECENT]
    ran(session, connection, Reach.RECENT, 3)
    assert reaches(session) == []


def test_the_window_is_read_again_after_each_night(
    session: Session, connection: PlatformConnection
) -> None:
    ran(session, connection, Reach.WINDOW, 60 * 6)
    assert reaches(session) == [Reach.WINDOW]


def test_an_unfinished_sync_is_not_joined_by_another(
    session: Session, connection: PlatformConnection
) -> None:
    ran(session, connection, Reach.RECENT, 600, state="running")
    assert reaches(session) == []


@pytest.mark.parametrize("reach", [Reach.HISTORY, Reach.CHOSEN])
def test_today_is_read_while_years_are(
    session: Session, connection: PlatformConnection, reach: Reach
) -> None:
    ran(session, connection, Reach.WINDOW, 30)
    ran(session, connection, reach, 20, state="running")
    assert reaches(session) == [Reach.RECENT]


def test_history_that_has_not_begun_is_about_to_read_today(
    session: Session, connection: PlatformConnection
) -> None:
    ran(session, connection, Reach.HISTORY, 20, state="queued", started_at=None)
    assert reaches(session) == []


def test_a_pause_the_platform_asked_for_is_kept(
    session: Session, connection: PlatformConnection
) -> None:
    connection.paused_until = NOON + dt.timedelta(seconds=1)
    session.flush()
    assert reaches(session) == []


def test_failures_stretch_the_cadence(session: Session, connection: PlatformConnection) -> None:
    ran(session, connection, Reach.WINDOW, 20)
    ran(session, connection, Reach.RECENT, 6, state="failed")
    assert reaches(session) == [Reach.RECENT]
    ran(session, connection, Reach.RECENT, 6, state="failed")
    assert reaches(session) == []


def test_one_bad_chunk_of_a_long_sync_puts_off_only_long_ones(
    session: Session, connection: PlatformConnection, account: Account
) -> None:
    ran(session, connection, Reach.WINDOW, 60 * 24)
    for minutes_ago in (40, 35, 25):
        ran(session, connection, Reach.WINDOW, minutes_ago, state="failed", chunks_done=3)
    assert reaches(session) == [Reach.WINDOW]
    ran(session, connection, Reach.WINDOW, 6, state="failed", chunks_done=3)
    assert reaches(session) == [Reach.WEEK]
    account.history_from = None
    ran(session, connection, Reach.HISTORY, 4, state="failed", chunks_done=9)
    assert reaches(session) == [Reach.WEEK]


def test_one_bad_account_does_not_hold_up_the_others_today(
    session: Session, connection: PlatformConnection
) -> None:
    ran(session, connection, Reach.WINDOW, 50)
    for minutes_ago in (15, 10, 5):
        ran(session, connection, Reach.RECENT, minutes_ago, state="failed", chunks_done=19)
    assert reaches(session) == [Reach.RECENT]


def test_what_cannot_be_read_is_never_due(
    session: Session, connection: PlatformConnection, account: Account
) -> None:
    for name, value in (
        ("status", "needs_attention"),
        ("status", "disconnected"),
        ("kind", "upload"),
    ):
        before = getattr(connection, name)
        setattr(connection, name, value)
        session.flush()
        assert reaches(session) == []
        setattr(connection, name, before)
    account.selected = False
    session.flush()
    assert reaches(session) == []


def test_due_connections_are_queued_once(
    session: Session, connection: PlatformConnection, settings: Settings
) -> None:
    assert enqueue_due(session, settings, NOON) == 1
    assert enqueue_due(session, settings, NOON) == 0

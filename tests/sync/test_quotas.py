"""Quotas are never exceeded, leave room for what matters most, and stretch the cadence evenly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from app.connectors.errors import ConnectorError, Throttled
from app.connectors.words import FoundAccount, Quota
from app.metrics.quotas import CYCLE, Purpose, cadences, standing
from app.models import PlatformConnection, QuotaUse, SyncRun
from app.settings import Settings
from app.sync.due import due
from app.sync.quotas import Ledger, OutOfQuota
from app.sync.requests import request_sync
from app.sync.window import Reach
from tests.conftest import Member
from tests.factories import make_account, make_connection
from tests.sync.conftest import Syncs, do
from tests.sync.fake_platform import NOON, TODAY, FakePlatform, World

HOUR, MINUTE, DAY = dt.timedelta(hours=1), dt.timedelta(minutes=1), dt.timedelta(days=1)
OPERATIONS = "operations"
Open = Callable[..., Ledger]


@pytest.fixture
def limit(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Gives the fake platform a quota, and has it take a unit for each list and question."""

    def give(limit: int | None, period: str = "rolling") -> None:
        quota = Quota(OPERATIONS, "operations", limit, period)  # type: ignore[arg-type]
        monkeypatch.setattr(FakePlatform, "quotas", classmethod(lambda *_: (quota,)))

    ask = FakePlatform._maybe_fail

    def metered(self: FakePlatform, account: FoundAccount | None = None) -> None:
        self.meter.spend(OPERATIONS, 1)
        ask(self, account)

    monkeypatch.setattr(FakePlatform, "_maybe_fail", metered)
    give(100)
    return give


@pytest.fixture
def opened(settings: Settings, limit: object) -> Iterator[Open]:
    """Opens ledgers as other processes do, with database connections of their own."""
    engines: list[Engine] = []

    def open_one(purpose: Purpose = Purpose.CLICK, now: dt.datetime = NOON) -> Ledger:
        engines.append(create_engine(settings.database_url))
        sessions = sessionmaker(engines[-1])
        return Ledger(sessions, FakePlatform, settings, purpose, lambda: now)

    yield open_one
    for engine in engines:
        engine.dispose()


def used(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.coalesce(func.sum(QuotaUse.units), 0))) or 0


def take(ledger: Ledger, units: int = 1) -> float | None:
    """None when they were given, else for how long to wait."""
    try:
        ledger.spend(OPERATIONS, units)
    except OutOfQuota as error:
        return error.retry_after
    return None


def test_processes_that_ask_at_once_never_go_over_together(
    session: Session, limit: Callable[..., None], opened: Open
) -> None:
    limit(40)
    ledgers = [opened() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        refusals = list(pool.map(take, ledgers * 10))
    assert refusals.count(None) == 40
    assert used(session) == sum(ledger.used[OPERATIONS] for ledger in ledgers) == 40


def test_units_are_free_again_a_day_after_the_last_second_they_may_be_of(opened: Open) -> None:
    assert take(opened(now=NOON + 2 * MINUTE), 60) is None
    assert take(opened(now=NOON + 3 * HOUR), 40) is None
    later = NOON + 4 * HOUR
    # Slots are five minutes: of the first 60 the youngest may be from 12:04:59.
    assert take(opened(now=later)) == (NOON + DAY + 5 * MINUTE - later).total_seconds()
    assert take(opened(now=NOON + DAY + 4 * MINUTE)) == 60.0
    assert take(opened(now=NOON + DAY + 5 * MINUTE + dt.timedelta(seconds=1)), 60) is None


def test_a_quota_of_the_day_is_whole_again_at_midnight_utc(
    limit: Callable[..., None], opened: Open
) -> None:
    limit(10, "utc_day")
    assert take(opened(), 10) is None
    assert take(opened(now=NOON + 11 * HOUR)) == HOUR.total_seconds()
    assert take(opened(now=NOON + 12 * HOUR), 10) is None


def test_each_purpose_leaves_room_for_the_more_important_ones(opened: Open) -> None:
    history, cycle, click = (opened(purpose) for purpose in reversed(Purpose))
    assert take(history, 40) is None
    assert take(history) is not None
    assert take(cycle, 50) is None
    assert take(cycle) is not None
    assert take(click, 10) is None
    assert take(click) is not None


def test_history_does_not_take_what_the_cycle_needs(opened: Open) -> None:
    assert take(opened(Purpose.CYCLE), 85) is None
    assert take(opened(Purpose.HISTORY), 5) is None
    assert take(opened(Purpose.HISTORY)) is not None


def test_a_quota_without_a_known_limit_is_counted_and_the_platform_ends_the_day(
    session: Session, limit: Callable[..., None], opened: Open
) -> None:
    limit(None)
    one, other = opened(), opened(now=NOON + MINUTE)
    assert take(one, 100_000) is None
    one.exhausted(OPERATIONS, 3600)
    assert take(other) == 3540
    assert take(opened(now=NOON + HOUR)) is None
    assert used(session) == 100_001


def test_a_quota_nobody_declared_stops_nothing_and_is_counted(
    session: Session, opened: Open
) -> None:
    ledger = opened()
    ledger.spend("another", 5)
    ledger.spend("another", 1_000_000)
    assert ledger.used == {"another": 1_000_005}
    assert used(session) == 1_000_005


def test_a_run_says_what_it_took(session: Session, world: World, limit: object, run: Syncs) -> None:
    world.spread(TODAY - 30 * DAY, TODAY)
    done = run(Reach.RECENT)
    # Three grains and the totals of one chunk.
    assert done.quota_used == {OPERATIONS: 4}
    assert used(session) == 4


def test_history_out_of_quota_waits_alone_while_today_goes_on_being_read(
    session: Session,
    world: World,
    limit: Callable[..., None],
    connection: PlatformConnection,
    run: Syncs,
    settings: Settings,
    engine: Engine,
) -> None:
    world.spread(TODAY - 100 * DAY, TODAY)
    limit(60)
    waiting = run(trigger="connect")
    assert waiting.state == "queued"
    assert "share of the day's 60 operations" in waiting.error
    assert 0 < waiting.chunks_done < waiting.chunks_total
    assert connection.paused_until is None
    assert used(session) <= 24

    later = NOON + 6 * MINUTE
    assert [reach for _, reach in due(session, settings, later)] == [Reach.RECENT]
    assert run(Reach.RECENT, now=later, trigger="schedule").state == "done"
    clicked = run(Reach.WEEK, now=later)
    assert (clicked.state, clicked.id == waiting.id) == ("done", False)

    do(engine, settings, waiting.id, now=NOON + DAY + 10 * MINUTE)
    session.expire_all()
    assert waiting.state == "done"
    assert waiting.chunks_done == waiting.chunks_total


def test_what_waits_for_a_quota_never_holds_up_what_does_not(
    session: Session, world: World, limit: Callable[..., None], run: Syncs
) -> None:
    world.spread(TODAY - 100 * DAY, TODAY)
    limit(60)
    waiting = run(trigger="connect")
    now = run(Reach.WEEK)
    jobs = session.execute(
        text("SELECT (args->>'run_id')::bigint, priority FROM procrastinate_jobs ORDER BY id")
    ).all()
    assert [tuple(job) for job in jobs] == [(waiting.id, 1), (waiting.id, -1), (now.id, 2)]


def ran(session: Session, connection: PlatformConnection, reach: Reach, units: int) -> None:
    at = NOON - 20 * MINUTE
    session.add(
        SyncRun(
            workspace_id=connection.workspace_id,
            connection_id=connection.id,
            trigger="schedule",
            reach=reach.value,
            state="done",
            queued_at=at,
            started_at=at,
            finished_at=at,
            quota_used={OPERATIONS: units},
        )
    )


@pytest.fixture
def many(session: Session, alice: Member, charlie: Member, limit: object) -> list[int]:
    """Ten connections of two workspaces; a cycle of all of them takes 40 units."""
    made = []
    for number in range(10):
        connection = make_connection(session, (alice, charlie)[number % 2].workspace, "fake")
        make_account(
            session,
            connection,
            history_from=TODAY - 100 * DAY,
            read_through=TODAY,
        )
        made.append(connection.id)
        ran(session, connection, Reach.WINDOW, 10)
        ran(session, connection, Reach.WEEK, 6)
        ran(session, connection, Reach.RECENT, 4)
    session.commit()
    return made


@pytest.mark.parametrize(
    ("units", "minutes"),
    [(None, 5), (20_000, 5), (15_000, 5), (8_000, 10), (2_880, 30), (50, 1440)],
)
def test_the_cadence_is_what_the_quota_allows_for_all_alike(
    session: Session,
    settings: Settings,
    many: list[int],
    limit: Callable[..., None],
    units: int | None,
    minutes: int,
) -> None:
    limit(units)
    assert cadences(session, settings, NOON).get("fake", CYCLE) == minutes * MINUTE
    # The week is read a minute from now at the usual pace, and all were read 20 minutes ago.
    expected = set(many) if minutes <= 20 else set()
    assert {connection.id for connection, _ in due(session, settings, NOON)} == expected


def test_a_day_at_the_stretched_cadence_fits_the_quota_and_is_written_down(
    session: Session, settings: Settings, many: list[int], limit: Callable[..., None]
) -> None:
    limit(2_880)
    due(session, settings, NOON)
    kept = session.scalars(select(PlatformConnection.every_minutes).distinct()).all()
    assert kept == [30]
    every = cadences(session, settings, NOON)["fake"]
    cycles = DAY / every
    assert cycles * 40 + cycles / 12 * 20 + 100 <= 2_880 * 0.9


def test_what_history_took_stretches_the_cadence_too(
    session: Session, settings: Settings, many: list[int], limit: Callable[..., None], opened: Open
) -> None:
    limit(8_000)
    assert cadences(session, settings, NOON)["fake"] == 10 * MINUTE
    take(opened(Purpose.HISTORY), 3_000)
    assert cadences(session, settings, NOON)["fake"] == 20 * MINUTE


def test_a_connection_nothing_was_read_of_counts_as_much_as_the_others(
    session: Session, settings: Settings, alice: Member, many: list[int], limit: Callable[..., None]
) -> None:
    limit(15_000)
    for _ in range(10):
        make_account(session, make_connection(session, alice.workspace, "fake"))
    assert cadences(session, settings, NOON)["fake"] == 10 * MINUTE


def test_the_standing_says_what_is_used_and_what_follows(
    session: Session, settings: Settings, many: list[int], limit: Callable[..., None], opened: Open
) -> None:
    limit(2_880)
    take(opened(Purpose.CYCLE), 100)
    [fake] = [each for each in standing(session, settings, NOON) if each.platform == "fake"]
    assert (fake.label, fake.used, fake.limit) == ("Fake Ads", 100, 2_880)
    assert fake.frees_at == NOON + DAY + 5 * MINUTE
    assert (fake.cadence_minutes, fake.connections) == (30, 10)
    assert (fake.stretched, fake.waits_until) == (True, None)
    take(opened(), 2_600)
    [spent] = [each for each in standing(session, settings, NOON) if each.platform == "fake"]
    assert spent.waits_until == NOON + DAY + 5 * MINUTE


def test_a_person_gets_through_when_the_cycle_has_to_wait(
    session: Session,
    world: World,
    limit: Callable[..., None],
    opened: Open,
    run: Syncs,
) -> None:
    world.spread(TODAY - 30 * DAY, TODAY)
    take(opened(), 90)
    scheduled = run(Reach.RECENT, trigger="schedule")
    assert (scheduled.state, "used up" in scheduled.error) == ("queued", True)
    clicked = run(Reach.RECENT)
    assert (clicked.state, clicked.id == scheduled.id) == ("done", False)


def test_the_platforms_own_refusal_is_not_repeated_by_others(
    session: Session, world: World, limit: object, connection: PlatformConnection, opened: Open
) -> None:
    opened().exhausted(OPERATIONS, 600)
    with pytest.raises(ConnectorError, match="has used up its operations") as refused:
        opened(Purpose.CYCLE).spend(OPERATIONS, 1)
    assert isinstance(refused.value, Throttled)
    assert refused.value.retry_after == 600
    assert request_sync(session, connection, trigger="manual", now=NOON).state == "queued"

"""A shop's days: read, stored, rolled up, compared, and not believed when they fall silent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.connectors.base import Connector
from app.connectors.words import Days, DayTotal, StoreFigures
from app.models import Account, MetricRevision, PlatformTotalDay, Reconciliation, StoreDay
from app.sync.window import Reach
from tests.sync.conftest import Syncs, row_versions
from tests.sync.fake_platform import NOON, TODAY, FakePlatform, FakeShop, World

ONE_DAY = dt.timedelta(days=1)
FIRST = TODAY - 100 * ONE_DAY


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The fake platform sells: three orders a day for a hundred days."""
    monkeypatch.setattr(FakeShop, "world", world)
    monkeypatch.setitem(Connector.registry, FakePlatform.slug, FakeShop)
    world.sales = [
        StoreFigures(FIRST + n * ONE_DAY, net=Decimal("90.50") + n, orders=3) for n in range(101)
    ]
    return world


def held(session: Session) -> tuple[Decimal, int]:
    row = session.execute(select(func.sum(StoreDay.net), func.sum(StoreDay.orders))).one()
    return row[0], int(row[1])


def test_a_shops_history_is_read_rolled_up_and_compared(
    session: Session, shop: World, account: Account, run: Syncs
) -> None:
    done = run()
    assert (done.state, done.error, done.chunks_done) == ("done", "", done.chunks_total)
    net = sum(row.net for row in shop.sales)
    assert held(session) == (net, 303)
    assert session.scalar(select(func.sum(PlatformTotalDay.store_net))) == net
    assert (account.history_from, account.read_through) == (FIRST, TODAY)
    assert account.synced_at == NOON
    compared = session.scalars(select(Reconciliation)).all()
    assert {(row.our_orders, row.platform_orders, row.matches) for row in compared} == {
        (3, 3, True)
    }
    assert len(compared) == 101


def test_a_shops_settled_days_are_asked_for_in_one_question(shop: World, run: Syncs) -> None:
    run()
    assert Days(FIRST, TODAY - 29 * ONE_DAY) in {days for _, _, days in shop.asked}


def test_a_shop_read_again_writes_nothing(session: Session, shop: World, run: Syncs) -> None:
    run()
    before = row_versions(session)
    assert run(Reach.WINDOW, now=NOON + dt.timedelta(minutes=5)).rows_changed == 0
    assert row_versions(session) == before


def test_an_order_the_shop_counts_and_we_lack_is_a_difference(
    session: Session, shop: World, run: Syncs
) -> None:
    shop.totals = [DayTotal(row.day, Decimal(0), 0, 0, row.orders) for row in shop.sales]
    shop.totals[-1] = shop.totals[-1]._replace(orders=4)
    run(Reach.RECENT)
    off = session.scalars(select(Reconciliation).where(~Reconciliation.matches)).one()
    assert (off.day, off.our_orders, off.platform_orders) == (TODAY, 3, 4)


def test_a_shop_that_falls_silent_while_it_counts_orders_keeps_its_days(
    session: Session, shop: World, run: Syncs
) -> None:
    run()
    before = held(session)
    shop.totals = [DayTotal(row.day, Decimal(0), 0, 0, row.orders) for row in shop.sales]
    shop.sales = []
    doubted = run(Reach.WEEK)
    assert "no figures for 7 days" in doubted.notice
    assert held(session) == before


def test_a_refund_restates_its_day_in_the_ledger(session: Session, shop: World, run: Syncs) -> None:
    run()
    shop.sales[-1] = shop.sales[-1]._replace(refunds=Decimal(5), net=shop.sales[-1].net - 5)
    second = run(Reach.RECENT)
    noted = session.scalars(select(MetricRevision)).one()
    assert (noted.grain, noted.day, noted.sync_run_id) == ("store", TODAY, second.id)


def test_a_shops_day_that_comes_twice_is_said_and_not_added_up(
    session: Session, shop: World, run: Syncs
) -> None:
    shop.sales = [StoreFigures(TODAY, net=Decimal(1), orders=1)] * 2
    failed = run(Reach.RECENT)
    assert failed.state == "failed"
    assert f"of the shop on {TODAY} twice" in failed.error
    assert session.scalar(select(func.count()).select_from(StoreDay)) == 0

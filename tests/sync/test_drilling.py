"""Where a day differs from the account's totals is said by campaign."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.connectors.errors import Throttled
from app.connectors.words import Days, FoundAccount, Grain
from app.models import Account, Reconciliation, ReconciliationPart
from app.sync.drilling import MOST_DAYS
from app.sync.window import Reach
from tests.sync.conftest import Syncs
from tests.sync.fake_platform import NOON, TODAY, FakePlatform, World

DAY = dt.timedelta(days=1)
OLDER = TODAY - 3 * DAY
ASKED = Days(OLDER, OLDER)


@pytest.fixture
def off(world: World, account: Account) -> World:
    """Thirty days of two campaigns, and one day whose totals hold a dollar more."""
    world.spread(TODAY - 29 * DAY, TODAY)
    world.totals = world.day_totals(Days(TODAY - 29 * DAY, TODAY))
    raise_total(world, OLDER)
    return world


def raise_total(world: World, *days: dt.date) -> None:
    world.totals = [
        total._replace(spend=total.spend + 1) if total.day in days else total
        for total in world.totals or []
    ]


def parts(session: Session) -> list[tuple[dt.date, str, Decimal, Decimal]]:
    rows = session.scalars(
        select(ReconciliationPart).order_by(
            ReconciliationPart.day, ReconciliationPart.campaign_external_id
        )
    )
    return [(row.day, row.campaign_external_id, row.our_spend, row.platform_spend) for row in rows]


def questions(world: World) -> list[Days]:
    """The days asked for one by one, which only drilling down does."""
    young = TODAY - 15 * DAY
    return [days for _, _, days in world.asked if len(days) == 1 and days.first > young]


def test_what_no_campaign_holds_is_said_under_no_campaign(
    session: Session, off: World, run: Syncs
) -> None:
    assert run(Reach.WEEK).state == "done"
    assert parts(session) == [(OLDER, "", Decimal(0), Decimal(1))]
    assert questions(off) == [ASKED]


def test_a_campaign_that_says_something_else_when_asked_again_is_named(
    session: Session, off: World, run: Syncs, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = FakePlatform.facts

    def second_thoughts(
        self: FakePlatform, account: FoundAccount, grain: Grain, days: Days, **rest: str | None
    ) -> object:
        for page in ask(self, account, grain, days, **rest):  # type: ignore[arg-type]
            yield [
                row._replace(spend=row.spend + 1)
                if days == ASKED and row.campaign_id == "c1"
                else row
                for row in page
            ]

    monkeypatch.setattr(FakePlatform, "facts", second_thoughts)
    run(Reach.WEEK)
    spend = next(row.spend for row in off.facts[Grain.CAMPAIGN] if row.day == OLDER)
    assert parts(session) == [(OLDER, "c1", spend, spend + 1)]
    assert session.scalars(select(ReconciliationPart.campaign_name)).one() == "Name of c1"


def test_a_difference_is_drilled_down_once_and_again_when_it_changes(
    session: Session, off: World, run: Syncs
) -> None:
    for minutes in (0, 5):
        run(Reach.WEEK, now=NOON + minutes * dt.timedelta(minutes=1))
    assert questions(off) == [ASKED]
    raise_total(off, OLDER)
    run(Reach.WEEK, now=NOON + dt.timedelta(minutes=10))
    assert questions(off) == [ASKED, ASKED]
    assert parts(session) == [(OLDER, "", Decimal(0), Decimal(2))]


def test_parts_go_when_the_day_agrees(session: Session, off: World, run: Syncs) -> None:
    run(Reach.WEEK)
    off.totals = None
    run(Reach.WEEK, now=NOON + dt.timedelta(minutes=5))
    assert parts(session) == []
    assert session.scalars(select(Reconciliation.matches).distinct()).all() == [True]


def test_days_that_still_move_are_not_drilled_down(
    session: Session, off: World, run: Syncs
) -> None:
    off.totals = None
    off.totals = off.day_totals(Days(TODAY - 29 * DAY, TODAY))
    raise_total(off, TODAY, TODAY - DAY)
    run(Reach.WEEK)
    assert (parts(session), questions(off)) == ([], [])


def test_only_a_few_days_are_drilled_down_at_a_time(
    session: Session, off: World, run: Syncs
) -> None:
    raise_total(off, *(TODAY - n * DAY for n in range(4, 12)))
    run(Reach.WINDOW)
    assert len(questions(off)) == MOST_DAYS
    run(Reach.WINDOW, now=NOON + dt.timedelta(minutes=5))
    assert len(set(questions(off))) == len(questions(off)) == 9
    assert len(parts(session)) == 9


def test_a_platform_that_does_not_answer_twice_does_not_fail_the_sync(
    session: Session, off: World, run: Syncs, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = FakePlatform.facts

    def refuse(
        self: FakePlatform, account: FoundAccount, grain: Grain, days: Days, **rest: str | None
    ) -> object:
        if days == ASKED:
            raise Throttled("Later.", retry_after=60)
        return ask(self, account, grain, days, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(FakePlatform, "facts", refuse)
    assert run(Reach.WEEK).state == "done"
    assert parts(session) == []

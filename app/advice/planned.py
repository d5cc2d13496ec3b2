"""Planned tests in the database: kept, looked up, brought up to date, stopped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.advice.budgets_before import written_down
from app.advice.values import BUDGET
from app.errors import Conflict, NotFound
from app.metrics.platforms import platform_label
from app.models import ChangeSet, PlannedTest, Workspace

UNFINISHED = ("planned", "running")
# The block of a change set that puts the budgets back.
BACK = -1
WEEK = 7
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Block:
    """`number` counts from 0. `budgets` are money a day by platform, `factors` shares of today's.

    `first` to `last` are its days, both included.
    """

    number: int
    first: dt.date
    last: dt.date
    budgets: Mapping[str, Decimal]
    factors: Mapping[str, Decimal]

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


def blocks(test: PlannedTest) -> list[Block]:
    """What to spend on which days, in the test's currency."""
    return [_block(test, number) for number in range(test.weeks // test.block_weeks)]


def block_on(test: PlannedTest, day: dt.date) -> Block | None:
    """The block that the day is in, None outside of the test."""
    return next((each for each in blocks(test) if day in each), None)


def usual_budgets(test: PlannedTest) -> dict[str, Decimal]:
    """Money spent on an average day by platform before the test."""
    return {each: _daily(test, each, Decimal(1)) for each in test.platforms}


def _block(test: PlannedTest, number: int) -> Block:
    first = test.first + dt.timedelta(weeks=number * test.block_weeks)
    factors = {each: Decimal(test.factors[each][number]) for each in test.platforms}
    return Block(
        number,
        first,
        first + dt.timedelta(weeks=test.block_weeks, days=-1),
        {name: _daily(test, name, factor) for name, factor in factors.items()},
        factors,
    )


def _daily(test: PlannedTest, platform: str, factor: Decimal) -> Decimal:
    unit = Decimal(1).scaleb(-get_currency_precision(test.currency))
    return (Decimal(test.levels[platform]) * factor / WEEK).quantize(unit)


def named(test: PlannedTest) -> str:
    """The platforms for people."""
    *others, last = [platform_label(each) for each in test.platforms]
    return f"{', '.join(others)} and {last}" if others else last


def day_of(workspace: Workspace, now: dt.datetime) -> dt.date:
    """Today, in the workspace's time zone."""
    return now.astimezone(ZoneInfo(workspace.time_zone)).date()


def find(session: Session, workspace_id: int, test_id: int) -> PlannedTest:
    """One of the workspace's. Raises NotFound."""
    found = session.scalar(
        select(PlannedTest).where(
            PlannedTest.id == test_id, PlannedTest.workspace_id == workspace_id
        )
    )
    if found is None:
        raise NotFound
    return found


def every(session: Session, workspace_id: int) -> Sequence[PlannedTest]:
    """All of the workspace's, the newest first."""
    return session.scalars(
        select(PlannedTest)
        .where(PlannedTest.workspace_id == workspace_id)
        .order_by(PlannedTest.first.desc(), PlannedTest.id.desc())
    ).all()


def unfinished(session: Session, workspace: Workspace, today: dt.date) -> PlannedTest | None:
    """The test that is planned or runs today, whatever state was written down last."""
    found = session.scalar(
        select(PlannedTest).where(
            PlannedTest.workspace_id == workspace.id, PlannedTest.state.in_(UNFINISHED)
        )
    )
    if found is None or standing(found, workspace.currency, today) not in UNFINISHED:
        return None
    return found


def standing(test: PlannedTest, currency: str, today: dt.date) -> str:
    """Its state on a day of the workspace, whatever state was written down last."""
    if test.state not in UNFINISHED:
        return test.state
    if test.currency != currency:
        return "stopped"
    if today < test.first:
        return "planned"
    return "running" if today <= test.last else "ended"


def tested(
    session: Session, workspace: Workspace, platforms: Collection[str], today: dt.date
) -> PlannedTest | None:
    """The test of any of these platforms that is planned or runs today."""
    test = unfinished(session, workspace, today)
    return test if test and not set(platforms).isdisjoint(test.platforms) else None


def disturbed(
    session: Session, workspace: Workspace, platforms: Collection[str], today: dt.date
) -> str:
    """Why budgets of these platforms are not moved now, empty where no test is in the way."""
    test = tested(session, workspace, platforms, today)
    if test is None:
        return ""
    return (
        f"A test of {named(test)} is not over until {test.last:%Y-%m-%d}, and moving budget would "
        "disturb it, so it is not moved. Wait for its end, or stop it."
    )


def advance(session: Session, workspace: Workspace, today: dt.date) -> None:
    """Write down what the day makes of the tests. The caller commits.

    A test of another currency than the workspace's is stopped: its amounts would be misread.
    """
    tests = select(PlannedTest).where(
        PlannedTest.workspace_id == workspace.id, PlannedTest.state.in_(UNFINISHED)
    )
    # Looked at first: a row that stays as it is need not be waited for.
    behind = [
        each.id
        for each in session.scalars(tests)
        if standing(each, workspace.currency, today) != each.state
    ]
    fresh = tests.where(PlannedTest.id.in_(behind)).with_for_update()
    for test in session.scalars(fresh.execution_options(populate_existing=True)).all():
        state = standing(test, workspace.currency, today)
        if state == "stopped":
            _stop(test, today, "currency")
        test.state = state


def begin(session: Session, workspace: Workspace, test: PlannedTest, today: dt.date) -> PlannedTest:
    """Keep a drawn test with the budgets of now; it runs from its first day on. The caller commits.

    Raises Conflict while another one is not over, also one that somebody began at this moment,
    and when the workspace's currency is another by now.
    """
    session.refresh(workspace, with_for_update={"key_share": True})
    advance(session, workspace, today)
    session.flush()
    if test.currency != workspace.currency:
        raise Conflict(
            f"The test was drawn in {test.currency}, but the workspace's currency is "
            f"{workspace.currency} by now. Nothing was stored. Plan it again."
        )
    if other := unfinished(session, workspace, today):
        raise Conflict(_another(other))
    test.state = standing(test, workspace.currency, today)
    test.budgets = written_down(session, workspace.id, test.platforms)
    try:
        with session.begin_nested():
            session.add(test)
    except IntegrityError as error:
        raise Conflict("Another test was begun at this moment. Nothing was stored.") from error
    return test


def _another(test: PlannedTest) -> str:
    return (
        f"A test of {named(test)} is not over until {test.last:%Y-%m-%d}, and two at once would "
        "disturb each other. Nothing was stored. Stop it, or wait for its end."
    )


def stop(
    session: Session, workspace: Workspace, test_id: int, user_id: int, today: dt.date
) -> PlannedTest:
    """End it before its time; what was spent as drawn stays known. The caller commits.

    Stopping it twice changes nothing. Raises NotFound, and Conflict for one that is over.
    """
    advance(session, workspace, today)
    session.flush()
    test = find(session, workspace.id, test_id)
    session.refresh(test, with_for_update=True)
    if test.state == "ended":
        raise Conflict("The test is over already, so there is nothing to stop.")
    if test.state in UNFINISHED:
        _stop(test, today, "person")
        test.stopped_by = user_id
    return test


def _stop(test: PlannedTest, today: dt.date, because: str) -> None:
    test.state, test.stopped_because, test.stopped_on = "stopped", because, today


def sets_of(session: Session, test: PlannedTest) -> dict[int, ChangeSet]:
    """The newest change set of each block, and of putting the budgets back."""
    found = session.scalars(
        select(ChangeSet)
        .where(
            ChangeSet.planned_test_id == test.id,
            ChangeSet.workspace_id == test.workspace_id,
            ChangeSet.block.is_not(None),
        )
        .order_by(ChangeSet.id)
        .execution_options(populate_existing=True)
    )
    return {each.block: each for each in found if each.block is not None}


def began(test: PlannedTest, today: dt.date) -> bool:
    """Whether any day was under it, so that budgets may have been set for it."""
    return test.first <= (today if test.stopped_on is None else test.stopped_on)


def too_late(session: Session, found: ChangeSet, now: dt.datetime) -> str:
    """Why prepared budgets may no longer be set, empty where they may.

    Those of a block that is not on, and those that a recommendation moves while a test is on.
    """
    workspace = session.get_one(Workspace, found.workspace_id)
    today = day_of(workspace, now)
    if found.origin == "finding":
        moved = {each.platform for each in found.changes if each.kind == BUDGET}
        return disturbed(session, workspace, moved, today)
    test = session.get(PlannedTest, found.planned_test_id) if found.planned_test_id else None
    if test is None or found.block is None:
        return ""
    if found.block == BACK:
        return disturbed(session, workspace, test.platforms, today)
    block = block_on(test, today)
    running = standing(test, workspace.currency, today) == "running"
    if running and block is not None and block.number == found.block:
        return ""
    return (
        "These are the budgets of a block that is over, or of a test that is, so they are not set. "
        "Open the test and prepare those of today."
    )


def tested_days(session: Session, workspace_id: int) -> dict[str, set[dt.date]]:
    """By platform the days that were under a test which is over."""
    found: dict[str, set[dt.date]] = {}
    for test in every(session, workspace_id):
        end = min(test.last + ONE_DAY, test.stopped_on or dt.date.max)
        days = range(max((end - test.first).days, 0))
        for name in test.platforms if test.state not in UNFINISHED else ():
            found.setdefault(name, set()).update(test.first + each * ONE_DAY for each in days)
    return found


def weeks_run(test: PlannedTest, day: dt.date) -> int:
    """How many of its weeks are over on a day, those before it was stopped alone."""
    end = min(day, test.stopped_on) if test.stopped_on else day
    return min(max((end - test.first).days // WEEK, 0), test.weeks)

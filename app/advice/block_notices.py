"""What a running test asks of its people: set a block's budgets, mend those that are off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice import planned
from app.advice.alerts import Signal
from app.advice.evaluations import evaluated
from app.advice.planned import WEEK, Block
from app.insights.finding import TEST_RULE
from app.insights.words import Manner
from app.metrics.platforms import platform_label
from app.models import PlannedTest, Workspace

_ONE_DAY = dt.timedelta(days=1)
# Long enough that somebody looks on one of the days, short enough that a week is not lost.
_TOLD_FOR = dt.timedelta(days=1)
_DONE = ("queued", "applying", "applied")


def notices(session: Session, workspace: Workspace, today: dt.date) -> list[Signal]:
    """What is to be done about the tests now. `today` is the workspace's day."""
    tests = session.scalars(
        select(PlannedTest)
        .where(
            PlannedTest.workspace_id == workspace.id,
            PlannedTest.state != "stopped",
            PlannedTest.currency == workspace.currency,
        )
        .order_by(PlannedTest.id)
    )
    found: list[Signal] = []
    for test in tests:
        found += _of(session, test, today)
    return found


def _of(session: Session, test: PlannedTest, today: dt.date) -> Iterator[Signal]:
    sets = planned.sets_of(session, test)
    manner = Manner(test.currency)
    for block in planned.blocks(test):
        done = sets.get(block.number)
        if _is_told(block.first, today) and not (done and done.state in _DONE):
            yield _to_set(test, block, manner)
    over = test.last + _ONE_DAY
    back = sets.get(planned.BACK)
    if _is_told(over, today) and not (back and back.state in _DONE):
        yield _to_put_back(test, over, manner)
    if test.first <= today <= test.last:
        yield from _off(test, manner)


def _is_told(day: dt.date, today: dt.date) -> bool:
    """From the eve on, for the night's look may come before the day begins there."""
    return day - _ONE_DAY <= today <= day + _TOLD_FOR


def _to_set(test: PlannedTest, block: Block, manner: Manner) -> Signal:
    budgets = ", ".join(
        f"{platform_label(name)} {manner.money(float(amount))} a day"
        for name, amount in block.budgets.items()
    )
    return Signal(
        rule=TEST_RULE,
        key=f"{TEST_RULE}|{test.id}|block|{block.number}",
        title=f"Set the budgets of block {block.number + 1} on {manner.day(block.first)}",
        saw=(
            f"The test of {planned.named(test)} spends {budgets} from {manner.day(block.first)} "
            f"to {manner.day(block.last)}."
        ),
        todo="Set them at the platforms, or open Reports, Tests and apply the block.",
        from_figures=False,
    )


def _to_put_back(test: PlannedTest, over: dt.date, manner: Manner) -> Signal:
    budgets = ", ".join(
        f"{platform_label(name)} {manner.money(float(amount))} a day"
        for name, amount in planned.usual_budgets(test).items()
    )
    return Signal(
        rule=TEST_RULE,
        key=f"{TEST_RULE}|{test.id}|over",
        title=f"Put the budgets back on {manner.day(over)}",
        saw=f"The test of {planned.named(test)} is over. Before it there were {budgets}.",
        todo="Set them at the platforms, or open Reports, Tests and put them back from there.",
        from_figures=False,
    )


def _off(test: PlannedTest, manner: Manner) -> Iterator[Signal]:
    """Platforms whose last whole week was not spent as drawn."""
    read = evaluated(test)
    if read is None or not read.over:
        return
    week = read.over - 1
    first = test.first + dt.timedelta(weeks=week)
    days = manner.days(first, first + dt.timedelta(days=WEEK - 1))
    block = planned.blocks(test)[week // test.block_weeks]
    for name in test.platforms:
        if read.as_drawn[name][week]:
            continue
        spent, drawn = manner.money(read.lately[name]), manner.money(float(block.budgets[name]))
        yield Signal(
            rule=TEST_RULE,
            key=f"{TEST_RULE}|{test.id}|off|{name}",
            title=f"{platform_label(name)} is not spent as the test drew it",
            saw=f"{spent} a day against {drawn} ({days}), so that week counts as an ordinary one.",
            todo=(
                "See whether the block's budgets are set and can be spent. A test that is not "
                "followed tells nothing; stop it if it cannot be."
            ),
            platform=name,
        )

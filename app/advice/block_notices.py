"""What a running test asks of its people: set a block's budgets, mend those that are off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice import planned
from app.advice.alerts import Signal
from app.advice.evaluations import evaluated
from app.advice.planned import WEEK, Block
from app.insights.finding import TEST_RULE
from app.insights.words import Manner
from app.metrics.platforms import platform_label
from app.models import Account, AdGroup, Campaign, ChangeSet, PlannedTest, Workspace

_ONE_DAY = dt.timedelta(days=1)
# Long enough that somebody looks on one of the days, short enough that a week is not lost.
_TOLD_FOR = dt.timedelta(days=1)
_DONE = ("queued", "applying", "applied")
_NAMED = 3
_SEE_THE_REST = "Open Reports, Tests to see why, and set what is left at the platforms."


@dataclass(frozen=True, slots=True)
class _Left:
    """Platforms of which something is to be set yet; `names` of it where the rest was set."""

    platforms: Sequence[str]
    names: Sequence[str]


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
        if _is_told(block.first, today):
            left = _left(session, test, sets.get(block.number))
            if left.platforms:
                yield _to_set(test, block, left, manner)
    over = test.last + _ONE_DAY
    if _is_told(over, today):
        left = _left(session, test, sets.get(planned.BACK))
        if left.platforms:
            yield _to_put_back(test, over, left, manner)
    if test.first <= today <= test.last:
        yield from _off(test, manner)


def _is_told(day: dt.date, today: dt.date) -> bool:
    """From the eve on, for the night's look may come before the day begins there."""
    return day - _ONE_DAY <= today <= day + _TOLD_FOR


def _left(session: Session, test: PlannedTest, done: ChangeSet | None) -> _Left:
    """All of it before anything is set from here, then what could not be."""
    if done is None or done.state not in _DONE:
        return _Left(test.platforms, [])
    names = [str(name) for name, _why in done.left_out]
    platforms = {each for name in names for each in _platforms_of(session, test, name)}
    return _Left([each for each in test.platforms if each in platforms], names)


def _platforms_of(session: Session, test: PlannedTest, name: str) -> Sequence[str]:
    """Where something of the name may be; all of the test's where that cannot be told."""
    labelled = [each for each in test.platforms if platform_label(each) == name]
    campaigns = select(Account.platform).join(Campaign, Campaign.account_id == Account.id)
    groups = campaigns.join(AdGroup, AdGroup.campaign_id == Campaign.id)
    found = session.scalars(
        campaigns.where(Campaign.workspace_id == test.workspace_id, Campaign.name == name).union(
            groups.where(AdGroup.workspace_id == test.workspace_id, AdGroup.name == name)
        )
    ).all()
    return labelled or [each for each in found if each in test.platforms] or test.platforms


def _to_set(test: PlannedTest, block: Block, left: _Left, manner: Manner) -> Signal:
    budgets = ", ".join(
        f"{platform_label(name)} {_exact(block.budgets[name], manner)} a day"
        for name in left.platforms
    )
    what = "the rest of the budgets" if left.names else "the budgets"
    return Signal(
        rule=TEST_RULE,
        key=f"{TEST_RULE}|{test.id}|block|{block.number}",
        title=f"Set {what} of block {block.number + 1} on {manner.day(block.first)}",
        saw=(
            f"The test of {planned.named(test)} spends {budgets} from {manner.day(block.first)} "
            f"to {manner.day(block.last)}.{_except(left, manner)}"
        ),
        todo=(
            _SEE_THE_REST
            if left.names
            else "Set them at the platforms, or open Reports, Tests and apply the block."
        ),
        from_figures=False,
    )


def _to_put_back(test: PlannedTest, over: dt.date, left: _Left, manner: Manner) -> Signal:
    usual = planned.usual_budgets(test)
    spent = ", ".join(
        f"{platform_label(name)} {_exact(usual[name], manner)} a day" for name in left.platforms
    )
    what = "the rest of the budgets" if left.names else "the budgets"
    return Signal(
        rule=TEST_RULE,
        key=f"{TEST_RULE}|{test.id}|over",
        title=f"Put {what} back on {manner.day(over)}",
        saw=(
            f"The test of {planned.named(test)} is over. Before it, on average, this was spent: "
            f"{spent}.{_except(left, manner)}"
        ),
        todo=(
            _SEE_THE_REST
            if left.names
            else "Set the budgets of before at the platforms, or open Reports, Tests and put them "
            "back from there."
        ),
        from_figures=False,
    )


def _except(left: _Left, manner: Manner) -> str:
    """What was not set from here, empty where nothing was."""
    if not left.names:
        return ""
    others = len(left.names) - _NAMED
    more = [f"{others} more"] if others > 0 else []
    named = manner.names([*left.names[:_NAMED], *more])
    return f" The others were set from here, but not {named}."


def _exact(amount: Decimal | float, manner: Manner) -> str:
    """To the last decimal of the currency, for people type it in."""
    return format_currency(amount, manner.currency, locale=manner.locale)


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
        # A week that was not read of all its accounts is unknown, not badly spent.
        if read.as_drawn[name][week] or name not in read.lately:
            continue
        spent, drawn = (_exact(each, manner) for each in (read.lately[name], block.budgets[name]))
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

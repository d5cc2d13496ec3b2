"""Setting a block's budgets at the platforms, or putting them back, for a person's review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from babel.numbers import get_currency_precision
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice import planned, values
from app.advice.changers import Changers
from app.advice.evaluations import evaluated
from app.advice.plans import Side
from app.advice.preparing import Read, Reading, Reason, change_of, read_side, store
from app.connectors.errors import ConnectorError
from app.errors import Conflict
from app.insights.finding import TEST_RULE, Entity
from app.metrics.platforms import platform_label
from app.models import Change, ChangeSet, PlannedTest, Workspace

_DAY = "%Y-%m-%d"
_BEFORE_IT = (
    "A budget that was set from here in this test is reckoned from what it was before it, any "
    "other from what it is now."
)
_NOT_KNOWN = (
    "It was not set from here in this test, so what it was before is not known. Set it by hand."
)
Thing = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class _Task:
    """`factors` are wanted, `in_force` those that spend shows the budgets to be at now."""

    test: PlannedTest
    block: int
    factors: Mapping[str, Decimal]
    in_force: Mapping[str, Decimal]
    title: str


def prepare_block(
    session: Session,
    changers: Changers,
    workspace: Workspace,
    user_id: int,
    test: PlannedTest,
    *,
    now: dt.datetime,
) -> ChangeSet:
    """The budgets of the block that is on, for review; the caller commits.

    What is prepared already is given again. Raises Conflict, also when there is nothing to set.
    """
    today = planned.day_of(workspace, now)
    block = planned.block_on(test, today)
    if block is None or planned.standing(test, workspace.currency, today) != "running":
        raise Conflict(_not_on(test, today))
    task = _Task(
        test,
        block.number,
        block.factors,
        _in_force(test, block.number),
        f"Test of {planned.named(test)}: budgets of block {block.number + 1}",
    )
    return _prepare(session, changers, user_id, task, now)


def prepare_back(
    session: Session,
    changers: Changers,
    workspace: Workspace,
    user_id: int,
    test: PlannedTest,
    *,
    now: dt.datetime,
) -> ChangeSet:
    """The budgets as they were before the test, for review; the caller commits.

    Raises Conflict, also while the test is on and when there is nothing to set.
    """
    today = planned.day_of(workspace, now)
    if planned.standing(test, workspace.currency, today) in planned.UNFINISHED:
        raise Conflict("The test is not over. Stop it first, then put the budgets back.")
    if problem := planned.disturbed(session, workspace, test.platforms, today):
        raise Conflict(problem)
    end = min(test.last, (test.stopped_on or dt.date.max) - dt.timedelta(days=1))
    last = planned.block_on(test, end)
    task = _Task(
        test,
        planned.BACK,
        dict.fromkeys(test.platforms, Decimal(1)),
        _in_force(test, last.number + 1 if last else 0),
        f"Test of {planned.named(test)}: budgets as before it",
    )
    return _prepare(session, changers, user_id, task, now)


def _not_on(test: PlannedTest, today: dt.date) -> str:
    if today < test.first and test.state == "planned":
        return (
            f"The test begins on {test.first.strftime(_DAY)}. Budgets set before would not be in "
            "its blocks. Nothing was prepared."
        )
    return "The test is over or stopped, so no block's budgets are set. Nothing was prepared."


def _in_force(test: PlannedTest, number: int) -> dict[str, Decimal]:
    """The shares that spend shows budgets to be at before block `number`, where it does."""
    found = evaluated(test)
    if found is None or not number:
        return {}
    weeks = slice((number - 1) * test.block_weeks, number * test.block_weeks)
    seen = {name: list(found.as_drawn.get(name, ()))[weeks] for name in test.platforms}
    return {
        name: Decimal(test.factors[name][number - 1])
        for name, followed in seen.items()
        if followed and followed[-1]
    }


def _prepare(
    session: Session, changers: Changers, user_id: int, task: _Task, now: dt.datetime
) -> ChangeSet:
    if (known := _prepared(session, task, now)) is not None:
        return known
    left_out: list[list[str]] = []
    changes: list[Change] = []
    before = _before_the_test(session, task.test)
    for platform in task.test.platforms:
        read = _asked(session, changers, task.test.workspace_id, platform, left_out)
        for each in read:
            usual = _usual(each, platform, task, before)
            if usual is None:
                left_out.append([each.current.name, _NOT_KNOWN])
            else:
                changes.append(_change(each, usual * task.factors[platform], usual, now))
    if not any(values.is_a_change(each) for each in changes):
        raise Conflict(_nothing(changes, left_out))
    reason = Reason(
        "test", task.title, _why(task), TEST_RULE, planned_test_id=task.test.id, block=task.block
    )
    changes = [each for each in changes if values.is_a_change(each)]
    return store(
        session, task.test.workspace_id, user_id, changes, reason, now=now, left_out=left_out
    )


def _prepared(session: Session, task: _Task, now: dt.datetime) -> ChangeSet | None:
    found = planned.sets_of(session, task.test).get(task.block)
    if found is None or found.state != "prepared" or found.expires_at <= now:
        return None
    return found


def _asked(
    session: Session,
    changers: Changers,
    workspace_id: int,
    platform: str,
    left_out: list[list[str]],
) -> Sequence[Reading]:
    """What can be set on a platform; why the rest cannot goes to `left_out`."""
    label = platform_label(platform)
    side = Side(Entity("platform", platform, label, platform, platform))
    try:
        read: Read = read_side(session, changers, workspace_id, side)
    except (ConnectorError, Conflict) as error:
        left_out.append([label, error.message])
        return []
    left_out += read.left_out
    return read.readings


def _before_the_test(session: Session, test: PlannedTest) -> dict[Thing, Decimal]:
    """Daily budgets as they were before the test first set them from here."""
    rows = session.scalars(
        select(Change)
        .join(ChangeSet, ChangeSet.id == Change.set_id)
        .where(
            ChangeSet.planned_test_id == test.id,
            ChangeSet.workspace_id == test.workspace_id,
            Change.kind == values.BUDGET,
            Change.state.in_(("applied", "unclear", "reverted")),
        )
        .order_by(ChangeSet.id, Change.position)
    )
    found: dict[Thing, Decimal] = {}
    for each in rows:
        amount = values.amount(each.before)
        if amount is not None:
            found.setdefault((each.campaign_id, each.ad_group_id), amount)
    return found


def _usual(
    reading: Reading, platform: str, task: _Task, before: Mapping[Thing, Decimal]
) -> Decimal | None:
    """Its budget as it was before the test; None where only its owner knows."""
    group = reading.ad_group.id if reading.ad_group else None
    current = reading.current.daily_budget or Decimal(0)
    if (reading.campaign.id, group) in before:
        return before[reading.campaign.id, group]
    if platform in task.in_force:
        return current / task.in_force[platform]
    return None if task.block == planned.BACK else current


def _change(reading: Reading, wanted: Decimal, usual: Decimal, now: dt.datetime) -> Change:
    """Rounded towards what it was, so that it swings no further than drawn."""
    change = change_of(reading, values.BUDGET, "", now)
    unit = Decimal(1).scaleb(-get_currency_precision(reading.account.currency))
    rounding = ROUND_CEILING if wanted < usual else ROUND_FLOOR
    change.wanted = values.budget(wanted.quantize(unit, rounding))
    return change


def _why(task: _Task) -> str:
    shares = ", ".join(
        f"{platform_label(name)} {factor:.0%}" for name, factor in task.factors.items()
    )
    taken = ", ".join(
        f"{platform_label(name)} {factor:.0%}" for name, factor in task.in_force.items()
    )
    said = f"Of what they were before the test: {shares}. {_BEFORE_IT}"
    return f"{said} Spend shows those now to be at {taken} of it." if taken else said


def _nothing(changes: Sequence[Change], left_out: Sequence[Sequence[str]]) -> str:
    if changes:
        return "Every budget is what it should be already, so there is nothing to set."
    told = " ".join(f"{name}: {why}" for name, why in left_out[:3])
    return f"None of these budgets can be set from here; set them at the platforms. {told}".strip()

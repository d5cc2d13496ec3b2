"""Setting a block's budgets at the platforms, or putting them back, for a person's review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.advice import planned, values
from app.advice.budgets_before import NotReckoned, wanted
from app.advice.change_sets import UNFINISHED
from app.advice.changers import Changers
from app.advice.plans import Side
from app.advice.preparing import Read, Reading, Reason, change_of, read_side, store
from app.advice.reasons import told
from app.connectors.errors import ConnectorError
from app.errors import Conflict
from app.insights.finding import TEST_RULE, Entity
from app.metrics.platforms import platform_label
from app.models import Change, ChangeSet, PlannedTest, Workspace

_DAY = "%Y-%m-%d"
_RECKONED = "Reckoned from the daily budgets written down when the test was planned."
_NEVER_BEGAN = (
    "The test was stopped before it began, so no budget was set for it and there is none to put "
    "back. Nothing was prepared."
)


@dataclass(frozen=True, slots=True)
class _Task:
    """`factors` are the wanted shares of what the budgets were before the test, by platform."""

    test: PlannedTest
    block: int
    factors: Mapping[str, Decimal]
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
    if not planned.began(test, today):
        raise Conflict(_NEVER_BEGAN)
    if problem := planned.disturbed(session, workspace, test.platforms, today):
        raise Conflict(problem)
    task = _Task(
        test,
        planned.BACK,
        dict.fromkeys(test.platforms, Decimal(1)),
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


def _prepare(
    session: Session, changers: Changers, user_id: int, task: _Task, now: dt.datetime
) -> ChangeSet:
    if (known := _prepared(session, task, now)) is not None:
        return known
    left_out: list[list[str]] = []
    changes: list[Change] = []
    for platform in task.test.platforms:
        for each in _asked(session, changers, task.test.workspace_id, platform, left_out):
            try:
                changes.append(_change(task, each, now))
            except NotReckoned as problem:
                left_out.append([each.current.name, problem.why])
    real = [each for each in changes if values.is_a_change(each)]
    if not real:
        raise Conflict(_nothing(changes, left_out))
    # Only now, for the platforms were asked meanwhile: whoever else asked waits here.
    session.refresh(task.test, with_for_update=True)
    if (known := _prepared(session, task, now)) is not None:
        return known
    reason = Reason(
        "test", task.title, _why(task), TEST_RULE, planned_test_id=task.test.id, block=task.block
    )
    return store(session, task.test.workspace_id, user_id, real, reason, now=now, left_out=left_out)


def _prepared(session: Session, task: _Task, now: dt.datetime) -> ChangeSet | None:
    """What waits for its review already. Raises Conflict while any set of the test is sent."""
    if _are_being_set(session, task.test):
        raise Conflict(
            f"The budgets of the test of {planned.named(task.test)} are being set now; wait until "
            "that is done. Nothing was prepared."
        )
    found = planned.sets_of(session, task.test).get(task.block)
    if found is None or found.state != "prepared" or found.expires_at <= now:
        return None
    return found


def _are_being_set(session: Session, test: PlannedTest) -> bool:
    """Whether a set of the test, or the opposite of one, is under way."""
    of_test = select(ChangeSet.id).where(ChangeSet.planned_test_id == test.id)
    under_way = select(ChangeSet.id).where(
        ChangeSet.workspace_id == test.workspace_id,
        ChangeSet.state.in_(UNFINISHED),
        or_(ChangeSet.planned_test_id == test.id, ChangeSet.reverts_id.in_(of_test)),
    )
    return session.scalar(under_way.limit(1)) is not None


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


def _change(task: _Task, reading: Reading, now: dt.datetime) -> Change:
    """Raises NotReckoned."""
    aim = wanted(task.test, reading, task.factors[reading.account.platform])
    change = change_of(reading, values.BUDGET, "", now)
    change.wanted = values.budget(aim)
    return change


def _why(task: _Task) -> str:
    shares = ", ".join(
        f"{platform_label(name)} {factor:.0%}" for name, factor in task.factors.items()
    )
    return f"Of what they were before the test: {shares}. {_RECKONED}"


def _nothing(changes: Sequence[Change], left_out: Sequence[Sequence[str]]) -> str:
    if changes and not left_out:
        return "Every budget is what it should be already, so there is nothing to set."
    why = told(left_out)
    if changes:
        return (
            "Every budget that can be set from here is what it should be already, so there is "
            f"nothing to set. Look at the others: {why}"
        )
    return f"None of these budgets can be set from here; set them at the platforms. {why}".strip()

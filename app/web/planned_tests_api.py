"""Planned tests as JSON: what may be tested, plan, begin, follow, stop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.advice import planned
from app.advice.drawing import HIGHEST_SEED, Drawn, Wanted
from app.advice.evaluations import evaluated
from app.advice.permissions import Rights, rights
from app.extensions import db
from app.models import PlannedTest
from app.web import access, changing, planned_test_words, planning
from app.web.apidoc import Answer, Body, answer, body, documented

blueprint = Blueprint("planned_tests_api", __name__, url_prefix="/api/planned-tests")

Seed = Annotated[int, msgspec.Meta(ge=0, le=HIGHEST_SEED)]


class PlanIn(Body):
    """`weeks` null is what the account's size needs; `swing` is a share of today's budgets.

    `seed` draws the order of the blocks: the same seed, the same order.
    """

    platforms: list[str]
    first: dt.date
    weeks: int | None = None
    swing: Decimal = Decimal("0.3")
    seed: Seed | None = None


class BlockOut(Answer):
    """`budgets` are money a day by platform, `factors` shares of what was spent before."""

    first: dt.date
    last: dt.date
    budgets: dict[str, Decimal]
    factors: dict[str, Decimal]


class ByHandOut(Answer):
    """A platform of which budgets, all or some, cannot be set from here, and why."""

    platform: str
    why: str


class PlanOut(Answer):
    """`levels` is money a week by platform before the test. `size` is small, medium or large.

    `chance` is how often tests like it led to an answer in accounts of this size. `by_hand` is what
    connections may not set, as far as their grants tell.
    """

    platforms: list[str]
    currency: str
    first: dt.date
    last: dt.date
    weeks: int
    block_weeks: int
    swing: Decimal
    seed: int
    size: str
    chance: Decimal
    levels: dict[str, Decimal]
    blocks: list[BlockOut]
    by_hand: list[ByHandOut]
    message: str


class CostOut(Answer):
    """The middle `level` of what claimed revenue changes by over the whole test."""

    low: Decimal
    high: Decimal
    level: float = 0.8


class DrawnOut(PlanOut):
    """`cost` is null where history does not reach budgets so far off."""

    cost: CostOut | None


class EvaluationOut(Answer):
    """`weeks` of `of_weeks` are over and nearly complete; `followed` is the share spent as drawn.

    `as_drawn` tells it by platform of each week that is over. `class` is that of the move the
    figures speak for, from recommend to silent, null before a week is nearly complete;
    `message` the result in a sentence, empty before the end.
    """

    as_of: dt.datetime
    last: dt.date
    weeks: int
    of_weeks: int
    complete: bool
    followed: float
    as_drawn: dict[str, list[bool]]
    class_: str | None = msgspec.field(name="class")
    message: str


class PlannedTestOut(PlanOut):
    """`state` is planned, running, ended or stopped; `stopped_because` person or currency.

    `evaluation` is what was read at its `as_of`, null before anything was, and where that cannot be
    read any more.
    """

    id: int
    state: str
    stopped_because: str
    stopped_on: dt.date | None
    created_at: dt.datetime
    evaluation: EvaluationOut | None


class PreparedOut(Answer):
    """A change set to review under /api/changes."""

    id: int
    state: str


class PlannedTestList(Answer):
    """The newest first."""

    planned_tests: list[PlannedTestOut]


@blueprint.get("")
@documented("Tests of budgets, planned, running and past", answer=PlannedTestList)
def list_tests() -> ResponseReturnValue:
    found, known = planned.every(db.session(), access.workspace().id), _rights()
    return answer(PlannedTestList(planned_tests=[_out(each, known) for each in found]))


@blueprint.post("")
@documented(
    "Begin a test of budgets", body=PlanIn, answer=PlannedTestOut, status=201, errors=(429,)
)
def begin_test() -> ResponseReturnValue:
    """No budget is changed by that."""
    access.require_editor()
    return answer(_out(planning.begin(_wanted(body(PlanIn)), None), _rights()), 201)


@blueprint.post("/preview")
@documented("What a test would be, without storing it", body=PlanIn, answer=DrawnOut, errors=(429,))
def preview_test() -> ResponseReturnValue:
    access.require_editor()
    drawn = planning.drawn(_wanted(body(PlanIn)))
    return answer(DrawnOut(**_plan(drawn.test, _rights()), cost=_cost(drawn)))


@blueprint.get("/<int:test_id>")
@documented("A test of budgets", answer=PlannedTestOut)
def show_test(test_id: int) -> ResponseReturnValue:
    return answer(_out(planning.find(test_id), _rights()))


@blueprint.post("/<int:test_id>/stop")
@documented("Stop a test of budgets", answer=PlannedTestOut)
def stop_test(test_id: int) -> ResponseReturnValue:
    access.require_editor()
    return answer(_out(planning.stop(test_id), _rights()))


@blueprint.post("/<int:test_id>/apply")
@documented("Prepare the budgets of the block that is on", answer=PreparedOut, status=201)
def apply_block(test_id: int) -> ResponseReturnValue:
    """Nothing is sent before the set is confirmed under /api/changes."""
    access.require_editor()
    made = changing.of_block(planning.find(test_id))
    return answer(PreparedOut(id=made.id, state=made.state), 201)


@blueprint.post("/<int:test_id>/back")
@documented("Prepare the budgets as before a test", answer=PreparedOut, status=201)
def put_back(test_id: int) -> ResponseReturnValue:
    """Nothing is sent before the set is confirmed under /api/changes."""
    access.require_editor()
    made = changing.back_from(planning.find(test_id))
    return answer(PreparedOut(id=made.id, state=made.state), 201)


def _wanted(given: PlanIn) -> Wanted:
    seed = planning.seed() if given.seed is None else given.seed
    return Wanted(given.platforms, given.first, given.weeks, given.swing, seed)


def _cost(drawn: Drawn) -> CostOut | None:
    return None if drawn.cost is None else CostOut(low=drawn.cost[0], high=drawn.cost[1])


_SAME = ("platforms", "currency", "first", "last", "weeks", "block_weeks", "swing", "seed", "size")


def _rights() -> Rights:
    return rights(db.session(), access.workspace().id)


def _plan(test: PlannedTest, known: Rights) -> dict[str, Any]:
    return {
        **{name: getattr(test, name) for name in _SAME},
        "chance": test.chance,
        "levels": _amounts(test.levels),
        "blocks": [
            BlockOut(
                first=each.first,
                last=each.last,
                budgets=dict(each.budgets),
                factors=dict(each.factors),
            )
            for each in planned.blocks(test)
        ],
        "by_hand": [
            ByHandOut(platform=each.platform, why=each.text)
            for each in known.lacking(test.platforms)
        ],
        "message": planned_test_words.chance(test),
    }


def _out(test: PlannedTest, known: Rights) -> PlannedTestOut:
    state = planning.standing(test)
    other = state == "stopped" and test.state != "stopped"
    return PlannedTestOut(
        **_plan(test, known),
        id=test.id,
        state=state,
        stopped_because="currency" if other else test.stopped_because,
        stopped_on=test.stopped_on,
        created_at=test.created_at,
        evaluation=_evaluation(test),
    )


def _evaluation(test: PlannedTest) -> EvaluationOut | None:
    read = evaluated(test)
    if read is None or test.evaluated_at is None:
        return None
    return EvaluationOut(
        as_of=test.evaluated_at,
        last=read.last,
        weeks=read.weeks,
        of_weeks=read.of_weeks,
        complete=read.complete,
        followed=read.followed,
        as_drawn={name: list(row) for name, row in read.as_drawn.items()},
        class_=None if read.found is None else read.found.class_.value,
        message=planned_test_words.title(read),
    )


def _amounts(stored: Mapping[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(amount) for name, amount in stored.items()}

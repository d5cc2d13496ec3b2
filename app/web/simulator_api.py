"""The budget simulator, as JSON."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
from flask import Blueprint, Response

from app.advice.looking import thresholds_of
from app.advice.simulating import Budget, Simulation, Span
from app.insights.thresholds import Thresholds
from app.metrics.platforms import platform_label
from app.web import access, simulator_words
from app.web.apidoc import Answer, Body, answer, body, documented
from app.web.plain import plain
from app.web.simulator import simulated

blueprint = Blueprint("simulator_api", __name__, url_prefix="/api/insights/simulate")


class BudgetsIn(Body):
    """Money a month by platform, in the workspace's currency; those not named stay as they are."""

    budgets: dict[str, Decimal] = msgspec.field(default_factory=dict)


class SpanOut(Answer):
    """The middle `level` of what is expected."""

    low: Decimal
    high: Decimal
    level: float = 0.8


class BudgetOut(Answer):
    """Money a month. `low` to `high` is what history supports around today's `now`.

    `now` is the mean of the last `now_weeks` nearly complete weeks; what the budget returns was
    learnt since `learnt_from`, from when on all accounts of the platform were read. `low_because`
    and `high_because` are step, quarter, highest, unknown or history.
    """

    platform: str
    label: str
    now: Decimal
    now_weeks: int
    learnt_from: dt.date | None
    low: Decimal
    high: Decimal
    low_because: str
    high_because: str
    budget: Decimal
    roas: Decimal | None
    marginal_roas: SpanOut | None


class RefusedOut(Answer):
    platform: str
    budget: Decimal
    because: str
    message: str


class SimulatedOut(Answer):
    """Money a month. `value` and `change` are as platforms claim value, not incremental.

    Both are null where a budget is refused, or where `impossible` says why nothing can be said:
    nothing, shop, rates, behind, quiet or history. `chance` of any gain is null without a change.
    """

    currency: str
    first: dt.date | None
    last: dt.date | None
    message: str
    note: str
    impossible: str
    value: SpanOut | None
    change: SpanOut | None
    chance: float | None
    spend: Decimal | None
    spend_change: Decimal | None
    refused: list[RefusedOut]
    platforms: list[BudgetOut]


@blueprint.post("")
@documented("What other budgets would bring", body=BudgetsIn, answer=SimulatedOut)
def create() -> Response:
    """Calculates only; nothing is stored or changed."""
    return answer(_out(simulated(body(BudgetsIn).budgets)))


def _out(found: Simulation) -> SimulatedOut:
    place, rules = access.workspace(), thresholds_of(access.workspace())
    refused = [_refused(each, place.currency, rules) for each in found.refused]
    said = simulator_words.impossible(found, rules) or simulator_words.answer(found, place.currency)
    answered = found.value is not None
    return SimulatedOut(
        currency=place.currency,
        first=found.days.first if found.days else None,
        last=found.days.last if found.days else None,
        message=said or " ".join(each.message for each in refused),
        note=simulator_words.CLAIMED,
        impossible=found.impossible,
        value=_span(found.value),
        change=_span(found.change),
        chance=found.chance,
        spend=found.spend if answered else None,
        spend_change=found.spend_change if answered else None,
        refused=refused,
        platforms=[_budget(each) for each in found.budgets],
    )


def _refused(budget: Budget, currency: str, rules: Thresholds) -> RefusedOut:
    return RefusedOut(
        platform=budget.platform,
        budget=budget.asked,
        because=budget.refused,
        message=simulator_words.refusal(budget, currency, rules),
    )


def _budget(budget: Budget) -> BudgetOut:
    return BudgetOut(
        platform=budget.platform,
        label=platform_label(budget.platform),
        now=budget.now,
        now_weeks=budget.now_weeks,
        learnt_from=budget.learnt_from,
        low=budget.low,
        high=budget.high,
        low_because=budget.low_because,
        high_because=budget.high_because,
        budget=budget.asked,
        roas=plain(budget.roas),
        marginal_roas=_span(budget.mroas),
    )


def _span(span: Span | None) -> SpanOut | None:
    if span is None:
        return None
    low, high = (plain(each) or Decimal(0) for each in span)
    return SpanOut(low=low, high=high)

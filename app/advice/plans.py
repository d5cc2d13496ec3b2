"""What is to be changed, before any platform was asked: a finding's step, or a person's wish."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.connectors.changing import PAUSED
from app.insights.finding import Class, Entity, Finding
from app.insights.thresholds import Thresholds

REALLOCATION, WASTE, LIMITED = "reallocation", "cut_waste", "raise_budget"
"""The rules whose recommendations can be applied."""
_SPOKEN = (Class.RECOMMEND, Class.LEANING)
_CHANGEABLE = frozenset({"platform", "channel", "account", "campaign", "ad_group"})


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a plan: what `entity` stands for, all of it.

    `step` is money a day in the plan's currency, `share` one of every budget; both negative to
    spend less, None when the other says it. `switch` is active or paused, empty for a budget.
    """

    entity: Entity
    step: Decimal | None = None
    share: Decimal | None = None
    switch: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """`cap` is the largest change of one budget as a share, None for no cap."""

    sides: tuple[Side, ...]
    currency: str = ""
    cap: Decimal | None = None


def plan_of(finding: Finding, thresholds: Thresholds) -> Plan | None:
    """What a recommendation would change; None when it is nothing that can be applied."""
    if finding.rule == REALLOCATION and finding.class_ in _SPOKEN:
        return _move(finding, thresholds)
    entity = finding.entities[0] if finding.entities else None
    if entity is None or entity.kind not in _CHANGEABLE:
        return None
    if finding.rule == WASTE and finding.facts.get("action") == "pause":
        return Plan((Side(entity, switch=PAUSED),))
    step = finding.numbers.get("step")
    if step is None or step.value <= 0 or finding.rule not in (WASTE, LIMITED):
        return None
    share = Decimal(repr(step.value))
    signed = share if finding.rule == LIMITED else -share
    cap = max(share, Decimal(repr(thresholds.step_cap)))
    return Plan((Side(entity, share=signed),), finding.currency, cap)


def _move(finding: Finding, thresholds: Thresholds) -> Plan | None:
    """Both sides by the same money; the cap is that of its class."""
    roles = {each.role: each for each in finding.entities if each.kind in _CHANGEABLE}
    step = finding.numbers.get("step_day")
    if step is None or step.value <= 0 or not {"from", "to"} <= set(roles):
        return None
    leaning = finding.class_ is Class.LEANING
    cap = thresholds.step_cap_leaning if leaning else thresholds.step_cap
    amount = Decimal(repr(step.value))
    sides = (Side(roles["from"], -amount), Side(roles["to"], amount))
    return Plan(sides, finding.currency, Decimal(repr(cap)))


def titled(finding: Finding, plan: Plan) -> str:
    """What a plan does, in a few words."""
    names = {side.entity.role: side.entity.name for side in plan.sides}
    if len(plan.sides) > 1:
        return f"Move budget from {names['from']} to {names['to']}"
    (side,) = plan.sides
    if side.switch:
        return f"Pause {side.entity.name}"
    verb = "Raise" if finding.rule == LIMITED else "Lower"
    return f"{verb} the budget of {side.entity.name}"

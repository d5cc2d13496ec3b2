"""What is to be changed, before any platform was asked: a finding's step, or a person's wish."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.connectors.changing import ACTIVE, PAUSED
from app.insights.finding import Class, Entity, Finding
from app.insights.thresholds import Thresholds

MOVE, RAISE, CUT, PAUSE, ACTIVATE = "move", "raise", "cut", "pause", "activate"
_SWITCHES = {PAUSE: PAUSED, ACTIVATE: ACTIVE}
_CHANGEABLE = frozenset({"platform", "channel", "account", "campaign", "ad_group"})


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a plan: what `entity` stands for, all of it.

    `step` is money a day in the plan's currency, negative to spend less; None for a switch.
    `switch` is active or paused, empty for a budget.
    """

    entity: Entity
    step: Decimal | None = None
    switch: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """`cap` is the largest change of one budget as a share, None for no cap."""

    sides: tuple[Side, ...]
    currency: str = ""
    cap: Decimal | None = None


def plan_of(finding: Finding, thresholds: Thresholds) -> Plan | None:
    """What a recommendation would change; None when it is nothing that can be applied.

    Its fact `apply` says what: move, raise, cut, pause or activate. Its number `step` says how
    much money a day, for all but the last two. A move names its sides by their roles.
    """
    action = finding.facts.get("apply", "")
    if action in _SWITCHES:
        sides = tuple(Side(each, switch=_SWITCHES[action]) for each in _touched(finding))
        return Plan(sides) if sides else None
    step = finding.numbers.get("step")
    if step is None or step.value <= 0 or action not in (MOVE, RAISE, CUT):
        return None
    amount = Decimal(repr(step.value))
    leaning = finding.class_ is Class.LEANING
    cap = thresholds.step_cap_leaning if leaning else thresholds.step_cap
    sides = _sides(finding, action, amount)
    return Plan(sides, finding.currency, Decimal(repr(cap))) if sides else None


def _sides(finding: Finding, action: str, amount: Decimal) -> tuple[Side, ...]:
    if action != MOVE:
        signed = amount if action == RAISE else -amount
        touched = _touched(finding)
        return tuple(Side(each, signed / len(touched)) for each in touched)
    roles = {each.role: each for each in finding.entities if each.kind in _CHANGEABLE}
    if not {"from", "to"} <= set(roles):
        return ()
    return Side(roles["from"], -amount), Side(roles["to"], amount)


def _touched(finding: Finding) -> list[Entity]:
    return [
        each for each in finding.entities if each.kind in _CHANGEABLE and each.role != "carries"
    ]

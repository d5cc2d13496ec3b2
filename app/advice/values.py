"""What a change is about, as it is stored: a daily budget as text, or a switch."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.connectors.changing import ACTIVE, PAUSED, Current, Level, Target
from app.models import AdGroup, Campaign, Change

Value = dict[str, Any]
BUDGET, STATUS = "budget", "status"
_FIELD = {BUDGET: "daily_budget", STATUS: "switch"}


def seen(kind: str, current: Current) -> Value:
    """What the platform says the value is now."""
    if kind == BUDGET:
        return budget(current.daily_budget)
    return {"switch": current.switch}


def budget(amount: Decimal | None) -> Value:
    """The same amount is always the same text, whatever zeros it came with."""
    return {"daily_budget": None if amount is None else f"{amount.normalize():f}"}


def amount(value: Value | None) -> Decimal | None:
    text = (value or {}).get("daily_budget")
    return None if text is None else Decimal(text)


def same(kind: str, one: Value | None, other: Value | None) -> bool:
    """Whether two values are the same as far as a change of this kind goes."""
    if one is None or other is None:
        return False
    return bool(one.get(_FIELD[kind]) == other.get(_FIELD[kind]))


def is_a_change(change: Change) -> bool:
    return not same(change.kind, change.before, change.wanted)


def lowers(change: Change) -> bool:
    """Whether it spends less afterwards: such changes go first."""
    if change.kind == STATUS:
        return bool(change.wanted.get("switch") == PAUSED)
    before, wanted = amount(change.before), amount(change.wanted)
    return before is not None and wanted is not None and wanted < before


def opposite(switch: str) -> str:
    return ACTIVE if switch == PAUSED else PAUSED


def target(campaign: Campaign, ad_group: AdGroup | None) -> Target:
    if ad_group is None:
        return Target(Level.CAMPAIGN, campaign.external_id)
    return Target(Level.AD_GROUP, ad_group.external_id, campaign.external_id)

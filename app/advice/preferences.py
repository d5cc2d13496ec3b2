"""What a workspace says of the advice it wants: targets, monthly budgets, thresholds of the rules.

Amounts are in the workspace's currency, thresholds those of `app.insights.thresholds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

import msgspec
from babel.numbers import get_currency_precision
from sqlalchemy.orm import Session

from app.accounts.workspaces import LEAST_SPEND
from app.advice.looking import thresholds_of
from app.errors import Conflict, Invalid
from app.insights.thresholds import DEFAULTS, Thresholds
from app.metrics.platforms import is_shop
from app.metrics.sources import sources
from app.models import Workspace

HIGHEST_AMOUNT = Decimal(10**12)
TARGET_CPA, BUDGETS, THRESHOLDS = "target_cpa", "monthly_budgets", "thresholds"
# The first may not be above the second, or a weaker class of advice would ask for more.
ORDERED = (
    ("reallocation_testing", "reallocation_leaning"),
    ("reallocation_leaning", "reallocation_recommend"),
    ("reallocation_recommend", "reallocation_recommend_small"),
    ("information_leaning", "information_recommend"),
    ("step_cap_leaning", "step_cap"),
)


@dataclass(frozen=True, slots=True)
class Preferences:
    """`monthly_budgets` by platform, "" for all together."""

    target_cpa: Decimal | None
    monthly_budgets: Mapping[str, Decimal]
    thresholds: Thresholds


class Refused(Invalid):
    """`complaints` are sentences by field, such as `thresholds.change_z`; nothing was stored."""

    def __init__(self, complaints: Mapping[str, str]) -> None:
        name, sentence = next(iter(complaints.items()))
        super().__init__(f"{name}: {sentence} Nothing was changed.")
        self.complaints = complaints


def preferences(workspace: Workspace) -> Preferences:
    """What is in force: the defaults where the workspace says nothing."""
    budgets = {slug: Decimal(amount) for slug, amount in workspace.monthly_budgets.items()}
    return Preferences(workspace.target_cpa, budgets, thresholds_of(workspace))


def budgeted_platforms(session: Session, workspace: Workspace) -> list[str]:
    """The platforms that may have a budget: those that count, and those that have one."""
    counted = {each.platform for each in sources(session, workspace.id).counted}
    advertising = {slug for slug in counted if not is_shop(slug)}
    return sorted(advertising | {slug for slug in workspace.monthly_budgets if slug})


def edition(workspace: Workspace) -> str:
    """What is in force, as a short mark that changes with it."""
    kept = (str(workspace.target_cpa), workspace.monthly_budgets, workspace.thresholds)
    return sha256(msgspec.json.encode(kept, order="deterministic")).hexdigest()[:16]


def save(
    session: Session,
    workspace: Workspace,
    wished: Preferences,
    *,
    currency: str,
    based_on: str = "",
) -> bool:
    """Store what is wished and say whether that changed anything. The caller commits.

    `currency` is the one the amounts were written in, `based_on` the edition that was looked at,
    empty for whichever is in force. Raises Refused, and Conflict when either is another by now.
    """
    session.refresh(workspace, with_for_update={"key_share": True})
    if based_on and based_on != edition(workspace):
        raise Conflict(
            "Somebody changed these settings while you did. Nothing of yours was saved: it still "
            "stands below. Saving again replaces what the other person saved."
        )
    if currency != workspace.currency:
        raise Conflict(
            f"The amounts are in {currency[:3] or 'no currency'}, but the workspace's currency is "
            f"{workspace.currency}. Nothing was changed. Look at the amounts again and save."
        )
    if complaints := _complaints(session, workspace, wished):
        raise Refused(complaints)
    before = preferences(workspace)
    workspace.target_cpa = wished.target_cpa
    workspace.monthly_budgets = {
        slug: f"{amount.normalize():f}" for slug, amount in sorted(wished.monthly_budgets.items())
    }
    workspace.thresholds = differing(wished.thresholds)
    return before != preferences(workspace)


def reset_thresholds(workspace: Workspace) -> bool:
    """The defaults again, and whether any was another; targets and budgets stay.

    The caller commits.
    """
    changed = bool(workspace.thresholds)
    workspace.thresholds = {}
    return changed


def reset_threshold(session: Session, workspace: Workspace, name: str) -> bool:
    """The default of one of them again, and whether it was another. The caller commits.

    Raises Refused where the default would stand on the wrong side of another threshold.
    """
    session.refresh(workspace, with_for_update={"key_share": True})
    left = {each: value for each, value in workspace.thresholds.items() if each != name}
    changed: bool = left != workspace.thresholds
    if changed and (complaints := _out_of_order(msgspec.convert(left, Thresholds))):
        raise Refused(complaints)
    workspace.thresholds = left
    return changed


def differing(thresholds: Thresholds) -> dict[str, Any]:
    """Those that are not the default."""
    usual = msgspec.structs.asdict(DEFAULTS)
    given = msgspec.structs.asdict(thresholds)
    return {name: value for name, value in given.items() if value != usual[name]}


def _complaints(session: Session, workspace: Workspace, wished: Preferences) -> dict[str, str]:
    amounts = {budget_field(slug): amount for slug, amount in wished.monthly_budgets.items()}
    if wished.target_cpa is not None:
        amounts[TARGET_CPA] = wished.target_cpa
    if least := getattr(wished.thresholds, LEAST_SPEND):
        amounts[threshold_field(LEAST_SPEND)] = Decimal(repr(least))
    found = {
        name: sentence
        for name, amount in amounts.items()
        if (sentence := _wrong_amount(amount, workspace.currency))
    }
    known = budgeted_platforms(session, workspace)
    for slug in wished.monthly_budgets:
        if slug and slug not in known:
            found[budget_field(slug)] = (
                f"No account of this platform counts. Those that do: {', '.join(known) or 'none'}."
            )
    return found | _out_of_order(wished.thresholds)


def budget_field(slug: str) -> str:
    """What the budget of a platform is called among the fields."""
    return f"{BUDGETS}.{slug}" if slug else BUDGETS


def threshold_field(name: str) -> str:
    """What a threshold is called among the fields."""
    return f"{THRESHOLDS}.{name}"


def _wrong_amount(amount: Decimal, currency: str) -> str:
    """A sentence, empty for an amount that may be."""
    if not amount.is_finite() or not 0 < amount <= HIGHEST_AMOUNT:
        return f"It has to be more than 0 and at most {HIGHEST_AMOUNT:,}."
    decimals = get_currency_precision(currency)
    if round(amount, decimals) != amount:
        return (
            f"{currency} has {decimals} decimals." if decimals else f"{currency} has no decimals."
        )
    return ""


def _out_of_order(thresholds: Thresholds) -> dict[str, str]:
    return {
        threshold_field(less): f"It may not be above {more}."
        for less, more in ORDERED
        if getattr(thresholds, less) > getattr(thresholds, more)
    }

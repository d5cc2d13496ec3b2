"""Workspaces of a person: creating, changing, choosing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import Enum, auto
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import names, places
from app.errors import Invalid, NotFound
from app.insights.languages import LANGUAGES, USUAL, unknown
from app.models import Membership, User, UserSession, Workspace

HIGHEST_TARGET = Decimal(1000)
TARGET_DECIMALS = 4
# The one threshold of the rules that is an amount.
LEAST_SPEND = "ignore_spend_below"
REVENUE_CHOICES = ("auto", "store", "reported")


class Changes(TypedDict, total=False):
    """What may be changed of a workspace; `target_roas` None means that there is no target."""

    name: str
    currency: str
    time_zone: str
    target_roas: Decimal | None
    revenue: str
    revenue_with_tax: bool
    revenue_with_shipping: bool
    report_language: str


class Stale(Enum):
    """Which totals are wrong after a change, and to be recomputed by the caller."""

    NOTHING = auto()
    SHOPS = auto()
    EVERYTHING = auto()


def create_workspace(
    session: Session,
    owner: User,
    *,
    name: str,
    currency: str,
    time_zone: str,
    now: dt.datetime,
) -> Workspace:
    """A new workspace with one member. Raises Invalid for a currency or zone that is none."""
    made = Workspace(
        name=names.clean_name(name, whose="a name for the workspace"),
        currency=places.check_currency(currency),
        time_zone=places.check_time_zone(time_zone),
        revenue="auto",
        created_at=now,
    )
    session.add(made)
    session.flush()
    session.add(Membership(workspace_id=made.id, user_id=owner.id, role="owner", created_at=now))
    session.flush()
    return made


def change_workspace(workspace: Workspace, changes: Changes) -> Stale:
    """Apply what was sent; says which totals rolled up before are wrong now.

    Another currency drops the amounts people wrote in the one before. Raises Invalid before
    anything is changed.
    """
    checked = _checked(changes)
    currency, parts = workspace.currency, _parts(workspace)
    for field, value in checked.items():
        setattr(workspace, field, value)
    if workspace.currency != currency:
        _drop_amounts(workspace)
        return Stale.EVERYTHING
    return Stale.NOTHING if _parts(workspace) == parts else Stale.SHOPS


def measured_by(workspace: Workspace) -> tuple[object, ...]:
    """What its findings depend on, to be compared with after a change."""
    return (
        workspace.currency,
        workspace.time_zone,
        workspace.target_roas,
        workspace.revenue,
        *_parts(workspace),
    )


def holds_amounts(workspace: Workspace) -> bool:
    """Whether anything was written in the workspace's currency that means nothing in another."""
    aims = workspace.target_cpa is not None or bool(workspace.monthly_budgets)
    return aims or LEAST_SPEND in workspace.thresholds


def _drop_amounts(workspace: Workspace) -> None:
    workspace.target_cpa = None
    workspace.monthly_budgets = {}
    workspace.thresholds = {
        name: value for name, value in workspace.thresholds.items() if name != LEAST_SPEND
    }


def switch_workspace(session: Session, who: UserSession, workspace_id: int) -> Workspace:
    """Make another workspace the one this session is about. Raises NotFound for strangers'."""
    found = session.scalar(
        select(Workspace)
        .join(Membership, Membership.workspace_id == Workspace.id)
        .where(Workspace.id == workspace_id, Membership.user_id == who.user_id)
    )
    if found is None:
        raise NotFound
    who.workspace_id = found.id
    return found


def parse_target(given: str) -> Decimal | None:
    """What was typed as the target ROAS; empty is none. Raises Invalid."""
    typed = given.strip().replace(",", ".").rstrip("x×X").strip()
    if not typed:
        return None
    try:
        return check_target(Decimal(typed))
    except ArithmeticError as error:
        raise Invalid("The target ROAS must be a number, as in 3.5.") from error


def check_target(target: Decimal | None) -> Decimal | None:
    """A ROAS somebody may aim at. Raises Invalid."""
    if target is None:
        return None
    if not target.is_finite() or not 0 < target <= HIGHEST_TARGET:
        raise Invalid(f"The target ROAS must be more than 0 and at most {HIGHEST_TARGET:,}.")
    rounded = round(target, TARGET_DECIMALS)
    if rounded != target:
        raise Invalid(f"The target ROAS may have at most {TARGET_DECIMALS} decimals.")
    return target.normalize() + 0


def _parts(workspace: Workspace) -> tuple[bool, bool]:
    return workspace.revenue_with_tax, workspace.revenue_with_shipping


def _checked(changes: Changes) -> Changes:
    checked = Changes(**changes)
    if "name" in changes:
        checked["name"] = names.clean_name(changes["name"], whose="a name for the workspace")
    if "currency" in changes:
        checked["currency"] = places.check_currency(changes["currency"])
    if "time_zone" in changes:
        checked["time_zone"] = places.check_time_zone(changes["time_zone"])
    if "target_roas" in changes:
        checked["target_roas"] = check_target(changes["target_roas"])
    if changes.get("revenue", "auto") not in REVENUE_CHOICES:
        raise Invalid("Revenue is one of auto, store and reported.")
    language = changes.get("report_language", USUAL)
    if language not in LANGUAGES:
        raise Invalid(unknown(language))
    return checked

"""Changes that a person asks for without any finding: a campaign's budget, or its switch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import get_currency_precision
from sqlalchemy.orm import Session

from app.advice import change_scopes as scopes
from app.advice import values
from app.advice.changers import Changers
from app.advice.plans import Plan, Side
from app.advice.preparing import Reason, prepare
from app.advice.spreading import spread
from app.connectors.changing import ACTIVE, PAUSED
from app.errors import Invalid
from app.insights.finding import Entity
from app.models import ChangeSet


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants of a campaign, or of the one ad group. Neither: only to look.

    `amount` is the new daily budget in the account's currency, spread over the ad groups where
    they hold it; `switch` is active or paused.
    """

    campaign_id: int
    ad_group_id: int | None = None
    switch: str = ""
    amount: Decimal | None = None


def prepare_by_hand(
    session: Session,
    changers: Changers,
    workspace_id: int,
    user_id: int,
    wish: Wish,
    *,
    now: dt.datetime,
) -> ChangeSet:
    """A set for review; the caller commits.

    Raises NotFound, Invalid, Conflict and what connectors raise.
    """
    campaign, switch = scopes.campaign(session, workspace_id, wish.campaign_id), wish.switch
    if switch not in ("", ACTIVE, PAUSED):
        raise Invalid(f"switch: It is {ACTIVE} or {PAUSED}.")
    entity = Entity("campaign", str(campaign.id), campaign.name)
    if wish.ad_group_id is not None:
        group = scopes.ad_group(session, workspace_id, wish.ad_group_id)
        entity = Entity("ad_group", str(group.id), group.name)
    verb = {ACTIVE: "Switch on", PAUSED: "Pause"}.get(switch, "Change the budget of")
    plan = Plan((Side(entity, switch=switch),))
    reason = Reason("hand", f"{verb} {entity.name}")
    made = prepare(session, changers, workspace_id, user_id, plan, reason, now=now)
    if wish.amount is not None and not switch:
        _spread(session, made, wish.amount)
    return made


def _spread(session: Session, made: ChangeSet, amount: Decimal) -> None:
    session.refresh(made, ["changes"])
    if not amount.is_finite() or amount <= 0:
        raise Invalid("daily_budget: A daily budget is more than nothing.")
    budgets = [values.amount(each.before) or Decimal(0) for each in made.changes]
    if len(budgets) == 1:
        made.changes[0].wanted = values.budget(amount)
        return
    share = amount / sum(budgets) - 1
    for change, before in zip(made.changes, budgets, strict=True):
        decimals = get_currency_precision(change.currency)
        change.wanted = values.budget(spread([before], share, decimals)[0])

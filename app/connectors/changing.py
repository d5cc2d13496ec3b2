"""The contract of a platform on which budgets and statuses can be changed.

A change sets a value, so that doing it twice does it once. Still it is asked for exactly once:
when no answer comes, `read_current` tells what became of it before anybody asks again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from app.connectors.errors import ConnectorError

if TYPE_CHECKING:
    from app.connectors.base import Connector
    from app.connectors.words import FoundAccount

ACTIVE, PAUSED, GONE = "active", "paused", "gone"


class Level(StrEnum):
    """What carries a budget or a status, in our words: LinkedIn's campaign is an ad group."""

    CAMPAIGN = "campaign"
    AD_GROUP = "ad_group"


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be changed. Ids are those that `Connector.structure` lists.

    `campaign_id` is the campaign above an ad group, empty for a campaign.
    """

    level: Level
    external_id: str
    campaign_id: str = ""


@dataclass(frozen=True, slots=True)
class Current:
    """What the platform says a target is now.

    `switch` is how its owner set it: active, paused, or gone for what can no longer be switched;
    `platform_status` the platform's own word. `daily_budget` is in the account currency's major
    units, None where it has none of its own. `fixed` says why the budget cannot be changed here,
    empty when it can. `below`: the budgets are those of its ad groups. `least` is the smallest
    daily budget the platform takes, None when it does not say. `budget_id` is the platform's own
    for what holds the budget, where that is a thing of its own.
    """

    name: str
    switch: str
    platform_status: str
    daily_budget: Decimal | None = None
    fixed: str = ""
    below: bool = False
    least: Decimal | None = None
    budget_id: str = ""


class NotThere(ConnectorError):
    """The platform no longer shows what was to be changed; nothing was changed."""

    code = "not_there"
    status = 409


class Changer(ABC):
    """Changes budgets and statuses with one connector's grant.

    `manager` is the platform's manager as people know it. Whatever writes raises Refused when the
    platform said no, Unknown when it did not say what it did, and AccessRevoked, AccountRefused
    or Throttled as elsewhere.
    """

    manager: ClassVar[str]

    def __init__(self, connector: Connector) -> None:
        self.connector = connector

    @classmethod
    def lacks(cls, scopes: Collection[str]) -> str:
        """What a grant of these scopes lacks to change anything, and how to get it.

        Empty when nothing, and when the grant does not say. Asks nobody.
        """
        del scopes
        return ""

    @abstractmethod
    def missing_permission(self, account: FoundAccount) -> str:
        """What has to be granted before anything can be changed, and how; empty when nothing."""

    @abstractmethod
    def read_current(self, account: FoundAccount, target: Target) -> Current:
        """What it is now. Asks the platform; raises NotThere when it is not the account's."""

    @abstractmethod
    def budget_problem(self, account: FoundAccount, amount: Decimal) -> str:
        """Why this cannot be a daily budget in this currency; empty when it can. Asks nobody."""

    @abstractmethod
    def set_daily_budget(
        self, account: FoundAccount, target: Target, seen: Current, amount: Decimal
    ) -> None:
        """Give what was `seen` another daily budget, asked exactly once."""

    @abstractmethod
    def pause(self, account: FoundAccount, target: Target) -> None:
        """Switch it off, asked exactly once."""

    @abstractmethod
    def activate(self, account: FoundAccount, target: Target) -> None:
        """Switch it on, asked exactly once."""


def too_fine(amount: Decimal, decimals: int) -> bool:
    """Whether the amount has more decimals than these, or is no number at all."""
    exponent = amount.normalize().as_tuple().exponent
    return not isinstance(exponent, int) or -exponent > decimals


def decimals_problem(amount: Decimal, currency: str, decimals: int) -> str:
    """The sentence about an amount that is nothing or too fine; empty when it is neither."""
    if not amount.is_finite() or amount <= 0:
        return "A daily budget is more than nothing. To stop the campaign, pause it."
    if too_fine(amount, decimals):
        shown = f"at most {decimals} decimals" if decimals else "no decimals"
        return f"A daily budget in {currency} has {shown}."
    return ""

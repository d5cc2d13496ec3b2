"""What a plan of the world is made of.

Days are counted from the world's anchor (see `world.anchor_for`): -30 is thirty days before it.
Money is in major units of the account's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["sales", "leads", "traffic", "awareness", "engagement", "app"]
Budget = Literal["campaign", "ad_sets", "lifetime"]
Fate = Literal["PAUSED", "ARCHIVED", "DELETED"]


@dataclass(frozen=True)
class BusinessPlan:
    key: str
    name: str


@dataclass(frozen=True)
class AccountPlan:
    """`click_price` sets the level of all prices; `tasks` are Meta's user_tasks.

    `shop` is the key of the shop whose sales the account claims, empty for none.
    """

    key: str
    business: str
    name: str
    currency: str
    time_zone: str
    country: str
    click_price: float
    order_value: float
    scenario: str
    status: int = 1
    tasks: tuple[str, ...] = ("DRAFT", "ANALYZE", "ADVERTISE", "MANAGE")
    platform: str = "meta"
    shop: str = ""


@dataclass(frozen=True)
class ShopPlan:
    """A shop. `tax` in hundredths of a percent, on `taxed` thousandths of the orders.

    `claimed`: by platform, how many sales its accounts claim in the end for a thousand that they
    brought. `organic`: orders that nobody brought, for a thousand that somebody did. `shipping` in
    minor units, without tax when prices are.
    """

    key: str
    name: str
    domain: str
    currency: str
    time_zone: str
    tax: int
    taxed: int
    taxes_included: bool
    shipping: int
    claimed: dict[str, int]
    organic: int
    scenario: str


@dataclass(frozen=True)
class Plan:
    """One campaign. `volume`, `price`, `click_rate`, `convert` and `basket` multiply the usual.

    `adless`: its platform neither lists its ads nor reports on them.
    """

    account: str
    name: str
    scenario: str
    kind: Kind = "sales"
    objective: str = ""
    launch: int = -700
    end: int | None = None
    fate: Fate = "PAUSED"
    ad_sets: int = 2
    ads: int = 3
    budget: Budget = "campaign"
    volume: float = 1.0
    price: float = 1.0
    click_rate: float = 1.0
    convert: float = 1.0
    basket: float = 1.0
    trend: float = 0.0
    platforms: tuple[int, int, int, int] = (520, 370, 80, 30)
    on_site: float = 0.12
    with_issues: bool = False
    spike: int | None = None
    adless: bool = False

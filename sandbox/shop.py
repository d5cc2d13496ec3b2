"""The shops' orders: those that advertising really brought, and those that came by themselves.

What the platforms claim of a shop is `ShopPlan.claimed` times what they brought, order by order
rounded down; so every order here is known to one platform at most, and claims exceed orders by
amounts that are known. Orders are placed on the day of the click that brought them, whereas the
claims arrive over weeks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sandbox.figures import total
from sandbox.noise import noise
from sandbox.plans import SHOPS
from sandbox.plans.shapes import ShopPlan
from sandbox.world import Account, World

OPENED = dt.timedelta(days=30)
"""How long before the world's anchor the shops took their first orders."""

_FIRST_ID = 5_410_000_000_000


class Sale(NamedTuple):
    """A line of an agreement; amounts in minor units of the shop's currency, signed.

    `action` and `line` are Shopify's SaleActionType and SaleLineType. `total` is after discounts
    and with tax, `discount` is before taxes.
    """

    id: int
    action: str
    line: str
    quantity: int | None
    total: int
    tax: int
    discount: int

    def reversed(self, sale_id: int, action: str = "RETURN") -> Sale:
        """The line that takes this one back."""
        quantity = None if self.quantity is None else -self.quantity
        taken = (-self.total, -self.tax, -self.discount)
        return Sale(sale_id, action, self.line, quantity, *taken)


class Agreement(NamedTuple):
    """What happened to an order at one moment (UTC); `reason` is an OrderActionType."""

    id: int
    reason: str
    happened_at: dt.datetime
    sales: tuple[Sale, ...]


class Order(NamedTuple):
    """An order as it looks at one instant; moments in UTC.

    `customer_index`: which order of its customer it is; None where Shopify does not know.
    """

    id: int
    name: str
    created_at: dt.datetime
    processed_at: dt.datetime
    updated_at: dt.datetime
    cancelled_at: dt.datetime | None
    test: bool
    customer_index: int | None
    agreements: tuple[Agreement, ...]


@dataclass(frozen=True, eq=False)
class Shop:
    plan: ShopPlan
    number: int

    @property
    def domain(self) -> str:
        return self.plan.domain

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.plan.time_zone)

    def money(self, minor: int) -> str:
        """Minor units as a decimal string; both shops' currencies have two digits."""
        sign = "-" if minor < 0 else ""
        return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


class _Life(NamedTuple):
    """All that will happen to an order. `touched`: further moments at which it is updated."""

    order: Order
    touched: tuple[dt.datetime, ...]

    @property
    def moments(self) -> Iterator[dt.datetime]:
        """Whenever something happens to it."""
        yield self.order.created_at
        yield from self.touched
        yield from (each.happened_at for each in self.order.agreements)

    def at(self, now: dt.datetime) -> Order:
        order = self.order
        happened = tuple(each for each in order.agreements if each.happened_at <= now)
        moments = [order.created_at, *(moment for moment in self.touched if moment <= now)]
        moments += [each.happened_at for each in happened]
        gone = order.cancelled_at if order.cancelled_at and order.cancelled_at <= now else None
        return order._replace(updated_at=max(moments), cancelled_at=gone, agreements=happened)


class _Day:
    """The orders that a day's sources brought."""

    def __init__(self, lives: Iterable[_Life]) -> None:
        self._lives = list(lives)
        moments = (moment for life in self._lives for moment in life.moments)
        self._over = max(moments, default=dt.datetime.min.replace(tzinfo=dt.UTC))
        self._ended: list[Order] | None = None

    def at(self, now: dt.datetime) -> list[Order]:
        """As they look at an instant; when nothing happens to them any more, ever the same."""
        if now < self._over:
            return [life.at(now) for life in self._lives if life.order.created_at <= now]
        if self._ended is None:
            self._ended = [life.at(now) for life in self._lives]
        return self._ended


class Orders:
    """All orders of the shops, as of any instant."""

    def __init__(self, world: World) -> None:
        self.shops = [Shop(plan, number) for number, plan in enumerate(SHOPS, 1)]
        self._world = world
        # What tests add to the campaigns by the thousand brings no orders.
        self._planned = World(world.seed, world.anchor)
        self._days: dict[tuple[Shop, dt.date], _Day] = {}
        self._seen: dict[Shop, tuple[object, tuple[Order, ...]]] = {}

    def shop(self, domain: str) -> Shop | None:
        """The shop at this myshopify domain."""
        return next((shop for shop in self.shops if shop.domain == domain), None)

    def seen(self, shop: Shop, now: dt.datetime) -> tuple[Order, ...]:
        """The orders there are at the minute of `now`, the least recently updated first."""
        now = now.replace(second=0, microsecond=0)
        version = (now, tuple(self._world.restated), tuple(self._world.restated_at))
        kept = self._seen.get(shop)
        if kept is None or kept[0] != version:
            kept = (
                version,
                tuple(sorted(self._all(shop, now), key=lambda each: (each.updated_at, each.id))),
            )
            self._seen[shop] = kept
        return kept[1]

    def brought(self, shop: Shop, account: Account, day: dt.date) -> int:
        """Orders that an account's day really brings; fewer than its platform claims in the end."""
        if day < self._opened:
            return 0
        claims = total(each.figures for each in self._planned.finals(account, day))
        return claims.purchases * 1000 // shop.plan.claimed[account.plan.platform]

    def accounts(self, shop: Shop) -> list[Account]:
        """The advertising accounts that claim the shop's sales."""
        return [each for each in self._planned.accounts if each.plan.shop == shop.plan.key]

    @property
    def _opened(self) -> dt.date:
        return self._planned.anchor - OPENED

    def _all(self, shop: Shop, now: dt.datetime) -> Iterator[Order]:
        # An account's zone may be a day ahead of UTC.
        for number in range((now.date() - self._opened).days + 2):
            day = self._opened + dt.timedelta(days=number)
            if (shop, day) not in self._days:
                self._days[shop, day] = _Day(self._placed(shop, day))
            yield from self._days[shop, day].at(now)
        for number, span in enumerate(self._world.restated):
            yield from _Day(_imported(shop, span, number, self._world.restated_at[number])).at(now)

    def _placed(self, shop: Shop, day: dt.date) -> Iterator[_Life]:
        came = 0
        for number, account in enumerate(self.accounts(shop), 1):
            placing = _Placing(shop, account.zone, day, number, account.plan.order_value)
            count = self.brought(shop, account, day)
            came += count
            yield from (placing.order(self._world.seed, nth) for nth in range(count))
        by_itself = _Placing(shop, shop.zone, day, 0, 55.0)
        for nth in range(came * shop.plan.organic // 1000):
            yield by_itself.order(self._world.seed, nth)


class _Placing(NamedTuple):
    """Orders of one source on one of its days. `value`: a usual basket, in major units."""

    shop: Shop
    zone: ZoneInfo
    day: dt.date
    source: int
    value: float

    def order(self, seed: int, nth: int) -> _Life:
        number = self.source * 10**10 + self.day.toordinal() * 10**4 + nth
        order_id = _FIRST_ID + self.shop.number * 10**11 + number
        chance = Random(noise(seed, order_id))
        wall = dt.timedelta(seconds=int(chance.triangular(0, 86_399, 54_000)))
        placed = dt.datetime.combine(self.day, dt.time(), self.zone) + wall
        return _lived(self.shop, order_id, placed.astimezone(dt.UTC), self.value, chance)


def _lived(shop: Shop, order_id: int, placed: dt.datetime, value: float, chance: Random) -> _Life:
    sold = _sold(shop, order_id * 100, value, chance)
    agreements = [Agreement(order_id * 10, "ORDER", placed, tuple(sold))]
    fate = chance.random()
    cancelled = None
    if fate < 0.02:
        cancelled = placed + dt.timedelta(minutes=chance.randint(10, 2200))
        back = tuple(sale.reversed(sale.id + 50) for sale in sold)
        agreements.append(Agreement(order_id * 10 + 1, "REFUND", cancelled, back))
    elif fate < 0.035:
        later = placed + dt.timedelta(minutes=chance.randint(30, 4000))
        more = _sale(shop, order_id * 100 + 60, "UPDATE", _Priced("PRODUCT", 1, 1290, 0), sold)
        agreements.append(Agreement(order_id * 10 + 2, "ORDER_EDIT", later, (more,)))
    elif fate < 0.12:
        later = placed + dt.timedelta(hours=chance.randint(40, 600))
        back = tuple(_refund(shop, order_id * 100, sold, chance))
        agreements.append(Agreement(order_id * 10 + 3, "REFUND", later, back))
    index = None if chance.random() < 0.06 else max(1, chance.randint(-12, 8))
    order = Order(
        order_id, f"#{order_id - _FIRST_ID}", placed, placed, placed, cancelled,
        chance.random() < 0.007, index, tuple(agreements),
    )  # fmt: skip
    return _Life(order, (placed + dt.timedelta(minutes=chance.randint(200, 3600)),))


class _Priced(NamedTuple):
    """A line as the shop prices it: minor units, with tax where the shop's prices have it."""

    line: str
    quantity: int | None
    price: int
    off: int


def _sold(shop: Shop, first_id: int, value: float, chance: Random) -> list[Sale]:
    plan = shop.plan
    rate = plan.tax if chance.random() * 1000 < plan.taxed else 0
    off = chance.choice((10, 15, 20)) if chance.random() < 0.22 else 0
    lines: list[tuple[_Priced, int]] = []
    for _ in range(chance.choice((1, 1, 2, 3))):
        price = int(value * 100 * chance.uniform(0.25, 1.1))
        lines.append((_Priced("PRODUCT", chance.randint(1, 2), price, price * off // 100), rate))
    if sum(line.price for line, _ in lines) < 9000:
        lines.append((_Priced("SHIPPING", None, plan.shipping, 0), rate))
    if chance.random() < 0.015:
        lines.append((_Priced("GIFT_CARD", 1, 5000, 0), 0))
    if chance.random() < 0.01:
        lines.append((_Priced("TIP", None, 300, 0), 0))
    return [
        _taxed(first_id + number, "ORDER", line, rate_of, included=plan.taxes_included)
        for number, (line, rate_of) in enumerate(lines)
    ]


def _taxed(sale_id: int, action: str, line: _Priced, rate: int, *, included: bool) -> Sale:
    paid = line.price - line.off
    if included:
        tax = paid - round(paid * 10_000 / (10_000 + rate))
        off = round(line.off * 10_000 / (10_000 + rate))
        return Sale(sale_id, action, line.line, line.quantity, paid, tax, off)
    tax = round(paid * rate / 10_000)
    return Sale(sale_id, action, line.line, line.quantity, paid + tax, tax, line.off)


def _sale(shop: Shop, sale_id: int, action: str, line: _Priced, sold: list[Sale]) -> Sale:
    """A further line, taxed if the order was."""
    rate = shop.plan.tax if any(sale.tax for sale in sold) else 0
    return _taxed(sale_id, action, line, rate, included=shop.plan.taxes_included)


def _refund(shop: Shop, first_id: int, sold: list[Sale], chance: Random) -> Iterator[Sale]:
    goods = [sale for sale in sold if sale.line == "PRODUCT"]
    back = goods if chance.random() < 0.6 else goods[:1]
    yield from (sale.reversed(sale.id + 50) for sale in back)
    if chance.random() < 0.15:
        sent = (sale for sale in sold if sale.line == "SHIPPING")
        yield from (sale.reversed(sale.id + 50) for sale in sent)
    if chance.random() < 0.12:
        kept = _Priced("ADJUSTMENT", None, chance.choice((-500, 700)), 0)
        yield _sale(shop, first_id + 90, "RETURN", kept, [])


def _imported(
    shop: Shop, span: tuple[dt.date, dt.date], number: int, now: dt.datetime
) -> Iterator[_Life]:
    """An order a day that another till took and the shop learns of only `now`; some come back."""
    first, last = span
    for days in range((last - first).days + 1):
        day = first + dt.timedelta(days=days)
        taken = dt.datetime.combine(day, dt.time(15), shop.zone).astimezone(dt.UTC)
        order_id = _FIRST_ID + (shop.number * 10 + 9) * 10**11 + day.toordinal() * 10**4 + number
        sold = _sold(shop, order_id * 100, 40.0, Random(order_id))
        agreements = [Agreement(order_id * 10, "ORDER", taken, tuple(sold))]
        if days % 3 == 0:
            back = tuple(sale.reversed(sale.id + 50) for sale in sold)
            agreements.append(Agreement(order_id * 10 + 1, "REFUND", now, back))
        order = Order(
            order_id, f"#{order_id - _FIRST_ID}", now, taken, now, None, test=False,
            customer_index=None, agreements=tuple(agreements),
        )  # fmt: skip
        yield _Life(order, ())

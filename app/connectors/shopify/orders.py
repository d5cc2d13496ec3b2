"""A shop's orders, booked to its days as Shopify's own sales reports book them.

Shopify keeps an accounting view of every order, its *agreements*: the order itself, each edit,
return and refund, with the moment it happened and the sales it consists of. Amounts are signed,
so that what is taken back is negative, and a sale's total is after discounts and with tax.

- **Net sales** are the totals less tax of product lines and of adjustments (what a refund was
  more or less than the goods), each on the day of its agreement. Gift cards, tips, duties, fees
  and shipping are in none of it.
- Sales of the action ORDER make up gross sales and discounts (before taxes); everything else,
  returns, refunds, edits and cancellations alike, is refunds. So net = gross − discounts −
  refunds, and an order that is cancelled is sold on its day and taken back on the day of the
  cancellation. Days that are over do not change.
- **Tax** is the tax of all lines but gift cards; **shipping** is without its tax. Both are signed,
  each on its agreement's day.
- **Orders** are counted on the day of `processedAt`, cancelled ones too; **new customers** are
  orders that are the first of their customer, where Shopify knows the customer.
- Test orders count nowhere. Amounts are in the shop's currency; an order that was placed in
  another one, before the shop changed it, is left out, and the owner is told.

Days are those of the shop's own time zone.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from app.connectors.errors import Temporary
from app.connectors.words import StoreFigures

Moment = Annotated[dt.datetime, msgspec.Meta(tz=True)]

_SOLD = ("PRODUCT", "ADJUSTMENT")
_APART = ("GIFT_CARD", "TIP", "DUTY", "FEE", "ADDITIONAL_FEE", "SHIPPING")
_ACTIONS = ("ORDER", "RETURN", "UPDATE")


class Money(msgspec.Struct, rename="camel"):
    """An amount in major units."""

    amount: Decimal
    currency_code: str


class Bag(msgspec.Struct, rename="camel"):
    """An amount in the shop's own currency."""

    shop_money: Money


class Sale(msgspec.Struct, rename="camel"):
    """One line of an agreement."""

    action_type: str
    line_type: str
    total_amount: Bag
    total_tax_amount: Bag
    total_discount_amount_before_taxes: Bag

    @property
    def currency(self) -> str:
        """That of its amounts; empty should they differ."""
        bags = (self.total_amount, self.total_tax_amount, self.total_discount_amount_before_taxes)
        codes = {bag.shop_money.currency_code for bag in bags}
        return codes.pop() if len(codes) == 1 else ""

    @property
    def unknown(self) -> set[str]:
        """Its words that there is no rule for."""
        line = set() if self.line_type in (*_SOLD, *_APART) else {self.line_type}
        return line if self.action_type in _ACTIONS else line | {self.action_type}


class PageInfo(msgspec.Struct, rename="camel"):
    has_next_page: bool
    end_cursor: str | None = None


class Sales(msgspec.Struct, rename="camel"):
    page_info: PageInfo
    nodes: list[Sale]


class Agreement(msgspec.Struct, rename="camel"):
    """What happened to an order at one moment."""

    id: str
    happened_at: Moment
    sales: Sales


class Agreements(msgspec.Struct, rename="camel"):
    page_info: PageInfo
    nodes: list[Agreement]

    @property
    def whole(self) -> bool:
        """Whether no further page of these or of their sales is left."""
        return not self.page_info.has_next_page and not any(
            agreement.sales.page_info.has_next_page for agreement in self.nodes
        )


class Journey(msgspec.Struct, rename="camel"):
    customer_order_index: int | None = None


class Order(msgspec.Struct, rename="camel"):
    """An order with its agreements."""

    id: str
    created_at: Moment
    processed_at: Moment
    updated_at: Moment
    test: bool
    currency_code: str
    agreements: Agreements
    customer_journey_summary: Journey | None = None


class OrderLine(msgspec.Struct, rename="camel"):
    """An order without its agreements, as a line of a bulk file."""

    id: str
    processed_at: Moment
    test: bool
    currency_code: str
    customer_journey_summary: Journey | None = None


@dataclass(slots=True)
class Day:
    """What was booked to one day. `told`: how many of the orders Shopify knows the customer of."""

    gross: Decimal = Decimal(0)
    discounts: Decimal = Decimal(0)
    refunds: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    orders: int = 0
    new: int = 0
    told: int = 0

    def add(self, other: Day) -> None:
        """Take in what was booked elsewhere."""
        for part in fields(self):
            setattr(self, part.name, getattr(self, part.name) + getattr(other, part.name))

    def book(self, sale: Sale) -> None:
        """Book one line; raises Temporary when an amount is no number."""
        total = _number(sale.total_amount)
        tax = _number(sale.total_tax_amount)
        if sale.line_type != "GIFT_CARD":
            self.tax += tax
        if sale.line_type == "SHIPPING":
            self.shipping += total - tax
        elif sale.line_type in _SOLD and sale.action_type == "ORDER":
            discount = _number(sale.total_discount_amount_before_taxes)
            self.gross += total - tax + discount
            self.discounts += discount
        elif sale.line_type in _SOLD:
            self.refunds -= total - tax

    def count(self, journey: Journey | None) -> None:
        """Count an order; the journey tells which of its customer's orders it is, if known."""
        self.orders += 1
        index = journey.customer_order_index if journey else None
        if index is not None:
            self.told += 1
            self.new += index == 1

    def figures(self, day: dt.date) -> StoreFigures:
        """The day for the store. New customers are unknown when no order told."""
        return StoreFigures(
            day=day,
            net=self.gross - self.discounts - self.refunds,
            orders=self.orders,
            gross=self.gross,
            discounts=self.discounts,
            refunds=self.refunds,
            tax=self.tax,
            shipping=self.shipping,
            new_customers=self.new if self.told or not self.orders else None,
        )

    @property
    def eventful(self) -> bool:
        """Whether there is anything to tell of it."""
        return self != Day()


Days = dict[dt.date, Day]


@dataclass(slots=True)
class Oddities:
    """What came along and is in no figure: kinds of lines without a rule, another currency."""

    words: set[str] = field(default_factory=set)
    currencies: Counter[str] = field(default_factory=Counter)

    def add(self, other: Oddities) -> None:
        """Take in what came along elsewhere."""
        self.words |= other.words
        self.currencies += other.currencies

    @property
    def notices(self) -> list[str]:
        """What the owner is told of them."""
        said = []
        if self.words:
            said.append(
                f"Shopify books sales of a kind that this version does not know "
                f"({', '.join(sorted(self.words))}). Lines of an unknown kind are not part of net "
                "sales."
            )
        if self.currencies:
            named = ", ".join(sorted(self.currencies))
            said.append(
                f"{self.currencies.total()} orders or lines in {named} are left out: the shop is "
                "in another currency now, and amounts in two currencies are never added up."
            )
        return said


@dataclass(frozen=True, slots=True)
class Shop:
    """How a shop's moments become days, and which currency its amounts are in."""

    zone: ZoneInfo
    currency: str
    odd: Oddities

    def day(self, moment: dt.datetime) -> dt.date:
        """The shop's own day."""
        return moment.astimezone(self.zone).date()

    def start(self, day: dt.date) -> dt.datetime:
        """When a day begins, in UTC."""
        return dt.datetime.combine(day, dt.time(), self.zone).astimezone(dt.UTC)

    def counts(self, order: Order | OrderLine) -> bool:
        """Whether an order is one to count: no test, and in the shop's currency."""
        if order.test:
            return False
        if order.currency_code != self.currency:
            self.odd.currencies[order.currency_code] += 1
            return False
        return True

    def enter(self, sale: Sale, day: Day) -> None:
        """Book one line to a day, unless it is in another currency."""
        self.odd.words |= sale.unknown
        if sale.currency == self.currency:
            day.book(sale)
        else:
            self.odd.currencies[sale.currency or "several currencies"] += 1

    def book(self, order: Order) -> Days:
        """An order by days."""
        booked: Days = {}
        if not self.counts(order):
            return booked
        day = booked.setdefault(self.day(order.processed_at), Day())
        day.count(order.customer_journey_summary)
        for agreement in order.agreements.nodes:
            day = booked.setdefault(self.day(agreement.happened_at), Day())
            for sale in agreement.sales.nodes:
                self.enter(sale, day)
        return booked


def merged(parts: Iterable[Mapping[dt.date, Day]]) -> Days:
    """The sum of all that was booked."""
    total: Days = {}
    for part in parts:
        for day, booked in part.items():
            total.setdefault(day, Day()).add(booked)
    return total


def instant(moment: dt.datetime) -> str:
    """A moment as Shopify's search takes it; UTC."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _number(bag: Bag) -> Decimal:
    amount = bag.shop_money.amount
    if not amount.is_finite():
        raise Temporary(
            "Shopify sent an amount that is no number. Stored figures are unchanged, and it will "
            "be asked again."
        )
    return amount

"""Orders page by page: for the days of every cycle, and for shops with few orders."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from app.connectors.errors import ConnectorError, Temporary
from app.connectors.shopify_api import Api
from app.connectors.shopify_errors import TooDear
from app.connectors.shopify_orders import (
    Agreement,
    Agreements,
    Days,
    Order,
    PageInfo,
    Shop,
    instant,
    merged,
)

# Beyond this a bulk operation is quicker; Shopify pages through 25,000 at most.
MOST_ORDERS = 5_000
FIRST_PAGE = 10
LARGEST_PAGE = 100
# A question may cost 1,000 points at most; half of it leaves room for an order with more to it.
POINTS_A_PAGE = 500.0
# How many agreements of an order, and sales of an agreement, come with it.
NESTED = ((3, 12), (2, 6), (1, 3))
SALES_OF_ONE = (100, 50, 25, 10)

logger = logging.getLogger(__name__)


class TooMany(ConnectorError):
    """More orders than are read in pages."""


class _Count(msgspec.Struct):
    count: int


class _Orders(msgspec.Struct, rename="camel"):
    page_info: PageInfo
    nodes: list[Order]


class _Page(msgspec.Struct, rename="camel"):
    orders: _Orders
    orders_count: _Count | None = None


class _One(msgspec.Struct):
    agreements: Agreements


class _Answer(msgspec.Struct):
    order: _One | None = None


_PAGE = msgspec.json.Decoder(_Page, strict=False)
_ONE = msgspec.json.Decoder(_Answer, strict=False)


@dataclass(slots=True)
class Pages:
    """Reads the orders that changed since a day.

    Whatever is booked to a day changes its order on that day or later, so these orders hold all
    there is to know of the days since then. `imported`: those entered later than they are dated.
    """

    api: Api
    shop: Shop
    imported: set[str] = field(default_factory=set)

    def since(self, day: dt.date) -> Days:
        """What was booked, all days of these orders. Raises TooMany.

        An order that changes while it is read comes again at the end, and then counts instead.
        """
        start = self.shop.start(day)
        booked: dict[str, Days] = {}
        for order in self._orders(start):
            if order.updated_at < start:
                logger.warning("shopify listed an order outside the question")
                continue
            if self.shop.day(order.processed_at) < day <= self.shop.day(order.created_at):
                self.imported.add(order.id)
            whole = order if order.agreements.whole else self._whole(order)
            booked[order.id] = self.shop.book(whole) if whole else {}
        return merged(booked.values())

    def _orders(self, start: dt.datetime) -> Iterator[Order]:
        query = f"updated_at:>='{instant(start)}'"
        nested = iter(NESTED)
        agreements, sales = next(nested)
        first = self.api.bucket().page or FIRST_PAGE
        after: str | None = None
        seen = set[str]()
        while True:
            asked = {
                "query": query,
                "first": first,
                "after": after,
                "agreements": agreements,
                "sales": sales,
                "counting": after is None,
                "limit": MOST_ORDERS + 1,
            }
            try:
                page = self.api.ask("orders", _PAGE, asked, size=first, guess=POINTS_A_PAGE)
            except TooDear as error:
                if first > 1:
                    first = _smaller(first, error)
                    continue
                agreements, sales = _fewer(nested, error)
                continue
            if page.orders_count and page.orders_count.count > MOST_ORDERS:
                raise TooMany("There are more orders than are read in pages.")
            yield from page.orders.nodes
            after = next_cursor(page.orders.page_info, seen)
            if after is None:
                return
            first = self._fitting(first)

    def _fitting(self, first: int) -> int:
        """The page that costs what one ought to, by what the last one did."""
        bucket = self.api.bucket()
        price = bucket.price(f"orders/{first}")
        if price:
            first = max(1, min(LARGEST_PAGE, int(first * POINTS_A_PAGE / price)))
            bucket.page = first
        return first

    def _whole(self, order: Order) -> Order | None:
        """The order with every agreement and sale; None when it was deleted meanwhile."""
        whole: dict[str, Agreement] = {}
        agreement: str | None = None
        sale: str | None = None
        seen, seen_sales = set[str](), set[str]()
        while True:
            page = self._agreements(order.id, agreement, sale)
            if page is None:
                return None
            for node in page.nodes:
                whole.setdefault(node.id, node)
                if sale is not None:
                    whole[node.id].sales.nodes.extend(node.sales.nodes)
                sale = next_cursor(node.sales.page_info, seen_sales)
            if sale is None:
                agreement, seen_sales = next_cursor(page.page_info, seen), set()
                if agreement is None:
                    break
        agreements = Agreements(PageInfo(has_next_page=False), list(whole.values()))
        return msgspec.structs.replace(order, agreements=agreements)

    def _agreements(self, order: str, agreement: str | None, sale: str | None) -> Agreements | None:
        """One agreement; None for an order that was deleted meanwhile."""
        for sales in SALES_OF_ONE:
            asked = {"id": order, "agreement": agreement, "sale": sale, "sales": sales}
            try:
                answer = self.api.ask("order_agreements", _ONE, asked, guess=POINTS_A_PAGE)
            except TooDear:
                if sales == SALES_OF_ONE[-1]:
                    raise
                continue
            return answer.order.agreements if answer.order else None
        return None


def _smaller(first: int, error: TooDear) -> int:
    """A page that fits by Shopify's own figures, at most half of the one that did not."""
    if error.cost > 0 and error.most > 0:
        return max(1, min(first // 2, int(first * error.most / error.cost)))
    return max(1, first // 2)


def _fewer(nested: Iterator[tuple[int, int]], error: TooDear) -> tuple[int, int]:
    left = next(nested, None)
    if left is None:
        raise error
    return left


def next_cursor(info: PageInfo, seen: set[str]) -> str | None:
    """Where the next page begins. Raises Temporary for one that was read before, or none."""
    if not info.has_next_page:
        return None
    if not info.end_cursor or info.end_cursor in seen:
        raise Temporary(
            "Shopify sent the same page twice, so the end was never reached. Stored figures are "
            "unchanged, and the next sync asks again."
        )
    seen.add(info.end_cursor)
    return info.end_cursor

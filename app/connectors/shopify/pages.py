"""Orders page by page: for the days of every cycle, and for shops with few orders."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from app.connectors.errors import ConnectorError, Temporary
from app.connectors.shopify.api import Api
from app.connectors.shopify.errors import TooDear
from app.connectors.shopify.orders import (
    Agreement,
    Agreements,
    Days,
    Order,
    PageInfo,
    Shop,
    instant,
    merged,
)
from app.connectors.words import Days as Span

# Beyond this a bulk operation is quicker.
MOST_ORDERS = 5_000
# Shopify pages through no more of one search.
MOST_AT_ALL = 25_000
# Before any order there is.
EVER = dt.date(1900, 1, 1)
# How much later than it was agreed upon an order may be processed.
LATE = dt.timedelta(days=31)
FIRST_PAGE = 10
LARGEST_PAGE = 100
# A question may cost 1,000 points at most; half of it leaves room for an order with more to it.
POINTS_A_PAGE = 500.0
# How many agreements of an order, and sales of an agreement, come with it.
NESTED = ((3, 12), (2, 6), (1, 3))
SALES_OF_ONE = (100, 50, 25, 10)

logger = logging.getLogger(__name__)


class TooMany(ConnectorError):
    """More orders than are to be read in pages."""


class _Search(NamedTuple):
    """Orders changed since a moment, and processed within a span where one is named.

    The end of the span is not part of it. `most`: how many orders may be found.
    """

    since: dt.datetime
    processed: tuple[dt.datetime, dt.datetime] | None
    most: int

    @property
    def query(self) -> str:
        terms = [f"updated_at:>='{instant(self.since)}'"]
        if self.processed:
            first, end = self.processed
            terms += [f"processed_at:>='{instant(first)}'", f"processed_at:<'{instant(end)}'"]
        return " AND ".join(terms)

    def means(self, order: Order) -> bool:
        """Whether an order is one of these: Shopify drops terms that it does not understand."""
        first, end = self.processed or (order.processed_at, None)
        within = first <= order.processed_at and (end is None or order.processed_at < end)
        return within and order.updated_at >= self.since


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
        return merged(self._booked(_Search(self.shop.start(day), None, MOST_ORDERS)).values())

    def history(self, days: Span) -> Days:
        """What was booked, however many orders that takes; whole on the days asked for only.

        Whatever is booked to these days is of orders that were processed by then, or little later.
        """
        since = self.shop.start(days.first)
        spans = [(EVER, days.first), (days.first, days.last + dt.timedelta(days=1) + LATE)]
        parts: list[Days] = []
        while spans:
            first, end = spans.pop()
            processed = (self.shop.start(first), self.shop.start(end))
            try:
                parts += self._booked(_Search(since, processed, MOST_AT_ALL)).values()
            except TooMany as error:
                middle = first + (end - first) // 2
                if middle == first:
                    raise ConnectorError(
                        f"Shopify lists {MOST_AT_ALL:,} orders of a day at most, and {first} has "
                        "more. Stored figures are unchanged. If it happens again, tell whoever "
                        "runs this installation."
                    ) from error
                spans += [(first, middle), (middle, end)]
        return merged(parts)

    def _booked(self, search: _Search) -> dict[str, Days]:
        booked: dict[str, Days] = {}
        day = self.shop.day(search.since)
        for order in self._orders(search):
            if not search.means(order):
                logger.warning("shopify listed an order outside the question")
                continue
            if self.shop.day(order.processed_at) < day <= self.shop.day(order.created_at):
                self.imported.add(order.id)
            whole = order if order.agreements.whole else self._whole(order)
            booked[order.id] = self.shop.book(whole) if whole else {}
        return booked

    def _orders(self, search: _Search) -> Iterator[Order]:
        nested = iter(NESTED)
        agreements, sales = next(nested)
        first = self.api.bucket().page or FIRST_PAGE
        after: str | None = None
        seen = set[str]()
        while True:
            asked = {
                "query": search.query,
                "first": first,
                "after": after,
                "agreements": agreements,
                "sales": sales,
                "counting": after is None,
                "limit": search.most + 1,
            }
            try:
                page = self.api.ask("orders", _PAGE, asked, size=first, guess=POINTS_A_PAGE)
            except TooDear as error:
                if first > 1:
                    first = _smaller(first, error)
                    continue
                agreements, sales = _fewer(nested, error)
                continue
            if page.orders_count and page.orders_count.count > search.most:
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

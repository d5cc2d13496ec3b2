"""A shop's days from its orders: what is booked where, paging, pace and refusals."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import responses

from app.connectors.errors import (
    AccessRevoked,
    ConnectorError,
    Temporary,
    Throttled,
)
from app.connectors.http import Http
from app.connectors.platforms.shopify import Shopify
from app.connectors.shopify.bucket import Bucket, Cost, ThrottleStatus
from app.connectors.words import Days, DayTotal, FoundAccount, Grant, StoreFigures
from app.settings import Settings
from tests.conftest import make_settings
from tests.connectors.conftest import Clock
from tests.connectors.shopify_wire import (
    CLIENT_ID,
    EXTRA,
    SECRET,
    SHOP,
    Wire,
    agreement,
    cost,
    order,
    page,
    sale,
)

ACCOUNT = FoundAccount(SHOP, "Fern & Fable", "EUR", "Europe/Berlin")
TODAY = Days(dt.date(2026, 11, 2), dt.date(2026, 11, 2))
WEEK = Days(dt.date(2026, 10, 27), dt.date(2026, 11, 2))
ZERO = Decimal(0)


@pytest.fixture
def settings() -> Settings:
    return make_settings(
        "postgresql://nobody@localhost/none",
        shopify_client_id=CLIENT_ID,
        shopify_client_secret=SECRET,
    )


@pytest.fixture
def shop() -> Iterator[Wire]:
    with responses.RequestsMock() as mock:
        yield Wire(mock)


@pytest.fixture
def shopify(settings: Settings, http: Http) -> Shopify:
    """Connected with a token that does not end."""
    return Shopify(settings, http, Grant("shpat_canary", extra=EXTRA))


def read(
    shopify: Shopify, days: Days = WEEK, account: FoundAccount = ACCOUNT
) -> dict[str, StoreFigures]:
    return {row.day.isoformat(): row for row in shopify.store_days(account, days)}


def amounts(row: StoreFigures) -> tuple[str, ...]:
    """net, gross, discounts, refunds, tax, shipping."""
    figures = (row.net, row.gross, row.discounts, row.refunds, row.tax, row.shipping)
    return tuple(f"{figure:.2f}" for figure in figures)


def test_gross_discounts_tax_and_shipping_are_told_apart(shopify: Shopify, shop: Wire) -> None:
    """A shop whose prices hold 19 % tax: goods of 238 less 10 %, and shipping of 5.95."""
    sold = agreement(
        "2026-10-28T09:00:00Z",
        sale("PRODUCT", "214.20", "34.20", "20.00"),
        sale("SHIPPING", "5.95", "0.95"),
    )
    shop.answer("Orders", page(order(1, "2026-10-28T09:00:00Z", sold, index=1)))
    row = read(shopify)["2026-10-28"]
    assert amounts(row) == ("180.00", "200.00", "20.00", "0.00", "35.15", "5.00")
    assert (row.orders, row.new_customers) == (1, 1)


def test_what_is_taken_back_counts_on_its_own_day(shopify: Shopify, shop: Wire) -> None:
    sold = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", "119.00", "19.00"))
    back = agreement(
        "2026-10-30T09:00:00Z",
        sale("PRODUCT", "-59.50", "-9.50", action="RETURN"),
        sale("ADJUSTMENT", "5.00", action="RETURN"),
        sale("FEE", "2.00", action="ORDER"),
    )
    changed = order(1, "2026-10-28T09:00:00Z", sold, back, updatedAt="2026-10-30T09:00:00Z")
    shop.answer("Orders", page(changed))
    days = read(shopify)
    assert amounts(days["2026-10-28"]) == ("100.00", "100.00", "0.00", "0.00", "19.00", "0.00")
    assert amounts(days["2026-10-30"]) == ("-45.00", "0.00", "0.00", "45.00", "-9.50", "0.00")
    assert (days["2026-10-30"].orders, days["2026-10-30"].new_customers) == (0, 0)


def test_a_refund_of_an_order_from_long_ago_counts_alone(shopify: Shopify, shop: Wire) -> None:
    sold = agreement("2024-01-05T09:00:00Z", sale("PRODUCT", "119.00", "19.00"))
    back = agreement("2026-10-30T09:00:00Z", sale("PRODUCT", "-119.00", "-19.00", action="RETURN"))
    old = order(1, "2024-01-05T09:00:00Z", sold, back, updatedAt="2026-10-30T09:00:00Z")
    shop.answer("Orders", page(old))
    days = read(shopify)
    assert list(days) == ["2026-10-30"]
    assert days["2026-10-30"].net == -100
    assert days["2026-10-30"].orders == 0


def test_an_edit_takes_back_and_adds_on_the_day_of_the_edit(shopify: Shopify, shop: Wire) -> None:
    sold = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", "100.00"))
    edited = agreement(
        "2026-10-29T09:00:00Z",
        sale("PRODUCT", "-40.00", action="RETURN"),
        sale("PRODUCT", "25.00", action="ORDER"),
        sale("PRODUCT", "-6.00", discount="6.00", action="UPDATE"),
    )
    shop.answer("Orders", page(order(1, "2026-10-28T09:00:00Z", sold, edited)))
    assert amounts(read(shopify)["2026-10-29"])[:4] == ("-21.00", "25.00", "0.00", "46.00")


@pytest.mark.parametrize("line", ["GIFT_CARD", "TIP", "DUTY", "FEE", "ADDITIONAL_FEE"])
def test_what_is_no_sale_of_goods_is_not_in_net_sales(
    shopify: Shopify, shop: Wire, line: str
) -> None:
    sold = agreement(
        "2026-10-28T09:00:00Z", sale("PRODUCT", "119.00", "19.00"), sale(line, "23.80", "3.80")
    )
    shop.answer("Orders", page(order(1, "2026-10-28T09:00:00Z", sold)))
    row = read(shopify)["2026-10-28"]
    assert (row.net, row.gross, row.shipping) == (100, 100, 0)
    assert row.tax == (Decimal("19.00") if line == "GIFT_CARD" else Decimal("22.80"))


def test_test_orders_count_nowhere_and_cancelled_ones_are_taken_back(
    shopify: Shopify, shop: Wire
) -> None:
    sold = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", "50.00"))
    void = agreement("2026-10-29T09:00:00Z", sale("PRODUCT", "-50.00", action="RETURN"))
    shop.answer(
        "Orders",
        page(
            order(1, "2026-10-28T09:00:00Z", sold, test=True),
            order(2, "2026-10-28T09:00:00Z", sold, void, updatedAt="2026-10-29T09:00:00Z"),
        ),
    )
    days = read(shopify)
    assert (days["2026-10-28"].net, days["2026-10-28"].orders) == (50, 1)
    assert (days["2026-10-29"].net, days["2026-10-29"].orders) == (-50, 0)


def test_days_are_the_shops_own_also_when_the_clocks_change(shopify: Shopify, shop: Wire) -> None:
    """New York left summer time on 1 November 2026, a day of 25 hours."""
    new_york = replace(ACCOUNT, time_zone="America/New_York")
    moments = [
        "2026-10-31T03:59:59Z",
        "2026-10-31T04:00:00Z",
        "2026-11-01T03:59:59Z",
        "2026-11-01T04:00:00Z",
        "2026-11-02T04:59:59Z",
        "2026-11-02T05:00:00Z",
    ]
    sold = [order(n, at, agreement(at, sale("PRODUCT", "1"))) for n, at in enumerate(moments)]
    shop.answer("Orders", page(*sold))
    days = read(shopify, Days(dt.date(2026, 10, 31), dt.date(2026, 11, 2)), new_york)
    assert {day: row.orders for day, row in days.items()} == {
        "2026-10-31": 2,
        "2026-11-01": 2,
        "2026-11-02": 1,
    }
    assert shop.of("Orders")[0]["query"] == "updated_at:>='2026-10-31T04:00:00Z'"


@pytest.mark.parametrize(
    ("currency", "amount"), [("JPY", "1200.0"), ("KWD", "12.345"), ("EUR", "1.2E+3")]
)
def test_amounts_are_exact_in_any_currency(
    shopify: Shopify, shop: Wire, currency: str, amount: str
) -> None:
    sold = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", amount, currency=currency))
    shop.answer("Orders", page(order(1, "2026-10-28T09:00:00Z", sold, currencyCode=currency)))
    row = read(shopify, account=replace(ACCOUNT, currency=currency))["2026-10-28"]
    assert row.net == Decimal(amount)


def test_two_currencies_are_never_added_up(shopify: Shopify, shop: Wire) -> None:
    dollars = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", "100", currency="USD"))
    euros = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", "50"))
    shop.answer(
        "Orders",
        page(
            order(1, "2026-10-28T09:00:00Z", dollars, currencyCode="USD"),
            order(2, "2026-10-28T09:00:00Z", euros),
        ),
    )
    row = read(shopify)["2026-10-28"]
    assert (row.net, row.orders) == (50, 1)
    [notice] = shopify.notices
    assert "USD" in notice


def test_new_customers_are_unknown_when_shopify_knows_of_none(shopify: Shopify, shop: Wire) -> None:
    sold = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", "10"))
    later = agreement("2026-10-29T09:00:00Z", sale("PRODUCT", "10"))
    shop.answer(
        "Orders",
        page(
            order(1, "2026-10-28T09:00:00Z", sold),
            order(2, "2026-10-29T09:00:00Z", later, index=1),
            order(3, "2026-10-29T09:30:00Z", index=7),
            order(4, "2026-10-29T09:40:00Z"),
        ),
    )
    days = read(shopify)
    assert days["2026-10-28"].new_customers is None
    assert (days["2026-10-29"].new_customers, days["2026-10-29"].orders) == (1, 3)


def test_a_kind_of_sale_without_a_rule_is_left_out_and_told(shopify: Shopify, shop: Wire) -> None:
    sold = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", "50"), sale("SUBSCRIPTION_BOX", "9"))
    shop.answer("Orders", page(order(1, "2026-10-28T09:00:00Z", sold)))
    assert read(shopify)["2026-10-28"].net == 50
    assert "SUBSCRIPTION_BOX" in shopify.notices[0]


def test_orders_entered_with_an_earlier_date_are_told(shopify: Shopify, shop: Wire) -> None:
    sold = agreement("2026-09-01T09:00:00Z", sale("PRODUCT", "50"))
    imported = order(
        1,
        "2026-09-01T09:00:00Z",
        sold,
        createdAt="2026-10-29T09:00:00Z",
        updatedAt="2026-10-29T09:00:00Z",
    )
    shop.answer("Orders", page(imported))
    assert read(shopify) == {}
    assert "read those days again" in shopify.notices[0]


def test_an_order_that_changes_while_it_is_read_counts_once_and_as_it_is_last(
    shopify: Shopify, shop: Wire
) -> None:
    sold = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", "50"))
    more = agreement("2026-10-28T09:05:00Z", sale("PRODUCT", "20"))
    other = agreement("2026-10-28T10:00:00Z", sale("PRODUCT", "7"))
    shop.answer("Orders", page(order(1, "2026-10-28T09:00:00Z", sold), after="a"))
    shop.answer("Orders", page(order(2, "2026-10-28T10:00:00Z", other), after="b"))
    again = order(1, "2026-10-28T09:00:00Z", sold, more, updatedAt="2026-11-02T09:29:59Z")
    shop.answer("Orders", page(again))
    row = read(shopify)["2026-10-28"]
    assert (row.net, row.orders) == (77, 2)
    assert [asked["after"] for asked in shop.of("Orders")] == [None, "a", "b"]


def test_what_lies_outside_the_question_is_not_believed(shopify: Shopify, shop: Wire) -> None:
    """A term that Shopify does not know is dropped from a search, which then finds everything."""
    old = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", "50"))
    shop.answer(
        "Orders", page(order(1, "2026-10-28T09:00:00Z", old, updatedAt="2025-01-01T00:00:00Z"))
    )
    assert read(shopify) == {}


@pytest.mark.parametrize("cursor", ["a", None])
def test_a_page_that_comes_twice_is_no_end(
    shopify: Shopify, shop: Wire, cursor: str | None
) -> None:
    shop.answer("Orders", page(after="a"))
    again = {"hasNextPage": True, "endCursor": cursor}
    shop.answer("Orders", {"orders": {"pageInfo": again, "nodes": []}})
    with pytest.raises(Temporary, match="same page twice"):
        read(shopify)


def test_many_agreements_and_lines_are_read_to_their_end(shopify: Shopify, shop: Wire) -> None:
    """Two agreements beyond the page's, one with lines on three pages."""
    first = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", "1"), id="1")
    cut = order(1, "2026-10-28T09:00:00Z", first)
    cut["agreements"]["pageInfo"] = {"hasNextPage": True, "endCursor": "x"}
    shop.answer("Orders", page(cut))

    def part(number: int, amount: str, *, agreements: str = "", sales: str = "") -> dict[str, Any]:
        one = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", amount), id=str(number))
        one["sales"]["pageInfo"] = {"hasNextPage": bool(sales), "endCursor": sales or None}
        info = {"hasNextPage": bool(agreements), "endCursor": agreements or None}
        return {"order": {"agreements": {"pageInfo": info, "nodes": [one]}}}

    shop.answer("OrderAgreements", part(1, "1", agreements="A"))
    shop.answer("OrderAgreements", part(2, "10", agreements="B", sales="s1"))
    shop.answer("OrderAgreements", part(2, "20", agreements="B", sales="s2"))
    shop.answer("OrderAgreements", part(2, "30", agreements="B"))
    shop.answer("OrderAgreements", part(3, "100"))
    row = read(shopify)["2026-10-28"]
    assert (row.net, row.orders) == (161, 1)
    asked = [(each["agreement"], each["sale"]) for each in shop.of("OrderAgreements")]
    assert asked == [(None, None), ("A", None), ("A", "s1"), ("A", "s2"), ("B", None)]


def test_an_order_deleted_while_it_is_read_counts_nowhere(shopify: Shopify, shop: Wire) -> None:
    cut = order(1, "2026-10-28T09:00:00Z")
    cut["agreements"]["pageInfo"] = {"hasNextPage": True, "endCursor": "x"}
    shop.answer("Orders", page(cut))
    shop.answer("OrderAgreements", {"order": None})
    assert read(shopify) == {}


def test_a_question_that_is_too_dear_is_asked_in_smaller_pages(
    shopify: Shopify, shop: Wire
) -> None:
    dear = {"code": "MAX_COST_EXCEEDED", "cost": 2500, "maxCost": 1000}
    shop.answer("Orders", {"errors": [{"message": "Query cost is 2500", "extensions": dear}]})
    shop.answer("Orders", {"errors": [{"message": "x", "extensions": {"code": dear["code"]}}]})
    sold = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", "50"))
    shop.answer("Orders", page(order(1, "2026-10-28T09:00:00Z", sold)))
    assert read(shopify)["2026-10-28"].net == 50
    assert [asked["first"] for asked in shop.of("Orders")] == [10, 4, 2]


def test_even_one_order_may_be_too_dear_to_come_with_all_its_lines(
    shopify: Shopify, shop: Wire
) -> None:
    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        if asked["first"] > 1 or asked["sales"] > 3:
            return {"errors": [{"message": "x", "extensions": {"code": "MAX_COST_EXCEEDED"}}]}
        return page()

    shop.answer("Orders", answer)
    assert read(shopify) == {}
    asked = shop.of("Orders")[-1]
    assert (asked["first"], asked["agreements"], asked["sales"]) == (1, 1, 3)


def test_pages_grow_to_what_they_may_cost(shopify: Shopify, shop: Wire) -> None:
    shop.answer("Orders", {"data": page(after="a"), "extensions": cost(100, 1900)})
    shop.answer("Orders", {"data": page(after="b"), "extensions": cost(480, 1400)})
    shop.answer("Orders", {"data": page(), "extensions": cost(480, 1400)})
    read(shopify)
    assert [asked["first"] for asked in shop.of("Orders")] == [10, 50, 52]


def test_the_bucket_is_never_asked_for_more_than_it_holds(
    shopify: Shopify, shop: Wire, clock: Clock
) -> None:
    """After the first answer 60 points are left of 2,000, and the next page costs some 500."""
    shop.answer("Orders", {"data": page(after="a"), "extensions": cost(500, 60.0)})
    shop.answer("Orders", {"data": page(), "extensions": cost(500, 60.0)})
    read(shopify)
    assert clock.slept == [pytest.approx(4.4)]


def test_a_bucket_is_shared_by_those_who_ask_at_once() -> None:
    seconds = [0.0]
    bucket = Bucket(lambda: seconds[0])
    status = ThrottleStatus(2000.0, 500.0, 100.0)
    bucket.settle("q", bucket.take("q", 50)[0], Cost(400.0, 10.0, status))
    assert bucket.take("q", 0) == (400.0, 0.0)
    assert bucket.take("q", 0) == (400.0, pytest.approx(3.0))
    seconds[0] = 3.0
    bucket.settle("q", 400.0, None)
    assert bucket.take("q", 0) == (400.0, pytest.approx(0.0))


def test_a_throttled_question_waits_as_long_as_its_points_take(
    shopify: Shopify, shop: Wire, clock: Clock
) -> None:
    refused = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
    shop.answer("Orders", refused | {"extensions": cost(752, 2.0, 50.0)})
    shop.answer("Orders", page())
    read(shopify)
    assert sum(clock.slept) >= 15.0


def test_a_throttled_answer_without_figures_is_survived_and_bounded(
    shopify: Shopify, shop: Wire, clock: Clock
) -> None:
    shop.answer("Orders", '{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}')
    with pytest.raises(Throttled) as caught:
        read(shopify)
    assert len(shop.asked) == 5
    assert caught.value.retry_after == 30.0
    assert clock.seconds() <= 120


def test_a_short_pause_at_the_edge_is_waited_for(
    shopify: Shopify, shop: Wire, clock: Clock
) -> None:
    shop.answer("Orders", '{"errors": "Too many"}', 429, {"Retry-After": "1.5"})
    shop.answer("Orders", page())
    assert read(shopify) == {}


@pytest.mark.parametrize(
    ("status", "body", "kind", "says"),
    [
        (402, {"errors": "This shop's plan does not have access"}, Throttled, "once a day"),
        (423, {"errors": "This shop is unavailable"}, Throttled, "once a day"),
        (403, {"errors": "User does not have access"}, AccessRevoked, "Settings, Apps"),
        (404, {"errors": "Not Found"}, AccessRevoked, "SHOPIFY_VERSION"),
        (401, {"errors": "[API] Invalid API key"}, AccessRevoked, "Reconnect on Shopify"),
        (400, {"errors": {"query": "Required parameter missing"}}, ConnectorError, "Required"),
        (430, {"errors": "Security"}, Throttled, "asked too often"),
        (500, "<html>Oops</html>", Temporary, "HTTP 500"),
        (503, "", Temporary, "HTTP 503"),
    ],
)
def test_every_status_becomes_a_sentence_for_whoever_can_mend_it(
    shopify: Shopify, shop: Wire, status: int, body: Any, kind: type[ConnectorError], says: str
) -> None:
    shop.answer("Orders", body if isinstance(body, str) else json.dumps(body), status)
    with pytest.raises(kind, match=says) as caught:
        read(shopify)
    if status in (402, 423):
        assert caught.value.retry_after == 86_400


@pytest.mark.parametrize(
    ("errors", "kind", "says"),
    [
        ([{"message": "x", "extensions": {"code": "SHOP_INACTIVE"}}], Throttled, "once a day"),
        ([{"message": "x", "extensions": {"code": "ACCESS_DENIED"}}], AccessRevoked, "read_orders"),
        (
            [
                {
                    "message": "Required access: `read_customers` access scope.",
                    "extensions": {"code": "ACCESS_DENIED"},
                }
            ],
            AccessRevoked,
            "read_customers",
        ),
        (
            [{"message": "you must provide one of first or last"}],
            ConnectorError,
            "you must provide",
        ),
        ([{"message": "x", "extensions": {"code": "NEW_CODE"}}], ConnectorError, "did not accept"),
        ("a sentence", ConnectorError, "a sentence"),
        ({"base": ["odd"]}, ConnectorError, "odd"),
        (["just words"], ConnectorError, "just words"),
    ],
)
def test_errors_with_http_200_are_never_an_empty_page(
    shopify: Shopify, shop: Wire, errors: Any, kind: type[ConnectorError], says: str
) -> None:
    shop.answer("Orders", {"data": page(), "errors": errors})
    with pytest.raises(kind, match=says):
        read(shopify)


def test_half_an_answer_is_not_believed(shopify: Shopify, shop: Wire) -> None:
    """A field without access is null beside an error, and the rest looks complete."""
    sold = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", "50"))
    denied = {"message": "Access denied", "extensions": {"code": "ACCESS_DENIED"}}
    shop.answer(
        "Orders",
        {"data": page(order(1, "2026-10-28T09:00:00Z", sold)), "errors": [denied]},
    )
    with pytest.raises(AccessRevoked):
        read(shopify)


@pytest.mark.parametrize(
    "body",
    [
        '{"data": null}',
        '{"data": {"orders": null}}',
        '{"extensions": {}}',
        '{"data": {"orders": {"nodes": []}}}',
    ],
)
def test_an_answer_without_its_list_is_temporary(shopify: Shopify, shop: Wire, body: str) -> None:
    shop.answer("Orders", body)
    with pytest.raises(Temporary):
        read(shopify)


@pytest.mark.parametrize("amount", ["abc", "NaN", "Infinity", ""])
def test_an_amount_that_is_no_number_is_never_booked(
    shopify: Shopify, shop: Wire, amount: str
) -> None:
    sold = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", amount))
    shop.answer("Orders", page(order(1, "2026-10-28T09:00:00Z", sold)))
    with pytest.raises(Temporary):
        read(shopify)


def test_a_version_that_is_no_longer_served_is_named(shopify: Shopify, shop: Wire) -> None:
    shop.answer("Orders", page(), 200, {"X-Shopify-API-Version": "2027-07"})
    read(shopify)
    read(shopify)
    [notice] = shopify.notices
    assert "2027-07" in notice
    assert "SHOPIFY_VERSION" in notice


def test_the_version_that_was_asked_for_is_no_news(shopify: Shopify, shop: Wire) -> None:
    shop.answer("Orders", page(), 200, {"X-Shopify-API-Version": "2026-10"})
    read(shopify)
    assert shopify.notices == []


def test_orders_are_counted_by_shopify_itself_a_month_at_a_time(
    shopify: Shopify, shop: Wire
) -> None:
    days = Days(dt.date(2026, 8, 1), dt.date(2026, 9, 4))

    def count(asked: dict[str, Any]) -> dict[str, Any]:
        return {
            name.replace("with", "day"): {"count": 3, "precision": "EXACT"}
            for name in asked
            if name.startswith("with")
        }

    shop.answer("OrdersPerDay", count)
    found = shopify.totals(ACCOUNT, days)
    assert len(found) == 35
    assert found[0] == DayTotal(dt.date(2026, 8, 1), ZERO, 0, 0, 3)
    assert [sum(key.startswith("with") for key in each) for each in shop.of("OrdersPerDay")] == [
        1,
        31,
        4,
    ]
    last = shop.of("OrdersPerDay")[-1]["day4"]
    assert last == (
        "processed_at:>='2026-09-03T22:00:00Z' AND processed_at:<'2026-09-04T22:00:00Z' "
        "AND test:false"
    )


def test_a_year_without_orders_is_counted_at_once(shopify: Shopify, shop: Wire) -> None:
    shop.answer("OrdersPerDay", {"day1": {"count": 0, "precision": "EXACT"}})
    assert shopify.totals(ACCOUNT, Days(dt.date(2019, 1, 1), dt.date(2019, 12, 31))) == []
    assert len(shop.asked) == 1


def test_a_count_that_is_not_exact_is_not_compared_with(shopify: Shopify, shop: Wire) -> None:
    shop.answer("OrdersPerDay", {"day1": {"count": 10_000, "precision": "AT_LEAST"}})
    with pytest.raises(Temporary, match="exactly"):
        shopify.totals(ACCOUNT, TODAY)


def test_two_threads_may_ask_at_once(shopify: Shopify, shop: Wire) -> None:
    sold = agreement("2026-10-28T09:00:00Z", sale("PRODUCT", "50"))
    shop.answer("Orders", page(order(1, "2026-10-28T09:00:00Z", sold)))
    shop.answer("OrdersPerDay", {"day1": {"count": 1, "precision": "EXACT"}})
    with ThreadPoolExecutor(2) as pool:
        sales = pool.submit(read, shopify)
        counts = pool.submit(shopify.totals, ACCOUNT, TODAY)
        assert sales.result(10)["2026-10-28"].net == 50
        assert counts.result(10)[0].orders == 1

"""The shops of the sandbox: their orders, and what the platforms make of them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import requests

from sandbox.shop import Order, Orders
from sandbox.world import World, anchor_for
from tests.sandbox_server import SandboxServer

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
SETTLED = ("2026-09-01", "2026-09-30")


@pytest.fixture(scope="module")
def orders() -> Orders:
    return Orders(World(1, anchor_for(NOW.date())))


def claims(sandbox: SandboxServer, first: str, last: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = sandbox.truth("", first, last, of="claims")
    return told


def test_settled_claims_exceed_what_was_brought_by_the_known_factor(
    sandbox: SandboxServer,
) -> None:
    answers = claims(sandbox, *SETTLED)
    assert {(each["shop"].split("-")[0], each["platform"]) for each in answers} == {
        ("larkspur", "google"),
        ("larkspur", "linkedin"),
        ("larkspur", "meta"),
        ("larkspur", "tiktok"),
        ("kessel", "linkedin"),
        ("kessel", "meta"),
    }
    for each in answers:
        if each["platform"] not in ("meta", "tiktok"):
            continue  # the others claim leads and fractions too
        for day in each["days"]:
            assert day["brought"] == day["claimed"] * 1000 // each["claimed_per_thousand"]


def test_a_shop_sells_what_the_platforms_brought_and_a_known_part_by_itself(
    orders: Orders,
) -> None:
    for shop in orders.shops:
        first = dt.date(2026, 9, 1)
        days = [first + dt.timedelta(days=number) for number in range(30)]
        brought = [
            sum(orders.brought(shop, account, day) for account in orders.accounts(shop))
            for day in days
        ]
        # A source's day lies in its own zone; a day of margin on both sides takes them all in.
        start = dt.datetime.combine(days[0], dt.time(), dt.UTC) - dt.timedelta(days=1)
        end = start + dt.timedelta(days=32)
        sold = [each for each in orders.seen(shop, NOW) if start <= each.processed_at < end]
        expected = sum(each + each * shop.plan.organic // 1000 for each in brought)
        assert expected < len(sold) < expected * 34 / 30


def test_days_that_are_over_keep_their_sales_and_take_on_later_refunds_only_later(
    orders: Orders,
) -> None:
    shop = orders.shops[0]
    earlier = {each.id: each for each in orders.seen(shop, NOW - dt.timedelta(days=20))}
    later = {each.id: each for each in orders.seen(shop, NOW)}
    assert earlier.keys() < later.keys()
    changed = 0
    for order in earlier.values():
        now = later[order.id]
        known = len(order.agreements)
        assert now.agreements[:known] == order.agreements
        assert now.processed_at == order.processed_at
        changed += len(now.agreements) > known
        assert all(
            each.happened_at > NOW - dt.timedelta(days=20) for each in now.agreements[known:]
        )
    assert changed


def test_every_kind_of_order_is_there(orders: Orders) -> None:
    def has(order: Order, line: str, action: str = "ORDER") -> bool:
        sales = (sale for each in order.agreements for sale in each.sales)
        return any((sale.line, sale.action) == (line, action) for sale in sales)

    for shop in orders.shops:
        seen = orders.seen(shop, NOW)
        assert len({each.id for each in seen}) == len(seen)
        assert len({sale.id for each in seen for one in each.agreements for sale in one.sales}) == (
            sum(len(one.sales) for each in seen for one in each.agreements)
        )
        assert [each.updated_at for each in seen] == sorted(each.updated_at for each in seen)
        assert {each.customer_index for each in seen} >= {None, 1, 2}
        assert any(each.test for each in seen)
        assert any(each.cancelled_at for each in seen)
        for line in ("PRODUCT", "SHIPPING", "GIFT_CARD", "TIP"):
            assert any(has(each, line) for each in seen), line
        for line, action in (
            ("PRODUCT", "RETURN"),
            ("SHIPPING", "RETURN"),
            ("ADJUSTMENT", "RETURN"),
            ("PRODUCT", "UPDATE"),
        ):
            assert any(has(each, line, action) for each in seen), (line, action)


def test_tax_is_on_top_in_one_shop_and_within_the_price_in_the_other(orders: Orders) -> None:
    dollars, euros = (orders.seen(shop, NOW)[0:3000] for shop in orders.shops)
    shares = {
        round(sale.tax / (sale.total - sale.tax), 2)
        for order in euros
        for sale in order.agreements[0].sales
        if sale.line == "PRODUCT" and sale.total > 1000
    }
    assert shares == {0.19}
    untaxed = sum(not any(sale.tax for sale in order.agreements[0].sales) for order in dollars)
    assert 0.5 < untaxed / len(dollars) < 0.7


def test_a_restatement_imports_an_order_into_each_of_its_days(sandbox: SandboxServer) -> None:
    shop = sandbox.truth(of="shopify/accounts")[0]["id"]
    span = ("2026-11-10", "2026-11-12")
    before = sandbox.truth(shop, *span, of="shopify")["days"]
    sandbox.restate(*span)
    after = sandbox.truth(shop, *span, of="shopify")["days"]
    assert [day["orders"] - 1 for day in after] == [day["orders"] for day in before]
    assert all(
        Decimal(new["gross"]) > Decimal(old["gross"])
        for new, old in zip(after, before, strict=True)
    )


def test_the_books_of_a_day_add_up(sandbox: SandboxServer) -> None:
    for shop in sandbox.truth(of="shopify"):
        assert shop["days"]
        for day in shop["days"]:
            parts = (Decimal(day[name]) for name in ("gross", "discounts", "refunds"))
            gross, discounts, refunds = parts
            assert Decimal(day["net"]) == gross - discounts - refunds
            assert day["new_customers"] <= day["orders"]


def test_a_shop_nobody_has_is_not_found(sandbox: SandboxServer) -> None:
    for path in ("shopify?account=nobody.myshopify.com", "claims?shop=nobody.myshopify.com"):
        answer = requests.get(f"{sandbox.url}/truth/{path}", timeout=20)
        assert answer.status_code == 404

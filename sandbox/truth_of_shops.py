"""`/truth/shopify` and `/truth/claims`: what the shops sold, and what the platforms say they did.

An amount is a decimal string in the shop's currency. Days are the shop's own, and follow
Shopify's sales reports: every line on the day of its agreement, orders on the day they were
processed. Gross and discounts are those of sold products, everything that came after the sale is
refunds, and net = gross - discounts - refunds; no tax or shipping is in any of them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.figures import total
from sandbox.shop import OPENED, Order, Sale, Shop
from sandbox.state import state
from sandbox.truth import conversions
from sandbox.world import Account

blueprint = Blueprint("truth_of_shops", __name__, url_prefix="/truth")


@dataclass
class _Day:
    orders: int = 0
    new_customers: int = 0
    gross: int = 0
    discounts: int = 0
    refunds: int = 0
    tax: int = 0
    shipping: int = 0

    @property
    def net(self) -> int:
        return self.gross - self.discounts - self.refunds

    def book(self, sale: Sale) -> None:
        before_tax = sale.total - sale.tax
        if sale.line != "GIFT_CARD":
            self.tax += sale.tax
        if sale.line == "SHIPPING":
            self.shipping += before_tax
        if sale.line not in ("PRODUCT", "ADJUSTMENT"):
            return
        if sale.action == "ORDER":
            self.gross += before_tax + sale.discount
            self.discounts += sale.discount
        else:
            self.refunds -= before_tax


@blueprint.get("/shopify/accounts")
def accounts() -> Response:
    """Every shop; its id is its myshopify.com domain."""
    return jsonify([_describe(shop) for shop in state().orders.shops])


@blueprint.get("/shopify")
def figures() -> Response | tuple[Response, int]:
    """Days of one shop (`account`) or of all, from `from` to `to`, inclusive."""
    chosen = _chosen("account")
    if not chosen:
        return jsonify(error="there is no such shop"), 404
    answers = [_sales(shop) for shop in chosen]
    return jsonify(answers[0] if "account" in request.args else answers)


@blueprint.get("/claims")
def claims() -> Response | tuple[Response, int]:
    """By day and platform: what it claims of a shop now, and what it really brought.

    These days are those of the claiming account; `value` and `claimed` are as a reader gets them
    now, `brought` is how many orders came of that day, whether they are claimed already or not.
    """
    chosen = _chosen("shop")
    if not chosen:
        return jsonify(error="there is no such shop"), 404
    return jsonify([_claims(shop, account) for shop in chosen for account in _claimants(shop)])


def _claimants(shop: Shop) -> list[Account]:
    return [account for account in state().world.accounts if account.plan.shop == shop.plan.key]


def _chosen(name: str) -> list[Shop]:
    wanted = request.args.get(name, "")
    return [shop for shop in state().orders.shops if wanted in ("", shop.domain)]


def _span(today: dt.date) -> tuple[dt.date, dt.date]:
    first = request.args.get("from")
    last = request.args.get("to")
    opened = state().world.anchor - OPENED
    return (
        dt.date.fromisoformat(first) if first else opened,
        dt.date.fromisoformat(last) if last else today,
    )


def _describe(shop: Shop) -> dict[str, Any]:
    return {
        "id": shop.domain,
        "name": shop.plan.name,
        "currency": shop.plan.currency,
        "time_zone": shop.plan.time_zone,
        "today": state().clock.now().astimezone(shop.zone).date().isoformat(),
        "first_day": (state().world.anchor - OPENED).isoformat(),
        "scenario": shop.plan.scenario,
    }


def _sales(shop: Shop) -> dict[str, Any]:
    now = state().clock.now()
    first, last = _span(now.astimezone(shop.zone).date())
    days: dict[dt.date, _Day] = defaultdict(_Day)
    for order in state().orders.seen(shop, now):
        if not order.test:
            _book(shop, order, days)
    return _describe(shop) | {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "days": [
            {"day": day.isoformat(), "orders": booked.orders}
            | {"new_customers": booked.new_customers}
            | {name: shop.money(getattr(booked, name)) for name in _MONEY}
            for day, booked in sorted(days.items())
            if first <= day <= last
        ],
    }


_MONEY = ("gross", "discounts", "refunds", "net", "tax", "shipping")


def _book(shop: Shop, order: Order, days: dict[dt.date, _Day]) -> None:
    sold_on = days[order.processed_at.astimezone(shop.zone).date()]
    sold_on.orders += 1
    sold_on.new_customers += order.customer_index == 1
    for agreement in order.agreements:
        booked_on = days[agreement.happened_at.astimezone(shop.zone).date()]
        for sale in agreement.sales:
            booked_on.book(sale)


def _claims(shop: Shop, account: Account) -> dict[str, Any]:
    now = state().clock.now()
    first, last = _span(now.astimezone(account.zone).date())
    days = []
    for number in range((last - first).days + 1):
        day = first + dt.timedelta(days=number)
        claimed = total(row.figures for row in state().world.deliveries(account, day, now))
        days.append(
            {
                "day": day.isoformat(),
                "claimed": conversions(account.plan.platform, claimed),
                "value": account.money(claimed.value),
                "brought": state().orders.brought(shop, account, day),
            }
        )
    return {
        "shop": shop.domain,
        "platform": account.plan.platform,
        "account": account.id,
        "claimed_per_thousand": shop.plan.claimed[account.plan.platform],
        "days": days,
    }

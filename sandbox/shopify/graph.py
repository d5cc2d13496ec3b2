"""Answers GraphQL: a part of Shopify's own schema over the sandbox's shops."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql import GraphQLError, execute_sync

from sandbox.shop import Order, Shop
from sandbox.shopify import bulk, cost, hooks, searching, things
from sandbox.shopify.connections import Listed, Many
from sandbox.shopify.errors import of_code
from sandbox.shopify.schema import read, schema
from sandbox.shopify.tokens import SCOPES, Token, removed_from
from sandbox.state import state

SHOWN = dt.timedelta(days=60)
_LIMIT = 10_000
_SORTED_BY = {
    "CREATED_AT": "created_at",
    "PROCESSED_AT": "processed_at",
    "UPDATED_AT": "updated_at",
}


@dataclass
class Seen:
    """The orders of a shop as they were last asked for, ready to be searched."""

    of: dict[str, tuple[Sequence[Order], searching.Found]] = field(default_factory=dict)

    def orders(self, shop: Shop, now: dt.datetime) -> searching.Found:
        orders = state().orders.seen(shop, now)
        kept = self.of.get(shop.domain)
        if kept is None or kept[0] is not orders:
            kept = self.of[shop.domain] = (orders, searching.Found(orders))
        return kept[1]


class Asking(NamedTuple):
    """Who asks of which shop; the value that every root field is resolved with."""

    shop: Shop
    token: Token

    def orders(self, query: str | None, field: str) -> list[Order]:
        """Those that the token may see. Raises GraphQLError without the scope for any."""
        if not self.token.reads("read_orders"):
            raise denied(field)
        now = state().clock.now()
        found = state().memory(Seen).orders(self.shop, now).search(query)
        if self.token.reads("read_all_orders"):
            return found
        return [order for order in found if order.created_at >= now - SHOWN]


def answer(asking: Asking, body: Mapping[str, Any]) -> dict[str, Any]:
    """The whole envelope: data, errors, and what it cost; without data when nothing was tried."""
    document, invalid = read(str(body.get("query") or ""))
    if document is None or invalid:
        return {"errors": [error.formatted for error in invalid]}
    variables = body.get("variables") or {}
    priced = cost.Priced(document, variables)
    requested = priced.requested()
    if requested > cost.MOST:
        return {"errors": [_too_dear(requested)]}
    paid = cost.buckets().take(asking.shop.domain, requested)
    if not paid:
        return {
            "errors": [of_code("THROTTLED", "Throttled")],
            "extensions": {"cost": _cost(asking, requested, None)},
        }
    found = execute_sync(
        schema(),
        document,
        {name: _bound(field, asking) for name, field in _ROOT.items()},
        variable_values=dict(variables),
        operation_name=body.get("operationName"),
    )
    errors = [error.formatted for error in found.errors or ()]
    if found.data is None and not any("path" in error for error in errors):
        cost.buckets().take(asking.shop.domain, -requested)
        return {"errors": errors}
    spent = requested if priced.changes else min(requested, cost.actual(found.data))
    cost.buckets().take(asking.shop.domain, spent - requested)
    envelope: dict[str, Any] = {"data": found.data}
    if errors:
        envelope["errors"] = errors
    return envelope | {"extensions": {"cost": _cost(asking, requested, spent)}}


def denied(field: str) -> GraphQLError:
    """What Shopify says of a field without its scope."""
    return GraphQLError(
        f"Access denied for {field} field. Required access: `read_orders` access scope.",
        extensions={"code": "ACCESS_DENIED", "requiredAccess": "`read_orders` access scope."},
    )


def _bound(field: Callable[..., Any], asking: Asking) -> Callable[..., Any]:
    return lambda _info, **asked: field(asking, **asked)


def _cost(asking: Asking, requested: int, spent: int | None) -> dict[str, Any]:
    return {
        "requestedQueryCost": requested,
        "actualQueryCost": spent,
        "throttleStatus": cost.buckets().status(asking.shop.domain),
    }


def _too_dear(requested: int) -> dict[str, Any]:
    return of_code(
        "MAX_COST_EXCEEDED",
        f"Query cost is {requested}, which exceeds the single query max cost limit ({cost.MOST}).",
        cost=requested,
        maxCost=cost.MOST,
    )


def _shop(asking: Asking) -> dict[str, Any]:
    return things.shop(asking.shop)


def _installation(asking: Asking) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/AppInstallation/{asking.shop.number}",
        "accessScopes": [
            {"handle": scope, "description": scope.replace("_", " ")}
            for scope in SCOPES
            if asking.token.reads(scope)
        ],
    }


def _orders(asking: Asking, **asked: Any) -> dict[str, Any]:
    key = searching.KEYS[_SORTED_BY.get(asked.get("sortKey") or "PROCESSED_AT", "id")]
    found = sorted(asking.orders(asked.get("query"), "orders"), key=key)
    listed = Many(found, lambda order: (str(key(order)[0]), order.id), ordered=True)
    return listed.page(lambda order: things.order(asking.shop, order), asked)


def _order(asking: Asking, **asked: Any) -> dict[str, Any] | None:
    found = [
        order
        for order in asking.orders(None, "order")
        if asked["id"] == f"gid://shopify/Order/{order.id}"
    ]
    return things.order(asking.shop, found[0]) if found else None


def _orders_count(asking: Asking, **asked: Any) -> dict[str, Any]:
    limit = asked.get("limit", _LIMIT)
    count = len(asking.orders(asked.get("query"), "ordersCount"))
    if limit is None or count <= limit:
        return {"count": count, "precision": "EXACT"}
    return {"count": limit, "precision": "AT_LEAST"}


def _versions(asking: Asking) -> list[dict[str, Any]]:
    del asking
    return [
        {"handle": handle, "displayName": handle, "supported": True}
        for handle in ("2026-01", "2026-04", "2026-07", "2026-10")
    ]


def _run(asking: Asking, **asked: Any) -> dict[str, Any]:
    return bulk.run(asking.shop, asked["query"], grouped=asked["groupObjects"])


def _operation(asking: Asking, **asked: Any) -> dict[str, Any] | None:
    return bulk.status(asking.shop, asked["id"], asking.orders)


def _operations(asking: Asking, **asked: Any) -> dict[str, Any]:
    return Listed(bulk.listed(asking.shop, asked.get("query"), asking.orders))(**asked)


def _cancel(asking: Asking, **asked: Any) -> dict[str, Any]:
    return bulk.cancel(asking.shop, asked["id"])


def _hooks(asking: Asking, **asked: Any) -> dict[str, Any]:
    return Listed(hooks.listed(asking.shop, asked.get("topics"), asked.get("uri")))(**asked)


def _hook(asking: Asking, **asked: Any) -> dict[str, Any]:
    return hooks.create(asking.shop, asked["topic"], asked["webhookSubscription"])


def _unhook(asking: Asking, **asked: Any) -> dict[str, Any]:
    return hooks.delete(asking.shop, asked["id"])


def _uninstall(asking: Asking) -> dict[str, Any]:
    hooks.deliver(asking.shop, "APP_UNINSTALLED", wait=False)
    hooks.forget(asking.shop)
    removed_from(asking.shop.domain)
    return {"app": {"id": "gid://shopify/App/1"}, "userErrors": []}


_ROOT: dict[str, Callable[..., Any]] = {
    "shop": _shop,
    "currentAppInstallation": _installation,
    "orders": _orders,
    "order": _order,
    "ordersCount": _orders_count,
    "publicApiVersions": _versions,
    "bulkOperation": _operation,
    "bulkOperations": _operations,
    "bulkOperationRunQuery": _run,
    "bulkOperationCancel": _cancel,
    "webhookSubscriptions": _hooks,
    "webhookSubscriptionCreate": _hook,
    "webhookSubscriptionDelete": _unhook,
    "appUninstall": _uninstall,
}

"""A shop behind a mocked wire: what it is asked by operation, and orders to answer with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import responses

SHOP = "fern-fable.myshopify.com"
CLIENT_ID, SECRET = "4711", "canary-app-secret"
TOKEN, REFRESH = "shpat_canaryaccess", "shprt_canaryrefresh"
API = f"https://{SHOP}/admin/api/2026-10/graphql.json"
TOKENS = f"https://{SHOP}/admin/oauth/access_token"
FILE = "https://storage.googleapis.com/shopify/bulk-1.jsonl?signature=canary"
END = {"hasNextPage": False, "endCursor": None}
EXTRA = {"shop": SHOP, "kind": "offline", "user_id": f"{CLIENT_ID}@{SHOP}"}
Answer = dict[str, Any] | Callable[[dict[str, Any]], dict[str, Any]]


class Wire:
    """Answers operations by their name; each one's last answer stays."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.headers: list[dict[str, str]] = []
        self._answers: dict[str, list[tuple[int, Any, dict[str, str]]]] = {}
        mock.add_callback("POST", re.compile(r"https://.*/graphql\.json"), self._answer)

    def answer(
        self,
        name: str,
        body: Answer | str,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Queue an answer to an operation; a dict is its data."""
        self._answers.setdefault(name, []).append((status, body, headers or {}))

    def of(self, name: str) -> list[dict[str, Any]]:
        """The variables of every time the operation was asked."""
        return [variables for asked, variables in self.asked if asked == name]

    def _answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        sent = json.loads(request.body)
        found = re.search(r"(?:query|mutation) (\w+)", sent["query"])
        assert found, sent["query"]
        name = found.group(1)
        self.asked.append((name, sent["variables"]))
        self.headers.append(dict(request.headers))
        queued = self._answers[name]
        status, body, headers = queued.pop(0) if len(queued) > 1 else queued[0]
        if callable(body):
            body = body(sent["variables"])
        if isinstance(body, str):
            return status, headers, body
        whole = body if {"data", "errors"} & body.keys() else {"data": body}
        return status, headers, json.dumps(whole)


def money(amount: str, currency: str = "EUR") -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def sale(
    line: str,
    total: str,
    tax: str = "0.0",
    discount: str = "0.0",
    action: str = "ORDER",
    currency: str = "EUR",
) -> dict[str, Any]:
    return {
        "actionType": action,
        "lineType": line,
        "totalAmount": money(total, currency),
        "totalTaxAmount": money(tax, currency),
        "totalDiscountAmountBeforeTaxes": money(discount, currency),
    }


def agreement(at: str, *sales: dict[str, Any], id: str = "") -> dict[str, Any]:  # noqa: A002
    return {
        "id": f"gid://shopify/SalesAgreement/{id or at}",
        "happenedAt": at,
        "sales": {"pageInfo": END, "nodes": list(sales)},
    }


def order(
    number: int, at: str, *agreements: dict[str, Any], index: int | None = None, **more: Any
) -> dict[str, Any]:
    """An order that was entered, processed and last changed at one moment unless said."""
    return {
        "id": f"gid://shopify/Order/{number}",
        "createdAt": at,
        "processedAt": at,
        "updatedAt": at,
        "test": False,
        "currencyCode": "EUR",
        "customerJourneySummary": None if index is None else {"customerOrderIndex": index},
        "agreements": {"pageInfo": END, "nodes": list(agreements)},
        **more,
    }


def page(*orders: dict[str, Any], count: int = 0, after: str = "") -> dict[str, Any]:
    """A page of orders, with another one behind the cursor `after`."""
    info = {"hasNextPage": bool(after), "endCursor": after or None}
    return {"ordersCount": {"count": count}, "orders": {"pageInfo": info, "nodes": list(orders)}}


def about(*scopes: str, **shop: str) -> dict[str, Any]:
    named = {
        "name": "Fern & Fable",
        "myshopifyDomain": SHOP,
        "currencyCode": "EUR",
        "ianaTimezone": "Europe/Berlin",
    }
    return {
        "shop": named | shop,
        "currentAppInstallation": {"accessScopes": [{"handle": scope} for scope in scopes]},
    }


def cost(requested: float, available: float, rate: float = 100.0) -> dict[str, Any]:
    status = {
        "maximumAvailable": 2000.0,
        "currentlyAvailable": available,
        "restoreRate": rate,
    }
    return {
        "cost": {
            "requestedQueryCost": requested,
            "actualQueryCost": None,
            "throttleStatus": status,
        }
    }


def jsonl(*orders: dict[str, Any]) -> str:
    """Orders as a bulk operation writes them: flat lines, children anywhere after their parent."""
    roots, middle, leaves = [], [], []
    for each in orders:
        flat = {key: value for key, value in each.items() if key != "agreements"}
        roots.append(flat)
        for one in each["agreements"]["nodes"]:
            middle.append(
                {"id": one["id"], "happenedAt": one["happenedAt"], "__parentId": each["id"]}
            )
            leaves += [
                {"id": "gid://shopify/Sale/1", **line, "__parentId": one["id"]}
                for line in one["sales"]["nodes"]
            ]
    lines = [json.dumps(line).replace("/", "\\/") for line in (*roots, *middle, *leaves)]
    return "\n".join(lines) + "\n"

"""Subscriptions to deliveries, and the signed deliveries themselves."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

from sandbox.shop import Shop
from sandbox.shopify import things
from sandbox.shopify.tokens import APP
from sandbox.state import state

PRIVACY = ("customers/data_request", "customers/redact", "shop/redact")
# Shopify gives a receiver five seconds.
_PATIENCE = 5.0


@dataclass
class Subscriptions:
    """By shop, the oldest first. A restart forgets them."""

    made: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    count: int = 0

    def of(self, shop: Shop) -> list[dict[str, Any]]:
        return self.made.setdefault(shop.domain, [])


def listed(
    shop: Shop, topics: Sequence[str] | None = None, uri: str | None = None
) -> list[dict[str, Any]]:
    return [
        each
        for each in _held().of(shop)
        if (not topics or each["topic"] in topics) and uri in (None, each["uri"])
    ]


def create(shop: Shop, topic: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """`webhookSubscriptionCreate`."""
    uri = wanted.get("uri") or wanted.get("callbackUrl") or ""
    if not uri.startswith("https://") and not uri.startswith("http://127.0.0.1"):
        return _refused("webhookSubscription", "Address is not allowed")
    if listed(shop, [topic], uri):
        return _refused("webhookSubscription", "Address for this topic has already been taken")
    held = _held()
    held.count += 1
    now = things.moment(state().clock.now())
    made = {
        "id": f"gid://shopify/WebhookSubscription/{1_400_000_000_000 + held.count}",
        "topic": topic,
        "uri": uri,
        "format": wanted.get("format") or "JSON",
        "includeFields": wanted.get("includeFields") or [],
        "createdAt": now,
        "updatedAt": now,
    }
    held.of(shop).append(made)
    return {"webhookSubscription": made, "userErrors": []}


def delete(shop: Shop, subscription: str) -> dict[str, Any]:
    """`webhookSubscriptionDelete`."""
    mine = _held().of(shop)
    for each in mine:
        if each["id"] == subscription:
            mine.remove(each)
            return {"deletedWebhookSubscriptionId": subscription, "userErrors": []}
    return {"deletedWebhookSubscriptionId": None} | _errors("id", "Webhook subscription not found")


def forget(shop: Shop) -> None:
    """The app is gone from the shop, and its subscriptions with it."""
    _held().of(shop).clear()


def deliver(
    shop: Shop, topic: str, *, to: str = "", secret: str = "", wait: bool = True
) -> list[int]:
    """Send to all who subscribed, or to one address; the statuses that came back.

    `topic` as in the header or as in GraphQL. `secret` signs instead of the app's own.
    """
    path = topic if "/" in topic else topic.lower().replace("_", "/", 1)
    name = path.upper().replace("/", "_")
    addresses = [to] if to else [each["uri"] for each in listed(shop, [name])]
    body = json.dumps(_payload(shop, path)).encode()
    headers = _headers(shop, path, body, (secret or APP["client_secret"]).encode())
    if wait:
        return [_post(address, body, headers) for address in addresses]
    for address in addresses:
        threading.Thread(target=_post, args=(address, body, headers), daemon=True).start()
    return []


def _post(address: str, body: bytes, headers: dict[str, str]) -> int:
    """0 when nobody answered."""
    headers = {**headers, "X-Shopify-Webhook-Id": str(uuid.uuid4())}
    try:
        answer = requests.post(
            address, body, headers=headers, timeout=_PATIENCE, allow_redirects=False
        )
    except requests.RequestException:
        return 0
    return answer.status_code


def _headers(shop: Shop, path: str, body: bytes, secret: bytes) -> dict[str, str]:
    signature = base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": path,
        "X-Shopify-Hmac-Sha256": signature,
        "X-Shopify-Shop-Domain": shop.domain,
        "X-Shopify-API-Version": "2026-10",
        "X-Shopify-Event-Id": str(uuid.uuid4()),
        "X-Shopify-Triggered-At": things.moment(state().clock.now()),
    }


def _payload(shop: Shop, path: str) -> dict[str, Any]:
    number = 68_000_000_000 + shop.number
    if path == "app/uninstalled":
        return {"id": number, "myshopify_domain": shop.domain}
    if path in PRIVACY:
        return {"shop_id": number, "shop_domain": shop.domain}
    newest = state().orders.seen(shop, state().clock.now())[-1]
    return {
        "id": newest.id,
        "admin_graphql_api_id": f"gid://shopify/Order/{newest.id}",
        "updated_at": things.moment(newest.updated_at),
    }


def _held() -> Subscriptions:
    return state().memory(Subscriptions)


def _refused(name: str, message: str) -> dict[str, Any]:
    return {"webhookSubscription": None} | _errors(name, message)


def _errors(name: str, message: str) -> dict[str, Any]:
    return {"userErrors": [{"field": [name], "message": message}]}

"""Which deliveries a shop is asked to send, and where to.

Shopify drops a subscription after eight failed deliveries in a row, so it is looked at daily.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import msgspec

from app.connectors.errors import AccessRevoked, ConnectorError
from app.connectors.shopify.api import Api, UserError
from app.connectors.shopify.tokens import CLIENT_CREDENTIALS, OFFLINE
from app.connectors.words import Grant
from app.settings import Settings, is_loopback

PATH = "/webhooks/shopify"
# The fields of an order that say which one it is: nothing else of it needs to travel.
TOPICS: Mapping[str, list[str]] = {
    "ORDERS_UPDATED": ["id", "admin_graphql_api_id", "updated_at"],
    "APP_UNINSTALLED": ["id", "myshopify_domain"],
}


class _Subscription(msgspec.Struct):
    topic: str
    uri: str


class _Nodes(msgspec.Struct):
    nodes: list[_Subscription]


class _Listed(msgspec.Struct, rename="camel"):
    webhook_subscriptions: _Nodes


class _Made(msgspec.Struct, rename="camel"):
    user_errors: list[UserError] = []


class _Created(msgspec.Struct, rename="camel"):
    webhook_subscription_create: _Made


_LISTED = msgspec.json.Decoder(_Listed, strict=False)
_CREATED = msgspec.json.Decoder(_Created, strict=False)


class Hooks:
    """Subscribes an installation that Shopify can reach."""

    def __init__(self, api: Api, settings: Settings, note: Callable[[str], None]) -> None:
        self._api = api
        self._public = settings.public_url
        self._note = note

    def subscribe(self, grant: Grant) -> None:
        """Ask for what is missing. Without deliveries figures still come every five minutes."""
        # Deliveries are signed with the app's secret: one that is not known here cannot be checked.
        known = grant.extra.get("kind") in (OFFLINE, CLIENT_CREDENTIALS)
        reachable = urlsplit(self._public).scheme == "https" and not is_loopback(self._public)
        if not known or not reachable:
            return
        address = f"{self._public}{PATH}"
        try:
            asked = {"topics": list(TOPICS), "uri": address}
            listed = self._api.ask("webhooks", _LISTED, asked).webhook_subscriptions.nodes
            held = {one.topic for one in listed if one.uri == address}
            for topic in TOPICS.keys() - held:
                self._create(topic, address)
        except AccessRevoked:
            raise
        except ConnectorError as error:
            self._note(
                "Shopify does not announce changes to this installation, so they show within five "
                f"minutes instead of at once. {error.message}"
            )

    def _create(self, topic: str, address: str) -> None:
        subscription = {"uri": address, "format": "JSON", "includeFields": TOPICS[topic]}
        asked = {"topic": topic, "subscription": subscription}
        made = self._api.ask("webhook_create", _CREATED, asked).webhook_subscription_create
        # Created by another process at the same moment, it is there all the same.
        errors = [error.message for error in made.user_errors if "taken" not in error.message]
        if errors:
            raise ConnectorError(f"It said: {errors[0][:200]}")

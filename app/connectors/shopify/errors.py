"""What Shopify's refusals mean, and what whoever can mend it has to do.

Statuses and codes: shopify.dev, "GraphQL Admin API reference" and "API response status codes".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.connectors.errors import AccessRevoked, ConnectorError, Temporary, Throttled

DAY_SECONDS = 86_400.0
_KEPT = "Stored figures are kept, but no new ones are read until then."
_UNCHANGED = "Stored figures are unchanged, and it will be asked again."
_RECONNECT = "Open Connections and press Reconnect on Shopify"
_SCOPES = (
    "In dev.shopify.com open the app, make a new version with the access scopes read_orders and "
    "read_all_orders and release it"
)

ENDED = (
    "Shopify no longer accepts the access that was given: the app was removed from the shop, or "
    f"its token or secret was replaced. {_KEPT} {_RECONNECT}."
)
NO_ORDERS = (
    "Shopify does not let this app read orders: the access scope read_orders is missing. "
    f"{_KEPT} {_SCOPES}. Then open Connections and press Reconnect on Shopify."
)
SIXTY_DAYS = (
    "Shopify shows this app only orders of the last 60 days, so history starts 60 days back and "
    "refunds of older orders are not seen: the access scope read_all_orders is missing. "
    f"{_SCOPES}; then open Connections and press Reconnect on Shopify."
)
FORBIDDEN = (
    "Shopify does not let this app into the shop: a permission is missing, or the shop has "
    f"blocked it. {_KEPT} In Shopify's admin open Settings, Apps, see whether the app is "
    f"installed, then open Connections and press Reconnect on Shopify."
)
NOT_FOUND = (
    "Shopify knows no such shop, or not this version of its API. "
    f"{_KEPT} See in Shopify's admin under Settings, Domains whether the shop's myshopify.com "
    "address is still the one that is connected; if it is, whoever runs this installation "
    "compares SHOPIFY_VERSION with the versions that shopify.dev lists."
)
ASLEEP = (
    "The shop is paused, frozen or closed at Shopify, so nothing can be read. Stored figures are "
    "kept, and it is tried again once a day. In Shopify's admin open Settings, Plan and settle "
    "what it asks for; to go on at once, open Connections and press Reconnect on Shopify."
)
_OFTEN = (
    "Shopify has been asked too often for now. Stored figures are unchanged; reading goes on by "
    "itself after a pause."
)


class Refused(ConnectorError):
    """The token was not accepted (HTTP 401): ask again with a younger one, if there is any."""


class TooDear(ConnectorError):
    """The question costs more points than one may; `cost` and `most` are 0 when not told."""

    def __init__(self, message: str, *, cost: float = 0.0, most: float = 0.0) -> None:
        super().__init__(message)
        self.cost = cost
        self.most = most


class OverPace(Temporary):
    """The bucket of points is empty; Shopify refills it within seconds."""


_FINAL: dict[int, tuple[type[ConnectorError], str]] = {
    401: (Refused, ENDED),
    403: (AccessRevoked, FORBIDDEN),
    404: (AccessRevoked, NOT_FOUND),
}


def of_status(status: int, headers: Mapping[str, str], said: str) -> ConnectorError:
    """What an HTTP status of 400 and above means, whatever the body."""
    if status in (429, 430):
        # 430 is Shopify's own, for what looks to it like an attack.
        hint = _seconds(headers.get("Retry-After", ""))
        return OverPace(_OFTEN, retry_after=hint or (2.0 if status == 429 else 60.0))
    if status >= 500:
        return Temporary(f"Shopify had a fault (HTTP {status}). {_UNCHANGED}")
    if status in (402, 423):
        return Throttled(ASLEEP, retry_after=DAY_SECONDS)
    if status in _FINAL:
        kind, sentence = _FINAL[status]
        return kind(sentence)
    return ConnectorError(
        f"Shopify did not accept the question (HTTP {status}{_quoted(said)}). Stored figures are "
        "unchanged. If it happens again, tell whoever runs this installation."
    )


def of_errors(errors: object, retry_after: float | None) -> ConnectorError:
    """What the errors in an answer mean; they come as a list, an object or a text.

    `retry_after`: how long to wait by the answer's own count of points, should it be THROTTLED.
    """
    problems = errors if isinstance(errors, list) else [errors]
    by_code = {_code(problem): problem for problem in reversed(problems)}
    if "THROTTLED" in by_code:
        return OverPace(_OFTEN, retry_after=retry_after)
    if "MAX_COST_EXCEEDED" in by_code:
        return _too_dear(by_code["MAX_COST_EXCEEDED"])
    if "ACCESS_DENIED" in by_code:
        return _denied(by_code["ACCESS_DENIED"])
    if "SHOP_INACTIVE" in by_code:
        return Throttled(ASLEEP, retry_after=DAY_SECONDS)
    if by_code.keys() & {"INTERNAL_SERVER_ERROR", "TIMEOUT"}:
        return Temporary(f"Shopify had a fault. {_UNCHANGED}")
    return ConnectorError(
        f"Shopify did not accept the question{_bracketed(_text(problems))}. Stored figures are "
        "unchanged. If it happens again, tell whoever runs this installation."
    )


def said_by(errors: object) -> str:
    """Shopify's own words of a refusal, cleaned for a sentence."""
    return _text(errors if isinstance(errors, list) else [errors])


def _code(problem: object) -> str:
    extensions = problem.get("extensions") if isinstance(problem, dict) else None
    code = extensions.get("code") if isinstance(extensions, dict) else None
    return str(code or "")


def _too_dear(problem: Any) -> TooDear:
    extensions = problem["extensions"]
    cost, most = extensions.get("cost"), extensions.get("maxCost")
    return TooDear(
        "Shopify finds even one order of this shop too much to answer at once. Stored figures are "
        "unchanged. If it happens again, tell whoever runs this installation.",
        cost=float(cost) if isinstance(cost, int | float) else 0.0,
        most=float(most) if isinstance(most, int | float) else 0.0,
    )


def _denied(problem: Any) -> AccessRevoked:
    """The scope is named in the extensions or only in the text; its wording is not fixed."""
    words = f"{problem['extensions'].get('requiredAccess', '')} {problem.get('message', '')}"
    scopes = [scope for scope in re.findall(r"read_\w+", words) if scope != "read_orders"]
    if not scopes or "read_orders" in words:
        return AccessRevoked(NO_ORDERS)
    return AccessRevoked(
        f"Shopify does not give this app a part of the orders: it wants the access scope "
        f"{scopes[0]}. {_KEPT} In dev.shopify.com open the app, make a new version with that "
        "scope and release it. Then open Connections and press Reconnect on Shopify."
    )


def _text(problems: Sequence[object]) -> str:
    """Messages, without anything that looks like a token."""
    words = []
    for problem in problems:
        message = problem.get("message", problem) if isinstance(problem, dict) else problem
        words.append(re.sub(r"shp[a-z]{2}_\w+|[\w|-]{28,}", "…", str(message)))
    return "; ".join(words).rstrip(". ")[:200]


def _bracketed(said: str) -> str:
    return f" ({said})" if said else ""


def _quoted(said: str) -> str:
    return f": {said}" if said else ""


def _seconds(hint: str) -> float:
    """Shopify's Retry-After may have a fraction; 0 when there is none that makes sense."""
    try:
        seconds = float(hint)
    except ValueError:
        return 0.0
    return seconds if 0 < seconds < DAY_SECONDS else 0.0

"""What each fault does to an answer of Shopify's."""

from __future__ import annotations

from typing import Any

from sandbox import faults
from sandbox.faults import Fault
from sandbox.shopify.bulk import Operations
from sandbox.shopify.errors import INVALID_TOKEN, Refusal, TokenProblem, of_code
from sandbox.state import state

_STATUSES: dict[str, tuple[int, object]] = {
    "token_expired": (401, INVALID_TOKEN),
    "token_invalid": (401, INVALID_TOKEN),
    "server_error": (500, "Internal Server Error"),
    "unavailable": (503, "Service Unavailable"),
    "shopify_400": (400, {"query": "Required parameter missing or invalid"}),
    "shopify_402": (402, "This shop's plan does not have access to this feature"),
    "shopify_403": (403, "[API] This action requires merchant approval for read_orders scope."),
    "shopify_404": (404, "Not Found"),
    "shopify_423": (423, "This shop is unavailable"),
    "shopify_430": (430, "Shopify Security Rejection"),
}
_ERRORS: dict[str, dict[str, Any]] = {
    "rate_limit_account": of_code("THROTTLED", "Throttled"),
    "reduce_data": of_code("MAX_COST_EXCEEDED", "Query cost is too high.", cost=1200, maxCost=1000),
    "permission": of_code(
        "ACCESS_DENIED",
        "Access denied for orders field. Required access: `read_orders` access scope.",
    ),
    "error_in_200": of_code(
        "INTERNAL_SERVER_ERROR", "Internal error. Looks like something went wrong"
    ),
    "shopify_inactive": of_code("SHOP_INACTIVE", "This shop is not active."),
    "shopify_timeout": of_code("TIMEOUT", "The query took too long."),
}
PARTLY, OTHER_VERSION, PAGE = "shopify_partly", "shopify_other_version", "shopify_html"
_BULK = {
    "shopify_bulk_failed": "FAILED",
    "shopify_bulk_canceled": "CANCELED",
    "shopify_bulk_short": "SHORT",
    "shopify_bulk_partial": "PARTIAL",
    "shopify_bulk_refused": "REFUSED",
}
_LISTS = ("no_rows", "empty_page", "repeated_cursor")
faults.also(
    *(*_STATUSES, *_ERRORS, *_BULK, *_LISTS),
    *("rate_limit_app", PARTLY, OTHER_VERSION, PAGE),
    platform="shopify",
)


def fail_token(fault: Fault) -> None:
    """The same for the token endpoint, which has words of its own. Raises TokenProblem too."""
    if fault.kind in ("token_expired", "token_invalid"):
        raise TokenProblem("invalid_grant", "This request requires an active refresh_token")
    fail(fault)


def fail(fault: Fault) -> dict[str, Any] | None:
    """Raises Refusal, or answers the envelope in whose place the fault puts itself."""
    if fault.kind == "rate_limit_app":
        raise Refusal(
            429, "Exceeded 2 calls per second for api client.", {"Retry-After": f"{fault.seconds}"}
        )
    if fault.kind in _STATUSES:
        raise Refusal(*_STATUSES[fault.kind])
    if fault.kind in _BULK:
        state().memory(Operations).ends.append(_BULK[fault.kind])
    return {"errors": [_ERRORS[fault.kind]]} if fault.kind in _ERRORS else None


def distort(fault: Fault, envelope: dict[str, Any]) -> dict[str, Any]:
    """An envelope that is wrong in the fault's way."""
    data = envelope.get("data") or {}
    if fault.kind == PARTLY and data:
        return envelope | {"errors": [_ERRORS["permission"]]}
    page = data.get("orders")
    if fault.kind not in _LISTS or not page:
        return envelope
    info = page.get("pageInfo", {})
    wrong: dict[str, dict[str, Any]] = {
        "no_rows": {"nodes": [], "pageInfo": info | {"hasNextPage": False, "endCursor": None}},
        "empty_page": {"nodes": []},
        "repeated_cursor": {"pageInfo": info | {"hasNextPage": True}},
    }
    return envelope | {"data": data | {"orders": page | wrong[fault.kind]}}

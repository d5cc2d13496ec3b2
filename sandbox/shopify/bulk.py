"""Exports: an operation that is polled, and the file of lines that it leaves behind."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from flask import request
from graphql import GraphQLError

from sandbox.shop import Order, Shop
from sandbox.shopify import searching, things
from sandbox.shopify.exporting import Export, NotForExport
from sandbox.state import state

AT_ONCE = 5
POLLS = 2
"""How often an operation is still under way when asked for."""
KEPT = dt.timedelta(days=7)
"""How long a file can be fetched."""
NO_NODES = (
    "The parent 'node' field for a nested connection must return a type that implements the "
    "'Node' interface. Invalid connections: agreements."
)
"""What Shopify told everyone who exported agreements, in the spring of 2026."""

Orders = Callable[[str | None, str], list[Order]]


@dataclass
class Operation:
    """`fate` is what it will end as.

    COMPLETED, CANCELED, FAILED with nothing, PARTIAL (failed with half of the lines), or SHORT
    (completed, but half of its file is missing).
    """

    id: str
    shop: Shop
    query: str
    created_at: dt.datetime
    grouped: bool = False
    status: str = "CREATED"
    fate: str = "COMPLETED"
    error: str | None = None
    ended_at: dt.datetime | None = None
    polls: int = 0
    lines: list[bytes] = field(default_factory=list)
    roots: int = 0
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def running(self) -> bool:
        return self.status in ("CREATED", "RUNNING", "CANCELING")

    @property
    def file(self) -> bytes:
        """What can be fetched."""
        whole = b"".join(self.lines)
        return whole[: len(whole) // 2] if self.fate == "SHORT" else whole


@dataclass
class Operations:
    made: list[Operation] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    """What becomes of the next ones, where they are not COMPLETED; REFUSED ones never begin."""


def run(shop: Shop, query: str, *, grouped: bool) -> dict[str, Any]:
    """`bulkOperationRunQuery`."""
    held = state().memory(Operations)
    try:
        Export(query)
    except NotForExport as problem:
        return _refused("INVALID", f"Invalid bulk query: {problem}")
    if sum(each.running for each in _mine(shop)) >= AT_ONCE:
        return _refused(
            "LIMIT_REACHED", "A bulk query operation for this app and shop is already in progress."
        )
    fate = held.ends.pop(0) if held.ends else "COMPLETED"
    if fate == "REFUSED":
        return _refused("INVALID", NO_NODES)
    number = 6_300_000_000_000 + len(held.made)
    made = Operation(
        f"gid://shopify/BulkOperation/{number}",
        shop,
        query,
        state().clock.now(),
        grouped=grouped,
        fate=fate,
    )
    held.made.append(made)
    return {"bulkOperation": _described(made), "userErrors": []}


def status(shop: Shop, operation: str, orders: Orders) -> dict[str, Any] | None:
    """`bulkOperation(id:)`; asking is what makes it get on."""
    for each in _mine(shop):
        if each.id == operation:
            _advance(each, orders)
            return _described(each)
    return None


def listed(shop: Shop, query: str | None, orders: Orders) -> list[dict[str, Any]]:
    """`bulkOperations`, the newest first."""
    for each in _mine(shop):
        _advance(each, orders)
    newest = reversed(_mine(shop))
    return [_described(each) for each in newest if searching.fits(query, _searched(each))]


def cancel(shop: Shop, operation: str) -> dict[str, Any]:
    """`bulkOperationCancel`."""
    for each in _mine(shop):
        if each.id == operation and each.running:
            each.status = "CANCELED"
            return {"bulkOperation": _described(each), "userErrors": []}
    error = {"field": ["id"], "message": "Bulk operation could not be cancelled"}
    return {"bulkOperation": None, "userErrors": [error]}


def file(number: str, signature: str) -> bytes | None:
    """What a signed address hands out, or None when it has run out or is none."""
    for each in state().memory(Operations).made:
        signed = hmac.compare_digest(each.key.encode(), signature.encode())
        if signed and each.id.endswith(f"/{number}") and not _over(each):
            return each.file
    return None


def _advance(operation: Operation, orders: Orders) -> None:
    if not operation.running:
        return
    operation.polls += 1
    operation.status = "RUNNING"
    if operation.polls <= POLLS:
        return
    operation.ended_at = state().clock.now()
    if operation.fate == "CANCELED":
        operation.status = "CANCELED"
        return
    try:
        _write(operation, orders)
    except GraphQLError:
        operation.status, operation.error = "FAILED", "ACCESS_DENIED"
        return
    operation.status = "COMPLETED"
    if operation.fate in ("FAILED", "PARTIAL"):
        operation.status = "FAILED"
        operation.error = "TIMEOUT" if operation.fate == "PARTIAL" else "INTERNAL_SERVER_ERROR"
        kept = len(operation.lines) // 2 if operation.fate == "PARTIAL" else 0
        operation.lines = operation.lines[:kept]


def _write(operation: Operation, orders: Orders) -> None:
    export = Export(operation.query)
    found = [things.order(operation.shop, order) for order in orders(export.query, "orders")]
    operation.roots = len(found)
    operation.lines = [
        msgspec.json.encode(line) + b"\n" for line in export.lines(found, grouped=operation.grouped)
    ]


def _over(operation: Operation) -> bool:
    ended = operation.ended_at
    return ended is None or state().clock.now() - ended >= KEPT


def _described(operation: Operation) -> dict[str, Any]:
    done = operation.status == "COMPLETED"
    address = _address(operation) if operation.lines else None
    ended = operation.ended_at
    return {
        "id": operation.id,
        "status": "EXPIRED" if done and _over(operation) else operation.status,
        "errorCode": operation.error,
        "createdAt": things.moment(operation.created_at),
        "completedAt": things.moment(ended) if done and ended else None,
        "objectCount": str(len(operation.lines)),
        "rootObjectCount": str(operation.roots),
        "fileSize": str(sum(map(len, operation.lines))) if done and operation.lines else None,
        "url": address if done else None,
        "partialDataUrl": address if operation.status == "FAILED" else None,
        "query": operation.query,
        "type": "QUERY",
    }


def _address(operation: Operation) -> str | None:
    """Where the file is; None when it can be fetched no more."""
    if operation.ended_at is None or _over(operation):
        return None
    number = operation.id.rpartition("/")[2]
    expires = int((operation.ended_at + KEPT).timestamp())
    where = f"shopify/bulk/{number}.jsonl?Expires={expires}&Signature={operation.key}"
    return request.host_url + where


def _searched(operation: Operation) -> dict[str, Any]:
    return {
        "id": int(operation.id.rpartition("/")[2]),
        "created_at": operation.created_at,
        "status": operation.status.lower(),
        "operation_type": "query",
    }


def _mine(shop: Shop) -> list[Operation]:
    return [each for each in state().memory(Operations).made if each.shop is shop]


def _refused(code: str, message: str) -> dict[str, Any]:
    error = {"code": code, "field": ["query"], "message": message}
    return {"bulkOperation": None, "userErrors": [error]}

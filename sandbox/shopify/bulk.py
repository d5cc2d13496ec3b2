"""Exports: an operation that is polled, and the file of lines that it leaves behind."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from flask import request
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, SelectionSetNode, parse
from graphql.language.ast import StringValueNode

from sandbox.shop import Order, Shop
from sandbox.shopify import things
from sandbox.shopify.connections import Listed
from sandbox.state import state

AT_ONCE = 5
POLLS = 2
"""How often an operation is still under way when asked for."""

Orders = Callable[[str | None, str], list[Order]]


@dataclass
class Operation:
    """`fate` is what it will end as: COMPLETED, FAILED, CANCELED; `short` loses half its file."""

    id: str
    shop: Shop
    query: str
    created_at: str
    status: str = "CREATED"
    fate: str = "COMPLETED"
    short: bool = False
    polls: int = 0
    lines: bytes = b""
    objects: int = 0
    roots: int = 0
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def running(self) -> bool:
        return self.status in ("CREATED", "RUNNING", "CANCELING")


@dataclass
class Operations:
    made: list[Operation] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    """What the next ones end as, where that is not COMPLETED."""


def run(shop: Shop, query: str, *, may_read: bool) -> dict[str, Any]:
    """`bulkOperationRunQuery`."""
    try:
        _selection(query)
    except (GraphQLError, LookupError) as error:
        return _refused("INVALID", f"Invalid bulk query: {error}")
    if not may_read:
        return _refused("INVALID", "Access denied for orders field.")
    held = state().memory(Operations)
    if sum(each.running for each in _mine(shop)) >= AT_ONCE:
        return _refused(
            "LIMIT_REACHED", "A bulk query operation for this app and shop is already in progress."
        )
    number = 6_300_000_000_000 + len(held.made)
    made = Operation(
        f"gid://shopify/BulkOperation/{number}",
        shop,
        query,
        things.moment(state().clock.now()),
        fate=held.ends.pop(0) if held.ends else "COMPLETED",
    )
    if made.fate == "SHORT":
        made.fate, made.short = "COMPLETED", True
    held.made.append(made)
    return {"bulkOperation": _described(made), "userErrors": []}


def status(shop: Shop, operation: str, orders: Orders) -> dict[str, Any] | None:
    """`bulkOperation(id:)`; asking is what makes it get on."""
    for each in _mine(shop):
        if each.id == operation:
            _advance(each, orders)
            return _described(each)
    return None


def listed(shop: Shop, orders: Orders) -> list[dict[str, Any]]:
    """`bulkOperations`, the oldest first."""
    for each in _mine(shop):
        _advance(each, orders)
    return [_described(each) for each in _mine(shop)]


def cancel(shop: Shop, operation: str) -> dict[str, Any]:
    """`bulkOperationCancel`."""
    for each in _mine(shop):
        if each.id == operation and each.running:
            each.status = "CANCELED"
            return {"bulkOperation": _described(each), "userErrors": []}
    error = {"field": ["id"], "message": "Bulk operation could not be cancelled"}
    return {"bulkOperation": None, "userErrors": [error]}


def file(key: str) -> bytes | None:
    """What a signed address hands out, or None; whole or, as a mishap, half."""
    for each in state().memory(Operations).made:
        if each.key == key and each.status == "COMPLETED":
            return each.lines[: len(each.lines) // 2] if each.short else each.lines
    return None


def _advance(operation: Operation, orders: Orders) -> None:
    if not operation.running:
        return
    operation.polls += 1
    operation.status = "RUNNING"
    if operation.polls <= POLLS:
        return
    operation.status = operation.fate
    if operation.fate == "COMPLETED":
        query, selection = _selection(operation.query)
        lines = [
            msgspec.json.encode(line)
            for order in orders(query, "orders")
            for line in _lines(things.order(operation.shop, order), selection, operation)
        ]
        operation.lines = b"".join(line + b"\n" for line in lines)
        operation.objects = len(lines)


def _lines(
    thing: dict[str, Any], selection: SelectionSetNode, operation: Operation, parent: str = ""
) -> Iterator[dict[str, Any]]:
    line: dict[str, Any] = {}
    children: list[tuple[Listed, SelectionSetNode]] = []
    for node in _fields(selection):
        name = node.alias.value if node.alias else node.name.value
        value = thing.get(node.name.value)
        if isinstance(value, Listed):
            children.append((value, _nodes(node)))
        else:
            line[name] = _plain(value, node)
    if parent:
        line["__parentId"] = parent
    else:
        operation.roots += 1
    yield line
    for many, inner in children:
        for child in many.things:
            yield from _lines(child, inner, operation, thing["id"])


def _plain(value: Any, node: FieldNode) -> Any:
    if node.selection_set is None or not isinstance(value, dict):
        return value
    return {
        inner.name.value: _plain(value.get(inner.name.value), inner)
        for inner in _fields(node.selection_set)
    }


def _selection(query: str) -> tuple[str | None, SelectionSetNode]:
    """The search and the fields of `orders`, the one list that can be exported here."""
    roots = [
        node
        for operation in parse(query).definitions
        if isinstance(operation, OperationDefinitionNode)
        for node in _fields(operation.selection_set)
    ]
    if [root.name.value for root in roots] != ["orders"]:
        raise LookupError("orders is what can be exported")
    for argument in roots[0].arguments or ():
        if argument.name.value == "query" and isinstance(argument.value, StringValueNode):
            return argument.value.value, _nodes(roots[0])
    return None, _nodes(roots[0])


def _nodes(node: FieldNode) -> SelectionSetNode:
    """What is asked of each thing of a list: `edges { node { … } }` or `nodes { … }`."""
    for inner in _fields(node.selection_set):
        if inner.name.value in ("node", "nodes") and inner.selection_set is not None:
            return inner.selection_set
        if inner.name.value == "edges":
            return _nodes(inner)
    raise LookupError(f"nothing is asked of {node.name.value}")


def _fields(selection: SelectionSetNode | None) -> list[FieldNode]:
    return (
        [node for node in selection.selections if isinstance(node, FieldNode)] if selection else []
    )


def _described(operation: Operation) -> dict[str, Any]:
    done = operation.status == "COMPLETED"
    address = f"{request.host_url}shopify/bulk/{operation.key}"
    return {
        "id": operation.id,
        "status": operation.status,
        "errorCode": "INTERNAL_SERVER_ERROR" if operation.status == "FAILED" else None,
        "createdAt": operation.created_at,
        "completedAt": things.moment(state().clock.now()) if done else None,
        "objectCount": str(operation.objects),
        "rootObjectCount": str(operation.roots),
        "fileSize": str(len(operation.lines)) if done and operation.lines else None,
        "url": address if done and operation.lines else None,
        "partialDataUrl": None,
        "query": operation.query,
        "type": "QUERY",
    }


def _mine(shop: Shop) -> list[Operation]:
    return [each for each in state().memory(Operations).made if each.shop is shop]


def _refused(code: str, message: str) -> dict[str, Any]:
    error = {"code": code, "field": ["query"], "message": message}
    return {"bulkOperation": None, "userErrors": [error]}

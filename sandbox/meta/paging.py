"""Cursor paging: 25 rows unless asked otherwise, `next` only when there is more."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request

from sandbox.meta.errors import GraphError
from sandbox.meta.params import Params, whole_number

DEFAULT_LIMIT = 25
MOST = 5000

Item = TypeVar("Item")


def cursor(offset: int, salt: str = "") -> str:
    """An opaque position; the salt makes two cursors of one position differ."""
    return base64.urlsafe_b64encode(f"{offset}.{salt}".encode()).decode().rstrip("=")


def position(params: Params) -> int:
    """Where the page starts. Raises error 2642 for a cursor that is not ours."""
    after = params.get("after", "")
    if not after:
        return 0
    try:
        text = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode()
        return int(text.partition(".")[0])
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise GraphError(2642, "Invalid cursors values") from error


def page(
    items: Sequence[Item], params: Params, describe: Callable[[Item], dict[str, Any]]
) -> dict[str, Any]:
    """One page of the items, described, as Meta wraps it."""
    start = position(params)
    limit = min(whole_number(params, "limit", DEFAULT_LIMIT), MOST) or DEFAULT_LIMIT
    some = items[start : start + limit]
    if not some:
        return {"data": []}
    end = start + len(some)
    cursors = {"before": cursor(start), "after": cursor(end)}
    paging: dict[str, Any] = {"cursors": cursors}
    if end < len(items):
        paging["next"] = next_url(params, cursors["after"])
    return {"data": [describe(item) for item in some], "paging": paging}


def next_url(params: Params, after: str) -> str:
    """The address of the next page; like the real one it carries the access token."""
    return f"{request.base_url}?{urlencode(dict(params) | {'after': after})}"

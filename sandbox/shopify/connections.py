"""Lists that GraphQL reads in pages and an export reads whole."""

from __future__ import annotations

import base64
import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from graphql import GraphQLError

T = TypeVar("T")
LARGEST = 250
Thing = dict[str, Any]
Place = tuple[Any, Any]


def _by_id(thing: Thing) -> Place:
    return 0, thing["id"]


class Many(Generic[T]):
    """Things in an order, as a field that is resolved to a page of them.

    `place` says where a thing stands, in values of JSON; cursors hold it. With `ordered` the
    things are sorted by it, and a page goes on where the last one ended even when things have come
    or gone in between.
    """

    def __init__(
        self, things: Sequence[T], place: Callable[[T], Place], *, ordered: bool = False
    ) -> None:
        self.things = things
        self._place = place
        self._ordered = ordered

    def page(self, shown: Callable[[T], Thing], asked: Mapping[str, Any]) -> Thing:
        """Arguments as of Shopify's connections; raises GraphQLError for ones that do not fit."""
        things = self.things
        first, last = asked.get("first"), asked.get("last")
        if first is None and last is None:
            raise GraphQLError("you must provide one of first or last")
        if max(first or 0, last or 0) > LARGEST or min(first or 0, last or 0) < 0:
            raise GraphQLError(f"first and last must be between 0 and {LARGEST}")
        backwards = bool(asked.get("reverse"))
        if backwards:
            things = things[::-1]
        begin = self._after(things, asked.get("after"), backwards=backwards)
        end = self._before(things, asked.get("before"))
        if first is not None:
            end = min(end, begin + first)
        if last is not None:
            begin = max(begin, end - last)
        chosen = things[begin:end]
        edges = [{"cursor": self._cursor(thing), "node": shown(thing)} for thing in chosen]
        return {
            "nodes": [edge["node"] for edge in edges],
            "edges": edges,
            "pageInfo": {
                "hasNextPage": end < len(things),
                "hasPreviousPage": begin > 0,
                "startCursor": edges[0]["cursor"] if edges else None,
                "endCursor": edges[-1]["cursor"] if edges else None,
            },
        }

    def _cursor(self, thing: T) -> str:
        value, last = self._place(thing)
        held = json.dumps({"last_id": last, "last_value": value})
        return base64.b64encode(held.encode()).decode()

    def _after(self, things: Sequence[T], cursor: str | None, *, backwards: bool) -> int:
        if cursor is None:
            return 0
        place = _opened(cursor)
        if self._ordered and not backwards:
            return bisect_right(things, place, key=self._place)
        if self._ordered:
            return sum(self._place(thing) >= place for thing in things)
        return next((at + 1 for at, thing in enumerate(things) if self._place(thing) == place), 0)

    def _before(self, things: Sequence[T], cursor: str | None) -> int:
        if cursor is None:
            return len(things)
        place = _opened(cursor)
        found = (at for at, thing in enumerate(things) if self._place(thing) == place)
        return next(found, len(things))


class Listed(Many[Thing]):
    """A list that is part of an answer: resolved by being called."""

    def __init__(self, things: Sequence[Thing]) -> None:
        super().__init__(things, _by_id)

    def __call__(self, _info: object = None, **asked: Any) -> Thing:
        return self.page(lambda thing: thing, asked)


def _opened(cursor: str) -> Place:
    try:
        held = json.loads(base64.b64decode(cursor))
        return held["last_value"], held["last_id"]
    except (ValueError, KeyError, TypeError) as error:
        raise GraphQLError(f"Invalid cursor for current pagination sort: {cursor}.") from error

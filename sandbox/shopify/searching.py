"""Shopify's search syntax, as far as lists of orders need it.

Terms are joined by AND or by nothing. A term with a name that is not known is dropped, as Shopify
does, so that a misspelt question finds everything.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sandbox.shop import Order

_TERM = re.compile(r"(-?)(\w+):(>=|<=|>|<)?('[^']*'|\"[^\"]*\"|[^\s'\"]+)")
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "": operator.eq,
}
_Test = Callable[[Order], bool]
KEYS: dict[str, Callable[[Order], tuple[Any, int]]] = {
    "created_at": lambda order: (order.created_at, order.id),
    "processed_at": lambda order: (order.processed_at, order.id),
    "updated_at": lambda order: (order.updated_at, order.id),
    "id": lambda order: (order.id, order.id),
}


class _Term(NamedTuple):
    minus: str
    name: str
    sign: str
    text: str


class Found:
    """Orders that can be searched; sorted by each of `KEYS` when that is first needed."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self._orders = orders
        self._sorted: dict[str, list[Order]] = {}

    def by(self, name: str) -> list[Order]:
        """All of them, by one of `KEYS`."""
        if name not in self._sorted:
            self._sorted[name] = sorted(self._orders, key=KEYS[name])
        return self._sorted[name]

    def search(self, query: str | None) -> list[Order]:
        """The orders that a query means."""
        terms = _terms(query)
        dated = [term for term in terms if term.name in KEYS and term.name != "id"]
        left = self._between(dated) if dated else self.by("id")
        tests = [test for term in terms if (test := _test(term)) is not None]
        return [order for order in left if all(test(order) for test in tests)]

    def _between(self, dated: Sequence[_Term]) -> list[Order]:
        """What the moments of one name leave, without looking at every order."""
        name = dated[0].name
        orders = self.by(name)
        first, last = 0, len(orders)
        for term in dated:
            moment = _moment(term.text)
            if term.name != name or term.minus or moment is None:
                continue
            if term.sign in (">", ">="):
                first = max(first, bisect_left(orders, (moment, 0), key=KEYS[name]))
            elif term.sign in ("<", "<="):
                last = min(last, bisect_right(orders, (moment, 10**18), key=KEYS[name]))
        return orders[first:last]


def fits(query: str | None, thing: Mapping[str, Any]) -> bool:
    """Whether a thing that is no order is meant; a term of a name that it lacks is dropped."""
    return all(
        _compared(term, thing[term.name]) != bool(term.minus)
        for term in _terms(query)
        if term.name in thing
    )


def _compared(term: _Term, held: Any) -> bool:
    wanted: Any = term.text.lower()
    if isinstance(held, dt.datetime):
        wanted = _moment(term.text)
    elif isinstance(held, int):
        wanted = int(term.text) if term.text.isdigit() else None
    return wanted is None or _COMPARED[term.sign](held, wanted)


def _terms(query: str | None) -> list[_Term]:
    return [
        _Term(minus, name, sign, quoted.strip("'\""))
        for minus, name, sign, quoted in _TERM.findall(query or "")
    ]


def _test(term: _Term) -> _Test | None:
    found = _plain(term)
    if found is None or not term.minus:
        return found
    return lambda order: not found(order)


def _plain(term: _Term) -> _Test | None:
    compare, name, text = _COMPARED[term.sign], term.name, term.text
    if name in KEYS and name != "id":
        wanted = _moment(text)
        return (lambda order: compare(getattr(order, name), wanted)) if wanted else None
    if name == "id" and text.isdigit():
        return lambda order: compare(order.id, int(text))
    tests: dict[str, _Test] = {
        "name": lambda order: order.name.lstrip("#") == text.lstrip("#"),
        "test": lambda order: order.test == (text == "true"),
        "status": lambda order: (order.cancelled_at is not None) == (text == "cancelled"),
    }
    return tests.get(name)


def _moment(text: str) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)

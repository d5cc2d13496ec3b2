"""Reading a query as Rest.li 2.0 writes it: strictly, for LinkedIn is strict.

`( ) : ,` are structure and must stand as they are; everything else within a value must be
percent-encoded, once.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any
from urllib.parse import unquote

from sandbox.linkedin.errors import RestProblem, bad_param

Params = dict[str, Any]

_SYNTAX = "Invalid value for param; wrong type or other syntax error"
_PLAIN = re.compile(r"[^():,&=]*")


def parse(raw: str) -> Params:
    """Names and values; lists, objects and text. Raises 400."""
    params: Params = {}
    for part in filter(None, raw.split("&")):
        name, equals, value = part.partition("=")
        if not equals or name in params or "%25" in value:
            raise bad_param(unquote(name), _SYNTAX)
        params[name] = value if name == "fields" else _Reader(name, value).whole()
    return params


class _Reader:
    """Takes a value apart, from left to right."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._left = text

    def whole(self) -> Any:
        value = self._value()
        if self._left:
            raise self._wrong()
        return value

    def _value(self) -> Any:
        if self._takes("List("):
            return self._list()
        if self._takes("("):
            return self._object()
        return self._text()

    def _list(self) -> list[Any]:
        found: list[Any] = []
        if self._takes(")"):
            return found
        while True:
            found.append(self._value())
            if self._takes(")"):
                return found
            self._needs(",")

    def _object(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self._takes(")"):
            return found
        while True:
            name = self._text()
            self._needs(":")
            found[name] = self._value()
            if self._takes(")"):
                return found
            self._needs(",")

    def _text(self) -> str:
        match = _PLAIN.match(self._left)
        text = match[0] if match else ""
        self._left = self._left[len(text) :]
        return unquote(text)

    def _takes(self, sign: str) -> bool:
        if not self._left.startswith(sign):
            return False
        self._left = self._left[len(sign) :]
        return True

    def _needs(self, sign: str) -> None:
        if not self._takes(sign):
            raise self._wrong()

    def _wrong(self) -> RestProblem:
        return bad_param(self._name, _SYNTAX)


def only(params: Params, allowed: Collection[str]) -> None:
    """Raises 400 for a parameter that the finder does not have."""
    for name in params:
        if name not in allowed:
            raise bad_param(name, f"Parameter {name} is not allowed", "QUERY_PARAM_NOT_ALLOWED")


def required(params: Params, name: str) -> Any:
    if params.get(name) in (None, "", [], {}):
        raise bad_param(name, f"Parameter {name} is required", "MISSING_FIELD")
    return params[name]


def texts(params: Params, name: str, allowed: Collection[str] | None = None) -> list[str]:
    """A list of texts, empty when it is absent. Raises 400 when it is no list."""
    found = params.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise bad_param(name, _SYNTAX)
    if allowed is not None and set(found) - set(allowed):
        raise bad_param(name, f"{', '.join(found)} is not one of {', '.join(allowed)}")
    return found


def choice(params: Params, name: str, allowed: Collection[str]) -> str:
    """One of these words, by itself or as `(value:WORD)`."""
    given = required(params, name)
    word = given.get("value") if isinstance(given, dict) else given
    if word not in allowed:
        raise bad_param(name, f"{word} is not one of {', '.join(allowed)}")
    return str(word)


def whole(params: Params, name: str, default: int, most: int) -> int:
    text = params.get(name, str(default))
    if not isinstance(text, str) or not text.isdigit() or not 1 <= int(text) <= most:
        raise bad_param(name, f"{name} must be a number between 1 and {most}")
    return int(text)


def ids(urns: list[str], kind: str, name: str) -> set[str]:
    """The numbers of URNs of one kind. Raises 400 for any other."""
    found = set()
    for urn in urns:
        number = urn.removeprefix(f"urn:li:{kind}:")
        if number == urn or not number.isdigit():
            raise bad_param(name, f"{urn} is no {kind} URN")
        found.add(number)
    return found

"""Reading the body of a write, as strictly as LinkedIn: every fault is named with its path."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import request

from sandbox.linkedin.errors import RestProblem, multiple

Fault = tuple[str, str, str]
"""Path, code and description."""


class Body:
    """An object of a body. Faults are collected, those of objects in it too, and raised at once."""

    def __init__(self, given: Any, path: str = "", faults: list[Fault] | None = None) -> None:
        self.path = path
        self.faults = [] if faults is None else faults
        if not isinstance(given, dict):
            self.wrong("", "INVALID_VALUE_FOR_FIELD", "is not an object")
        self.given: dict[str, Any] = given if isinstance(given, dict) else {}

    def wrong(self, name: str, code: str, what: str) -> None:
        """Note a fault of one field."""
        self.faults.append((f"{self.path}/{name}".rstrip("/"), code, f"{name} {what}"))

    def only(self, *names: str) -> None:
        for name in self.given.keys() - set(names):
            self.wrong(name, "FIELD_NOT_ALLOWED", "is not allowed to be set")

    def required(self, *names: str) -> None:
        for name in names:
            if self.given.get(name) in (None, "", {}, []):
                self.wrong(name, "MISSING_FIELD", "is required but missing")

    def text(self, name: str, longest: int) -> str:
        """A text, empty when it is absent or none."""
        value = self.given.get(name, "")
        if not isinstance(value, str):
            self.wrong(name, "INVALID_VALUE_FOR_FIELD", "is not a text")
            return ""
        if value and not value.strip():
            self.wrong(name, "INVALID_VALUE_BLANK_FIELD", "can't be blank")
        if len(value) > longest:
            self.wrong(
                name,
                "FIELD_LENGTH_TOO_LONG",
                f"length {len(value)} can't exceeded maximum {longest} length",
            )
        return value

    def choice(self, name: str, allowed: Collection[str]) -> str:
        value = self.given.get(name)
        if value is not None and value not in allowed:
            self.wrong(name, "INVALID_VALUE_FOR_FIELD", f"can't be set to {value}")
        return str(value or "")

    def flag(self, name: str) -> None:
        if not isinstance(self.given.get(name, False), bool):
            self.wrong(name, "INVALID_VALUE_FOR_FIELD", "is not a boolean")

    def equals(self, name: str, value: str) -> None:
        if self.given.get(name, value) != value:
            self.wrong(name, "INVALID_VALUE_FOR_FIELD", f"is not {value}")

    def inner(self, name: str) -> Body:
        """An object in it; empty when it is absent."""
        return Body(self.given.get(name, {}), f"{self.path}/{name}", self.faults)

    def money(self, name: str, currency: str, decimals: int) -> Decimal | None:
        """An amount as text in the account's currency, without more decimals than it has.

        None when it is wrong.
        """
        inner = self.inner(name)
        inner.only("amount", "currencyCode")
        inner.required("amount", "currencyCode")
        if inner.given.get("currencyCode", currency) != currency:
            inner.wrong("currencyCode", "CURRENCY_MISMATCH", f"doesn't match {currency}")
        text = inner.given.get("amount", "0")
        try:
            amount = Decimal(text) if isinstance(text, str) else Decimal("NaN")
        except InvalidOperation:
            amount = Decimal("NaN")
        exponent = amount.as_tuple().exponent
        if not isinstance(exponent, int) or -exponent > decimals:
            inner.wrong("amount", "INVALID_VALUE_FOR_FIELD", f"can't be set to {text}")
            return None
        return amount

    def done(self) -> None:
        """Raises 400 when anything was wrong."""
        if self.faults:
            raise multiple(self.faults)


def sent() -> Any:
    """The JSON of the request. Raises 400."""
    if request.mimetype != "application/json":
        raise RestProblem(400, "The body of a write is application/json")
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise RestProblem(400, "The body is not a JSON object")
    return found

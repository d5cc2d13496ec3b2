"""Who manages whom, and through which manager a login reaches an account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import request

from sandbox.google.errors import ApiProblem
from sandbox.google.knobs import knobs
from sandbox.state import state
from sandbox.world import Account

AGENCY = "4821669001"
ASIA = "4821669002"


@dataclass(frozen=True)
class Customer:
    """A manager when it has no `account`; `below` are those that it manages itself."""

    id: str
    name: str
    currency: str
    time_zone: str
    account: Account | None = None
    below: list[Customer] = field(default_factory=list)

    @property
    def manager(self) -> bool:
        return self.account is None

    @property
    def status(self) -> str:
        return "CANCELED" if self.id in knobs().cancelled else "ENABLED"

    def tree(self, level: int = 0) -> Iterator[tuple[Customer, int]]:
        """Itself and everyone below, each with how far below."""
        yield self, level
        for child in self.below:
            yield from child.tree(level + 1)


def agency() -> Customer:
    """One manager above everything: an account at once, and another below a second manager.

    An account that was lost has left its manager.
    """
    mine = [
        Customer(each.id, each.name, each.plan.currency, each.plan.time_zone, each)
        for each in state().world.within_reach("google")
    ]
    direct = [each for each in mine if each.id == _first()]
    others = [each for each in mine if each.id != _first()]
    asia = Customer(ASIA, "Larkspur Agency Asia", "USD", "Asia/Singapore", below=others)
    return Customer(AGENCY, "Larkspur Agency", "USD", "America/New_York", below=[*direct, asia])


def _first() -> str:
    return state().world.of("google")[0].id


def accessible() -> list[Customer]:
    """What the login reaches by itself: the agency, and its first account once more."""
    top = agency()
    direct = [each for each in top.below if each.id == _first()]
    return [each for each in (top, *direct) if each.id not in knobs().lost]


def reached(customer_id: str) -> Customer:
    """The customer that a request is about. Raises what Google answers when it may not be."""
    if not re.fullmatch(r"\d{10}", customer_id):
        raise ApiProblem("INVALID_CUSTOMER_ID", f"Invalid customer ID '{customer_id}'.")
    through = request.headers.get("login-customer-id", customer_id)
    if not re.fullmatch(r"\d{10}", through):
        raise ApiProblem(
            "INVALID_LOGIN_CUSTOMER_ID",
            "The login customer ID in the header must be digits only, without dashes.",
        )
    for start in accessible():
        if start.id == through:
            return _below(start, customer_id)
    raise _no_permission()


def _below(start: Customer, customer_id: str) -> Customer:
    for customer, _ in start.tree():
        if customer.id == customer_id and customer_id not in knobs().lost:
            if customer_id in knobs().cancelled:
                raise ApiProblem(
                    "CUSTOMER_NOT_ENABLED",
                    "The customer account can't be accessed because it is not yet enabled or has "
                    "been deactivated.",
                )
            return customer
    if not start.manager:
        raise ApiProblem("INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION")
    raise _no_permission()


def _no_permission() -> ApiProblem:
    return ApiProblem(
        "USER_PERMISSION_DENIED",
        "User doesn't have permission to access customer. Note: If you're accessing a client "
        "customer, the manager's customer id must be set in the 'login-customer-id' header.",
    )

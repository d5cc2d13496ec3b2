"""What a platform claims: a count of sales and what they are worth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.metrics.figures import ZERO


class Measure(StrEnum):
    """What is compared: how many sales, or for how much."""

    ORDERS = "orders"
    REVENUE = "revenue"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a platform claims; `value` is in the workspace's currency."""

    conversions: Decimal = ZERO
    value: Decimal = ZERO

    def __add__(self, other: Claim) -> Claim:
        return Claim(self.conversions + other.conversions, self.value + other.value)

    def __sub__(self, other: Claim) -> Claim:
        return Claim(self.conversions - other.conversions, self.value - other.value)

    def of(self, measure: Measure) -> Decimal:
        """The side that is held against orders or revenue."""
        return self.conversions if measure == Measure.ORDERS else self.value


NO_CLAIM = Claim()


def added(claims: Iterable[Claim]) -> Claim:
    """Claims added up, on purpose."""
    return sum(claims, NO_CLAIM)

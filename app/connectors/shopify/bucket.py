"""Shopify's leaky bucket of points: one for every app in every shop, kept to before it is empty."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache

import msgspec


class ThrottleStatus(msgspec.Struct, rename="camel"):
    """What is left in the bucket, and how fast it fills."""

    maximum_available: float
    currently_available: float
    restore_rate: float


class Cost(msgspec.Struct, rename="camel"):
    """What a question was priced at before it was answered, and the bucket afterwards."""

    requested_query_cost: float | None = None
    actual_query_cost: float | None = None
    throttle_status: ThrottleStatus | None = None

    @property
    def wait(self) -> float | None:
        """Seconds until a refused question can be paid; None when the answer does not tell."""
        status = self.throttle_status
        if status is None or self.requested_query_cost is None or status.restore_rate <= 0:
            return None
        missing = self.requested_query_cost - status.currently_available
        return max(1.0, missing / status.restore_rate)


class Bucket:
    """What this process knows of one bucket. Nothing is assumed before Shopify has told.

    `page` remembers how many orders of this shop fit into one question.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.page = 0
        self._clock = clock
        self._lock = threading.Lock()
        self._status: ThrottleStatus | None = None
        self._told_at = 0.0
        self._under_way = 0.0
        self._prices: dict[str, float] = {}

    def take(self, question: str, guess: float) -> tuple[float, float]:
        """Points set aside for a question, and the seconds to wait before it is asked."""
        with self._lock:
            points = self._prices.get(question, guess)
            status = self._status
            self._under_way += points
            if status is None or status.restore_rate <= 0:
                return points, 0.0
            refilled = (self._clock() - self._told_at) * status.restore_rate
            held = min(status.maximum_available, status.currently_available + refilled)
            missing = min(self._under_way, status.maximum_available) - held
            return points, max(0.0, missing / status.restore_rate)

    def price(self, question: str) -> float:
        """What a question was priced at when it was last asked; 0 while nobody knows."""
        with self._lock:
            return self._prices.get(question, 0.0)

    def settle(self, question: str, points: float, cost: Cost | None) -> None:
        """The question was answered, or came to nothing."""
        with self._lock:
            self._under_way = max(0.0, self._under_way - points)
            if cost is None:
                return
            if cost.requested_query_cost is not None:
                self._prices[question] = cost.requested_query_cost
            if cost.throttle_status is not None:
                self._status = cost.throttle_status
                self._told_at = self._clock()


@lru_cache(maxsize=512)
def bucket_of(shop_url: str, app: str, clock: Callable[[], float]) -> Bucket:
    """The one bucket of an app in a shop that all of this process shares."""
    del shop_url, app
    return Bucket(clock)

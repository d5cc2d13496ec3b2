"""How often something may be tried, counted in PostgreSQL so that every process sees it.

A try is counted before it is judged, so that a hundred at once cannot all pass the check, and
forgiven when it turns out right: only failures stay counted. docs/security.md says why each
limit counts what it counts.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.errors import TooMany

SIGN_IN_PAIR = RateLimitItemPerMinute(10, 15, namespace="sign-in-pair")
SIGN_IN_DEVICE = RateLimitItemPerMinute(10, 15, namespace="sign-in-device")
SIGN_IN_ADDRESS = RateLimitItemPerMinute(50, 15, namespace="sign-in-address")
SIGN_IN_ACCOUNT = RateLimitItemPerHour(100, 1, namespace="sign-in-account")
SIGN_UP_ADDRESS = RateLimitItemPerHour(120, 1, namespace="sign-up-address")
SIGN_UP_REFUSED = RateLimitItemPerHour(20, 1, namespace="sign-up-refused")
RESET_ACCOUNT = RateLimitItemPerHour(5, 1, namespace="reset-account")
RESET_ADDRESS = RateLimitItemPerHour(20, 1, namespace="reset-address")
EMAIL_CHANGE = RateLimitItemPerHour(10, 1, namespace="email-change")
NOTICE_ACCOUNT = RateLimitItemPerHour(2, 1, namespace="notice-account")
PASTED_TOKEN = RateLimitItemPerHour(60, 1, namespace="pasted-token")
SETUP_CHECK = RateLimitItemPerHour(30, 1, namespace="setup-check")
UPLOAD = RateLimitItemPerHour(240, 1, namespace="upload")
WRITING = RateLimitItemPerHour(240, 1, namespace="writing")
REPORTING = RateLimitItemPerHour(240, 1, namespace="reporting")
LOOKING = RateLimitItemPerHour(240, 1, namespace="looking")
LAUNCHING = RateLimitItemPerHour(120, 1, namespace="launching")
CHANGING = RateLimitItemPerHour(120, 1, namespace="changing")
SHARE_PAIR = RateLimitItemPerMinute(10, 15, namespace="share-pair")
SHARE_LINK = RateLimitItemPerHour(100, 1, namespace="share-link")
TEST_LETTER = RateLimitItemPerHour(20, 1, namespace="test-letter")
CONFIRM_PASSWORD = RateLimitItemPerMinute(10, 15, namespace="confirm-password")

_INCREASE = text(
    """
    INSERT INTO rate_limit (key, hits, expires_at)
    VALUES (:key, greatest(:amount, 0), now() + make_interval(secs => :seconds))
    ON CONFLICT (key) DO UPDATE SET
        hits = CASE WHEN rate_limit.expires_at <= now() THEN excluded.hits
                    ELSE greatest(rate_limit.hits + :amount, 0) END,
        expires_at = CASE WHEN rate_limit.expires_at <= now() THEN excluded.expires_at
                          ELSE rate_limit.expires_at END
    RETURNING hits
    """
)
_COUNT = text("SELECT hits FROM rate_limit WHERE key = :key AND expires_at > now()")
_LEFT = text(
    "SELECT extract(epoch FROM expires_at - now()) FROM rate_limit "
    "WHERE key = :key AND expires_at > now()"
)
_CLEAR = text("DELETE FROM rate_limit WHERE key = :key")
_RESET = text("DELETE FROM rate_limit")


class PostgresStorage(Storage):
    """The `limits` library's counters in the unlogged table rate_limit.

    Each call is a transaction of its own: a request that fails and rolls back stays counted.
    """

    STORAGE_SCHEME = None

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return int(self._ask(_INCREASE, key=key, amount=amount, seconds=expiry))

    def get(self, key: str) -> int:
        return int(self._ask(_COUNT, key=key) or 0)

    def get_expiry(self, key: str) -> float:
        return time.time() + float(self._ask(_LEFT, key=key) or 0)

    def check(self) -> bool:
        return bool(self._ask(text("SELECT 1")))

    def reset(self) -> int | None:
        with self._engine.begin() as connection:
            return connection.execute(_RESET).rowcount

    def clear(self, key: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(_CLEAR, {"key": key})

    def _ask(self, statement: Any, **values: object) -> Any:
        with self._engine.begin() as connection:
            return connection.scalar(statement, values)


@dataclass(frozen=True)
class Count:
    """One limit and whom it counts; `who` is hashed before it is stored."""

    limit: RateLimitItem
    who: str

    @property
    def key(self) -> str:
        """What identifies the counter; no e-mail address is readable in the table."""
        return hashlib.sha256(self.who.encode()).hexdigest()[:32]


class Limiter:
    """Counts tries against limits."""

    def __init__(self, engine: Engine) -> None:
        self._storage = PostgresStorage(engine)
        self._window = FixedWindowRateLimiter(self._storage)

    def count(self, counts: Sequence[Count]) -> None:
        """Count one try against each. Raises TooMany at the first one that is used up."""
        for position, each in enumerate(counts):
            passed = self._window.hit(each.limit, each.key)
            if not passed:
                self.forgive(counts[: position + 1])
                raise TooMany(_sentence(self._wait(each)), retry_after=self._wait(each))

    def forgive(self, counts: Sequence[Count]) -> None:
        """Take one try back: it was right, or was refused for another limit."""
        for each in counts:
            self._storage.incr(each.limit.key_for(each.key), each.limit.get_expiry(), amount=-1)

    def clear(self, each: Count) -> None:
        """Start one counter again."""
        self._window.clear(each.limit, each.key)

    def _wait(self, each: Count) -> int:
        left = self._window.get_window_stats(each.limit, each.key).reset_time - time.time()
        return max(1, math.ceil(left))


def network(address: str) -> str:
    """Whom an address stands for: itself, or for IPv6 the /64 a single subscriber is given."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _sentence(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"There were too many tries in a short time. Nothing was changed. Try again in {wait}."

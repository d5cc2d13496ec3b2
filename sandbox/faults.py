"""Misbehaviour on demand: the next matching requests go wrong in a chosen way."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

KINDS = {
    "rate_limit_account",
    "rate_limit_app",
    "rate_limit_insights",
    "token_expired",
    "token_invalid",
    "token_checkpoint",
    "permission",
    "server_error",
    "unavailable",
    "bad_gateway",
    "reduce_data",
    "too_many_rows",
    "error_in_200",
    "slow",
    "truncated",
    "cut",
    "repeated_cursor",
    "empty_page",
    "no_rows",
    "high_usage",
    "report_failed",
}
"""Those of Meta and of every wire; each further platform adds its own with `also`."""


def also(*kinds: str) -> None:
    """Let these kinds be asked for too; the platform that adds them acts on them."""
    KINDS.update(kinds)


@dataclass
class Fault:
    """`after` matching requests pass unharmed, then the next `times` are hit.

    `minutes` is the hint a rate limit gives, `seconds` how long "slow" takes, `percent` what
    "high_usage" reports.
    """

    kind: str
    path: str = ""
    times: int = 1
    after: int = 0
    minutes: int = 1
    seconds: float = 1.0
    percent: int = 96
    pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no such fault: {self.kind}; there are {', '.join(sorted(KINDS))}")
        self.pattern = re.compile(self.path)

    def describe(self) -> dict[str, Any]:
        names = ("kind", "path", "times", "after", "minutes", "seconds", "percent")
        return {name: getattr(self, name) for name in names}


class Faults:
    """The faults still to come, in the order they were asked for."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._pending.append(fault)

    def take(self, url: str) -> Fault | None:
        """The fault that hits this request, if any; `url` is path and query."""
        with self._lock:
            for fault in self._pending:
                if not fault.pattern.search(url):
                    continue
                if fault.after:
                    fault.after -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self._pending.remove(fault)
                return fault
        return None

    def pending(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.describe() for fault in self._pending]

    def clear(self) -> None:
        with self._lock:
            self._pending.clear()

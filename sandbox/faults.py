"""Misbehaviour on demand: the next matching requests go wrong in a chosen way."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

PLATFORMS = ("meta", "google", "linkedin", "tiktok", "shopify")
WIRE = frozenset({"slow", "truncated", "cut", "bad_gateway"})
"""What `spoiling` does to an answer, whoever gives it."""
AFTER_WRITE = "after_write"
"""What was asked for is done, and the answer is a fault that says nothing of it."""
OF_WRITES = frozenset({AFTER_WRITE})
"""What lets every request pass that writes nothing."""

_KINDS: dict[str, set[str]] = {platform: set(WIRE) for platform in PLATFORMS}
_ANYWHERE = set(WIRE)


def also(*kinds: str, platform: str = "") -> None:
    """Let these kinds be asked for; `platform` acts on them.

    Without it they are of the platform that their names begin with.
    """
    _ANYWHERE.update(kinds)
    for kind in kinds:
        owner = platform or kind.partition("_")[0]
        if owner in _KINDS:
            _KINDS[owner].add(kind)


def known(platform: str = "") -> list[str]:
    """The kinds that a platform acts on, or all there are."""
    return sorted(_KINDS[platform] if platform else _ANYWHERE)


@dataclass
class Fault:
    """`after` matching requests pass unharmed, then the next `times` are hit.

    `platform` narrows it to the requests of one, `path` is a regular expression. `minutes` is the
    hint a rate limit gives, `seconds` how long "slow" takes, `percent` what "high_usage" reports.
    Raises ValueError for what no platform, or not this one, acts on.
    """

    kind: str
    path: str = ""
    times: int = 1
    after: int = 0
    minutes: int = 1
    seconds: float = 1.0
    percent: int = 96
    platform: str = ""
    pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.platform not in ("", *PLATFORMS):
            raise ValueError(f"no such platform: {self.platform}; there are {', '.join(PLATFORMS)}")
        kinds = known(self.platform)
        if self.kind not in kinds:
            told = f"{self.platform} does not act on" if self.platform else "no such fault:"
            raise ValueError(f"{told} {self.kind}; there are {', '.join(kinds)}")
        for name, least in NUMBERS.items():
            value = getattr(self, name)
            whole = type(value) is int or (name == "seconds" and type(value) is float)
            if not whole or value < least:
                raise ValueError(f"{name} is a number from {least} on, not {value!r}")
        self.pattern = re.compile(self.path)

    def hits(self, url: str) -> bool:
        """Whether it is about this request; `url` is its path and what it asks."""
        here = not self.platform or url.startswith(f"/{self.platform}/")
        return here and self.pattern.search(url) is not None

    def describe(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("kind", "platform", "path", *NUMBERS)}


NUMBERS = {"times": 1, "after": 0, "minutes": 0, "seconds": 0, "percent": 0}
"""The least of each; only seconds may be broken."""


class Faults:
    """The faults still to come, in the order they were asked for."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._pending.append(fault)

    def take(self, url: str, spared: Collection[str] = ()) -> Fault | None:
        """The fault that hits this request, if any; `url` is path and query.

        Those of a kind that is `spared` wait for another request.
        """
        with self._lock:
            for fault in self._pending:
                if fault.kind in spared or not fault.hits(url):
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

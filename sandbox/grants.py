"""What can happen to access that a platform has given: it ends, or loses a scope.

Each platform says how that is done to its tokens; a new consent gives everything back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from sandbox.state import state


class Terms(NamedTuple):
    """`revoke` ends all tokens given so far, `scopes` can be lost, the first one by default."""

    revoke: Callable[[], None]
    scopes: tuple[str, ...] = ()


@dataclass
class Withdrawn:
    """The scopes that a platform's user has taken back since the last consent."""

    scopes: dict[str, set[str]] = field(default_factory=dict)


TERMS: dict[str, Terms] = {}


def revoke(platform: str) -> None:
    """Raises ValueError for a platform that gives no tokens."""
    _terms(platform).revoke()


def withdraw(platform: str, scope: str = "") -> str:
    """Take a scope back; answers which. Raises ValueError for one that the platform lacks."""
    scopes = _terms(platform).scopes
    if not scopes:
        raise ValueError(f"{platform} has no scope to lose")
    scope = scope or scopes[0]
    if scope not in scopes:
        raise ValueError(f"{platform} has no scope {scope}; there are {', '.join(scopes)}")
    state().memory(Withdrawn).scopes.setdefault(platform, set()).add(scope)
    return scope


def withdrawn(platform: str) -> set[str]:
    return state().memory(Withdrawn).scopes.get(platform, set())


def consented(platform: str) -> None:
    """A new consent: what was taken back holds again."""
    state().memory(Withdrawn).scopes.pop(platform, None)


def _terms(platform: str) -> Terms:
    if platform not in TERMS:
        raise ValueError(f"no such platform: {platform or '(none)'}; there are {', '.join(TERMS)}")
    return TERMS[platform]

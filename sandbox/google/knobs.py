"""What differs between installations and days at Google, turned at `/google/sandbox/knobs`."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.state import state


@dataclass
class Knobs:
    """`page_rows` is the fixed size of a page, which no request can change.

    `testing`: the consent screen is in Testing, so refresh tokens end after seven days.
    `operations` is what a day (a sliding one) allows, 0 for no limit. `cancelled` are customers
    that are not enabled any more, `lost` those in which the login has no role any more.
    `read_only` are those that it may look at and not change. `conversion_actions` are the accounts'
    "own", a "manager"'s, or there are "none".
    `oldest_version` is the oldest one that still answers, `token_seconds` how long a page token
    lasts.
    """

    page_rows: int = 10_000
    testing: bool = False
    operations: int = 0
    cancelled: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    read_only: list[str] = field(default_factory=list)
    conversion_actions: str = "own"
    oldest_version: int = 23
    token_seconds: int = 7_200


def knobs() -> Knobs:
    """As they are turned now; a reset turns them back."""
    return state().memory(Knobs)

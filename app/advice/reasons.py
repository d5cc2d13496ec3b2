"""Why things were left as they are, each reason said once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Shared:
    """A reason with the names of all it holds for."""

    why: str
    names: Sequence[str]


def by_reason(left_out: Sequence[Sequence[str]]) -> list[Shared]:
    """Of rows of a name and why, as they are stored; reasons in the order they first come."""
    found: dict[str, list[str]] = {}
    for name, why in left_out:
        found.setdefault(why, []).append(name)
    return [Shared(why, names) for why, names in found.items()]


def told(left_out: Sequence[Sequence[str]]) -> str:
    """The first few reasons in a line; empty where nothing was left out.

    One that holds for all is said without names.
    """
    reasons = by_reason(left_out)
    if len(reasons) == 1 and len(left_out) > 1:
        return reasons[0].why
    return " ".join(f"{named(each.names)}: {each.why}" for each in reasons[:_NAMED])


def named(names: Sequence[str]) -> str:
    """The first few names, and how many there are beside them."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")

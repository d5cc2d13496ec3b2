"""How much the last days still grow, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from app.metrics.growth import LAST_DAYS, Grown, Growth, PlatformGrowth
from app.metrics.platforms import platform_label
from app.web import formats

# What is too small to say: half a percent, and for spend, which hardly ever moves, one.
NOTICEABLE = Decimal("0.005")
MOVING = Decimal("0.01")


def sentence(found: Sequence[PlatformGrowth]) -> str:
    """One sentence over all platforms that enough is known of; empty when of none."""
    known = [each for each in found if each.account is None and each.last_days.anything]
    moves = {platform_label(each.platform): _moves(each.last_days) for each in known}
    moving = {label: each for label, each in moves.items() if each}
    still = [label for label, each in moves.items() if not each]
    days = f"The last {len(LAST_DAYS)} days usually"
    if not moving:
        return f"{days} stay as they are on {_and(still)}." if still else ""
    falls = any(growth.usual < 0 for each in moving.values() for growth in each.values())
    said = "; ".join(
        _and([f"{name} by about {_span(growth, signed=falls)}" for name, growth in each.items()])
        + f" on {label}"
        for label, each in moving.items()
    )
    rest = f"; on {_and(still)} they stay as they are" if still else ""
    return f"{days} still {'change' if falls else 'grow'}: {said}{rest}."


def _moves(grown: Grown) -> dict[str, Growth]:
    """The figures that move enough to be said."""
    figures = (
        ("conversions", grown.conversions, NOTICEABLE),
        ("reported revenue", grown.value, NOTICEABLE),
        ("spend", grown.spend, MOVING),
    )
    return {
        name: growth
        for name, growth, least in figures
        if growth is not None and abs(growth.usual) >= least
    }


def _span(growth: Growth, *, signed: bool) -> str:
    usual, low, high = (
        ("+" if signed and share > 0 else "") + formats.percent(share)
        for share in (growth.usual, growth.low, growth.high)
    )
    return f"{usual} ({low} to {high})"


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

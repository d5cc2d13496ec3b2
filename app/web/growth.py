"""How much the last days still grow, in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from app.metrics.growth import LAST_DAYS, Grown, Growth, PlatformGrowth
from app.metrics.platforms import platform_label
from app.web import formats

# Too small to say: half a percent, and for spend, which hardly ever moves, one.
NOTICEABLE = Decimal("0.005")
MOVING = Decimal("0.01")
# Two figures that differ by less grow about as much.
ALIKE = Decimal("0.03")

Known = Mapping[str, Growth]


def sentence(found: Sequence[PlatformGrowth]) -> str:
    """One sentence over all platforms that enough is known of; empty when of none."""
    whole = [each for each in found if each.account is None and each.last_days.anything]
    if not whole:
        return ""
    days = f"The last {len(LAST_DAYS)} days usually"
    conversions = _known(whole, lambda grown: grown.conversions, NOTICEABLE)
    value = _known(whole, lambda grown: grown.value, NOTICEABLE)
    spend = _known(whole, lambda grown: grown.spend, MOVING)
    falls = any(each.usual < 0 for part in (conversions, value, spend) for each in part.values())
    said = [
        _said("conversions", conversions, falls=falls),
        "reported revenue about as much"
        if _alike(conversions, value)
        else _said("reported revenue", value, falls=falls),
        _said("spend", spend, falls=falls),
    ]
    if not any(said):
        return f"{days} stay as they are."
    parts = "; ".join(part for part in said if part)
    return f"{days} still {'change' if falls else 'grow'}: {parts}."


def _known(
    whole: Sequence[PlatformGrowth], pick: Callable[[Grown], Growth | None], least: Decimal
) -> Known:
    """What is known of one figure, by platform, where it moves enough to be said."""
    found = {platform_label(each.platform): pick(each.last_days) for each in whole}
    return {
        label: growth
        for label, growth in found.items()
        if growth is not None and abs(growth.usual) >= least
    }


def _said(name: str, known: Known, *, falls: bool) -> str:
    if not known:
        return ""
    spans = [f"{_span(growth, signed=falls)} on {label}" for label, growth in known.items()]
    return f"{name} by about {_and(spans)}"


def _alike(one: Known, other: Known) -> bool:
    return (
        bool(one)
        and one.keys() == other.keys()
        and all(abs(one[label].usual - other[label].usual) < ALIKE for label in one)
    )


def _span(growth: Growth, *, signed: bool) -> str:
    usual, low, high = (
        ("+" if signed and share > 0 else "") + formats.percent(share)
        for share in (growth.usual, growth.low, growth.high)
    )
    return f"{usual} ({low} to {high})"


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

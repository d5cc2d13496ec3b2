"""Deterministic randomness: the same keys give the same bits on every machine and day."""

from __future__ import annotations

_MASK = (1 << 64) - 1


def noise(*keys: int) -> int:
    """64 well mixed bits of the keys (the splitmix64 finaliser, chained)."""
    mixed = 0x9E3779B97F4A7C15
    for key in keys:
        mixed = ((mixed ^ key) * 0xBF58476D1CE4E5B9) & _MASK
        mixed ^= mixed >> 31
    mixed = (mixed * 0x94D049BB133111EB) & _MASK
    return mixed ^ (mixed >> 29)


def unit(*keys: int) -> float:
    """A number in [0, 1)."""
    return (noise(*keys) >> 11) / (1 << 53)

"""What resembling own ads did, beside a variation."""

from __future__ import annotations

from typing import Any


def own_ads() -> Any:
    """What is known of the workspace's own ads; None while nothing is."""
    return None

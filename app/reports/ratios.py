"""Ratios of a report's sums, exact; None where the divisor is nothing.

By platform and by campaign revenue is what the platform reports, so these are too.
"""

from __future__ import annotations

from decimal import Decimal

from app.reports.document import Figures


def roas(figures: Figures) -> Decimal | None:
    """Reported revenue for each unit spent."""
    return share(figures.reported, figures.spend)


def cost_per_conversion(figures: Figures) -> Decimal | None:
    return share(figures.spend, figures.conversions)


def click_rate(figures: Figures) -> Decimal | None:
    """Clicks for each impression."""
    return share(Decimal(figures.clicks), Decimal(figures.impressions))


def cost_per_click(figures: Figures) -> Decimal | None:
    return share(figures.spend, Decimal(figures.clicks))


def change(now: Decimal, before: Decimal | None) -> Decimal | None:
    """Relative to what was before."""
    return None if not before else now / before - 1


def appeared(now: Decimal | None, before: Decimal | None) -> bool:
    """Whether there is something where there was nothing, so that no ratio can tell the change."""
    return bool(now) and before == 0


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole else None

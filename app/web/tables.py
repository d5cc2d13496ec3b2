"""The numbers of a chart in words, for everyone who would rather read them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from app.metrics.figures import Figures, RevenueSource
from app.metrics.performance import DayFigures
from app.web import formats


def trend_table(
    days: Sequence[DayFigures],
    before: Sequence[DayFigures],
    source: RevenueSource,
    currency: str,
) -> dict[str, list[Any]]:
    """The numbers of the trend, worded."""
    rows = [
        [
            formats.day(now.day),
            *_words(now.figures, source, currency),
            formats.money_exact(_revenue(then, source), currency),
        ]
        for now, then in _aligned(days, before)
    ]
    revenue = f"Revenue, {source.value}"
    columns = ["Day", "Spend", revenue, "ROAS", "Conversions", "CPA", "Revenue before"]
    if not before:
        return {"columns": columns[:-1], "rows": [row[:-1] for row in rows]}
    return {"columns": columns, "rows": rows}


def _words(figures: Figures | None, source: RevenueSource, currency: str) -> list[str]:
    if figures is None:
        return [formats.NOTHING] * 5
    return [
        formats.money_exact(figures.spend, currency),
        formats.money_exact(figures.revenue(source), currency),
        formats.ratio(figures.roas(source)),
        formats.number(figures.conversions, 2),
        formats.money_exact(figures.cpa, currency),
    ]


def _revenue(day: DayFigures | None, source: RevenueSource) -> Decimal | None:
    return day.figures.revenue(source) if day and day.figures else None


def _aligned(
    days: Sequence[DayFigures], before: Sequence[DayFigures]
) -> list[tuple[DayFigures, DayFigures | None]]:
    """Each day with the one it is compared with."""
    missing: list[DayFigures | None] = [None] * max(0, len(days) - len(before))
    return list(zip(days, [*before, *missing], strict=False))

"""Rows become figures for charts.js: data and units, no looks.

The only place where an amount turns into a float; the numbers people read are in the table
that comes with every chart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.metrics.claim import Measure
from app.metrics.claims import StoreAgainstClaims
from app.metrics.figures import Figures, RevenueSource
from app.metrics.performance import DayFigures, PlatformFigures
from app.metrics.period import Period
from app.metrics.platforms import platform_label

Chart = dict[str, Any]
Pick = Callable[[Figures], Decimal | int | None]

# Platforms restate for four weeks, but a click is credited within seven days by default; dashing
# all four weeks would dash every chart of 30 days from end to end and tell nothing.
STILL_ARRIVING = dt.timedelta(days=6)
TRENDS = {"revenue": "Spend vs revenue", "roas": "ROAS", "cpa": "CPA"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a trend: its name, what charts.js calls its role, and where it is read."""

    name: str
    role: str
    pick: Pick


def trend(
    kind: str,
    days: Sequence[DayFigures],
    before: Sequence[DayFigures],
    unsettled: Period | None,
    source: RevenueSource,
    currency: str,
) -> Chart:
    """A line per figure over `days`; the main one also as it was before."""
    lines = _lines(kind, source)
    data: list[Chart] = []
    if any(day.figures for day in before):
        data.append(_previous(lines[0], days, before))
    for line in lines:
        data += _present(line, days, unsettled)
    for trace in data:
        if trace["meta"]["role"] == lines[0].role and trace["meta"].get("part") != "previous":
            trace["fill"] = "tozeroy"
    unit = "ratio" if kind == "roas" else "money"
    return {"data": data, "layout": {"meta": {"unit": unit, "currency": currency}}}


def spend_by_platform(platforms: Sequence[PlatformFigures], currency: str) -> Chart:
    """A ring of those that cost something."""
    spent = [each for each in platforms if each.figures.spend > 0]
    return {
        "data": [
            {
                "type": "pie",
                "labels": [platform_label(each.platform) for each in spent],
                "values": [_float(each.figures.spend) for each in spent],
                "meta": {"roles": [each.platform for each in spent]},
                "hoverinfo": "label+value+percent",
            }
        ],
        "layout": {"meta": {"unit": "money", "currency": currency}},
    }


def claims(found: StoreAgainstClaims, measure: Measure, currency: str) -> Chart:
    """What shops sold as a line over what platforms claim, stacked: as high as they add up to."""
    days = [each.day.isoformat() for each in found.days]
    bars: list[Chart] = [
        {
            "type": "bar",
            "name": f"{platform_label(platform)} claims",
            "x": days,
            "y": [
                _float(claim.of(measure)) if (claim := each.claims.get(platform)) else None
                for each in found.days
            ],
            "meta": {"role": platform},
        }
        for platform in found.platforms
    ]
    sold = {
        "type": "scatter",
        "name": "Orders in your shop" if measure is Measure.ORDERS else "Revenue of your shop",
        "x": days,
        "y": [_float(each.sold(measure)) for each in found.days],
        "meta": {"role": "sold"},
    }
    unit = (
        {"unit": "count"} if measure is Measure.ORDERS else {"unit": "money", "currency": currency}
    )
    return {"data": [*bars, sold], "layout": {"barmode": "stack", "meta": unit}}


def _lines(kind: str, source: RevenueSource) -> list[Line]:
    match kind:
        case "roas":
            return [Line("ROAS", "roas", lambda figures: figures.roas(source))]
        case "cpa":
            return [Line("Cost per conversion", "cpa", lambda figures: figures.cpa)]
        case _:
            return [
                Line("Revenue", "revenue", lambda figures: figures.revenue(source)),
                Line("Spend", "spend", lambda figures: figures.spend),
            ]


def _previous(line: Line, days: Sequence[DayFigures], before: Sequence[DayFigures]) -> Chart:
    """Drawn on the days it is compared with, so that the two lie above each other."""
    pairs = list(zip(days, before, strict=False))
    return {
        "type": "scatter",
        "name": f"{line.name}, before",
        "x": [day.day.isoformat() for day, _ in pairs],
        "y": [_value(then, line.pick) for _, then in pairs],
        "meta": {"role": line.role, "part": "previous"},
    }


def _present(line: Line, days: Sequence[DayFigures], unsettled: Period | None) -> list[Chart]:
    """The line, dashed from where most late conversions are still to come."""
    if unsettled is None:
        return [_trace(line, days)]
    dashed_from = max(unsettled.first, unsettled.last - STILL_ARRIVING)
    settled = [day for day in days if day.day < dashed_from]
    rest = days[max(0, len(settled) - 1) :]
    dashed = _trace(line, rest)
    dashed["meta"]["part"] = "unsettled"
    dashed["showlegend"] = not settled
    if not settled:
        return [dashed]
    # The joint belongs to the settled line; hovering it must not say the figure twice.
    dashed["hoverinfo"] = ["skip", *("all" for _ in rest[1:])]
    return [_trace(line, settled), dashed]


def _trace(line: Line, days: Sequence[DayFigures]) -> Chart:
    return {
        "type": "scatter",
        "name": line.name,
        "x": [day.day.isoformat() for day in days],
        "y": [_value(day, line.pick) for day in days],
        "meta": {"role": line.role},
    }


def _value(day: DayFigures, pick: Pick) -> float | None:
    return None if day.figures is None else _float(pick(day.figures))


def _float(value: Decimal | int | None) -> float | None:
    return None if value is None else float(value)

"""The figures that what budgets return is learnt from, as the methods take them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.metrics.period import Period
from app.metrics.series import history, platform_series
from app.metrics.sources import Sources

LONGEST_DAYS = 104 * 7 + 7

Daily = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class FittingInputs:
    """`spend`, `conversions` and `value` are one list a platform of `names`, one entry a day.

    Money is in the workspace's currency. `without_rate`: some of it is missing, for want of an
    exchange rate.
    """

    days: Period
    names: Sequence[str]
    spend: Daily
    conversions: Daily
    value: Daily
    organic_orders: Sequence[float] | None
    without_rate: bool


def fitting_inputs(session: Session, known: Sources, last: dt.date) -> FittingInputs | None:
    """The whole history up to the last day; None where nothing was advertised."""
    days = history(known, last, LONGEST_DAYS)
    if days is None:
        return None
    series = platform_series(session, known, days)
    if not series.platforms:
        return None
    return FittingInputs(
        days=days,
        names=series.platforms,
        spend=[series.spend[each] for each in series.platforms],
        conversions=[series.conversions[each] for each in series.platforms],
        value=[series.value[each] for each in series.platforms],
        organic_orders=series.organic_orders,
        without_rate=series.without_rate,
    )

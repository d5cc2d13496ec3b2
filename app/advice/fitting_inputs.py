"""The figures that what budgets return is learnt from, as the methods take them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.advice.lots import drawn_days
from app.advice.maturing import arrived
from app.insights.review_days import UNSETTLED_DAYS
from app.metrics.period import WEEK, Period
from app.metrics.series import history, platform_series
from app.metrics.sources import Sources

if TYPE_CHECKING:
    from app.insights.fitting import Fitted

LONGEST_DAYS = 104 * 7 + 7

Daily = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class FittingInputs:
    """`spend`, `conversions` and `value` are one list a platform of `names`, one entry a day.

    Money is in the workspace's currency. `maturity` is what has arrived of the last day and of
    those before it, `drawn` the days that a test drew by lot; None without any. `without_rate`:
    some money is missing, for want of an exchange rate.
    """

    days: Period
    names: Sequence[str]
    spend: Daily
    conversions: Daily
    value: Daily
    organic_orders: Sequence[float] | None
    maturity: Daily | None
    drawn: Sequence[Sequence[bool]] | None
    without_rate: bool

    @property
    def used(self) -> Period:
        """The days that are learnt from: settled whole weeks since any platform had figures."""
        weeks = max(len(self.days) - UNSETTLED_DAYS, 0) // WEEK
        last = max(self.days.last - dt.timedelta(days=UNSETTLED_DAYS), self.days.first)
        told = zip(*self.spend, *self.conversions, *self.value, strict=True)
        begun = next((place for place, day in enumerate(told) if any(day)), 0)
        first = max(
            self.days.first + dt.timedelta(days=begun),
            last - dt.timedelta(days=weeks * WEEK - 1),
        )
        return Period(min(first, last), last)

    def fitted(self) -> list[Fitted]:
        """What budgets return, by platform."""
        # numpy takes a while to load, which the web process needs for little else.
        from app.insights.fitting import fit  # noqa: PLC0415

        return fit(
            self.spend,
            self.conversions,
            self.value,
            names=self.names,
            organic_orders=self.organic_orders,
            maturity=self.maturity,
            randomised=self.drawn,
        )


def fitting_inputs(
    session: Session, known: Sources, last: dt.date, today: dt.date
) -> FittingInputs | None:
    """The whole history up to the last day; None where nothing was advertised.

    `today` is the first day that is not over.
    """
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
        maturity=arrived(session, known, series, today),
        drawn=drawn_days(session, known.workspace_id, series.platforms, days),
        without_rate=series.without_rate,
    )

"""The figures that what budgets return is learnt from, as the methods take them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.advice.demand import organic_orders
from app.advice.going_on import begun_with, going_on
from app.advice.lots import drawn_days
from app.advice.maturing import arrived
from app.insights.review_days import UNSETTLED_DAYS
from app.metrics.chosen import narrowed
from app.metrics.known_days import Active, known_days
from app.metrics.period import WEEK, Period
from app.metrics.series import history, platform_series
from app.metrics.sources import Source, Sources, sources

if TYPE_CHECKING:
    from app.insights.fitting import Fitted, PlatformResponse

LONGEST_DAYS = 104 * 7 + 7
_UNKNOWN = float("nan")

Daily = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class FittingInputs:
    """`spend`, `conversions` and `value` are one list a platform of `names`, one entry a day.

    A day is NaN on which not every account of the platform was read that goes on. Money is in the
    workspace's currency. `maturity` is what has arrived of the last day and of those before it,
    `drawn` the days that a test drew by lot; None without any. `without_rate`: some money is
    missing, for want of an exchange rate.
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
        """The days that may be learnt from: settled whole weeks since any platform had figures."""
        weeks = max(len(self.days) - UNSETTLED_DAYS, 0) // WEEK
        last = max(self.days.last - dt.timedelta(days=UNSETTLED_DAYS), self.days.first)
        told = zip(*self.spend, *self.conversions, *self.value, strict=True)
        begun = next((place for place, day in enumerate(told) if any(_some(day))), 0)
        first = max(
            self.days.first + dt.timedelta(days=begun),
            last - dt.timedelta(days=weeks * WEEK - 1),
        )
        return Period(min(first, last), last)

    def since(self, learnt: PlatformResponse) -> dt.date | None:
        """The first day that this platform's returns were learnt from; None without any."""
        if not learnt.since:
            return None
        used = self.used
        return max(used.first, used.last - dt.timedelta(days=learnt.since * WEEK - 1))

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


def _some(figures: Sequence[float]) -> list[bool]:
    """Which of them are known and more than nothing."""
    return [each > 0 for each in figures]


def fitting_inputs(
    session: Session,
    known: Sources,
    last: dt.date,
    today: dt.date,
    active: Active,
    tested_from: dt.date | None = None,
) -> FittingInputs | None:
    """The whole history up to the last day; None where nothing was advertised.

    Of each platform's accounts that go on: one that was cut would make its end look like a step
    of the budget. With `tested_from` also of those cut since a test began on that day. `today` is
    the first day that is not over.
    """
    days = history(known, last, LONGEST_DAYS)
    if days is None:
        return None
    accounts = _accounts(known, last, tested_from)
    own = narrowed(known, (), [each.account_id for of in accounts.values() for each in of])
    series = platform_series(session, own, days)
    if not series.platforms:
        return None
    whole = sources(session, known.workspace_id)
    told = {each: known_days(accounts[each], active, days) for each in series.platforms}
    spend, conversions, value = (
        [_known(of[each], told[each], days) for each in series.platforms]
        for of in (series.spend, series.conversions, series.value)
    )
    return FittingInputs(
        days=days,
        names=series.platforms,
        spend=spend,
        conversions=conversions,
        value=value,
        organic_orders=organic_orders(session, whole, days, active),
        maturity=arrived(session, own, series, today),
        drawn=drawn_days(session, known.workspace_id, series.platforms, days),
        without_rate=series.without_rate,
    )


def _accounts(
    known: Sources, last: dt.date, tested_from: dt.date | None
) -> Mapping[str, list[Source]]:
    """By platform those that go on, all of them where none does."""
    found = {}
    for platform in known.platforms:
        tested = begun_with(known, platform, tested_from) if tested_from else []
        ongoing = tested or going_on(known, platform, last)
        found[platform] = ongoing or [each for each in known.counted if each.platform == platform]
    return found


def _known(amounts: Sequence[float], told: Period | None, days: Period) -> list[float]:
    return [
        amount if told and day in told else _UNKNOWN
        for day, amount in zip(days, amounts, strict=True)
    ]

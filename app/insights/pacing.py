"""Where a month's spend is heading, against its budget.

Days to come are taken as the last weeks' days of their weekday went, brought to the level of the
last seven days that are over. The bounds narrow from `pacing_under` and `pacing_over` on the first
day to a hundredth either side on the last. Nothing is said before there are three days, nor while
the range of the projection still holds the budget.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from app.insights.finding import Class, Finding, Kind, Number, Range, Unit
from app.insights.noise import middle
from app.insights.period import MonthBudget
from app.insights.thresholds import Thresholds

_FEWEST_DAYS, _WEEK, _WEEKS = 3, 7, 28
_AT_THE_END = 0.01
_LEVEL = 0.8


@dataclass(frozen=True, slots=True)
class Projection:
    """What a month will have spent, if its days go on as the last ones; a range of `_LEVEL`."""

    amount: float
    low: float
    high: float
    days_left: int


def project(month: MonthBudget) -> Projection:
    """Raises ValueError when more days are given than the month has."""
    length = monthrange(month.month.year, month.month.month)[1]
    over = len(month.spent)
    if over > length:
        raise ValueError(f"{month.month:%B} has {length} days, not {over}.")
    days = [month.month + dt.timedelta(each) for each in range(length)]
    series = [*month.earlier, *month.spent]
    weekday = _weekdays(month)
    recent = list(zip(series[-_WEEK:], _before(days[0], over, series)[-_WEEK:], strict=True))
    usual = sum(weekday[day.weekday()] for _, day in recent)
    level = sum(amount for amount, _ in recent) / usual if usual else 0.0
    coming = [level * weekday[day.weekday()] for day in days[over:]]
    wide = middle(_LEVEL) * _daily_noise(series, level, weekday, days[0], over)
    # The level itself is the mean of a week, and wrong for all days to come alike.
    wide *= sqrt(len(coming) + len(coming) ** 2 / _WEEK)
    spent = sum(month.spent)
    amount = spent + sum(coming)
    return Projection(amount, max(amount - wide, spent), amount + wide, len(coming))


def pacing(months: Sequence[MonthBudget], thresholds: Thresholds, currency: str) -> list[Finding]:
    """Budgets that are going to be missed by more than the time of the month allows for."""
    found = []
    for month in months:
        if len(month.spent) < _FEWEST_DAYS or month.budget <= 0:
            continue
        heading = project(month)
        low, high = _bounds(month, heading, thresholds)
        share = heading.amount / month.budget
        missed = abs(heading.amount - month.budget)
        certain = not heading.low <= month.budget <= heading.high
        if low <= share <= high or not certain:
            continue
        if missed >= thresholds.money_at_stake * month.budget:
            found.append(_finding(month, heading, currency))
    return found


def _bounds(month: MonthBudget, heading: Projection, thresholds: Thresholds) -> tuple[float, float]:
    """They close in evenly over the month's days."""
    over = len(month.spent)
    left = heading.days_left / (over + heading.days_left)
    under = 1 - _AT_THE_END - (1 - _AT_THE_END - thresholds.pacing_under) * left
    return under, 1 + _AT_THE_END + (thresholds.pacing_over - 1 - _AT_THE_END) * left


def _before(first: dt.date, over: int, series: Sequence[float]) -> list[dt.date]:
    """The days of a series that ends when `over` days of the month are over."""
    start = first + dt.timedelta(over - len(series))
    return [start + dt.timedelta(each) for each in range(len(series))]


def _weekdays(month: MonthBudget) -> list[float]:
    """What each weekday has of an average day; all alike with less than four weeks."""
    series = [*month.earlier, *month.spent][-_WEEKS:]
    days = _before(month.month, len(month.spent), series)
    average = fmean(series) if series else 0.0
    if len(series) < _WEEKS or not average:
        return [1.0] * _WEEK
    by_day: list[list[float]] = [[] for _ in range(_WEEK)]
    for amount, day in zip(series, days, strict=True):
        by_day[day.weekday()].append(amount)
    return [fmean(each) / average for each in by_day]


def _daily_noise(
    series: Sequence[float], level: float, weekday: Sequence[float], first: dt.date, over: int
) -> float:
    recent = series[-_WEEKS // 2 :]
    days = _before(first, over, recent)
    off = [
        amount - level * weekday[day.weekday()] for amount, day in zip(recent, days, strict=True)
    ]
    return stdev(off) if len(off) > 1 else 0.0


def _finding(month: MonthBudget, heading: Projection, currency: str) -> Finding:
    spent = sum(month.spent)
    over = len(month.spent)
    missed = heading.amount - month.budget
    numbers = {
        "budget": Number(month.budget, Unit.MONEY),
        "spent": Number(spent, Unit.MONEY),
        "projected": Number(heading.amount, Unit.MONEY),
        "share": Number(heading.amount / month.budget, Unit.SHARE),
        "missed": Number(abs(missed), Unit.MONEY),
        "days_over": Number(over, Unit.DAYS),
        "days_left": Number(heading.days_left, Unit.DAYS),
        "daily": Number(spent / over, Unit.MONEY),
    }
    if heading.days_left:
        needed = max(month.budget - spent, 0.0) / heading.days_left
        numbers["daily_needed"] = Number(needed, Unit.MONEY)
    return Finding(
        rule="pacing",
        kind=Kind.CONCERN,
        class_=Class.OBSERVED,
        entities=(month.entity,),
        first=month.month,
        last=month.month + dt.timedelta(over - 1),
        numbers=numbers,
        at_stake=abs(missed),
        currency=currency,
        range=Range(heading.low, heading.high, Unit.MONEY, _LEVEL, per=""),
        facts={"direction": "over" if missed > 0 else "under"},
    )

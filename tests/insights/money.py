"""A period's figures with every amount of money times a factor: another unit, another currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from app.insights.finding import Finding
from app.insights.period import Daily, Feed, MonthBudget, PeriodFigures, StoreSales, Sums, Thing


def in_other_money(account: PeriodFigures, factor: float) -> PeriodFigures:
    """The same account: counts, ratios and days stay as they are."""
    named = {each.name: getattr(account, each.name) for each in fields(account)}
    changed = {name: _times(given, factor) for name, given in named.items()}
    changed["target_cpa"] = _amount(account.target_cpa, factor)
    return PeriodFigures(**changed)


def at_stake(findings: Sequence[Finding]) -> list[float]:
    """Money at stake of each."""
    return [each.at_stake for each in findings]


def _times(given: Any, factor: float) -> Any:
    match given:
        case tuple():
            return tuple(_times(each, factor) for each in given)
        case Thing():
            return _thing(given, factor)
        case StoreSales():
            claims = tuple((who, count, value * factor) for who, count, value in given.claims)
            return replace(given, revenue=given.revenue * factor, claims=claims)
        case MonthBudget():
            return replace(
                given,
                budget=given.budget * factor,
                spent=[each * factor for each in given.spent],
                earlier=[each * factor for each in given.earlier],
            )
        case Feed():
            return replace(given, daily_spend=given.daily_spend * factor)
    return given


def _thing(thing: Thing, factor: float) -> Thing:
    return replace(
        thing,
        now=_sums(thing.now, factor),
        before=_sums(thing.before, factor),
        daily=_days(thing.daily, factor),
        daily_before=_days(thing.daily_before, factor),
        parts=tuple(_thing(each, factor) for each in thing.parts),
        daily_budget=_amount(thing.daily_budget, factor),
        target_cpa=_amount(thing.target_cpa, factor),
    )


def _sums(sums: Sums, factor: float) -> Sums:
    return replace(sums, spend=sums.spend * factor, value=sums.value * factor)


def _days(days: Daily | None, factor: float) -> Daily | None:
    if days is None:
        return None
    spend, value = ([each * factor for each in row] for row in (days.spend, days.value))
    return replace(days, spend=spend, value=value)


def _amount(amount: float | None, factor: float) -> float | None:
    return None if amount is None else amount * factor

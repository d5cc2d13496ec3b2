"""Other budgets for a workspace's platforms: what the past says they would bring, or why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from babel.numbers import get_currency_precision
from sqlalchemy.orm import Session

from app.advice.fitting_inputs import FittingInputs, fitting_inputs
from app.advice.looking import thresholds_of
from app.errors import Invalid
from app.insights.review_days import UNSETTLED_DAYS
from app.insights.thresholds import Thresholds
from app.metrics.known_days import first_active
from app.metrics.period import Period
from app.metrics.platforms import is_shop
from app.metrics.sources import Sources
from app.models import Workspace

if TYPE_CHECKING:
    from app.insights.fitting import Fitted
    from app.insights.what_if import Limits

_WEEKS_A_MONTH = Decimal("365.25") / 12 / 7
_MOST = Decimal(10) ** 13
Span = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Budget:
    """A platform's budget as asked for, within `low` to `high` around today's `now`, a month.

    The limits' reasons are those of `what_if.Limits`. `refused` is that of the limit gone beyond,
    empty within. `mroas` is the middle 80 % of what one more unit of money returns. `now` is the
    mean of `now_weeks` settled weeks; what it returns was learnt since `learnt_from`.
    """

    platform: str
    now: Decimal
    low: Decimal
    high: Decimal
    low_because: str
    high_because: str
    asked: Decimal
    refused: str
    roas: Decimal | None
    mroas: Span | None
    now_weeks: int
    learnt_from: dt.date | None

    @property
    def fixed(self) -> bool:
        """Whether history supports today's budget alone."""
        return self.low >= self.high

    @property
    def counts(self) -> bool:
        """Whether it spends and returns anything now."""
        return self.roas is not None


@dataclass(frozen=True, slots=True)
class Simulation:
    """Money a month; `value` and `change` are the middle 80 % of what platforms would claim.

    `impossible` says why nothing can be said at all, empty otherwise: `nothing`, `shop`, `rates`,
    `behind` (of the platforms `behind`), `quiet` (nothing is spent or returned now), or `history`.
    `days` are those that were learnt from.
    """

    impossible: str = ""
    behind: Sequence[str] = ()
    days: Period | None = None
    budgets: Sequence[Budget] = field(default=())
    spend: Decimal = Decimal(0)
    spend_change: Decimal = Decimal(0)
    value: Span | None = None
    change: Span | None = None
    chance: float | None = None

    @property
    def refused(self) -> list[Budget]:
        """Those that history says nothing about."""
        return [each for each in self.budgets if each.refused]


def simulate(
    session: Session,
    workspace: Workspace,
    wanted: Mapping[str, Decimal],
    *,
    known: Sources,
    now: dt.datetime,
) -> Simulation:
    """What `wanted`, money a month by platform, would bring; those not named stay as they are.

    Raises Invalid for what is no amount, and for platforms that nothing is known of.
    """
    for name, amount in wanted.items():
        _check(name, amount)
    today = known.unfinished_day(workspace.time_zone, now)
    last = today - dt.timedelta(days=1)
    figures = fitting_inputs(session, known, last, today, first_active(session, workspace.id))
    strangers = set(wanted) - set(figures.names if figures else ())
    if strangers:
        raise Invalid(
            f"There are no figures of {', '.join(sorted(strangers))} in this workspace, so nothing "
            "can be said of its budget. Name platforms that it advertises on."
        )
    if figures is None:
        return Simulation("shop" if any(map(is_shop, known.platforms)) else "nothing")
    if figures.without_rate:
        return Simulation("rates", days=figures.used)
    behind = _behind(known, last)
    if behind:
        return Simulation("behind", behind, figures.used)
    return _simulated(figures, wanted, workspace.currency, thresholds_of(workspace))


def _check(name: str, amount: Decimal) -> None:
    if not amount.is_finite() or amount < 0 or amount > _MOST:
        raise Invalid(
            f"The budget of {name} must be an amount of money, from 0 to {_MOST:,}. "
            "Nothing was calculated."
        )


def _behind(known: Sources, last: dt.date) -> list[str]:
    """Platforms some of whose settled days were not read: they are unknown, not zero."""
    needed = last - dt.timedelta(days=UNSETTLED_DAYS)
    return sorted(
        {
            each.platform
            for each in known.counted
            if each.live
            and not is_shop(each.platform)
            and (each.read_through is None or each.read_through < needed)
        }
    )


def _simulated(
    figures: FittingInputs, wanted: Mapping[str, Decimal], currency: str, rules: Thresholds
) -> Simulation:
    # numpy takes a while to load, which the web process needs for nothing else.
    from app.insights.what_if import limits, what_if  # noqa: PLC0415

    fitted = figures.fitted()
    unit = Decimal(1).scaleb(-get_currency_precision(currency))
    budgets = [
        _budget(each, limit, wanted, unit, figures.since(each.response))
        for each, limit in zip(fitted, limits(fitted, rules), strict=True)
    ]
    days = _learnt_from(figures, budgets)
    if all(each.fixed for each in budgets):
        young = any(each.counts for each in budgets)
        return Simulation("history" if young else "quiet", (), days, budgets)
    if any(each.refused for each in budgets):
        return Simulation(days=days, budgets=budgets)
    moved = {each.platform: _weekly(each) for each in budgets if each.asked != each.now}
    found = what_if(fitted, moved, rules)
    counting = [each for each in budgets if each.counts]
    return Simulation(
        days=days,
        budgets=budgets,
        spend=sum((each.asked for each in counting), Decimal(0)),
        spend_change=sum((each.asked - each.now for each in counting), Decimal(0)),
        value=_span(found.monthly_value, unit),
        change=_span(found.monthly_change, unit),
        chance=found.chance,
    )


def _learnt_from(figures: FittingInputs, budgets: Sequence[Budget]) -> Period:
    """The days since anything was learnt from."""
    used = figures.used
    begun = [each.learnt_from for each in budgets if each.counts and each.learnt_from]
    return Period(min(begun, default=used.first), used.last)


def _budget(
    fitted: Fitted,
    limit: Limits,
    wanted: Mapping[str, Decimal],
    unit: Decimal,
    learnt_from: dt.date | None,
) -> Budget:
    """Limits are rounded inwards, so that both ends are answered."""
    response = fitted.response
    now = _monthly(limit.now).quantize(unit, ROUND_HALF_EVEN)
    low = min(_monthly(limit.low).quantize(unit, ROUND_CEILING), now)
    high = max(_monthly(limit.high).quantize(unit, ROUND_FLOOR), now)
    asked = wanted.get(limit.name, now)
    too_high = limit.high_because if asked > high else ""
    marginal = (response.mroas_low, response.mroas_high)
    return Budget(
        platform=limit.name,
        now=now,
        low=low,
        high=high,
        low_because=limit.low_because,
        high_because=limit.high_because,
        asked=asked,
        refused=limit.low_because if asked < low else too_high,
        roas=None if response.roas is None else Decimal(response.roas),
        mroas=None
        if marginal[0] is None or marginal[1] is None
        else (Decimal(marginal[0]), Decimal(marginal[1])),
        now_weeks=response.level_weeks,
        learnt_from=learnt_from,
    )


def _monthly(weekly: float) -> Decimal:
    return Decimal(weekly) * _WEEKS_A_MONTH


def _weekly(budget: Budget) -> float:
    return float(budget.asked / _WEEKS_A_MONTH)


def _span(span: tuple[float, float] | None, unit: Decimal) -> Span | None:
    if span is None:
        return None
    return Decimal(span[0]).quantize(unit), Decimal(span[1]).quantize(unit)

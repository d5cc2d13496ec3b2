"""What other budgets would bring, as a range, within what history supports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from app.insights.fitting import Fitted
from app.insights.reallocation import WEEKS_A_MONTH
from app.insights.response import DRAWS
from app.insights.thresholds import DEFAULTS, Thresholds

# Budgets this near are the same.
_SAME = 1e-6
_MIDDLE = (0.1, 0.9)


@dataclass(frozen=True, slots=True)
class Limits:
    """Money a week, `low` to `high` around today's `now`.

    `low_because` and `high_because`: `step`, `quarter`, `highest`; or where its budget stays as it
    is: `unknown`, nothing is spent or returned now, and `history`, too few weeks to learn from.
    """

    name: str
    now: float
    low: float
    high: float
    low_because: str
    high_because: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A budget that history says nothing about, money a week. `because` is as in `Limits`."""

    name: str
    budget: float
    limits: Limits
    because: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The middle 80 % of value a week as platforms claim it, and of its change.

    All are None where a budget is refused. `chance` is that of any gain, None without a change.
    `spend` and `value` are of the platforms that spend and return something.
    """

    refused: tuple[Refused, ...] = ()
    spend: float = 0.0
    spend_change: float = 0.0
    value: tuple[float, float] | None = None
    change: tuple[float, float] | None = None
    chance: float | None = None

    @property
    def monthly_value(self) -> tuple[float, float] | None:
        """`value` a month."""
        return _monthly(self.value)

    @property
    def monthly_change(self) -> tuple[float, float] | None:
        """`change` a month."""
        return _monthly(self.change)


def limits(fitted: Sequence[Fitted], thresholds: Thresholds = DEFAULTS) -> list[Limits]:
    """How far each budget may be moved; today's is always within."""
    return [_limits(each, thresholds) for each in fitted]


def what_if(
    fitted: Sequence[Fitted], budgets: Mapping[str, float], thresholds: Thresholds = DEFAULTS
) -> WhatIf:
    """What `budgets`, money a week by platform, would bring; those not named stay.

    Raises ValueError for a budget that is negative or no number, or of a platform not fitted.
    """
    unknown = set(budgets) - {each.response.name for each in fitted}
    if unknown:
        raise ValueError(f"there are no figures of {', '.join(sorted(unknown))}")
    for name, budget in budgets.items():
        if not isfinite(budget) or budget < 0:
            raise ValueError(f"the budget of {name} must be an amount of money")
    refused = tuple(
        found for each in limits(fitted, thresholds) if (found := _refusal(each, budgets))
    )
    return WhatIf(refused) if refused else _answer(fitted, budgets)


def _answer(fitted: Sequence[Fitted], budgets: Mapping[str, float]) -> WhatIf:
    steps = [budgets.get(each.response.name, each.response.spend) for each in fitted]
    steps = [budget - each.response.spend for budget, each in zip(steps, fitted, strict=True)]
    speaking = [(each, step) for each, step in zip(fitted, steps, strict=True) if each.speaks]
    gain, now = np.zeros(DRAWS), np.zeros(DRAWS)
    for each, step in speaking:
        gain += each.gain(step)
        now += each.value
    moves = any(abs(step) > _SAME * each.response.spend for each, step in speaking)
    return WhatIf(
        spend=sum(each.response.spend + step for each, step in speaking),
        spend_change=sum(step for _, step in speaking),
        value=_middle(now + gain),
        change=_middle(gain),
        chance=float((gain > 0).mean()) if moves else None,
    )


def _limits(fitted: Fitted, rules: Thresholds) -> Limits:
    now, name = fitted.response.spend, fitted.response.name
    if not fitted.speaks:
        return Limits(name, now, now, now, "unknown", "unknown")
    if fitted.response.weeks < rules.settled_weeks:
        return Limits(name, now, now, now, "history", "history")
    lows = [((1 - rules.step_cap) * now, "step")]
    highs = [
        ((1 + rules.step_cap) * now, "step"),
        (rules.above_highest * fitted.highest, "highest"),
    ]
    if fitted.quarter_ago is not None:
        lows.append(((1 - rules.quarter_cap) * fitted.quarter_ago, "quarter"))
        highs.append(((1 + rules.quarter_cap) * fitted.quarter_ago, "quarter"))
    low, low_because = max(lows)
    high, high_because = min(highs)
    return Limits(name, now, min(low, now), max(high, now), low_because, high_because)


def _refusal(limit: Limits, budgets: Mapping[str, float]) -> Refused | None:
    budget = budgets.get(limit.name, limit.now)
    slack = _SAME * max(limit.now, budget)
    if budget < limit.low - slack:
        return Refused(limit.name, budget, limit, limit.low_because)
    if budget > limit.high + slack:
        return Refused(limit.name, budget, limit, limit.high_because)
    return None


def _middle(draws: np.ndarray) -> tuple[float, float]:
    low, high = (float(each) for each in np.quantile(draws, _MIDDLE))
    return low, high


def _monthly(span: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if span is None else (span[0] * WEEKS_A_MONTH, span[1] * WEEKS_A_MONTH)

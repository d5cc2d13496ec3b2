"""What a planned test costs or brings while it runs, where history supports its budgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from app.insights.fitting import Fitted
from app.insights.response import DRAWS
from app.insights.thresholds import DEFAULTS, Thresholds
from app.insights.what_if import limits

_MIDDLE = (0.1, 0.9)


def cost(
    fitted: Sequence[Fitted],
    levels: Mapping[str, float],
    factors: Mapping[str, Sequence[float]],
    block_weeks: int,
    thresholds: Thresholds = DEFAULTS,
) -> tuple[float, float] | None:
    """The middle 80 % of what value changes by over the whole test, against staying as it is.

    `levels` is money a week by platform, `factors` its blocks' shares of it. None where a budget
    is beyond what `what_if` answers. Every name must be among `fitted`; raises KeyError else.
    """
    known = {each.response.name: each for each in fitted}
    allowed = {each.name: each for each in limits(fitted, thresholds)}
    change = np.zeros(DRAWS)
    for name, level in levels.items():
        each, limit = known[name], allowed[name]
        for factor in factors[name]:
            budget = level * factor
            if not each.speaks or not limit.low <= budget <= limit.high:
                return None
            spend = each.response.spend
            change += block_weeks * (each.gain(budget - spend) - each.gain(level - spend))
    low, high = (float(end) for end in np.quantile(change, _MIDDLE))
    return low, high

"""How a step is spread over several daily budgets: everybody by the same share."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal


def spread(budgets: Sequence[Decimal], share: Decimal, decimals: int) -> list[Decimal]:
    """Each budget changed by `share` of itself, -1 < share; rounded towards what it was.

    Rounded so, no budget changes by more than the share.
    """
    unit = Decimal(1).scaleb(-decimals)
    rounding = ROUND_CEILING if share < 0 else ROUND_FLOOR
    return [(each * (1 + share)).quantize(unit, rounding).normalize() for each in budgets]


def whole_share(step: Decimal, cap: Decimal | None, *totals: Decimal) -> Decimal:
    """As much of `step` as every total allows: money, in the totals' currency.

    `cap` is the largest share of a total that may move, None for no cap. Both sides of a move
    change by the same amount, so the smaller side decides.
    """
    if cap is None:
        return step
    return min(step, *(total * cap for total in totals))


def exceeds(before: Decimal, wanted: Decimal, cap: Decimal) -> bool:
    """Whether a budget changes by more than the cap."""
    return abs(wanted - before) > before * cap

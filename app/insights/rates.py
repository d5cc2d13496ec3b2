"""How many decimals a share needs, so that small ones say something and two can be told apart.

Everything here is in per cent, as it is written: 1.84 for a click rate of 0.0184.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import floor, log10

_FIGURES = 2
# Beyond what it takes for two significant figures; two that differ later are the same in effect.
_MOST_MORE = 2
_TINIEST = 6


def decimals_of(per_cent: float) -> int:
    """Those that leave two significant figures; none from ten on and for what is a whole number."""
    size = abs(per_cent)
    if size >= 10 or abs(size - round(size)) < 10**-_TINIEST:
        return 0
    return min(_FIGURES - 1 - floor(log10(size)), _TINIEST)


def decimals_apart(several: Sequence[float]) -> int:
    """One number of decimals for all that are compared, more where they would look the same.

    Two that look the same even so are the same as far as anybody can tell.
    """
    enough = max(decimals_of(each) for each in several)
    for digits in range(enough, enough + _MOST_MORE + 1):
        if len({_written(each, digits) for each in several}) == len(set(several)):
            return digits
    return enough


def alike(one: float, other: float) -> bool:
    """Whether two are written the same at whatever number of decimals is sensible."""
    digits = decimals_apart([one, other])
    return _written(one, digits) == _written(other, digits)


def _written(per_cent: float, digits: int) -> Decimal:
    """Rounded as babel does it."""
    return round(Decimal(str(per_cent)), digits)

"""The demand that no platform claims: the shops' orders less the conversions of all platforms.

It is the workspace's, whatever part of its advertising is looked at: the sales that a platform
claims are not unclaimed for being left out of a report.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.advice.going_on import goes_on
from app.metrics.known_days import Active, known_days
from app.metrics.period import Period
from app.metrics.platforms import is_shop
from app.metrics.sources import Sources
from app.models import PlatformTotalDay as Total

_UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True)
class _Day:
    """Some accounts together. `tells_orders`: not one of those with figures leaves them out."""

    orders: float
    conversions: float
    tells_orders: bool = True


_NOTHING = _Day(0.0, 0.0)


def organic_orders(
    session: Session, whole: Sources, days: Period, active: Active
) -> list[float] | None:
    """One entry a day, NaN where a shop does not tell its orders or something was not read.

    Of shops that go on; None without any.
    """
    shops = [each for each in whole.counted if is_shop(each.platform) and goes_on(each, days.last)]
    if not shops:
        return None
    claiming = [each for each in whole.counted if not is_shop(each.platform)]
    # What an account claims that is not read any more is not known, and taken for nothing.
    going_on = [each for each in claiming if goes_on(each, days.last)]
    sold = _by_day(session, whole, days, [each.account_id for each in shops])
    claimed = _by_day(session, whole, days, [each.account_id for each in claiming])
    told = known_days([*shops, *going_on], active, days)
    return [
        _unclaimed(sold.get(day, _NOTHING), claimed.get(day, _NOTHING))
        if told and day in told
        else _UNKNOWN
        for day in days
    ]


def _unclaimed(sold: _Day, claimed: _Day) -> float:
    return max(sold.orders - claimed.conversions, 0.0) if sold.tells_orders else _UNKNOWN


def _by_day(
    session: Session, whole: Sources, days: Period, accounts: list[int]
) -> dict[dt.date, _Day]:
    rows = session.execute(
        select(
            Total.day,
            func.coalesce(func.sum(Total.orders), 0),
            func.sum(Total.conversions),
            func.bool_and(Total.orders.is_not(None)),
        )
        .where(
            Total.workspace_id == whole.workspace_id,
            Total.account_id.in_(accounts),
            Total.day.between(days.first, days.last),
        )
        .group_by(Total.day)
    )
    return {
        day: _Day(float(orders), float(conversions), tells_orders=told)
        for day, orders, conversions, told in rows
    }

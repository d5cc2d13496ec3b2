"""What one unit of a currency is worth in another, for spreading a step over budgets."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rates import EURO
from app.errors import Conflict
from app.models import FxRate, ManualRate
from app.sync.rollup import LOOK_BACK_DAYS


def rate(session: Session, workspace_id: int, currency: str, target: str, day: dt.date) -> Decimal:
    """Units of `target` for one of `currency`; an empty target is the same currency.

    The ECB's of late, else the workspace's own, as figures are converted. Raises Conflict when
    there is neither.
    """
    if target in ("", currency):
        return Decimal(1)
    ours, theirs = (_units(session, workspace_id, each, day) for each in (currency, target))
    return theirs / ours


def _units(session: Session, workspace_id: int, currency: str, day: dt.date) -> Decimal:
    if currency == EURO:
        return Decimal(1)
    quoted = session.scalar(
        select(FxRate.units_per_eur)
        .where(
            FxRate.currency == currency,
            FxRate.day.between(day - dt.timedelta(days=LOOK_BACK_DAYS), day),
        )
        .order_by(FxRate.day.desc())
        .limit(1)
    )
    typed = select(ManualRate.units_per_eur).where(
        ManualRate.workspace_id == workspace_id,
        ManualRate.currency == currency,
        ManualRate.from_day <= day,
    )
    found = quoted or session.scalar(typed.order_by(ManualRate.from_day.desc()).limit(1))
    if found is None:
        raise Conflict(
            f"There is no exchange rate for {currency}, so a step cannot be spread over its "
            "budgets. Open Settings and type one in."
        )
    return found

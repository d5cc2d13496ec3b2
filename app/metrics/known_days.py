"""On which days all of some accounts are known, so that their sum is a sum of all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from app.metrics.period import Period
from app.metrics.sources import Source
from app.models import PlatformTotalDay as Total

# An account that was read for so long before it began had nothing going on before that, either.
_NOTHING_BEFORE = dt.timedelta(days=28)


Active = Mapping[int, dt.date]
"""By account the first day held on which it spent or sold anything."""


def first_active(session: Session, workspace_id: int) -> Active:
    """Of every account of a workspace that ever did."""
    rows: Sequence[Row[*tuple[int, dt.date]]] = session.execute(
        select(Total.account_id, func.min(Total.day))
        .where(
            Total.workspace_id == workspace_id,
            or_(Total.native_spend > 0, Total.conversions > 0, Total.orders > 0),
        )
        .group_by(Total.account_id)
    ).all()
    return {row[0]: row[1] for row in rows}


def known_days(accounts: Iterable[Source], active: Active, within: Period) -> Period | None:
    """The days of `within` on which each of the accounts was read; None for none.

    Days before an account's history count where it was held for four weeks before it began: it
    had not begun then. An account without a figure adds nothing and is known on every day.
    """
    first, last = within.first, within.last
    for each in accounts:
        begun = active.get(each.account_id)
        if begun is None or each.history_from is None or each.read_through is None:
            continue
        if begun - each.history_from < _NOTHING_BEFORE:
            first = max(first, each.history_from)
        last = min(last, each.read_through)
    return Period(first, last) if first <= last else None

"""How much of recent days' conversions has arrived, as the budget methods take it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from app.advice.alarming import LEARN_FROM_DAYS
from app.metrics.ages import conversions_at_ages
from app.metrics.period import Period
from app.metrics.series import PlatformSeries
from app.metrics.sources import Sources


def arrived(
    session: Session, known: Sources, series: PlatformSeries, today: dt.date
) -> list[list[float]] | None:
    """By platform the shares for the ages of the last day of `series` and of those before it.

    1 where no readings tell; None where they do of no platform. `today` is the first day that
    is not over.
    """
    import numpy as np  # noqa: PLC0415 the web process needs it for little else

    from app.insights.maturity import SETTLED, learn  # noqa: PLC0415 as above

    last = series.days.last
    days = Period.ending(last, min(len(series.days), LEARN_FROM_DAYS))
    held = {each: series.conversions[each][-len(days) :] for each in series.platforms}
    ledger = conversions_at_ages(session, known, days, held, today)
    learnt = [learn(np.array(ledger[each], dtype=np.float64)) for each in series.platforms]
    if not any(learnt):
        return None
    youngest = (today - last).days - 1
    final = [1.0] * (SETTLED + 1)
    return [
        (final if each is None else [float(share) for share in each.share])[youngest:]
        for each in learnt
    ]

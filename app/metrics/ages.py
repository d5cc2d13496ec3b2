"""What days amounted to when they were young, by platform, from readings that were made then."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.metrics.period import Period
from app.metrics.sources import Sources
from app.models import DayAtAge

SETTLED = 28
ONE_DAY = dt.timedelta(days=1)


def conversions_at_ages(
    session: Session,
    known: Sources,
    days: Period,
    final: dict[str, Sequence[float]],
    today: dt.date,
) -> dict[str, list[list[float | None]]]:
    """By platform (days, ages 0 to 28): age 0 is the first look after the day ended.

    `final` are the conversions held now, one a day of `days`: they stand for age 28 of days that
    are that old. None where not every account that counts was read at that age.
    """
    wanted = Counter(source.platform for source in known.counted)
    read = _readings(session, known, days)
    return {
        platform: [
            [
                *(
                    _whole(read.get((platform, day, age)), wanted[platform])
                    for age in range(SETTLED)
                ),
                held if today - day > SETTLED * ONE_DAY else None,
            ]
            for day, held in zip(days, amounts, strict=True)
        ]
        for platform, amounts in final.items()
    }


Readings = dict[tuple[str, dt.date, int], tuple[int, float]]


def _readings(session: Session, known: Sources, days: Period) -> Readings:
    """By platform, day and age: how many accounts were read, and their conversions."""
    rows = session.execute(
        select(DayAtAge.account_id, DayAtAge.day, DayAtAge.age, DayAtAge.conversions).where(
            DayAtAge.workspace_id == known.workspace_id,
            DayAtAge.account_id.in_(known.account_ids),
            DayAtAge.day.between(days.first, days.last),
            DayAtAge.age.between(1, SETTLED),
        )
    )
    platform_of = {source.account_id: source.platform for source in known.counted}
    read: Readings = {}
    for account_id, day, age, conversions in rows:
        place = (platform_of[account_id], day, age - 1)
        count, amount = read.get(place, (0, 0.0))
        read[place] = (count + 1, amount + float(conversions))
    return read


def _whole(found: tuple[int, float] | None, accounts: int) -> float | None:
    return found[1] if found is not None and found[0] == accounts else None

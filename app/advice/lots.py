"""Days whose budgets were drawn by lot and spent as drawn, of tests running and past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice.evaluations import evaluated
from app.advice.planned import WEEK
from app.metrics.period import Period
from app.models import PlannedTest


def drawn_days(
    session: Session, workspace_id: int, names: Sequence[str], days: Period
) -> list[list[bool]] | None:
    """By platform of `names` one entry a day of `days`; None where there was no test.

    Read from what was last evaluated, so that a change of currency misreads nothing.
    """
    tests = session.scalars(
        select(PlannedTest).where(
            PlannedTest.workspace_id == workspace_id, PlannedTest.evaluation.is_not(None)
        )
    ).all()
    if not tests:
        return None
    drawn = {name: _days_of(tests, name) for name in names}
    return [[day in drawn[name] for day in days] for name in names]


def _days_of(tests: Sequence[PlannedTest], name: str) -> set[dt.date]:
    return {
        test.first + dt.timedelta(days=WEEK * week + day)
        for test in tests
        if (read := evaluated(test)) is not None
        for week, followed in enumerate(read.as_drawn.get(name, ()))
        if followed
        for day in range(WEEK)
    }

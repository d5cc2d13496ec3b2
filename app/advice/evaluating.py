"""Reading tests: what their weeks say once they are over and settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice.alarming import alarm_findings
from app.advice.evaluations import Evaluated, evaluated, keep
from app.advice.fitting_inputs import FittingInputs, fitting_inputs
from app.advice.going_on import begun_with
from app.advice.looking import in_doubt, thresholds_of
from app.advice.planned import WEEK, advance, day_of, weeks_run
from app.metrics.known_days import Active, first_active
from app.metrics.period import Period
from app.metrics.platforms import platform_label
from app.metrics.sources import Sources
from app.models import PlannedTest, Workspace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from app.insights.planned_test import Plan

_ONE_DAY = dt.timedelta(days=1)
_LATELY_DAYS = 28


def read_tests(session: Session, workspace: Workspace, known: Sources, now: dt.datetime) -> None:
    """Bring the tests' states up to the day and keep what their weeks say. The caller commits.

    A test that was read to its end stays as it was read, and one in another currency as it was
    before the workspace's was changed.
    """
    advance(session, workspace, day_of(workspace, now))
    session.flush()
    open_ones = [each for each in _begun(session, workspace) if not _is_done(each)]
    if not open_ones:
        return
    today = known.unfinished_day(workspace.time_zone, now)
    active = first_active(session, workspace.id)
    doubtful = _in_doubt(session, workspace, known, active, today, now)
    for test in open_ones:
        figures = fitting_inputs(session, known, today - _ONE_DAY, today, active, test.first)
        if figures is None or figures.without_rate:
            continue
        last = _read_through(known, test, figures.days.last)
        if last is not None and last >= test.first and _is_held(test, figures):
            keep(test, _read(test, figures, last, workspace, doubtful=doubtful), now)


def _in_doubt(
    session: Session,
    workspace: Workspace,
    known: Sources,
    active: Active,
    today: dt.date,
    now: dt.datetime,
) -> set[str]:
    last, rules = today - _ONE_DAY, thresholds_of(workspace)
    days = Period.ending(last, _LATELY_DAYS)
    alarms = alarm_findings(
        session, workspace, days, known=known, active=active, today=today, now=now, rules=rules
    )
    return in_doubt(known, last, now, alarms)


def _begun(session: Session, workspace: Workspace) -> Sequence[PlannedTest]:
    return session.scalars(
        select(PlannedTest)
        .where(
            PlannedTest.workspace_id == workspace.id,
            PlannedTest.currency == workspace.currency,
            PlannedTest.state != "planned",
        )
        .order_by(PlannedTest.id)
    ).all()


def _is_done(test: PlannedTest) -> bool:
    if test.stopped_on is not None and not weeks_run(test, test.stopped_on):
        return True
    found = evaluated(test)
    return found is not None and found.complete and test.state != "running"


def _is_held(test: PlannedTest, figures: FittingInputs) -> bool:
    """Whether its figures are there from its first day on; those of a cut account may be gone."""
    return test.first >= figures.days.first and set(test.platforms) <= set(figures.names)


def _read_through(known: Sources, test: PlannedTest, last: dt.date) -> dt.date | None:
    """The last day that was read of every tested platform; a later one is unknown, not zero.

    Accounts that ended before the test are no part of it.
    """
    edges = [last]
    for platform in test.platforms:
        mine = [each.read_through for each in begun_with(known, platform, test.first)]
        if not mine or None in mine:
            return None
        edges.append(min(each for each in mine if each is not None))
    return min(edges)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Figures of the tested platforms, a row each, up to the last day that was read.

    The test begins in column `begins`. `maturity` is what has arrived by then of the last day and
    of those before it.
    """

    begins: int
    spend: NDArray[np.float64]
    conversions: NDArray[np.float64]
    value: NDArray[np.float64]
    organic_orders: Sequence[float] | None
    maturity: NDArray[np.float64] | None


def _rows(test: PlannedTest, figures: FittingInputs, last: dt.date) -> _Rows:
    import numpy as np  # noqa: PLC0415 the web process needs it for little else

    days = (last - figures.days.first).days + 1
    cut = len(figures.days) - days
    rows = [list(figures.names).index(each) for each in test.platforms]
    spend, conversions, value = (
        np.array([of[row][:days] for row in rows])
        for of in (figures.spend, figures.conversions, figures.value)
    )
    arrived, organic = figures.maturity, figures.organic_orders
    return _Rows(
        begins=(test.first - figures.days.first).days,
        spend=spend,
        conversions=conversions,
        value=value,
        organic_orders=None if organic is None else organic[:days],
        maturity=None if arrived is None else np.array([arrived[row][cut:] for row in rows]),
    )


def _read(
    test: PlannedTest,
    figures: FittingInputs,
    last: dt.date,
    workspace: Workspace,
    *,
    doubtful: Collection[str],
) -> Evaluated:
    from app.insights.planned_test import as_drawn, evaluate  # noqa: PLC0415 needs numpy
    from app.insights.tested import result_finding  # noqa: PLC0415 as above

    of_weeks = weeks_run(test, test.last + _ONE_DAY)
    planned, seen = _shortened(as_plan(test), of_weeks), _rows(test, figures, last)
    found = evaluate(
        planned,
        seen.begins,
        seen.spend,
        seen.conversions,
        seen.value,
        maturity=seen.maturity,
        organic_orders=seen.organic_orders,
        doubtful=doubtful,
        thresholds=thresholds_of(workspace),
    )
    spent = seen.spend[:, seen.begins :]
    over = min(spent.shape[1] // WEEK, of_weeks)
    drawn = as_drawn(planned, spent, over)
    labels = {each: platform_label(each) for each in test.platforms}
    said = result_finding(found, planned, test.first, labels=labels, currency=test.currency)
    return Evaluated(
        weeks=found.weeks,
        of_weeks=of_weeks,
        as_drawn={
            name: [bool(each) for each in row]
            for name, row in zip(test.platforms, drawn, strict=True)
        },
        lately=_lately(test.platforms, spent[:, : over * WEEK]),
        last=last,
        found=said if found.weeks else None,
    )


def _lately(platforms: Sequence[str], spent: NDArray[np.float64]) -> dict[str, float]:
    """Money a day in the last week, of platforms of which every day of it is known."""
    return {
        name: float(row.mean())
        for name, row in zip(platforms, spent[:, -WEEK:], strict=True)
        if row.size and isfinite(row.sum())
    }


def as_plan(test: PlannedTest) -> Plan:
    """The test as the methods take it."""
    import numpy as np  # noqa: PLC0415 the web process needs it for little else

    from app.insights.planned_test import Plan, Size  # noqa: PLC0415 as above

    factors = np.array([[float(each) for each in test.factors[name]] for name in test.platforms])
    return Plan(
        tuple(test.platforms),
        np.array([float(test.levels[name]) for name in test.platforms]),
        np.repeat(factors, test.block_weeks, axis=1),
        test.block_weeks,
        float(test.swing),
        Size(test.size),
    )


def _shortened(planned: Plan, weeks: int) -> Plan:
    """Only the weeks that were not stopped."""
    return replace(planned, factors=planned.factors[:, :weeks])

"""What a planned test found, as a finding. Its words are in the sentences on planned tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from app.insights.finding import TEST_RULE, Entity, Finding, Number, Unit
from app.insights.moving import reallocation_finding
from app.insights.planned_test import Evaluation, Plan


def result_finding(
    found: Evaluation,
    planned: Plan,
    begins: dt.date,
    *,
    labels: Mapping[str, str],
    currency: str,
) -> Finding:
    """The class is that of the move the test speaks for; it promises nothing of its own.

    The move itself is recommended from the whole history, in which the test's weeks count as
    drawn by lot, so no gain is claimed twice.
    """
    last = begins + dt.timedelta(weeks=planned.weeks, days=-1)
    told = reallocation_finding(
        found.advice, labels=labels, first=begins, last=last, currency=currency
    )
    tested = tuple(Entity("platform", name, labels.get(name, name), name) for name in planned.names)
    return replace(
        told,
        rule=TEST_RULE,
        entities=told.entities or tested,
        numbers={
            **told.numbers,
            "tested_weeks": Number(planned.weeks, Unit.WEEKS),
            "followed": Number(found.followed, Unit.SHARE),
            "swing": Number(planned.swing, Unit.SHARE),
        },
        at_stake=0.0,
        range=None,
        review_on=None,
    )

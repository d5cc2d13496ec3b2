"""When a finding is looked at again: the one answer for rules, pages, reports and the reviews."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

from app.insights.finding import Finding

# How many days after its last one a finding is held against what happened.
STAGES = (14, 28)
# As the methods drop them: until then most conversions of a day have arrived.
UNSETTLED_DAYS = 7
# A budget that was moved is left alone for as long as both stages take.
_FIRST_STAGE = {"reallocation": 28}
# These learn from settled days alone.
_LEARNT = ("reallocation",)
_DAY = dt.timedelta(1)


def review_on(finding: Finding, made: Collection[int] = ()) -> dt.date | None:
    """The day by which the days of its next review have settled, if they are all read.

    `made` are the stages that were reviewed already. None where none is left, and for what
    promises nothing. A month's budget is judged once the month has settled.
    """
    if not finding.promises:
        return None
    first = _FIRST_STAGE.get(finding.rule, STAGES[0])
    ends = [
        finding.last + dt.timedelta(each) for each in STAGES if each >= first and each not in made
    ]
    if finding.rule == "pacing":
        month = _month_end(finding.first)
        return next((max(_settled(month), e + _DAY) for e in ends if e >= month), None)
    return _settled(ends[0]) if ends else None


def rests_through(finding: Finding) -> dt.date:
    """The last day that it rests on. What budgets return is learnt from settled days alone."""
    if finding.rule not in _LEARNT:
        return finding.last
    return max(finding.last - dt.timedelta(UNSETTLED_DAYS), finding.first)


def dated(finding: Finding) -> Finding:
    """The finding with the day of its first review."""
    return replace(finding, review_on=review_on(finding))


def _settled(last: dt.date) -> dt.date:
    """The first day on which no figure up to `last` counts as open any more."""
    return last + dt.timedelta(UNSETTLED_DAYS) + _DAY


def _month_end(day: dt.date) -> dt.date:
    return (day.replace(day=1) + 31 * _DAY).replace(day=1) - _DAY

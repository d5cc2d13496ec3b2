"""The findings of whatever days somebody asks for, computed then and kept nowhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.advice.asking import settled_part
from app.advice.left_out import LeftOut, Place, left_out
from app.advice.looking import look
from app.errors import Invalid
from app.insights.finding import Finding
from app.metrics.period import Period, compare
from app.metrics.sources import Sources
from app.models import Workspace

# As long as a report may be: three years.
LONGEST_DAYS = 1100


@dataclass(frozen=True, slots=True)
class Answered:
    """Findings of `days`, the part of the asked ones that is over; None where none is.

    Wins and concerns rest on `settled`, the days that hardly change any more. What is not among
    the findings is nothing to tell of, unless it was `left_out`.
    """

    findings: Sequence[Finding]
    days: Period | None
    settled: Period | None
    left_out: Sequence[LeftOut]


def answer_for(
    session: Session, workspace: Workspace, asked: Period, *, known: Sources, now: dt.datetime
) -> Answered:
    """Look at these days and as many before them. Raises Invalid for days that are to come."""
    place = Place(session, known, known.unfinished_day(workspace.time_zone, now), now)
    if len(asked) > LONGEST_DAYS:
        raise Invalid(
            f"from: That is more than {LONGEST_DAYS} days. Ask for a shorter range. "
            "Nothing was computed."
        )
    if asked.first > place.today:
        raise Invalid(
            f"from: {asked.first} has not begun, so there is nothing to find. Ask for days before "
            f"{place.today}."
        )
    before = compare(asked, place.today).before
    missing = left_out(place, asked, before)
    days = asked.before(place.today)
    if days is None:
        return Answered((), None, None, missing)
    found = look(session, workspace, days, before, known=known, now=now)
    return Answered(found, days, settled_part(known, days, place.today), missing)

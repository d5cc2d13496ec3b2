"""What was read of tests so far, as it is kept with them."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.insights.finding import Finding
from app.models import PlannedTest

logger = logging.getLogger(__name__)

RESULT_STANDS = dt.timedelta(days=28)


class Evaluated(msgspec.Struct, kw_only=True, frozen=True):
    """`weeks` of `of_weeks` are over and settled; `of_weeks` is fewer where it was stopped.

    `as_drawn` tells by platform of every week that is over, settled or not, whether it was spent
    as drawn; `lately` is money a day in the last of them. `last` is the last day of the figures it
    was read from. `found` is what they say, None where no whole week is settled.
    """

    weeks: int
    of_weeks: int
    as_drawn: Mapping[str, Sequence[bool]]
    lately: Mapping[str, float]
    last: dt.date
    found: Finding | None

    @property
    def complete(self) -> bool:
        """Whether nothing more will be learnt."""
        return self.weeks >= self.of_weeks

    @property
    def over(self) -> int:
        """How many weeks are over, settled or not."""
        return max((len(each) for each in self.as_drawn.values()), default=0)

    @property
    def followed(self) -> float:
        """The share of what is over, by platform and week, that was spent as drawn."""
        told = [each for row in self.as_drawn.values() for each in row]
        return sum(told) / len(told) if told else 0.0


def evaluated(test: PlannedTest) -> Evaluated | None:
    """None before anything was read.

    What an older version kept and nobody can read any more is as if it were not there, and logged:
    the next look reads the test anew.
    """
    if test.evaluation is None:
        return None
    try:
        return msgspec.convert(test.evaluation, Evaluated)
    except msgspec.ValidationError as error:
        logger.warning("What was read of test %d is left out: %s", test.id, error)
        return None


def _is_unreadable(test: PlannedTest) -> bool:
    return test.evaluation is not None and evaluated(test) is None


def keep(test: PlannedTest, found: Evaluated, now: dt.datetime) -> None:
    """Store it with the test. The caller commits.

    A test that was over and could not be read any more is still as old as when it was read first,
    so that a result of long ago is not told as a new one.
    """
    if not (_is_unreadable(test) and test.state != "running"):
        test.evaluated_at = now
    test.evaluation = msgspec.to_builtins(found)


def results(session: Session, workspace_id: int, now: dt.datetime) -> list[Finding]:
    """What tests found that ran to their end and were read to their end lately."""
    tests = session.scalars(
        select(PlannedTest)
        .where(
            PlannedTest.workspace_id == workspace_id,
            PlannedTest.state == "ended",
            PlannedTest.evaluated_at >= now - RESULT_STANDS,
        )
        .order_by(PlannedTest.id)
    )
    read = [found for test in tests if (found := evaluated(test)) and found.complete]
    return [each.found for each in read if each.found is not None]

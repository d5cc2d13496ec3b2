"""What was read of tests so far, as it is kept with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.insights.finding import Finding
from app.models import PlannedTest

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
    """None before anything was read."""
    return None if test.evaluation is None else msgspec.convert(test.evaluation, Evaluated)


def keep(test: PlannedTest, found: Evaluated, now: dt.datetime) -> None:
    """Store it with the test. The caller commits."""
    test.evaluation, test.evaluated_at = msgspec.to_builtins(found), now


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

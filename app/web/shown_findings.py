"""A stored finding with its words, as pages show it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.advice.permissions import InTheWay, Lack, in_the_way, rights
from app.advice.plans import REALLOCATION, plan_of
from app.extensions import db
from app.insights.finding import Class, Finding
from app.insights.plain_words import expected_ends, say_kept
from app.insights.review_days import rests_through
from app.insights.sentences.en.missing import MISSING
from app.insights.thresholds import DEFAULTS
from app.insights.words import Manner, Said
from app.models import StoredFinding
from app.reports.findings import rows_of
from app.reports.tired import TiredRow, tired_in
from app.web import access

CLASSES = {
    Class.RECOMMEND: "Recommend",
    Class.LEANING: "Leaning",
    Class.WORTH_TESTING: "Worth testing",
    Class.SILENT: "Nothing safe to recommend",
    Class.ACT: "Recommend",
}
# Where one of these is missing there is nothing to test, or not now.
NO_TEST = {"platforms", "recent_move", "running_test"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding with its words.

    `low` and `high` are empty without a range of what is expected, `ads` are the tired ones, empty
    for any other finding. `lacks` is what connections it would be applied through may not do.
    """

    stored: StoredFinding
    finding: Finding
    said: Said
    days: str
    rows: str
    ads: list[TiredRow]
    low: str
    high: str
    appliable: bool
    lacks: Sequence[Lack] = ()

    @property
    def silent(self) -> bool:
        """Whether it says that there is nothing to follow."""
        return self.finding.class_ is Class.SILENT

    @property
    def promises(self) -> bool:
        """Whether there is anything to be reviewed."""
        return self.finding.promises

    @property
    def testable(self) -> bool:
        """Whether a planned test would tell more than can be said now."""
        return (
            self.finding.rule == REALLOCATION
            and self.finding.class_ in (Class.SILENT, Class.WORTH_TESTING)
            and not NO_TEST & set(self.finding.missing)
        )

    @property
    def tested(self) -> bool:
        """Whether it waits for the test that is on."""
        return "running_test" in self.finding.missing

    @property
    def platforms(self) -> list[str]:
        """Those that it is about."""
        return [each.key for each in self.finding.entities if each.kind == "platform"]

    @property
    def missing(self) -> list[str]:
        """What kept it from going further."""
        return [MISSING[each].wanted for each in self.finding.missing if each in MISSING]


def shown(kept: Iterable[tuple[StoredFinding, Finding]]) -> list[Shown]:
    """Findings of the workspace as they were kept."""
    session, place = db.session(), access.workspace().id
    several = list(kept)
    made = {stored.id: plan_of(finding, DEFAULTS) for stored, finding in several}
    plans = {number: plan for number, plan in made.items() if plan}
    ways = in_the_way(session, place, rights(session, place), list(plans.values()))
    by_id = dict(zip(plans, ways, strict=True))
    return [_shown(stored, finding, by_id.get(stored.id)) for stored, finding in several]


def _shown(stored: StoredFinding, finding: Finding, way: InTheWay | None) -> Shown:
    """`way` is None for what cannot be applied."""
    manner = Manner(finding.currency or access.workspace().currency)
    low, high = expected_ends(finding, manner)
    return Shown(
        stored=stored,
        finding=finding,
        said=say_kept(finding, manner),
        days=_days(finding, manner),
        rows=rows_of(finding),
        ads=tired_in(finding, manner),
        low=low,
        high=high,
        appliable=way is not None and not way.stopped and not stored.is_done,
        lacks=way.lacks if way else (),
    )


def _days(finding: Finding, manner: Manner) -> str:
    last = rests_through(finding)
    count: int = (last - finding.first) // dt.timedelta(days=1) + 1
    return f"{manner.days(finding.first, last)}, {count} day{'' if count == 1 else 's'}"

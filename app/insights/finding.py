"""What every rule returns: a dated finding with its numbers, never a sentence.

Sentences are made of it later (`app.insights.words`), by rule or by a model whose figures are
checked against these numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a finding is for its reader."""

    WIN = "win"
    CONCERN = "concern"
    RECOMMENDATION = "recommendation"


class Class(StrEnum):
    """How far a finding goes. The first four are those of a reallocation, from strong to none.

    `act`: another recommendation whose condition is met outright. `observed`: a win or concern.
    """

    RECOMMEND = "recommend"
    LEANING = "leaning"
    WORTH_TESTING = "worth_testing"
    SILENT = "silent"
    ACT = "act"
    OBSERVED = "observed"


# They promise nothing that could be held against them later.
CLAIMS_NOTHING = (Class.SILENT, Class.WORTH_TESTING)
# What a planned test found: what follows from it is recommended by another rule.
TEST_RULE = "planned_test"


class Unit(StrEnum):
    """What a number counts. Shares are of one; money is in the finding's currency, major units."""

    MONEY = "money"
    SHARE = "share"
    MULTIPLE = "multiple"
    COUNT = "count"
    DAYS = "days"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Number:
    """A figure and its unit. `change`: a relative one, worded with its sign."""

    value: float
    unit: Unit
    change: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    """What a finding is about.

    `kind` is workspace, platform, account, campaign, channel, placement, ad_group or ad. `key` is
    the platform's slug, the row's id as text, or for a channel or placement `platform/word`.
    `role` tells several apart: `from` and `to` of a move, `carries` for one that explains it.
    """

    kind: str
    key: str
    name: str
    platform: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """The middle `level` of what is expected. `per` is month, day or empty for no rate."""

    low: float
    high: float
    unit: Unit = Unit.MONEY
    level: float = 0.8
    per: str = "month"

    @property
    def tells_a_change(self) -> bool:
        """Whether its ends are relative changes, which are written with their sign."""
        return self.unit is Unit.SHARE and not self.per


@dataclass(frozen=True, slots=True)
class Finding:
    """`first` to `last` are the days it rests on, both included, and reviews count from the last.

    Where that one had not settled, `review_days.rests_through` is the last it was learnt from.

    `at_stake` is money over these days and what findings are ranked by. `certainty` is a
    probability from 0 to 1, None where a rule has none. `missing` names inputs whose absence kept
    it from going further: `store`, `history`, `variation`, `conversions`, `fresh_data`, `target`,
    `budget`, `comparable`. `facts` are words that its sentences need and that are no numbers, such
    as a status; of an incident also `since`, the day it began when it was told first, `lead`, what
    it was about then as in its key, and `over` where it no longer lasts.
    """

    rule: str
    kind: Kind
    class_: Class
    entities: tuple[Entity, ...]
    first: dt.date
    last: dt.date
    numbers: Mapping[str, Number]
    at_stake: float = 0.0
    currency: str = ""
    range: Range | None = None
    certainty: float | None = None
    review_on: dt.date | None = None
    missing: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def promises(self) -> bool:
        """Whether it says anything that could be held against it later."""
        return self.class_ not in CLAIMS_NOTHING and self.rule != TEST_RULE

    @property
    def key(self) -> str:
        """The same for the same rule about the same things on whatever day it is computed.

        A win is another finding than a concern, and each incident another than the one before.
        """
        parts = sorted(
            f"{each.role}:{each.kind}:{each.key}"
            for each in self.entities
            if each.role != "carries"
        )
        won = ["win"] if self.kind is Kind.WIN else []
        about = self.facts.get("lead") or "|".join(parts)
        return "|".join((self.rule, *won, about, *([self.since] if self.since else [])))

    @property
    def since(self) -> str:
        """The day by which an incident is known, as ISO; empty for what is none."""
        return self.facts.get("since", "")

    @property
    def over(self) -> bool:
        """Whether it is an incident that had ended by the last day looked at."""
        return "over" in self.facts

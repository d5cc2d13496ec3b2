"""How well each rule did: what it said, and what the reviews found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, fsum, lgamma, log
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.insights.finding import CLAIMS_NOTHING, TEST_RULE, Kind
from app.models import StoredFinding

FEWEST = 10
A_PAGE = 50
LEAST_SHARE = 0.6
# Ranges are the middle 80 %; what bad luck brings once in twenty times is not held against a rule.
LEVEL, LUCK = 0.8, 0.05


class Verdict(StrEnum):
    """What may be said of a rule."""

    TOO_FEW = "too_few"
    BADLY = "badly"
    HOLDS = "holds"


@dataclass(frozen=True, slots=True)
class Held:
    """One finding of a rule. The reviews' answers are None where they could not tell."""

    rule: str
    advice: bool
    followed: str
    reviewed: bool
    direction: bool | None = None
    inside: bool | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many times of those that could be told."""

    right: int
    told: int

    @property
    def share(self) -> float | None:
        """None for none."""
        return self.right / self.told if self.told else None

    @property
    def poor(self) -> bool:
        """Whether it is too often wrong, as far as there is enough to tell."""
        return self.told >= FEWEST and self.right < LEAST_SHARE * self.told

    @property
    def too_narrow(self) -> bool:
        """Whether honest ranges would hold so seldom only by bad luck."""
        return self.told >= FEWEST and _chance_of_at_most(self.right, self.told) < LUCK


@dataclass(frozen=True, slots=True)
class Score:
    """One rule's. `followed` is None where there is nothing to follow."""

    rule: str
    advice: bool
    said: int
    reviewed: int
    followed: int | None
    direction: Tally
    inside: Tally

    @property
    def verdict(self) -> Verdict:
        """By the direction and the range, each with enough reviews."""
        if self.direction.poor or self.inside.too_narrow:
            return Verdict.BADLY
        if self.direction.told < FEWEST and self.inside.told < FEWEST:
            return Verdict.TOO_FEW
        return Verdict.HOLDS


def _chance_of_at_most(right: int, told: int) -> float:
    """That so many or fewer of `told` ranges of this level hold: a binomial's lower tail."""
    return fsum(
        exp(
            lgamma(told + 1)
            - lgamma(held + 1)
            - lgamma(told - held + 1)
            + held * log(LEVEL)
            + (told - held) * log(1 - LEVEL)
        )
        for held in range(right + 1)
    )


def scored(findings: Iterable[Held]) -> list[Score]:
    """By rule. Advice that nobody followed is not held against what it promised."""
    by_rule: dict[tuple[str, bool], list[Held]] = defaultdict(list)
    for each in findings:
        by_rule[each.rule, each.advice].append(each)
    return [_score(by_rule[each]) for each in sorted(by_rule)]


def _score(several: Sequence[Held]) -> Score:
    rule, advice = several[0].rule, several[0].advice
    counted = [each for each in several if not each.advice or each.followed == "yes"]
    return Score(
        rule=rule,
        advice=advice,
        said=len(several),
        reviewed=sum(each.reviewed for each in several),
        followed=sum(each.followed == "yes" for each in several) if advice else None,
        direction=_tally(each.direction for each in counted),
        inside=_tally(each.inside for each in counted),
    )


def _tally(answers: Iterable[bool | None]) -> Tally:
    told = [each for each in answers if each is not None]
    return Tally(sum(told), len(told))


def scoreboard(session: Session, workspace_id: int) -> list[Score]:
    """The workspace's rules that said anything, dismissed findings included."""
    rows = session.execute(
        select(
            StoredFinding.rule,
            StoredFinding.kind,
            StoredFinding.followed,
            StoredFinding.outcome,
        ).where(*_claimed(workspace_id))
    )
    return scored(_held(*row) for row in rows)


def counted(
    session: Session, workspace_id: int, rule: str, *, advice: bool, number: int = 1
) -> Sequence[StoredFinding]:
    """One page of the findings that a rule's score counts, told last first."""
    recommendation = StoredFinding.kind == Kind.RECOMMENDATION
    return session.scalars(
        select(StoredFinding)
        .where(
            *_claimed(workspace_id),
            StoredFinding.rule == rule,
            recommendation if advice else ~recommendation,
        )
        .order_by(StoredFinding.first_at.desc(), StoredFinding.id.desc())
        .limit(A_PAGE)
        .offset((number - 1) * A_PAGE)
    ).all()


def _claimed(workspace_id: int) -> Sequence[ColumnElement[bool]]:
    return (
        StoredFinding.workspace_id == workspace_id,
        StoredFinding.first_content["class_"].astext.not_in(CLAIMS_NOTHING),
        StoredFinding.rule != TEST_RULE,
    )


def _held(rule: str, kind: str, followed: str, outcome: Mapping[str, Any] | None) -> Held:
    """By the last review that could tell anything."""
    advice = kind == Kind.RECOMMENDATION
    for stage in sorted(outcome or {}, key=int, reverse=True):
        found = (outcome or {})[stage]["outcome"]
        if not found["unknown"]:
            return Held(
                rule,
                advice,
                followed,
                reviewed=True,
                direction=found["direction"],
                inside=found["inside"],
            )
    return Held(rule, advice, followed, reviewed=False)

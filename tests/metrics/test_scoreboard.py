"""A rule is judged by enough reviews, and advice by those who followed it."""

from __future__ import annotations

import pytest

from app.metrics.scoreboard import Held, Verdict, scored


def several(right: int, wrong: int, **known: object) -> list[Held]:
    """Findings whose direction was right or wrong."""
    said = {"advice": False, "followed": "", **known}
    return [
        Held("rule", reviewed=True, direction=answer, **said)  # type: ignore[arg-type]
        for answer in [True] * right + [False] * wrong
    ]


def test_nothing_said_has_no_scores() -> None:
    assert scored([]) == []


def test_under_ten_reviews_nothing_is_said_of_a_rule() -> None:
    [score] = scored(several(0, 9))
    assert score.verdict is Verdict.TOO_FEW
    assert score.direction.share == 0


def test_a_direction_under_six_of_ten_does_badly() -> None:
    assert scored(several(6, 4))[0].verdict is Verdict.HOLDS
    assert scored(several(5, 5))[0].verdict is Verdict.BADLY


@pytest.mark.parametrize(
    ("held", "of", "verdict"),
    [
        (5, 10, Verdict.BADLY),
        (6, 10, Verdict.HOLDS),
        (72, 100, Verdict.BADLY),
        (73, 100, Verdict.HOLDS),
        (7_800, 10_000, Verdict.BADLY),
    ],
)
def test_a_range_does_badly_when_an_honest_one_would_hardly_hold_so_seldom(
    held: int, of: int, verdict: Verdict
) -> None:
    findings = [
        Held("rule", advice=False, followed="", reviewed=True, direction=True, inside=each < held)
        for each in range(of)
    ]
    assert scored(findings)[0].verdict is verdict


def test_advice_that_was_not_followed_is_counted_but_not_judged() -> None:
    findings = [
        *several(1, 2, advice=True, followed="yes"),
        *several(0, 20, advice=True, followed="no"),
        *several(0, 5, advice=True),
        Held("rule", advice=True, followed="", reviewed=False),
    ]
    [score] = scored(findings)
    assert (score.said, score.reviewed, score.followed) == (29, 28, 3)
    assert (score.direction.right, score.direction.told) == (1, 3)
    assert score.verdict is Verdict.TOO_FEW


def test_rules_are_apart_and_concerns_have_nothing_to_follow() -> None:
    other = Held("another", advice=True, followed="yes", reviewed=False)
    assert [(each.rule, each.followed) for each in scored([*several(1, 0), other])] == [
        ("another", 1),
        ("rule", None),
    ]

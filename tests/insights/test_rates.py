"""Small shares keep what tells them apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.insights.finding import Kind, Number, Unit
from app.insights.languages import manner_in
from app.insights.rates import alike
from app.insights.words import Manner, say
from tests.insights.showing import shown

ENGLISH, GERMAN = Manner("USD"), manner_in("de", "EUR")


@pytest.mark.parametrize(
    ("share", "english", "german"),
    [
        (0.0, "0%", "0\u00a0%"),
        (0.05, "5%", "5\u00a0%"),
        (0.0102, "1.0%", "1,0\u00a0%"),
        (0.0098, "0.98%", "0,98\u00a0%"),
        (0.000431, "0.043%", "0,043\u00a0%"),
        (-0.00034, "-0.034%", "-0,034\u00a0%"),
        (0.123, "12%", "12\u00a0%"),
        (1.6, "160%", "160\u00a0%"),
    ],
)
def test_a_share_has_two_significant_figures(share: float, english: str, german: str) -> None:
    assert (ENGLISH.share(share), GERMAN.share(share)) == (english, german)


@pytest.mark.parametrize(
    ("pair", "written"),
    [
        ((0.0102, 0.0098), ["1.02%", "0.98%"]),
        ((0.0122, 0.0118), ["1.22%", "1.18%"]),
        ((0.12351, 0.1234), ["12.4%", "12.3%"]),
        ((0.02, 0.02), ["2%", "2%"]),
        ((0.01200001, 0.012), ["1.2%", "1.2%"]),
    ],
)
def test_two_that_are_compared_look_different_unless_they_are_the_same(
    pair: tuple[float, float], written: list[str]
) -> None:
    assert ENGLISH.shares(pair) == written
    assert alike(*(each * 100 for each in pair)) == (written[0] == written[1])


@pytest.mark.parametrize("manner", [ENGLISH, GERMAN], ids=["en", "de"])
def test_a_rate_that_moved_a_little_is_never_told_as_the_same_twice(manner: Manner) -> None:
    finding = next(e for e in shown() if e.rule == "ctr_change" and e.kind is Kind.CONCERN)
    rates = {"now": Number(0.0102, Unit.SHARE), "before": Number(0.0104, Unit.SHARE)}
    saw = say(replace(finding, numbers={**finding.numbers, **rates}), manner).saw
    assert manner.shares([0.0104])[0] not in saw
    assert all(each in saw for each in manner.shares([0.0102, 0.0104]))

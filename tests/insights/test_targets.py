"""Returns over and under their target, told beside each other."""

from __future__ import annotations

import pytest

from app.insights.finding import Kind
from app.insights.period import PeriodFigures, Sums
from app.insights.rules import advice, wins_and_concerns
from tests.insights.account import FEED, campaign, figures, level, returning


def _with_a_loser(target: float | None) -> PeriodFigures:
    """2.6x as a whole: some campaigns return much more, some less, and one burns money."""
    lost = level(Sums(7657 / 30, 20_000, 200, 32 / 30, 0.32 * 7657 / 30))
    rows = [
        returning(5.5, 8, "Brand"),
        returning(4.4, 7, "Cart", channel=FEED),
        *(returning(2.9, 6, f"Search {each}") for each in range(4)),
        *(returning(2.6, 5, f"Feed {each}", channel=FEED) for each in range(4)),
        campaign("Loser", lost, lost),
    ]
    return figures(rows, target_roas=target)


@pytest.mark.parametrize("target", [None, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0])
def test_no_target_hides_a_campaign_that_burns_money(target: float | None) -> None:
    account = _with_a_loser(target)
    found = wins_and_concerns(account)
    [concern] = [e for e in found if e.entities[0].name == "Loser" and e.kind is Kind.CONCERN]
    assert concern.rule == "roas_target"
    assert "Loser" in [e.entities[0].name for e in advice(account, found) if e.rule == "cut_waste"]


def test_an_account_under_its_target_is_told_beside_its_best_and_worst_campaigns() -> None:
    account = _with_a_loser(4.0)
    assert account.workspace.now.roas == pytest.approx(2.6, abs=0.05)
    kinds = {each.entities[0].name: each.kind for each in wins_and_concerns(account)}
    assert kinds["Northlight Coffee"] is Kind.CONCERN
    assert kinds["Brand"] is Kind.WIN


def test_a_concern_around_others_tells_of_those_that_are_no_worse() -> None:
    alike = [returning(1.0, 9, f"C{each}") for each in range(6)]
    found = wins_and_concerns(figures(alike, target_roas=3.0))
    assert [each.entities[0].kind for each in found] == ["workspace"]

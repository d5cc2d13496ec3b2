"""What follows from findings is said once, and can be done."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from app.insights.period import MonthBudget
from app.insights.rules import advice, wins_and_concerns
from app.insights.words import Manner, say
from tests.insights.account import FEED, WORKSPACE, campaign, figures, level
from tests.insights.showing import changed


def test_the_same_money_is_saved_once() -> None:
    poor = level(changed(value=0.3))
    nothing = level(changed(conversions=0.0, value=0.0))
    rows = [
        campaign("Poor", poor, poor, channel=FEED),
        campaign("Nothing", nothing, nothing, channel=FEED),
        *(campaign(f"C{each}") for each in range(3)),
    ]
    account = figures(rows, target_roas=2.5, target_cpa=25.0)
    found = wins_and_concerns(account)
    cut = [each for each in advice(account, found) if each.rule == "cut_waste"]
    assert {each.entities[0].kind for each in cut} == {"campaign"}


def test_what_is_spent_already_cannot_land_on_budget_any_more() -> None:
    month = MonthBudget(
        entity=WORKSPACE, budget=2000, month=dt.date(2026, 12, 1), spent=[200.0] * 12
    )
    account = figures([campaign("A"), campaign("B", channel=FEED)], month_budgets=(month,))
    [pacing] = [each for each in wins_and_concerns(account) if each.rule == "pacing"]
    assert say(pacing, Manner("USD")).do.startswith("The month's budget is spent already.")
    assert say(pacing, Manner("USD", "de_DE", "de")).do.startswith(
        "Das Budget des Monats ist bereits"
    )


def test_a_year_before_is_told_with_its_year() -> None:
    dear = level(changed(spend=1.5))
    account = figures([campaign("A", dear), campaign("B", channel=FEED)])
    account = replace(account, before_first=dt.date(2025, 11, 1), before_last=dt.date(2025, 11, 30))
    change = next(each for each in wins_and_concerns(account) if each.rule.endswith("_change"))
    assert "(Nov 1–30 against Nov 1–30, 2025)" in say(change, Manner("USD")).saw

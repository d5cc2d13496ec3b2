"""Prose tells what the rule tells, of the same things and the same way round."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest

from app.insights.finding import Class, Entity, Finding, Kind, Number, Range, Unit
from app.insights.languages import manner_in
from app.insights.phrasing import checked, faults, plan_faults, retold, told_alike
from app.insights.words import Manner, say
from tests.insights.showing import shown

ENGLISH = Manner("USD")
SHOWN = shown()
FIELDS = ("saw", "how_sure", "do")
MOVE = Finding(
    rule="reallocation",
    kind=Kind.RECOMMENDATION,
    class_=Class.RECOMMEND,
    entities=(
        Entity("platform", "meta", "Meta", "meta", "from"),
        Entity("platform", "google_ads", "Google Ads", "google_ads", "to"),
    ),
    first=dt.date(2026, 5, 4),
    last=dt.date(2026, 11, 8),
    numbers={
        "step_month": Number(2100, Unit.MONEY),
        "step_day": Number(70, Unit.MONEY),
        "day_from": Number(400, Unit.MONEY),
        "day_after_from": Number(330, Unit.MONEY),
        "day_to": Number(350, Unit.MONEY),
        "day_after_to": Number(420, Unit.MONEY),
        "roas_from": Number(2.9, Unit.MULTIPLE),
        "roas_to": Number(3.4, Unit.MULTIPLE),
        "mroas_low_from": Number(0.8, Unit.MULTIPLE),
        "mroas_high_from": Number(1.6, Unit.MULTIPLE),
        "mroas_low_to": Number(1.9, Unit.MULTIPLE),
        "mroas_high_to": Number(3.1, Unit.MULTIPLE),
        "gain_low": Number(900, Unit.MONEY),
        "gain_high": Number(3200, Unit.MONEY),
        "probability": Number(0.96, Unit.SHARE),
        "weeks": Number(27, Unit.WEEKS),
        "conversions_from": Number(4100, Unit.COUNT),
        "conversions_to": Number(5200, Unit.COUNT),
    },
    range=Range(900, 3200),
    review_on=dt.date(2026, 12, 6),
)


@pytest.mark.parametrize(
    "finding", [*SHOWN, MOVE], ids=[f"{at}-{e.rule}" for at, e in enumerate([*SHOWN, MOVE])]
)
def test_every_rules_own_words_are_like_themselves(finding: Finding) -> None:
    own = say(finding, ENGLISH)
    for name in FIELDS:
        text = getattr(own, name)
        assert retold(text, name, own, finding, ENGLISH) == []
        assert told_alike(text, text, finding, ENGLISH) == []


@pytest.mark.parametrize(
    ("probability", "english", "german"),
    [
        (1.0, "more than 99%", "über 99\u00a0%"),
        (0.997, "more than 99%", "über 99\u00a0%"),
        (0.99, "gain is 99%", "liegt bei 99\u00a0%"),
        (0.96, "gain is 96%", "liegt bei 96\u00a0%"),
        (0.004, "less than 1%", "unter 1\u00a0%"),
    ],
)
def test_no_chance_is_told_as_certain(probability: float, english: str, german: str) -> None:
    sure = {**MOVE.numbers, "probability": Number(probability, Unit.SHARE)}
    found = replace(MOVE, numbers=sure)
    for manner, words in ((ENGLISH, english), (manner_in("de", "EUR"), german)):
        own = say(found, manner)
        assert words in own.how_sure
        assert not re.search(r"\b100\W?%", own.how_sure)
    own = say(found, ENGLISH)
    assert checked(own, found, ENGLISH).refused == ()
    assert retold(own.how_sure, "how_sure", own, found, ENGLISH) == []


PLAN = (
    "Shift $70 a day: bring Meta from about $400 to $330 a day and Google Ads from about $350 to "
    "$420. Make no other move until then. Look again on Dec 6."
)


def test_a_plan_may_be_told_in_other_words() -> None:
    own = say(MOVE, ENGLISH)
    assert plan_faults(PLAN, MOVE, ENGLISH) == []
    assert retold(PLAN, "do", own, MOVE, ENGLISH) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Meta from about $400 to $330 a day and Google Ads from about $350 to $420",
         "Google Ads from about $400 to $330 a day and Meta from about $350 to $420"),
        ("$400 to $330", "$330 to $400"),
        ("$70 a day", "$420 a day"),
        ("$70 a day", "$70 a month"),
        ("$330 a day", "$330"),
        ("Shift", "Do not shift"),
        ("Shift", "Cut"),
        ("Make no other move until then. ", ""),
        ("Look again on Dec 6", "Look again on Nov 8"),
        ("Look again on Dec 6.", "Look again on Dec 6. Pause Meta."),
    ],
)  # fmt: skip
def test_a_plan_that_does_another_thing_is_refused(old: str, new: str) -> None:
    assert old in PLAN
    assert retold(PLAN.replace(old, new), "do", say(MOVE, ENGLISH), MOVE, ENGLISH)


def test_likely_figures_may_be_told_in_other_words() -> None:
    finding = next(each for each in SHOWN if each.rule == "cpc_change")
    own = say(finding, ENGLISH)
    text = own.how_sure.replace("Likely", "The rise is likely").replace("finds", "makes")
    assert text != own.how_sure
    assert retold(text, "how_sure", own, finding, ENGLISH) == []
    assert retold(text.replace("fewer", "more"), "how_sure", own, finding, ENGLISH)


def test_returns_of_one_platform_are_not_said_of_the_other() -> None:
    own = say(MOVE, ENGLISH)
    swapped = own.saw.replace("Meta", "X").replace("Google Ads", "Meta").replace("X", "Google Ads")
    assert faults(swapped, MOVE, ENGLISH) == []
    assert retold(swapped, "saw", own, MOVE, ENGLISH)

"""Findings in German read as somebody who speaks it would have written them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from itertools import product

import pytest

from app.insights.finding import Class, Entity, Finding, Kind, Number, Range, Unit
from app.insights.languages import manner_in
from app.insights.sentences.de.reallocation import MISSING as GERMAN_MISSING
from app.insights.sentences.en.missing import MISSING
from app.insights.words import Said, say, worded_rules
from tests.insights.showing import shown

GERMAN = manner_in("de", "EUR")


class Every(dict[str, Number]):
    """Whatever number is asked for."""

    def __contains__(self, _name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Number:
        return Number(3, Unit.COUNT)


FACTS = {
    "metric": "ctr",
    "direction": "rise",
    "reference": "target",
    "measure": "roas",
    "because": "roas_target",
    "action": "cut",
    "audience": "used_up",
    "status": "DISAPPROVED",
    "what": "ad",
    "state": "stale",
    "sentence": "Ein Satz.",
    "last_day": "2026-11-25",
    "before_first": "2026-10-02",
    "before_last": "2026-10-31",
}
OTHERS = (
    {},
    {
        "action": "pause",
        "state": "failing",
        "direction": "fall",
        "audience": "",
        "what": "ad_group",
    },
    {"state": "revoked", "reference": "break_even", "metric": "cpc", "measure": "cpa"},
)
CLASSES = (Class.RECOMMEND, Class.LEANING, Class.WORTH_TESTING, Class.SILENT)


@pytest.mark.parametrize("rule", worded_rules("de"))
def test_every_rule_is_told_whole_whatever_it_found(rule: str) -> None:
    for class_, kind, changed, missing in product(CLASSES, Kind, OTHERS, ((), tuple(MISSING))):
        found = Finding(
            rule=rule,
            kind=kind,
            class_=class_,
            entities=(
                Entity("platform", "meta", "Meta", role="from"),
                Entity("platform", "google", "Google", role="to"),
                Entity("campaign", "1", "Herbst", role="carries"),
            ),
            first=dt.date(2026, 11, 1),
            last=dt.date(2026, 11, 30),
            numbers=Every(),
            range=Range(150, 1_200),
            missing=missing,
            facts={**FACTS, **changed},
        )
        said = say(found, GERMAN)
        for text in (said.title, said.saw, said.how_sure, said.do, said.change_our_mind):
            assert not re.search(r"\.\.|None|[{}!]|  ", text), text
            assert not re.search(r"\b(the|of|is|are|with|on|a)\b", text), text


def told(rule: str, kind: Kind, **numbers: float) -> Said:
    """The words of the first finding of a rule, with some numbers changed; spaces plain."""
    finding = next(each for each in shown() if (each.rule, each.kind) == (rule, kind))
    changed = {name: replace(finding.numbers[name], value=value) for name, value in numbers.items()}
    said = say(replace(finding, numbers={**finding.numbers, **changed}), GERMAN)
    texts = (said.title, said.saw, said.how_sure, said.do, said.change_our_mind)
    return Said(*(each.replace("\u00a0", " ") for each in texts))


def test_a_dearer_view() -> None:
    assert told("cpm_change", Kind.CONCERN) == Said(
        "Brand search: CPM +50 %",
        "10,00 € → 15,00 € (1.–30. Nov. gegenüber 2.–31. Okt.). Dieselben Einblendungen kosten "
        "1.500 € mehr als zum alten Preis.",
        "Mit 80 % Wahrscheinlichkeit zwischen +44 % und +56 %, auf der Grundlage von 3.000 Klicks. "
        "Rein zufällig kommt Vergleichbares in weniger als 5 % der Zeiträume vor.",
        "Wettbewerb, Größe der Zielgruppe und Platzierungen prüfen. Am 22. Dez. erneut prüfen.",
        "CPM bis dahin wieder bei 10,00 €.",
    )


def test_a_target_that_was_missed() -> None:
    said = told("roas_target", Kind.CONCERN)
    assert said.title == "Meta: ROAS nur bei 0,75x"
    assert said.saw == (
        "70 % unter der Vorgabe von 2,5x, bei 3.000 € Ausgaben und 2.250 € zugeschriebenem Umsatz "
        "(1.–30. Nov.)."
    )
    assert said.do == (
        "Hier kein Budget hinzufügen. An der Schwelle hätten 2.100 € weniger ebenso viel gebracht. "
        "Am 22. Dez. erneut prüfen."
    )


def test_a_budget_to_raise() -> None:
    said = told("raise_budget", Kind.RECOMMENDATION)
    assert said.title == "Brand auf 120,00 € pro Tag erhöhen"
    assert said.saw.startswith("Das Budget von 100,00 € war an 14 der letzten 14 Tage ausgeschöpft")


def test_claims_beyond_what_was_sold() -> None:
    said = told("over_claiming", Kind.CONCERN)
    assert said.title == "Plattformen beanspruchen 167 % des Shop-Umsatzes"
    assert said.saw.startswith("15.000 € beansprucht, 9.000 € verkauft; 240 Conversions bei 130 ")


@pytest.mark.parametrize(
    ("count", "title"),
    [
        (1, "Google: eine Kampagne noch in der Lernphase"),
        (3, "Google: drei Kampagnen noch in der Lernphase"),
        (1_250, "Google: 1.250 Kampagnen noch in der Lernphase"),
    ],
)
def test_counts_agree_with_their_nouns(count: int, title: str) -> None:
    assert told("learning", Kind.CONCERN, count=count).title == title


def test_one_conversion_is_in_the_right_case() -> None:
    assert "von einer Conversion" in told("roas_target", Kind.WIN, conversions=1).how_sure


def test_a_move_of_budget() -> None:
    money = {"step_month": 900.0, "step_day": 30.0, "day_from": 100.0, "day_after_from": 70.0,
             "day_to": 60.0, "day_after_to": 90.0, "gain_low": 150.0,
             "gain_high": 1_200.0}  # fmt: skip
    ratios = {"roas_from": 1.8, "roas_to": 3.2, "mroas_low_from": 0.4, "mroas_high_from": 0.9,
              "mroas_low_to": 1.6, "mroas_high_to": 2.4}  # fmt: skip
    found = Finding(
        rule="reallocation",
        kind=Kind.RECOMMENDATION,
        class_=Class.RECOMMEND,
        entities=(
            Entity("platform", "meta", "Meta", role="from"),
            Entity("platform", "google", "Google", role="to"),
        ),
        first=dt.date(2026, 5, 4),
        last=dt.date(2026, 11, 15),
        numbers={
            **{name: Number(value, Unit.MONEY) for name, value in money.items()},
            **{name: Number(value, Unit.MULTIPLE) for name, value in ratios.items()},
            "probability": Number(0.93, Unit.SHARE),
            "weeks": Number(28, Unit.WEEKS),
            "conversions_from": Number(1_240, Unit.COUNT),
            "conversions_to": Number(860, Unit.COUNT),
        },
        range=Range(150, 1_200),
        review_on=dt.date(2026, 12, 13),
    )
    said = say(found, GERMAN)
    assert said.title == "900,00\u00a0€ pro Monat von Meta zu Google verschieben"
    assert (
        "Grundlage: 28 nahezu vollständige Wochen mit 1.240 und 860 Conversions." in said.how_sure
    )
    assert "Meta von etwa 100,00\u00a0€ auf 70,00\u00a0€ pro Tag setzen" in said.do
    assert said.do.endswith("Am 13. Dez. erneut prüfen.")


def test_whatever_is_missing_is_told_in_german_too() -> None:
    assert set(GERMAN_MISSING) == {name for name, each in MISSING.items() if each.because}


def test_days_are_written_as_in_german() -> None:
    day, written = dt.date, "28. Dez. 2026 – 3. Jan. 2027"
    assert GERMAN.day(day(2026, 11, 27)) == "27. Nov."
    assert GERMAN.days(day(2026, 11, 18), day(2026, 11, 24)) == "18.–24. Nov."
    assert GERMAN.days(day(2026, 12, 28), day(2027, 1, 3)).replace("\u2009", " ") == written
    assert GERMAN.money(12_345.6) == "12.346\u00a0€"
    assert GERMAN.money(234.5) == "234,50\u00a0€"

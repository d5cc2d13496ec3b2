"""Every rule has words, and they survive any name, currency and locale."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from babel import Locale

from app.insights import sentences
from app.insights.finding import Finding, Kind, Number, Unit
from app.insights.languages import LANGUAGES, manner_in
from app.insights.period import Sums
from app.insights.rules import advice, wins_and_concerns
from app.insights.sentences.en.missing import MISSING
from app.insights.words import Manner, Said, say, worded_rules
from app.reports.formats import Formats
from tests.insights.account import FEED, campaign, figures, level
from tests.insights.showing import shown

SHOWN = shown()
GERMAN = manner_in("de", "EUR")
ENGLISH = Manner("USD")
SENTENCES = Path(sentences.__path__[0])
# Where rules are told; what several share has other words in every language.
MODULES = sorted(
    each.name
    for each in (SENTENCES / "en").glob("*.py")
    if each.name not in ("__init__.py", "phrases.py", "missing.py")
)
ASKED = re.compile(r"told(?:\[|\.\w+\(|\[f)\s*f?['\"]([\w{}]+)['\"]|facts(?:\[|\.get\()['\"](\w+)")
RULES = sorted({each.rule for each in SHOWN})


def of(rule: str, kind: Kind | None = None) -> Finding:
    return next(e for e in SHOWN if e.rule == rule and kind in (None, e.kind))


def everything(said: Said) -> str:
    return f"{said.title} {said.saw} {said.how_sure} {said.do} {said.change_our_mind}"


def test_every_rule_is_shown_and_worded() -> None:
    assert set(RULES) <= set(worded_rules("en"))
    for language in LANGUAGES:
        assert worded_rules(language) == worded_rules("en")
    mine = "cpc_change cpa_change roas_change cpm_change ctr_change cvr_change revenue_change"
    assert set(mine.split()) <= set(RULES)


@pytest.mark.parametrize(
    "finding", SHOWN, ids=[f"{at}-{each.rule}" for at, each in enumerate(SHOWN)]
)
@pytest.mark.parametrize(
    "manner",
    [ENGLISH, GERMAN, Manner("JPY", "ja_JP"), Manner("KWD", "ar_KW"), Manner("EUR", "nl_NL")],
)
def test_words_are_whole_in_any_currency_and_locale(finding: Finding, manner: Manner) -> None:
    said = everything(say(replace(finding, currency=manner.currency), manner))
    assert said
    assert not any(wrong in said for wrong in ("nan", "inf", "None", "{", "}", "  ", ".."))
    assert "!" not in said
    assert " will " not in said


@pytest.mark.parametrize(
    "name",
    ["حملة الشتاء", "冬のセール", "Sale 🎉 50% {off}", "<b>Deal</b>", "a" * 300, "Ünïcode's"],
)
@pytest.mark.parametrize("manner", [ENGLISH, GERMAN], ids=["en", "de"])
@pytest.mark.parametrize("rule", RULES)
def test_any_name_survives(rule: str, manner: Manner, name: str) -> None:
    finding = of(rule)
    first, *others = finding.entities
    if first.kind == "workspace" or rule == "over_claiming":
        return
    said = say(replace(finding, entities=(replace(first, name=name), *others)), manner)
    assert name in said.title


def test_whatever_is_missing_has_words_for_a_list() -> None:
    assert {name for each in SHOWN for name in each.missing} <= set(MISSING)
    assert all(each.wanted for each in MISSING.values())


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
@pytest.mark.parametrize("part", MODULES)
def test_every_language_tells_the_same_numbers_and_facts(language: str, part: str) -> None:
    english, other = (
        {name or fact for name, fact in ASKED.findall((SENTENCES / each / part).read_text())}
        for each in ("en", language)
    )
    assert other == english


@pytest.mark.parametrize(
    ("now", "before", "seen"),
    [(90.0, 20.0, "it spent $2,700 (Nov 1–30)"), (0.0, 90.0, "it spent $2,700 (Oct 2–31)")],
)
def test_what_is_not_delivered_is_told_with_what_it_spent_and_when(
    now: float, before: float, seen: str
) -> None:
    days, earlier = (level(Sums(each, 10 * each)) for each in (now, before))
    refused = campaign("Refused", days, earlier, status="problem")
    account = figures([refused, campaign("Fine", channel=FEED)])
    found = wins_and_concerns(account)
    [concern] = [each for each in found if each.rule == "disapproved"]
    [fix] = advice(account, [concern])
    assert seen in say(concern, ENGLISH).saw
    assert seen in say(fix, ENGLISH).saw
    assert say(fix, ENGLISH).title == "Fix one campaign that Google is not delivering"
    several = replace(fix, numbers={**fix.numbers, "count": Number(2, Unit.COUNT)})
    assert say(several, ENGLISH).title == "Fix two campaigns that Google is not delivering"


def test_the_picture_of_a_change() -> None:
    finding = of("cpm_change", Kind.CONCERN)
    said = say(finding, ENGLISH)
    assert said.title.endswith("CPM +50%")
    assert said.saw.startswith("$10.00 → $15.00 (Nov 1–30 against Oct 2–31)")


def test_the_picture_of_a_target() -> None:
    said = say(of("roas_target", Kind.WIN), ENGLISH)
    assert said.title == "Flash sale delivered 4.5x ROAS"
    assert said.saw.startswith("80% over the 2.5x target on $3,000 spend")


@pytest.mark.parametrize("count", [1, 3])
def test_counts_agree_with_their_nouns(count: int) -> None:
    finding = of("learning")
    number = replace(finding.numbers["count"], value=float(count))
    said = say(replace(finding, numbers={**finding.numbers, "count": number}), ENGLISH)
    assert ("one campaign still" if count == 1 else "three campaigns still") in said.title


@pytest.mark.parametrize(
    ("currency", "amount", "written"),
    [
        ("JPY", 1.43, "¥1.43"),
        ("JPY", 15.0, "¥15"),
        ("JPY", 250.4, "¥250"),
        ("KWD", 0.125, "KWD0.125"),
        ("USD", 12_345.6, "$12,346"),
    ],
)
def test_small_amounts_keep_what_tells_them_apart(
    currency: str, amount: float, written: str
) -> None:
    said = Manner(currency).money(amount)
    assert said.replace("\u00a0", "") == written


@pytest.mark.parametrize("amount", ["1234.5", "1235.5", "-1234.5", "999.5", "999.995", "1e12"])
@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_an_amount_is_the_same_in_a_sentence_and_in_the_table_beside_it(
    currency: str, amount: str
) -> None:
    table = Formats(currency, Locale.parse("en_US"), "UTC").money(Decimal(amount))
    assert Manner(currency).money(float(amount)) == table

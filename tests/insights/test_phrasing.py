"""A model may say a finding in its own words, and nothing that the finding does not say."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.insights.finding import Class, Entity, Finding, Kind, Number, Range, Unit
from app.insights.phrasing import checked, faults, plan_faults, summary_checked
from app.insights.words import Manner, Said, say
from tests.insights.showing import shown

ENGLISH = Manner("USD")
SHOWN = shown()
RISE = Finding(
    rule="cpc_change",
    kind=Kind.CONCERN,
    class_=Class.OBSERVED,
    entities=(
        Entity("channel", "google_ads/search", "Google Search", "google_ads"),
        *(
            Entity("campaign", each, each, "google_ads", "carries")
            for each in ("Brand", "Kaffee ☕ Süd", "قهوة")
        ),
    ),
    first=dt.date(2026, 11, 1),
    last=dt.date(2026, 11, 30),
    numbers={
        "now": Number(3.12, Unit.MONEY),
        "before": Number(2.40, Unit.MONEY),
        "change": Number(0.30, Unit.SHARE, change=True),
        "difference": Number(0.72, Unit.MONEY, change=True),
        "carried": Number(0.84, Unit.SHARE),
        "carriers": Number(3, Unit.COUNT),
        "clicks": Number(3890, Unit.COUNT),
        "conversions": Number(312, Unit.COUNT),
        "spend": Number(12_137, Unit.MONEY),
        "worth": Number(2801, Unit.MONEY),
        "noise": Number(0.05, Unit.SHARE),
    },
    at_stake=2801,
    currency="USD",
    range=Range(0.22, 0.38, Unit.SHARE, per=""),
    facts={"direction": "rise", "before_first": "2026-10-02", "before_last": "2026-10-31"},
)


@pytest.mark.parametrize(
    "text",
    [
        "Google Search CPC rose 30% to $3.12, from $2.40 before.",
        "CPC went up +30% ($2.40 → $3.12), and three campaigns carry 84% of it.",
        "Each click on Google Search cost $0.72 more in November.",
        "3,890 clicks cost $2,801 more than at the old price, on $12.1K spend.",
        "The rise is between 22% and 38% (80% range).",
        "Between Nov 1 and Nov 30, 2026, clicks got dearer; Brand carries most of it.",
        "“Kaffee ☕ Süd” and قهوة carry part of the rise.",
        "CPC increased by 30 percent against Oct 2–31.",
        "Google Search clicks cost 30% more from November 1 to November 30.",
    ],
)
def test_what_the_finding_says_may_be_said(text: str) -> None:
    assert faults(text, RISE, ENGLISH) == []


@pytest.mark.parametrize(
    "text",
    [
        # Figures.
        "CPC rose 31%.",
        "CPC rose 30.4%.",
        "CPC rose 0.30.",
        "CPC rose 300%.",
        "CPC rose 30 percentage points.",
        "CPC rose to €3.12.",
        "CPC rose to 3.12 GBP.",
        "CPC rose to ¥3.12.",
        "CPC rose to $312.",
        "CPC rose to $3.",
        "CPC rose to 3.12.",
        "On 3.890 clicks CPC rose 30%.",
        "On 312 clicks CPC rose 30%.",
        "Four campaigns carry 84% of the rise.",
        "Three ads carry 84% of the rise.",
        "CPC doubled.",
        "CPC rose by a third.",
        "CPC rose 30% on twenty campaigns.",
        "CPC rose ٣١%.",
        "CPC rose 30% on $12K of clicks and $5 of views.",
        "CPC is 3.1x what it was.",
        "CPC rose 30%, costing $2801.50 more.",
        # Directions.
        "CPC fell 30%.",
        "CPC is down 30% to $3.12.",
        "CPC went from $3.12 to $2.40.",
        "CPC rose -30%.",
        "CPC rose −30%.",
        "CPC did not rise 30%.",
        "CPC never rose; it is $3.12.",
        "CPC hasn't gone up 30%.",
        "CPC improved 30%.",
        "A great 30% rise.",
        # Days.
        "CPC rose 30% in December.",
        "CPC rose 30% from Nov 3 on.",
        "CPC rose 30% on 2026-11-12.",
        "CPC rose 30% in November 2025, on Nov 30, 2025.",
        "CPC rose 30% last week.",
        "CPC rose 30% since Monday.",
        "CPC rose 30% yesterday.",
        # Names.
        "TikTok CPC rose 30%.",
        "Pinterest made CPC rise 30%.",
        "CPC rose 30% because of Temu.",
        "Acme rose 30%.",
        "CPC in Brand Extra rose 30%.",
        "CPC rose 30% в Москве.",
        "CPC rose 30% 東京.",
        "CPC rose 30% as iPhone ads ran.",
        # Promises and markup.
        "CPC will rise 30%.",
        "CPC rose 30%!",
        "Guaranteed: CPC rose 30%.",
        "CPC rose <b>30%</b>.",
        "CPC rose 30%: https://example.com",
        "CPC rose 30% **now**.",
        "CPC rose 30%\u202e.",
        "",
        "CPC rose 30%. " * 60,
    ],
)
def test_what_it_does_not_say_is_refused(text: str) -> None:
    assert faults(text, RISE, ENGLISH)


@pytest.mark.parametrize("finding", SHOWN, ids=[f"{at}-{e.rule}" for at, e in enumerate(SHOWN)])
@pytest.mark.parametrize(
    "manner", [ENGLISH, Manner("EUR", "de_DE"), Manner("JPY", "ja_JP"), Manner("KWD", "fr_FR")]
)
def test_every_rules_own_words_rest_on_its_numbers(finding: Finding, manner: Manner) -> None:
    finding = replace(finding, currency=manner.currency)
    own = say(finding, manner)
    assert checked(own, finding, manner).refused == ()


def test_a_wrong_text_is_the_rules_own_and_the_others_stay() -> None:
    own = say(RISE, ENGLISH)
    prose = replace(own, title="Google Search CPC up 30%", saw="CPC fell 45% on TikTok.")
    found = checked(prose, RISE, ENGLISH)
    assert found.said.title == "Google Search CPC up 30%"
    assert found.said.saw == own.saw
    assert [text for text, _ in found.refused] == ["CPC fell 45% on TikTok."]


def test_what_the_rule_leaves_out_stays_out() -> None:
    own = say(RISE, ENGLISH)
    assert all(getattr(own, each.name) for each in fields(Said))
    assert checked(own, RISE, ENGLISH).said == own


def test_a_plan_may_look_forward_but_not_invent() -> None:
    assert plan_faults("Lower bids in Brand until CPC is back to $2.40.", RISE, ENGLISH) == []
    assert plan_faults("Lower bids by 15%.", RISE, ENGLISH)
    assert plan_faults("This will bring CPC down.", RISE, ENGLISH)


def test_a_side_of_a_target_is_checked() -> None:
    win = next(each for each in SHOWN if each.rule == "roas_target" and each.kind is Kind.WIN)
    assert faults("Flash sale beat its 2.5x target by 80%.", win, ENGLISH) == []
    assert faults("Flash sale is 80% under its 2.5x target.", win, ENGLISH)


def test_a_summary_has_the_rules_sentence_where_one_is_missing_or_wrong() -> None:
    own = ["One.", "Two."]
    kept, refused = summary_checked(["CPC rose 30%."], own, [RISE, RISE], ENGLISH)
    assert kept == ["CPC rose 30%.", "Two."]
    assert len(refused) == 1


@pytest.mark.parametrize("name", ["Q4 2026 – 50% off", "TikTok lookalike", "Sale 3x!", "قهوة 100"])
def test_figures_and_brands_in_a_campaigns_name_are_its_name(name: str) -> None:
    finding = replace(RISE, entities=(Entity("campaign", "1", name, "google_ads"),))
    assert faults(f"{name} CPC rose 30%.", finding, ENGLISH) == []
    assert faults("CPC rose 50%.", finding, ENGLISH)


def test_separators_are_the_locales() -> None:
    german = Manner("EUR", "de_DE")
    assert faults("On 3.890 clicks CPC rose 30%, to 3,12 €.", RISE, german) == []
    assert faults("On 3,890 clicks CPC rose 30%.", RISE, german)


@given(st.text(max_size=80))
def test_any_text_is_judged_the_same_each_time(text: str) -> None:
    found = faults(text, RISE, ENGLISH)
    assert all(found)
    assert found == faults(text, RISE, ENGLISH)


@given(st.floats(min_value=0.01, max_value=500).filter(lambda each: abs(each - 30) > 0.5))
def test_no_other_percentage_passes(per_cent: float) -> None:
    text = f"{per_cent:.1f}%"
    allowed = {"84.0%", "5.0%", "22.0%", "38.0%", "80.0%"}
    assert faults(f"CPC rose {text}.", RISE, ENGLISH) or text in allowed

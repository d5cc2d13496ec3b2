"""A report opens with three sentences read in twenty seconds, whatever names are in them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from app.insights.finding import Finding, Kind
from app.insights.languages import LANGUAGES, manner_in
from app.metrics.figures import Figures, RevenueSource
from app.metrics.period import Period
from app.reports.document import Entity, FindingPart
from app.reports.findings import part_of
from app.reports.languages import sentences_in
from app.reports.languages.sentences import Outcome
from app.reports.summary import summarise
from tests.insights.showing import shown
from tests.reports import samples

# Somebody who reads 250 words a minute reads so many in twenty seconds.
IN_ALL = 85
LONGEST = 400
NAMES = {
    "one word": "Prospecting_" * 25,
    "many words": "summer sale of all the things we have " * 8,
    "very short words": "a b " * 75,
    "no spaces": "冬のコーヒー祭り" * 38,
    "emoji": "👩\u200d👩\u200d👧" * 60,
}
NOW = Figures(
    spend=Decimal(12850),
    reported_revenue=Decimal(29500),
    store_revenue=Decimal(39500),
    conversions=Decimal(512),
)
BEFORE = Figures(
    spend=Decimal(10850),
    reported_revenue=Decimal(20500),
    store_revenue=Decimal(30500),
    conversions=Decimal(600),
)


def named(finding: Finding, name: str) -> Finding:
    """All that it is about is called so."""
    things = [replace(each, name=f"{name}{at}") for at, each in enumerate(finding.entities)]
    return replace(finding, entities=tuple(things))


def sentences(language: str, findings: list[FindingPart]) -> list[str]:
    days = Period(dt.date(2025, 12, 20), dt.date(2026, 1, 19))
    outcome = Outcome(
        days,
        NOW.spend,
        NOW.store_revenue,
        NOW.roas(RevenueSource.STORE),
        RevenueSource.STORE,
        Decimal("2.5"),
    )
    return summarise(sentences_in(language, "EUR"), outcome, NOW, BEFORE, findings)


def every_summary(language: str, name: str) -> Iterator[list[str]]:
    """With each recommendation, win and concern that there is, at least once."""
    manner = manner_in(language, "EUR")
    parts = {
        kind: [part_of(named(each, name), manner) for each in shown() if each.kind is kind]
        for kind in Kind
    }
    most = max(len(each) for each in parts.values())
    for at in range(most):
        yield sentences(language, [own[at % len(own)] for own in parts.values() for _ in (0, 1)])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_three_sentences_are_read_in_twenty_seconds_whatever_things_are_called(
    language: str, name: str
) -> None:
    assert len(name) >= 300
    for told in every_summary(language, name):
        assert len(told) == 3
        assert sum(len(each.split(" ")) for each in told) <= IN_ALL, told
        assert all(len(each) <= LONGEST for each in told), told


def test_a_name_of_a_usual_length_stays_whole() -> None:
    name = "Retargeting · cart 14d · Germany"
    win = samples.finding(
        f"{name} delivered 3.8x ROAS",
        entities=[Entity(kind="campaign", key="1", name=name, platform="meta", role="")],
    )
    assert name in sentences("en", [win])[1]


def test_a_title_is_cut_between_words_and_not_in_a_figure() -> None:
    advice = samples.finding(" ".join(["€1,234.56"] * 40), kind="recommendation")
    told = sentences("en", [advice])[2]
    assert "€1,234.56…" in told
    assert set(re.findall(r"€[\d.,]*\d", told)) == {"€1,234.56"}

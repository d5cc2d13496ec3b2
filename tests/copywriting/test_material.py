"""What may stand in which line: a fact by its kind, a benefit beside the pain it answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.facts import FactKind, kind_of
from app.copywriting.languages import language
from app.copywriting.material import Material, answers

LEDGER = Brief(
    product="Ledgerly",
    benefits=("Closes the month in a day", "Matches bank lines to receipts automatically"),
    pain_points=("I spend Sundays chasing receipts", "Month-end takes a week"),
    facts=("€29 a month", "14-day trial, no card needed", "Used by 640 firms in Austria"),
)


@pytest.mark.parametrize(
    ("code", "fact", "kind"),
    [
        ("en", "$16 a bag", FactKind.PRICE),
        ("en", "Tickets from £18", FactKind.PRICE),
        ("en", "Free shipping over $35", FactKind.TERMS),
        ("en", "Repairs free for 3 years", FactKind.TERMS),
        ("en", "14-day trial, no card needed", FactKind.TERMS),
        ("en", "Rated 4.9 by 4,812 home baristas", FactKind.PROOF),
        ("en", "Used by 640 firms in Austria", FactKind.PROOF),
        ("en", "Registered with the HCPC", FactKind.PROOF),
        ("en", "12 June", FactKind.DETAIL),
        ("de", "149 €", FactKind.PRICE),
        ("de", "Versand kostenlos ab 50 €", FactKind.TERMS),
        ("de", "4,7 von 5 Sternen bei 2.300 Bewertungen", FactKind.PROOF),
        ("es", "29 € al mes", FactKind.PRICE),
        ("es", "Prueba de 14 días sin tarjeta", FactKind.TERMS),
        ("es", "Más de 640 empresas lo usan", FactKind.PROOF),
        ("ja", "4,900円、送料込み", FactKind.PRICE),
        ("ja", "30日以内なら返品できます", FactKind.TERMS),
        ("ja", "2,300件のレビューで星4.7", FactKind.PROOF),
        ("ar", "السعر 199 ريال", FactKind.PRICE),
        ("ar", "الإرجاع خلال 30 يومًا", FactKind.TERMS),
        ("ar", "4.7 من 5 في 2300 تقييم", FactKind.PROOF),
    ],
)
def test_a_fact_is_known_by_its_kind(code: str, fact: str, kind: FactKind) -> None:
    spoken = language(code)
    assert spoken
    assert kind_of(fact, spoken) is kind


@pytest.mark.parametrize("platform", AdPlatform)
def test_an_offer_is_no_proof_and_a_proof_no_offer(platform: AdPlatform) -> None:
    spoken = language("en")
    assert spoken
    material = Material(LEDGER, spoken)

    for kind, never in (
        ("proof", {"€29 a month", "14-day trial, no card needed"}),
        ("hook_proof", {"€29 a month", "14-day trial, no card needed"}),
        ("offer", {"Used by 640 firms in Austria"}),
        ("hook_offer", {"Used by 640 firms in Austria"}),
    ):
        first = [line.fragment for line in material.lines(kind, platform) if line.fragments]
        assert never.isdisjoint(first), kind


def test_without_proof_nothing_is_called_one() -> None:
    spoken = language("en")
    assert spoken
    material = Material(replace(LEDGER, facts=("€29 a month",)), spoken)

    assert material.lines("hook_proof", AdPlatform.META) == ()
    assert material.lines("proof", AdPlatform.META) == ()


def test_a_pain_is_answered_by_the_benefit_that_speaks_of_the_same_thing() -> None:
    found = answers(LEDGER.pain_points, LEDGER.benefits, frozenset())

    assert found["I spend Sundays chasing receipts"] == {LEDGER.benefits[1]}
    assert found["Month-end takes a week"] == {LEDGER.benefits[0]}
    # “lunchtime” is not about lunch, and a word such as “every” is about nothing.
    assert answers(
        ["Can’t order lunch", "Late every day"],
        ["Lessons at lunchtime", "Seen every week", "Small groups"],
        frozenset({"every"}),
    ) == {
        "Can’t order lunch": {"Lessons at lunchtime"},
        "Late every day": {"Lessons at lunchtime", "Seen every week"},
    }

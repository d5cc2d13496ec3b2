"""What counts as a claim that the brief does not make, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.copywriting.brief import AdPlatform, Angle, Brief
from app.copywriting.claims import unsupported
from app.copywriting.frameworks import Trigger
from app.copywriting.variation import Variation

MUG = {
    "en": Brief(
        product="Ember Mug",
        benefits=("Keeps coffee hot for 3 hours", "plastic-free", "Weighs half as much"),
        pain_points=("Coffee goes cold before you finish it",),
        facts=(
            "Rated 4.7 out of 5 by 2,300 customers",
            "$49, delivery included",
            "Guaranteed for 5 years",
        ),
        url="https://ember.example",
    ),
    "de": Brief(
        product="Glutbecher",
        benefits=("hält den Kaffee 3 Stunden heiß",),
        facts=("4,7 von 5 Sternen bei 2.300 Bewertungen", "49 €", "5 Jahre Garantie"),
        language="de",
    ),
    "es": Brief(
        product="Taza Brasa",
        benefits=("mantiene el café caliente 3 horas",),
        facts=("4,7 de 5 según 2.300 clientes", "49 €", "Garantía de 5 años"),
        language="es",
    ),
    "ja": Brief(
        product="ぬくもりマグ",
        benefits=("コーヒーが3時間あたたかい",),
        facts=("2,300件のレビューで星4.7", "4,900円、送料込み"),
        language="ja",
    ),
    "ar": Brief(
        product="كوب دافئ",
        benefits=("يحفظ القهوة ساخنة ٣ ساعات",),
        facts=("4.7 من 5 في 2300 تقييم", "السعر 199 ريال"),
        language="ar",
    ),
}  # fmt: skip


def rules(code: str, text: str) -> set[str]:
    ad = Variation(
        AdPlatform.META, "PAS", Angle.PROBLEM, Trigger.CURIOSITY, text, "", "", "", (), ()
    )
    return {flag.rule for flag in unsupported(ad, MUG[code])}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "Keeps coffee hot for three hours. Order it for $49.00."),
        ("en", "2.3k customers rated it 4.7. A 5-year guarantee comes with it."),
        ("en", "Feel free to ask. It frees up your Sunday, and there’s no hurry."),
        ("en", "✅ Plastic-free\n✅ Half the weight\nOn Monday mornings, PDF in hand."),
        ("en", "The Ember Mug does its work. Leading to warm hands, one cup at a time."),
        ("en", "Read our case studies. Most days, that’s enough."),
        ("de", "Hält den Kaffee drei Stunden heiß. Am besten gleich ansehen, für 49,00 €."),
        ("de", "Der Glutbecher ist Ihr Begleiter im Büro. Sofort einsatzbereit."),
        ("es", "Tres horas de café caliente. Mejor así, ¿no? Por 49 €."),
        ("es", "Con garantía. Te lo enviamos a casa el lunes."),
        ("ja", "３時間あたたかい。レビュー2300件、星4.7。十分ですね。一日のはじまりに。"),
        ("ar", "ساخنة 3 ساعات. السعر ١٩٩ ريال. من اليوم الأول."),
    ],
)  # fmt: skip
def test_says_what_the_brief_says_in_other_words_and_figures(code: str, text: str) -> None:
    assert rules(code, text) == set()


@pytest.mark.parametrize(
    ("code", "text", "rule"),
    [
        ("en", "Keeps coffee hot for 3 days.", "number"),
        ("en", "Hot for twelve hours.", "number"),
        ("en", "Save 20% today.", "number"),
        ("en", "Loved by 10k people.", "number"),
        ("en", "Only £49.", "number"),
        ("en", "The best mug there is.", "claim"),
        ("en", "Try it risk-free.", "claim"),
        ("en", "A limited edition. Hurry!", "claim"),
        ("en", "Free delivery on everything.", "claim"),
        ("en", "Our customers say it all.", "claim"),
        ("en", "Featured in Forbes last week.", "name"),
        ("en", "“It changed my mornings”, says Anna.", "quotation"),
        ("de", "Hält den Kaffee 12 Stunden heiß.", "number"),
        ("de", "Der beste Becher, kostenlos getestet.", "claim"),
        ("de", "Spart zwanzig Prozent.", "number"),
        ("es", "La mejor taza, gratis hoy.", "claim"),
        ("es", "Ahorra un 20 %.", "number"),
        ("ja", "世界一のマグ。", "claim"),
        ("ja", "五千人が愛用。", "number"),
        ("ja", "5万人が選びました。", "number"),
        ("ar", "الكوب الأفضل بضمان كامل.", "claim"),
        ("ar", "ساخنة \u0667 ساعات.", "number"),
    ],
)  # fmt: skip
def test_flags_what_the_brief_does_not_say(code: str, text: str, rule: str) -> None:
    assert rule in rules(code, text)


def test_a_language_without_a_list_of_claims_still_has_its_numbers_checked() -> None:
    brief = replace(MUG["es"], language="fr")
    text = "Chaud 9 heures."
    ad = Variation(
        AdPlatform.META, "PAS", Angle.PROBLEM, Trigger.CURIOSITY, text, "", "", "", (), ()
    )

    assert {flag.rule for flag in unsupported(ad, brief)} == {"number"}

"""What a platform would refuse, and what only looks like it."""

from __future__ import annotations

import pytest

from app.copywriting.brief import AdPlatform, Angle, Brief
from app.copywriting.checks import flags_of
from app.copywriting.frameworks import Trigger
from app.copywriting.limits import columns, emoji
from app.copywriting.policy import special_categories
from app.copywriting.variation import Flag, Level, Variation

COFFEE = Brief(product="Black Friday Coffee", benefits=("Roasted dark", "100% arabica"))


def flags(platform: AdPlatform, text: str, *, headline: str = "", cta: str = "") -> list[Flag]:
    ad = Variation(
        platform, "PAS", Angle.PROBLEM, Trigger.CURIOSITY, text, headline, "", cta, (), ()
    )
    return flags_of(ad, COFFEE)


def policy(platform: AdPlatform, text: str, *, headline: str = "") -> set[str]:
    return {
        flag.rule
        for flag in flags(platform, text, headline=headline)
        if flag.rule.startswith(platform) and flag.level is Level.PROBLEM
    }


@pytest.mark.parametrize(
    "text",
    [
        "Are you diabetic?",
        "Drowning in debt?",
        "Tired of your anxiety? Try this.",
        "You’re overweight, and it shows.",
        "Meet other Christian singles.",
        "Are you over 50?",
        "Sind Sie verschuldet?",
        "¿Tienes deudas?",
        "糖尿病でお悩みの方へ。",
        "هل تعاني من الاكتئاب؟",
    ],
)
def test_meta_refuses_what_tells_readers_who_they_are(text: str) -> None:
    assert policy(AdPlatform.META, text) == {"meta_personal_attributes"}


@pytest.mark.parametrize(
    "text",
    [
        "You’ll love black coffee.",
        "Black Friday Coffee is what you need. Ready for it?",
        "Are you a black coffee drinker?",
        "Is your yoghurt low fat?",
        "Your coffee in under 30 seconds.",
        "Over 40 recipes for you?",
        "Rinse before and after use.",
        "Pay off debt collectors’ paperwork with one export.",
        "Ihr Kaffee, schwarz und stark.",
        "¿Te gusta el café negro?",
    ],
)
def test_meta_allows_the_same_words_about_a_product(text: str) -> None:
    assert policy(AdPlatform.META, text) == set()


@pytest.mark.parametrize(
    ("text", "headline", "rule"),
    [
        ("Fresh coffee!!", "", "google_punctuation"),
        ("Fresh.", "Fresh coffee!", "google_punctuation"),
        ("Fresh! And hot!", "", "google_punctuation"),
        ("*Fresh* coffee", "", "google_punctuation"),
        ("C.O.F.F.E.E. for all", "", "google_punctuation"),
        ("FRESH coffee", "", "google_capitals"),
        ("BUY NOW and save", "", "google_capitals"),
        ("CoFfEe for all", "", "google_capitals"),
        ("Fresh c0ffee", "", "google_spelling"),
        ("Call +44 20 7946 0958", "", "google_phone"),
        ("Click here for coffee", "", "google_click"),
    ],
)
def test_google_refuses_odd_punctuation_capitals_and_numbers(
    text: str, headline: str, rule: str
) -> None:
    assert rule in policy(AdPlatform.GOOGLE, text, headline=headline)


@pytest.mark.parametrize(
    "text",
    [
        "Order by 30/11/2026.",
        "USB-C and PDF export, for iPhone and McCafé.",
        "Fresh coffee | Roasted dark",
        "It’s good. Is it? Yes!",
        "B2B or B2C: 1,000,000 beans.",
    ],
)
def test_google_allows_ordinary_writing(text: str) -> None:
    assert policy(AdPlatform.GOOGLE, text) == set()


def test_google_texts_that_lean_on_another_are_worth_a_look() -> None:
    found = flags(AdPlatform.GOOGLE, "And it’s roasted dark.")

    assert [flag.level for flag in found if flag.rule == "google_order"] == [Level.WARNING]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("The best coffee.", True),
        ("Number 1 in town.", True),
        ("100% guaranteed.", True),
        ("Der beste Kaffee.", True),
        ("El mejor café.", True),
        ("世界一のコーヒー。", True),
        ("Better than Nescafé.", True),
        ("Best before May. 100% arabica.", False),
        ("Better than ever.", False),
        ("Am besten heiß.", False),
        ("Mejor que nunca.", False),
    ],
)
def test_tiktok_refuses_absolutes_and_running_others_down(text: str, refused: bool) -> None:
    assert bool(policy(AdPlatform.TIKTOK, text)) is refused


def test_no_ad_on_linkedin_names_linkedin() -> None:
    assert policy(AdPlatform.LINKEDIN, "As seen on LinkedIn.") == {"linkedin_name"}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("👨‍👩‍👧‍👦", 1),
        ("👍🏽 👍", 2),
        ("🇩🇪🇫🇷", 2),
        ("1️⃣ 2️⃣", 2),
        ("❤️", 1),
        ("20 ℃, № 5, ©, ™, ㎏", 0),
        ("e\u0301clair, قهوةٌ", 0),
    ],
)
def test_emoji_are_counted_as_people_see_them(text: str, count: int) -> None:
    assert len(emoji(text)) == count


def test_wide_scripts_count_twice_and_right_to_left_ones_once() -> None:
    assert columns("コーヒー") == 8
    assert columns("ｶﾌｪ") == 3
    assert columns("قهوة") == 4
    assert columns("\uff21") == 2


@pytest.mark.parametrize(
    ("benefit", "category"),
    [
        ("Two-room apartments near the river", "housing"),
        ("We’re hiring baristas", "employment"),
        ("A loan in one day", "credit"),
        ("A supplement for weight loss", "health"),
        ("Vote for Ana", "politics"),
        ("Kredit ohne Papier", "credit"),
        ("賃貸マンション", "housing"),
        ("وظائف جديدة", "employment"),
    ],
)
def test_special_categories_warn_and_do_not_cost_points(benefit: str, category: str) -> None:
    brief = Brief(product="Ana", benefits=(benefit,))
    ad = Variation(
        AdPlatform.META, "FAB", Angle.OUTCOME, Trigger.CURIOSITY, benefit, "Ana", "", "", (), ()
    )

    assert [each.name for each in special_categories(brief)] == [category]
    warned = [flag for flag in flags_of(ad, brief) if flag.rule == "special_category"]
    assert [flag.level for flag in warned] == [Level.WARNING]


@pytest.mark.parametrize(
    "benefit",
    ["Gets odd jobs done", "A die-cast camera housing", "Ships by 12 Apr", "Treats wood for years"],
)
def test_everyday_words_are_no_special_category(benefit: str) -> None:
    assert special_categories(Brief(product="Ana", benefits=(benefit,))) == []

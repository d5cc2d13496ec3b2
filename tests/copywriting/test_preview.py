"""What is seen of an ad before anybody presses "more"."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.copywriting.brief import AdPlatform, Angle
from app.copywriting.frameworks import Trigger
from app.copywriting.limits import SHAPES, Limit
from app.copywriting.preview import PLACEMENTS, Placement, fold, shown
from app.copywriting.variation import Variation

AD = Variation(
    AdPlatform.META,
    "PAS",
    Angle.PROBLEM,
    Trigger.CURIOSITY,
    "Cold again? " * 30,
    "Warm coffee until the afternoon",
    "Free returns",
    "SHOP_NOW",
    ("Warm coffee until the afternoon",),
    ("Free returns",),
)
SEARCH = replace(
    AD,
    platform=AdPlatform.GOOGLE,
    headlines=("One two three", "Four five six", "Seven eight", "Nine"),
    descriptions=("First.", "Second.", "Third."),
    paths=("mugs",),
)


@given(st.text(max_size=300), st.integers(1, 150), st.booleans(), st.none() | st.integers(1, 4))
def test_seen_and_rest_are_the_text_and_what_is_seen_fits(
    text: str, seen: int, wide: bool, lines: int | None
) -> None:
    limit = Limit(1000, seen, columns=wide)

    found = fold(text, limit, lines)

    assert found.seen + found.rest == text
    if found.rest:
        assert found.rest.strip()
        assert limit.count(found.seen) <= seen or lines is not None
        assert limit.count(text) > seen or text.count("\n") >= (lines or 0)
    else:
        assert limit.count(text.rstrip()) <= seen


def test_meta_and_linkedin_fold_where_they_say() -> None:
    linkedin = replace(AD, platform=AdPlatform.LINKEDIN)

    facebook_seen = shown(AD, "facebook_feed").text.seen
    linkedin_seen = shown(linkedin, Placement.LINKEDIN_FEED).text.seen

    assert 110 < len(facebook_seen) <= 125
    assert 135 < len(linkedin_seen) <= 150


def test_a_fold_is_between_words_and_not_inside_a_character() -> None:
    words = fold("Warm coffee until the afternoon", Limit(40, 27))
    family = fold("ok👩‍👩‍👧 and more", Limit(40, 5))
    flag = fold("🇩🇪🇫🇷🇪🇸", Limit(40, 3))
    accent = fold("cafe\u0301s", Limit(40, 4))

    assert words.cut == "Warm coffee until the…"
    assert family.seen == "ok"
    assert flag.seen == "🇩🇪"
    assert accent.seen == "caf"


def test_a_fourth_line_is_folded_however_short() -> None:
    found = fold("a\nb\nc\nd", Limit(2200, 125), 3)

    assert (found.seen, found.rest) == ("a\nb\nc", "\nd")


def test_a_text_of_wide_characters_is_folded_where_its_columns_end() -> None:
    assert fold("温かいコーヒー", Limit(100, 7, columns=True)).seen == "温かい"


def test_a_button_reads_as_on_the_platform_and_may_be_none() -> None:
    assert shown(AD, "story").cta == "Shop now"
    assert shown(replace(AD, cta="NO_BUTTON"), "story").cta == ""


def test_a_search_ad_shows_three_headlines_and_two_descriptions_in_turn() -> None:
    first, second, again = (shown(SEARCH, "google_desktop", turn) for turn in (0, 1, 4))

    assert first.headline == "One two three - Four five six - Seven eight"
    assert first.text.seen == "First. Second."
    assert second.headline == "Four five six - Seven eight - Nine"
    assert second.text.seen == "Second. Third."
    assert (again.headline, first.turns, first.paths) == (first.headline, 4, ("mugs",))


def test_a_third_headline_without_room_is_not_shown() -> None:
    long = replace(SEARCH, headlines=tuple(f"A headline of thirty {n} letters" for n in range(3)))

    assert shown(long, "google_mobile").headline.count(" - ") == 1


def test_an_unfinished_search_ad_is_shown_empty() -> None:
    found = shown(replace(SEARCH, headlines=(), descriptions=()), "google_mobile", 3)

    assert (found.headline, found.text.seen) == ("", "")


@pytest.mark.parametrize("platform", AdPlatform)
def test_every_platform_has_placements_of_its_own(platform: AdPlatform) -> None:
    for placement in PLACEMENTS[platform]:
        assert placement.label
        assert shown(replace(SEARCH, platform=platform), placement).placement is placement
    with pytest.raises(ValueError, match="has no"):
        shown(
            replace(SEARCH, platform=platform),
            min(set(Placement) - set(PLACEMENTS[platform])),
        )


def test_all_that_a_search_ad_may_have_is_never_folded() -> None:
    shape = SHAPES[AdPlatform.GOOGLE]

    assert fold("x" * 90, shape.description).rest == ""

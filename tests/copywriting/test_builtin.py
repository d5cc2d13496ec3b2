"""What the built-in writer keeps for every brief, in every language it writes."""

from __future__ import annotations

import itertools
import re
import time
import unicodedata
from dataclasses import replace

import pytest

from app.copywriting.brief import AdPlatform, Brief, Tone
from app.copywriting.builtin import BUILT_IN, BuiltInWriter
from app.copywriting.checks import flags_of
from app.copywriting.languages import language
from app.copywriting.plan import plan
from app.copywriting.variation import Level, Variation
from app.copywriting.words import sentences
from app.copywriting.writing import Event, NotWritten, Place, Written
from tests.copywriting.briefs import LANGUAGES, random_brief

BRIEFS = [
    *((seed, code) for seed in range(3) for code in LANGUAGES),
    *(
        pytest.param(seed, code, marks=pytest.mark.prove)
        for seed in range(3, 106)
        for code in LANGUAGES
    ),
]
# primary text, headline, description; a wide character counts twice where True.
LIMITS = {
    AdPlatform.META: ((2200, 40, 30), False),
    AdPlatform.GOOGLE: ((90, 30, 90), True),
    AdPlatform.LINKEDIN: ((600, 200, 300), False),
    AdPlatform.TIKTOK: ((100, 40, 40), True),
}
MUG = Brief(
    product="Ember Mug",
    benefits=("Keeps coffee hot for 3 hours", "Rinses clean in seconds"),
    pain_points=("Coffee goes cold before you finish it",),
    platforms=(AdPlatform.META,),
    facts=("Rated 4.7 out of 5 by 2,300 customers", "$49, delivery included"),
    url="https://www.ember.example/shop",
)


def events(brief: Brief, count: int = 20, *, turn: int = 0) -> list[Event]:
    places = [Place(number, slot) for number, slot in enumerate(plan(brief, count))]
    return list(BuiltInWriter(brief, turn=turn).write(places, (), go_on=lambda: ""))


def written(brief: Brief, count: int = 20, *, turn: int = 0) -> list[Variation]:
    """The variations, all of which have to come."""
    came = events(brief, count, turn=turn)
    assert [each for each in came if not isinstance(each, Written)] == []
    return [each.variation for each in came if isinstance(each, Written)]


def length(text: str, *, wide: bool) -> int:
    return sum(2 if wide and unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def runs(text: str) -> set[tuple[str, ...]]:
    """Word 3-grams; where no spaces are written, of characters."""
    spread = re.sub(r"([\u3040-\u30ff\u4e00-\u9fff])", r" \1 ", text.casefold())
    found = re.findall(r"\w+(?:['’]\w+)*", spread)
    return set(zip(found, found[1:], found[2:], strict=False)) or {tuple(found)}


@pytest.mark.parametrize(("seed", "code"), BRIEFS)
def test_every_text_fits_its_platform_says_only_the_brief_and_differs_from_the_others(
    seed: int, code: str
) -> None:
    brief = random_brief(seed, code)
    came = events(brief)
    variations = [each.variation for each in came if isinstance(each, Written)]

    # A brief of a few words may not carry twenty different texts; then it says which are missing.
    assert [each.number for each in came] == list(range(20))
    assert len(variations) >= 12
    for variation in variations:
        (primary, headline, description), wide = LIMITS[variation.platform]
        assert 0 < length(variation.primary_text, wide=wide) <= primary
        assert all(0 < length(each, wide=wide) <= headline for each in variation.headlines)
        assert all(0 < length(each, wide=wide) <= description for each in variation.descriptions)
        if variation.platform is AdPlatform.GOOGLE:
            assert 3 <= len(set(variation.headlines)) == len(variation.headlines) <= 15
            assert 2 <= len(set(variation.descriptions)) == len(variation.descriptions) <= 4
            assert all(length(each, wide=True) <= 15 for each in variation.paths)
        for number in re.findall(r"\d+", variation.text):
            assert number in re.findall(r"\d+", brief.said), variation.text
        problems = [f for f in flags_of(variation, brief) if f.level is Level.PROBLEM]
        assert problems == [], variation.text
        for unwanted in brief.avoid:
            assert not re.search(rf"\b{re.escape(unwanted)}\b", variation.text, re.IGNORECASE)
    said = [(each, runs(each.text), runs(each.primary_text)) for each in variations]
    for (one, whole, first), (other, wholes, firsts) in itertools.combinations(said, 2):
        pairs = [(whole, wholes)]
        if AdPlatform.GOOGLE not in {one.platform, other.platform}:
            pairs.append((first, firsts))
        for mine, theirs in pairs:
            assert len(mine & theirs) / min(len(mine), len(theirs)) <= 0.6, (one.text, other.text)


def test_twenty_on_one_platform_are_five_angles_with_four_frameworks_each() -> None:
    variations = written(MUG)

    assert len({(each.angle, each.framework) for each in variations}) == 20
    assert len({each.angle for each in variations}) == 5
    assert len({each.framework for each in variations}) == 4


def test_the_same_brief_gives_the_same_texts_and_another_turn_gives_others() -> None:
    first, again, other = written(MUG), written(MUG), written(MUG, turn=1)

    assert first == again
    assert (
        sum(one.primary_text == two.primary_text for one, two in zip(first, other, strict=True)) < 5
    )


def test_a_brief_of_nothing_but_a_name_still_gives_twenty_texts_without_claims() -> None:
    brief = Brief(product="Quietly", platforms=tuple(AdPlatform))
    variations = written(brief)

    assert len({each.primary_text for each in variations}) == 20
    assert all(flags_of(each, brief) == [] for each in variations)


def test_a_trigger_that_needs_a_fact_is_named_only_where_the_fact_is_said() -> None:
    for variation in written(replace(MUG, facts=())):
        assert variation.trigger not in {
            "Social proof", "Authority", "Scarcity", "Anchoring", "Reciprocity",
        }  # fmt: skip
    for variation in written(MUG):
        if variation.trigger == "Social proof":
            assert "4.7 out of 5" in variation.primary_text
        if variation.trigger == "Anchoring":
            assert "$49" in variation.primary_text


def test_a_product_longer_than_a_headline_is_written_around_and_never_cut() -> None:
    long = "The Extraordinarily Patient Copper Kettle of Old Town"
    brief = replace(MUG, product=long, platforms=(AdPlatform.GOOGLE,))

    for variation in written(brief):
        assert all(len(each) <= 30 for each in variation.headlines)
        assert not any("Extraord" in each for each in variation.headlines)


def test_a_tone_that_was_chosen_can_be_read() -> None:
    urgent = written(replace(MUG, tones=(Tone.URGENT,)))

    assert any("Why wait" in each.primary_text for each in urgent)
    assert not any("Why wait" in each.primary_text for each in written(MUG))


def test_what_a_rule_of_one_platform_forbids_is_said_only_on_the_others() -> None:
    brief = replace(
        MUG,
        benefits=("The best mug for slow drinkers", "Keeps coffee hot for 3 hours"),
        platforms=(AdPlatform.META, AdPlatform.TIKTOK),
    )
    variations = written(brief)

    assert any("best mug" in each.text for each in variations if each.platform == "meta")
    assert not any("best mug" in each.text for each in variations if each.platform == "tiktok")


@pytest.mark.parametrize("code", BUILT_IN)
def test_no_line_of_a_language_claims_anything_by_itself(code: str) -> None:
    spoken = language(code)
    assert spoken
    english = language("en")
    assert english
    assert spoken.lines.keys() == english.lines.keys()
    tables = [spoken.lines, *spoken.platforms.values(), *spoken.tones.values()]
    for lines in itertools.chain.from_iterable(table.values() for table in tables):
        for line in lines:
            bare = re.sub(r"\{\w+\}", " ", line)
            assert not spoken.promises.search(bare), line
            assert not spoken.number_words.keys() & set(bare.casefold().split()), line
            assert not re.search(r"\d", bare), line


@pytest.mark.parametrize("code", BUILT_IN)
def test_plain_headlines_fit_the_narrowest_platform(code: str) -> None:
    spoken = language(code)
    assert spoken
    for line in spoken.lines["headline_plain"]:
        assert length(line, wide=True) <= 30, line
    for kind in spoken.lines:
        if kind.endswith("_plain") and kind.startswith("hook"):
            assert any(
                length(line, wide=True) <= 40
                for line in spoken.lines[kind]
                if "{product}" not in line
            ) or kind == "hook_offer_plain", kind  # fmt: skip


def test_a_kept_field_stays_as_it_is_and_the_rest_is_written_around_it() -> None:
    slot = plan(MUG, 1)[0]
    first = written(MUG, 1)[0]
    kept = {"primary_text": "Coffee goes cold before you finish it? Ours waits.", "cta": "BUY_NOW"}
    (event,) = BuiltInWriter(MUG, turn=1).write(
        [Place(7, slot, kept, before=first)], (), go_on=lambda: ""
    )

    assert isinstance(event, Written)
    assert event.number == 7
    assert event.variation.primary_text == kept["primary_text"]
    assert event.variation.cta == "BUY_NOW"
    assert event.variation.headline
    assert event.variation.beats == ()


def test_kept_parts_of_a_search_ad_keep_their_places() -> None:
    brief = replace(MUG, platforms=(AdPlatform.GOOGLE,))
    slot = plan(brief, 1)[0]
    kept = {"headline": "Hot for 3 hours", "description": "A mug that waits for you."}
    (event,) = BuiltInWriter(brief).write([Place(0, slot, kept)], (), go_on=lambda: "")

    assert isinstance(event, Written)
    assert event.variation.headlines[0] == event.variation.headline == "Hot for 3 hours"
    assert event.variation.descriptions[1] == event.variation.description == kept["description"]
    assert event.variation.primary_text == event.variation.descriptions[0]

    every = {"headlines": ("One", "Two", "Three"), "descriptions": ("First.", "Second.")}
    (event,) = BuiltInWriter(brief).write([Place(0, slot, every)], (), go_on=lambda: "")
    assert isinstance(event, Written)
    assert event.variation.headlines == ("One", "Two", "Three")
    assert event.variation.descriptions == ("First.", "Second.")


def test_a_text_written_again_is_another_one() -> None:
    slot = plan(MUG, 1)[0]
    first = written(MUG, 1)[0]
    (event,) = BuiltInWriter(MUG).write([Place(0, slot, before=first)], (), go_on=lambda: "")

    assert isinstance(event, Written)
    assert len(runs(event.variation.text) & runs(first.text)) <= 0.6 * len(runs(first.text))


def test_stops_where_it_is_told_to_and_keeps_what_was_written() -> None:
    places = [Place(number, slot) for number, slot in enumerate(plan(MUG, 20))]
    answers = iter(["", "", *["cancelled"] * 30])
    came = list(BuiltInWriter(MUG).write(places, (), go_on=lambda: next(answers)))

    assert [isinstance(each, Written) for each in came] == [True, True, *[False] * 18]
    assert {each.code for each in came if isinstance(each, NotWritten)} == {"cancelled"}


def test_a_language_it_does_not_have_is_said_for_every_place() -> None:
    came = events(replace(MUG, language="fr"), 3)

    assert [(each.number, each.code) for each in came if isinstance(each, NotWritten)] == [
        (0, "not_set_up"), (1, "not_set_up"), (2, "not_set_up"),
    ]  # fmt: skip
    assert "English, German, Spanish, Japanese and Arabic" in came[0].message
    assert "LLM_MODEL" in came[0].message


def test_siblings_that_exist_are_not_written_again() -> None:
    first = written(MUG, 10)
    places = [Place(10 + number, slot) for number, slot in enumerate(plan(MUG, 10))]
    came = BuiltInWriter(MUG).write(places, first, go_on=lambda: "")

    for event in came:
        assert isinstance(event, Written)
        for other in first:
            mine, theirs = runs(event.variation.text), runs(other.text)
            assert len(mine & theirs) <= 0.6 * min(len(mine), len(theirs))


RICH = Brief(
    product="Ledgerly",
    benefits=(
        "Matches bank lines to receipts automatically",
        "Closes the month in a day",
        "Your accountant gets read access",
        "No more spreadsheet exports",
    ),
    pain_points=("Month-end takes a week", "I spend Sundays chasing receipts"),
    facts=("€29 a month", "14-day trial, no card needed", "Used by 640 firms in Austria"),
    url="https://ledgerly.example",
)


@pytest.mark.parametrize("platform", AdPlatform)
def test_a_rich_brief_fills_every_headline_and_description_with_what_it_says(
    platform: AdPlatform,
) -> None:
    english = language("en")
    assert english
    idle = {each.replace("{product}", RICH.product) for each in english.lines["headline_plain"]}
    idle |= set(english.lines["description_plain"])

    for each in written(replace(RICH, platforms=(platform,))):
        assert idle.isdisjoint((*each.headlines, *each.descriptions)), each.text


def test_some_texts_are_lists_where_benefits_abound() -> None:
    texts = [each.primary_text for each in written(RICH)]

    assert 1 <= sum("\n• Closes the month in a day\n• " in each for each in texts) <= 8


def test_a_tiktok_text_is_a_few_spoken_sentences() -> None:
    texts = [each.primary_text for each in written(replace(RICH, platforms=(AdPlatform.TIKTOK,)))]

    assert all(len(sentences(each)) <= 3 for each in texts)
    assert not any(each.startswith("Look:") for each in texts)


@pytest.mark.parametrize(
    ("benefit", "sentence"),
    [
        ("Keeps coffee hot", "Ember Mug keeps coffee hot"),
        ("roasted and shipped the same day", "s roasted and shipped the same day"),
        ("Free shipping over $35", "get free shipping over $35"),
        ("Never lose a lid again", "ou never lose a lid again"),
        ("Your barista knows it", "your barista knows it"),
        ("iPhone app included", "iPhone app included"),
    ],
)
def test_a_fragment_is_woven_in_by_its_form(benefit: str, sentence: str) -> None:
    brief = replace(MUG, benefits=(benefit,), facts=(), pain_points=())

    assert any(sentence in each.text for each in [*written(brief), *written(brief, turn=1)])


def test_the_reader_is_addressed_where_the_brief_says_i() -> None:
    texts = written(replace(MUG, pain_points=("I never finish my coffee while it’s hot",)))

    assert not any(re.search(r"\b(?:I|my)\b", each.text) for each in texts)
    assert any("ou never finish your coffee" in each.text for each in texts)


def test_twenty_are_written_well_under_a_second() -> None:
    began = time.process_time()
    written(replace(MUG, platforms=tuple(AdPlatform)))

    assert time.process_time() - began < 1

"""The checklist: deterministic, explained, and low where a text deserves it."""

from __future__ import annotations

from dataclasses import replace

from app.copywriting.brief import AdPlatform, Angle, Brief
from app.copywriting.builtin import BuiltInWriter
from app.copywriting.checks import flags_of
from app.copywriting.frameworks import Trigger
from app.copywriting.plan import plan
from app.copywriting.scoring import MOST_WITH_A_PROBLEM, Score, score
from app.copywriting.triggers import honest
from app.copywriting.variation import Beat, Level, Variation
from app.copywriting.writing import Place, Written

MUG = Brief(
    product="Ember Mug",
    benefits=("Keeps coffee hot for 3 hours", "Rinses clean in seconds"),
    pain_points=("Coffee goes cold before you finish it",),
    facts=("Rated 4.7 out of 5 by 2,300 customers", "$49, delivery included"),
    url="https://www.ember.example/shop",
)
GOOD = Variation(
    AdPlatform.META,
    "PAS",
    Angle.PROBLEM,
    Trigger.LOSS_AVERSION,
    "Coffee goes cold before you finish it?\n\nAnd tomorrow it starts over. Ember Mug keeps coffee "
    "hot for 3 hours.\n\nGet yours for $49, delivery included.",
    "Hot coffee for 3 hours",
    "$49, delivery included",
    "SHOP_NOW",
    ("Hot coffee for 3 hours",),
    ("$49, delivery included",),
    beats=(
        Beat("problem", "Coffee goes cold before you finish it?"),
        Beat("agitate", "And tomorrow it starts over."),
        Beat("solve", "Ember Mug keeps coffee hot for 3 hours."),
    ),
)
SPAM = replace(
    GOOD,
    primary_text="AMAZING revolutionary world-class experience for everyone who loves elevating "
    "their everyday lifestyle with 100% guaranteed unbelievable transformative results, hurry, "
    "limited offer, only 3 left!!!",
    headline="The best mug in the world, guaranteed, you won’t believe it",
    cta="CLICK_ME",
    beats=(),
)


def scored(variation: Variation, siblings: tuple[Variation, ...] = ()) -> Score:
    return score(variation, MUG, flags_of(variation, MUG), siblings)


def points(variation: Variation, name: str) -> float:
    return next(part.points for part in scored(variation).parts if part.name == name)


def test_a_good_text_scores_high_and_spam_low_and_each_part_says_why() -> None:
    good, spam = scored(GOOD), scored(SPAM)

    assert good.total >= 8.5
    assert spam.total <= 4.5
    assert all(part.reason for part in (*good.parts, *spam.parts))
    assert scored(GOOD) == good


def test_a_copy_of_a_sibling_loses_the_points_for_difference() -> None:
    alone, beside = scored(GOOD), scored(GOOD, (GOOD,))

    assert beside.total < alone.total
    assert next(p.points for p in beside.parts if p.name == "Difference") == 0


def test_a_step_that_was_edited_away_is_named() -> None:
    edited = replace(
        GOOD, primary_text=GOOD.primary_text.replace("And tomorrow it starts over. ", "")
    )
    part = next(each for each in scored(edited).parts if each.name == "Framework")

    assert part.points == 6.7
    assert "agitate" in part.reason


def test_a_text_whose_steps_nobody_marked_is_scored_without_that_part() -> None:
    unmarked = scored(replace(GOOD, beats=()))
    part = next(each for each in unmarked.parts if each.name == "Framework")

    assert (part.weight, part.reason[-12:]) == (0, "Not counted.")
    assert unmarked.total == round(
        sum(p.points * p.weight for p in unmarked.parts) / sum(p.weight for p in unmarked.parts), 1
    )


def test_a_text_about_nothing_in_particular_is_not_specific() -> None:
    vague = replace(
        GOOD,
        primary_text="Good things. Well made.",
        headline="Hello",
        description="Hi",
        headlines=("Hello",),
        descriptions=("Hi",),
    )

    assert points(vague, "Specificity") == 0
    assert points(GOOD, "Specificity") == 10


def test_sentences_that_fit_any_product_cost_points_and_are_quoted() -> None:
    padded = replace(
        GOOD,
        primary_text=GOOD.primary_text + " Small things add up. It just gets easier. You will see.",
    )
    part = next(each for each in scored(padded).parts if each.name == "No padding")

    assert part.points < points(GOOD, "No padding") - 2
    assert "add up" in part.reason or "tomorrow" in part.reason


def test_the_name_of_the_product_over_and_over_costs_points() -> None:
    shouting = replace(GOOD, primary_text=" ".join(["Ember Mug keeps coffee hot."] * 6))

    assert points(shouting, "No padding") < points(GOOD, "No padding")


def test_a_headline_or_description_that_says_nothing_is_a_wasted_field() -> None:
    wasted = replace(GOOD, description="Have a look", descriptions=("Have a look",))
    twice = replace(
        GOOD, headline="$49, delivery included!", headlines=("$49, delivery included!",)
    )

    assert points(GOOD, "No wasted field") == 10
    assert points(wasted, "No wasted field") == 5
    assert points(twice, "No wasted field") == 7


def test_an_opening_about_nothing_scores_below_one_with_a_benefit() -> None:
    vague = replace(GOOD, primary_text="Some things just work. " + GOOD.primary_text)

    assert points(vague, "Hook") < points(GOOD, "Hook")


def test_a_long_winded_text_reads_harder() -> None:
    winding = replace(
        GOOD,
        primary_text="Considering the extraordinarily inconvenient consequences of temperature "
        "deterioration throughout conventional drinking vessels, manufacturing professionals "
        "recommend investigating alternative thermally insulated containers immediately.",
    )

    assert points(winding, "Clarity") < 3 < points(GOOD, "Clarity")


def test_what_the_built_in_writer_writes_scores_well_in_every_language_it_knows() -> None:
    for platform in AdPlatform:
        brief = replace(MUG, platforms=(platform,))
        places = [Place(number, slot) for number, slot in enumerate(plan(brief, 20))]
        came = list(BuiltInWriter(brief).write(places, (), go_on=lambda: ""))
        texts = [each.variation for each in came if isinstance(each, Written)]
        totals = [score(each, brief, flags_of(each, brief), ()).total for each in texts]
        assert sum(totals) / len(totals) >= 8, platform
        # A list sorted by score has to put something first and something last.
        assert max(totals) - min(totals) >= 1, platform


def test_a_trigger_is_flagged_where_the_brief_does_not_bear_it_out() -> None:
    def found(trigger: Trigger, brief: Brief = MUG) -> list[tuple[str, Level]]:
        flags = flags_of(replace(GOOD, trigger=trigger), brief)
        return [(flag.words, flag.level) for flag in flags if flag.rule == "trigger"]

    assert found(Trigger.SCARCITY) == [("Scarcity", Level.PROBLEM)]
    assert found(Trigger.AUTHORITY) == [("Authority", Level.PROBLEM)]
    assert found(Trigger.ANCHORING) == []
    # The brief has the rating, the text does not say it.
    assert found(Trigger.SOCIAL_PROOF) == [("Social proof", Level.WARNING)]
    assert found(Trigger.SCARCITY, replace(MUG, facts=("Only until 30 November",))) == [
        ("Scarcity", Level.WARNING)
    ]


def test_a_trigger_needs_what_it_appeals_to() -> None:
    bare = Brief(product="Ember Mug")

    assert honest(Trigger.CURIOSITY, bare)
    for trigger in (Trigger.LOSS_AVERSION, Trigger.UNITY, Trigger.SPECIFICITY, Trigger.RECIPROCITY):
        assert not honest(trigger, bare)


def test_a_text_with_a_problem_scores_low_however_good_the_rest_is() -> None:
    headline = "Save 47% on the #1 best mug ever"
    broken = replace(GOOD, headline=headline, headlines=(headline,))
    flags = flags_of(broken, MUG)
    assert any(flag.level is Level.PROBLEM for flag in flags)

    assert score(broken, MUG, flags, []).total <= MOST_WITH_A_PROBLEM

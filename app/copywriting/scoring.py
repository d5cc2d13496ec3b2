"""A checklist score out of 10. It says how complete a text is, not how it will do.

The same text, brief and siblings always get the same score. The reading ease is LIX (Björnsson
1968): words per sentence plus the percentage of words longer than six letters; below 40 reads
easily. Scripts without spaces are judged by the characters of a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.frameworks import FRAMEWORKS
from app.copywriting.limits import SHAPES
from app.copywriting.mentions import mentioned
from app.copywriting.variation import Flag, Level, Variation
from app.copywriting.vocabulary import BUTTONS, SUITING, label
from app.copywriting.words import grams, sentences, shared, unspaced, words

MOST_SHARED = 0.6
MOST_WITH_A_PROBLEM = 4.9
_EASY_LIX, _HARD_LIX = 40.0, 70.0
_EASY_CHARACTERS, _HARD_CHARACTERS = 40.0, 80.0
_SHORT_HOOK, _LONG_HOOK = 9, 14
_NAMED_ENOUGH = 3
_TIMES_SEEN = 3


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the checklist: 0 to 10 points, its weight in per cent, and why.

    A weight of 0 says that the part could not be judged and is left out of the total.
    """

    name: str
    points: float
    weight: int
    reason: str


@dataclass(frozen=True, slots=True)
class Score:
    """`total` out of 10 to one decimal: the weighted mean of the parts.

    A text with a problem gets MOST_WITH_A_PROBLEM at most.
    """

    total: float
    parts: tuple[Part, ...]


def score(
    variation: Variation, brief: Brief, flags: Sequence[Flag], siblings: Sequence[Variation]
) -> Score:
    """`flags` are the text's own, `siblings` the other variations of its batch."""
    parts = (
        _fit(variation, flags),
        _hook(variation, brief),
        _specificity(variation, brief),
        _fields(variation, brief),
        _padding(variation, brief),
        _clarity(variation),
        _framework(variation),
        _call(variation, brief),
        _difference(variation, siblings),
    )
    total = sum(part.points * part.weight for part in parts) / sum(part.weight for part in parts)
    if any(flag.level is Level.PROBLEM for flag in flags):
        # However good the rest is: it cannot run as it stands.
        total = min(total, MOST_WITH_A_PROBLEM)
    return Score(round(total, 1), parts)


def _fit(variation: Variation, flags: Sequence[Flag]) -> Part:
    problems = [flag for flag in flags if flag.level is Level.PROBLEM]
    # A special category is a matter of the campaign, not of the text.
    warnings = sum(
        flag.level is Level.WARNING and flag.rule != "special_category" for flag in flags
    )
    shape = SHAPES[variation.platform]
    points = 10.0 - 4 * len(problems) - warnings
    if problems:
        reason = "; ".join(dict.fromkeys(flag.message for flag in problems[:2]))
    elif shape.headline.count(variation.headline) > shape.headline.seen:
        points -= 2
        reason = f"The headline is cut after {shape.headline.seen} characters on small screens."
    else:
        reason = "Fits the limits and trips no rule we check."
    return Part("Limits and rules", max(points, 0.0), 20, reason)


def _hook(variation: Variation, brief: Brief) -> Part:
    shape = SHAPES[variation.platform]
    opening = variation.headline if not shape.emoji else variation.primary_text
    first = (sentences(opening) or [""])[0]
    seen = opening[: shape.primary_text.seen]
    length = len(words(first)) / (2 if unspaced(first) else 1)
    points = 0.0
    praise: list[str] = []
    lacking: list[str] = []
    for holds, worth, good, bad in (
        (_mentions(first, brief) > 0, 3, "says something of your brief at once", ""),
        (_mentions(seen, brief) > 0, 2, "", "says nothing of your brief"),
        (0 < length <= _LONG_HOOK, 1, "", "long"),
        (0 < length <= _SHORT_HOOK, 1, "short", ""),
        (
            any(each in first for each in "?？؟¿“„«「") or any(map(str.isdigit, first)),
            2,
            "asks, quotes or gives a figure",
            "no question and no figure",
        ),
        (
            shape.primary_text.count(first) <= shape.primary_text.seen,
            1,
            "seen whole",
            "folded away before its end",
        ),
    ):
        points += worth if holds else 0
        (praise if holds else lacking).append(good if holds else bad)
    said = ", ".join(filter(None, praise)) or "nothing that holds a reader"
    missing = ", ".join(filter(None, lacking))
    return Part("Hook", points, 20, f"Opening: {said}{'; but ' + missing if missing else ''}.")


def _specificity(variation: Variation, brief: Brief) -> Part:
    """What the text says of the brief; what only stands around it counts for less."""
    search = variation.platform is AdPlatform.GOOGLE
    primary = variation.text if search else variation.primary_text
    has = _mentions(variation.text, brief)
    facts = sum(mentioned(variation.text, fact) for fact in brief.facts)
    points = (0.0, 4.0, 7.0, 9.0)[min(has, 3)] + (1.0 if facts else 0.0)
    if not has:
        return Part("Specificity", 0.0, 15, "Could be about any product.")
    said = f"Uses {has} of the benefits, pains and facts in your brief"
    said += ", one a fact" if facts else ", none of them a fact"
    if not _mentions(primary, brief):
        points /= 2
        said += "; the text itself uses none"
    return Part("Specificity", points, 15, said + ".")


def _fields(variation: Variation, brief: Brief) -> Part:
    """Headlines and descriptions are few and short: one that says nothing is wasted."""
    every = [*variation.headlines, *variation.descriptions]
    told = [_tells(each, brief) for each in every]
    empty = [text for text, worth in zip(every, told, strict=True) if worth < 1]
    again = (
        variation.platform is not AdPlatform.GOOGLE
        and variation.headline != variation.description
        and _same(variation.headline, variation.description, brief)
    )
    points = round(10.0 * sum(told) / max(len(told), 1) - (3.0 if again else 0.0), 1)
    if again:
        reason = "Headline and description say the same thing."
    elif empty:
        reason = f"{len(empty)} of {len(every)} say nothing of your brief, such as “{empty[0]}”."
    else:
        reason = "Each headline and description says something of your brief."
    return Part("No wasted field", max(points, 0.0), 10, reason)


def _tells(text: str, brief: Brief) -> float:
    """1 for something of the brief, half for no more than a name or an address."""
    if _mentions(text, brief):
        return 1.0
    return 0.5 if mentioned(text, brief.product) else 0.0


def _same(one: str, other: str, brief: Brief) -> bool:
    said = (*brief.benefits, *brief.pain_points, *brief.facts)
    return any(mentioned(one, each) and mentioned(other, each) for each in said)


def _padding(variation: Variation, brief: Brief) -> Part:
    """Sentences that could stand in any ad, and the product's name over and over."""
    texts = variation.descriptions if variation.platform is AdPlatform.GOOGLE else ()
    spoken = [part for each in texts or (variation.primary_text,) for part in sentences(each)]
    idle = [each for each in spoken if not _tells(each, brief)]
    named = sum(mentioned(each, brief.product) for each in spoken)
    # The call to action is a sentence of its own and needs to say nothing else.
    spare = max(len(idle) - 1, 0)
    points = 10.0 - 12.0 * spare / max(len(spoken), 1) - 2.0 * max(named - _NAMED_ENOUGH, 0)
    if spare:
        reason = f"{len(idle)} of {len(spoken)} sentences fit any product, such as “{idle[0]}”."
    elif named > _NAMED_ENOUGH:
        reason = f"Names the product in {named} sentences."
    else:
        reason = "Every sentence is about this product."
    return Part("No padding", round(max(points, 0.0), 1), 10, reason)


def _clarity(variation: Variation) -> Part:
    spoken = sentences(variation.text)
    found = words(variation.text)
    if unspaced(variation.text):
        each = len(found) / max(len(spoken), 1)
        points = _falling(each, _EASY_CHARACTERS, _HARD_CHARACTERS)
        return Part("Clarity", points, 10, f"{each:.0f} characters per sentence.")
    per_sentence = len(found) / max(len(spoken), 1)
    long = 100 * sum(len(word) > 6 for word in found) / max(len(found), 1)
    lix = per_sentence + long
    ease = "easy" if lix < _EASY_LIX else "medium" if lix < 55 else "hard"
    reason = f"{per_sentence:.0f} words per sentence, reads {ease} (LIX {lix:.0f})."
    points = _falling(lix, _EASY_LIX, _HARD_LIX)
    limit = SHAPES[variation.platform].primary_text
    if limit.count(variation.primary_text) > _TIMES_SEEN * limit.seen:
        points = max(points - 3.0, 0.0)
        reason += f" Long: only the first {limit.seen} characters are seen at once."
    return Part("Clarity", points, 10, reason)


def _framework(variation: Variation) -> Part:
    """By the steps that a writer marked. A text without marks is not judged: nobody can tell."""
    name = variation.framework
    if not any(beat.text for beat in variation.beats):
        said = f"The text was changed, so its {name} steps can’t be told apart. Not counted."
        return Part("Framework", 0.0, 0, said)
    shown = " ".join(words(variation.text))
    present = {
        beat.name for beat in variation.beats if beat.text and " ".join(words(beat.text)) in shown
    }
    known = FRAMEWORKS.get(name)
    steps = known.beats if known else tuple(beat.name for beat in variation.beats)
    missing = [step for step in steps if step not in present]
    points = round(10.0 * (len(steps) - len(missing)) / len(steps), 1)
    if missing:
        said = f"{name}: no longer as written, or missing: {', '.join(missing)}."
        return Part("Framework", points, 5, said)
    return Part("Framework", points, 5, f"{name} is complete: {', '.join(steps)}.")


def _call(variation: Variation, brief: Brief) -> Part:
    if variation.cta in SUITING[variation.platform][brief.goal]:
        said = f"“{label(variation.cta)}” suits the goal {brief.goal.title()}."
        return Part("Call to action", 10.0, 5, said)
    if variation.cta in BUTTONS[variation.platform]:
        said = f"“{label(variation.cta)}” is not usual for the goal {brief.goal.title()}."
        return Part("Call to action", 6.0, 5, said)
    return Part("Call to action", 0.0, 5, "No button of this platform.")


def _difference(variation: Variation, siblings: Sequence[Variation]) -> Part:
    most = most_shared(variation, siblings)
    points = 10.0 * min(1.0, max(0.0, (MOST_SHARED - most) / (MOST_SHARED / 2)))
    reason = f"Shares at most {most:.0%} of its three-word runs with another variation."
    return Part("Difference", points, 5, reason)


class Likeness:
    """What of a variation is compared with others: the 3-grams of the whole and of its text.

    `without` are fields left out because they have to stay as they are.
    """

    def __init__(self, variation: Variation, *, without: frozenset[str] = frozenset()) -> None:
        fields = [text for name, text in variation.fields() if name not in without]
        self.whole = grams("\n".join(fields))
        # The primary text of a search ad is one of its descriptions, a line among many.
        alone = "primary_text" not in without and variation.platform is not AdPlatform.GOOGLE
        self.primary = grams(variation.primary_text) if alone else frozenset()

    def most_shared(self, others: Sequence[Likeness]) -> float:
        """The largest share of 3-grams, in the whole or in the primary text, with another."""
        return max(
            (
                max(shared(self.whole, other.whole), shared(self.primary, other.primary))
                for other in others
            ),
            default=0.0,
        )


def most_shared(variation: Variation, siblings: Sequence[Variation]) -> float:
    """The largest share of word 3-grams, in the whole or in the primary text, with a sibling."""
    return Likeness(variation).most_shared([Likeness(each) for each in siblings])


def _mentions(text: str, brief: Brief) -> int:
    said = (*brief.benefits, *brief.pain_points, *brief.facts)
    return sum(mentioned(text, each) for each in said)


def _falling(value: float, easy: float, hard: float) -> float:
    return round(10.0 * min(1.0, max(0.0, (hard - value) / (hard - easy))), 1)

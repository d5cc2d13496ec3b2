"""Everything that may be said against a text, from lengths to policy, in one list."""

from __future__ import annotations

from collections.abc import Iterator

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.claims import avoided, unsupported
from app.copywriting.limits import SHAPES
from app.copywriting.policy import against_policy, special_categories
from app.copywriting.triggers import against_trigger
from app.copywriting.variation import Flag, Level, Variation
from app.copywriting.vocabulary import BUTTONS

_ADVISED = 5


def flags_of(variation: Variation, brief: Brief) -> list[Flag]:
    """Lengths and counts first, then untrue claims, unwanted words and policy."""
    return [
        *_shape(variation),
        *unsupported(variation, brief),
        *avoided(variation, brief),
        *against_policy(variation, brief),
        *against_trigger(variation, brief),
        *(
            Flag("special_category", "brief", each.words, each.message, Level.WARNING)
            for each in special_categories(brief)
        ),
    ]


def _shape(variation: Variation) -> Iterator[Flag]:
    shape = SHAPES[variation.platform]
    for field, text in variation.fields():
        limit = shape.limit_of(field)
        if not limit.fits(text):
            said = (
                f"{limit.count(text)} characters; {variation.platform.title()} takes {limit.most}."
            )
            yield Flag("too_long", field, text, said)
    for field, text in (
        ("primary_text", variation.primary_text),
        ("headline", variation.headline),
    ):
        if not text.strip():
            yield Flag("empty", field, "", "This text is empty.")
    if variation.cta not in BUTTONS[variation.platform]:
        message = f"“{variation.cta}” is no button of {variation.platform.title()}."
        yield Flag("button", "cta", variation.cta, message)
    yield from _several(variation)


def _several(variation: Variation) -> Iterator[Flag]:
    shape = SHAPES[variation.platform]
    for path in variation.paths:
        if shape.path and not shape.path.fits(path):
            yield Flag("too_long", "paths", path, f"A path takes {shape.path.most} characters.")
    for field, has, (least, most) in (
        ("headlines", variation.headlines, shape.headlines),
        ("descriptions", variation.descriptions, shape.descriptions),
    ):
        if not least <= len(has) <= most:
            said = f"{len(has)} {field}; {variation.platform.title()} wants {least} to {most}."
            yield Flag("count", field, str(len(has)), said)
        if (
            variation.platform is AdPlatform.GOOGLE
            and field == "headlines"
            and len(has) in range(least, _ADVISED)
        ):
            said = f"{len(has)} headlines; Google advises {_ADVISED} or more that differ."
            yield Flag("few_headlines", field, str(len(has)), said, Level.WARNING)
        if len({each.casefold() for each in has}) < len(has):
            yield Flag("repeated", field, "", f"The same text stands twice among the {field}.")

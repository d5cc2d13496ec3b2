"""Writes docs/creative-examples.md: what the built-in writer makes of three invented products.

    python -m tests.copywriting.examples > docs/creative-examples.md

A test compares the page with what the writer writes now.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from app.copywriting.brief import AdPlatform, Audience, Brief, Gender, Goal, Tone
from app.copywriting.builtin import BuiltInWriter
from app.copywriting.checks import flags_of
from app.copywriting.plan import plan
from app.copywriting.scoring import score
from app.copywriting.variation import Variation
from app.copywriting.vocabulary import label
from app.copywriting.writing import Place, Written

PRODUCTS = (
    Brief(
        product="Northlight Friday Roast",
        benefits=(
            "Roasted and shipped the same day",
            "Single-origin, traceable to the farm",
            "Ground for your brewer or left whole",
        ),
        audience=Audience(25, 44, Gender.ALL, ("home brewing", "slow mornings")),
        pain_points=("Supermarket beans taste stale", "No idea when they were roasted"),
        goal=Goal.SALES,
        tones=(Tone.FRIENDLY, Tone.PLAYFUL),
        platforms=(AdPlatform.META, AdPlatform.TIKTOK),
        url="https://www.northlight.example/friday",
        facts=("$16 a bag", "Free shipping over $35", "Rated 4.9 by 4,812 home baristas"),
    ),
    Brief(
        product="Ledgerly",
        benefits=(
            "Matches bank lines to receipts automatically",
            "Closes the month in a day",
            "Your accountant gets read access",
            "No more spreadsheet exports",
        ),
        audience=Audience(30, 55, Gender.ALL, ("finance", "bookkeeping")),
        pain_points=(
            "Month-end takes a week",
            "I spend Sundays chasing receipts",
            "Stale spreadsheets nobody trusts",
        ),
        goal=Goal.LEADS,
        tones=(Tone.PROFESSIONAL,),
        platforms=(AdPlatform.LINKEDIN, AdPlatform.GOOGLE),
        url="https://ledgerly.example",
        facts=("€29 a month", "14-day trial, no card needed", "Used by 640 firms in Austria"),
    ),
    Brief(
        product="Fell Runner 12",
        benefits=(
            "Sits still on descents",
            "Weighs 190 g",
            "Carries 1.5 litres of water without sloshing",
            "Two pockets you can reach while running",
        ),
        audience=Audience(20, 54, Gender.ALL, ("trail running", "fell races")),
        pain_points=("My pack bounces on every descent", "Fumbling for gels", "Chafed shoulders"),
        goal=Goal.SALES,
        tones=(Tone.BOLD,),
        platforms=(AdPlatform.META, AdPlatform.GOOGLE, AdPlatform.TIKTOK),
        url="https://fellrunner.example/12",
        facts=("£95", "Repairs free for 3 years"),
    ),
)
COLUMNS = ("#", "For", "Text", "Headline", "Description", "Button", "Score", "Flags")


def page() -> str:
    """The whole page."""
    return "\n".join(
        (
            "# What the built-in writer writes",
            "",
            "Twenty variations each for three invented products, as they come, without a model and",
            "without editing. The score is a checklist, not a forecast. A test compares this page",
            "with what the writer writes now; this writes it anew:",
            "",
            "    python -m tests.copywriting.examples > docs/creative-examples.md",
            *(line for brief in PRODUCTS for line in _product(brief)),
            "",
        )
    )


def _product(brief: Brief) -> Iterator[str]:
    yield from (
        "",
        f"## {brief.product}",
        "",
        f"- Benefits: {'; '.join(brief.benefits)}",
        f"- Pain points: {'; '.join(brief.pain_points)}",
        f"- May be claimed: {'; '.join(brief.facts)}",
        f"- Audience: {brief.audience}",
        f"- Goal and tone: {brief.goal.title()}; {', '.join(brief.tones)}",
        "",
        f"| {' | '.join(COLUMNS)} |",
        f"|{'---|' * len(COLUMNS)}",
    )
    texts = written(brief)
    for number, each in enumerate(texts, start=1):
        yield _row(number, each, brief, [other for other in texts if other is not each])


def written(brief: Brief) -> list[Variation]:
    """Twenty, or fewer where the writer says so."""
    places = [Place(number, slot) for number, slot in enumerate(plan(brief, 20))]
    came = BuiltInWriter(brief).write(places, (), go_on=lambda: "")
    return [each.variation for each in came if isinstance(each, Written)]


def _row(number: int, each: Variation, brief: Brief, siblings: Sequence[Variation]) -> str:
    search = each.platform is AdPlatform.GOOGLE
    flags = flags_of(each, brief)
    cells = (
        str(number),
        f"{each.platform.title()}<br>{each.angle}<br>{each.framework}<br>{each.trigger}",
        "" if search else each.primary_text,
        "<br>".join(each.headlines),
        "<br>".join(each.descriptions),
        "" if search else label(each.cta),
        str(score(each, brief, flags, siblings).total),
        "<br>".join(f"{flag.rule}: {flag.words}" for flag in flags) or "none",
    )
    return f"| {' | '.join(cell.replace(chr(10), '<br>').replace('|', '/') for cell in cells)} |"


if __name__ == "__main__":
    sys.stdout.write(page())

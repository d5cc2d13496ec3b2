"""Where a number comes from: its formula, the sums in it, and the accounts behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.metrics.figures import Figures, RevenueSource, total
from app.metrics.performance import Performance, Slice
from app.metrics.platforms import Counting, counting
from app.metrics.sources import Source, Sources
from app.metrics.store_revenue import StoreRevenue


@dataclass(frozen=True, slots=True)
class Definition:
    """`formula` and `meaning` are sentences; `inputs` are the figures the formula divides."""

    slug: str
    label: str
    formula: str
    meaning: str
    inputs: tuple[str, ...]


DEFINITIONS = {
    each.slug: each
    for each in (
        Definition(
            "spend",
            "Spend",
            "Sum of what each ad platform charged per day, converted at that day's rate.",
            "What your ads cost, as the platforms count it; taxes and fees billed later are not "
            "in it.",
            ("spend",),
        ),
        Definition(
            "reported_revenue",
            "Revenue, reported",
            "Sum of the conversion value that ad platforms claim.",
            "Platforms may claim the same sale twice, so this can exceed what was sold. It is "
            "never added to the shop's revenue.",
            ("reported_revenue",),
        ),
        Definition(
            "store_roas",
            "ROAS, blended",
            "Store revenue ÷ spend, both summed over the days shown.",
            "What your shop sold for each unit spent on ads, sales without any ad included.",
            ("store_revenue", "spend"),
        ),
        Definition(
            "reported_roas",
            "ROAS, reported",
            "Reported revenue ÷ spend, both summed over the days shown.",
            "What the platforms claim for each unit spent.",
            ("reported_revenue", "spend"),
        ),
        Definition(
            "conversions",
            "Conversions",
            "Sum of the one conversion type chosen per account.",
            "Purchases the platforms claim, by their own attribution. Recent days grow while "
            "late ones arrive.",
            ("conversions",),
        ),
        Definition(
            "cpa",
            "Cost per conversion",
            "Spend ÷ conversions, both summed over the days shown.",
            "What one conversion cost.",
            ("spend", "conversions"),
        ),
        Definition(
            "ctr",
            "Click-through rate",
            "Clicks ÷ impressions, both summed over the days shown.",
            "How often somebody who saw an ad clicked it.",
            ("clicks", "impressions"),
        ),
        Definition(
            "cpc",
            "Cost per click",
            "Spend ÷ clicks, both summed over the days shown.",
            "What one click cost.",
            ("spend", "clicks"),
        ),
        Definition(
            "cvr",
            "Conversion rate",
            "Conversions ÷ clicks, both summed over the days shown.",
            "How often a click led to a conversion; platforms also count some that followed a "
            "mere view.",
            ("conversions", "clicks"),
        ),
        Definition(
            "cpm",
            "Cost per thousand views",
            "Spend × 1,000 ÷ impressions, both summed over the days shown.",
            "What it cost to show ads a thousand times.",
            ("spend", "impressions"),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one account adds on so many days that it has figures of.

    `figures` is in the workspace's currency, `apart` in its own.
    """

    source: Source
    counting: Counting
    figures: Figures
    apart: Figures
    days: int


def definition(metric: str, source: RevenueSource, store: StoreRevenue) -> Definition | None:
    """How the metric is made; revenue and ROAS depend on whose revenue is shown.

    `store` says what the revenue of a shop is made of.
    """
    if metric in ("revenue", "roas"):
        metric = f"{source.value}_{metric}"
    if metric == "store_revenue":
        return Definition(metric, "Revenue, store", store.formula, store.meaning, (metric,))
    return DEFINITIONS.get(metric)


def contributions(known: Sources, found: Performance) -> Sequence[Contribution]:
    """Every account that counts with its part of the days shown, the largest spend first."""
    shown = [each for each in found.slices if each.day in found.comparison.shown]
    return sorted(
        (_contribution(source, shown) for source in known.counted),
        key=lambda part: (-part.figures.spend, part.source.name),
    )


def _contribution(source: Source, shown: Sequence[Slice]) -> Contribution:
    own = [each for each in shown if each.account_id == source.account_id]
    return Contribution(
        source,
        counting(source.platform),
        total(each.figures for each in own),
        total(each.apart for each in own),
        len({each.day for each in own}),
    )

"""Words for budgets, claims and prices."""

from __future__ import annotations

from app.insights.finding import Finding
from app.insights.sentences.en.phrases import Telling, says
from app.insights.words import Manner, Said


@says("pacing")
def pacing(finding: Finding, manner: Manner) -> Said:
    """A month's budget that is going to be missed."""
    told = Telling(finding, manner)
    over = finding.facts["direction"] == "over"
    verb = "heading over" if over else "heading under"
    days = told.counted("days_left", "day")
    return Said(
        title=f"{told.name}: {verb} budget by {told['missed']}",
        saw=(
            f"{told['spent']} spent ({told.days}), {told['projected']} by the end of the month at "
            f"this pace: {told['share']} of the {told['budget']} budget."
        ),
        how_sure=(
            f"Likely {told.between()} ({told.level} range) with {days} left, if days go on as they "
            "did lately."
        ),
        do=(
            f"{_needed(told)}{'Lower' if over else 'Raise'} daily budgets only if the plan still "
            "stands."
        ),
        change_our_mind="Launches, ends or holidays that are planned for the days left.",
    )


def _needed(told: Telling) -> str:
    """What would land on budget; nothing does once all of it is spent."""
    if not told.has("daily_needed"):
        return ""
    if told.value("daily_needed") <= 0:
        return "The month's budget is spent already. "
    return f"To land on budget, spend {told['daily_needed']} a day from now on. "


@says("over_claiming")
def over_claiming(finding: Finding, manner: Manner) -> Said:
    """Platforms that claim more than was sold."""
    told = Telling(finding, manner)
    orders = ""
    if told.has("orders"):
        orders = f"; {told['claimed_orders']} conversions for {told.counted('orders', 'order')}"
    return Said(
        title=f"Platforms claim {told['ratio']} of what the shop sold",
        saw=(
            f"{told['claimed']} claimed against {told['sold']} sold{orders} ({told.days}, "
            f"{told.counted('days', 'day')} compared)."
        ),
        how_sure=(
            "Certain that claims overlap: several platforms count one sale. Not known: which of "
            "them would not have happened without its ads."
        ),
        do=(
            f"Judge the whole by the shop's ROAS of {told['blended']}, not by the claimed "
            f"{told['reported']}."
        ),
        change_our_mind="Sales that the shop connected here does not hold, such as a second shop.",
    )


@says("cpm_shock")
def shock(finding: Finding, manner: Manner) -> Said:
    """The price of views jumped in a day."""
    told = Telling(finding, manner)
    return Said(
        title=f"{told.name} CPM {told['change']} in a day",
        saw=(
            f"{told['before']} → {told['now']} on {told.days}; {told['extra']} of that day's "
            f"{told['spend']} spend is the higher price."
        ),
        how_sure=f"Against the {told['days']} days before it. One day is no trend.",
        do=(
            "Look for a change of bids, audience or placements that day; else wait for the days "
            "after it before you act."
        ),
        change_our_mind=f"A CPM back at about {told['before']} on the day after.",
    )

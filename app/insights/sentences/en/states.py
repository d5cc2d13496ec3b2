"""Words for what campaigns and ads are in."""

from __future__ import annotations

from app.insights.finding import Finding
from app.insights.sentences.en.phrases import Telling, says
from app.insights.words import Manner, Said


@says("frequency")
def frequency(finding: Finding, manner: Manner) -> Said:
    """People saw the ads too often."""
    told = Telling(finding, manner)
    audience = finding.facts["audience"]
    kind = f" for {audience}" if audience else " for any audience"
    return Said(
        title=f"Ad frequency at {told['frequency']} on {told.name}",
        saw=(
            f"Above the {told['guideline']} guideline{kind}: {told['impressions']} impressions for "
            f"{told['reach']} people ({told.days}). {told['beyond']} of {told['spend']} spend went "
            "beyond the guideline."
        ),
        how_sure="Frequency is certain. That it hurts is not: the guideline is a rule of thumb.",
        do=f"Show new ads first; widen the audience if new ads do not help. {told.review}",
        change_our_mind="A click-through rate that holds although people see the ads this often.",
    )


@says("learning")
def learning(finding: Finding, manner: Manner) -> Said:
    """Campaigns that do not get out of learning."""
    told = Telling(finding, manner)
    each = "It gets" if told.value("count") == 1 else "Each gets"
    return Said(
        title=f"{told.name}: {told.counted('count', 'campaign')} still learning",
        saw=(
            f"{_named(told)}, {told['spend']} spend ({told.spent_days}). {each} about "
            f"{told['weekly']} conversions a week; platforms want about {told['needed']} to "
            "learn from."
        ),
        how_sure=(
            f"The state is the platform's own. It speaks of volume, not of quality.{told.settling}"
        ),
        do=(
            "Join campaigns, or let them learn from a more frequent event such as adding to the "
            f"cart. {told.review}"
        ),
        change_our_mind="Returns that are good in spite of it: then leave them alone.",
    )


@says("disapproved")
def disapproved(finding: Finding, manner: Manner) -> Said:
    """Campaigns or ads that the platform refuses."""
    told = Telling(finding, manner)
    they = "it" if told.value("count") == 1 else "together they"
    status = finding.facts["status"]
    word = f" The platform's word is “{status}”." if status else ""
    return Said(
        title=f"{told.name} is not delivering {told.counted('count', finding.facts['what'])}",
        saw=f"{_named(told)}; {they} spent {told['spend']} ({told.spent_days}).{word}",
        how_sure="The state is the platform's own.",
        do=f"Read its reason there, fix it or appeal. {told.review}",
        change_our_mind="An approval that has come but was not read yet.",
    )


def _named(told: Telling) -> str:
    """The names, and that there are more of them."""
    names = told.manner.names(told.carriers)
    return f"Among them {names}" if told.value("count") > len(told.carriers) else names


@says("budget_limited")
def limited(finding: Finding, manner: Manner) -> Said:
    """A campaign that could spend more."""
    told = Telling(finding, manner)
    measure = "ROAS" if finding.facts["measure"] == "roas" else "CPA"
    side = "above" if measure == "ROAS" else "below"
    goal = "that breaks even" if finding.facts["reference"] == "break_even" else "target"
    return Said(
        title=f"{told.name} uses up its budget at {told['now']} {measure}",
        saw=(
            f"{told['budget']} a day, used up on {told['days_full']} of the last "
            f"{told['days_seen']} days; {told['spend']} spend at {told['now']} {measure}, {side} "
            f"the {told['target']} {goal} ({told.days})."
        ),
        how_sure=(
            f"The return so far rests on {told.counted('conversions', 'conversion')}. What the "
            f"next budget returns is not known before it is tried.{told.settling}"
        ),
        do="Try a small step up.",
        change_our_mind=f"A {measure} back at {told['target']} after the step.",
    )

"""Words for what is held against a target, and for spend without results."""

from __future__ import annotations

from app.insights.finding import Finding, Kind
from app.insights.sentences.en.phrases import Telling, says
from app.insights.words import Manner, Said

_REFERENCES = {
    "target": "target",
    "break_even": "that breaks even",
    "spend": "that pays for the ads themselves",
}


@says("roas_target")
def roas(finding: Finding, manner: Manner) -> Said:
    """ROAS over or under what it should be."""
    told = Telling(finding, manner)
    won = finding.kind is Kind.WIN
    goal = f"the {told['target']} {_REFERENCES[finding.facts['reference']]}"
    title = "delivered {} ROAS" if won else "underperforming at {} ROAS"
    side = f"{told['off']} {'over' if won else 'under'} {goal}"
    return Said(
        title=f"{told.name} {title.format(told['now'])}",
        saw=(f"{side} on {told['spend']} spend; {told['value']} attributed revenue ({told.days})."),
        how_sure=(
            f"Likely {told.between()} ({told.level} range), on "
            f"{told.counted('conversions', 'conversion')}. Revenue is what the platform claims."
            f"{told.settling}"
        ),
        do=_keep(told) if won else _mend(told),
        change_our_mind=(
            f"A ROAS back {'under' if won else 'at'} {told['target']}, or a shop that sold "
            f"{'less' if won else 'more'} than is claimed."
        ),
    )


def _keep(told: Telling) -> str:
    return f"Leave it running; a larger budget need not bring the same return. {told.review}"


def _mend(told: Telling) -> str:
    return (
        f"Do not add budget here. At the goal, {told['worth']} less would have brought as much. "
        f"{told.review}"
    )


@says("cpa_target")
def cpa(finding: Finding, manner: Manner) -> Said:
    """Cost per conversion over or under target."""
    told = Telling(finding, manner)
    won = finding.kind is Kind.WIN
    saved = "less" if won else "more"
    return Said(
        title=f"{told.name} CPA at {told['now']}",
        saw=(
            f"{told['off']} {'under' if won else 'over'} the {told['target']} target: "
            f"{told.counted('conversions', 'conversion')} for {told['spend']} ({told.days}), "
            f"{told['worth']} {saved} than at the target."
        ),
        how_sure=(
            f"Likely {told.between()} ({told.level} range), on "
            f"{told.counted('conversions', 'conversion')}.{told.settling}"
        ),
        do=_keep(told) if won else f"Do not add budget here. {told.review}",
        change_our_mind=f"A CPA back at {told['target']}, or conversions of another worth.",
    )


@says("zero_result")
def nothing(finding: Finding, manner: Manner) -> Said:
    """Spend without a single conversion."""
    told = Telling(finding, manner)
    target = _target(finding)
    luck = f"{told['chance']} of the time"
    if told.has("chance_once_in"):
        luck = f"in less than one case of {told['chance_once_in']}"
    return Said(
        title=f"{told.name} spent {told['spend']} without a conversion",
        saw=(
            f"{told['multiple']} the {told['target']} {target}, {told.counted('clicks', 'click')} "
            f"and no conversion ({told.days})."
        ),
        how_sure=(
            f"At that cost about {told['expected']} conversions were due; none at all is bad luck "
            f"{luck}.{told.settling}"
        ),
        do=f"Check that its conversions are counted, then pause it. {told.review}",
        change_our_mind="A conversion that was not counted, or one that takes weeks to come in.",
    )


def _target(finding: Finding) -> str:
    own = "that a conversion costs you elsewhere"
    return own if finding.facts["reference"] == "own" else "target CPA"


@says("nothing_counted")
def uncounted(finding: Finding, manner: Manner) -> Said:
    """A whole platform without a conversion."""
    told = Telling(finding, manner)
    before = ""
    if told.value("conversions_before"):
        before = f" In the days before there were {told['conversions_before']}."
    return Said(
        title=f"No conversions counted on {told.name}",
        saw=(
            f"{told['spend']} spend and {told.counted('clicks', 'click')}, but not one "
            f"conversion ({told.days}).{before}"
        ),
        how_sure=(
            "A whole platform without a conversion is more often a tag that does not count than "
            f"ads that do not sell.{told.settling}"
        ),
        do="Check the conversion tag before you judge its campaigns.",
        change_our_mind="A test conversion that arrives: then the ads themselves do not convert.",
    )


@says("best_campaign")
def best(finding: Finding, manner: Manner) -> Said:
    """The campaign that returned most."""
    told = Telling(finding, manner)
    return Said(
        title=f"{told.name}: {told['value']} revenue from {told['spend']}",
        saw=(
            f"{told['now']} ROAS, {told.counted('conversions', 'conversion')}, CPA {told['cpa']}; "
            f"everything else returned {told['others']} ({told.days})."
        ),
        how_sure=f"On {told.counted('conversions', 'conversion')}.{told.settling}",
        do="Note what is different about it: offer, audience, creative.",
        change_our_mind=f"A ROAS that falls to the others' {told['others']}.",
    )

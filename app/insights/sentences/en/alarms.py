"""Words for what changed from one day to the next."""

from __future__ import annotations

from app.insights.finding import Finding, Kind
from app.insights.sentences.en.phrases import Telling, says
from app.insights.words import Manner, Said

_METRICS = {"cpc": "cost per click", "ctr": "click rate", "conversions": "conversions a day"}


@says("zero_rows")
def zero_rows(finding: Finding, manner: Manner) -> Said:
    """A platform stopped spending."""
    told = Telling(finding, manner)
    over = finding.over
    return Said(
        title=f"{told.name} spent nothing{f' on {told.days}' if over else ''}",
        saw=(
            f"No spend on {told.days}, against {told['before']} on a usual day."
            f"{' It spends again since.' if over else ''}"
        ),
        how_sure="It spent on nearly every day before.",
        do=(
            "If nobody meant it, find out what stopped it, so that it does not happen again."
            if over
            else "Look for a stopped payment, a spent-up limit or paused campaigns."
        ),
        change_our_mind="A pause that you meant, or figures that the platform has not sent yet.",
    )


@says("tracking_break")
def tracking_break(finding: Finding, manner: Manner) -> Said:
    """Conversions stopped and clicks did not."""
    told = Telling(finding, manner)
    over = finding.over
    place = told.name if told.subject.kind == "workspace" else told.places
    return Said(
        title=(
            f"{place}: conversions stopped on {told.days}"
            if over
            else f"{place}: conversions stopped while clicks go on"
        ),
        saw=(
            f"{told['now']} conversions a day ({told.days}), where the same clicks brought "
            f"{told['before']} before. What arrives late is allowed for."
            f"{' Since then conversions are counted again.' if over else ''}{_also(told)}"
        ),
        how_sure="Days differ, but hardly ever by as much.",
        do=(
            "Find out what happened, and compare nothing with these days."
            if over
            else "Check the tag, the checkout and the consent banner before changing any budget."
        ),
        change_our_mind="Conversions that arrive later than they used to.",
    )


@says("persistent_shift")
def shift(finding: Finding, manner: Manner) -> Said:
    """A level that moved, and stayed or went back."""
    told = Telling(finding, manner)
    metric = _METRICS[finding.facts["metric"]]
    way = "up" if told.value("change") > 0 else "down"
    moved = f"{metric} {way} {told.size('change')}"
    won = finding.kind is Kind.WIN
    return Said(
        title=(
            f"{told.name}: {moved} for a while, and back"
            if finding.over
            else f"{told.name}: {moved} and staying there"
        ),
        saw=(
            f"{told['now']} ({told.days}), {told['before']} before"
            f"{', and about that again since' if finding.over else ''}; weekdays are allowed for."
            f"{_also(told)}"
        ),
        how_sure="The first day is an estimate.",
        do=(
            "Find out what changed then, so that it can be repeated."
            if won
            else "Look at what changed then: bids, audiences, creatives, prices or competition."
        ),
        change_our_mind="A promotion or a season that explains it.",
    )


def _also(told: Telling) -> str:
    """What the same incident did besides."""
    several = [
        f"{words} {told[f'also_{metric}']}"
        for metric, words in _METRICS.items()
        if told.has(f"also_{metric}")
    ]
    return f" Besides: {', '.join(several)}." if several else ""


@says("spend_spike")
def spend_spike(finding: Finding, manner: Manner) -> Said:
    """A day that cost far more than it should, or several in a row."""
    told = Telling(finding, manner)
    several = told.value("days") > 1
    return Said(
        title=(
            f"{told.name} spent {told['now']} a day on {told.days}"
            if several
            else f"{told.name} spent {told['now']} in a day"
        ),
        saw=f"On {told.days}, against {told['before']} on a usual day.",
        how_sure="Its days hardly ever differ by as much.",
        do="Check budgets, bid limits and who changed them.",
        change_our_mind="A budget that you raised on purpose.",
    )


@says("creative_refresh")
def refresh(finding: Finding, manner: Manner) -> Said:
    """Ads of a campaign that have worn out."""
    told = Telling(finding, manner)
    return _one_tired(told) if told.value("ads") == 1 else _several_tired(told)


def _one_tired(told: Telling) -> Said:
    return Said(
        title=f"{told.most} of {told.name} is wearing out",
        saw=(
            f"Its click rate was {told['rate_before_1']} {_at_first(told)} and is "
            f"{told['rate_now_1']} now ({told.days}): {told.size('drop_1')} less, compared "
            f"with how the account's other ads did meanwhile. It has run for "
            f"{told.few('running_1')} days{_or_more(told)} and cost {told['spend']} in these."
            f"{_seen(told)}"
        ),
        how_sure=(
            f"{told.size('z')} times as far below as chance usually takes it, three days running."
            f"{_used_up(told)}"
        ),
        do=f"Replace it with new copy, on its angle or another one. {told.review}",
        change_our_mind="A new placement or audience that the ad was moved to.",
    )


def _several_tired(told: Telling) -> Said:
    return Said(
        title=f"{told.counted('ads', 'ad').capitalize()} of {told.name} are tired",
        saw=(
            f"Each is clicked less than {_at_first(told)}, also compared with how the account's "
            f"other ads did meanwhile. Together they cost {told['spend']} ({told.days}), most of "
            f"them {told.most}: its click rate was {told['rate_before_1']} {_at_first(told)} and "
            f"is {told['rate_now_1']} now."
            f"{_seen(told)}"
        ),
        how_sure=(
            f"At least {told.size('z')} times as far below as chance usually takes it, three days "
            f"running.{_used_up(told)}"
        ),
        do=(
            "Replace them with new copy, on their angle or another one, those that cost most first."
            f" {told.review}"
        ),
        change_our_mind="A new placement or audience that the ads were moved to.",
    )


def _at_first(told: Telling) -> str:
    """An ad's beginning is not known where figures were read only later."""
    return "in the first weeks read" if _from_later(told) else "at first"


def _or_more(told: Telling) -> str:
    return " or more" if _from_later(told) else ""


def _from_later(told: Telling) -> bool:
    return told.finding.facts.get("beginning") == "read"


def _seen(told: Telling) -> str:
    """How often people saw the campaign, and what a conversion cost, where that is known."""
    last = told.manner.day(told.finding.last)
    seen = (
        f" People saw the campaign's ads {told['frequency']} times in the week up to {last}."
        if told.has("frequency")
        else ""
    )
    cost = f" A conversion cost {told['cost']}, of those told so far." if told.has("cost") else ""
    return seen + cost


def _used_up(told: Telling) -> str:
    if told.finding.facts.get("audience") != "used_up":
        return ""
    return (
        " The campaign's ads are clicked less all together and people saw them more often: its "
        "audience may be used up, and then new copy alone does not mend it."
    )


@says("audience_expansion")
def expansion(finding: Finding, manner: Manner) -> Said:
    """An audience that has seen enough, and returns that allow a wider one."""
    told = Telling(finding, manner)
    last = manner.day(finding.last)
    return Said(
        title=f"{told.name} has used up its audience",
        saw=(
            f"People saw its ads {told['frequency']} times in the week up to {last}, "
            f"{told['frequency_before']} times four weeks before. Half of its ads or more are "
            f"clicked at least {told.size('fall')} less than at their beginning; the same weeks of "
            f"last year did not dip. It returned {told['roas']} ({told.days}), over the "
            f"{told['target']} {'that breaks even' if _breaks_even(finding) else 'target'}."
        ),
        how_sure=_elsewhere(told),
        do=f"Try a wider audience with part of the budget. {told.review}",
        change_our_mind=f"Returns of the wider audience below {told['target']}.",
    )


def _breaks_even(finding: Finding) -> bool:
    return finding.facts.get("reference") == "break_even"


def _elsewhere(told: Telling) -> str:
    """What campaigns with more people really had; that there are too few of them."""
    if not told.has("reach_low"):
        return (
            "What a wider audience returns is not known: fewer than two other campaigns of this "
            "account with the same goal reached more people."
        )
    own = f" This one reached {told['reach']}." if told.has("reach") else ""
    return (
        f"{told.counted('comparable', 'other campaign').capitalize()} of this account with the "
        f"same goal reached {told['reach_low']} to {told['reach_high']} people in these days at "
        f"{told['roas_low']} to {told['roas_high']} ROAS.{own} Whether a wider audience "
        "here returns as much is not known."
    )

"""Words for changes against the days before."""

from __future__ import annotations

from dataclasses import dataclass

from app.insights.finding import Finding, Kind
from app.insights.sentences.en.phrases import Telling, says
from app.insights.words import Manner, Said


@dataclass(frozen=True, slots=True)
class Wording:
    """How a measure is called, what its change is worth, and where to look when it got worse."""

    title: str
    worse: str
    better: str
    look: str


_WORDS = {
    "cpm": Wording(
        "CPM",
        "The same views cost {worth} more than at the old price.",
        "The same views cost {worth} less than at the old price.",
        "Check for more competition, a narrower audience or a change of placements",
    ),
    "ctr": Wording(
        "CTR",
        "The clicks that are missing would have cost {worth}.",
        "The extra clicks would have cost {worth} before.",
        "Check the ads that are shown most, and whether the audience or placements changed",
    ),
    "cpc": Wording(
        "CPC",
        "These clicks cost {worth} more than at the old price.",
        "These clicks cost {worth} less than at the old price.",
        "Check bids, keywords and audiences, and whether competition grew",
    ),
    "cvr": Wording(
        "conversion rate",
        "The conversions that are missing would have cost {worth}.",
        "The extra conversions would have cost {worth} before.",
        "Check the landing page, the offer and stock first, then who the clicks come from",
    ),
    "cpa": Wording(
        "CPA",
        "These conversions cost {worth} more than at the old price.",
        "These conversions cost {worth} less than at the old price.",
        "Check whether clicks got dearer or convert less",
    ),
    "roas": Wording(
        "ROAS",
        "At the old return, {worth} less would have sold as much.",
        "At the old return, it would have taken {worth} more to sell as much.",
        "Check order values and conversion rate before budgets",
    ),
    "revenue": Wording(
        "revenue",
        "The revenue that is missing took {worth} of spend before.",
        "The extra revenue would have taken {worth} of spend before.",
        "Check budgets, stock and offers",
    ),
    "conversions": Wording(
        "conversions",
        "The conversions that are missing would have cost {worth}.",
        "The extra conversions would have cost {worth} before.",
        "Check budgets and that conversions are still counted",
    ),
}


@says(*(f"{each}_change" for each in _WORDS))
def change(finding: Finding, manner: Manner) -> Said:
    """A rate, cost or volume that moved."""
    told = Telling(finding, manner)
    words = _WORDS[finding.rule.removesuffix("_change")]
    worse = finding.kind is Kind.CONCERN
    worth = (words.worse if worse else words.better).format(worth=told["worth"])
    saw = f"{told['before']} → {told['now']} ({told.days} against {told.days_before})"
    return Said(
        title=f"{told.name} {words.title} {told['change']}",
        saw=f"{saw}{_carried(told)}.{_made_of(told)} {worth}{_with_spend(told)}",
        how_sure=_sure(told),
        do=f"{_where(told, words) if worse else _keep(told)} {told.review}",
        change_our_mind=_unless(told, words),
    )


def _carried(told: Telling) -> str:
    """Such as "; three campaigns carry 84% of the rise"."""
    if not told.has("carried"):
        return ""
    carry = "carries" if told.value("carriers") == 1 else "carry"
    direction = told.finding.facts["direction"]
    much = f"{told['carried']} of" if told.value("carried") < 0.995 else "all of"
    return f"; {told.counted('carriers', 'campaign')} {carry} {much} the {direction}"


def _made_of(told: Telling) -> str:
    """What else than the campaigns' own change it is made of, where that is much of it."""
    if not told.has("mix_part"):
        return ""
    whole = told.value("difference")
    shares = {each: told.value(f"{each}_part") / whole for each in ("mix", "new", "ended")}
    most = max(shares, key=lambda each: shares[each])
    if shares[most] < 1 / 3:
        return ""
    why = {
        "mix": "budget moving between campaigns",
        "new": "campaigns that are new",
        "ended": "campaigns that ended",
    }[most]
    return f" {told[f'{most}_part']} of {told['difference']} comes from {why}."


def _with_spend(told: Telling) -> str:
    volume = told.finding.rule in ("revenue_change", "conversions_change")
    if not volume or not told.has("spend_change"):
        return ""
    if abs(told.value("spend_change")) < 0.01:
        return " Spend stayed as it was."
    return f" Spend changed by {told['spend_change']} over the same days."


def _sure(told: Telling) -> str:
    if not told.finding.range:
        return f"There were {told['conversions_before']} before and none now.{told.settling}"
    spans = f"Likely {told.between()} ({told.level} range)"
    clicks = told.finding.rule in ("cpm_change", "ctr_change", "cpc_change")
    much = told.counted("clicks", "click") if clicks else told.counted("conversions", "conversion")
    chance = f"Chance alone finds something like this in fewer than {told['noise']} of periods."
    return f"{spans}, on {much}. {chance}{told.settling}"


def _where(told: Telling, words: Wording) -> str:
    names = told.carriers
    first = f", first in {told.manner.names(names)}" if names else ""
    return f"{words.look}{first}."


def _keep(told: Telling) -> str:
    names = told.carriers
    if not names:
        return "Keep it running as it is, and note what was changed before it."
    return f"Note what was changed in {told.manner.names(names)} before it, to do it again."


def _unless(told: Telling, words: Wording) -> str:
    back = "back to" if told.finding.kind is Kind.CONCERN else "back at"
    return f"{words.title[0].upper()}{words.title[1:]} {back} {told['before']} by then."


@says("spend_change")
def spend(finding: Finding, manner: Manner) -> Said:
    """More spend that results have not followed yet."""
    told = Telling(finding, manner)
    before = told.counted("conversions_before", "conversion")
    return Said(
        title=f"{told.name} spend {told['change']}, results did not follow",
        saw=(
            f"{told['before']} → {told['now']} ({told.days} against {told.days_before})"
            f"{_carried(told)}; conversions {told['conversions_before']} → {told['conversions']}."
        ),
        how_sure=(
            f"The spend is certain. Whether it pays is not: {before} before and "
            f"{told['conversions']} now are too few to tell.{told.settling}"
        ),
        do=f"Ask whether the extra {told.size('difference')} was meant. {told.review}",
        change_our_mind="Conversions that grow as much as the spend did.",
    )

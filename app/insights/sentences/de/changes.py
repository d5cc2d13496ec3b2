"""German words for changes against the days before."""

from __future__ import annotations

from dataclasses import dataclass

from app.insights.finding import Finding, Kind
from app.insights.sentences.de.phrases import CAMPAIGNS, CLICKS, CONVERSIONS, Telling, begun, says
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
        "Dieselben Einblendungen kosten {worth} mehr als zum alten Preis.",
        "Dieselben Einblendungen kosten {worth} weniger als zum alten Preis.",
        "Wettbewerb, Größe der Zielgruppe und Platzierungen prüfen",
    ),
    "ctr": Wording(
        "Klickrate (CTR)",
        "Die fehlenden Klicks hätten {worth} gekostet.",
        "Die zusätzlichen Klicks hätten zuvor {worth} gekostet.",
        "Die meistgezeigten Anzeigen prüfen und ob sich Zielgruppe oder Platzierungen geändert "
        "haben",
    ),
    "cpc": Wording(
        "CPC",
        "Diese Klicks kosten {worth} mehr als zum alten Preis.",
        "Diese Klicks kosten {worth} weniger als zum alten Preis.",
        "Gebote, Keywords, Zielgruppen und Wettbewerb prüfen",
    ),
    "cvr": Wording(
        "Conversion-Rate",
        "Die fehlenden Conversions hätten {worth} gekostet.",
        "Die zusätzlichen Conversions hätten zuvor {worth} gekostet.",
        "Zuerst Landingpage, Angebot und Lagerbestand prüfen, dann die Herkunft der Klicks",
    ),
    "cpa": Wording(
        "CPA",
        "Diese Conversions kosten {worth} mehr als zum alten Preis.",
        "Diese Conversions kosten {worth} weniger als zum alten Preis.",
        "Prüfen, ob Klicks teurer geworden sind oder seltener zu Conversions führen",
    ),
    "roas": Wording(
        "ROAS",
        "Beim früheren ROAS hätten {worth} weniger für denselben Umsatz gereicht.",
        "Beim früheren ROAS wären für denselben Umsatz {worth} mehr nötig gewesen.",
        "Vor den Budgets Bestellwerte und Conversion-Rate prüfen",
    ),
    "revenue": Wording(
        "Umsatz",
        "Für den fehlenden Umsatz waren zuvor {worth} an Ausgaben nötig.",
        "Für den zusätzlichen Umsatz wären zuvor {worth} an Ausgaben nötig gewesen.",
        "Budgets, Lagerbestand und Angebote prüfen",
    ),
    "conversions": Wording(
        "Conversions",
        "Die fehlenden Conversions hätten {worth} gekostet.",
        "Die zusätzlichen Conversions hätten zuvor {worth} gekostet.",
        "Budgets prüfen und ob Conversions weiterhin gezählt werden",
    ),
}
_PARTS = {
    "mix": "Budgetverschiebungen zwischen Kampagnen",
    "new": "neue Kampagnen",
    "ended": "beendete Kampagnen",
}


@says(*(f"{each}_change" for each in _WORDS))
def change(finding: Finding, manner: Manner) -> Said:
    """A rate, cost or volume that moved."""
    told = Telling(finding, manner)
    words = _WORDS[finding.rule.removesuffix("_change")]
    worse = finding.kind is Kind.CONCERN
    worth = (words.worse if worse else words.better).format(worth=told["worth"])
    saw = f"{told['before']} → {told['now']} ({told.days} gegenüber {told.days_before})"
    return Said(
        title=f"{told.name}: {words.title} {told['change']}",
        saw=f"{saw}{_carried(told)}.{_made_of(told)} {worth}{_with_spend(told)}",
        how_sure=_sure(told),
        do=f"{_where(told, words) if worse else _keep(told)} {told.review}",
        change_our_mind=f"{words.title} bis dahin wieder bei {told['before']}.",
    )


def _carried(told: Telling) -> str:
    """Such as "; drei Kampagnen machen 84 % des Anstiegs aus"."""
    if not told.has("carried"):
        return ""
    make = "macht" if told.value("carriers") == 1 else "machen"
    rise = told.finding.facts["direction"] == "rise"
    if told.value("carried") < 0.995:
        much = f"{told['carried']} des {'Anstiegs' if rise else 'Rückgangs'}"
    else:
        much = f"den gesamten {'Anstieg' if rise else 'Rückgang'}"
    return f"; {told.counted('carriers', CAMPAIGNS)} {make} {much} aus"


def _made_of(told: Telling) -> str:
    """What else than the campaigns' own change it is made of, where that is much of it."""
    if not told.has("mix_part"):
        return ""
    whole = told.value("difference")
    shares = {each: told.value(f"{each}_part") / whole for each in _PARTS}
    most = max(shares, key=lambda each: shares[each])
    if shares[most] < 1 / 3:
        return ""
    return f" Von {told['difference']} entfallen {told[f'{most}_part']} auf {_PARTS[most]}."


def _with_spend(told: Telling) -> str:
    volume = told.finding.rule in ("revenue_change", "conversions_change")
    if not volume or not told.has("spend_change"):
        return ""
    if abs(told.value("spend_change")) < 0.01:
        return " Die Ausgaben blieben unverändert."
    return f" Die Ausgaben veränderten sich im selben Zeitraum um {told['spend_change']}."


def _sure(told: Telling) -> str:
    if not told.finding.range:
        before = told.counted("conversions_before", CONVERSIONS)
        return f"Zuvor: {before}, jetzt keine.{told.settling}"
    clicks = told.finding.rule in ("cpm_change", "ctr_change", "cpc_change")
    much = (
        told.with_counted("clicks", CLICKS)
        if clicks
        else told.with_counted("conversions", CONVERSIONS)
    )
    return (
        f"{begun(told.likely)}, auf der Grundlage von {much}. Rein zufällig kommt Vergleichbares "
        f"in weniger als {told['noise']} der Zeiträume vor.{told.settling}"
    )


def _where(told: Telling, words: Wording) -> str:
    names = told.carriers
    first = f", vor allem bei {told.manner.names(names)}" if names else ""
    return f"{words.look}{first}."


def _keep(told: Telling) -> str:
    names = told.carriers
    if not names:
        return "Unverändert weiterlaufen lassen und festhalten, was zuvor geändert wurde."
    return f"Festhalten, was zuvor bei {told.manner.names(names)} geändert wurde, als Vorlage."


@says("spend_change")
def spend(finding: Finding, manner: Manner) -> Said:
    """More spend that results have not followed yet."""
    told = Telling(finding, manner)
    return Said(
        title=f"{told.name}: Ausgaben {told['change']}, Ergebnisse zogen nicht nach",
        saw=(
            f"{told['before']} → {told['now']} ({told.days} gegenüber {told.days_before})"
            f"{_carried(told)}; Conversions {told['conversions_before']} → {told['conversions']}."
        ),
        how_sure=(
            "Die Ausgaben stehen fest. Ob sie sich lohnen, nicht: "
            f"{told.counted('conversions_before', CONVERSIONS)} zuvor und {told['conversions']} "
            f"jetzt sind zu wenige für ein Urteil.{told.settling}"
        ),
        do=f"Klären, ob die zusätzlichen {told.size('difference')} gewollt waren. {told.review}",
        change_our_mind="Conversions, die so stark zunehmen wie die Ausgaben.",
    )

"""German words for what is held against a target, and for spend without results."""

from __future__ import annotations

from app.insights.finding import Finding, Kind
from app.insights.sentences.de.phrases import CLICKS, CONVERSIONS, Telling, begun, says
from app.insights.words import Manner, Said

_REFERENCES = {
    "target": "der Vorgabe von {}",
    "break_even": "der Gewinnschwelle von {}",
    "spend": "den {}, ab denen sich die Ausgaben selbst tragen",
}


@says("roas_target")
def roas(finding: Finding, manner: Manner) -> Said:
    """ROAS over or under what it should be."""
    told = Telling(finding, manner)
    won = finding.kind is Kind.WIN
    goal = _REFERENCES[finding.facts["reference"]].format(told["target"])
    return Said(
        title=f"{told.name}: ROAS {'erreicht' if won else 'nur bei'} {told['now']}",
        saw=(
            f"{told['off']} {'über' if won else 'unter'} {goal}, bei {told['spend']} Ausgaben und "
            f"{told['value']} zugeschriebenem Umsatz ({told.days})."
        ),
        how_sure=(
            f"{begun(told.likely)}, auf der Grundlage von "
            f"{told.with_counted('conversions', CONVERSIONS)}. Umsatz ist, was die Plattform "
            f"angibt.{told.settling}"
        ),
        do=_keep(told) if won else _mend(told),
        change_our_mind=(
            f"Ein ROAS wieder {'unter' if won else 'bei'} {told['target']} oder ein Shop, der "
            f"{'weniger' if won else 'mehr'} verkauft hat, als angegeben wird."
        ),
    )


def _keep(told: Telling) -> str:
    return f"Weiterlaufen lassen; mehr Budget muss nicht dasselbe bringen. {told.review}"


def _mend(told: Telling) -> str:
    return (
        "Hier kein Budget hinzufügen. An der Schwelle hätten "
        f"{told['worth']} weniger ebenso viel gebracht. {told.review}"
    )


@says("cpa_target")
def cpa(finding: Finding, manner: Manner) -> Said:
    """Cost per conversion over or under target."""
    told = Telling(finding, manner)
    won = finding.kind is Kind.WIN
    return Said(
        title=f"{told.name}: CPA bei {told['now']}",
        saw=(
            f"{told['off']} {'unter' if won else 'über'} der Vorgabe von {told['target']}: "
            f"{told.counted('conversions', CONVERSIONS)} für {told['spend']} ({told.days}), "
            f"{told['worth']} {'weniger' if won else 'mehr'} als nach Vorgabe."
        ),
        how_sure=(
            f"{begun(told.likely)}, auf der Grundlage von "
            f"{told.with_counted('conversions', CONVERSIONS)}.{told.settling}"
        ),
        do=_keep(told) if won else f"Hier kein Budget hinzufügen. {told.review}",
        change_our_mind=(f"Ein CPA wieder bei {told['target']} oder Conversions von anderem Wert."),
    )


@says("zero_result")
def nothing(finding: Finding, manner: Manner) -> Said:
    """Spend without a single conversion."""
    told = Telling(finding, manner)
    own = finding.facts["reference"] == "own"
    goal = "der sonst üblichen Kosten pro Conversion" if own else "des Ziel-CPA"
    luck = f"in {told['chance']} der Fälle"
    if told.has("chance_once_in"):
        luck = f"seltener als einmal in {told['chance_once_in']} Fällen"
    return Said(
        title=f"{told.name}: {told['spend']} ausgegeben, keine Conversion",
        saw=(
            f"Das {told.bare('multiple')}-Fache {goal} von {told['target']}: "
            f"{told.counted('clicks', CLICKS)} und keine Conversion ({told.days})."
        ),
        how_sure=(
            f"Zu diesen Kosten wären etwa {told['expected']} Conversions zu erwarten; gar keine "
            f"ist {luck} bloß Pech.{told.settling}"
        ),
        do=f"Prüfen, ob Conversions gezählt werden, dann pausieren. {told.review}",
        change_our_mind=("Eine Conversion, die nicht gezählt wurde oder erst nach Wochen eingeht."),
    )


@says("nothing_counted")
def uncounted(finding: Finding, manner: Manner) -> Said:
    """A whole platform without a conversion."""
    told = Telling(finding, manner)
    before = ""
    if told.value("conversions_before"):
        before = f" In den Tagen davor waren es {told['conversions_before']}."
    return Said(
        title=f"{told.name}: keine Conversions gezählt",
        saw=(
            f"{told['spend']} Ausgaben und {told.counted('clicks', CLICKS)}, aber keine einzige "
            f"Conversion ({told.days}).{before}"
        ),
        how_sure=(
            "Eine ganze Plattform ohne Conversion liegt häufiger an einem Tracking-Code, der nicht "
            f"zählt, als an Anzeigen, die nicht verkaufen.{told.settling}"
        ),
        do="Das Conversion-Tracking prüfen, bevor die Kampagnen beurteilt werden.",
        change_our_mind=(
            "Eine Test-Conversion, die ankommt: dann liegt es an den Anzeigen selbst."
        ),
    )


@says("best_campaign")
def best(finding: Finding, manner: Manner) -> Said:
    """The campaign that returned most."""
    told = Telling(finding, manner)
    return Said(
        title=f"{told.name}: {told['value']} Umsatz aus {told['spend']}",
        saw=(
            f"ROAS {told['now']}, {told.counted('conversions', CONVERSIONS)}, CPA {told['cpa']}; "
            f"alles andere kam auf {told['others']} ({told.days})."
        ),
        how_sure=(
            f"Auf der Grundlage von {told.with_counted('conversions', CONVERSIONS)}.{told.settling}"
        ),
        do="Festhalten, was daran anders ist: Angebot, Zielgruppe, Creative.",
        change_our_mind=f"Ein ROAS, der auf die {told['others']} der anderen fällt.",
    )

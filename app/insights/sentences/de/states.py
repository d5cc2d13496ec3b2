"""German words for what campaigns and ads are in."""

from __future__ import annotations

from app.insights.finding import Finding
from app.insights.sentences.de.phrases import ADS, CAMPAIGNS, CONVERSIONS, Telling, says
from app.insights.words import Manner, Said

_AUDIENCES = {"prospecting": "für Neukunden", "retargeting": "für Retargeting"}


@says("frequency")
def frequency(finding: Finding, manner: Manner) -> Said:
    """People saw the ads too often."""
    told = Telling(finding, manner)
    audience = finding.facts["audience"]
    kind = _AUDIENCES.get(audience, f"für {audience}") if audience else "für jede Zielgruppe"
    return Said(
        title=f"{told.name}: Anzeigenfrequenz bei {told['frequency']}",
        saw=(
            f"Über dem Richtwert von {told['guideline']} {kind}: {told['impressions']} "
            f"Impressionen bei {told['reach']} Personen ({told.days}). {told['beyond']} von "
            f"{told['spend']} Ausgaben gingen über den Richtwert hinaus."
        ),
        how_sure=(
            "Die Frequenz steht fest. Dass sie schadet, nicht: Der Richtwert ist eine Faustregel."
        ),
        do=(
            "Zuerst neue Anzeigen zeigen; die Zielgruppe erweitern, wenn das nicht hilft. "
            f"{told.review}"
        ),
        change_our_mind="Eine Klickrate, die trotz so häufiger Anzeige stabil bleibt.",
    )


@says("learning")
def learning(finding: Finding, manner: Manner) -> Said:
    """Campaigns that do not get out of learning."""
    told = Telling(finding, manner)
    each = "Sie erhält" if told.value("count") == 1 else "Jede erhält"
    return Said(
        title=f"{told.name}: {told.counted('count', CAMPAIGNS)} noch in der Lernphase",
        saw=(
            f"{_named(told)}, {told['spend']} Ausgaben ({told.spent_days}). {each} etwa "
            f"{told['weekly']} Conversions pro Woche; zum Lernen erwarten Plattformen etwa "
            f"{told['needed']}."
        ),
        how_sure=(
            "Der Status stammt von der Plattform selbst. Er sagt etwas über die Menge, nicht über "
            f"die Qualität.{told.settling}"
        ),
        do=(
            "Kampagnen zusammenlegen oder auf ein häufigeres Ereignis optimieren, etwa das "
            f"Hinzufügen zum Warenkorb. {told.review}"
        ),
        change_our_mind="Trotzdem gute Erträge: dann unverändert lassen.",
    )


@says("disapproved")
def disapproved(finding: Finding, manner: Manner) -> Said:
    """Campaigns or ads that the platform refuses."""
    told = Telling(finding, manner)
    what = told.counted("count", ADS if finding.facts["what"] == "ad" else CAMPAIGNS)
    status = finding.facts["status"]
    word = f" Die Plattform meldet „{status}“." if status else ""
    return Said(
        title=f"{told.name}: {what} ohne Auslieferung",
        saw=f"{_named(told)}; {told['spend']} Ausgaben ({told.spent_days}).{word}",
        how_sure="Der Status stammt von der Plattform selbst.",
        do=f"Die Begründung dort lesen, überarbeiten oder Einspruch einlegen. {told.review}",
        change_our_mind="Eine schon erteilte, aber noch nicht gelesene Freigabe.",
    )


def _named(told: Telling) -> str:
    """The names, and that there are more of them."""
    names = told.manner.names(told.carriers)
    return f"Darunter {names}" if told.value("count") > len(told.carriers) else names


@says("budget_limited")
def limited(finding: Finding, manner: Manner) -> Said:
    """A campaign that could spend more."""
    told = Telling(finding, manner)
    measure = "ROAS" if finding.facts["measure"] == "roas" else "CPA"
    side = "über" if measure == "ROAS" else "unter"
    goal = "der Gewinnschwelle" if finding.facts["reference"] == "break_even" else "der Vorgabe"
    return Said(
        title=f"{told.name}: Budget ausgeschöpft bei {measure} {told['now']}",
        saw=(
            f"{told['budget']} pro Tag, an {told['days_full']} der letzten {told['days_seen']} "
            f"Tage ausgeschöpft; {told['spend']} Ausgaben bei {measure} {told['now']}, {side} "
            f"{goal} von {told['target']} ({told.days})."
        ),
        how_sure=(
            f"Grundlage: {told.counted('conversions', CONVERSIONS)}. Was zusätzliches Budget "
            f"bringt, ist vor einem Versuch nicht bekannt.{told.settling}"
        ),
        do="Eine kleine Erhöhung versuchen.",
        change_our_mind=f"{measure} nach der Erhöhung wieder bei {told['target']}.",
    )

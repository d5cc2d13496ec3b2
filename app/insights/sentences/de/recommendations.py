"""German words for what to do about a finding that leaves no doubt."""

from __future__ import annotations

import datetime as dt

from app.insights.finding import Finding
from app.insights.sentences.de.phrases import ADS, CAMPAIGNS, CONVERSIONS, Telling, says
from app.insights.words import Manner, Said


@says("cut_waste")
def cut(finding: Finding, manner: Manner) -> Said:
    """Stop, or spend a step less."""
    told = Telling(finding, manner)
    saves = f"Ersparnis pro Monat {told.likely}"
    if finding.facts["action"] == "pause":
        return Said(
            title=f"{told.name} pausieren: {told['monthly']} pro Monat ohne Ergebnis",
            saw=(
                f"{told['spend']} ausgegeben, das {told.bare('multiple')}-Fache der "
                f"{told['target']}, die eine Conversion kosten soll, und keine kam ({told.days})."
            ),
            how_sure=(
                f"{saves}; weniger als alles, weil der Zufall einige Conversions verdeckt haben "
                f"kann.{told.settling}"
            ),
            do=f"Prüfen, ob Conversions gezählt werden, dann pausieren. {told.review}",
            change_our_mind=(
                "Eine Conversion, die nicht gezählt wurde oder erst nach Wochen eingeht."
            ),
        )
    measure = "ROAS" if finding.facts["because"] == "roas_target" else "CPA"
    goal = "Schwelle" if finding.facts["reference"] != "target" else "Vorgabe"
    return Said(
        title=f"{told.name}: {told['monthly']} pro Monat weniger ausgeben",
        saw=(
            f"{measure} {told['now']} gegenüber einer {goal} von {told['target']}, bei Ausgaben "
            f"von {told['spend']} und {told.with_counted('conversions', CONVERSIONS)} "
            f"({told.days})."
        ),
        how_sure=(
            f"{saves}, über den Wert der Ausgaben an der {goal} hinaus, sofern der gekürzte Teil "
            f"so viel bringt wie der Rest; oft bringt er weniger.{told.settling}"
        ),
        do=f"Budget um {told['step']} senken, nicht mehr auf einmal. {told.review}",
        change_our_mind=(
            f"{measure} wieder bei {told['target']} oder ein anderer Zweck als Verkäufe."
        ),
    )


@says("raise_budget")
def more(finding: Finding, manner: Manner) -> Said:
    """A step up for a campaign that uses up its budget."""
    told = Telling(finding, manner)
    measure = "ROAS" if finding.facts["measure"] == "roas" else "CPA"
    return Said(
        title=f"{told.name} auf {told['new_budget']} pro Tag erhöhen",
        saw=(
            f"Das Budget von {told['budget']} war an {told['days_full']} der letzten "
            f"{told['days_seen']} Tage ausgeschöpft, bei {measure} {told['now']} gegenüber "
            f"{told['target']} ({told.days})."
        ),
        how_sure=(
            f"Grundlage: {told.counted('conversions', CONVERSIONS)}. Zusätzliches Budget bringt "
            f"oft weniger als das erste; wie viel weniger, ist hier nicht bekannt.{told.settling}"
        ),
        do=(
            f"{told['step']}, höchstens {told['monthly']} mehr pro Monat, und nicht mehr auf "
            f"einmal. {told.review}"
        ),
        change_our_mind=(
            f"{measure} nach der Erhöhung wieder bei {told['target']}: dann zurücknehmen."
        ),
    )


@says("fix_tracking")
def tracking(finding: Finding, manner: Manner) -> Said:
    """Conversions are not counted any more."""
    told = Telling(finding, manner)
    spend = f" Ausgaben in dieser Zeit: {told['spend']}." if told.has("spend") else ""
    place = "Alle Plattformen" if told.subject.kind == "workspace" else told.places
    return Said(
        title=f"{place}: Conversion-Tracking prüfen",
        saw=f"Wo Conversions zu erwarten sind, wurde kaum eine gezählt ({told.days}).{spend}",
        how_sure=(
            "Ein Tracking-Code, der nicht mehr zählt, ist wahrscheinlicher als Kunden, die alle "
            "zugleich ausbleiben."
        ),
        do=(
            "Eine Test-Conversion auslösen, in der Plattform nach ihr sehen und prüfen, was sich "
            f"auf der Website geändert hat. Budgets bis dahin unverändert lassen. {told.review}"
        ),
        change_our_mind="Eine Test-Conversion, die gezählt wird.",
    )


@says("reconnect")
def reconnect(finding: Finding, manner: Manner) -> Said:
    """A connection that brings nothing any more."""
    told = Telling(finding, manner)
    last = finding.facts.get("last_day")
    since = ""
    if last:
        since = f"Bis {manner.day(dt.date.fromisoformat(last))} gelesen. "
    title, do = _reconnecting(finding.facts["state"], told.name)
    spent = "Was dort ausgegeben wird, fehlt überall."
    if told.has("daily"):
        spent = f"Etwa {told['daily']} pro Tag werden dort ausgegeben und fehlen überall."
    return Said(
        title=title,
        saw=f"{since}{spent}",
        how_sure="Sicher.",
        do=f"{do} {told.review}",
        change_our_mind="Ein Konto, das bewusst geschlossen wurde: dann die Verbindung trennen.",
    )


def _reconnecting(state: str, name: str) -> tuple[str, str]:
    """A title and what to do about a feed that is revoked, failing or stale."""
    if state == "failing":
        do = "Unter „Connections“ steht ihre Antwort; bleibt der Fehler, neu verbinden."
        return f"{name}: Abruf schlägt fehl", f"Es wird von selbst erneut versucht. {do}"
    if state == "stale":
        return f"{name} wird nicht gelesen", "Unter „Connections“ aktualisieren."
    return f"{name} neu verbinden", f"Unter „Connections“ {name} neu verbinden."


@says("fix_disapproved")
def mend(finding: Finding, manner: Manner) -> Said:
    """Campaigns or ads to mend or appeal."""
    told = Telling(finding, manner)
    what = told.counted("count", ADS if finding.facts["what"] == "ad" else CAMPAIGNS)
    status = finding.facts["status"]
    word = f" Die Plattform meldet „{status}“." if status else ""
    return Said(
        title=f"{told.name}: {what} ohne Auslieferung überarbeiten",
        saw=(f"{manner.names(told.carriers)}; {told['spend']} Ausgaben ({told.spent_days}).{word}"),
        how_sure="Der Status stammt von der Plattform selbst.",
        do=(
            "Die Begründung dort lesen, Text oder Seite überarbeiten oder Einspruch einlegen. "
            f"{told.review}"
        ),
        change_our_mind="Eine schon erteilte, aber noch nicht gelesene Freigabe.",
    )

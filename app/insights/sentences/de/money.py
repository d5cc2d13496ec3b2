"""German words for budgets, claims and prices."""

from __future__ import annotations

from app.insights.finding import Finding
from app.insights.sentences.de.phrases import CONVERSIONS, DAYS, ORDERS, Telling, begun, says
from app.insights.words import Manner, Said


@says("pacing")
def pacing(finding: Finding, manner: Manner) -> Said:
    """A month's budget that is going to be missed."""
    told = Telling(finding, manner)
    over = finding.facts["direction"] == "over"
    side = "über" if over else "unter"
    return Said(
        title=f"{told.name}: voraussichtlich {told['missed']} {side} Budget",
        saw=(
            f"{told['spent']} ausgegeben ({told.days}), bei diesem Tempo {told['projected']} bis "
            f"Monatsende: {told['share']} des Budgets von {told['budget']}."
        ),
        how_sure=(
            f"{begun(told.likely)}, noch {told.counted('days_left', DAYS)}, sofern die Tage so "
            "verlaufen wie zuletzt."
        ),
        do=(
            f"{_needed(told)}Tagesbudgets nur {'senken' if over else 'erhöhen'}, wenn der Plan "
            "noch gilt."
        ),
        change_our_mind="Geplante Starts, Enden oder Feiertage in den verbleibenden Tagen.",
    )


def _needed(told: Telling) -> str:
    """What would land on budget; nothing does once all of it is spent."""
    if not told.has("daily_needed"):
        return ""
    if told.value("daily_needed") <= 0:
        return "Das Budget des Monats ist bereits ausgegeben. "
    return f"Um das Budget zu treffen, ab jetzt {told['daily_needed']} pro Tag ausgeben. "


@says("over_claiming")
def over_claiming(finding: Finding, manner: Manner) -> Said:
    """Platforms that claim more than was sold."""
    told = Telling(finding, manner)
    orders = ""
    if told.has("orders"):
        claimed = told.counted("claimed_orders", CONVERSIONS)
        orders = f"; {claimed} bei {told.with_counted('orders', ORDERS)}"
    return Said(
        title=f"Plattformen beanspruchen {told['ratio']} des Shop-Umsatzes",
        saw=(
            f"{told['claimed']} beansprucht, {told['sold']} verkauft{orders} ({told.days}, "
            f"{told.counted('days', DAYS)} verglichen)."
        ),
        how_sure=(
            "Sicher ist, dass sich die Angaben überschneiden: Mehrere Plattformen zählen denselben "
            "Verkauf. Nicht bekannt ist, welche Verkäufe ohne Werbung ausgeblieben wären."
        ),
        do=(
            f"Das Ganze am ROAS des Shops von {told['blended']} messen, nicht an den "
            f"beanspruchten {told['reported']}."
        ),
        change_our_mind=(
            "Verkäufe, die der verbundene Shop nicht enthält, etwa die eines zweiten Shops."
        ),
    )


@says("cpm_shock")
def shock(finding: Finding, manner: Manner) -> Said:
    """The price of views jumped in a day."""
    told = Telling(finding, manner)
    return Said(
        title=f"{told.name}: CPM {told['change']} an einem Tag",
        saw=(
            f"{told['before']} → {told['now']} ({told.days}); von den {told['spend']} dieses Tages "
            f"gehen {told['extra']} auf den höheren Preis zurück."
        ),
        how_sure=f"Verglichen mit den {told['days']} Tagen davor. Ein Tag ist kein Trend.",
        do=(
            "Nach Änderungen an Geboten, Zielgruppe oder Platzierungen an diesem Tag sehen; sonst "
            "vor dem Handeln die folgenden Tage abwarten."
        ),
        change_our_mind=f"Ein CPM, der am Folgetag wieder bei etwa {told['before']} liegt.",
    )

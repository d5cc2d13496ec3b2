"""What the figures of a German report are called and mean; app.metrics.provenance in German."""

from __future__ import annotations

from app.metrics.store_revenue import StoreRevenue

_SUMS = "jeweils über die gezeigten Tage summiert"

DEFINITIONS: dict[str, tuple[str, str]] = {
    "spend": (
        "Ausgaben",
        (
            "Summe dessen, was die Werbeplattformen pro Tag berechnet haben, zum Kurs des Tages "
            "umgerechnet. Kosten der Anzeigen, wie die Plattformen sie zählen; später berechnete "
            "Steuern und Gebühren sind nicht enthalten."
        ),
    ),
    "reported_revenue": (
        "Umsatz, gemeldet",
        (
            "Summe der Conversion-Werte, die die Werbeplattformen angeben. Plattformen können "
            "denselben Verkauf mehrfach zählen, daher kann der Wert höher sein als der wirkliche "
            "Umsatz. Er wird nie zum Umsatz des Shops addiert."
        ),
    ),
    "store_roas": (
        "ROAS, gesamt",
        (
            f"Umsatz des Shops ÷ Ausgaben, {_SUMS}. Shop-Umsatz je ausgegebener Geldeinheit, "
            "einschließlich Verkäufen ohne jede Anzeige."
        ),
    ),
    "reported_roas": (
        "ROAS, gemeldet",
        (
            f"Gemeldeter Umsatz ÷ Ausgaben, {_SUMS}. Was die Plattformen je ausgegebener "
            "Geldeinheit angeben."
        ),
    ),
    "conversions": (
        "Conversions",
        (
            "Summe der einen Conversion-Art, die je Konto gewählt ist. Käufe, die die Plattformen "
            "nach eigener Zuordnung angeben. Jüngste Tage wachsen noch, solange späte eingehen."
        ),
    ),
    "cpa": (
        "Kosten pro Conversion",
        f"Ausgaben ÷ Conversions, {_SUMS}. Was eine Conversion gekostet hat.",
    ),
    "ctr": (
        "Klickrate (CTR)",
        f"Klicks ÷ Impressionen, {_SUMS}. Wie oft eine gesehene Anzeige geklickt wurde.",
    ),
    "cvr": (
        "Conversion-Rate",
        (
            f"Conversions ÷ Klicks, {_SUMS}. Wie oft ein Klick zu einer Conversion führte; "
            "Plattformen zählen auch manche, der nur eine gesehene Anzeige vorausging."
        ),
    ),
    "cpm": (
        "CPM",
        f"Ausgaben × 1.000 ÷ Impressionen, {_SUMS}. Was tausend Impressionen gekostet haben.",
    ),
    "cpc": (
        "Kosten pro Klick",
        f"Ausgaben ÷ Klicks, {_SUMS}. Was ein Klick gekostet hat.",
    ),
}
"""Label and meaning by figure."""

_PARTS = {"tax": "Steuern", "shipping": "Versand"}


def store_revenue(store: StoreRevenue) -> tuple[str, str]:
    """A shop's revenue, as its workspace wants it."""
    added = "".join(f" + {_PARTS[each]}" for each in store.added)
    left_out = " und ".join(_PARTS[each] for each in store.left_out)
    within = f"; {left_out} nicht enthalten" if left_out else ", mit Versand und Steuern"
    return (
        "Umsatz, Shop",
        (
            f"Bruttoverkäufe − Rabatte − Erstattungen{added} des Shops, jeweils am eigenen Tag. "
            f"Was der Shop verkauft hat, gleich wodurch{within}."
        ),
    )

"""German words for moving budget between platforms, by how far the figures go."""

from __future__ import annotations

from app.insights.finding import Class, Finding
from app.insights.sentences.de.phrases import COMPLETE_WEEKS, WEEKS, Telling, says
from app.insights.words import Manner, Said

MISSING = {
    "platforms": "derzeit weniger als zwei Plattformen sowohl ausgeben als auch Umsatz melden",
    "store": (
        "noch nicht lange genug eigene Bestellungen eines Shops verbunden sind und sich Nachfrage "
        "deshalb nicht von Werbewirkung trennen lässt"
    ),
    "history": "zu wenige nahezu vollständige Wochen vorliegen",
    "variation": "die Ausgaben über Saison und Nachfrage hinaus kaum geschwankt haben",
    "conversions": "zu wenige Conversions vorliegen",
    "fresh_data": "eine Lücke in den Daten noch offen ist",
    "recent_move": "sich die letzte Umschichtung noch nicht gesetzt hat",
    "room": "jede Umschichtung weiter ginge, als die Vergangenheit trägt",
    "demand": (
        "die Ausgaben mit der Nachfrage schwankten und zu wenige Bestellungen vorliegen, um beides "
        "zu trennen"
    ),
    "running_test": (
        "ein Test dieser Budgets läuft oder bevorsteht und eine Umschichtung ihn stören würde"
    ),
    "difference": "die Erträge der nächsten Geldeinheit zu ähnlich oder zu unsicher sind",
}
_CLAIMED = (
    "Grundlage sind die Angaben der Plattformen: Verkäufe, die ohnehin gekommen wären oder die "
    "eine Plattform einer anderen zurechnet, sind darin nicht erkennbar. Ein Hold-out oder ein "
    "An/Aus-Test kann das zeigen."
)
_UNLESS = (
    "Ein Tracking-Ausfall, eine Aktion oder ausverkaufte Ware in diesen Wochen, oder ein Hold-out "
    "mit anderen Ergebnissen."
)


@says("reallocation")
def reallocation(finding: Finding, manner: Manner) -> Said:
    """The words of the class; a range of the gain, never one figure."""
    told = Telling(finding, manner)
    match finding.class_:
        case Class.RECOMMEND:
            return _recommend(told)
        case Class.LEANING:
            return _leaning(told)
        case Class.WORTH_TESTING:
            return _worth_testing(told)
        case _:
            return _silent(told)


def _recommend(told: Telling) -> Said:
    giver, taker = _names(told)
    return Said(
        title=f"{told['step_month']} pro Monat von {giver} zu {taker} verschieben",
        saw=_returns(told),
        how_sure=f"Wenn sich die Vergangenheit fortsetzt, {_gain(told)}. {_rests_on(told)} "
        f"{_CLAIMED}",
        do=f"{_budgets(told)} Bis dahin nichts anderes verschieben. {told.review}",
        change_our_mind=_UNLESS,
    )


def _leaning(told: Telling) -> Said:
    giver, taker = _names(told)
    return Said(
        title=f"Die Daten sprechen eher für {taker} als für {giver}",
        saw=_returns(told),
        how_sure=(
            f"Wenn sich die Vergangenheit fortsetzt, {_gain(told)}. {_rests_on(told)}"
            f"{_lacking(told)} {_CLAIMED}"
        ),
        do=(
            f"Die Hälfte der üblichen Umschichtung wagen oder testen. {_budgets(told)} "
            f"{told.review} {_test(told)}"
        ),
        change_our_mind=_UNLESS,
    )


def _worth_testing(told: Telling) -> Said:
    giver, taker = _names(told)
    return Said(
        title=f"Durchschnitte sprechen für {taker} statt {giver}; ein Test gäbe Auskunft",
        saw=_returns(told),
        how_sure=(
            f"Die Chance, dass sich eine Umschichtung lohnt, liegt bei {told.chance}, "
            f"vor allem aus Durchschnitten: noch keine Grundlage zum Handeln.{_lacking(told)} "
            f"{_CLAIMED}"
        ),
        do=_test(told),
        change_our_mind="Das Ergebnis eines Tests, in beide Richtungen.",
    )


def _silent(told: Telling) -> Said:
    lacking = _lacking(told, "Keine Umschichtung ist sicher").strip()
    return Said(
        title="Keine sichere Empfehlung zur Budgetverschiebung",
        saw=(
            f"{lacking or 'Keine Umschichtung lohnt sich mit ausreichender Wahrscheinlichkeit.'} "
            f"Betrachtet wurden abgeschlossene Tage ({told.days})."
        ),
        do="" if "recent_move" in told.finding.missing else _test(told),
        change_our_mind="Mehr nahezu vollständige Wochen, schwankende Budgets oder ein Test.",
    )


def _names(told: Telling) -> tuple[str, str]:
    by_role = {each.role: each.name for each in told.finding.entities}
    return by_role["from"], by_role["to"]


def _returns(told: Telling) -> str:
    """What a unit of money returns on average, and what the next one does."""
    parts = [
        f"{name} beansprucht im Schnitt einen ROAS von {told[f'roas_{role}']} und für die nächste "
        f"Geldeinheit {told[f'mroas_low_{role}']} bis {told[f'mroas_high_{role}']}"
        for name, role in zip(_names(told), ("from", "to"), strict=True)
    ]
    return f"{'; '.join(parts)} ({told.days})."


def _gain(told: Telling) -> str:
    return (
        f"bringt das {told['gain_low']} bis {told['gain_high']} pro Monat an beanspruchtem Umsatz "
        f"(mit {told.level} Wahrscheinlichkeit); die Chance auf überhaupt einen Gewinn liegt bei "
        f"{told.chance}"
    )


def _rests_on(told: Telling) -> str:
    return (
        f"Grundlage: {told.counted('weeks', COMPLETE_WEEKS)} mit {told['conversions_from']} und "
        f"{told['conversions_to']} Conversions."
    )


def _budgets(told: Telling) -> str:
    giver, taker = _names(told)
    if "day_after_to" not in told.finding.numbers:
        return (
            f"{told['step_day']} pro Tag verschieben: vom Budget von {giver} abziehen und dem von "
            f"{taker} hinzufügen. Die Ausgaben haben sich zuletzt verändert, deshalb stehen hier "
            "keine ganzen Budgets."
        )
    return (
        f"{told['step_day']} pro Tag verschieben: {giver} von etwa {told['day_from']} auf "
        f"{told['day_after_from']} pro Tag setzen, {taker} von etwa {told['day_to']} auf "
        f"{told['day_after_to']}."
    )


def _lacking(told: Telling, but: str = "Weiter reicht die Aussage nicht") -> str:
    """Why it goes no further, with a space before it; empty where nothing is missing."""
    reasons = [MISSING[each] for each in told.finding.missing if each in MISSING]
    if not reasons:
        return ""
    return f" {but}, weil {told.manner.names(reasons)}."


def _test(told: Telling) -> str:
    if "running_test" in told.finding.missing:
        return "Die Budgets des Tests bis zu seinem Ende beibehalten. Danach ist mehr bekannt."
    if set(told.finding.missing) & {"platforms", "recent_move"}:
        return (
            "Sobald zwei Plattformen ausgeben und Umsatz melden, kann ein Test sie unterscheiden."
        )
    return (
        f"Ein Test von ±{told['test_swing']} über {told.counted('test_weeks', WEEKS)} führt in "
        f"etwa {told['test_chance']} der Konten dieser Größe zu einer Antwort."
    )

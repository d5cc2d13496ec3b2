"""German words for what a planned test found."""

from __future__ import annotations

from app.insights.finding import Class, Finding
from app.insights.sentences.de.phrases import WEEKS, Telling, says
from app.insights.words import Manner, Said

_VERDICTS = {
    Class.RECOMMEND: "Die nächste Geldeinheit bringt bei {taker} mehr als bei {giver}",
    Class.LEANING: "Die nächste Geldeinheit bringt bei {taker} wohl mehr als bei {giver}",
    Class.WORTH_TESTING: "Tendenz zu {taker} statt {giver}, ein längerer Test gäbe Auskunft",
    Class.SILENT: "Beim Ertrag der nächsten Geldeinheit fand sich kein Unterschied",
}


@says("planned_test")
def planned_test(finding: Finding, manner: Manner) -> Said:
    """The verdict of the class; the move itself is another finding's."""
    told = Telling(finding, manner)
    by_role = {each.role: each.name for each in finding.entities if each.role}
    verdict = _VERDICTS[finding.class_].format(
        giver=by_role.get("from", ""), taker=by_role.get("to", "")
    )
    spent = f"{told['followed']} der Wochen wurden wie ausgelost ausgegeben"
    return Said(
        title=f"Test von {_tested(told)} beendet: {verdict}",
        saw=f"{told.counted('tested_weeks', WEEKS)} mit ±{told['swing']} ({told.days}); {spent}."
        + _returns(told, by_role),
        how_sure=_how_sure(told, by_role),
        do=_do(finding),
        change_our_mind=(
            "Ein Tracking-Ausfall, eine Aktion oder ausverkaufte Ware in diesen Wochen, oder ein "
            "Hold-out mit anderen Ergebnissen."
        ),
    )


def _tested(told: Telling) -> str:
    return told.manner.names([each.name for each in told.finding.entities])


def _returns(told: Telling, by_role: dict[str, str]) -> str:
    """What the next unit of money returns; empty where nothing was found."""
    if not by_role:
        return ""
    parts = [
        f"{by_role[role]} {told[f'mroas_low_{role}']} bis {told[f'mroas_high_{role}']}"
        for role in ("from", "to")
    ]
    return f" Beanspruchter Umsatz je nächster Geldeinheit: {', '.join(parts)}."


def _how_sure(told: Telling, by_role: dict[str, str]) -> str:
    if not by_role:
        return (
            "Ein Unterschied kann zu klein sein, um in einem Test dieser Länge und Schwankung "
            "sichtbar zu werden."
        )
    return (
        f"Dass sich die Verschiebung von {told['step_month']} pro Monat lohnt, hat eine Chance von "
        f"{told.chance}, mit {told['gain_low']} bis {told['gain_high']} beanspruchtem "
        "Umsatz pro Monat."
    )


def _do(finding: Finding) -> str:
    if finding.class_ in (Class.RECOMMEND, Class.LEANING):
        return (
            "Budgets zurücksetzen, dann die Empfehlung zur Budgetverschiebung ansehen; sie zählt "
            "diese Wochen als ausgelost."
        )
    return "Budgets zurücksetzen. Ein längerer Test oder eine größere Schwankung sagt mehr."

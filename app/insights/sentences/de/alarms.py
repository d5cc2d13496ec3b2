"""German words for what changed from one day to the next."""

from __future__ import annotations

from app.insights.finding import Finding, Kind
from app.insights.sentences.de.phrases import ADS, DAYS, OTHER_CAMPAIGNS, Telling, begun, says
from app.insights.words import Manner, Said

_METRICS = {
    "cpc": "Kosten pro Klick",
    "ctr": "Klickrate",
    "conversions": "Conversions pro Tag",
}


@says("zero_rows")
def zero_rows(finding: Finding, manner: Manner) -> Said:
    """A platform stopped spending."""
    told = Telling(finding, manner)
    over = finding.over
    return Said(
        title=f"{told.name}: keine Ausgaben{f' ({told.days})' if over else ''}",
        saw=(
            f"Keine Ausgaben ({told.days}), an einem üblichen Tag sind es {told['before']}."
            f"{' Seitdem wird wieder ausgegeben.' if over else ''}"
        ),
        how_sure="Zuvor gab es an fast jedem Tag Ausgaben.",
        do=(
            "War es nicht gewollt: herausfinden, woran es lag, damit es sich nicht wiederholt."
            if over
            else "Nach einer gestoppten Zahlung, einem erreichten Limit oder pausierten "
            "Kampagnen sehen."
        ),
        change_our_mind=(
            "Eine gewollte Pause oder Zahlen, die die Plattform noch nicht geliefert hat."
        ),
    )


@says("tracking_break")
def tracking_break(finding: Finding, manner: Manner) -> Said:
    """Conversions stopped and clicks did not."""
    told = Telling(finding, manner)
    over = finding.over
    place = told.name if told.subject.kind == "workspace" else told.places
    return Said(
        title=(
            f"{place}: Conversions blieben aus ({told.days})"
            if over
            else f"{place}: Conversions bleiben aus, Klicks laufen weiter"
        ),
        saw=(
            f"{told['now']} Conversions pro Tag ({told.days}); dieselben Klicks brachten zuvor "
            f"{told['before']}. Was später eingeht, ist berücksichtigt."
            f"{' Seitdem werden wieder Conversions gezählt.' if over else ''}{_also(told)}"
        ),
        how_sure="Tage schwanken, aber kaum je so stark.",
        do=(
            "Herausfinden, woran es lag, und nichts mit diesen Tagen vergleichen."
            if over
            else "Vor jeder Budgetänderung Tracking-Code, Checkout und Consent-Banner prüfen."
        ),
        change_our_mind="Conversions, die später eingehen als bisher.",
    )


@says("persistent_shift")
def shift(finding: Finding, manner: Manner) -> Said:
    """A level that moved, and stayed or went back."""
    told = Telling(finding, manner)
    metric = _METRICS[finding.facts["metric"]]
    way = "gestiegen" if told.value("change") > 0 else "gesunken"
    won = finding.kind is Kind.WIN
    how = "vorübergehend" if finding.over else "dauerhaft"
    return Said(
        title=f"{told.name}: {metric} {how} um {told.size('change')} {way}",
        saw=(
            f"{told['now']} ({told.days}), zuvor {told['before']}"
            f"{' und seitdem wieder etwa so viel' if finding.over else ''}; Wochentage sind "
            f"berücksichtigt.{_also(told)}"
        ),
        how_sure="Der erste Tag ist eine Schätzung.",
        do=(
            "Herausfinden, was sich geändert hat, um es zu wiederholen."
            if won
            else "Prüfen, was sich geändert hat: Gebote, Zielgruppen, Creatives, Preise oder "
            "Wettbewerb."
        ),
        change_our_mind="Eine Aktion oder eine Saison, die es erklärt.",
    )


def _also(told: Telling) -> str:
    """What the same incident did besides."""
    several = [
        f"{words} {told[f'also_{metric}']}"
        for metric, words in _METRICS.items()
        if told.has(f"also_{metric}")
    ]
    return f" Außerdem: {', '.join(several)}." if several else ""


@says("spend_spike")
def spend_spike(finding: Finding, manner: Manner) -> Said:
    """A day that cost far more than it should, or several in a row."""
    told = Telling(finding, manner)
    several = told.value("days") > 1
    return Said(
        title=(
            f"{told.name}: {told['now']} pro Tag ausgegeben ({told.days})"
            if several
            else f"{told.name}: {told['now']} an einem Tag ausgegeben"
        ),
        saw=(
            f"{'An den Tagen' if several else 'Am'} {told.days}; an einem üblichen Tag sind es "
            f"{told['before']}."
        ),
        how_sure="So stark schwanken die Tage sonst kaum je.",
        do="Budgets und Gebotsgrenzen prüfen, und wer sie geändert hat.",
        change_our_mind="Ein Budget, das bewusst erhöht wurde.",
    )


@says("creative_refresh")
def refresh(finding: Finding, manner: Manner) -> Said:
    """Ads of a campaign that have worn out."""
    told = Telling(finding, manner)
    return _one_tired(told) if told.value("ads") == 1 else _several_tired(told)


def _one_tired(told: Telling) -> Said:
    return Said(
        title=f"{told.name}: {told.most} nutzt sich ab",
        saw=(
            f"Klickrate {_at_first(told)} {told['rate_before_1']}, jetzt {told['rate_now_1']} "
            f"({told.days}): {told.size('drop_1')} weniger, verglichen mit den anderen "
            f"Anzeigen des Kontos in dieser Zeit. Laufzeit bisher{_or_more(told)}: "
            f"{told.counted('running_1', DAYS)}, Ausgaben in diesen Tagen: {told['spend']}."
            f"{_seen(told)}"
        ),
        how_sure=(
            f"{told.size('z')}-mal so weit darunter, wie es durch Zufall üblich ist, drei Tage in "
            f"Folge.{_used_up(told)}"
        ),
        do=f"Durch neue Texte ersetzen, mit demselben oder einem anderen Ansatz. {told.review}",
        change_our_mind="Eine neue Platzierung oder Zielgruppe, in der die Anzeige nun läuft.",
    )


def _several_tired(told: Telling) -> Said:
    return Said(
        title=f"{told.name}: {told.counted('ads', ADS)} nutzen sich ab",
        saw=(
            f"Jede wird seltener geklickt als {_at_first(told)}, auch verglichen mit den anderen "
            f"Anzeigen des Kontos in dieser Zeit. Zusammen kosteten sie {told['spend']} "
            f"({told.days}), am meisten {told.most}: Klickrate {_at_first(told)} "
            f"{told['rate_before_1']}, jetzt {told['rate_now_1']}.{_seen(told)}"
        ),
        how_sure=(
            f"Mindestens {told.size('z')}-mal so weit darunter, wie es durch Zufall üblich ist, "
            f"drei Tage in Folge.{_used_up(told)}"
        ),
        do=(
            "Durch neue Texte ersetzen, mit demselben oder einem anderen Ansatz, die teuersten "
            f"zuerst. {told.review}"
        ),
        change_our_mind="Eine neue Platzierung oder Zielgruppe, in der die Anzeigen nun laufen.",
    )


def _at_first(told: Telling) -> str:
    """An ad's beginning is not known where figures were read only later."""
    return "in den ersten gelesenen Wochen" if _from_later(told) else "am Anfang"


def _or_more(told: Telling) -> str:
    return " mindestens" if _from_later(told) else ""


def _from_later(told: Telling) -> bool:
    return told.finding.facts.get("beginning") == "read"


def _seen(told: Telling) -> str:
    """How often people saw the campaign, and what a conversion cost, where that is known."""
    seen = cost = ""
    if told.has("frequency"):
        seen = (
            f" In der Woche bis {told.manner.day(told.finding.last)} sah jede Person die Anzeigen "
            f"der Kampagne {told['frequency']}-mal."
        )
    if told.has("cost"):
        cost = f" Jede bisher gemeldete Conversion kostete {told['cost']}."
    return seen + cost


def _used_up(told: Telling) -> str:
    if told.finding.facts.get("audience") != "used_up":
        return ""
    return (
        " Die Anzeigen der Kampagne werden insgesamt seltener geklickt und häufiger gesehen: Die "
        "Zielgruppe ist womöglich ausgeschöpft, dann helfen neue Texte allein nicht."
    )


@says("audience_expansion")
def expansion(finding: Finding, manner: Manner) -> Said:
    """An audience that has seen enough, and returns that allow a wider one."""
    told = Telling(finding, manner)
    return Said(
        title=f"{told.name}: Zielgruppe ausgeschöpft",
        saw=(
            f"In der Woche bis {manner.day(finding.last)} sah jede Person die Anzeigen im Schnitt "
            f"{told['frequency']}-mal, vier Wochen zuvor {told['frequency_before']}-mal. "
            f"Mindestens die Hälfte der Anzeigen wird um {told.size('fall')} oder mehr seltener "
            "geklickt als in ihrer Anfangszeit; in denselben Wochen des Vorjahres gab es keinen "
            f"Rückgang. ROAS {told['roas']} ({told.days}), über "
            f"{'der Gewinnschwelle' if _breaks_even(finding) else 'der Vorgabe'} von "
            f"{told['target']}."
        ),
        how_sure=_elsewhere(told),
        do=f"Mit einem Teil des Budgets eine breitere Zielgruppe testen. {told.review}",
        change_our_mind=f"Ein ROAS der breiteren Zielgruppe unter {told['target']}.",
    )


def _breaks_even(finding: Finding) -> bool:
    return finding.facts.get("reference") == "break_even"


def _elsewhere(told: Telling) -> str:
    """What campaigns with more people really had; that there are too few of them."""
    if not told.has("reach_low"):
        return (
            "Was eine breitere Zielgruppe bringt, ist nicht bekannt: Weniger als zwei andere "
            "Kampagnen dieses Kontos mit demselben Ziel erreichten mehr Personen."
        )
    own = f" Diese erreichte {told['reach']}." if told.has("reach") else ""
    return (
        f"{begun(told.counted('comparable', OTHER_CAMPAIGNS))} dieses Kontos mit demselben Ziel: "
        f"{told['reach_low']} bis {told['reach_high']} erreichte Personen in diesen Tagen, ROAS "
        f"{told['roas_low']} bis {told['roas_high']}.{own} Ob eine breitere Zielgruppe hier ebenso "
        "viel bringt, ist nicht bekannt."
    )

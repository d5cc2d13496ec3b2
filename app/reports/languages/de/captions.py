"""What a rendering adds to a German report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from babel.dates import format_date

from app.reports.languages.captions import Captions
from app.reports.wording import BY_RULES, Wording

_COMPARED = {"previous": "den Tagen davor", "year": "dem Vorjahr"}
_REVENUE = {
    "store": "Umsatz nach eigenen Verkäufen des Shops",
    "reported": "Umsatz nach Angaben der Plattformen",
}
_PER = {"month": "pro Monat", "week": "pro Woche", "day": "pro Tag"}
_ROLES = {"spend": "Ausgaben", "revenue": "Umsatz"}
_BETTER = {"better": ", besser", "worse": ", schlechter"}


class GermanCaptions(Captions):
    """In the neutral manner of a report, without addressing anybody."""

    def month_before(self, title: str, month: dt.date) -> str:
        return f"{title} (Vormonat: ganzer {format_date(month, 'LLLL y', locale='de')})"

    def quarter_before(self, title: str, quarter: int, year: int) -> str:
        return f"{title} (Vorquartal: ganzes {quarter}. Quartal {year})"

    def compared_with(self, days: str, compare: str) -> str:
        compared = _COMPARED.get(compare, "")
        return f"verglichen mit {compared}, {days}" if compared else f"verglichen mit {days}"

    def revenue_is(self, source: str) -> str:
        return _REVENUE.get(source, f"Umsatz: {source}")

    def why(self, rating: str) -> str:
        return f"Warum „{rating}“"

    def written_by(self, by: Wording) -> str:
        if by.writer == BY_RULES:
            return (
                "Die Zahlen sind aus den eigenen Daten berechnet, die Texte nach Regeln formuliert."
            )
        if by.sentences is None:
            worded = f"Einige Texte hat {by.writer} formuliert, jede Zahl ist geprüft"
        else:
            parts = " und ".join(_worded(by))
            worded = f"Von {by.writer} formuliert, jede Zahl geprüft: {parts}"
        return (
            f"Die Zahlen sind aus den eigenen Daten berechnet. {worded}. Alles Übrige, auch die "
            "Titel, ist nach Regeln formuliert."
        )

    def review_on(self, day: str) -> str:
        return f"Prüfung am {day}"

    def no_review(self) -> str:
        return "Ohne Prüfung: Es wird nichts versprochen, was sich später messen ließe"

    def per(self, unit: str) -> str:
        return _PER[unit]

    def span(self, low: str, high: str) -> str:
        return f"{low} bis {high}"

    def changed(self, size: str, better: str, *, up: bool) -> str:
        return f"{size} {'höher' if up else 'niedriger'}{_BETTER.get(better, '')}"

    def claimed_by(self, platform: str) -> str:
        return f"Angegeben von {platform}"

    def claimed_for_each(self, share: str) -> str:
        return (
            f"Die Plattformen beanspruchen {share} des Shop-Umsatzes. Angaben werden nie zu "
            "Verkäufen addiert."
        )

    def others(self, count: str) -> str:
        return f"Die übrigen ({count})"

    def most_campaigns(self, shown: str, of: str) -> str:
        return (
            f"Die {shown} mit den höchsten Ausgaben, von insgesamt {of}. Die XLSX- und die "
            "CSV-Datei enthalten alle."
        )

    def as_of(self, moment: str) -> str:
        return f"Stand der Zahlen: {moment}."

    def chart(self, roles: Sequence[str], days: str) -> str:
        names = " und ".join(_ROLES[each] for each in roles)
        return f"Diagramm: {names} pro Tag ({days})."

    def chart_total(self, name: str, total: str, most: str, day: str) -> str:
        return f"{name} insgesamt {total}, am meisten am {day} mit {most}."

    def undrawn(self, mark: str) -> str:
        return (
            f"{mark} steht für Zeichen, für die dieses PDF keine Schrift hat. In der XLSX-Datei "
            "stehen sie so, wie sie geschrieben sind."
        )

    def logo_of(self, name: str) -> str:
        return f"Logo von {name}"

    def link_for_anybody(self, days: int) -> str:
        return f"Der Link öffnet sich {days} Tage lang für alle, die ihn haben."

    def on_the_list(self, workspace: str) -> str:
        return (
            f"Diese E-Mail kommt, weil {workspace} die Adresse in den Verteiler dieses Berichts "
            "aufgenommen hat."
        )

    def asked_to_unsubscribe(self, sender: str, title: str, email: str) -> str:
        return f"{sender} schickt „{title}“ an {email}."

    def unsubscribed(self, sender: str, title: str, email: str) -> str:
        return (
            f"„{title}“ von {sender} geht nicht mehr an {email}. Wieder bestellen kann nur, wer "
            "diese Seite öffnet."
        )

    def too_many_tries(self, minutes: int) -> str:
        wait = "einer Minute" if minutes == 1 else f"{minutes} Minuten"
        return (
            "Das waren zu viele Versuche in kurzer Zeit. Es wurde nichts geändert. In "
            f"{wait} noch einmal versuchen."
        )


def _worded(by: Wording) -> Iterator[str]:
    if by.sentences:
        whole = by.sentences == by.of_sentences
        yield (
            "die Zusammenfassung"
            if whole
            else f"{by.sentences} von {by.of_sentences} Sätzen der Zusammenfassung"
        )
    if by.findings:
        yield f"{by.findings} von {by.of_findings} Befund{'' if by.of_findings == 1 else 'en'}"

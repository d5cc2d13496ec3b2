"""What a German report says besides its findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from babel.dates import format_date

from app.insights.sentences.de.phrases import begun
from app.metrics.figures import RevenueSource
from app.metrics.period import Period
from app.metrics.store_revenue import StoreRevenue
from app.reports.languages.de.definitions import DEFINITIONS, store_revenue
from app.reports.languages.sentences import Moved, Outcome, Sentences

_METRICS = {"spend": "Ausgaben", "revenue": "Umsatz", "conversions": "Conversions"}


_NAMED = 3


class GermanSentences(Sentences):
    """In the neutral manner of a report; no day ends a sentence, for a month may end with a dot."""

    def title(self, period: Period) -> str:
        """Such as Performance 1.–31. Dezember 2026."""
        first, last = period.first, period.last
        end = self._written("d. MMMM y", last)
        if first == last:
            return f"Performance {end}"
        if first.year != last.year:
            return f"Performance {self._written('d. MMMM y', first)} – {end}"
        if first.month != last.month:
            return f"Performance {self._written('d. MMMM', first)} – {end}"
        return f"Performance {first.day}.–{end}"

    def nothing_recorded(self, days: Period) -> list[str]:
        return [
            f"{begun(self._when(days))} ist nichts erfasst.",
            "Keine Plattform in diesem Bericht hat an diesen Tagen etwas ausgegeben oder verkauft.",
            "Zu prüfen ist, ob die richtigen Konten gewählt sind; sonst andere Tage wählen.",
        ]

    def nothing_connected(self, days: Period) -> list[str]:
        return [
            f"Keine Zahlen {self._of(days)}: Weder ein Werbekonto noch ein Shop ist verbunden.",
            "Solange Zahlen fehlen, lässt sich nichts beurteilen oder empfehlen.",
            "Eine Plattform verbinden oder einen Export hochladen, dann den Bericht neu erzeugen.",
        ]

    def nothing_read(self, days: Period) -> list[str]:
        return [
            f"Keine Zahlen {self._of(days)}: Noch keiner dieser Tage wurde gelesen.",
            "Sie sind unbekannt, nicht null; daher wird nichts beurteilt oder empfohlen.",
            "Abwarten, bis die Tage unter „Connections“ als gelesen gelten, oder andere wählen.",
        ]

    def nothing_converted(self, days: Period, currencies: Sequence[str]) -> list[str]:
        missing = f"Es fehlt ein Wechselkurs von {self.manner.names(list(currencies))}"
        return [
            f"Keine Zahl {self._of(days)} liegt in {self.manner.currency} vor: {missing}.",
            "Diese Beträge sind in keiner Summe; daher wird nichts beurteilt oder empfohlen.",
            "Den Kurs unter „Settings“ ergänzen, dann den Bericht neu erzeugen.",
        ]

    def spend_unknown(self, outcome: Outcome) -> str:
        when = begun(self._when(outcome.days))
        if outcome.sold is None:
            return f"{when} ist weder bekannt, was ausgegeben, noch, was verkauft wurde."
        sold = self.manner.money(float(outcome.sold))
        if outcome.source is RevenueSource.STORE:
            return f"{when} setzte der Shop {sold} um; die Ausgaben sind nicht bekannt."
        return f"{when} melden die Plattformen {sold} Umsatz; die Ausgaben sind nicht bekannt."

    def spent_only(self, outcome: Outcome) -> str:
        return f"{self._spent(outcome)}; was verkauft wurde, ist nicht bekannt."

    def sold_only(self, outcome: Outcome) -> str:
        return (
            f"{begun(self._when(outcome.days))} wurde nichts für Werbung ausgegeben; "
            f"{self._sold(outcome)}."
        )

    def shops_only(self, outcome: Outcome) -> str:
        when = begun(self._when(outcome.days))
        return f"Keine Werbung ist Teil dieses Berichts. {when}: {self._sold(outcome)}."

    def returned(self, outcome: Outcome) -> str:
        roas, target = outcome.roas or Decimal(0), outcome.target
        sentence = f"{self._spent(outcome)}; {self._sold(outcome)}: ein ROAS von"
        if target is None:
            return f"{sentence} {self.manner.multiple(float(roas))}."
        side = "über dem" if roas > target else "unter dem" if roas < target else "genau am"
        reached, wanted = self.apart(roas, target)
        return f"{sentence} {reached}, {side} Ziel von {wanted}."

    def moved(self, moves: Sequence[Moved], best: str, worst: str) -> str:
        told = "Ein Vergleich liegt nicht vor"
        if moves:
            told = (
                f"Gegenüber dem Vergleichszeitraum: {', '.join(self._went(each) for each in moves)}"
            )
        best = f"; am besten: „{best}“" if best else ""
        worst = f"; zu beobachten: „{worst}“" if worst else ""
        return f"{told}{best}{worst}."

    def next_step(self, title: str, more: int) -> str:
        rest = f" ({more} {'weitere' if more > 1 else 'weiterer'} unten)" if more else ""
        return f"Nächster Schritt: „{title}“{rest}."

    def nothing_safe(self) -> str:
        return "Aus diesen Tagen folgt keine sichere Empfehlung: Budgets unverändert lassen."

    def no_revenue(self) -> str:
        return "Es wurde nichts ausgegeben, oder der Umsatz ist nicht bekannt."

    def few_conversions(self, enough: int) -> str:
        return f"Es sind weniger als {enough} Conversions enthalten."

    def mostly_young(self) -> str:
        return "Mehr als die Hälfte der Ausgaben entfällt auf Tage, die keine Woche zurückliegen."

    def no_yardstick(self) -> str:
        return "Es gibt weder einen Ziel-ROAS noch einen Zeitraum zum Vergleich."

    def against_target(self, roas: Decimal, target: Decimal) -> str:
        side = "erreicht das" if roas >= target else "liegt unter dem"
        reached, wanted = self.apart(roas, target)
        return f"Der ROAS von {reached} {side} Ziel von {wanted}."

    def roas_changed(self, change: Decimal, *, beyond: bool) -> str:
        weight = (
            "stärker, als der Zufall erklärt"
            if beyond
            else "im Rahmen dessen, was Zufall oder 10 % erklären"
        )
        sign = "+" if change > 0 else ""
        return (
            "Der ROAS veränderte sich gegenüber dem Vergleichszeitraum um "
            f"{sign}{self.manner.share(float(change))}, {weight}."
        )

    def sold_nothing(self) -> str:
        return (
            "Der Shop hat an den verglichenen Tagen nichts verkauft, daher gibt es für die Angaben "
            "der Plattformen keinen Maßstab."
        )

    def claimed(
        self, names: Sequence[str], days: int, sold: Decimal, claimed: Decimal, ratio: Decimal
    ) -> str:
        when = "An einem Tag" if days == 1 else f"An {days} Tagen"
        verb = "beanspruchen zusammen" if len(names) > 1 else "beansprucht"
        return (
            f"{when} setzte der Shop {self.manner.money(float(sold))} um; "
            f"{self.manner.names(list(names))} {verb} {self.manner.money(float(claimed))}, das "
            f"sind {self.manner.share(float(ratio))} davon. Plattformen können denselben Verkauf "
            "zweimal beanspruchen, daher werden ihre Angaben nie zu Verkäufen addiert."
        )

    def unclaimed(self) -> str:
        return (
            "Für diese Tage sind keine Angaben von Werbeplattformen bekannt, die dem Umsatz des "
            "Shops gegenüberstehen könnten."
        )

    def parted(self) -> str:
        return (
            "Konten, die an diesen Tagen verkauft haben oder Verkäufe für sich angeben, sind nicht "
            "Teil dieses Berichts; seinen Verkäufen stehen daher keine Angaben gegenüber."
        )

    def only_platforms(self, names: Sequence[str]) -> str:
        return f"Nur {', '.join(names)}."

    def only_accounts(self, names: Sequence[str]) -> str:
        return f"Nur {'die Konten' if len(names) > 1 else 'das Konto'} {', '.join(names)}."

    def only_campaigns(self, count: int) -> str:
        return "Nur eine Kampagne." if count == 1 else f"Nur {count} ausgewählte Kampagnen."

    def step(self, title: str, review_on: dt.date | None) -> str:
        if review_on is None:
            return f"{title}."
        return f"{title}. Am {self.manner.day(review_on)} überprüfen."

    def keep_budgets(self) -> str:
        return (
            "Budgets unverändert lassen und erneut prüfen, wenn mehr Tage nahezu vollständig sind."
        )

    def all_final(self, last: dt.date) -> str:
        return (
            f"Alle Zahlen bis {self.manner.day(last)} sind endgültig: Keine Plattform korrigiert "
            "sie mehr."
        )

    def none_final(self) -> str:
        return (
            "Jeder Tag dieses Berichts kann sich noch ändern: Plattformen tragen späte Conversions "
            "nach und korrigieren Zahlen, manche noch nach Monaten."
        )

    def partly_final(self, final: dt.date, unsettled: Period) -> str:
        return (
            f"Zahlen bis {self.manner.day(final)} sind endgültig. Die {self._of(unsettled)} "
            "können sich noch ändern: Plattformen tragen späte Conversions nach und "
            "korrigieren Zahlen."
        )

    def invented(self) -> str:
        return "Einige Zahlen stammen von einer Sandbox-Plattform und sind erfunden."

    def cut(self, wanted: dt.date, last: dt.date) -> str:
        return (
            f"Der Bericht reicht bis {self.manner.day(last)}, weil der {self.manner.day(wanted)} "
            "noch nicht überall vorüber ist."
        )

    def claims_only(self) -> str:
        return (
            "Verkäufe eines Shops gehören zu keiner Kampagne; als Umsatz gilt daher, was die "
            "Plattformen für die ausgewählten Kampagnen angeben."
        )

    def split(self) -> str:
        return (
            "Ein Shop verkauft durch die gesamte Werbung, und Konten, die an diesen Tagen Ausgaben "
            "oder Verkäufe hatten, sind nicht Teil dieses Berichts: Umsatz, ROAS und Bewertung "
            "beruhen auf dem, was die enthaltenen Plattformen angeben."
        )

    def whole_log(self) -> str:
        return (
            "Was Menschen im Protokoll notiert haben, betrifft den ganzen Workspace, nicht nur "
            "den Inhalt dieses Berichts."
        )

    def no_rate(self, spend: Decimal, currency: str) -> str:
        return (
            f"{replace(self.manner, currency=currency).money(float(spend))} Ausgaben sind in den "
            f"Zahlen nicht enthalten: Für ihre Tage fehlt ein Wechselkurs von {currency} in "
            f"{self.manner.currency}. Er kann unter „Settings“ ergänzt werden."
        )

    def not_converted(self, currencies: Sequence[str]) -> str:
        return (
            "Es wird nichts bewertet, und Veränderungen, die auf "
            f"{self.manner.names(list(currencies))} beruhen, bleiben außen vor: An einigen der "
            "gezeigten oder verglichenen Tage fehlt ein Wechselkurs in "
            f"{self.manner.currency}, Gleiches stünde nicht neben Gleichem. Den Kurs unter "
            "„Settings“ ergänzen, dann den Bericht neu erzeugen."
        )

    def shop_incomplete(self, days: int) -> str:
        told = "Ein Tag des Shops fehlt" if days == 1 else f"{days} Tage des Shops fehlen"
        return (
            f"{told} im Umsatz: Steuern oder Versand sollen enthalten sein und sind dafür nicht "
            "bekannt."
        )

    def nothing_final(self) -> str:
        return "Kein Tag dieses Berichts wurde gelesen, daher ist keine Zahl endgültig."

    def gap(self, names: Sequence[str], days: Sequence[Period]) -> str:
        shown = list(names[:_NAMED])
        if len(names) > _NAMED:
            shown.append(f"{len(names) - _NAMED} weitere")
        when = self.manner.names([self._of(each) for each in days])
        return (
            f"Daten {when} fehlen für {self.manner.names(shown)}: Was dort geschah, ist unbekannt, "
            "nicht null, und in keiner Zahl enthalten."
        )

    def not_compared(self, platforms: Sequence[str]) -> str:
        return (
            f"Veränderungen, die auf {self.manner.names(list(platforms))} beruhen, bleiben außen "
            "vor: Dort wurden nicht alle Vergleichstage gelesen, Gleiches stünde nicht neben "
            "Gleichem."
        )

    def definition(
        self, metric: str, source: RevenueSource, store: StoreRevenue
    ) -> tuple[str, str]:
        if metric in ("revenue", "roas"):
            metric = f"{source.value}_{metric}"
        if metric == "store_revenue":
            return store_revenue(store)
        return DEFINITIONS[metric]

    def _when(self, days: Period) -> str:
        """Such as am 3. Nov., vom 18. bis 24. Nov. or vom 28. Nov. bis 4. Dez."""
        first, last = days.first, days.last
        if first == last:
            return f"am {self.manner.day(first)}"
        if first.year != last.year:
            return f"vom {self._written('d. MMM y', first)} bis {self._written('d. MMM y', last)}"
        if first.month != last.month:
            return f"vom {self.manner.day(first)} bis {self.manner.day(last)}"
        return f"vom {first.day}. bis {self.manner.day(last)}"

    def _of(self, days: Period) -> str:
        """Such as vom 3. Nov.: a single day's too."""
        if days.first == days.last:
            return f"vom {self.manner.day(days.first)}"
        return self._when(days)

    def _spent(self, outcome: Outcome) -> str:
        spent = self.manner.money(float(outcome.spend or 0))
        return f"{begun(self._when(outcome.days))} wurden {spent} für Werbung ausgegeben"

    def _sold(self, outcome: Outcome) -> str:
        sold = self.manner.money(float(outcome.sold or 0))
        if outcome.source is RevenueSource.STORE:
            return f"der Shop setzte {sold} um"
        return f"die Plattformen melden {sold} Umsatz"

    def _went(self, moved: Moved) -> str:
        name = _METRICS[moved.metric]
        if moved.steady:
            return f"{name} stabil"
        way = "gestiegen" if moved.change > 0 else "gesunken"
        return f"{name} um {self.manner.share(abs(float(moved.change)))} {way}"

    def _written(self, pattern: str, day: dt.date) -> str:
        return str(format_date(day, pattern, locale=self.manner.locale))

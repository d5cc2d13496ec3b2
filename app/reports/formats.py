"""How figures and days are written in a report's files: exact decimals, in its language's way."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_interval, format_skeleton
from babel.numbers import format_currency, format_decimal

from app.insights.rates import decimals_of
from app.reports.document import Days, Document
from app.reports.ratios import appeared

NOTHING = "–"
_WHOLE_FROM = 1000
_AMERICAN = Locale("en", "US")


@dataclass(frozen=True, slots=True)
class Formats:
    """None is always a dash."""

    currency: str
    locale: Locale
    time_zone: str

    def unit(self, value: Decimal | None, unit: str) -> str:
        """A KPI by its unit: money, multiple, share or count."""
        match unit:
            case "money":
                return self.money(value)
            case "multiple":
                return self.multiple(value)
            case "share":
                return self.share(value)
            case _:
                return self.count(value)

    def money(self, amount: Decimal | None) -> str:
        """Whole units from a thousand on, where cents say nothing."""
        if amount is None:
            return NOTHING
        if abs(amount) < _WHOLE_FROM:
            return format_currency(amount, self.currency, locale=self.locale)
        return format_currency(
            amount.quantize(Decimal(1), ROUND_HALF_UP),
            self.currency,
            self.locale.currency_formats["standard"].pattern.replace("0.00", "0"),
            locale=self.locale,
            currency_digits=False,
        )

    def axis_money(self, amount: float) -> str:
        """Whole units, for a scale."""
        pattern = self.locale.currency_formats["standard"].pattern.replace("0.00", "0.##")
        return format_currency(
            amount, self.currency, pattern, locale=self.locale, currency_digits=False
        )

    def multiple(self, value: Decimal | None) -> str:
        """Such as 3.52x."""
        return NOTHING if value is None else f"{self._decimal(value, '#,##0.00')}x"

    def share(self, value: Decimal | None) -> str:
        """A share of one as per cent; a decimal where there is little of it, more of hardly any."""
        if value is None:
            return NOTHING
        more = "#" * max(1, decimals_of(float(value * 100)) - 1)
        pattern = "#,##0" if abs(value) >= Decimal("0.1") or not value else f"#,##0.0{more}"
        return f"{self._decimal(value * 100, pattern)}{self._per_cent}"

    def change(self, value: Decimal | None) -> str:
        """A relative change with its sign: +12%."""
        if value is None:
            return NOTHING
        per_cent = (value * 100).quantize(Decimal(1), ROUND_HALF_UP)
        sign = "+" if per_cent > 0 else "−" if per_cent < 0 else "±"
        return f"{sign}{self._decimal(abs(per_cent), '#,##0')}{self._per_cent}"

    def change_of(
        self, moved: Decimal | None, now: Decimal | None, before: Decimal | None, new: str
    ) -> str:
        """As `change`; from nothing it is `new`, and nothing after nothing is no change."""
        if appeared(now, before):
            return new
        return self.change(Decimal(0) if now == before == 0 else moved)

    def count(self, value: Decimal | int | None) -> str:
        """Grouped; a decimal only where a platform counts in parts of one."""
        return NOTHING if value is None else self._decimal(value, "#,##0.#")

    def day(self, day: dt.date) -> str:
        """Such as Nov 22, 2026."""
        return str(format_skeleton("yMMMd", day, locale=self.locale))

    def short_day(self, day: dt.date) -> str:
        """Such as Nov 22, for a scale."""
        return str(format_skeleton("MMMd", day, locale=self.locale))

    def month(self, day: dt.date) -> str:
        """Such as Nov 2026, for a long scale."""
        return str(format_skeleton("yMMM", day, locale=self.locale))

    def days(self, days: Days) -> str:
        """Such as Nov 1 – 30, 2026."""
        if days.first == days.last:
            return self.day(days.first)
        return str(format_interval(days.first, days.last, "yMMMd", locale=self.locale))

    def moment(self, when: dt.datetime) -> str:
        """The minute in the workspace's zone, with the zone's name."""
        there = when.astimezone(ZoneInfo(self.time_zone))
        return f"{self.day(there.date())}, {there:%H:%M} ({self.time_zone})"

    @property
    def _per_cent(self) -> str:
        return "\u00a0%" if "\u00a0%" in self.locale.percent_formats[None].pattern else "%"

    def _decimal(self, value: Decimal | int, pattern: str) -> str:
        return str(format_decimal(value, pattern, locale=self.locale))


def formats_of(document: Document) -> Formats:
    """As the document's language writes."""
    return formats_in(document.language, document)


def formats_in(language: str, document: Document) -> Formats:
    """Its figures as another language writes them; American where it is none that is known."""
    try:
        locale = Locale.parse(language, sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError):
        locale = _AMERICAN
    if locale.territory is None and locale.language == "en":
        locale = _AMERICAN
    return Formats(document.currency, locale, document.time_zone)

"""Sentences for findings, by language and rule; `say` words any finding as its manner tells.

What is in `app.insights.sentences.<language>` registers itself. Sentences are for a marketer's
client: plain, no exclamation marks, never "will": "if the past holds". Every figure in them is one
of the finding's numbers.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from importlib import import_module

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_precision

from app.insights.finding import Finding, Number, Unit
from app.insights.rates import decimals_apart, decimals_of

_SMALL = 1000
_FEW = 20
# Beyond these a probability rounds to certainty, which no estimate has.
ALMOST_SURE, _HARDLY, _ROUNDS_TO_ONE = 0.99, 0.01, 0.995


@dataclass(frozen=True, slots=True)
class Said:
    """A finding in words. `title` stands alone; the others may be empty where there is nothing."""

    title: str
    saw: str
    how_sure: str = ""
    do: str = ""
    change_our_mind: str = ""


@dataclass(frozen=True, slots=True)
class Manner:
    """The language of sentences, and how numbers and days are written in them.

    `language` is one of app.insights.languages; `locale` is CLDR's, such as en_US.
    """

    currency: str
    locale: str = "en_US"
    language: str = "en"

    def number(self, number: Number) -> str:
        """A figure with its unit; changes carry their sign."""
        value, sign = number.value, "+" if number.change and number.value > 0 else ""
        match number.unit:
            case Unit.MONEY:
                return sign + self.money(value)
            case Unit.SHARE:
                return sign + self.share(value)
            case Unit.MULTIPLE:
                return sign + self.multiple(value)
            case _:
                return sign + self.count(value)

    def money(self, value: float) -> str:
        """Whole units from a thousand on, where cents say nothing.

        A click for ¥1.43 is not one for ¥1: small amounts have decimals in every currency.
        """
        standard = Locale.parse(self.locale).currency_formats["standard"].pattern
        if abs(value) < _FEW and not get_currency_precision(self.currency) and value % 1:
            return format_currency(
                value, self.currency, standard, locale=self.locale, currency_digits=False
            )
        if abs(value) < _SMALL:
            return format_currency(value, self.currency, locale=self.locale)
        # Half of a unit is rounded up as in tables: the same amount may stand in both.
        whole = Decimal(repr(float(value))).quantize(Decimal(1), ROUND_HALF_UP)
        return format_currency(
            whole,
            self.currency,
            standard.replace("0.00", "0"),
            locale=self.locale,
            currency_digits=False,
        )

    def share(self, value: float) -> str:
        """A share of one as per cent, with two significant figures at least."""
        return self._per_cent(value * 100, decimals_of(value * 100))

    def shares(self, values: Sequence[float]) -> list[str]:
        """Shares that are compared: as many decimals each as it takes to tell them apart."""
        digits = decimals_apart([each * 100 for each in values])
        return [self._per_cent(each * 100, digits) for each in values]

    def _per_cent(self, per_cent: float, digits: int) -> str:
        pattern = Locale.parse(self.locale).percent_formats[None].pattern
        sign = "\u00a0%" if "\u00a0%" in pattern else "%"
        decimals = "0." + "0" * digits if digits else "0"
        return format_decimal(per_cent, decimals, locale=self.locale) + sign

    def multiple(self, value: float) -> str:
        """Such as 3.8x."""
        return format_decimal(value, "0.0" if abs(value) >= 1 else "0.0#", locale=self.locale) + "x"

    def count(self, value: float) -> str:
        """Grouped, with one decimal only where there is a fraction of a small number."""
        return format_decimal(
            value, "#,##0" if abs(value) >= 100 else "#,##0.#", locale=self.locale
        )

    def day(self, day: dt.date) -> str:
        """Such as Nov 12."""
        return str(format_skeleton("MMMd", day, locale=self.locale))

    def days(self, first: dt.date, last: dt.date) -> str:
        """Such as Nov 12-18, or Nov 28 - Dec 4; a year only where it changes."""
        if first == last:
            return self.day(first)
        if not self.locale.startswith("en"):
            parts = "MMMd" if first.year == last.year else "yMMMd"
            return str(format_interval(first, last, parts, locale=self.locale))
        if first.year != last.year:
            first_day, last_day = (format_date(each, locale=self.locale) for each in (first, last))
            return f"{first_day} – {last_day}"
        if first.month == last.month:
            return f"{self.day(first)}–{last.day}"
        return f"{self.day(first)} – {self.day(last)}"

    def days_with_year(self, first: dt.date, last: dt.date) -> str:
        """Such as Nov 12-18, 2025."""
        if self.locale.startswith("en") and first.year == last.year:
            return f"{self.days(first, last)}, {last.year}"
        return str(format_interval(first, last, "yMMMd", locale=self.locale))

    def names(self, names: list[str]) -> str:
        """Such as A, B, and C."""
        return format_list(names, locale=self.locale)


def bound_of(probability: float) -> float | None:
    """What a probability is told to be over or under, where it cannot be told itself."""
    if probability >= _ROUNDS_TO_ONE:
        return ALMOST_SURE
    return _HARDLY if probability < _HARDLY else None


Sayer = Callable[[Finding, Manner], Said]
_SAYERS: dict[str, dict[str, Sayer]] = {}


def says_in(language: str) -> Callable[..., Callable[[Sayer], Sayer]]:
    """The decorator `@says(*rules)` that registers a function as the words of rules."""
    sayers = _SAYERS.setdefault(language, {})

    def says(*rules: str) -> Callable[[Sayer], Sayer]:
        def register(sayer: Sayer) -> Sayer:
            for rule in rules:
                if rule in sayers:
                    raise TypeError(f"two functions word the rule {rule} in {language}")
                sayers[rule] = sayer
            return sayer

        return register

    return says


def say(finding: Finding, manner: Manner) -> Said:
    """The finding in words. Raises KeyError for a rule that nobody words."""
    said = _sayers(manner.language)[finding.rule](finding, manner)
    # Where there is nothing to look at again a sentence of it is empty.
    return replace(said, do=re.sub(" {2,}", " ", said.do).strip())


def worded_rules(language: str) -> list[str]:
    """The rules that have words in a language."""
    return sorted(_sayers(language))


def _sayers(language: str) -> dict[str, Sayer]:
    """Those of a language have registered themselves when its folder is imported."""
    import_module(f"app.insights.sentences.{language}")
    return _SAYERS[language]

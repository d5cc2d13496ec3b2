"""The languages that findings and reports are written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.insights.words import Manner


@dataclass(frozen=True, slots=True)
class Spoken:
    """`name` is what its speakers call it, `locale` CLDR's of its figures and days."""

    name: str
    locale: str


LANGUAGES: Mapping[str, Spoken] = {
    "en": Spoken("English", "en_US"),
    "de": Spoken("Deutsch", "de_DE"),
}
"""By ISO 639-1 code; the words are in app.insights.sentences and app.reports.languages."""

NAMES: Mapping[str, str] = {code: each.name for code, each in LANGUAGES.items()}
USUAL = "en"


def unknown(language: str) -> str:
    """A sentence for whoever asked for another one."""
    there_are = ", ".join(f"{code} ({name})" for code, name in NAMES.items())
    return f"There are no reports in “{language[:40]}”. Their languages are {there_are}."


def manner_in(language: str, currency: str) -> Manner:
    """How a language tells amounts of a currency. Raises KeyError for no language of these."""
    return Manner(currency, LANGUAGES[language].locale, language)

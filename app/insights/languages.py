"""The languages that findings and reports are written in."""

from __future__ import annotations

from collections.abc import Mapping

from app.insights.words import Manner

LOCALES: Mapping[str, str] = {"en": "en_US", "de": "de_DE"}
"""The CLDR locale of figures and days by language."""


def manner_in(language: str, currency: str) -> Manner:
    """How a language tells amounts of a currency. Raises KeyError for no language of these."""
    return Manner(currency, LOCALES[language], language)

"""What reports say besides their findings, a folder for each language of app.insights.languages."""

from __future__ import annotations

from dataclasses import dataclass

from app.insights.languages import manner_in
from app.reports.languages.captions import Captions
from app.reports.languages.en.captions import EnglishCaptions
from app.reports.languages.en.labels import LABELS as ENGLISH
from app.reports.languages.en.sentences import EnglishSentences
from app.reports.languages.labels import Labels
from app.reports.languages.sentences import Sentences

USUAL = "en"


@dataclass(frozen=True, slots=True)
class Language:
    """All words of a language; `name` is what its speakers call it."""

    name: str
    labels: Labels
    sentences: type[Sentences]
    captions: type[Captions]


LANGUAGES = {"en": Language("English", ENGLISH, EnglishSentences, EnglishCaptions)}
"""Those a report may be written in, by their ISO 639-1 code."""


def sentences_in(language: str, currency: str) -> Sentences:
    """What a report in this language says. Raises KeyError for no language of these."""
    known = LANGUAGES[language]
    return known.sentences(manner_in(language, currency), known.labels)


def captions_in(language: str) -> Captions:
    """What renderings add; English to a report in a language that is not known any more."""
    known = LANGUAGES.get(language, LANGUAGES[USUAL])
    return known.captions(known.labels)

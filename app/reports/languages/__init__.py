"""What reports say besides their findings, a folder for each language of app.insights.languages."""

from __future__ import annotations

from dataclasses import dataclass

from app.insights.languages import USUAL, manner_in
from app.reports.document import Document
from app.reports.languages.captions import Captions
from app.reports.languages.de.captions import GermanCaptions
from app.reports.languages.de.labels import LABELS as GERMAN
from app.reports.languages.de.sentences import GermanSentences
from app.reports.languages.en.captions import EnglishCaptions
from app.reports.languages.en.labels import LABELS as ENGLISH
from app.reports.languages.en.sentences import EnglishSentences
from app.reports.languages.labels import Labels
from app.reports.languages.sentences import Sentences


@dataclass(frozen=True, slots=True)
class Language:
    """All words of a report in one language but those of findings."""

    labels: Labels
    sentences: type[Sentences]
    captions: type[Captions]


WORDS = {
    "en": Language(ENGLISH, EnglishSentences, EnglishCaptions),
    "de": Language(GERMAN, GermanSentences, GermanCaptions),
}
"""By code; the same as those of app.insights.languages."""


def sentences_in(language: str, currency: str) -> Sentences:
    """What a report in this language says. Raises KeyError for no language of these."""
    known = WORDS[language]
    return known.sentences(manner_in(language, currency), known.labels)


def captions_of(document: Document) -> Captions:
    """What renderings add to it, with the labels it was frozen with."""
    known = WORDS.get(document.language, WORDS[USUAL])
    return known.captions(known.labels.frozen_as(document.labels))


def captions_in(language: str) -> Captions:
    """What stands around reports; English for a language that is not known any more."""
    known = WORDS.get(language, WORDS[USUAL])
    return known.captions(known.labels)

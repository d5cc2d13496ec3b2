"""What reports say besides their findings, a folder for each language of app.insights.languages."""

from __future__ import annotations

from app.insights.languages import manner_in
from app.reports.languages.en.sentences import English
from app.reports.languages.sentences import Sentences

_SENTENCES: dict[str, type[Sentences]] = {"en": English}


def sentences_in(language: str, currency: str) -> Sentences:
    """What a report in this language says. Raises KeyError for no language of these."""
    return _SENTENCES[language](manner_in(language, currency))

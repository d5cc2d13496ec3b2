"""How much of a report is in a model's words; all else is by rule, and the report says so."""

from __future__ import annotations

from dataclasses import dataclass

from app.reports.document import Document

BY_RULES = "rules"


@dataclass(frozen=True, slots=True)
class Wording:
    """`writer` is BY_RULES or a model's name.

    `sentences` of the summary's `of_sentences` are the model's, None where that was not kept;
    `findings` of `of_findings` have texts of it, their titles never.
    """

    writer: str
    sentences: int | None
    of_sentences: int
    findings: int = 0
    of_findings: int = 0


def wording_of(document: Document) -> Wording:
    """Of the whole report."""
    found = (*document.wins, *document.concerns, *document.recommendations)
    return Wording(
        document.written_by,
        _sentences(document),
        len(document.summary),
        sum(each.written_by != BY_RULES for each in found),
        len(found),
    )


def summary_wording_of(document: Document) -> Wording:
    """Where nothing but the summary is shown."""
    sentences = _sentences(document)
    writer = document.written_by if sentences != 0 else BY_RULES
    return Wording(writer, sentences, len(document.summary))


def _sentences(document: Document) -> int | None:
    writers = document.summary_written_by
    if not writers and document.written_by != BY_RULES:
        return None
    return sum(each != BY_RULES for each in writers)

"""What a letter with a report says, worded; the templates add markup only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from app.reports.document import Document, Kpi
from app.reports.formats import Formats, formats_of
from app.reports.languages import captions_of
from app.reports.languages.captions import Captions
from app.reports.posting import LINK_DAYS, Parcel
from app.reports.wording import summary_wording_of


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `change` and `before` are empty when nothing is compared."""

    label: str
    value: str
    change: str
    before: str


@dataclass(frozen=True, slots=True)
class Words:
    """All of one letter in the report's language; `labels` are those of letters."""

    language: str
    labels: Mapping[str, str]

    title: str
    workspace: str
    period: str
    compared_with: str
    colour: str
    rating: str
    summary: list[str]
    written_by: str
    rows: list[Row]
    filters: list[str]
    as_of: str
    final: list[str]
    notice: str
    link: str
    link_note: str
    attached: bool
    why: str
    unsubscribe: str


def words(parcel: Parcel, unsubscribe: str) -> Words:
    """The letter to one recipient. `unsubscribe` is their own link."""
    document = parcel.document
    formats, captions = formats_of(document), captions_of(document)
    labels = captions.labels.letter
    before = document.before
    return Words(
        language=formats.locale.language,
        labels=labels,
        title=document.title,
        workspace=document.workspace,
        period=formats.days(document.days),
        compared_with=captions.compared_with(formats.days(before), "") if before else "",
        colour=document.brand.colour,
        rating=document.rating.word,
        summary=document.summary,
        written_by=captions.written_by(summary_wording_of(document)),
        rows=[] if document.blank else [_row(kpi, formats, labels) for kpi in document.kpis],
        filters=document.filters,
        as_of=captions.as_of(moment(document.as_of, document.time_zone, formats)),
        final=document.finality,
        notice=" ".join(_notices(document, labels)),
        link=parcel.link,
        link_note=_link_note(parcel, captions),
        attached=parcel.attach_pdf,
        why=captions.on_the_list(document.workspace),
        unsubscribe=unsubscribe,
    )


def sample_words(parcel: Parcel, link: str) -> Words:
    """The letter as a preview, which says that it is one. `link` is the schedule's."""
    letter = words(parcel, "")
    notices = (letter.labels["sample"], letter.notice)
    return replace(
        letter,
        notice=" ".join(each for each in notices if each),
        link_note="" if link == "none" else letter.labels["link_here"],
    )


def _notices(document: Document, labels: Mapping[str, str]) -> Iterator[str]:
    if any(source.sandbox for source in document.sources):
        yield labels["invented"]
    yield from document.without_rate


def file_name(document: Document) -> str:
    """What the attached PDF is called, in letters every mail program can show."""
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in document.title)
    name = "-".join(part for part in plain.split("-") if part)[:60]
    name = name or captions_of(document).labels.letter["report"]
    return f"{name}-{document.days.last.isoformat()}.pdf"


def moment(when: dt.datetime, time_zone: str, formats: Formats) -> str:
    """The day and the hour where the workspace is, with the zone's own name."""
    there = when.astimezone(ZoneInfo(time_zone))
    return f"{formats.day(there.date())}, {there:%H:%M} {time_zone}"


def _row(kpi: Kpi, formats: Formats, labels: Mapping[str, str]) -> Row:
    compared = kpi.before is not None
    return Row(
        kpi.label,
        formats.unit(kpi.value, kpi.unit),
        formats.change_of(kpi.change, kpi.value, kpi.before, labels["new"]) if compared else "",
        formats.unit(kpi.before, kpi.unit) if compared else "",
    )


def _link_note(parcel: Parcel, captions: Captions) -> str:
    if not parcel.link:
        return ""
    if parcel.for_anybody:
        return captions.link_for_anybody(LINK_DAYS)
    return captions.labels.letter["for_members"]

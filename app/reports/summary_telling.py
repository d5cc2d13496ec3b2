"""A sentence of the summary as a finding: what it says is all that may be said instead."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from app.insights.finding import Class, Finding, Kind, Number, Unit
from app.insights.phrasing import Figure, figures_of
from app.insights.review_days import rests_through
from app.insights.words import Manner
from app.reports.document import Document

_UNITS = {
    "money": Unit.MONEY,
    "percent": Unit.SHARE,
    "multiple": Unit.MULTIPLE,
    "days": Unit.DAYS,
    "weeks": Unit.WEEKS,
}
_NAMES = {"sale": "orders", "people": "reach"}


def telling(
    sentence: str, document: Document, findings: Sequence[Finding], manner: Manner
) -> Finding:
    """`findings` are those shown; the sentence may name what they are about."""
    entities = dict.fromkeys(
        entity
        for each in findings
        for entity in each.entities
        if re.search(rf"(?<!\w){re.escape(entity.name)}(?!\w)", sentence)
    )
    days = sorted({day.isoformat() for day in _days(document, findings)})
    bare = Finding(
        rule="summary",
        kind=Kind.RECOMMENDATION,
        class_=Class.OBSERVED,
        entities=tuple(entities),
        first=document.days.first,
        last=document.days.last,
        numbers={},
        currency=document.currency,
        facts={"sentence": sentence, **{f"day_{at}": day for at, day in enumerate(days)}},
    )
    return replace(bare, numbers=dict(_numbers(figures_of(sentence, bare, manner))))


def _numbers(said: Iterable[Figure]) -> Iterator[tuple[str, Number]]:
    """Named by what they count, as the checker knows its nouns, or only numbered."""
    for place, each in enumerate(said):
        value = (
            each.value * (0.01 if each.kind == "percent" else 1) * (-1 if each.sign == "-" else 1)
        )
        name = _NAMES.get(each.noun, f"{each.noun}s") if each.noun else f"figure_{place}"
        yield name, Number(value, _UNITS.get(each.kind, Unit.COUNT))


def _days(document: Document, findings: Sequence[Finding]) -> Iterator[dt.date]:
    for days in (document.days, document.before):
        if days:
            yield from (days.first, days.last)
    for each in findings:
        yield from (each.first, rests_through(each))
        if each.review_on:
            yield each.review_on

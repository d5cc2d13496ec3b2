"""The tired ads of a finding, a row each: for the Insights page, a report's page and its PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from app.insights.finding import Entity, Finding
from app.insights.languages import LANGUAGES, USUAL, manner_in
from app.insights.words import Manner
from app.reports.document import Document, FindingPart
from app.reports.document import Entity as EntityPart

RULE = "creative_refresh"


@dataclass(frozen=True, slots=True)
class TiredRow:
    """An ad, its click rates and spend as they are written.

    `before` is of its days 4 to 17, `now` and `spend` of the finding's days. `rows` is the page
    with its row, `copy` the creative generator filled in from it, both paths within the app.
    """

    key: str
    name: str
    before: str
    now: str
    spend: str
    rows: str
    copy: str


def tired_in(finding: Finding, manner: Manner) -> list[TiredRow]:
    """What most is spent on first; empty for any other finding."""
    if finding.rule != RULE:
        return []
    numbers = {name: each.value for name, each in finding.numbers.items()}
    return list(_rows(finding.entities, numbers, (finding.first, finding.last), manner))


def tired_of(part: FindingPart, document: Document) -> list[TiredRow]:
    """The same of a report's finding, in its language; English where that is not known any more."""
    if part.rule != RULE:
        return []
    language = document.language if document.language in LANGUAGES else USUAL
    manner = manner_in(language, document.currency)
    return list(_rows(part.entities, part.numbers, (part.first, part.last), manner))


def new_copy_of(ad: Entity | EntityPart) -> str:
    """The creative generator filled in from an ad, a path within the app."""
    return f"/dashboard/creative?{urlencode({'ad': ad.key})}"


def row_of(ad: Entity | EntityPart, days: tuple[dt.date, dt.date]) -> str:
    """The page with an ad's row, a path within the app."""
    span = {"from": days[0].isoformat(), "to": days[1].isoformat()}
    return f"/campaigns/ads/{quote(ad.key)}?{urlencode(span)}"


def _rows(
    entities: Sequence[Entity] | Sequence[EntityPart],
    numbers: Mapping[str, float],
    days: tuple[dt.date, dt.date],
    manner: Manner,
) -> Iterator[TiredRow]:
    """An older version told of one ad without its rates, which are empty then."""
    ads = [each for each in entities if each.kind == "ad"]
    for place, ad in enumerate(ads, start=1):
        rates = [numbers.get(f"rate_{when}_{place}") for when in ("before", "now")]
        known = [each for each in rates if each is not None]
        before, now = manner.shares(known) if len(known) == len(rates) else ("", "")
        spend = numbers.get(f"spend_{place}")
        yield TiredRow(
            key=ad.key,
            name=ad.name,
            before=before,
            now=now,
            spend="" if spend is None else manner.money(spend),
            rows=row_of(ad, days),
            copy=new_copy_of(ad),
        )

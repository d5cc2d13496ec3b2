"""Findings in a report: their final words, and where their rows are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote, urlencode

import msgspec

from app.insights.finding import Entity, Finding, Kind
from app.insights.review_days import rests_through
from app.insights.words import Manner, say
from app.reports.document import Document, FindingPart
from app.reports.document import Entity as EntityPart
from app.reports.tired import RULE, new_copy_of
from app.reports.wording import BY_RULES


def part_of(finding: Finding, manner: Manner) -> FindingPart:
    """The finding as a report keeps it, worded by rule and not numbered yet."""
    said = say(finding, manner)
    expected = finding.range
    return FindingPart(
        id=None,
        rule=finding.rule,
        kind=finding.kind.value,
        class_=finding.class_.value,
        first=finding.first,
        last=rests_through(finding),
        entities=[
            EntityPart(
                kind=each.kind, key=each.key, name=each.name, platform=each.platform, role=each.role
            )
            for each in finding.entities
        ],
        numbers={name: number.value for name, number in finding.numbers.items()},
        units=_units(finding),
        low=expected.low if expected else None,
        high=expected.high if expected else None,
        range_per=expected.per if expected else "",
        certainty=finding.certainty,
        at_stake=finding.at_stake,
        review_on=finding.review_on,
        title=said.title,
        saw=said.saw,
        how_sure=said.how_sure,
        do=said.do,
        change_our_mind=said.change_our_mind,
        written_by=BY_RULES,
        href=rows_of(finding),
    )


def _units(finding: Finding) -> dict[str, str]:
    units = {name: number.unit.value for name, number in finding.numbers.items()}
    return {**units, "range": finding.range.unit.value} if finding.range else units


def paired(
    document: Document, findings: Sequence[Finding]
) -> Iterator[tuple[str, int, FindingPart, int]]:
    """Each part that is shown: its list, its place in it, itself, and the place of its finding."""
    for kind in Kind:
        name = f"{kind.value}s"
        own = [at for at, each in enumerate(findings) if each.kind is kind]
        # Of wins and concerns only the first are shown.
        for place, (part, at) in enumerate(zip(getattr(document, name), own, strict=False)):
            yield name, place, part, at


def with_parts(document: Document, changed: Sequence[tuple[str, int, FindingPart]]) -> Document:
    """The document with other parts in these places of these lists."""
    lists = {f"{kind.value}s": list(getattr(document, f"{kind.value}s")) for kind in Kind}
    for name, place, part in changed:
        lists[name][place] = part
    return msgspec.structs.replace(document, **lists)


def numbered(
    document: Document, findings: Sequence[Finding], ids: Sequence[int | None]
) -> Document:
    """The document with the ids that its findings are kept under, in the order of `findings`.

    None for one that is not kept.
    """
    return with_parts(
        document,
        [
            (name, place, msgspec.structs.replace(part, id=ids[at]))
            for name, place, part, at in paired(document, findings)
        ],
    )


def rows_of(finding: Finding) -> str:
    """The page with the rows that a finding rests on, a path within the app."""
    days = {"from": finding.first.isoformat(), "to": rests_through(finding).isoformat()}
    about = [each for each in finding.entities if each.role != "carries"]
    first = about[0] if len(about) == 1 else None
    return _page(first, days)


def new_copy_for(rule: str, entities: Sequence[Entity]) -> str:
    """The creative generator filled in from a tired ad, the first of several; empty for none."""
    ad = next((each for each in entities if each.kind == "ad"), None)
    return new_copy_of(ad) if ad and rule == RULE else ""


def _page(about: Entity | None, days: dict[str, str]) -> str:
    if about is not None and about.kind == "ad":
        return f"/campaigns/ads/{quote(about.key)}?{urlencode(days)}"
    if about is not None and about.kind == "campaign":
        return f"/campaigns/{quote(about.key)}?{urlencode(days)}"
    if about is not None and about.platform:
        return f"/campaigns?{urlencode({'platform': about.platform, **days})}"
    if about is not None and about.kind == "platform":
        return f"/campaigns?{urlencode({'platform': about.key, **days})}"
    return f"/dashboard?{urlencode(days)}"

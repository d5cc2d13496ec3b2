"""What differs between two reports, and why.

Reports of other days are compared by the days they have in common. What is told for all days of a
report together, as platforms and campaigns are, is compared only where they are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.metrics.period import Period
from app.reports import changed
from app.reports.changed import Changed, ChangedRow
from app.reports.document import Document, FindingPart, Source
from app.reports.formats import Formats
from app.reports.restating import common_days, restated, span


@dataclass(frozen=True, slots=True)
class Difference:
    """`older` was read first. `why` are sentences. `kpis` are of the days that both have.

    `befores` are the figures of the days that both are compared with.
    """

    older: Document
    newer: Document
    why: Sequence[str]
    kpis: Sequence[Changed]
    befores: Sequence[Changed]
    days: Sequence[ChangedRow]
    platforms: Sequence[ChangedRow]
    campaigns: Sequence[ChangedRow]
    sales: Sequence[ChangedRow]
    findings_gone: Sequence[str]
    findings_new: Sequence[str]

    @property
    def anything(self) -> bool:
        """Whether any figure or finding differs."""
        rows = (self.kpis, self.befores, self.days, self.platforms, self.campaigns, self.sales)
        return any((*rows, self.findings_gone, self.findings_new))


def difference(
    session: Session, workspace_id: int, one: Document, other: Document, formats: Formats
) -> Difference:
    """How the later of the two differs from the earlier."""
    older, newer = sorted((one, other), key=lambda each: each.as_of)
    both = common_days(older, newer) if older.currency == newer.currency else None
    same = both is not None and older.days == newer.days
    named = _titled if older.language == newer.language else _about
    gone, new = ({named(each): each.title for each in _findings(one)} for one in (older, newer))
    why = [*_settings(older, newer, both, formats)]
    return Difference(
        older=older,
        newer=newer,
        why=[*why, *restated(session, workspace_id, older, newer, formats)] if both else why,
        kpis=_headline(older, newer, both),
        befores=changed.kpis(older, newer, changed.before)
        if same and older.before == newer.before
        else [],
        days=changed.days(older, newer, both, formats) if both else [],
        platforms=changed.platforms(older, newer) if same else [],
        campaigns=changed.campaigns(older, newer) if same else [],
        sales=changed.sales(older.store, newer.store) if same else [],
        findings_gone=[title for name, title in gone.items() if name not in new],
        findings_new=[title for name, title in new.items() if name not in gone],
    )


def _headline(older: Document, newer: Document, both: Period | None) -> list[Changed]:
    if both is None:
        return []
    if older.days == newer.days:
        return changed.kpis(older, newer, changed.now)
    return changed.shared(older, newer, both)


def _settings(
    older: Document, newer: Document, both: Period | None, formats: Formats
) -> Iterator[str]:
    """What was asked for differently."""
    yield from _other_days(older, newer, both, formats)
    if older.currency != newer.currency:
        yield (
            f"The workspace's currency changed from {older.currency} to {newer.currency}, so their "
            "figures are not compared."
        )
    if older.language != newer.language:
        yield "They are in different languages."
    if _narrowed(older, newer) != _narrowed(newer, older):
        yield "They are about different platforms, accounts or campaigns."
    if older.revenue_source != newer.revenue_source:
        yield f"Revenue was {_revenue(older)} and is {_revenue(newer)} now."
    if older.before != newer.before:
        yield "They are compared with different days."
    if older.target_roas != newer.target_roas:
        yield "The target ROAS was changed between them."
    yield from _accounts(older.sources, newer.sources)
    if both and (read := _read_since(older, newer)):
        yield f"{read} day{'' if read == 1 else 's'} had not been read yet for the earlier report."


def _other_days(
    older: Document, newer: Document, both: Period | None, formats: Formats
) -> Iterator[str]:
    if older.days == newer.days:
        return
    if both is None:
        yield "The two reports are about different days, so their figures are not compared."
        return
    yield (
        "The two reports are about different days. Only those that both have, "
        f"{span(both, formats)}, are compared; platforms, campaigns and what claims are held to "
        "are told for all days of a report together, so they are not."
    )


def _read_since(older: Document, newer: Document) -> int:
    """How many days only the later one has figures of."""
    unread = {each.day for each in older.trend if each.figures is None}
    return sum(each.day in unread and each.figures is not None for each in newer.trend)


def _accounts(older: Sequence[Source], newer: Sequence[Source]) -> Iterator[str]:
    before = {each.account_id: each.name for each in older}
    after = {each.account_id: each.name for each in newer}
    if added := [name for key, name in after.items() if key not in before]:
        yield f"New in the later report: {', '.join(added)}."
    if gone := [name for key, name in before.items() if key not in after]:
        yield f"No longer in the later report: {', '.join(gone)}."


def _narrowed(document: Document, other: Document) -> tuple[object, ...]:
    """What it is about; sentences of two languages are counted only."""
    same = document.language == other.language
    return (document.filters if same else len(document.filters), document.platforms)


def _findings(document: Document) -> Iterator[FindingPart]:
    yield from (*document.wins, *document.concerns, *document.recommendations)


def _titled(finding: FindingPart) -> tuple[object, ...]:
    return (finding.title,)


def _about(finding: FindingPart) -> tuple[object, ...]:
    """The same in every language."""
    things = tuple((each.role, each.kind, each.key) for each in finding.entities)
    return (finding.rule, finding.class_, things)


def _revenue(document: Document) -> str:
    shop = document.revenue_source == "store"
    return "what the shop sold" if shop else "what the platforms report"

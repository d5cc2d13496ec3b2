"""What differs between two reports, and why: from the ledger of what platforms restated.

The ledger has every change of a day that was read before; what was restated between the two
moments at which the reports were read explains a figure that changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.metrics.period import Period
from app.models import MetricRevision
from app.reports.document import CampaignRow, Day, Document, FindingPart, Kpi, Source
from app.reports.formats import Formats

# Headline figures come from these grains; ads and placements are finer views of the same.
_HEADLINE = ("campaign", "store")
_DAY = dt.timedelta(days=1)
_NOTHING = Decimal(0)

PickKpi = Callable[[Kpi], Decimal | None]


@dataclass(frozen=True, slots=True)
class Changed:
    """A figure in both; `unit` as of a KPI, None where one of them has none."""

    label: str
    unit: str
    older: Decimal | None
    newer: Decimal | None


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A day or campaign whose figures differ, with those that do."""

    name: str
    figures: Sequence[Changed]


@dataclass(frozen=True, slots=True)
class Difference:
    """`older` was read first. `why` are sentences; rows are empty for reports of other days.

    `befores` are the figures of the days that both are compared with.
    """

    older: Document
    newer: Document
    comparable: bool
    why: Sequence[str]
    kpis: Sequence[Changed]
    befores: Sequence[Changed]
    days: Sequence[ChangedRow]
    campaigns: Sequence[ChangedRow]
    findings_gone: Sequence[str]
    findings_new: Sequence[str]

    @property
    def anything(self) -> bool:
        """Whether any figure or finding differs."""
        rows = (self.kpis, self.befores, self.days, self.campaigns)
        return any((*rows, self.findings_gone, self.findings_new))


def difference(
    session: Session, workspace_id: int, one: Document, other: Document, formats: Formats
) -> Difference:
    """How the later of the two differs from the earlier."""
    older, newer = sorted((one, other), key=lambda each: each.as_of)
    comparable = older.days == newer.days and older.currency == newer.currency
    named = _titled if older.language == newer.language else _about
    gone, new = ({named(each): each.title for each in _findings(one)} for one in (older, newer))
    return Difference(
        older=older,
        newer=newer,
        comparable=comparable,
        why=[
            *_settings(older, newer),
            *(_restated(session, workspace_id, older, newer, formats) if comparable else ()),
        ],
        kpis=_kpis(older, newer, _now) if comparable else [],
        befores=_kpis(older, newer, _before) if comparable and older.before == newer.before else [],
        days=_days(older, newer, formats) if comparable else [],
        campaigns=_campaigns(older, newer) if comparable else [],
        findings_gone=[title for name, title in gone.items() if name not in new],
        findings_new=[title for name, title in new.items() if name not in gone],
    )


def _settings(older: Document, newer: Document) -> Iterator[str]:
    """What was asked for differently."""
    if older.days != newer.days:
        yield "The two reports are about different days, so their figures are not compared."
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
    read = sum(
        then.figures is None and now.figures is not None
        for then, now in zip(older.trend, newer.trend, strict=False)
    )
    if read and older.days == newer.days:
        yield f"{read} day{'' if read == 1 else 's'} had not been read yet for the earlier report."


def _accounts(older: Sequence[Source], newer: Sequence[Source]) -> Iterator[str]:
    before = {each.account_id: each.name for each in older}
    after = {each.account_id: each.name for each in newer}
    if added := [name for key, name in after.items() if key not in before]:
        yield f"New in the later report: {', '.join(added)}."
    if gone := [name for key, name in before.items() if key not in after]:
        yield f"No longer in the later report: {', '.join(gone)}."


def _restated(
    session: Session, workspace_id: int, older: Document, newer: Document, formats: Formats
) -> list[str]:
    """One sentence for each account whose days were restated in between."""
    spans = [(each.first, each.last) for each in (older.days, older.before) if each]
    known = {each.account_id: each for each in (*older.sources, *newer.sources)}
    rows = session.execute(
        select(MetricRevision.account_id, MetricRevision.day)
        .where(
            MetricRevision.workspace_id == workspace_id,
            MetricRevision.account_id.in_(known),
            MetricRevision.grain.in_(_HEADLINE),
            MetricRevision.changed_at > older.as_of,
            MetricRevision.changed_at <= newer.as_of,
        )
        .distinct()
        .order_by(MetricRevision.account_id, MetricRevision.day)
    )
    days: dict[int, list[dt.date]] = {}
    for account_id, day in rows:
        if any(first <= day <= last for first, last in spans):
            days.setdefault(account_id, []).append(day)
    return [_sentence(known[each], found, formats) for each, found in days.items()]


def _sentence(source: Source, days: Sequence[dt.date], formats: Formats) -> str:
    spans = ", ".join(_span(each, formats) for each in runs(days))
    return f"Changed because {source.platform_label} restated {spans} of {source.name}."


def _span(days: Period, formats: Formats) -> str:
    first, last = formats.short_day(days.first), formats.short_day(days.last)
    if days.first == days.last:
        return first
    if (days.first.year, days.first.month) == (days.last.year, days.last.month):
        return f"{first}–{days.last.day}"
    return f"{first} – {last}"


def runs(days: Iterable[dt.date]) -> list[Period]:
    """Days in order as stretches without a gap."""
    found: list[Period] = []
    for day in days:
        if found and found[-1].last + _DAY == day:
            found[-1] = Period(found[-1].first, day)
        else:
            found.append(Period(day, day))
    return found


def _now(kpi: Kpi) -> Decimal | None:
    return kpi.value


def _before(kpi: Kpi) -> Decimal | None:
    return kpi.before


def _kpis(older: Document, newer: Document, pick: PickKpi) -> list[Changed]:
    """Those that both have; one that reports did not show yet has not changed."""
    then = {kpi.key: pick(kpi) for kpi in older.kpis}
    return [
        Changed(kpi.label, kpi.unit, then[kpi.key], pick(kpi))
        for kpi in newer.kpis
        if kpi.key in then and pick(kpi) != then[kpi.key]
    ]


def _days(older: Document, newer: Document, formats: Formats) -> list[ChangedRow]:
    pairs = zip(older.trend, newer.trend, strict=True)
    rows = [ChangedRow(formats.day(now.day), _of_days(then, now)) for then, now in pairs]
    return [row for row in rows if row.figures]


def _of_days(then: Day, now: Day) -> list[Changed]:
    return _differing(
        _sums(then, "revenue") if then.figures else {}, _sums(now, "revenue") if now.figures else {}
    )


def _campaigns(older: Document, newer: Document) -> list[ChangedRow]:
    before = {row.id: row for row in older.campaign_rows}
    after = {row.id: row for row in newer.campaign_rows}
    rows = [
        ChangedRow((after.get(key) or before[key]).name, _of_rows(before.get(key), after.get(key)))
        for key in dict.fromkeys((*after, *before))
    ]
    return [row for row in rows if row.figures]


def _of_rows(then: CampaignRow | None, now: CampaignRow | None) -> list[Changed]:
    return _differing(
        _sums(then, "reported") if then else {}, _sums(now, "reported") if now else {}
    )


def _sums(row: Day | CampaignRow, revenue: str) -> dict[str, Decimal | None]:
    figures = row.figures
    if figures is None:
        return {}
    return {
        "Spend": figures.spend,
        "Revenue": figures.reported if revenue == "reported" else figures.revenue,
        "Conversions": figures.conversions,
    }


def _differing(
    then: Mapping[str, Decimal | None], now: Mapping[str, Decimal | None]
) -> list[Changed]:
    found = []
    for label in dict.fromkeys((*now, *then)):
        older, newer = then.get(label), now.get(label)
        # A row that is in one of them only did nothing in the other.
        if (older or _NOTHING) != (newer or _NOTHING):
            unit = "count" if label == "Conversions" else "money"
            found.append(Changed(label, unit, older, newer))
    return found


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

"""From figures and findings to the document that is frozen."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.insights.finding import Finding, Kind
from app.metrics.campaigns import CampaignFigures
from app.metrics.figures import NOTHING, RevenueSource, change
from app.metrics.figures import Figures as Sums
from app.metrics.performance import DayFigures
from app.metrics.period import Period
from app.metrics.platforms import is_shop, platform_label
from app.metrics.sources import Source as Account
from app.metrics.store_revenue import StoreRevenue
from app.reports import rating, remarks, summary
from app.reports.brand import brand_of
from app.reports.document import (
    VERSION,
    CampaignRow,
    Day,
    Days,
    Definition,
    Document,
    Done,
    Figures,
    FindingPart,
    Kpi,
    PlatformRow,
    Rating,
    Source,
)
from app.reports.findings import part_of
from app.reports.gathering import Gathered
from app.reports.languages import sentences_in
from app.reports.languages.sentences import Outcome, Sentences
from app.reports.shop_part import store_part
from app.reports.wording import BY_RULES

TOP = 3
# metric, unit, which way is better
_KPIS = (
    ("spend", "money", "neither"),
    ("revenue", "money", "more"),
    ("roas", "multiple", "more"),
    ("conversions", "count", "more"),
    ("cpa", "money", "less"),
    ("ctr", "share", "more"),
    ("cpc", "money", "less"),
    ("cvr", "share", "more"),
    ("cpm", "money", "less"),
)


def assemble(gathered: Gathered, findings: Sequence[Finding]) -> Document:
    """The whole document. `findings` are ranked; what they are kept under is not known yet."""
    told = sentences_in(gathered.wanted.language, gathered.workspace.currency)
    parts = [part_of(each, told.manner) for each in findings]
    shown = {
        kind: [each for each in parts if each.kind == kind.value]
        for kind in (Kind.WIN, Kind.CONCERN, Kind.RECOMMENDATION)
    }
    workspace, found, wanted = gathered.workspace, gathered.found, gathered.wanted
    before, kpis = found.comparison.before, _kpis(gathered, told)
    first = [*shown[Kind.WIN][:TOP], *shown[Kind.CONCERN][:TOP], *shown[Kind.RECOMMENDATION]]
    said = _summary(gathered, told, first)
    return Document(
        version=VERSION,
        title=wanted.title.strip() or told.title(gathered.period),
        language=wanted.language,
        currency=workspace.currency,
        time_zone=workspace.time_zone,
        workspace=workspace.name,
        brand=brand_of(workspace),
        as_of=gathered.now,
        today=gathered.now.astimezone(ZoneInfo(workspace.time_zone)).date(),
        days=_days(gathered.period),
        compare=wanted.compare.value,
        before=_days(before) if before else None,
        platforms=[platform_label(each) for each in gathered.known.platforms],
        filters=list(remarks.filters(gathered, told)),
        revenue_source=gathered.source.value,
        target_roas=workspace.target_roas,
        sources=_sources(gathered),
        settled_through=gathered.fresh.settled_through,
        summary=said,
        written_by=BY_RULES,
        summary_written_by=[BY_RULES] * len(said),
        rating=_rating(gathered, told, said[0]),
        kpis=kpis,
        wins=shown[Kind.WIN][:TOP],
        concerns=shown[Kind.CONCERN][:TOP],
        recommendations=shown[Kind.RECOMMENDATION],
        trend=[_day(each, gathered) for each in found.daily()],
        trend_before=[_day(each, gathered) for each in found.daily_before()]
        if gathered.before is not None
        else [],
        platform_rows=_platforms(gathered),
        campaign_rows=[_campaign(row, gathered) for row in gathered.campaigns],
        store=store_part(gathered.claims, told) if gathered.claims else None,
        done=[Done(day=each.day, text=each.text, who=each.who) for each in gathered.done],
        next_steps=_next(shown[Kind.RECOMMENDATION], told) if gathered.anything_read else said[-1:],
        definitions=[Definition(term=each.label, meaning=each.definition) for each in kpis],
        finality=list(remarks.finality(gathered, told)),
        notes=list(remarks.notes(gathered, told)),
        without_rate=list(remarks.without_rate(gathered, told)),
        labels=told.labels.to_freeze(),
    )


def _rating(gathered: Gathered, told: Sentences, first: str) -> Rating:
    """None where nothing was read, as `first` says, or where money is in no figure."""
    if not gathered.anything_read:
        return rating.unrated(first, told)
    if gathered.unconverted:
        return rating.unrated(told.not_converted(gathered.unconverted), told)
    return rating.rate(rating.standing(gathered), told)


def _summary(gathered: Gathered, told: Sentences, first: Sequence[FindingPart]) -> list[str]:
    found, days, source = gathered.found, gathered.period, gathered.source
    if not gathered.among.counted:
        return told.nothing_connected(days)
    if not gathered.anything_read:
        return told.nothing_read(days)
    if not found.shown.anything and found.apart:
        return told.nothing_converted(days, [each.currency for each in found.apart])
    outcome = Outcome(
        days,
        found.shown.spend if gathered.spend_known else None,
        found.shown.revenue(source),
        found.shown.roas(source),
        source,
        None if found.apart else gathered.workspace.target_roas,
        advertised=bool(gathered.advertisers),
    )
    return summary.summarise(told, outcome, found.shown, gathered.before, first)


def _days(period: Period) -> Days:
    return Days(first=period.first, last=period.last)


def _figures(sums: Sums, source: RevenueSource) -> Figures:
    return Figures(
        spend=sums.spend,
        revenue=sums.revenue(source),
        reported=sums.reported_revenue,
        conversions=sums.conversions,
        clicks=sums.clicks,
        impressions=sums.impressions,
        orders=sums.orders,
    )


def _kpis(gathered: Gathered, told: Sentences) -> list[Kpi]:
    workspace, source = gathered.workspace, gathered.source
    store = StoreRevenue(workspace.revenue_with_tax, workspace.revenue_with_shipping)
    kpis = []
    for metric, unit, better in _KPIS:
        label, definition = told.definition(metric, source, store)
        value = _pick(metric, gathered.found.shown, source) if _known(metric, gathered) else None
        earlier = _pick(metric, gathered.before, source)
        kpis.append(
            Kpi(
                key=metric,
                label=label,
                unit=unit,
                value=value,
                before=earlier,
                change=change(value, earlier),
                better=better,
                definition=definition,
            )
        )
    return kpis


def _known(metric: str, gathered: Gathered) -> bool:
    """A shop's revenue says itself that it is not known; sums of nothing read would be zero."""
    sold = metric == "revenue" and gathered.source is RevenueSource.STORE
    return sold or gathered.spend_known


def _pick(metric: str, sums: Sums | None, source: RevenueSource) -> Decimal | None:
    if sums is None:
        return None
    if metric == "revenue":
        return sums.revenue(source)
    if metric == "roas":
        return sums.roas(source)
    value: Decimal | None = getattr(sums, metric)
    return value


def _day(each: DayFigures, gathered: Gathered) -> Day:
    settled = gathered.fresh.settled_through
    return Day(
        day=each.day,
        figures=_figures(each.figures, gathered.source) if each.figures else None,
        settled=each.figures is not None
        and (not gathered.fresh.live or (settled is not None and each.day <= settled)),
    )


def _platforms(gathered: Gathered) -> list[PlatformRow]:
    before = gathered.platforms_before()
    alike = {
        each.platform: gathered.alike(own for own in gathered.read if own.platform == each.platform)
        for each in gathered.read
    }
    return [
        PlatformRow(
            platform=each.platform,
            label=platform_label(each.platform),
            share=each.share,
            figures=_figures(each.figures, RevenueSource.REPORTED),
            before=_figures(before.get(each.platform, NOTHING), RevenueSource.REPORTED)
            if alike.get(each.platform)
            else None,
        )
        for each in gathered.found.platforms()
        if not is_shop(each.platform)
    ]


def _campaign(row: CampaignFigures, gathered: Gathered) -> CampaignRow:
    before = gathered.campaigns_before.get(row.id, NOTHING)
    own = (each for each in gathered.read if _is_of(row, each))
    return CampaignRow(
        id=row.id,
        name=row.name,
        platform=row.platform,
        platform_label=platform_label(row.platform),
        account=row.account,
        status=row.status,
        figures=_figures(row.figures, RevenueSource.REPORTED),
        before=_figures(before, RevenueSource.REPORTED) if gathered.alike(own) else None,
    )


def _is_of(row: CampaignFigures, source: Account) -> bool:
    return row.platform == source.platform and row.account == source.name


def _sources(gathered: Gathered) -> list[Source]:
    return [
        Source(
            account_id=each.account_id,
            platform=each.platform,
            platform_label=platform_label(each.platform),
            name=each.name,
            currency=each.currency,
            time_zone=each.time_zone,
            synced_at=each.synced_at,
            settled_through=each.settled_through,
            sandbox=gathered.known.is_sandbox(each),
        )
        for each in gathered.known.counted
    ]


def _next(recommendations: Sequence[FindingPart], told: Sentences) -> list[str]:
    steps = [
        told.step(each.title.rstrip("."), each.review_on)
        for each in recommendations
        if each.class_ != "silent"
    ]
    return steps or [told.keep_budgets()]

"""From figures and findings to the document that is frozen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.insights.finding import Finding, Kind
from app.metrics.campaigns import CampaignFigures
from app.metrics.claims import Measure, StoreAgainstClaims
from app.metrics.figures import NOTHING, ZERO, RevenueSource, change
from app.metrics.figures import Figures as Sums
from app.metrics.performance import DayFigures
from app.metrics.period import Period
from app.metrics.platforms import is_shop, platform_label
from app.metrics.store_revenue import StoreRevenue
from app.reports import rating, summary
from app.reports.brand import brand_of
from app.reports.document import (
    VERSION,
    CampaignRow,
    Claim,
    Day,
    Days,
    Definition,
    Document,
    Done,
    Figures,
    FindingPart,
    Kpi,
    PlatformRow,
    Source,
    Store,
)
from app.reports.findings import BY_RULES, part_of
from app.reports.gathering import Gathered
from app.reports.languages import sentences_in
from app.reports.languages.sentences import Sentences

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
        filters=list(_filters(gathered, told)),
        revenue_source=gathered.source.value,
        target_roas=workspace.target_roas,
        sources=_sources(gathered),
        settled_through=gathered.fresh.settled_through,
        summary=_summary(gathered, told, first),
        written_by=BY_RULES,
        rating=rating.rate(_standing(gathered), told),
        kpis=kpis,
        wins=shown[Kind.WIN][:TOP],
        concerns=shown[Kind.CONCERN][:TOP],
        recommendations=shown[Kind.RECOMMENDATION],
        trend=[_day(each, gathered) for each in found.daily()],
        trend_before=[_day(each, gathered) for each in found.daily_before()],
        platform_rows=_platforms(gathered),
        campaign_rows=[_campaign(row, gathered) for row in gathered.campaigns],
        store=_store(gathered.claims, told) if gathered.claims else None,
        done=[Done(day=day, text=text, who=who) for day, text, who in gathered.done],
        next_steps=_next(shown[Kind.RECOMMENDATION], told),
        definitions=[Definition(term=each.label, meaning=each.definition) for each in kpis],
        finality=list(_finality(gathered, told)),
        notes=list(_notes(gathered, told)),
    )


def _summary(gathered: Gathered, told: Sentences, first: Sequence[FindingPart]) -> list[str]:
    found = gathered.found
    return summary.summarise(
        told,
        gathered.period,
        found.shown,
        found.before if found.comparison.before else None,
        gathered.source,
        gathered.workspace.target_roas,
        first,
    )


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


def _standing(gathered: Gathered) -> rating.Standing:
    found = gathered.found
    unsettled = gathered.fresh.unsettled(gathered.period)
    young = gathered.today - rating.YOUNG
    late = sum(
        (
            each.figures.spend
            for each in found.daily()
            if each.figures and unsettled and each.day in unsettled and each.day >= young
        ),
        ZERO,
    )
    return rating.Standing(
        found.shown,
        found.before if found.comparison.before else None,
        gathered.source,
        gathered.workspace.target_roas,
        late / found.shown.spend if found.shown.spend else ZERO,
    )


def _kpis(gathered: Gathered, told: Sentences) -> list[Kpi]:
    workspace, source = gathered.workspace, gathered.source
    store = StoreRevenue(workspace.revenue_with_tax, workspace.revenue_with_shipping)
    now = gathered.found.shown
    before = gathered.found.before if gathered.found.comparison.before else None
    kpis = []
    for metric, unit, better in _KPIS:
        label, definition = told.definition(metric, source, store)
        value, earlier = _pick(metric, now, source), _pick(metric, before, source)
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
        settled=not gathered.fresh.live or (settled is not None and each.day <= settled),
    )


def _platforms(gathered: Gathered) -> list[PlatformRow]:
    before = gathered.platforms_before()
    compared = gathered.found.comparison.before is not None
    return [
        PlatformRow(
            platform=each.platform,
            label=platform_label(each.platform),
            share=each.share,
            figures=_figures(each.figures, RevenueSource.REPORTED),
            before=_figures(before.get(each.platform, NOTHING), RevenueSource.REPORTED)
            if compared
            else None,
        )
        for each in gathered.found.platforms()
        if not is_shop(each.platform)
    ]


def _campaign(row: CampaignFigures, gathered: Gathered) -> CampaignRow:
    before = gathered.campaigns_before.get(row.id, NOTHING)
    compared = gathered.found.comparison.before is not None
    return CampaignRow(
        id=row.id,
        name=row.name,
        platform=row.platform,
        platform_label=platform_label(row.platform),
        account=row.account,
        status=row.status,
        figures=_figures(row.figures, RevenueSource.REPORTED),
        before=_figures(before, RevenueSource.REPORTED) if compared else None,
    )


def _store(claims: StoreAgainstClaims, told: Sentences) -> Store | None:
    orders, revenue = claims.compared(Measure.ORDERS), claims.compared(Measure.REVENUE)
    if not revenue.days:
        # Sales that are not known must not be told as none.
        return None
    ratio = revenue.share()
    sentence = told.sold_nothing()
    if ratio is not None:
        sentence = told.claimed(revenue.days, revenue.sold, revenue.together, ratio)
    return Store(
        orders=int(orders.sold) if orders.days else None,
        net=revenue.sold,
        claims=[
            Claim(
                platform=each,
                label=platform_label(each),
                conversions=orders.claimed[each],
                value=revenue.claimed[each],
            )
            for each in claims.platforms
        ],
        claimed_conversions=orders.together,
        claimed_value=revenue.together,
        ratio=ratio,
        sentence=sentence,
    )


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


def _filters(gathered: Gathered, told: Sentences) -> Iterator[str]:
    wanted = gathered.wanted
    if wanted.platforms:
        yield told.only_platforms([platform_label(each) for each in wanted.platforms])
    if wanted.accounts:
        yield told.only_accounts([each.name for each in gathered.known.counted])
    if wanted.campaigns:
        yield told.only_campaigns(len(wanted.campaigns))


def _next(recommendations: Sequence[FindingPart], told: Sentences) -> list[str]:
    steps = [
        told.step(each.title.rstrip("."), each.review_on)
        for each in recommendations
        if each.class_ != "silent"
    ]
    return steps or [told.keep_budgets()]


def _finality(gathered: Gathered, told: Sentences) -> Iterator[str]:
    fresh, period = gathered.fresh, gathered.period
    unsettled = fresh.unsettled(period)
    if unsettled is None:
        yield told.all_final(period.last)
    elif unsettled == period:
        yield told.none_final()
    else:
        yield told.partly_final(unsettled.first - dt.timedelta(days=1), unsettled)
    if gathered.known.sandbox:
        yield told.invented()


def _notes(gathered: Gathered, told: Sentences) -> Iterator[str]:
    if gathered.cut:
        yield told.cut(gathered.wanted.last, gathered.period.last)
    if gathered.wanted.campaigns:
        yield told.claims_only()
    for each in gathered.found.apart:
        yield told.no_rate(each.figures.spend, each.currency)
    if gathered.source is RevenueSource.STORE and gathered.found.incomplete:
        yield told.shop_incomplete(sum(len(each.days) for each in gathered.found.incomplete))
    unread = sum(each.figures is None for each in gathered.found.daily())
    if unread:
        yield told.unread(unread)

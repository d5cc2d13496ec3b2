"""The dashboard's numbers as JSON, by the same questions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

import msgspec
from flask import Blueprint, Response

from app.errors import Invalid
from app.extensions import db
from app.metrics.campaigns import SORTABLE, STATUSES, CampaignFigures, Wish, campaigns
from app.metrics.figures import RevenueSource, revenue_source
from app.metrics.freshness import freshness
from app.metrics.performance import Performance, PlatformFigures, performance
from app.metrics.period import Align, Compare, Period, compare
from app.metrics.platforms import platform_label
from app.metrics.sources import Sources, sources
from app.web import access
from app.web.apidoc import Answer, Arguments, answer, arguments, documented
from app.web.plain import ChangeOut, FiguresOut, changes, flat, plain
from app.web.ranges import days_between

blueprint = Blueprint("api", __name__, url_prefix="/api")

FromDay = Annotated[
    dt.date | None, msgspec.Meta(description="First day; 30 days before the last when missing.")
]
ToDay = Annotated[
    dt.date | None, msgspec.Meta(description="Last day, included; today when missing.")
]
FROM_TO = {"first": "from", "last": "to"}


class Days(Arguments, rename=FROM_TO):
    first: FromDay = None
    last: ToDay = None


class SummaryArguments(Arguments, rename=FROM_TO):
    first: FromDay = None
    last: ToDay = None
    compare: Annotated[
        Compare, msgspec.Meta(description="What `previous` and `change` refer to.")
    ] = Compare.PREVIOUS
    align: Annotated[Align, msgspec.Meta(description="`weekday` compares the same weekdays.")] = (
        Align.EXACT
    )


class CampaignArguments(Arguments, rename=FROM_TO):
    first: FromDay = None
    last: ToDay = None
    platform: str = ""
    status: Annotated[str, msgspec.Meta(description="One of " + ", ".join(STATUSES))] = ""
    q: Annotated[str, msgspec.Meta(description="Part of the name, or the platform's id.")] = ""
    sort: Annotated[
        str,
        msgspec.Meta(description="With - in front the largest come first: " + ", ".join(SORTABLE)),
    ] = "-spend"
    page: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1


class PreviousOut(FiguresOut, rename=FROM_TO):
    """The days compared with. Days that are not over have no counterpart here."""

    first: dt.date
    last: dt.date


class UnconvertedOut(Answer):
    """What could not be converted for want of a rate; amounts are in `currency`."""

    currency: str
    spend: Decimal
    store_revenue: Decimal
    reported_revenue: Decimal
    conversions: Decimal
    clicks: int
    impressions: int


class IncompleteOut(Answer, rename=FROM_TO):
    """Days of a shop that are not in its revenue, as tax or shipping is wanted and not known.

    `net_sales` is without both, in `currency`.
    """

    account: str
    first: dt.date
    last: dt.date
    days: int
    currency: str
    net_sales: Decimal


class SummaryOut(FiguresOut, rename=FROM_TO):
    """All figures of the days asked for.

    `change` compares the days that are over: `compared_to` is the last of them. It is null,
    like `previous`, when nothing is compared.
    """

    first: dt.date
    last: dt.date
    currency: str
    revenue_source: RevenueSource
    previous: PreviousOut | None
    change: Annotated[
        ChangeOut | None,
        msgspec.Meta(
            description="Null where nothing is compared, and where money of either side has no "
            "exchange rate: it would not compare like with like."
        ),
    ]
    compared_to: dt.date | None
    settled_through: dt.date | None
    synced_at: dt.datetime | None
    unconverted: list[UnconvertedOut]
    incomplete: list[IncompleteOut]
    sandbox: Annotated[
        bool, msgspec.Meta(description="Whether any figure is made up by a sandbox platform.")
    ]


class DayOut(FiguresOut):
    day: dt.date


class DailyOut(Answer, rename=FROM_TO):
    """Every day in order; days that were never read are left out, quiet ones are 0."""

    first: dt.date
    last: dt.date
    currency: str
    revenue_source: RevenueSource
    rows: list[DayOut]


class PlatformOut(FiguresOut):
    """`share` is of all spend; `revenue` of an ad platform is what it reports."""

    platform: str
    label: str
    share: Decimal | None
    revenue_source: RevenueSource


class PlatformsOut(Answer, rename=FROM_TO):
    first: dt.date
    last: dt.date
    currency: str
    rows: list[PlatformOut]


class CampaignOut(FiguresOut):
    """`unconverted_spend` is in `account_currency`, of days without a rate."""

    id: int
    external_id: str
    name: str
    platform: str
    account: str
    account_currency: str
    status: str
    unconverted_spend: Decimal | None


class CampaignsOut(Answer, rename=FROM_TO):
    """One page; `total` counts all that match."""

    first: dt.date
    last: dt.date
    currency: str
    revenue_source: RevenueSource
    rows: list[CampaignOut]
    page: int
    pages: int
    total: int


@blueprint.get("/metrics/summary")
@documented("Totals, ratios and their change", query=SummaryArguments, answer=SummaryOut)
def summary() -> Response:
    asked = arguments(SummaryArguments)
    period = days_between(asked.first, asked.last, access.today())
    known, found = _ask(period, asked.compare, asked.align)
    return answer(_summary(known, found))


@blueprint.get("/metrics/daily")
@documented("The figures of each day", query=Days, answer=DailyOut)
def daily() -> Response:
    asked = arguments(Days)
    period = days_between(asked.first, asked.last, access.today())
    _, found = _ask(period)
    currency, source = access.workspace().currency, _source(found)
    rows = [
        DayOut(day=each.day, **flat(each.figures, source, currency))
        for each in found.daily()
        if each.figures is not None
    ]
    return answer(
        DailyOut(
            first=period.first,
            last=period.last,
            currency=currency,
            revenue_source=source,
            rows=rows,
        )
    )


@blueprint.get("/metrics/platforms")
@documented("The figures of each platform", query=Days, answer=PlatformsOut)
def platforms() -> Response:
    asked = arguments(Days)
    period = days_between(asked.first, asked.last, access.today())
    _, found = _ask(period)
    currency = access.workspace().currency
    rows = [_platform(each, currency) for each in found.platforms()]
    return answer(PlatformsOut(first=period.first, last=period.last, currency=currency, rows=rows))


@blueprint.get("/campaigns")
@documented("Campaigns, searched, sorted and paged", query=CampaignArguments, answer=CampaignsOut)
def list_campaigns() -> Response:
    asked = arguments(CampaignArguments)
    period = days_between(asked.first, asked.last, access.today())
    wish = Wish(asked.q, asked.platform, asked.status, _sort(asked.sort), asked.page)
    _check_status(asked.status)
    known = sources(db.session(), access.workspace().id)
    found = campaigns(db.session(), known, period, wish)
    currency = access.workspace().currency
    return answer(
        CampaignsOut(
            first=period.first,
            last=period.last,
            currency=currency,
            revenue_source=RevenueSource.REPORTED,
            rows=[_campaign(row, currency) for row in found.rows],
            page=found.page,
            pages=found.pages,
            total=found.total,
        )
    )


def _ask(
    period: Period, how: Compare = Compare.NONE, align: Align = Align.EXACT
) -> tuple[Sources, Performance]:
    known = sources(db.session(), access.workspace().id)
    today = known.day_in_progress(access.today(), access.now())
    wanted = compare(period, today, how, align)
    return known, performance(db.session(), known, wanted)


def _source(found: Performance) -> RevenueSource:
    return revenue_source(access.workspace().revenue, found.shown)


def _summary(known: Sources, found: Performance) -> SummaryOut:
    currency, source = access.workspace().currency, _source(found)
    fresh = freshness(known)
    shown, over = found.comparison.shown, found.comparison.over
    return SummaryOut(
        first=shown.first,
        last=shown.last,
        currency=currency,
        revenue_source=source,
        **flat(found.shown, source, currency),
        previous=_previous(found, source, currency),
        change=_change(found, source),
        compared_to=over.last if over and found.before else None,
        settled_through=fresh.settled_through,
        synced_at=fresh.synced_at,
        unconverted=_unconverted(found),
        incomplete=_incomplete(known, found),
        sandbox=known.sandbox,
    )


def _previous(found: Performance, source: RevenueSource, currency: str) -> PreviousOut | None:
    before, figures = found.comparison.before, found.before
    if before is None or figures is None:
        return None
    return PreviousOut(first=before.first, last=before.last, **flat(figures, source, currency))


def _change(found: Performance, source: RevenueSource) -> ChangeOut | None:
    if found.before is None or found.unconverted:
        return None
    return ChangeOut(**changes(found.compared, found.before, source))


def _unconverted(found: Performance) -> list[UnconvertedOut]:
    rows = []
    for part in found.apart:
        figures = flat(part.figures, RevenueSource.REPORTED, part.currency)
        known = {name: figures[name] for name in UnconvertedOut.__struct_fields__[1:]}
        rows.append(UnconvertedOut(currency=part.currency, **known))
    return rows


def _incomplete(known: Sources, found: Performance) -> list[IncompleteOut]:
    names = {source.account_id: source.name for source in known.counted}
    return [
        IncompleteOut(
            account=names[each.account_id],
            first=each.days[0],
            last=each.days[-1],
            days=len(each.days),
            currency=each.currency,
            net_sales=plain(each.net) or Decimal(0),
        )
        for each in found.incomplete
    ]


def _platform(each: PlatformFigures, currency: str) -> PlatformOut:
    shop = each.figures.store_revenue is not None
    source = RevenueSource.STORE if shop else RevenueSource.REPORTED
    return PlatformOut(
        platform=each.platform,
        label=platform_label(each.platform),
        share=plain(each.share),
        revenue_source=source,
        **flat(each.figures, source, currency),
    )


def _campaign(row: CampaignFigures, currency: str) -> CampaignOut:
    figures = flat(row.figures, RevenueSource.REPORTED, currency)
    figures["store_revenue"] = None
    return CampaignOut(
        id=row.id,
        external_id=row.external_id,
        name=row.name,
        platform=row.platform,
        account=row.account,
        account_currency=row.currency,
        status=row.status,
        unconverted_spend=plain(row.apart.spend),
        **figures,
    )


def _sort(text: str) -> str:
    if text.removeprefix("-") not in SORTABLE:
        raise Invalid(f"Campaigns cannot be sorted by {text}. Use one of {', '.join(SORTABLE)}.")
    return text


def _check_status(text: str) -> None:
    if text and text not in STATUSES:
        raise Invalid(f"There is no status {text}. Use one of {', '.join(STATUSES)}.")

"""Shop against claims as JSON."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

from babel.numbers import get_currency_precision
from flask import Blueprint, Response
from msgspec import Meta

from app.extensions import db
from app.metrics.claim import Claim, Measure
from app.metrics.claims import (
    ClaimedDay,
    Compared,
    LeftOut,
    StoreAgainstClaims,
    store_against_claims,
)
from app.metrics.freshness import freshness
from app.metrics.performance import performance
from app.metrics.period import Compare, Period, compare
from app.metrics.platforms import platform_label
from app.metrics.sources import sources
from app.metrics.store_revenue import StoreRevenue
from app.web import access, claims
from app.web.api import FROM_TO, Days
from app.web.apidoc import Answer, answer, arguments, documented
from app.web.plain import plain
from app.web.ranges import days_between

blueprint = Blueprint("claims_api", __name__, url_prefix="/api")

ADDED_UP = "All platforms' claims added up; the same sale is in it more than once."


class ShareOut(Answer):
    """One platform's part. `share` is claimed ÷ sold, null when nothing was sold."""

    platform: str
    label: str
    claimed: Decimal
    share: Decimal | None


class ComparedOut(Answer):
    """One measure over its compared `days`."""

    days: int
    sold: Decimal
    claimed_added_up: Annotated[Decimal, Meta(description=ADDED_UP)]
    share: Annotated[Decimal | None, Meta(description="Claimed ÷ sold.")]
    platforms: list[ShareOut]


class ClaimOut(Answer):
    platform: str
    conversions: Decimal
    value: Decimal


class ForeignClaimOut(Answer):
    """Claims without an exchange rate, in `currency`; in no comparison."""

    currency: str
    conversions: Decimal
    value: Decimal


class ClaimedDayOut(Answer):
    """One day; `..._left_out` says why it is not compared, null when it is."""

    day: dt.date
    orders: int | None
    revenue: Decimal | None
    settled: Annotated[bool, Meta(description="Whether no platform changes the day any more.")]
    claims: list[ClaimOut]
    claims_added_up: Annotated[Decimal, Meta(description=ADDED_UP)]
    value_added_up: Annotated[Decimal, Meta(description=ADDED_UP)]
    claimed_per_order: Decimal | None
    claimed_per_revenue: Decimal | None
    orders_left_out: LeftOut | None
    revenue_left_out: LeftOut | None


class StoreAgainstClaimsOut(Answer, rename=FROM_TO):
    """What shops sold against what platforms claim; null and empty without a shop.

    `orders` sets conversions against orders, `revenue` their value against revenue: net sales,
    with the parts in `revenue_added`. Claims known to be leads are in `leads` and nowhere else;
    platforms in `may_hold_leads` may count leads that cannot be told apart.
    """

    first: dt.date
    last: dt.date
    currency: str
    shops: list[str]
    revenue_added: list[str]
    said: str
    orders: ComparedOut | None
    revenue: ComparedOut | None
    leads: list[ClaimOut]
    may_hold_leads: list[str]
    unconverted: list[ForeignClaimOut]
    time_zones: dict[str, list[str]]
    notes: list[str]
    rows: list[ClaimedDayOut]


@blueprint.get("/store-against-claims")
@documented(
    "What shops sold against what platforms claim", query=Days, answer=StoreAgainstClaimsOut
)
def show() -> Response:
    """The same comparison as on the dashboard."""
    asked = arguments(Days)
    period = days_between(asked.first, asked.last, access.today())
    known = sources(db.session(), access.workspace().id)
    today = known.day_in_progress(access.today(), access.now())
    comparison = compare(period, today, Compare.NONE)
    found = store_against_claims(db.session(), known, performance(db.session(), known, comparison))
    return answer(_out(found, period, freshness(known).unsettled(period)))


def _out(
    found: StoreAgainstClaims | None, period: Period, unsettled: Period | None
) -> StoreAgainstClaimsOut:
    place = access.workspace()
    store = StoreRevenue(place.revenue_with_tax, place.revenue_with_shipping)
    least = get_currency_precision(place.currency)
    found = found or StoreAgainstClaims([], [], [])
    said = claims.words(found, store, place.currency, unsettled if found.shops else None)
    sales, amounts = found.compared(Measure.ORDERS), found.compared(Measure.REVENUE)
    return StoreAgainstClaimsOut(
        first=period.first,
        last=period.last,
        currency=place.currency,
        shops=[shop.name for shop in found.shops],
        revenue_added=store.added,
        said=" ".join(part for part in (said.headline, said.money) if part),
        orders=_compared(sales, 0) if found.shops else None,
        revenue=_compared(amounts, least) if found.shops else None,
        leads=[_claim(platform, claim, least) for platform, claim in found.leads.items()],
        may_hold_leads=found.may_hold_leads,
        unconverted=[
            ForeignClaimOut(
                currency=part.currency,
                conversions=_exact(part.claim.conversions),
                value=_exact(part.claim.value, get_currency_precision(part.currency)),
            )
            for part in found.unconverted
        ],
        time_zones=found.time_zones,
        notes=list(said.notes),
        rows=[_day(each, least, unsettled) for each in found.days],
    )


def _compared(found: Compared, least: int) -> ComparedOut:
    return ComparedOut(
        days=found.days,
        sold=_exact(found.sold, least),
        claimed_added_up=_exact(found.together, least),
        share=plain(found.share(), 2),
        platforms=[
            ShareOut(
                platform=platform,
                label=platform_label(platform),
                claimed=_exact(claimed, least),
                share=plain(found.share(platform), 2),
            )
            for platform, claimed in found.claimed.items()
        ],
    )


def _day(each: ClaimedDay, least: int, unsettled: Period | None) -> ClaimedDayOut:
    return ClaimedDayOut(
        day=each.day,
        orders=each.orders,
        revenue=plain(each.revenue, least),
        settled=unsettled is None or each.day not in unsettled,
        claims=[_claim(platform, claim, least) for platform, claim in each.claims.items()],
        claims_added_up=_exact(each.together.conversions),
        value_added_up=_exact(each.together.value, least),
        claimed_per_order=plain(each.share(Measure.ORDERS), 2),
        claimed_per_revenue=plain(each.share(Measure.REVENUE), 2),
        orders_left_out=each.why.get(Measure.ORDERS),
        revenue_left_out=each.why.get(Measure.REVENUE),
    )


def _claim(platform: str, claim: Claim, least: int) -> ClaimOut:
    return ClaimOut(
        platform=platform,
        conversions=_exact(claim.conversions),
        value=_exact(claim.value, least),
    )


def _exact(value: Decimal, least: int = 0) -> Decimal:
    return plain(value, least) or Decimal(0)

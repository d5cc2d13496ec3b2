"""A shop's own sales beside what ad platforms claim of them, as a report shows it."""

from __future__ import annotations

from app.metrics.claim import Measure
from app.metrics.claims import Compared, StoreAgainstClaims
from app.metrics.platforms import platform_label
from app.reports.document import Claim, Store
from app.reports.languages.sentences import Sentences


def store_part(claims: StoreAgainstClaims, told: Sentences) -> Store | None:
    """None where no day of the shops is known in full."""
    orders, revenue = claims.compared(Measure.ORDERS), claims.compared(Measure.REVENUE)
    if not revenue.days:
        # Sales that are not known must not be told as none.
        return None
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
        ratio=revenue.share() if claims.platforms else None,
        sentence=_claimed(claims, revenue, told),
    )


def _claimed(claims: StoreAgainstClaims, revenue: Compared, told: Sentences) -> str:
    if claims.parted:
        return told.parted()
    if not claims.platforms:
        return told.unclaimed()
    ratio = revenue.share()
    if ratio is None:
        return told.sold_nothing()
    names = [platform_label(each) for each in claims.platforms]
    return told.claimed(names, revenue.days, revenue.sold, revenue.together, ratio)

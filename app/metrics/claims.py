"""What shops sold against what ad platforms claim for the same days.

A platform claims a sale when somebody saw or clicked one of its ads before; several claim the
same one. So claims are set against the shop one platform at a time, and their sum is called
`together` wherever it is shown: it counts sales more than once, and that is what it shows. It is
never added to the shop's own figures.

A day is compared when it is over, every shop that holds any of the days shown holds it, and the
measure is known: orders for an export without them are not, nor is revenue without a rate.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from sqlalchemy.orm import Session

from app.metrics.claim import NO_CLAIM, Claim, Measure, added
from app.metrics.figures import ZERO, ratio
from app.metrics.leads import Leads, by_platform, campaign_leads, no_sales
from app.metrics.performance import Performance, Slice
from app.metrics.period import Period
from app.metrics.platforms import counting, is_shop
from app.metrics.sources import Source, Sources


class LeftOut(StrEnum):
    """Why a day is not compared."""

    UNFINISHED = "unfinished"
    NO_SHOP = "no_shop"
    NO_RATE = "no_rate"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ClaimedDay:
    """One day. `claims` has the platforms that were read for it, leads left out.

    `why` is empty where the day counts for a measure. A shop's figure is None where unknown.
    """

    day: dt.date
    orders: int | None
    revenue: Decimal | None
    claims: Mapping[str, Claim]
    why: Mapping[Measure, LeftOut]

    @property
    def together(self) -> Claim:
        """All platforms' claims added up: the same sale more than once."""
        return added(self.claims.values())

    def sold(self, measure: Measure) -> Decimal | None:
        """What the shops did."""
        if measure == Measure.REVENUE:
            return self.revenue
        return None if self.orders is None else Decimal(self.orders)

    def share(self, measure: Measure, platform: str = "") -> Decimal | None:
        """Claimed ÷ sold, of one platform or of all together; None where it is not compared."""
        claim = self.claims.get(platform) if platform else self.together
        if claim is None or measure in self.why:
            return None
        return ratio(claim.of(measure), self.sold(measure))


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure over the days that are compared."""

    measure: Measure
    days: int
    sold: Decimal
    claimed: Mapping[str, Decimal]

    @property
    def together(self) -> Decimal:
        """All platforms' claims added up: the same sale more than once."""
        return sum(self.claimed.values(), ZERO)

    def share(self, platform: str = "") -> Decimal | None:
        """Claimed ÷ sold, of one platform or of all together."""
        return ratio(self.claimed[platform] if platform else self.together, self.sold)


@dataclass(frozen=True, slots=True)
class Unconverted:
    """Claims of accounts without a rate, in `currency`; they are in no comparison."""

    currency: str
    claim: Claim


@dataclass(frozen=True)
class StoreAgainstClaims:
    """The comparison and everything that limits it.

    `leads` are claims of campaigns or accounts known to be after leads, left out everywhere.
    `partial` are the accounts that do not hold every day that is over. With `parted` claims or
    sales were narrowed away, and no claim is in it: see app.metrics.chosen.
    """

    shops: Sequence[Source]
    advertisers: Sequence[Source]
    days: Sequence[ClaimedDay]
    leads: Mapping[str, Claim] = field(default_factory=dict)
    partial: Sequence[Source] = ()
    unconverted: Sequence[Unconverted] = ()
    parted: bool = False

    @property
    def anything(self) -> bool:
        """Whether there is a shop and a day of it to compare with."""
        return any(not day.why.keys() >= set(Measure) for day in self.days)

    @cached_property
    def platforms(self) -> list[str]:
        """Platforms that were read, those that claim most first."""
        sums: dict[str, Decimal] = {}
        for day in self.days:
            for platform, claim in day.claims.items():
                sums[platform] = sums.get(platform, ZERO) + claim.conversions
        return sorted(sums, key=lambda platform: (-sums[platform], platform))

    def compared(self, measure: Measure) -> Compared:
        """The sums of one measure."""
        days = [day for day in self.days if measure not in day.why]
        return Compared(
            measure,
            len(days),
            sum((day.sold(measure) or ZERO for day in days), ZERO),
            {
                platform: sum(
                    (day.claims.get(platform, NO_CLAIM).of(measure) for day in days), ZERO
                )
                for platform in self.platforms
            },
        )

    def left_out(self, why: LeftOut) -> list[dt.date]:
        """Days that are not compared, in either measure, for this reason."""
        return [day.day for day in self.days if why in day.why.values()]

    @property
    def may_hold_leads(self) -> list[str]:
        """Platforms whose conversions may be no sales, as far as we can tell."""
        uploaded = {each.platform for each in self.advertisers if each.kind == "upload"}
        return [each for each in self.platforms if each in uploaded or counting(each).mixed]

    @property
    def time_zones(self) -> dict[str, list[str]]:
        """The zones whose days are compared, by platform."""
        found: dict[str, set[str]] = {}
        for source in (*self.shops, *self.advertisers):
            found.setdefault(source.platform, set()).add(source.time_zone)
        return {platform: sorted(zones) for platform, zones in found.items()}


def store_against_claims(
    session: Session, known: Sources, found: Performance
) -> StoreAgainstClaims | None:
    """The comparison for the days shown; None when no shop holds any of them."""
    shown, over = found.comparison.shown, found.comparison.over
    shops = [source for source in known.counted if is_shop(source.platform)]
    shops = [source for source in shops if any(source.holds(day) for day in shown)]
    if not shops:
        return None
    advertisers = [source for source in known.counted if not is_shop(source.platform)]
    leads = campaign_leads(session, known, shown)
    by_day: dict[dt.date, list[Slice]] = {}
    for each in found.slices:
        if each.day in shown:
            by_day.setdefault(each.day, []).append(each)
    parts = _Parts(shops, advertisers, leads, over)
    return StoreAgainstClaims(
        shops,
        [source for source in advertisers if any(source.holds(day) for day in shown)],
        [_day(day, by_day.get(day, []), parts) for day in shown],
        _by_platform(leads, found, advertisers),
        [source for source in (*shops, *advertisers) if over and _partly(source, over)],
        _unconverted(found, advertisers),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """What every day is made of."""

    shops: Sequence[Source]
    advertisers: Sequence[Source]
    leads: Leads
    over: Period | None


def _day(day: dt.date, slices: Sequence[Slice], parts: _Parts) -> ClaimedDay:
    by_account = {each.account_id: each for each in slices}
    claims: dict[str, Claim] = {}
    for source in parts.advertisers:
        if source.holds(day):
            leads = parts.leads.get((source.account_id, day), NO_CLAIM)
            claim = _claim(source, by_account.get(source.account_id), leads)
            claims[source.platform] = claims.get(source.platform, NO_CLAIM) + claim
    sold = [by_account.get(shop.account_id) for shop in parts.shops]
    held = all(shop.holds(day) for shop in parts.shops)
    orders = _orders(sold) if held else None
    why = _why(sold, held=held, is_over=parts.over is not None and day in parts.over)
    if orders is None:
        why.setdefault(Measure.ORDERS, LeftOut.UNKNOWN)
    return ClaimedDay(day, orders, _revenue(sold) if held else None, claims, why)


def _claim(source: Source, mine: Slice | None, leads: Claim) -> Claim:
    if mine is None:
        return NO_CLAIM
    whole = _claimed(mine)
    return whole - no_sales(source, whole, leads)


def _claimed(mine: Slice) -> Claim:
    return Claim(mine.figures.conversions, mine.figures.reported_revenue)


def _why(sold: Sequence[Slice | None], *, held: bool, is_over: bool) -> dict[Measure, LeftOut]:
    """Why the day is not compared, the widest reason first."""
    if not is_over:
        return dict.fromkeys(Measure, LeftOut.UNFINISHED)
    if not held:
        return dict.fromkeys(Measure, LeftOut.NO_SHOP)
    if any(each and each.apart.store_revenue is not None for each in sold):
        return {Measure.REVENUE: LeftOut.NO_RATE}
    if any(each and each.incomplete is not None for each in sold):
        return {Measure.REVENUE: LeftOut.UNKNOWN}
    return {}


def _orders(sold: Sequence[Slice | None]) -> int | None:
    """Of all shops; one without a row had none, one whose export lacks the column is unknown."""
    counts = [(each.figures.orders, each.apart.orders) for each in sold if each]
    if any(here is None and apart is None for here, apart in counts):
        return None
    return sum((here or 0) + (apart or 0) for here, apart in counts)


def _revenue(sold: Sequence[Slice | None]) -> Decimal | None:
    amounts = [each.figures.store_revenue for each in sold if each]
    return None if None in amounts else sum((each or ZERO for each in amounts), ZERO)


def _by_platform(
    leads: Leads, found: Performance, advertisers: Sequence[Source]
) -> dict[str, Claim]:
    """What was left out as leads on the days shown, by platform."""
    by_id = {source.account_id: source for source in advertisers}
    return by_platform(
        (by_id[each.account_id], _claimed(each), leads.get((each.account_id, each.day), NO_CLAIM))
        for each in found.slices
        if each.account_id in by_id and each.day in found.comparison.shown
    )


def _partly(source: Source, over: Period) -> bool:
    held = [source.holds(day) for day in (over.first, over.last)]
    return not all(held) and any(source.holds(day) for day in over)


def _unconverted(found: Performance, advertisers: Sequence[Source]) -> list[Unconverted]:
    ids = {source.account_id for source in advertisers}
    sums: dict[str, Claim] = {}
    for each in found.slices:
        if each.account_id in ids and each.day in found.comparison.shown and each.apart.anything:
            claim = Claim(each.apart.conversions, each.apart.reported_revenue)
            sums[each.currency] = sums.get(each.currency, NO_CLAIM) + claim
    return [Unconverted(currency, sums[currency]) for currency in sorted(sums)]

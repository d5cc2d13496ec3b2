"""Shop against claims in words, a table, a chart and a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.metrics.claim import Claim, Measure
from app.metrics.claims import Compared, LeftOut, StoreAgainstClaims
from app.metrics.period import Period
from app.metrics.platforms import is_shop, platform_label
from app.metrics.store_revenue import StoreRevenue
from app.web import formats
from app.web.plain import plain

MORE = Decimal("1.05")
LESS = Decimal("0.95")
EXACT_BELOW = 10
PARTED = (
    "Accounts that sold, or that claim sales, on these days are left out here, so no claims are "
    "held against what your shop sold."
)
MEASURES = {Measure.ORDERS: "Sales", Measure.REVENUE: "Revenue"}


@dataclass(frozen=True, slots=True)
class Words:
    """What the panel says: a headline, the same in money, and what limits the comparison."""

    headline: str
    money: str
    notes: Sequence[str]


def words(
    found: StoreAgainstClaims, store: StoreRevenue, currency: str, unsettled: Period | None
) -> Words:
    """The comparison in sentences a client understands."""
    if found.parted:
        return Words(PARTED, "", list(_notes(found, currency, unsettled)))
    return Words(
        _headline(found.compared(Measure.ORDERS)),
        _money(found.compared(Measure.REVENUE), store, currency),
        list(_notes(found, currency, unsettled)),
    )


def _headline(sales: Compared) -> str:
    if not sales.days:
        return ""
    orders = _counted(sales.sold, "order")
    share = sales.share()
    if not sales.together:
        return f"No platform claims a sale for the {orders} in your shop."
    claimed = f"{_claimants(sales)} {_counted(sales.together, 'sale')}"
    if share is None:
        return f"{claimed}, but your shop had no order on these days."
    if share > MORE:
        return f"{claimed} for {orders} in your shop: {_times(share)} what happened.{_why(sales)}"
    if share < LESS:
        return f"{claimed} for {orders} in your shop: {formats.percent(share)} of them."
    return f"{claimed} for {orders} in your shop: about as many as happened."


def _money(amounts: Compared, store: StoreRevenue, currency: str) -> str:
    if not amounts.days or not amounts.together:
        return ""
    revenue = "revenue" if store.added else "net revenue"
    sums = (
        f"In money they claim {formats.money(amounts.together, currency)} for "
        f"{formats.money(amounts.sold, currency)} of {revenue}"
    )
    share = amounts.share()
    return f"{sums}." if share is None else f"{sums}: {_times(share)}."


def _claimants(sales: Compared) -> str:
    names = [platform_label(each) for each, claimed in sales.claimed.items() if claimed]
    return f"{_and(names)} together claim" if len(names) > 1 else f"{names[0]} claims"


def _why(sales: Compared) -> str:
    if sum(claimed > 0 for claimed in sales.claimed.values()) > 1:
        return " Platforms count the same sale more than once."
    return " Platforms also count sales that would have come without them."


def _notes(found: StoreAgainstClaims, currency: str, unsettled: Period | None) -> Iterator[str]:
    yield from _left_out(found)
    several = len(found.shops) > 1
    for source in found.partial:
        if is_shop(source.platform) and not several:
            continue
        held = _held(source.history_from, source.read_through)
        yield f"{source.name}’s figures are held from {held}."
    for part in found.unconverted:
        yield (
            f"Claims in {part.currency} have no exchange rate and are not in it: "
            f"{_counted(part.claim.conversions, 'sale')}, "
            f"{formats.money_exact(part.claim.value, part.currency)}."
        )
    for platform, claim in found.leads.items():
        yield (
            f"{platform_label(platform)}’s campaigns for leads are not in it: they claim "
            f"{_counted(claim.conversions, 'conversion')}"
            f"{_worth(claim.value, currency)}, and a lead is no sale."
        )
    if found.may_hold_leads:
        names = [f"{platform_label(each)}’s" for each in found.may_hold_leads]
        yield f"{_and(names)} conversions may hold leads and sign-ups, which cannot be told apart."
    if unsettled and not found.parted:
        days = "day" if len(unsettled) == 1 else f"{len(unsettled)} days"
        yield f"The last {days} still settle: claims for them usually grow."
    if note := _zones(found):
        yield note


def _left_out(found: StoreAgainstClaims) -> Iterator[str]:
    shops = "not every shop’s" if len(found.shops) > 1 else "your shop’s"
    held = "are held" if len(found.shops) > 1 else "are not held"
    reasons = {
        LeftOut.NO_SHOP: f"left out, as {shops} figures {held}",
        LeftOut.NO_RATE: "left out of revenue, as the shop’s currency has no exchange rate",
    }
    for why, reason in reasons.items():
        if days := found.left_out(why):
            yield f"{_spans(days)}: {reason}."
    for measure, what in ((Measure.ORDERS, "orders"), (Measure.REVENUE, "tax or shipping")):
        days = [day.day for day in found.days if day.why.get(measure) is LeftOut.UNKNOWN]
        if days:
            side = MEASURES[measure].lower()
            yield f"{_spans(days)}: left out of {side}, as {what} are not known."


def _zones(found: StoreAgainstClaims) -> str:
    zones = found.time_zones
    if len({zone for each in zones.values() for zone in each}) < 2:
        return ""
    named = ", ".join(f"{platform_label(p)} in {_and(z)}" for p, z in zones.items())
    return (
        f"Each day is the account’s own: {named}. A sale near midnight may stand a day apart, "
        "which evens out over several days."
    )


def table(found: StoreAgainstClaims, currency: str) -> dict[str, list[Any]]:
    """A row per day, worded; claims of one platform, then all of them added up."""
    columns = ["Day", "Orders", "Revenue"]
    for platform in found.platforms:
        label = platform_label(platform)
        columns += [f"{label} claims", f"{label} value"]
    columns += ["All claims together", "Claimed ÷ orders", "Claimed ÷ revenue"]
    rows = []
    for each in found.days:
        cells = [formats.day(each.day), formats.number(each.orders)]
        cells.append(formats.money_exact(each.revenue, currency))
        for platform in found.platforms:
            claim = each.claims.get(platform)
            cells.append(formats.number(claim.conversions if claim else None, 2))
            cells.append(formats.money_exact(claim.value if claim else None, currency))
        cells.append(
            formats.number(each.together.conversions, 2) if each.claims else formats.NOTHING
        )
        cells += [formats.percent(each.share(measure)) for measure in Measure]
        rows.append(cells)
    return {"columns": columns, "rows": rows}


def file(found: StoreAgainstClaims, currency: str) -> Iterator[str]:
    """The days as CSV, with plain decimals; an empty cell is unknown."""
    head = ["day", "currency", "orders", "revenue"]
    for platform in found.platforms:
        head += [f"{platform}_claims", f"{platform}_value"]
    head += ["claims_added_up", "value_added_up", "claimed_per_order", "claimed_per_revenue"]
    yield "\ufeff" + _line([*head, "orders_left_out", "revenue_left_out"])
    for each in found.days:
        cells: list[object] = [each.day, currency, each.orders, plain(each.revenue)]
        for platform in found.platforms:
            claim = each.claims.get(platform)
            cells += _plain(claim)
        cells += _plain(each.together if each.claims else None)
        cells += [plain(each.share(measure)) for measure in Measure]
        yield _line([*cells, *(each.why.get(measure) for measure in Measure)])


def _plain(claim: Claim | None) -> tuple[Decimal | None, Decimal | None]:
    return (plain(claim.conversions), plain(claim.value)) if claim else (None, None)


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow("" if cell is None else cell for cell in cells)
    return line.getvalue()


def _counted(count: Decimal, what: str) -> str:
    words = formats.number(count, 0 if count >= EXACT_BELOW else 2)
    return f"{words} {what}" + ("" if count == 1 else "s")


def _times(share: Decimal) -> str:
    return f"{formats.ratio(share, 1).removesuffix('x')} times"


def _worth(value: Decimal, currency: str) -> str:
    return f" worth {formats.money(value, currency)}" if value else ""


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _held(first: dt.date | None, last: dt.date | None) -> str:
    return f"{formats.day(first)} to {formats.day(last)}"


def _spans(days: Sequence[dt.date]) -> str:
    """Days in words: each stretch by its ends, and no more than three of them."""
    stretches: list[list[dt.date]] = []
    for day in days:
        if stretches and day - stretches[-1][-1] == dt.timedelta(days=1):
            stretches[-1].append(day)
        else:
            stretches.append([day])
    if len(stretches) > 3:
        return f"{len(days)} days between {formats.day(days[0])} and {formats.day(days[-1])}"
    return _and([formats.day_range(each[0], each[-1]) for each in stretches])

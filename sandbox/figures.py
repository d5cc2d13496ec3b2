"""One ad's day: what it will have brought in the end, and how much of it is known when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from operator import add
from typing import NamedTuple

SETTLED_AFTER = 28
"""Days until a day's conversions stop changing."""
QUARTERS = 96
"""Quarters of an hour in a day; today grows in these steps, as Meta refreshes every 15 minutes."""


class Figures(NamedTuple):
    """Counts, and money in the currency's minor units. Sums are sums of every field.

    `purchases` and `value` are the canonical pair (omni_purchase); the `web_` pair is the part
    that the pixel saw. `credits` are thousandths of `purchases`, for platforms that share one
    sale between several ads.
    """

    impressions: int = 0
    clicks: int = 0
    link_clicks: int = 0
    landing_views: int = 0
    spend: int = 0
    carts: int = 0
    checkouts: int = 0
    purchases: int = 0
    value: int = 0
    web_purchases: int = 0
    web_value: int = 0
    leads: int = 0
    credits: int = 0

    def plus(self, other: Figures) -> Figures:
        return Figures._make(map(add, self, other))


NOTHING = Figures()


def total(figures: Iterable[Figures]) -> Figures:
    """The sum, field by field."""
    columns = list(zip(*figures, strict=True))
    return Figures._make(map(sum, columns)) if columns else NOTHING


class Reading(NamedTuple):
    """When a day is looked at: its age in days, quarters of it gone, restatements it has seen."""

    age: int
    quarters: int
    restated: int


def reading(day: dt.date, local_now: dt.datetime, restated: int) -> Reading:
    """How `day` of an account looks at `local_now`, the account's wall clock."""
    age = (local_now.date() - day).days
    quarters = (local_now.hour * 60 + local_now.minute) // 15 if age == 0 else QUARTERS
    return Reading(min(age, SETTLED_AFTER), quarters, restated)


def known_share(age: int) -> int:
    """Of a day's final conversions, how many are attributed by this age, in thousandths."""
    missing = 1 - min(age, SETTLED_AFTER) / SETTLED_AFTER
    return round(1000 - 300 * missing**3)


def as_read(final: Figures, seen: Reading, luck: int) -> Figures:
    """The figures a reader gets. `luck` (0–999) says which ads' conversions arrive early."""
    if seen.age >= SETTLED_AFTER and not seen.restated:
        return final
    share = known_share(seen.age) * seen.quarters
    part = seen.quarters
    carts = _arrived(final.carts, share, luck)
    checkouts = min(carts, _arrived(final.checkouts, share, luck))
    purchases = _arrived(final.purchases, share, luck)
    web = _part(final.web_purchases, purchases, final.purchases)
    read = Figures(
        final.impressions * part // QUARTERS,
        final.clicks * part // QUARTERS,
        final.link_clicks * part // QUARTERS,
        final.landing_views * part // QUARTERS,
        final.spend * part // QUARTERS,
        carts,
        checkouts,
        purchases,
        _part(final.value, purchases, final.purchases),
        web,
        _part(final.web_value, web, final.web_purchases),
        _arrived(final.leads, share, luck),
        _part(final.credits, purchases, final.purchases),
    )
    return _restated(read, final, seen.restated, luck) if seen.restated else read


def _arrived(final: int, share: int, luck: int) -> int:
    return (final * share // QUARTERS + luck) // 1000


def _part(amount: int, some: int, every: int) -> int:
    return amount * some // every if every else 0


def _restated(read: Figures, final: Figures, times: int, luck: int) -> Figures:
    """Late purchases on every other ad that sold, and 0.4 % of spend credited back, each time."""
    credited = read.spend - read.spend * min(times, 50) // 250
    if not final.purchases or luck % 2:
        return read._replace(spend=credited)
    late = times * (final.value // final.purchases)
    by_web = times if final.web_purchases else 0
    return read._replace(
        spend=credited,
        purchases=read.purchases + times,
        credits=read.credits + times * 1000,
        value=read.value + late,
        web_purchases=read.web_purchases + by_web,
        web_value=read.web_value + (late if by_web else 0),
    )


def split(whole: Figures, weights: Sequence[int], luck: int) -> list[Figures]:
    """Shares by weight whose sum is exactly the whole; no share has more clicks than views."""
    impressions = _follow(whole.impressions, weights, luck)
    clicks = _follow(whole.clicks, impressions, luck)
    links = _follow(whole.link_clicks, clicks, luck)
    landings = _follow(whole.landing_views, links, luck)
    carts = _follow(whole.carts, landings, luck)
    purchases = _follow(whole.purchases, clicks, luck)
    web = _follow(whole.web_purchases, purchases, luck)
    columns = (
        impressions,
        clicks,
        links,
        landings,
        _follow(whole.spend, impressions, luck),
        carts,
        _follow(whole.checkouts, carts, luck),
        purchases,
        _follow(whole.value, purchases, luck),
        web,
        _follow(whole.web_value, web, luck),
        _follow(whole.leads, landings, luck),
        _follow(whole.credits, purchases, luck),
    )
    return [Figures._make(column) for column in zip(*columns, strict=True)]


def _follow(amount: int, lead: Sequence[int], luck: int) -> list[int]:
    """Split an integer in proportion to `lead`; everything to the first when there is no lead."""
    whole = sum(lead)
    if not whole:
        return [amount, *[0] * (len(lead) - 1)]
    start = luck % whole
    shares = []
    reached = before = 0
    for weight in lead:
        reached += weight
        upto = (amount * reached + start) // whole
        shares.append(upto - before)
        before = upto
    return shares

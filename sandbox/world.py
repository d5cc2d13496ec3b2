"""The seeded truth: who advertises what, and what every ad brings on every day.

Nothing here knows a platform's protocol. Days are days in the account's own time zone.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sandbox.figures import SETTLED_AFTER, Figures, Reading, as_read, reading, total
from sandbox.noise import noise, unit
from sandbox.plans import ACCOUNTS, BUSINESSES, PLANS
from sandbox.plans.shapes import AccountPlan, Plan

HISTORY_DAYS = 400
LEARNING_DAYS = 14

_CURRENCY_DECIMALS = {"JPY": 0}
_WEEK = (0.94, 0.92, 0.95, 0.98, 1.04, 1.14, 1.12)
_CLICK_RATE = 0.014
_CONVERSION_RATE = {"sales": 0.034, "leads": 0.045}


@dataclass(frozen=True, eq=False)
class Business:
    id: str
    name: str


@dataclass(frozen=True, eq=False)
class Account:
    """`decimals`: digits of the currency's minor unit."""

    id: str
    business: Business
    plan: AccountPlan
    number: int
    campaigns: list[Campaign] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.plan.name

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.plan.time_zone)

    @cached_property
    def decimals(self) -> int:
        return _CURRENCY_DECIMALS.get(self.plan.currency, 2)

    def money(self, minor: int) -> str:
        """Minor units as a decimal string of the currency."""
        if not self.decimals:
            return str(minor)
        return f"{minor // 100}.{minor % 100:02d}"


@dataclass(eq=False)
class Campaign:
    """`renamed` is what it is called since somebody changed its name."""

    id: str
    account: Account
    plan: Plan
    number: int
    launched: dt.date
    ended: dt.date | None
    ad_sets: list[AdSet] = field(default_factory=list)
    renamed: str = ""

    @property
    def name(self) -> str:
        return self.renamed or self.plan.name.strip()

    def delivers_on(self, day: dt.date) -> bool:
        return self.launched <= day and (self.ended is None or day < self.ended)

    @cached_property
    def leaves_a_remainder(self) -> bool:
        """Whether a little spend is booked on the campaign and on no ad."""
        return self.number % 3 == 0


@dataclass(frozen=True, eq=False)
class AdSet:
    id: str
    campaign: Campaign
    name: str
    number: int
    launched: dt.date
    ads: list[Ad] = field(default_factory=list)

    def is_learning(self, today: dt.date) -> bool:
        return 0 <= (today - self.launched).days < LEARNING_DAYS


@dataclass(frozen=True, eq=False)
class Ad:
    """`review` is empty, PENDING_REVIEW or DISAPPROVED; ads under review have never run."""

    id: str
    ad_set: AdSet
    name: str
    number: int
    share: float
    review: str
    paused_from: dt.date | None

    @property
    def campaign(self) -> Campaign:
        return self.ad_set.campaign


@dataclass(frozen=True, eq=False, slots=True)
class Delivery:
    """One day of one ad; `ad` is None for the part of a campaign that no ad served."""

    campaign: Campaign
    ad: Ad | None
    luck: int
    figures: Figures


def anchor_for(today: dt.date) -> dt.date:
    """The half-year's first day: the world stays the same for as long as the half-year lasts."""
    return dt.date(today.year, 1 if today.month <= 6 else 7, 1)


class World:
    """Everything there is, and the figures of any day as of any instant.

    `history_days`: how many days before today have figures. `lost` are the ids of accounts in which
    the platform's user has no role any more. `changes` goes up with every change of what there is,
    for whoever keeps answers.
    """

    def __init__(self, seed: int, anchor: dt.date, many: int = 0) -> None:
        self.seed = seed
        self.anchor = anchor
        self.businesses, self.accounts = _build(seed, anchor, many)
        self.removed: set[str] = set()
        self.lost: set[str] = set()
        self.changes = 0
        self.history_days = HISTORY_DAYS
        self.restated: list[tuple[dt.date, dt.date]] = []
        self.restated_at: list[dt.datetime] = []
        self._final: dict[tuple[str, dt.date], list[Delivery]] = {}
        self._read: dict[tuple[str, dt.date], tuple[Reading, list[Delivery]]] = {}

    @property
    def campaigns(self) -> Iterator[Campaign]:
        return (campaign for account in self.accounts for campaign in account.campaigns)

    def of(self, platform: str) -> list[Account]:
        """The accounts that one platform knows."""
        return [account for account in self.accounts if account.plan.platform == platform]

    def remove(self, campaign: Campaign) -> None:
        self.removed.add(campaign.id)
        self.changes += 1

    def rename(self, campaign: Campaign, name: str) -> None:
        campaign.renamed = name
        self.changes += 1

    def lose(self, account: Account) -> None:
        self.lost.add(account.id)
        self.changes += 1

    def gain(self, account: Account) -> None:
        self.lost.discard(account.id)
        self.changes += 1

    def within_reach(self, platform: str) -> list[Account]:
        """Those of a platform's accounts in which its user has a role."""
        return [account for account in self.of(platform) if account.id not in self.lost]

    def reset(self) -> None:
        """Undo restatements, removals, new names, lost roles and a shorter history."""
        self.changes += 1
        self.history_days = HISTORY_DAYS
        self.removed.clear()
        self.lost.clear()
        for campaign in self.campaigns:
            campaign.renamed = ""
        self.restated.clear()
        self.restated_at.clear()

    def restate(self, first: dt.date, last: dt.date, now: dt.datetime) -> None:
        """Make the days from `first` to `last` change from `now` on."""
        self.changes += 1
        self.restated.append((first, last))
        self.restated_at.append(now.replace(second=0, microsecond=0))

    def is_removed(self, campaign: Campaign, today: dt.date) -> bool:
        if campaign.id in self.removed:
            return True
        return campaign.plan.fate == "DELETED" and not _still_there(campaign, today)

    def first_day(self, account: Account, now: dt.datetime) -> dt.date:
        """The oldest day with figures."""
        return now.astimezone(account.zone).date() - dt.timedelta(days=self.history_days)

    def deliveries(self, account: Account, day: dt.date, now: dt.datetime) -> list[Delivery]:
        """What a reader of `day` gets at `now`; nothing before the history or after today."""
        local = now.astimezone(account.zone)
        age = (local.date() - day).days
        if not 0 <= age <= self.history_days:
            return []
        times = sum(first <= day <= last for first, last in self.restated)
        seen = reading(day, local, times)
        if seen.age >= SETTLED_AFTER and not seen.restated:
            return self.finals(account, day)
        key = (account.id, day)
        kept = self._read.get(key)
        if kept is None or kept[0] != seen:
            kept = (seen, _read(self.finals(account, day), seen))
            self._read[key] = kept
        return kept[1]

    def finals(self, account: Account, day: dt.date) -> list[Delivery]:
        """What a day settles at, be it over or not."""
        key = (account.id, day)
        if key not in self._final:
            self._final[key] = list(_deliver(self.seed, account, day, self.anchor))
        return self._final[key]


def _still_there(campaign: Campaign, today: dt.date) -> bool:
    return campaign.ended is None or today < campaign.ended


def _read(finals: list[Delivery], seen: Reading) -> list[Delivery]:
    read = (
        Delivery(final.campaign, final.ad, final.luck, as_read(final.figures, seen, final.luck))
        for final in finals
    )
    return [row for row in read if any(row.figures)]


def _deliver(seed: int, account: Account, day: dt.date, anchor: dt.date) -> Iterator[Delivery]:
    for campaign in account.campaigns:
        if not campaign.delivers_on(day):
            continue
        served = [
            delivery
            for ad_set in campaign.ad_sets
            if ad_set.launched <= day
            for ad in ad_set.ads
            if (delivery := _ad_day(seed, ad, day, anchor)) is not None
        ]
        yield from served
        if served and campaign.leaves_a_remainder:
            whole = total(delivery.figures for delivery in served)
            rest = Figures(impressions=whole.impressions // 150, spend=whole.spend // 120)
            yield Delivery(campaign, None, 0, rest)


def _ad_day(seed: int, ad: Ad, day: dt.date, anchor: dt.date) -> Delivery | None:
    """The figures that this ad's day settles at; None when the ad did not run."""
    bits = noise(seed, int(ad.id), day.toordinal())
    dice = [((bits >> shift) & 0xFFFF) / 65536 for shift in (0, 16, 32, 48)]
    if ad.review or dice[3] < 0.015 or (ad.paused_from and day >= ad.paused_from):
        return None
    campaign, plan, prices = ad.campaign, ad.campaign.plan, ad.campaign.account.plan
    age = (day - campaign.launched).days
    growth = math.exp(plan.trend * min(age, 500))
    spiked = 7.0 if plan.spike is not None and (day - anchor).days == plan.spike else 1.0
    pace = min(1.0, (age + 1) / 5) * max(1.0, growth) * spiked * (0.8 + 0.4 * dice[0])
    impressions = int(2600 * plan.volume * ad.share * _season(day) * pace)
    click_rate = _CLICK_RATE * plan.click_rate * min(1.0, growth) * (0.8 + 0.4 * dice[1])
    clicks = min(impressions, int(impressions * click_rate + dice[2]))
    thousand = prices.click_price * _CLICK_RATE * 1000 * plan.price * (0.85 + 0.3 * dice[2])
    spend = round(impressions * thousand / 1000 * 10**campaign.account.decimals)
    figures = _outcome(ad, dice, Figures(impressions, clicks, spend=spend))
    return Delivery(campaign, ad, bits % 1000, figures) if impressions else None


def _season(day: dt.date) -> float:
    """Weekends, the weeks before Christmas and a slow February."""
    year = {2: 0.9, 11: 1.12, 12: 1.2}.get(day.month, 1.0)
    sale = 1.7 if day.month == 11 and 24 <= day.day <= 30 else 1.0
    return _WEEK[day.weekday()] * year * sale


def _outcome(ad: Ad, dice: list[float], seen: Figures) -> Figures:
    """What became of the clicks."""
    plan, account = ad.campaign.plan, ad.campaign.account
    links = seen.clicks * (35 if plan.kind == "engagement" else 78) // 100
    landings = 0 if plan.kind == "app" else links * 82 // 100
    reached = seen._replace(link_clicks=links, landing_views=landings)
    rate = _CONVERSION_RATE.get(plan.kind, 0.0) * plan.convert * (0.7 + 0.6 * dice[3])
    won = int(links * rate + dice[0]) if rate else 0
    if plan.kind == "leads":
        return reached._replace(leads=won)
    if plan.kind != "sales":
        return reached
    basket = account.plan.order_value * plan.basket * (0.8 + 0.4 * dice[1])
    value = round(won * basket * 10**account.decimals)
    by_web = won - int(won * plan.on_site + dice[2] * 0.9)
    return reached._replace(
        carts=won * 3 + int(links * 0.03),
        checkouts=won + won // 2,
        purchases=won,
        credits=won * 1000 - _shared_credit(ad, won, dice[3]),
        value=value,
        web_purchases=by_web,
        web_value=value * by_web // won if won else 0,
    )


def _shared_credit(ad: Ad, won: int, dice: float) -> int:
    """Thousandths of purchases that Google's data-driven model credits to someone else."""
    return int(dice * 800) if won and ad.campaign.account.plan.platform == "google" else 0


class _Ids(NamedTuple):
    """Where a platform's ids begin, and how far apart those of two accounts' campaigns are."""

    accounts: int
    campaigns: int
    apart: int


_IDS = {
    "meta": _Ids(118_040_000_000_000, 120_200_000_000_000_000, 10**12),
    "google": _Ids(4_821_660_000, 21_000_000_000_000, 10**10),
    "linkedin": _Ids(512_340_000, 340_000_000_000_000, 10**10),
    "tiktok": _Ids(7_012_345_678_900_000_000, 1_780_000_000_000_000_000, 10**12),
}


def _build(seed: int, anchor: dt.date, many: int) -> tuple[list[Business], list[Account]]:
    businesses = {
        plan.key: Business(f"{77_001_000_000_000 + number}", plan.name)
        for number, plan in enumerate(BUSINESSES, 1)
    }
    accounts: dict[str, Account] = {}
    counted: dict[str, int] = defaultdict(int)
    for holder in ACCOUNTS:
        counted[holder.platform] += 1
        number = counted[holder.platform]
        account_id = f"{_IDS[holder.platform].accounts + number}"
        accounts[holder.key] = Account(account_id, businesses[holder.business], holder, number)
    numbers: dict[str, int] = defaultdict(int)
    for plan in PLANS:
        numbers[plan.account] += 1
        account = accounts[plan.account]
        account.campaigns.append(_campaign(seed, account, plan, numbers[plan.account], anchor))
    firsts = {account.plan.platform: account for account in reversed(accounts.values())}
    for account in firsts.values():
        account.campaigns.extend(
            _one_of_many(seed, account, number, anchor) for number in range(many)
        )
    return list(businesses.values()), list(accounts.values())


def _one_of_many(seed: int, account: Account, number: int, anchor: dt.date) -> Campaign:
    """A small campaign beside the planned ones, with ids far from theirs."""
    plan = Plan(
        account.plan.key, f"Many {number:05d}", "One of many.", ad_sets=1, ads=1, volume=0.2
    )
    base = 2 * _IDS[account.plan.platform].campaigns + number * 10**6
    return _furnished(
        seed, Campaign(str(base), account, plan, number, anchor - dt.timedelta(days=700), None)
    )


def _campaign(seed: int, account: Account, plan: Plan, number: int, anchor: dt.date) -> Campaign:
    ids = _IDS[account.plan.platform]
    base = ids.campaigns + account.number * ids.apart + number * 10**8
    launched = anchor + dt.timedelta(days=plan.launch)
    ended = None if plan.end is None else anchor + dt.timedelta(days=plan.end)
    return _furnished(seed, Campaign(str(base), account, plan, number, launched, ended))


def _furnished(seed: int, campaign: Campaign) -> Campaign:
    for number in range(1, campaign.plan.ad_sets + 1):
        campaign.ad_sets.append(_ad_set(seed, campaign, int(campaign.id), number))
    return campaign


_AUDIENCES = ("Broad 25–54", "Lookalike 2%", "Interests", "Visitors 30 d", "Customers")
_CREATIVES = ("Carousel", "Video 15s", "Static – product", "UGC – testimonial", "Collection")


def _ad_set(seed: int, campaign: Campaign, base: int, number: int) -> AdSet:
    set_id = base + number * 10**5
    later = dt.timedelta(days=9 * (number - 1) if campaign.plan.launch > -400 else 0)
    name = _AUDIENCES[(campaign.number + number) % len(_AUDIENCES)]
    ad_set = AdSet(str(set_id), campaign, name, number, campaign.launched + later)
    for ad_number in range(1, campaign.plan.ads + 1):
        ad_set.ads.append(_ad(seed, ad_set, set_id, ad_number))
    return ad_set


def _ad(seed: int, ad_set: AdSet, set_id: int, number: int) -> Ad:
    ad_id = set_id + number * 100
    last = number == ad_set.campaign.plan.ads
    dice = unit(seed, ad_id, 1)
    review = ""
    if last and number > 2 and dice < 0.12:
        review = "DISAPPROVED" if dice < 0.06 else "PENDING_REVIEW"
    paused_from = ad_set.launched + dt.timedelta(days=160) if last and dice > 0.75 else None
    name = f"{_CREATIVES[(ad_set.number + number) % len(_CREATIVES)]} {number}"
    share = 0.5 + unit(seed, ad_id, 2)
    return Ad(str(ad_id), ad_set, name, number, share, review, paused_from)

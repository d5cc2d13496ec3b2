"""A platform in memory: says what a test told it to say, in the words of the contract."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from app.connectors.base import Connector
from app.connectors.errors import AccountRefused
from app.connectors.words import (
    Days,
    DayTotal,
    Fact,
    FoundAccount,
    FoundEntity,
    Grain,
    Grant,
    StoreFigures,
    Structure,
)
from app.settings import Settings

PAGE = 50
TODAY = dt.date(2026, 10, 29)
NOON = dt.datetime(2026, 10, 29, 12, tzinfo=dt.UTC)


def fact(day: dt.date, campaign: str = "c1", ad: str = "", **figures: object) -> Fact:
    """A fact with figures that matter only when named."""
    group = f"g-{ad}" if ad else ""
    made = Fact(
        day=day,
        campaign_id=campaign,
        campaign_name=f"Campaign {campaign}",
        ad_group_id=group,
        ad_group_name=f"Group {group}" if group else "",
        ad_id=ad,
        ad_name=f"Ad {ad}" if ad else "",
        placement="",
        impressions=1000,
        clicks=20,
        spend=Decimal("12.34"),
        conversions=Decimal(2),
        value=Decimal("56.70"),
    )
    return made._replace(**figures)  # type: ignore[arg-type]


@dataclass
class World:
    """What the platform knows; tests write into it between syncs."""

    accounts: list[FoundAccount] = field(default_factory=list)
    structure: Structure = field(default_factory=lambda: Structure([]))
    facts: dict[Grain, list[Fact]] = field(default_factory=dict)
    totals: list[DayTotal] | None = None
    asked: list[tuple[str, Grain, Days]] = field(default_factory=list)
    faults: list[Exception | None] = field(default_factory=list)
    break_after_pages: int | None = None
    refreshed: Grant | None = None
    refused: set[str] = field(default_factory=set)
    sales: list[StoreFigures] = field(default_factory=list)
    _fault: Exception | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def spread(self, first: dt.date, last: dt.date, campaigns: int = 2) -> None:
        """Fill every day with figures of some campaigns, two ads each, on two placements."""
        days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
        ids = [f"c{n}" for n in range(campaigns)]
        self.structure = Structure(
            campaigns=[entity(campaign) for campaign in ids],
            ad_groups=[entity(f"g-{c}-{n}", campaign_id=c) for c in ids for n in range(2)],
            ads=[
                entity(f"{c}-{n}", campaign_id=c, ad_group_id=f"g-{c}-{n}")
                for c in ids
                for n in range(2)
            ],
        )
        self.facts = {
            Grain.CAMPAIGN: [
                fact(day, c, spend=Decimal(day.day) + Decimal("0.25"), clicks=day.month)
                for day in days
                for c in ids
            ],
            Grain.AD: [fact(day, c, f"{c}-{n}") for day in days for c in ids for n in range(2)],
            Grain.PLACEMENT: [
                fact(day, c, placement=place)
                for day in days
                for c in ids
                for place in ("facebook", "instagram")
            ],
        }

    def broken(self) -> Exception:
        """The fault all threads meet once the pages before it are read."""
        with self._lock:
            if self.faults:
                self._fault = self.faults.pop(0)
            return self._fault or AssertionError("no fault was given")

    def day_totals(self, days: Days) -> list[DayTotal]:
        """The account's own word: the sum of its campaigns unless a test said otherwise."""
        if self.totals is not None:
            return [total for total in self.totals if days.first <= total.day <= days.last]
        sums: dict[dt.date, DayTotal] = {}
        for row in self.facts.get(Grain.CAMPAIGN, []):
            if days.first <= row.day <= days.last:
                old = sums.get(row.day, DayTotal(row.day, Decimal(0), 0, 0))
                sums[row.day] = DayTotal(
                    row.day,
                    old.spend + row.spend,
                    old.impressions + row.impressions,
                    old.clicks + row.clicks,
                )
        return list(sums.values())


def entity(external_id: str, **named: str) -> FoundEntity:
    """A thing as it is listed."""
    return FoundEntity(external_id, f"Name of {external_id}", "active", "ACTIVE", **named)


class FakePlatform(Connector):
    """Restates for 28 days, remembers 100, answers 7 at a time."""

    slug = "fake"
    label = "Fake Ads"
    tagline = "For tests"
    colour = "#000000"
    restates_days = 28
    history_days = 100
    chunk_days = 7
    grains = (Grain.CAMPAIGN, Grain.AD, Grain.PLACEMENT)
    world: World = World()

    @classmethod
    def configured(cls, settings: Settings) -> bool:
        return True

    @classmethod
    def is_sandbox(cls, settings: Settings) -> bool:
        return True

    def authorize_url(self, *, redirect_uri: str, state: str, started: Mapping[str, str]) -> str:
        return f"{redirect_uri}?state={state}"

    def exchange(
        self, answer: Mapping[str, str], *, redirect_uri: str, started: Mapping[str, str]
    ) -> Grant:
        return Grant(answer["code"])

    def accept_pasted(self, given: Mapping[str, str]) -> Grant:
        return Grant(given["access_token"])

    def refresh(self, *, refused: bool = False) -> Grant | None:
        return self.world.refreshed

    def check_setup(self) -> str:
        return "Good."

    def revoke(self) -> None:
        self.world.accounts.clear()

    def accounts(self) -> list[FoundAccount]:
        self._maybe_fail()
        return list(self.world.accounts)

    def structure(self, account: FoundAccount) -> Structure:
        self._maybe_fail(account)
        return self.world.structure

    def facts(
        self, account: FoundAccount, grain: Grain, days: Days, *, conversion_action: str | None
    ) -> Iterator[list[Fact]]:
        self._maybe_fail(account)
        self.world.asked.append((account.external_id, grain, days))
        found = [
            row for row in self.world.facts.get(grain, []) if days.first <= row.day <= days.last
        ]
        for start in range(0, len(found), PAGE):
            yield found[start : start + PAGE]
            if self.world.break_after_pages is not None:
                self.world.break_after_pages -= 1
                if self.world.break_after_pages < 0:
                    raise self.world.broken()

    def totals(self, account: FoundAccount, days: Days) -> list[DayTotal]:
        self._maybe_fail(account)
        return self.world.day_totals(days)

    def _maybe_fail(self, account: FoundAccount | None = None) -> None:
        if account is not None and account.external_id in self.world.refused:
            raise AccountRefused("The platform says this account is closed. Ask its owner.")
        if self.world.break_after_pages is None and self.world.faults:
            fault = self.world.faults.pop(0)
            if fault is not None:
                raise fault


class FakeShop(FakePlatform):
    """Sells: its totals are its orders."""

    slug = "fakeshop"
    label = "Fake Shop"
    sells = True

    def structure(self, account: FoundAccount) -> Structure:
        raise AssertionError("a shop has no campaigns")

    def facts(
        self, account: FoundAccount, grain: Grain, days: Days, *, conversion_action: str | None
    ) -> Iterator[list[Fact]]:
        raise AssertionError("a shop has no ads")

    def store_days(self, account: FoundAccount, days: Days) -> list[StoreFigures]:
        self._maybe_fail(account)
        self.world.asked.append((account.external_id, Grain.CAMPAIGN, days))
        return [row for row in self.world.sales if days.first <= row.day <= days.last]

    def totals(self, account: FoundAccount, days: Days) -> list[DayTotal]:
        self._maybe_fail(account)
        if self.world.totals is not None:
            return [total for total in self.world.totals if days.first <= total.day <= days.last]
        sold = [row for row in self.world.sales if days.first <= row.day <= days.last]
        return [DayTotal(row.day, Decimal(0), 0, 0, row.orders) for row in sold]


# Promises kept over every shipped platform are not kept over these.
Connector.registry.pop(FakePlatform.slug)
Connector.registry.pop(FakeShop.slug)

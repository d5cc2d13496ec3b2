"""How much the last days usually still grow, learnt from days that have settled since.

Only readings count that were really made at an age (`day_at_age`): a day that was first read when
it was old says nothing about how young days grow. Nothing is said before there is enough: 14 times
and 30 conversions at each age.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.orm import Session

from app.metrics.figures import ZERO
from app.metrics.sources import Source, Sources
from app.models import Account, DayAtAge
from app.models import PlatformTotalDay as Total

LAST_DAYS = (1, 2, 3)
AGES = (1, 2, 3, 7, 14)
ENOUGH_TIMES = 14
ENOUGH_CONVERSIONS = 30
LOOK_BACK = dt.timedelta(days=91)
# Of ten times, eight lie between the first and the last of the nine that cut them.
TENTHS = 10


@dataclass(frozen=True, slots=True)
class Stand:
    """What a day amounted to at some moment."""

    conversions: Decimal = ZERO
    value: Decimal = ZERO
    spend: Decimal = ZERO


Pick = Callable[[Stand], Decimal]


@dataclass(frozen=True, slots=True)
class Settled:
    """A settled day of one account: what it amounted to at some ages in days, and in the end."""

    day: dt.date
    at_age: Mapping[int, Stand]
    final: Stand


@dataclass(frozen=True, slots=True)
class Growth:
    """Final ÷ young − 1, over all times together, and where eight of ten times lay."""

    usual: Decimal
    low: Decimal
    high: Decimal
    times: int


@dataclass(frozen=True, slots=True)
class Grown:
    """What is known of each figure; None where there is not enough to say."""

    conversions: Growth | None
    value: Growth | None
    spend: Growth | None

    @property
    def anything(self) -> bool:
        return any((self.conversions, self.value, self.spend))


@dataclass(frozen=True, slots=True)
class PlatformGrowth:
    """Of a platform, or of one of its accounts; `by_age` is of single days of that age."""

    platform: str
    account: Source | None
    last_days: Grown
    by_age: Mapping[int, Grown]


def learn(accounts: Sequence[Sequence[Settled]], ages: Sequence[int], pick: Pick) -> Growth | None:
    """How much days of these ages, looked at together, still grew; None when it is not enough.

    Each day on which all of them were read is one time: what they amounted to then against what
    they amount to in the end. A time without anything yet has no ratio; with more than a tenth of
    such times nothing is said.
    """
    times = _times(accounts, ages)
    if len(times) < ENOUGH_TIMES or not _enough(times, ages):
        return None
    young = [sum((pick(then) for then, _ in pairs), ZERO) for pairs in times.values()]
    final = [sum((pick(end) for _, end in pairs), ZERO) for pairs in times.values()]
    ratios = [end / then for then, end in zip(young, final, strict=True) if then > 0]
    if len(ratios) < ENOUGH_TIMES or len(ratios) < len(times) * (TENTHS - 1) / TENTHS:
        return None
    usual = sum(final, ZERO) / sum(young, ZERO)
    cuts = statistics.quantiles(ratios, n=TENTHS, method="inclusive")
    low, high = min(cuts[0], usual), max(cuts[-1], usual)
    return Growth(usual - 1, low - 1, high - 1, len(ratios))


Pairs = Sequence[tuple[Stand, Stand]]


def _times(
    accounts: Sequence[Sequence[Settled]], ages: Sequence[int]
) -> dict[dt.date, list[tuple[Stand, Stand]]]:
    """By the day of looking: what was seen and what came of it, account by account, age by age."""
    found: dict[dt.date, list[tuple[Stand, Stand]]] = {}
    for account in accounts:
        by_day = {each.day: each for each in account}
        for last in by_day:
            looked = last + dt.timedelta(days=ages[0])
            days = [by_day.get(looked - dt.timedelta(days=age)) for age in ages]
            pairs = [
                (each.at_age[age], each.final)
                for age, each in zip(ages, days, strict=True)
                if each is not None and age in each.at_age
            ]
            if len(pairs) == len(ages):
                found.setdefault(looked, []).extend(pairs)
    return found


def _enough(times: Mapping[dt.date, Pairs], ages: Sequence[int]) -> bool:
    """Whether there are conversions enough at each age; pairs come in the order of ages."""
    sums = [ZERO] * len(ages)
    for pairs in times.values():
        for place, (_, end) in enumerate(pairs):
            sums[place % len(ages)] += end.conversions
    return all(each >= ENOUGH_CONVERSIONS for each in sums)


def growth(session: Session, known: Sources, today: dt.date) -> list[PlatformGrowth]:
    """What is known of the platforms that are being read, and of their accounts where several are.

    `today` is the first day that is not over everywhere.
    """
    live = {source.account_id: source for source in known.counted if source.live}
    settled = _settled(session, known.workspace_id, list(live), today)
    found = []
    for platform in sorted({source.platform for source in live.values()}):
        mine = [source for source in live.values() if source.platform == platform]
        found.append(_grown(platform, None, [settled.get(s.account_id, []) for s in mine]))
        if len(mine) > 1:
            found += [_grown(platform, s, [settled.get(s.account_id, [])]) for s in mine]
    return [
        each
        for each in found
        if each.last_days.anything or any(grown.anything for grown in each.by_age.values())
    ]


def _grown(
    platform: str, account: Source | None, settled: Sequence[Sequence[Settled]]
) -> PlatformGrowth:
    def at(ages: Sequence[int]) -> Grown:
        return Grown(
            learn(settled, ages, lambda stand: stand.conversions),
            learn(settled, ages, lambda stand: stand.value),
            learn(settled, ages, lambda stand: stand.spend),
        )

    return PlatformGrowth(platform, account, at(LAST_DAYS), {age: at([age]) for age in AGES})


def _settled(
    session: Session, workspace_id: int, account_ids: Sequence[int], today: dt.date
) -> dict[int, list[Settled]]:
    """The settled days of each account, counted then as they are counted now."""
    rows = session.execute(_query(workspace_id, account_ids, today))
    by_day: dict[tuple[int, dt.date], tuple[dict[int, Stand], Stand]] = {}
    for row in rows:
        rate = _rate(row)
        final = Stand(row.conversions or ZERO, *_money(row.native_value, row.native_spend, rate))
        at_age, _ = by_day.setdefault((row.account_id, row.day), ({}, final))
        then = _money(row.then_value, row.then_spend, rate)
        at_age[row.age] = Stand(row.then_conversions, *then)
    found: dict[int, list[Settled]] = {}
    for (account_id, day), (at_age, final) in by_day.items():
        found.setdefault(account_id, []).append(Settled(day, at_age, final))
    return found


def _query(
    workspace_id: int, account_ids: Sequence[int], today: dt.date
) -> Select[*tuple[Any, ...]]:
    return (
        select(
            DayAtAge.account_id,
            DayAtAge.day,
            DayAtAge.age,
            DayAtAge.conversions.label("then_conversions"),
            DayAtAge.conversion_value.label("then_value"),
            DayAtAge.spend.label("then_spend"),
            Total.conversions,
            Total.native_value,
            Total.native_spend,
            Total.value,
            Total.spend,
        )
        .join(Account, Account.id == DayAtAge.account_id)
        .outerjoin(
            Total,
            and_(
                Total.account_id == DayAtAge.account_id,
                Total.day == DayAtAge.day,
                Total.workspace_id == workspace_id,
            ),
        )
        .where(
            DayAtAge.workspace_id == workspace_id,
            DayAtAge.account_id.in_(account_ids),
            DayAtAge.day >= today - LOOK_BACK,
            DayAtAge.day <= Account.settled_through,
            DayAtAge.age.in_({*LAST_DAYS, *AGES}),
            DayAtAge.conversion_action == func.coalesce(Account.conversion_action, ""),
        )
    )


def _rate(row: Row[*tuple[Any, ...]]) -> Decimal:
    """From the account's currency to the workspace's on that day; 0 leaves money out of it."""
    for converted, native in _both(row):
        if native and converted is not None:
            return Decimal(converted) / Decimal(native)
    return ZERO


def _both(row: Row[*tuple[Any, ...]]) -> Iterator[tuple[Decimal | None, Decimal | None]]:
    yield row.spend, row.native_spend
    yield row.value, row.native_value


def _money(value: Decimal | None, spend: Decimal | None, rate: Decimal) -> tuple[Decimal, Decimal]:
    return (value or ZERO) * rate, (spend or ZERO) * rate

"""How did it go: the one question behind every card, chart, table, file and call.

Reads only the daily totals, once, for the days shown and those they are compared with. Rows
in a currency without a rate are kept apart as a whole, so that no ratio mixes what was
converted with what was not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from app.metrics.figures import NOTHING, ZERO, Figures, total
from app.metrics.period import Comparison, Period
from app.metrics.platforms import is_shop
from app.metrics.sources import Source, Sources
from app.models import PlatformTotalDay as Total

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Slice:
    """One account's day.

    `apart` is what has no rate and `incomplete` a shop's net sales on a day whose tax or shipping,
    wanted in its revenue, nobody told us; both are in `currency`, the account's own.
    """

    day: dt.date
    account_id: int
    platform: str
    currency: str
    figures: Figures
    apart: Figures
    incomplete: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Apart:
    """What could not be converted on the days shown; amounts are in `currency`."""

    currency: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Days of a shop left out of its revenue; `net` is in `currency`, without tax and shipping."""

    account_id: int
    currency: str
    days: Sequence[dt.date]
    net: Decimal


@dataclass(frozen=True, slots=True)
class DayFigures:
    """`figures` is None on a day that was never read: unknown, not zero."""

    day: dt.date
    figures: Figures | None


@dataclass(frozen=True, slots=True)
class PlatformFigures:
    """`share` is the platform's part of all spend, None when nothing was spent."""

    platform: str
    figures: Figures
    share: Decimal | None


@dataclass(frozen=True)
class Performance:
    """Figures of the days shown, and everything that follows from them."""

    comparison: Comparison
    slices: Sequence[Slice]
    read_from: dt.date | None = None
    read_through: dt.date | None = None
    shops: Sequence[Source] = ()

    @cached_property
    def shown(self) -> Figures:
        """Everything on the days shown, a day that is not over included."""
        return self._of(self.comparison.shown)

    @cached_property
    def compared(self) -> Figures:
        """The days shown that are over: the side of the comparison that is now."""
        return self._of(self.comparison.over)

    @cached_property
    def before(self) -> Figures | None:
        """The other side; None when nothing is compared."""
        return self._of(self.comparison.before) if self.comparison.before else None

    @property
    def apart(self) -> list[Apart]:
        """Currencies without a rate, the largest spend first."""
        shown = [s for s in self.slices if s.day in self.comparison.shown and s.apart.anything]
        return [
            Apart(currency, figures)
            for currency, figures in sorted(
                _summed(shown, lambda s: s.currency, lambda s: s.apart).items(),
                key=lambda item: (-item[1].spend, item[0]),
            )
        ]

    @cached_property
    def unconverted(self) -> dict[int, str]:
        """Accounts with money without a rate on either side of the comparison; their currencies.

        Such days are in no sum, so one side may lack what the other has.
        """
        spans = [span for span in (self.comparison.over, self.comparison.before) if span]
        return {
            each.account_id: each.currency
            for each in self.slices
            if each.apart.anything and any(each.day in span for span in spans)
        }

    @property
    def incomplete(self) -> list[Incomplete]:
        """Shops' days without the tax or shipping that their revenue is to hold."""
        found: dict[int, list[Slice]] = {}
        for each in self.slices:
            if each.day in self.comparison.shown and each.incomplete is not None:
                found.setdefault(each.account_id, []).append(each)
        return [
            Incomplete(
                account_id,
                mine[0].currency,
                [each.day for each in mine],
                sum((each.incomplete or ZERO for each in mine), ZERO),
            )
            for account_id, mine in found.items()
        ]

    def daily(self) -> list[DayFigures]:
        """Every day shown, in order."""
        return self._days(self.comparison.shown)

    def daily_before(self) -> list[DayFigures]:
        """The days compared with, in order."""
        whole = self.comparison.whole_before
        return self._days(whole) if whole else []

    def platforms(self) -> list[PlatformFigures]:
        """Each platform on the days shown, the largest spend first."""
        shown = [s for s in self.slices if s.day in self.comparison.shown]
        by_platform = _summed(shown, lambda s: s.platform, lambda s: s.figures)
        spend = total(by_platform.values()).spend
        return [
            PlatformFigures(platform, figures, figures.spend / spend if spend else None)
            for platform, figures in sorted(
                by_platform.items(), key=lambda item: (-item[1].spend, item[0])
            )
            if figures.anything
        ]

    @cached_property
    def _by_day(self) -> dict[dt.date, Figures]:
        return _summed(self.slices, lambda s: s.day, lambda s: s.figures)

    def _of(self, period: Period | None) -> Figures:
        if period is None:
            return NOTHING
        return total(figures for day, figures in self._by_day.items() if day in period)

    def _days(self, period: Period) -> list[DayFigures]:
        by_day = self._by_day
        first = min([*by_day, *_given(self.read_from)], default=dt.date.max)
        last = max([*by_day, *_given(self.read_through)], default=dt.date.min)
        return [
            DayFigures(
                day, self._sold(day, by_day.get(day, NOTHING)) if first <= day <= last else None
            )
            for day in period
        ]

    def _sold(self, day: dt.date, figures: Figures) -> Figures:
        """With no revenue where a shop sold nothing; where none is held it stays unknown."""
        if figures.store_revenue is not None or day in self._unknown:
            return figures
        if not any(shop.holds(day) for shop in self.shops):
            return figures
        return replace(figures, store_revenue=ZERO, orders=figures.orders or 0)

    @cached_property
    def _unknown(self) -> set[dt.date]:
        """Days with sales of a shop that cannot be told in the workspace's currency or terms."""
        return {
            each.day
            for each in self.slices
            if each.incomplete is not None or each.apart.store_revenue is not None
        }


def performance(session: Session, known: Sources, comparison: Comparison) -> Performance:
    """The figures of the accounts that count, in one statement."""
    rows = session.execute(_daily_query(known, comparison)).all()
    return Performance(
        comparison,
        [_slice(row) for row in rows],
        known.read_from,
        known.read_through,
        [source for source in known.counted if is_shop(source.platform)],
    )


def _slice(row: Row[*tuple[Any, ...]]) -> Slice:
    counts = (row.conversions, row.clicks, row.impressions, row.orders)
    if row.spend is None or row.value is None:
        native = Figures(row.native_spend, row.native_value, row.native_store_net, *counts)
        return Slice(row.day, row.account_id, row.platform, row.native_currency, NOTHING, native)
    return Slice(
        row.day,
        row.account_id,
        row.platform,
        row.native_currency,
        Figures(row.spend, row.value, row.store_net, *counts),
        NOTHING,
        row.native_store_net if row.store_net is None else None,
    )


def on_days(spans: Sequence[Period]) -> ColumnElement[bool]:
    """Whether a daily total lies in any of the spans."""
    return or_(*(and_(Total.day >= span.first, Total.day <= span.last) for span in spans))


def _daily_query(known: Sources, comparison: Comparison) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Total.day,
            Total.account_id,
            Total.platform,
            Total.native_currency,
            Total.spend,
            Total.value,
            Total.store_net,
            Total.conversions,
            Total.clicks,
            Total.impressions,
            Total.orders,
            Total.native_spend,
            Total.native_value,
            Total.native_store_net,
        )
        .where(
            Total.workspace_id == known.workspace_id,
            Total.account_id.in_(known.account_ids),
            on_days(comparison.spans),
        )
        .order_by(Total.day, Total.account_id)
    )


def _summed(
    slices: Sequence[Slice], key: Callable[[Slice], Key], part: Callable[[Slice], Figures]
) -> dict[Key, Figures]:
    found: dict[Key, Figures] = {}
    for each in slices:
        found[key(each)] = found.get(key(each), NOTHING) + part(each)
    return found


def _given(day: dt.date | None) -> list[dt.date]:
    return [] if day is None else [day]

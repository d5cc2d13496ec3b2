"""Which days of which accounts were never read: their figures are unknown, not zero."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.metrics.period import Period
from app.metrics.platforms import platform_label
from app.metrics.sources import Source

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gap:
    """Platforms, or some accounts of them, and the stretches of days not read of any."""

    names: Sequence[str]
    days: Sequence[Period]


def gaps(sources: Sequence[Source], period: Period) -> list[Gap]:
    """Those of a period; what was not read on the same days is told together.

    An upload is of the days that it has; nobody said that it would have others.
    """
    found: dict[tuple[Period, ...], list[Source]] = {}
    for each in sources:
        days = tuple(_unread(each, period))
        if days and (each.kind != "upload" or touches(each, period)):
            found.setdefault(days, []).append(each)
    return [Gap(list(_names(those, sources)), days) for days, those in found.items()]


def like_for_like(sources: Iterable[Source], now: Period, before: Period) -> bool:
    """Whether each account was read on all days of both periods, or is in neither of them."""
    spans = (now, before)
    return all(
        all(_covers(each, span) for span in spans) or not any(touches(each, span) for span in spans)
        for each in sources
    )


def touches(source: Source, period: Period) -> bool:
    """Whether any day of the period was read."""
    first, last = source.history_from, source.read_through
    if first is None or last is None:
        return False
    return first <= period.last and last >= period.first


def _covers(source: Source, period: Period) -> bool:
    return source.holds(period.first) and source.holds(period.last)


def _unread(source: Source, period: Period) -> Iterator[Period]:
    first, last = source.history_from, source.read_through
    if first is None or last is None or not touches(source, period):
        yield period
        return
    if first > period.first:
        yield Period(period.first, first - _DAY)
    if last < period.last:
        yield Period(last + _DAY, period.last)


def _names(those: Sequence[Source], sources: Sequence[Source]) -> Iterator[str]:
    for platform in dict.fromkeys(each.platform for each in those):
        own = [each for each in those if each.platform == platform]
        label = platform_label(platform)
        if len(own) == sum(each.platform == platform for each in sources):
            yield label
        else:
            yield from (f"{label} ({each.name})" for each in own)

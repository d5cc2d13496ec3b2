"""What a look at some days had to leave out, and why: nothing found there says nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from app.advice import signals
from app.advice.asking import Reach, reach, settled_part
from app.advice.fitting_inputs import LONGEST_DAYS
from app.metrics.period import Period
from app.metrics.platforms import is_shop
from app.metrics.series import days_without_rate, history
from app.metrics.sources import Source, Sources


class Why(StrEnum):
    """Why something was left out."""

    NO_ACCOUNTS = "no_accounts"
    NOT_OVER = "not_over"
    NOT_READ = "not_read"
    STALE = "stale"
    NO_RATE = "no_rate"
    UNSETTLED = "unsettled"
    FEW_DAYS = "few_days"
    NO_COMPARISON = "no_comparison"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """`first` to `last` are the days it is about. `platforms` are empty where it is all of them."""

    why: Why
    first: dt.date
    last: dt.date
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where is looked. `today` is the first day that is not over."""

    session: Session
    known: Sources
    today: dt.date
    now: dt.datetime

    @property
    def spending(self) -> list[Source]:
        """The accounts that advertise."""
        return [each for each in self.known.counted if not is_shop(each.platform)]


def left_out(place: Place, asked: Period, before: Period | None) -> list[LeftOut]:
    """Everything that kept a look at the asked days from being whole; `before` is compared with."""
    if not place.spending:
        return [_of(Why.NO_ACCOUNTS, asked)]
    over = asked.before(place.today)
    if over is None:
        return [_of(Why.NOT_OVER, asked)]
    found = list(_of_reading(place, over))
    if over != asked:
        found.insert(0, LeftOut(Why.NOT_OVER, place.today, asked.last))
    seen = reach(place.known, over, before, place.today)
    return [*found, *_without_rate(place, over), *_of_settling(place, over, before, seen)]


def _of(why: Why, days: Period, platforms: set[str] | None = None) -> LeftOut:
    return LeftOut(why, days.first, days.last, tuple(sorted(platforms or ())))


def _of_reading(place: Place, over: Period) -> Iterator[LeftOut]:
    """What was never read, and what should have been and is not any more."""
    missing = {
        each.platform
        for each in place.spending
        if not _ended(each, over) and not (each.holds(over.first) and each.holds(over.last))
    }
    if missing:
        yield _of(Why.NOT_READ, over, missing)
    silent = signals.behind_platforms(place.known, over.last, place.now) - missing
    if silent:
        yield _of(Why.STALE, over, silent)


def _ended(source: Source, over: Period) -> bool:
    """Whether it was given up before these days, so that nothing of them is missing."""
    return not source.live and (source.read_through is None or source.read_through < over.first)


def _without_rate(place: Place, over: Period) -> Iterator[LeftOut]:
    learnt = history(place.known, over.last, LONGEST_DAYS)
    first = min(over.first, learnt.first) if learnt else over.first
    found = days_without_rate(place.session, place.known, Period(first, over.last))
    if found is not None:
        platforms, days = found
        yield _of(Why.NO_RATE, days, platforms)


def _of_settling(
    place: Place, over: Period, before: Period | None, seen: Reach | None
) -> Iterator[LeftOut]:
    settled = settled_part(place.known, over, place.today)
    if settled is None:
        yield _of(Why.UNSETTLED, over)
    elif settled != over:
        yield LeftOut(Why.UNSETTLED, settled.last + dt.timedelta(days=1), over.last)
    if seen is None:
        yield _of(Why.FEW_DAYS, over)
    elif before is not None and seen.compared is None:
        yield _of(Why.NO_COMPARISON, before)

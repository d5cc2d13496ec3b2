"""Conversions that stop on several platforms at once: one incident."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from app.insights.breaks import GONE, HISTORY, WINDOWS, Lasting, breaks, counted, lasting
from app.insights.maturity import FloatArray


@dataclass(frozen=True, slots=True)
class Broken:
    """Its counts are those of `platforms`, rows; `whole`: told of all platforms together."""

    platforms: tuple[int, ...]
    found: Lasting
    whole: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """(platforms, days) of each; `share` is how much has arrived."""

    clicks: FloatArray
    conversions: FloatArray
    share: FloatArray

    def of(self, row: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """One platform's."""
        return self.clicks[row], self.conversions[row], self.share[row]

    def pooled(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Of all together, as far as they have arrived."""
        due = np.nansum(self.clicks * self.share, axis=0)
        return due, np.nansum(self.conversions, axis=0), np.ones(len(due))


def broken(counts: Counts, tail: float, within: int) -> list[Broken]:
    """By platform; of all together where all broke at once, or no platform tells it by itself."""
    rows = range(len(counts.clicks))
    raised = {row: breaks(*counts.of(row), tail) for row in rows}
    alone = [Broken((row,), each) for row in rows for each in lasting(raised[row], *counts.of(row))]
    found = _together(sorted(alone, key=lambda each: _order(each, counts)), counts)
    if len(rows) > 1:
        told = {each.day for several in raised.values() for each in several}
        # Not from its first day on: what all together told before it did stays told.
        told |= {day for one in alone for day in range(one.found.day, one.found.until + 1)}
        pooled = [
            each
            for each in breaks(*counts.pooled(), tail)
            if not told & set(range(each.day - within, each.day + 1))
        ]
        for each in lasting(pooled, *counts.pooled()):
            found.append(Broken(_without(counts, each), each, whole=True))
    return found


def _order(one: Broken, counts: Counts) -> tuple[int, float]:
    """By day; of one day the most clicked before it, which is the same from night to night."""
    before = slice(max(0, one.found.start - HISTORY), one.found.start)
    return one.found.day, -float(np.nansum(counts.clicks[one.platforms[0], before]))


def _together(alone: list[Broken], counts: Counts) -> list[Broken]:
    """The first of those that began together, with the others as far as they last as long."""
    found: list[Broken] = []
    for each in alone:
        place = next((at for at, one in enumerate(found) if _began_with(one, each, counts)), None)
        if place is None:
            found.append(each)
        else:
            found[place] = _with(found[place], each)
    return [replace(each, whole=_at_once(each, alone, counts)) for each in found]


def _began_with(one: Broken, later: Broken, counts: Counts) -> bool:
    """Whether nothing tells that its conversions still came when the other's did no more."""
    first, other = one.found, later.found
    if later.platforms[0] in one.platforms or other.over != first.over:
        return False
    if abs(other.start - first.start) >= WINDOWS[-1] or other.start > first.until:
        return False
    if other.over and abs(other.until - first.until) > 1:
        return False
    clicks, conversions, share = counts.of(later.platforms[0])
    due, seen = np.nan_to_num(clicks * share), np.nan_to_num(conversions)
    own, between = slice(other.start, other.until + 1), slice(first.start, other.start)
    usual = due * (other.expected / due[own].sum())
    return not counted(usual[between], seen[between])


def _with(one: Broken, other: Broken) -> Broken:
    counted = replace(
        one.found,
        until=max(one.found.until, other.found.until),
        expected=one.found.expected + other.found.expected,
        seen=one.found.seen + other.found.seen,
        told=one.found.told + other.found.told,
    )
    return Broken((*one.platforms, *other.platforms), counted)


def _at_once(one: Broken, alone: list[Broken], counts: Counts) -> bool:
    """Whether every platform that had clicks broke with it, told on the same day."""
    days = slice(one.found.start, one.found.day + 1)
    going = {row for row in range(len(counts.clicks)) if np.nansum(counts.clicks[row, days]) > 0}
    same = {
        each.platforms[0]
        for each in alone
        if each.platforms[0] in one.platforms and each.found.day == one.found.day
    }
    return len(same) > 1 and going <= same


def _without(counts: Counts, found: Lasting) -> tuple[int, ...]:
    """The platforms that have as few as all together, of those days and the six weeks before."""
    days = slice(found.start, found.until + 1)
    before = slice(max(0, found.start - HISTORY), found.start)
    due = np.nan_to_num(counts.clicks * counts.share)
    seen = np.nan_to_num(counts.conversions)
    rate = seen[:, before].sum(axis=1) / np.maximum(due[:, before].sum(axis=1), 1e-12)
    usual = rate * due[:, days].sum(axis=1)
    few = (usual > 0) & (seen[:, days].sum(axis=1) <= GONE * usual)
    return tuple(int(row) for row in np.flatnonzero(few))

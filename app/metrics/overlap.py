"""Uploads that stand beside a synced account of the same platform: perhaps the same money twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from app.metrics.performance import Performance
from app.metrics.sources import Source, Sources


@dataclass(frozen=True, slots=True)
class Overlap:
    """An uploaded and a synced account that both spent on `days` of the days shown."""

    uploaded: Source
    synced: Source
    days: int


def overlaps(known: Sources, found: Performance) -> list[Overlap]:
    """Every such pair, the most days first.

    An export rarely says which account it is of, so only a person can tell whether two are one.
    """
    spent: dict[int, set[dt.date]] = {}
    for each in found.slices:
        if each.day in found.comparison.shown and each.figures.spend + each.apart.spend > 0:
            spent.setdefault(each.account_id, set()).add(each.day)
    mine = [source for source in known.counted if source.account_id in spent]
    pairs = [
        Overlap(uploaded, synced, len(spent[uploaded.account_id] & spent[synced.account_id]))
        for uploaded in mine
        if uploaded.kind == "upload"
        for synced in mine
        if synced.kind != "upload" and synced.platform == uploaded.platform
    ]
    return sorted((pair for pair in pairs if pair.days), key=lambda pair: -pair.days)

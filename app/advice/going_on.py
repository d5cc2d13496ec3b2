"""Which accounts of a platform go on, so that what they spend is what a test of it may change."""

from __future__ import annotations

import datetime as dt

from app.insights.review_days import UNSETTLED_DAYS
from app.metrics.sources import Source, Sources


def going_on(known: Sources, platform: str, day: dt.date) -> list[Source]:
    """Those that are read live, and uploads that reach about as far as the day."""
    return [each for each in known.counted if each.platform == platform and goes_on(each, day)]


def begun_with(known: Sources, platform: str, first: dt.date) -> list[Source]:
    """Those that a test which began on the day may move, cut since or not."""
    cut = [
        each
        for each in known.counted
        if each.platform == platform and _is_cut(each) and _reaches(each, first)
    ]
    return [*going_on(known, platform, first), *cut]


def goes_on(source: Source, day: dt.date) -> bool:
    """Whether it is read live, or was uploaded up to about the day."""
    if source.kind == "upload":
        return _reaches(source, day - dt.timedelta(days=UNSETTLED_DAYS))
    return source.live


def _is_cut(source: Source) -> bool:
    return source.kind != "upload" and not source.live


def _reaches(source: Source, day: dt.date) -> bool:
    return source.read_through is not None and source.read_through >= day

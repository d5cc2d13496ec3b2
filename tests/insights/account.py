"""An invented account for the rules on wins and concerns: quiet, until a test changes something."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from app.insights.finding import Entity
from app.insights.period import FIELDS, Daily, PeriodFigures, Sums, Thing

FIRST, LAST = dt.date(2026, 11, 1), dt.date(2026, 11, 30)
BEFORE_FIRST, BEFORE_LAST = dt.date(2026, 10, 2), dt.date(2026, 10, 31)
GOOGLE = Entity("platform", "google_ads", "Google", "google_ads")
META = Entity("platform", "meta_ads", "Meta", "meta_ads")
SEARCH = Entity("channel", "google_ads/search", "Google Search", "google_ads")
FEED = Entity("channel", "meta_ads/feed", "Meta Feed", "meta_ads")
WORKSPACE = Entity("workspace", "1", "Northlight Coffee")
DAY = Sums(100, 10_000, 100, 4, 250)


def level(day: Sums = DAY, days: int = 30) -> Daily:
    """So much every day."""
    return Daily(*((getattr(day, each),) * days for each in FIELDS))


def campaign(
    name: str,
    now: Daily | None = None,
    before: Daily | None = None,
    channel: Entity = SEARCH,
    **more: Any,
) -> Thing:
    """A campaign of a channel; both periods are level days unless given."""
    platform = GOOGLE if channel.platform == "google_ads" else META
    now, before = now or level(), before or level()
    return Thing(
        entity=Entity("campaign", name, name, channel.platform),
        now=now.sums(),
        before=before.sums(),
        daily=now,
        daily_before=before,
        within=(platform, channel),
        **more,
    )


def returning(roas: float, conversions: float = 4, name: str = "A", **more: Any) -> Thing:
    """A campaign of 100 a day with that ROAS, now and before."""
    days = level(Sums(100, 10_000, 100, conversions, 100 * roas))
    return campaign(name, days, days, **more)


def figures(campaigns: Sequence[Thing], **more: Any) -> PeriodFigures:
    """An account of these campaigns, with its platforms and channels added up."""
    within = {entity: None for each in campaigns for entity in each.within}
    platforms = [each for each in within if each.kind == "platform"]
    channels = [each for each in within if each.kind == "channel"]
    given: dict[str, Any] = {
        "first": FIRST,
        "last": LAST,
        "before_first": BEFORE_FIRST,
        "before_last": BEFORE_LAST,
        "currency": "USD",
        "workspace": _together(WORKSPACE, campaigns),
        "platforms": tuple(_of(each, campaigns) for each in platforms),
        "channels": tuple(
            replace(_of(each, campaigns), within=(_platform(each),)) for each in channels
        ),
        "campaigns": tuple(campaigns),
    }
    return PeriodFigures(**{**given, **more})


def _platform(channel: Entity) -> Entity:
    return GOOGLE if channel.platform == "google_ads" else META


def _of(entity: Entity, campaigns: Sequence[Thing]) -> Thing:
    return _together(entity, [each for each in campaigns if entity in each.within])


def _together(entity: Entity, campaigns: Sequence[Thing]) -> Thing:
    daily = _added([each.daily for each in campaigns])
    before = _added([each.daily_before for each in campaigns])
    return Thing(
        entity=entity,
        now=sum((each.now for each in campaigns), Sums()),
        before=sum((each.before for each in campaigns), Sums()),
        daily=daily,
        daily_before=before,
    )


def _added(several: Sequence[Daily | None]) -> Daily | None:
    known = [each for each in several if each]
    if not known or len({len(each) for each in known}) > 1:
        return None
    return Daily(
        *(
            tuple(map(sum, zip(*(getattr(each, name) for each in known), strict=True)))
            for name in FIELDS
        )
    )

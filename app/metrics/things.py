"""What the rules on wins and concerns look at, from the workspace down to its ads."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.insights.finding import Entity
from app.insights.period import FIELDS, Daily, Sums, Thing
from app.metrics import rule_rows
from app.metrics.period import Period
from app.metrics.platforms import platform_label
from app.metrics.reach import Frequency, frequencies

# Words in the objectives and bids of campaigns that are not after conversions.
_NOT_FOR_RESULTS = ("AWARENESS", "REACH", "VIDEO_VIEW", "ENGAGEMENT", "TARGET_CPM", "IMPRESSION")


class Days:
    """What happened on each day of both periods and between: by field, one entry a day."""

    def __init__(self, now: Period, before: Period | None) -> None:
        self.now, self.before = now, before
        spans = [now, *([before] if before else [])]
        self._first = min(each.first for each in spans).toordinal()
        count = max(each.last for each in spans).toordinal() - self._first + 1
        self.columns = [[0.0] * count for _ in FIELDS]

    @classmethod
    def together(cls, several: Sequence[Days]) -> Days:
        """Added up; all are of the same periods."""
        made = cls(several[0].now, several[0].before)
        of_field = zip(*(each.columns for each in several), strict=True)
        made.columns = [list(map(sum, zip(*columns, strict=True))) for columns in of_field]
        return made

    def add(self, day: dt.date, figures: Sequence[Any]) -> None:
        """Figures in the order of FIELDS."""
        place = day.toordinal() - self._first
        for column, amount in zip(self.columns, figures, strict=True):
            column[place] += float(amount)

    def daily(self, period: Period | None) -> Daily | None:
        """One entry for each day; what is below nothing was taken back and counts as nothing."""
        if period is None:
            return None
        start = period.first.toordinal() - self._first
        ours = slice(start, start + len(period))
        return Daily(*([max(each, 0.0) for each in column[ours]] for column in self.columns))


@dataclass(frozen=True, slots=True)
class Things:
    """Of all levels. Campaigns that did nothing in either period are left out."""

    workspace: Thing
    platforms: tuple[Thing, ...] = ()
    channels: tuple[Thing, ...] = ()
    placements: tuple[Thing, ...] = ()
    campaigns: tuple[Thing, ...] = ()
    ads: tuple[Thing, ...] = ()


def things(
    session: Session,
    workspace: tuple[int, str],
    accounts: Sequence[int],
    now: Period,
    before: Period | None,
) -> Things:
    """Everything of these accounts; `workspace` is its id and name."""
    spans = [now, *([before] if before else [])]
    by_campaign: dict[int, Days] = defaultdict(lambda: Days(now, before))
    for campaign, day, *figures in rule_rows.campaign_days(session, workspace[0], accounts, spans):
        by_campaign[campaign].add(day, figures)
    often = _often(session, workspace[0], now)
    described = rule_rows.described_campaigns(session, workspace[0], accounts)
    campaigns = {
        row.id: _campaign(row, by_campaign[row.id], often.get(row.id))
        for row in described
        if row.id in by_campaign
    }
    whole = Entity("workspace", str(workspace[0]), workspace[1])
    return Things(
        workspace=_together(whole, by_campaign.values(), now, before),
        platforms=_grouped(campaigns, by_campaign, "platform"),
        channels=_grouped(campaigns, by_campaign, "channel"),
        placements=_placements(session, workspace[0], accounts, campaigns, now, before),
        campaigns=tuple(campaigns.values()),
        ads=_ads(session, workspace[0], accounts, campaigns, now, before),
    )


def _often(session: Session, workspace_id: int, days: Period) -> dict[int, Frequency]:
    """By campaign, of the longest span within these days that is told.

    Only spans as the platform told them: people are not added up over days.
    """
    found: dict[int, Frequency] = {}
    for length in (7, 28):
        told = frequencies(session, workspace_id, days.last, length)
        found |= {number: each for number, each in told.items() if each.first >= days.first}
    return found


def platform_entity(slug: str) -> Entity:
    """The platform as a finding names it."""
    return Entity("platform", slug, platform_label(slug), slug)


def _campaign(row: Row[*tuple[Any, ...]], days: Days, often: Frequency | None) -> Thing:
    entity = Entity("campaign", str(row.id), row.name, row.platform)
    daily = row.budget_kind == "daily" and row.budget is not None and row.rate is not None
    words = row.objective.upper()
    return _thing(
        entity,
        days,
        within=tuple(_around(row)),
        status=row.status,
        platform_status=row.platform_status,
        daily_budget=float(row.budget * row.rate) if daily else None,
        frequency=float(often.frequency) if often else None,
        frequency_days=(often.first, often.last) if often else None,
        for_results=not any(each in words for each in _NOT_FOR_RESULTS),
    )


def _around(row: Row[*tuple[Any, ...]]) -> Iterable[Entity]:
    yield platform_entity(row.platform)
    if row.channel and "," not in row.channel:
        name = f"{platform_label(row.platform)} {row.channel.replace('_', ' ')}"
        yield Entity("channel", f"{row.platform}/{row.channel}", name, row.platform)


def _thing(entity: Entity, days: Days, **known: Any) -> Thing:
    now, before = days.daily(days.now), days.daily(days.before)
    return Thing(
        entity=entity,
        now=now.sums() if now else Sums(),
        before=before.sums() if before else Sums(),
        daily=now,
        daily_before=before,
        **known,
    )


def _together(
    entity: Entity,
    several: Iterable[Days],
    now: Period,
    before: Period | None,
    within: tuple[Entity, ...] = (),
) -> Thing:
    parts = list(several)
    days = Days.together(parts) if parts else Days(now, before)
    return _thing(entity, days, within=within)


def _grouped(
    campaigns: Mapping[int, Thing], by_campaign: Mapping[int, Days], kind: str
) -> tuple[Thing, ...]:
    """Platforms, or channels, each with the campaigns that are in it."""
    found: dict[Entity, list[int]] = defaultdict(list)
    for number, thing in campaigns.items():
        for entity in thing.within:
            if entity.kind == kind:
                found[entity].append(number)
    made = []
    for entity, numbers in found.items():
        parts = [by_campaign[each] for each in numbers]
        around = (platform_entity(entity.platform),) if kind == "channel" else ()
        made.append(_together(entity, parts, parts[0].now, parts[0].before, around))
    return tuple(sorted(made, key=lambda each: each.entity.key))


def _placements(
    session: Session,
    workspace_id: int,
    accounts: Sequence[int],
    campaigns: Mapping[int, Thing],
    now: Period,
    before: Period | None,
) -> tuple[Thing, ...]:
    parts: dict[Entity, list[Thing]] = defaultdict(list)
    for row in rule_rows.placement_sums(session, workspace_id, accounts, now, before):
        campaign = campaigns.get(row.campaign_id)
        if campaign:
            place = _placement(campaign.entity.platform, row.placement)
            parts[place].append(_part(campaign, row))
    days: dict[Entity, Days] = defaultdict(lambda: Days(now, before))
    spans = [now, *([before] if before else [])]
    for platform, placement, day, *figures in rule_rows.placement_days(
        session, workspace_id, accounts, spans
    ):
        days[_placement(platform, placement)].add(day, figures)
    return tuple(
        _thing(each, days[each], within=(platform_entity(each.platform),), parts=tuple(parts[each]))
        for each in sorted(parts, key=lambda each: each.key)
    )


def _placement(platform: str, word: str) -> Entity:
    name = f"{platform_label(platform)} {word.replace('_', ' ').title()}"
    return Entity("placement", f"{platform}/{word}", name, platform)


def _part(campaign: Thing, row: Row[*tuple[Any, ...]]) -> Thing:
    return Thing(
        entity=campaign.entity,
        now=_sums(row, "now_"),
        before=_sums(row, "before_"),
        within=campaign.within,
    )


def _ads(
    session: Session,
    workspace_id: int,
    accounts: Sequence[int],
    campaigns: Mapping[int, Thing],
    now: Period,
    before: Period | None,
) -> tuple[Thing, ...]:
    made = []
    for row in rule_rows.ad_sums(session, workspace_id, accounts, now, before):
        campaign = campaigns.get(row.campaign_id)
        if campaign is None:
            continue
        made.append(
            Thing(
                entity=Entity("ad", str(row.id), row.name, campaign.entity.platform),
                now=_sums(row, "now_"),
                before=_sums(row, "before_"),
                within=(*campaign.within, campaign.entity),
                status=row.status,
                platform_status=row.platform_status,
                for_results=campaign.for_results,
            )
        )
    return tuple(made)


def _sums(row: Row[*tuple[Any, ...]], prefix: str) -> Sums:
    amounts = (getattr(row, prefix + each, None) for each in FIELDS)
    return Sums(*(max(float(each or 0), 0.0) for each in amounts))

"""One campaign from near: its days, its parts and its placements.

The days come from the daily totals in the workspace's currency. Ad sets, ads and placements
are read at their own grain, in the account's currency; their sums need not equal the
campaign's, because platforms do not break down everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.metrics.figures import NOTHING, Figures, total
from app.metrics.performance import DayFigures
from app.metrics.period import Period
from app.metrics.sources import Source, Sources
from app.models import (
    Ad,
    AdDay,
    AdGroup,
    Campaign,
    CampaignTotalDay,
    PlacementDay,
)


@dataclass(frozen=True, slots=True)
class Part:
    """An ad set, an ad or a placement; figures are in the account's currency. `id` is an ad's."""

    name: str
    status: str
    figures: Figures
    id: int | None = None


@dataclass(frozen=True, slots=True)
class AdSet:
    """An ad set with its ads, the largest spend first."""

    part: Part
    ads: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Near:
    """A campaign and its account; `apart` is in the account's currency, of days without a rate."""

    campaign: Campaign
    source: Source
    days: Sequence[DayFigures]
    apart: Figures

    @property
    def figures(self) -> Figures:
        return total(day.figures for day in self.days if day.figures)

    @property
    def status(self) -> str:
        return "removed" if self.campaign.removed_at else self.campaign.status


def campaign_near(
    session: Session, known: Sources, campaign_id: int, period: Period
) -> Near | None:
    """The campaign; None when it is not of an account that counts in this workspace."""
    campaign = session.scalar(
        select(Campaign).where(
            Campaign.id == campaign_id,
            Campaign.workspace_id == known.workspace_id,
            Campaign.account_id.in_(known.account_ids),
        )
    )
    if campaign is None:
        return None
    source = next(each for each in known.counted if each.account_id == campaign.account_id)
    rows = session.scalars(
        select(CampaignTotalDay).where(
            CampaignTotalDay.workspace_id == known.workspace_id,
            CampaignTotalDay.campaign_id == campaign_id,
            CampaignTotalDay.day.between(period.first, period.last),
        )
    ).all()
    return Near(campaign, source, _days(rows, source, period), total(_apart(row) for row in rows))


def campaign_of_ad(session: Session, workspace_id: int, ad_id: int) -> int:
    """Raises NotFound, also for another workspace's ad."""
    found = session.scalar(
        select(Ad.campaign_id).where(Ad.id == ad_id, Ad.workspace_id == workspace_id)
    )
    if found is None:
        raise NotFound
    return found


def with_ad(sets: Sequence[AdSet], ad_id: int) -> list[AdSet]:
    """The ad set that the ad is in; none where it is not among them."""
    return [each for each in sets if any(ad.id == ad_id for ad in each.ads)]


def ad_sets(session: Session, near: Near, period: Period, ad_id: int | None = None) -> list[AdSet]:
    """The campaign's ad sets and ads, the largest spend first. Ads without a set come last.

    An ad that is asked for stands there whatever it brought.
    """
    rows = session.execute(
        _sums(AdDay)
        .add_columns(Ad.id, Ad.name, Ad.status, Ad.removed_at, Ad.ad_group_id)
        .select_from(Ad)
        .outerjoin(AdDay, (AdDay.ad_id == Ad.id) & AdDay.day.between(period.first, period.last))
        .where(Ad.workspace_id == near.campaign.workspace_id, Ad.campaign_id == near.campaign.id)
        .group_by(Ad.id)
    ).all()
    groups = session.execute(
        select(AdGroup.id, AdGroup.name, AdGroup.status, AdGroup.removed_at).where(
            AdGroup.workspace_id == near.campaign.workspace_id,
            AdGroup.campaign_id == near.campaign.id,
        )
    ).all()
    by_group: dict[int | None, list[Part]] = {group.id: [] for group in groups}
    for row in rows:
        part = Part(row.name, _status(row), _native(row), row.id)
        if part.figures.anything or row.removed_at is None or row.id == ad_id:
            by_group.setdefault(row.ad_group_id, []).append(part)
    named = {group.id: (group.name, _status(group)) for group in groups}
    return _largest_first(
        AdSet(
            Part(*named.get(key, ("Without an ad set", "active")), total(a.figures for a in ads)),
            sorted(ads, key=lambda ad: (-ad.figures.spend, ad.name)),
        )
        for key, ads in by_group.items()
    )


def placements(session: Session, near: Near, period: Period) -> list[Part]:
    """Where the campaign was shown, by the platform's own words."""
    rows = session.execute(
        _sums(PlacementDay)
        .add_columns(PlacementDay.placement)
        .where(
            PlacementDay.workspace_id == near.campaign.workspace_id,
            PlacementDay.campaign_id == near.campaign.id,
            PlacementDay.day.between(period.first, period.last),
        )
        .group_by(PlacementDay.placement)
        .order_by(func.sum(PlacementDay.spend).desc(), PlacementDay.placement)
    )
    return [Part(row.placement, "active", _native(row)) for row in rows]


def _days(rows: Sequence[CampaignTotalDay], source: Source, period: Period) -> list[DayFigures]:
    by_day = {row.day: _converted(row) for row in rows}
    first = min([*by_day, *([source.history_from] if source.history_from else [])], default=None)
    last = max([*by_day, *([source.read_through] if source.read_through else [])], default=None)
    return [
        DayFigures(
            day,
            by_day.get(day, NOTHING) if first and last and first <= day <= last else None,
        )
        for day in period
    ]


def _converted(row: CampaignTotalDay) -> Figures:
    if row.spend is None or row.value is None:
        return NOTHING
    return Figures(row.spend, row.value, None, row.conversions, row.clicks, row.impressions)


def _apart(row: CampaignTotalDay) -> Figures:
    if row.spend is not None:
        return NOTHING
    return Figures(
        row.native_spend, row.native_value, None, row.conversions, row.clicks, row.impressions
    )


def _sums(of: type[AdDay | PlacementDay]) -> Select[*tuple[Any, ...]]:
    """In the order of Figures, without the shop's columns."""
    columns = (of.spend, of.conversion_value, of.conversions, of.clicks, of.impressions)
    return select(*(func.coalesce(func.sum(column), 0) for column in columns))


def _native(row: Row[*tuple[Any, ...]]) -> Figures:
    spend, value, conversions, clicks, impressions = row[:5]
    return Figures(spend, value, None, conversions, int(clicks), int(impressions))


def _status(row: Any) -> str:
    return "removed" if row.removed_at else str(row.status)


def _largest_first(sets: Iterable[AdSet]) -> list[AdSet]:
    return sorted(sets, key=lambda each: (-each.part.figures.spend, each.part.name))

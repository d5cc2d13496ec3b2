"""What a thing that a finding is about amounted to over a stretch of days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.insights.finding import Entity
from app.insights.period import FIELDS, Sums
from app.metrics.period import Period
from app.models import Campaign, CampaignTotalDay

_MEASURED = ("workspace", "platform", "channel", "campaign")


def can_measure(entity: Entity) -> bool:
    """Whether `measured` knows its days: ads and placements are kept in other currencies."""
    return entity.kind in _MEASURED


def measured(
    session: Session, workspace_id: int, accounts: Sequence[int], entity: Entity, days: Period
) -> Sums | None:
    """Added up over these days of these accounts; None where a day has no rate.

    In the workspace's currency. What is below nothing was taken back and counts as nothing.
    """
    own = CampaignTotalDay
    asked: Select[*tuple[Any, ...]] = select(
        func.count().filter(own.spend.is_(None) | own.value.is_(None)),
        *(func.coalesce(func.sum(getattr(own, each)), 0) for each in FIELDS),
    ).where(
        own.workspace_id == workspace_id,
        own.account_id.in_(accounts),
        own.day.between(days.first, days.last),
        *_of(entity),
    )
    without_rate, *amounts = session.execute(asked).one()
    if without_rate:
        return None
    return Sums(*(max(float(each), 0.0) for each in amounts))


def _of(entity: Entity) -> list[ColumnElement[bool]]:
    own = CampaignTotalDay
    match entity.kind:
        case "platform":
            return [own.platform == entity.key]
        case "campaign":
            return [own.campaign_id == int(entity.key)]
        case "channel":
            platform, _, word = entity.key.partition("/")
            campaigns = select(Campaign.id).where(
                Campaign.workspace_id == own.workspace_id, Campaign.channel == word
            )
            return [own.platform == platform, own.campaign_id.in_(campaigns)]
        case _:
            return []

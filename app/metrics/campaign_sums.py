"""What each campaign of an account brought over some days, and what it is after."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.insights.period import FIELDS, Sums
from app.metrics.period import Period
from app.models import Campaign
from app.models import CampaignTotalDay as Total


@dataclass(frozen=True, slots=True)
class CampaignSums:
    """Money is in the workspace's currency."""

    campaign_id: int
    name: str
    objective: str
    sums: Sums


def campaign_sums(
    session: Session, workspace_id: int, account_id: int, days: Period
) -> dict[int, CampaignSums]:
    """By campaign id; one with a day without an exchange rate is left out.

    What is below nothing was taken back and counts as nothing.
    """
    rows = session.execute(
        select(
            Campaign.id,
            Campaign.name,
            Campaign.objective,
            *(func.coalesce(func.sum(getattr(Total, each)), 0) for each in FIELDS),
        )
        .join(Total, Total.campaign_id == Campaign.id)
        .where(
            Campaign.workspace_id == workspace_id,
            Total.workspace_id == workspace_id,
            Total.account_id == account_id,
            Total.day.between(days.first, days.last),
        )
        .group_by(Campaign.id)
        .having(func.count().filter(Total.spend.is_(None) | Total.value.is_(None)) == 0)
    )
    return {
        number: CampaignSums(
            number, name, objective, Sums(*(max(float(each), 0.0) for each in amounts))
        )
        for number, name, objective, *amounts in rows
    }

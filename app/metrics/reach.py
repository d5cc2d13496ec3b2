"""How often people saw a campaign: impressions by reach, both of one span of the platform's.

Never summed over days, campaigns or ads: the same people return.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.models import CampaignReach

# An older answer says nothing about now.
_STALE = dt.timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Frequency:
    """Of one campaign in the `days` days up to `last`."""

    campaign_id: int
    last: dt.date
    days: int
    reach: int
    impressions: int

    @property
    def first(self) -> dt.date:
        """The first day of the span."""
        return self.last - dt.timedelta(days=self.days - 1)

    @property
    def frequency(self) -> Decimal:
        """How often each person saw it on average, 1 or more."""
        return Decimal(self.impressions) / self.reach


def frequencies(
    session: Session, workspace_id: int, last: dt.date, days: int = 7
) -> dict[int, Frequency]:
    """The newest answer at or shortly before a day, by campaign id; none where nobody told."""
    rows = session.scalars(
        select(CampaignReach)
        .where(
            CampaignReach.workspace_id == workspace_id,
            CampaignReach.days == days,
            CampaignReach.last <= last,
            CampaignReach.last > last - _STALE,
            CampaignReach.reach > 0,
        )
        .ext(distinct_on(CampaignReach.campaign_id))
        .order_by(CampaignReach.campaign_id, CampaignReach.last.desc())
    )
    return {
        row.campaign_id: Frequency(row.campaign_id, row.last, row.days, row.reach, row.impressions)
        for row in rows
    }

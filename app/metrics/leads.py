"""Claims that are known to be no sales: those of campaigns or accounts that are after leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from app.metrics.claim import NO_CLAIM, Claim
from app.metrics.figures import ZERO
from app.metrics.period import Period
from app.metrics.sources import Source, Sources
from app.models import Campaign
from app.models import CampaignTotalDay as Total

# Words in a campaign's objective, or in the conversion type of an account, that mean no sale.
NO_SALES = ("lead", "job_applicant")

Leads = Mapping[tuple[int, dt.date], Claim]


def claimed_leads(session: Session, known: Sources, days: Period) -> dict[str, Claim]:
    """By platform what is claimed of these days that is known to be no sale."""
    after = [each.account_id for each in known.counted if _after_leads(each)]
    rows: Sequence[Row[*tuple[int, Decimal, Decimal | None]]] = session.execute(
        select(Total.account_id, func.sum(Total.conversions), func.sum(Total.value))
        .where(
            Total.workspace_id == known.workspace_id,
            Total.account_id.in_(after),
            Total.day.between(days.first, days.last),
            Total.spend.is_not(None),
        )
        .group_by(Total.account_id)
    ).all()
    whole = {row[0]: Claim(row[1], row[2] or ZERO) for row in rows}
    leads: dict[int, Claim] = {}
    for (number, _), claim in campaign_leads(session, known, days).items():
        leads[number] = leads.get(number, NO_CLAIM) + claim
    return by_platform(
        (each, whole.get(each.account_id, NO_CLAIM), leads.get(each.account_id, NO_CLAIM))
        for each in known.counted
    )


def campaign_leads(session: Session, known: Sources, shown: Period) -> Leads:
    """What campaigns after leads claim, by account and day."""
    rows = session.execute(
        select(
            Total.account_id,
            Total.day,
            func.sum(Total.conversions),
            func.sum(Total.value),
        )
        .join(Campaign, Campaign.id == Total.campaign_id)
        .where(
            Total.workspace_id == known.workspace_id,
            Total.account_id.in_(known.account_ids),
            Total.day.between(shown.first, shown.last),
            Total.spend.is_not(None),
            or_(*(Campaign.objective.icontains(word, autoescape=True) for word in NO_SALES)),
        )
        .group_by(Total.account_id, Total.day)
    )
    return {(account, day): Claim(count, value or ZERO) for account, day, count, value in rows}


def no_sales(source: Source, whole: Claim, leads: Claim) -> Claim:
    """What of an account's claims is no sale: those of its campaigns after leads, or all."""
    return whole if _after_leads(source) else leads


def by_platform(claims: Iterable[tuple[Source, Claim, Claim]]) -> dict[str, Claim]:
    """What is no sale of accounts, each with its whole claims and its campaigns' after leads."""
    sums: dict[str, Claim] = {}
    for source, whole, leads in claims:
        claim = no_sales(source, whole, leads)
        if claim != NO_CLAIM:
            sums[source.platform] = sums.get(source.platform, NO_CLAIM) + claim
    return sums


def _after_leads(source: Source) -> bool:
    chosen = (source.conversion_action or "").lower()
    return any(word in chosen for word in NO_SALES)

"""The same questions about some of the accounts, or some of the campaigns, only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.metrics.claims import StoreAgainstClaims, store_against_claims
from app.metrics.figures import NOTHING, Figures
from app.metrics.performance import Performance, Slice, on_days, performance
from app.metrics.period import Comparison
from app.metrics.platforms import is_shop
from app.metrics.sources import Sources
from app.models import Campaign, PlatformTotalDay
from app.models import CampaignTotalDay as Total


@dataclass(frozen=True, slots=True)
class Choice:
    """Some platforms, accounts and campaigns; empty means all."""

    platforms: Collection[str] = ()
    accounts: Collection[int] = ()
    campaigns: Collection[int] = ()

    def among(self, known: Sources) -> Sources:
        """The chosen accounts, of chosen campaigns their neighbours too."""
        return narrowed(known, self.platforms, self.accounts)

    def of(self, session: Session, known: Sources) -> Sources:
        """The accounts that the figures are of."""
        own = self.among(known)
        return _of_campaigns(session, own, self.campaigns) if self.campaigns else own

    def performance(self, session: Session, known: Sources, comparison: Comparison) -> Performance:
        """The figures of what is chosen. `known` are its own accounts."""
        if self.campaigns:
            return _campaigns_performance(session, known, comparison, self.campaigns)
        return performance(session, known, comparison)

    def is_split(
        self, session: Session, whole: Sources, known: Sources, found: Performance
    ) -> bool:
        """Whether narrowing took spend and shops' sales apart: neither may divide the other.

        That is when something was spent here, on the days shown or compared with, while the sales
        of a shop or the spend beside it are left out. A shop's sales belong to no campaign.
        """
        return bool(self.campaigns) or _is_split(session, whole, known, found)


def narrowed(known: Sources, platforms: Collection[str], accounts: Collection[int]) -> Sources:
    """Only sources of these platforms and accounts; empty means all."""
    counted = [
        source
        for source in known.counted
        if (not platforms or source.platform in platforms)
        and (not accounts or source.account_id in accounts)
    ]
    return replace(known, counted=counted)


def _of_campaigns(session: Session, known: Sources, campaigns: Collection[int]) -> Sources:
    """Only the accounts of these campaigns."""
    own = select(Campaign.account_id).where(
        Campaign.workspace_id == known.workspace_id, Campaign.id.in_(campaigns)
    )
    accounts = set(session.scalars(own))
    return replace(known, counted=[each for each in known.counted if each.account_id in accounts])


def _is_split(session: Session, whole: Sources, known: Sources, found: Performance) -> bool:
    left_out = set(whole.account_ids) - set(known.account_ids)
    slices = found.slices
    if not left_out or not any(each.figures.spend or each.apart.spend for each in slices):
        return False
    spent, sold = session.execute(
        select(
            func.bool_or(PlatformTotalDay.native_spend != 0),
            func.bool_or(PlatformTotalDay.native_store_net.is_not(None)),
        ).where(
            PlatformTotalDay.workspace_id == whole.workspace_id,
            PlatformTotalDay.account_id.in_(left_out),
            on_days(found.comparison.spans),
        )
    ).one()
    return bool(sold) or (bool(spent) and any(_sold(each) for each in slices))


def against_claims(
    session: Session, whole: Sources, known: Sources, found: Performance
) -> StoreAgainstClaims | None:
    """As `store_against_claims`, without any claim where narrowing left out sales or claims."""
    left_out = set(whole.account_ids) - set(known.account_ids)
    if not left_out or not _sell_or_claim(session, whole, left_out, found):
        return store_against_claims(session, known, found)
    shops = replace(known, counted=[each for each in known.counted if is_shop(each.platform)])
    sold = store_against_claims(session, shops, found)
    return replace(sold, parted=True) if sold else None


def _sell_or_claim(
    session: Session, whole: Sources, accounts: Collection[int], found: Performance
) -> bool:
    day = PlatformTotalDay
    shown = found.comparison.shown
    told = select(
        func.bool_or(
            or_(
                day.native_store_net.is_not(None),
                day.orders.is_not(None),
                day.conversions != 0,
                day.native_value != 0,
            )
        )
    ).where(
        day.workspace_id == whole.workspace_id,
        day.account_id.in_(accounts),
        day.day.between(shown.first, shown.last),
    )
    return bool(session.scalar(told))


def _sold(each: Slice) -> bool:
    told = (each.figures.store_revenue, each.apart.store_revenue, each.incomplete)
    return any(amount is not None for amount in told)


def _campaigns_performance(
    session: Session, known: Sources, comparison: Comparison, campaigns: Collection[int]
) -> Performance:
    """The figures of these campaigns alone. A shop's sales belong to no campaign and are left out.

    Days without a rate are kept apart as in `performance`.
    """
    converted = Total.spend.is_not(None)
    rows = session.execute(
        select(
            Total.day,
            Total.account_id,
            Total.platform,
            Total.native_currency,
            converted.label("converted"),
            func.sum(func.coalesce(Total.spend, Total.native_spend)).label("spend"),
            func.sum(func.coalesce(Total.value, Total.native_value)).label("value"),
            func.sum(Total.conversions).label("conversions"),
            func.sum(Total.clicks).label("clicks"),
            func.sum(Total.impressions).label("impressions"),
        )
        .where(
            Total.workspace_id == known.workspace_id,
            Total.account_id.in_(known.account_ids),
            Total.campaign_id.in_(campaigns),
            or_(*(Total.day.between(span.first, span.last) for span in comparison.spans)),
        )
        .group_by(Total.day, Total.account_id, Total.platform, Total.native_currency, converted)
        .order_by(Total.day, Total.account_id)
    ).all()
    slices = []
    for row in rows:
        figures = Figures(
            row.spend, row.value, None, row.conversions, int(row.clicks), int(row.impressions)
        )
        here, apart = (figures, NOTHING) if row.converted else (NOTHING, figures)
        slices.append(
            Slice(row.day, row.account_id, row.platform, row.native_currency, here, apart)
        )
    return Performance(comparison, slices, known.read_from, known.read_through, [])

"""Compare what is stored with the account's own totals, day by day, and find what differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from babel.numbers import get_currency_precision
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from app.connectors.words import DayTotal, Fact
from app.models import (
    Account,
    Campaign,
    CampaignDay,
    Reconciliation,
    ReconciliationPart,
    StoreDay,
)

_COMPARE = text("""
    INSERT INTO reconciliation AS kept
        (workspace_id, account_id, day, our_spend, platform_spend, our_impressions,
         platform_impressions, our_clicks, platform_clicks, our_orders, platform_orders, matches,
         checked_at)
    VALUES (:workspace_id, :account_id, :day, :our_spend, :platform_spend, :our_impressions,
            :platform_impressions, :our_clicks, :platform_clicks, :our_orders, :platform_orders,
            :matches, :checked_at)
    ON CONFLICT (account_id, day) DO UPDATE SET
        (our_spend, platform_spend, our_impressions, platform_impressions, our_clicks,
         platform_clicks, our_orders, platform_orders, matches, checked_at) =
        (excluded.our_spend, excluded.platform_spend, excluded.our_impressions,
         excluded.platform_impressions, excluded.our_clicks, excluded.platform_clicks,
         excluded.our_orders, excluded.platform_orders, excluded.matches, excluded.checked_at)
    WHERE (kept.our_spend, kept.platform_spend, kept.our_impressions, kept.platform_impressions,
           kept.our_clicks, kept.platform_clicks, kept.our_orders, kept.platform_orders,
           kept.matches)
        IS DISTINCT FROM
          (excluded.our_spend, excluded.platform_spend, excluded.our_impressions,
           excluded.platform_impressions, excluded.our_clicks, excluded.platform_clicks,
           excluded.our_orders, excluded.platform_orders, excluded.matches)
""")


def compare(
    session: Session,
    account: Account,
    days: Collection[dt.date],
    totals: Sequence[DayTotal],
    *,
    sells: bool,
    checked_at: dt.datetime,
) -> list[dt.date]:
    """Write down, for each day with figures on either side, whether the two agree.

    Of a shop (`sells`) the orders are compared, of an ad account the rest. Money agrees when it
    is equal in the currency's minor unit. A comparison that comes out as before is not written
    again, so `checked_at` is since when it has been so. Returns the days that differ.
    """
    ours = (_our_orders if sells else _our_totals)(session, account, days)
    theirs = {total.day: total for total in totals if total.day in days}
    compared = sorted(ours.keys() | theirs.keys())
    rows = [
        _row(account, day, ours.get(day), theirs.get(day), sells=sells) | {"checked_at": checked_at}
        for day in compared
    ]
    session.execute(
        delete(Reconciliation).where(
            Reconciliation.account_id == account.id,
            Reconciliation.day.in_(set(days).difference(compared)),
        )
    )
    if rows:
        session.execute(_COMPARE, rows)
    differing = [day for day, row in zip(compared, rows, strict=True) if not row["matches"]]
    session.execute(
        delete(ReconciliationPart).where(
            ReconciliationPart.account_id == account.id,
            ReconciliationPart.day.in_(set(days).difference(differing)),
        )
    )
    return differing


def unexplained(
    session: Session, account_id: int, days: Collection[dt.date], since: dt.datetime
) -> list[dt.date]:
    """Which of the days that differ have not been drilled down as they are now, newest first.

    Those that came out otherwise at `since` or later are to be drilled down again.
    """
    drilled = select(ReconciliationPart.day).where(
        ReconciliationPart.account_id == account_id,
        ReconciliationPart.day == Reconciliation.day,
    )
    return list(
        session.scalars(
            select(Reconciliation.day)
            .where(
                Reconciliation.account_id == account_id,
                Reconciliation.day.in_(days),
                ~Reconciliation.matches,
                (Reconciliation.checked_at >= since) | ~drilled.exists(),
            )
            .order_by(Reconciliation.day.desc())
        )
    )


def explain(session: Session, account: Account, day: dt.date, asked: Iterable[Fact]) -> None:
    """Write down which campaigns make a day differ, given what they say when asked again.

    What the account's totals hold beyond its campaigns is written under no campaign's id.
    """
    key = (account.id, day)
    total = session.get(Reconciliation, key, populate_existing=True)
    session.execute(
        delete(ReconciliationPart).where(
            ReconciliationPart.account_id == account.id, ReconciliationPart.day == day
        )
    )
    if total is None or total.matches:
        return
    theirs = _by_campaign(asked)
    ours = _our_campaigns(session, account, day)
    for external_id in sorted(ours.keys() | theirs.keys()):
        mine, said = ours.get(external_id, _NOTHING), theirs.get(external_id, _NOTHING)
        if not _same(account, mine, said):
            session.add(_part(account, day, external_id, mine, said))
    in_campaigns = _sum(theirs.values())
    said = _Figures("", total.platform_spend, total.platform_impressions, total.platform_clicks)
    if not _same(account, in_campaigns, said):
        beyond = _Figures(
            "",
            said.spend - in_campaigns.spend,
            said.impressions - in_campaigns.impressions,
            said.clicks - in_campaigns.clicks,
        )
        session.add(_part(account, day, "", _NOTHING, beyond))


class _Figures(NamedTuple):
    """What is compared of a campaign's day."""

    name: str
    spend: Decimal
    impressions: int
    clicks: int


_NOTHING = _Figures("", Decimal(0), 0, 0)


def _sum(figures: Iterable[_Figures]) -> _Figures:
    total = _NOTHING
    for each in figures:
        total = _Figures(
            each.name,
            total.spend + each.spend,
            total.impressions + each.impressions,
            total.clicks + each.clicks,
        )
    return total


def _by_campaign(asked: Iterable[Fact]) -> dict[str, _Figures]:
    found: dict[str, _Figures] = {}
    for fact in asked:
        came = _Figures(fact.campaign_name, fact.spend, fact.impressions, fact.clicks)
        found[fact.campaign_id] = _sum([found.get(fact.campaign_id, _NOTHING), came])
    return found


def _our_campaigns(session: Session, account: Account, day: dt.date) -> dict[str, _Figures]:
    rows = session.execute(
        select(
            Campaign.external_id,
            Campaign.name,
            CampaignDay.spend,
            CampaignDay.impressions,
            CampaignDay.clicks,
        )
        .join(Campaign, Campaign.id == CampaignDay.campaign_id)
        .where(
            CampaignDay.account_id == account.id,
            CampaignDay.workspace_id == account.workspace_id,
            CampaignDay.day == day,
        )
    )
    return {row[0]: _Figures(*row[1:]) for row in rows}


def _part(
    account: Account, day: dt.date, external_id: str, ours: _Figures, theirs: _Figures
) -> ReconciliationPart:
    return ReconciliationPart(
        account_id=account.id,
        day=day,
        campaign_external_id=external_id,
        workspace_id=account.workspace_id,
        campaign_name=ours.name or theirs.name,
        our_spend=ours.spend,
        platform_spend=theirs.spend,
        our_impressions=ours.impressions,
        platform_impressions=theirs.impressions,
        our_clicks=ours.clicks,
        platform_clicks=theirs.clicks,
    )


def _same(account: Account, ours: _Figures, theirs: _Figures) -> bool:
    return _same_money(account, ours.spend, theirs.spend) and ours[2:] == theirs[2:]


def _same_money(account: Account, ours: Decimal, theirs: Decimal) -> bool:
    minor_unit = Decimal(1).scaleb(-get_currency_precision(account.currency))
    return ours.quantize(minor_unit) == theirs.quantize(minor_unit)


def _our_totals(
    session: Session, account: Account, days: Collection[dt.date]
) -> dict[dt.date, DayTotal]:
    rows = session.execute(
        select(
            CampaignDay.day,
            func.sum(CampaignDay.spend),
            func.sum(CampaignDay.impressions),
            func.sum(CampaignDay.clicks),
        )
        .where(CampaignDay.account_id == account.id, CampaignDay.day.in_(days))
        .group_by(CampaignDay.day)
    )
    return {row[0]: DayTotal(row[0], row[1], int(row[2]), int(row[3])) for row in rows}


def _our_orders(
    session: Session, account: Account, days: Collection[dt.date]
) -> dict[dt.date, DayTotal]:
    rows = session.execute(
        select(StoreDay.day, StoreDay.orders).where(
            StoreDay.account_id == account.id, StoreDay.day.in_(days)
        )
    )
    return {day: DayTotal(day, Decimal(0), 0, 0, orders or 0) for day, orders in rows}


def _row(
    account: Account,
    day: dt.date,
    ours: DayTotal | None,
    theirs: DayTotal | None,
    *,
    sells: bool,
) -> dict[str, object]:
    nothing = DayTotal(day, Decimal(0), 0, 0, 0 if sells else None)
    ours, theirs = ours or nothing, theirs or nothing
    if sells:
        matches = ours.orders == theirs.orders
    else:
        matches = _same_money(account, ours.spend, theirs.spend) and ours[2:4] == theirs[2:4]
    return {
        "workspace_id": account.workspace_id,
        "account_id": account.id,
        "day": day,
        "our_spend": ours.spend,
        "platform_spend": theirs.spend,
        "our_impressions": ours.impressions,
        "platform_impressions": theirs.impressions,
        "our_clicks": ours.clicks,
        "platform_clicks": theirs.clicks,
        "our_orders": ours.orders,
        "platform_orders": theirs.orders,
        "matches": matches,
    }

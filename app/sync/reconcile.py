"""Compare what is stored with the account's own totals, day by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from decimal import Decimal

from babel.numbers import get_currency_precision
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from app.connectors.words import DayTotal
from app.models import Account, CampaignDay, Reconciliation

_COMPARE = text("""
    INSERT INTO reconciliation AS kept
        (workspace_id, account_id, day, our_spend, platform_spend, our_impressions,
         platform_impressions, our_clicks, platform_clicks, matches, checked_at)
    VALUES (:workspace_id, :account_id, :day, :our_spend, :platform_spend, :our_impressions,
            :platform_impressions, :our_clicks, :platform_clicks, :matches, :checked_at)
    ON CONFLICT (account_id, day) DO UPDATE SET
        (our_spend, platform_spend, our_impressions, platform_impressions, our_clicks,
         platform_clicks, matches, checked_at) =
        (excluded.our_spend, excluded.platform_spend, excluded.our_impressions,
         excluded.platform_impressions, excluded.our_clicks, excluded.platform_clicks,
         excluded.matches, excluded.checked_at)
    WHERE (kept.our_spend, kept.platform_spend, kept.our_impressions, kept.platform_impressions,
           kept.our_clicks, kept.platform_clicks, kept.matches)
        IS DISTINCT FROM
          (excluded.our_spend, excluded.platform_spend, excluded.our_impressions,
           excluded.platform_impressions, excluded.our_clicks, excluded.platform_clicks,
           excluded.matches)
""")


def compare(
    session: Session,
    account: Account,
    days: Collection[dt.date],
    totals: Sequence[DayTotal],
    *,
    checked_at: dt.datetime,
) -> None:
    """Write down, for each day with figures on either side, whether the two agree.

    Money agrees when it is equal in the currency's minor unit. A comparison that comes out as
    before is not written again, so `checked_at` is since when it has been so.
    """
    ours = _our_totals(session, account, days)
    theirs = {total.day: total for total in totals if total.day in days}
    compared = sorted(ours.keys() | theirs.keys())
    session.execute(
        delete(Reconciliation).where(
            Reconciliation.account_id == account.id,
            Reconciliation.day.in_(set(days).difference(compared)),
        )
    )
    if compared:
        session.execute(
            _COMPARE,
            [
                _row(account, day, ours.get(day), theirs.get(day)) | {"checked_at": checked_at}
                for day in compared
            ],
        )


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


def _row(
    account: Account, day: dt.date, ours: DayTotal | None, theirs: DayTotal | None
) -> dict[str, object]:
    nothing = DayTotal(day, Decimal(0), 0, 0)
    ours, theirs = ours or nothing, theirs or nothing
    minor_unit = Decimal(1).scaleb(-get_currency_precision(account.currency))
    same_money = ours.spend.quantize(minor_unit) == theirs.spend.quantize(minor_unit)
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
        "matches": same_money and ours[2:] == theirs[2:],
    }

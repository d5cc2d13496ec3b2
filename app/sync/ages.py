"""What young days amounted to at each age, from which it is learnt how much they still grow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.models import Account

# No platform restates longer without saying so, and a day that is not over has no age.
OLDEST = 28
_NOON = 12

_KEEP = text("""
    INSERT INTO day_at_age AS kept (account_id, day, age, workspace_id, conversion_action, spend,
                                    conversions, conversion_value)
    SELECT :account, days.day, CAST(:today AS date) - days.day, :workspace, CAST(:action AS text),
           coalesce(native_spend, 0), coalesce(conversions, 0), coalesce(native_value, 0)
    FROM unnest(CAST(:days AS date[])) AS days (day)
    LEFT JOIN platform_total_day AS total
        ON total.account_id = :account AND total.day = days.day
        AND total.workspace_id = :workspace
    WHERE CAST(:today AS date) - days.day BETWEEN 1 AND :oldest
    ON CONFLICT (account_id, day, age) DO UPDATE
    SET (conversion_action, spend, conversions, conversion_value) =
        ROW(excluded.conversion_action, excluded.spend, excluded.conversions,
            excluded.conversion_value)
    WHERE :morning AND
        (kept.conversion_action, kept.spend, kept.conversions, kept.conversion_value)
        IS DISTINCT FROM (excluded.conversion_action, excluded.spend, excluded.conversions,
                          excluded.conversion_value)
""")


def keep(
    session: Session, account: Account, days: Collection[dt.date], read_at: dt.datetime
) -> None:
    """Write down the totals of these days, which were just read; call it after the roll-up.

    What is read before noon, where the account is, replaces what was read earlier that day: most
    people look in the middle of a day.
    """
    local = read_at.astimezone(ZoneInfo(account.time_zone))
    session.execute(
        _KEEP,
        {
            "account": account.id,
            "workspace": account.workspace_id,
            "action": account.conversion_action or "",
            "days": list(days),
            "today": local.date(),
            "morning": local.hour < _NOON,
            "oldest": OLDEST,
        },
    )

"""The daily totals pages read, converted into the workspace's currency.

A shop's revenue is its net sales, with tax and shipping added as its workspace chose. Where such a
part is not known the day's revenue is unknown, not smaller: `store_net` is NULL then, beside the
net sales in `native_store_net`.

Every amount is converted at its own day's rate: the owner's manual rate when there is one,
else the ECB's of that day or of the last day before it, at most a week back. Without a rate
the converted columns are NULL. Only rows that changed are written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.orm import Session

# The longest gap between two ECB quotes of a living currency is within this many days.
LOOK_BACK_DAYS = 7

# The ECB first: a rate typed in to fill a gap must not outlive the gap.
_UNITS = """
    CASE WHEN {currency} = 'EUR' THEN 1 ELSE coalesce(
        (SELECT units_per_eur FROM fx_rate
         WHERE currency = {currency}
           AND day BETWEEN days.day - CAST(:look_back AS integer) AND days.day
         ORDER BY day DESC LIMIT 1),
        (SELECT units_per_eur FROM manual_rate
         WHERE workspace_id = :workspace AND currency = {currency} AND from_day <= days.day
         ORDER BY from_day DESC LIMIT 1)) END
"""

_RATE = f"""
    scope AS (
        SELECT account.id AS account_id, account.workspace_id, account.platform,
               account.currency AS native, workspace.currency AS target,
               revenue_with_tax, revenue_with_shipping
        FROM account JOIN workspace ON workspace.id = account.workspace_id
        WHERE account.id = :account AND account.workspace_id = :workspace
    ), rate AS (
        SELECT days.day, scope.*,
               CASE WHEN native = target THEN 1 ELSE {_UNITS.format(currency="target")} END
                   AS target_units,
               CASE WHEN native = target THEN 1 ELSE {_UNITS.format(currency="native")} END
                   AS native_units
        FROM scope, unnest(CAST(:days AS date[])) AS days (day)
    )
"""  # noqa: S608 made of constants


def _converted(amount: str) -> str:
    return (
        f"CASE WHEN native = target THEN {amount} "
        f"ELSE round({amount} * target_units / native_units, 6) END"
    )


_CAMPAIGNS = f"""
    WITH {_RATE}
    SELECT facts.campaign_id, day, rate.workspace_id, rate.account_id, platform, impressions,
           clicks, conversions, native AS native_currency, facts.spend AS native_spend,
           conversion_value AS native_value, {_converted("facts.spend")} AS spend,
           {_converted("conversion_value")} AS value
    FROM rate JOIN campaign_day AS facts USING (account_id, day)
    WHERE facts.impressions <> 0 OR facts.clicks <> 0 OR facts.spend <> 0
       OR facts.conversions <> 0 OR facts.conversion_value <> 0
"""  # noqa: S608 made of constants

_SOLD = """
    CASE WHEN revenue_with_tax THEN tax ELSE 0 END
    + CASE WHEN revenue_with_shipping THEN shipping ELSE 0 END
"""

_PLATFORMS = f"""
    WITH {_RATE}, advertised AS (
        SELECT day, sum(impressions)::bigint AS impressions, sum(clicks)::bigint AS clicks,
               sum(conversions) AS conversions, sum(spend) AS spend,
               sum(conversion_value) AS value
        FROM campaign_day WHERE account_id = :account AND day = ANY(CAST(:days AS date[]))
        GROUP BY day
    ), sold AS (
        SELECT day, orders, net, net + {_SOLD} AS revenue
        FROM store_day, scope
        WHERE store_day.account_id = :account AND day = ANY(CAST(:days AS date[]))
    ), native AS (
        SELECT day, coalesce(impressions, 0) AS impressions, coalesce(clicks, 0) AS clicks,
               coalesce(conversions, 0) AS conversions, orders, coalesce(spend, 0) AS spend,
               coalesce(value, 0) AS value, net, revenue
        FROM advertised FULL JOIN sold USING (day)
        WHERE impressions <> 0 OR clicks <> 0 OR spend <> 0 OR conversions <> 0 OR value <> 0
           OR net IS NOT NULL
    )
    SELECT rate.account_id, day, rate.workspace_id, platform, impressions, clicks, conversions,
           orders, native AS native_currency, facts.spend AS native_spend,
           facts.value AS native_value, coalesce(revenue, net) AS native_store_net,
           {_converted("facts.spend")} AS spend, {_converted("facts.value")} AS value,
           {_converted("revenue")} AS store_net
    FROM rate JOIN native AS facts USING (day)
"""  # noqa: S608 made of constants

_CAMPAIGN_COLUMNS = (
    "workspace_id",
    "account_id",
    "platform",
    "impressions",
    "clicks",
    "conversions",
    "native_currency",
    "native_spend",
    "native_value",
    "spend",
    "value",
)
_PLATFORM_COLUMNS = (
    "workspace_id",
    "platform",
    "impressions",
    "clicks",
    "conversions",
    "orders",
    "native_currency",
    "native_spend",
    "native_value",
    "native_store_net",
    "spend",
    "value",
    "store_net",
)


def _bring_to(table: str, key: str, columns: tuple[str, ...], query: str) -> str:
    """A statement that makes the account's days in `table` what `query` says."""
    listed = ", ".join(columns)
    excluded = ", ".join(f"excluded.{column}" for column in columns)
    kept = ", ".join(f"kept.{column}" for column in columns)
    return f"""
        WITH fresh AS MATERIALIZED ({query}), gone AS (
            DELETE FROM {table} AS stale
            WHERE account_id = :account AND day = ANY(CAST(:days AS date[]))
              AND NOT EXISTS (SELECT FROM fresh
                              WHERE fresh.{key} = stale.{key} AND fresh.day = stale.day)
        )
        INSERT INTO {table} AS kept ({key}, day, {listed})
        SELECT {key}, day, {listed} FROM fresh
        EXCEPT SELECT {key}, day, {listed} FROM {table}
        WHERE account_id = :account AND day = ANY(CAST(:days AS date[]))
        ON CONFLICT ({key}, day) DO UPDATE SET ({listed}) = ROW({excluded})
        WHERE ({kept}) IS DISTINCT FROM ({excluded})
    """  # noqa: S608 made of the constants above


_BRING_CAMPAIGNS = text(
    _bring_to("campaign_total_day", "campaign_id", _CAMPAIGN_COLUMNS, _CAMPAIGNS)
)
_BRING_PLATFORMS = text(
    _bring_to("platform_total_day", "account_id", _PLATFORM_COLUMNS, _PLATFORMS)
)

_HELD_DAYS = text("""
    SELECT account_id, array_agg(day) FROM (
        SELECT account_id, day FROM campaign_day
        WHERE workspace_id = :workspace AND day >= :since
        UNION SELECT account_id, day FROM store_day
        WHERE workspace_id = :workspace AND day >= :since
        UNION SELECT account_id, day FROM platform_total_day
        WHERE workspace_id = :workspace AND day >= :since
    ) AS held GROUP BY account_id
""")

_SHOP_DAYS = text("""
    SELECT account_id, array_agg(day) FROM store_day
    WHERE workspace_id = :workspace GROUP BY account_id
""")


# Rates and the workspace's currency must not change between reading the facts and the commit, or
# totals in two currencies would stand side by side. Syncs and imports share the row; whoever
# converts everything again has it alone, and each statement after it sees what the others stored.
_SHARE_WORKSPACE = text("SELECT FROM workspace WHERE id = :workspace FOR SHARE")
_TAKE_WORKSPACE = text("SELECT FROM workspace WHERE id = :workspace FOR NO KEY UPDATE")


def recompute(
    session: Session, workspace_id: int, account_id: int, days: Collection[dt.date]
) -> None:
    """Bring the account's totals of these days to what its facts and the rates say."""
    parameters = {
        "workspace": workspace_id,
        "account": account_id,
        "days": list(days),
        "look_back": LOOK_BACK_DAYS,
    }
    session.execute(_SHARE_WORKSPACE, {"workspace": workspace_id})
    session.execute(_BRING_CAMPAIGNS, parameters)
    session.execute(_BRING_PLATFORMS, parameters)


def recompute_workspace(
    session: Session, workspace_id: int, *, since: dt.date = dt.date.min
) -> None:
    """Recompute a workspace whose currency or rates changed, from `since` on."""
    session.execute(_TAKE_WORKSPACE, {"workspace": workspace_id})
    held = session.execute(_HELD_DAYS, {"workspace": workspace_id, "since": since})
    for account_id, days in held.all():
        recompute(session, workspace_id, account_id, days)


def recompute_shops(session: Session, workspace_id: int) -> None:
    """Recompute the shops of a workspace that wants other parts in their revenue."""
    session.execute(_TAKE_WORKSPACE, {"workspace": workspace_id})
    held = session.execute(_SHOP_DAYS, {"workspace": workspace_id})
    for account_id, days in held.all():
        recompute(session, workspace_id, account_id, days)

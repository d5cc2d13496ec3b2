"""The rows of an import into its facts, and the facts of all imports into the days.

A day of an uploaded account is what the newest import that has this day says; taking an
import away brings back the one before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from psycopg.sql import SQL, Literal
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from app.connectors.words import Days, Fact, Grain, StoreFigures
from app.imports.accounts import held_directly
from app.imports.facts import Reading, StoreFact
from app.models import Account, Import, ImportFact
from app.sync import rollup
from app.sync.batch import Batch, SeenAd, SeenGroup
from app.sync.entities import meet_seen
from app.sync.store import Origin, Written, raw_connection, replace, replace_store

Progress = Callable[[int], None]
"""Told how many rows have been read so far."""

_EVERY = 20_000

_CREATE_ROWS = """
    CREATE TEMP TABLE import_row (
        day date, campaign text, ad text, placement text, impressions bigint, clicks bigint,
        spend numeric, conversions numeric, conversion_value numeric
    ) ON COMMIT DROP
"""
_COPY_ROWS = "COPY import_row FROM STDIN"

_SUM_ROWS = text("""
    INSERT INTO import_fact (import_id, workspace_id, account_id, day, campaign_id, ad_id,
        placement, impressions, clicks, spend, conversions, conversion_value)
    SELECT :import, :workspace, :account, day, campaign.id, ad.id, nullif(placement, ''),
           sum(impressions), sum(clicks), sum(spend), sum(conversions), sum(conversion_value)
    FROM import_row
    JOIN campaign ON campaign.account_id = :account
        AND campaign.external_id = import_row.campaign
    LEFT JOIN ad ON ad.account_id = :account AND ad.external_id = nullif(import_row.ad, '')
    GROUP BY day, campaign.id, ad.id, nullif(placement, '')
""")

_WINNERS = text("""
    CREATE TEMP TABLE import_winner ON COMMIT DROP AS
    SELECT DISTINCT ON (held.day) held.day, held.import_id
    FROM (SELECT DISTINCT day, import_id FROM import_fact
          WHERE workspace_id = :workspace AND account_id = :account
            AND day = ANY(CAST(:days AS date[]))) AS held
    JOIN import ON import.id = held.import_id
    ORDER BY held.day, import.confirmed_at DESC, import.id DESC
""")

_SUMS = """
    sum(impressions), sum(clicks), sum(spend), sum(conversions), sum(conversion_value)
    FROM import_fact
    JOIN import_winner USING (day, import_id)
"""
_OF_ACCOUNT = "WHERE import_fact.account_id = {account} AND import_fact.figures IS NULL"

# Rows in the order of `Batch`'s COPY text; never leave the database as Python objects.
_DAYS_OF = {
    Grain.CAMPAIGN: f"""
        SELECT campaign.external_id, day, {_SUMS}
        JOIN campaign ON campaign.id = import_fact.campaign_id {_OF_ACCOUNT}
        GROUP BY campaign.id, day
    """,
    Grain.AD: f"""
        SELECT ad.external_id, day, {_SUMS}
        JOIN ad ON ad.id = import_fact.ad_id {_OF_ACCOUNT}
        GROUP BY ad.id, day
    """,
    Grain.PLACEMENT: f"""
        SELECT campaign.external_id, placement, day, {_SUMS}
        JOIN campaign ON campaign.id = import_fact.campaign_id {_OF_ACCOUNT}
            AND placement IS NOT NULL
        GROUP BY campaign.id, placement, day
    """,
}
_STORE_DAYS = text("""
    SELECT day, figures FROM import_fact JOIN import_winner USING (day, import_id)
    WHERE import_fact.account_id = :account AND figures IS NOT NULL
""")
_KNOWN_NAMES = text("""
    SELECT name, min(external_id) AS external_id FROM campaign
    WHERE account_id = :account AND external_id NOT LIKE 'name:%'
    GROUP BY name HAVING count(*) = 1
""")


@dataclass(slots=True)
class ShopDay:
    """A shop's day added up from its rows; None until a row has that figure."""

    net: Decimal = Decimal(0)
    others: dict[str, Decimal | int | None] = field(default_factory=dict)

    def add(self, fact: StoreFact) -> None:
        """Add a row's figures."""
        self.net += fact.net
        for name in ("orders", "gross", "discounts", "refunds", "tax", "shipping"):
            value, so_far = getattr(fact, name), self.others.get(name)
            self.others[name] = so_far if value is None else (so_far or 0) + value

    def figures(self) -> dict[str, Any]:
        """The columns of `store_day`, as decimal strings."""
        named = {"net": self.net} | self.others
        return {name: None if value is None else str(value) for name, value in named.items()}


class _Summed(Batch):
    """A batch whose rows the database has added up; what they name is stored already."""

    def fill(self, session: Session, account: Account) -> None:
        """Take in the days of `import_winner`."""
        query = SQL(_DAYS_OF[self.grain])
        copy = SQL("COPY ({}) TO STDOUT").format(query.format(account=Literal(account.id)))
        with raw_connection(session).cursor() as cursor:
            # Right after a bulk load the planner knows nothing of the rows and would look up
            # each one: 200 s instead of 5 s for a million.
            cursor.execute("SET LOCAL enable_nestloop = off")
            with cursor.copy(copy) as source:
                for block in source:
                    self._spool.write(block)
            self.rows = cursor.rowcount
            cursor.execute("SET LOCAL enable_nestloop = on")


def take_in_ads(
    session: Session, import_: Import, account: Account, reading: Reading, progress: Progress
) -> set[dt.date]:
    """Store what the file says of ads, summed by key; returns its days."""
    connection = raw_connection(session)
    connection.execute("DROP TABLE IF EXISTS pg_temp.import_row")
    connection.execute(_CREATE_ROWS)
    known = session.execute(_KNOWN_NAMES, {"account": account.id}).all()
    ids: dict[str, str] = {row.name: row.external_id for row in known}
    # Asked before the COPY begins: nothing else can use the connection until it ends.
    held = held_directly(account)
    days: set[dt.date] = set()
    with Batch(Grain.CAMPAIGN) as seen:
        with connection.cursor() as cursor, cursor.copy(_COPY_ROWS) as sink:
            for fact in _facts(reading, held, progress):
                days.add(fact.day)
                campaign = fact.campaign_id
                if campaign.startswith("name:"):
                    campaign = ids.get(fact.campaign_name, campaign)
                _meet(seen, fact, campaign)
                sink.write_row((fact.day, campaign, fact.ad_id, *fact[7:]))
        meet_seen(session, account, seen, status="active")
    session.execute(text("ANALYZE import_row"))
    session.execute(
        _SUM_ROWS,
        {"import": import_.id, "workspace": account.workspace_id, "account": account.id},
    )
    return days


def take_in_store(
    session: Session, import_: Import, account: Account, reading: Reading, progress: Progress
) -> set[dt.date]:
    """Store what the file says of a shop's days; returns them."""
    days: dict[dt.date, ShopDay] = {}
    held = held_directly(account)
    for _, fact in reading.store():
        if reading.rows_read % _EVERY == 0:
            progress(reading.rows_read)
        if held is None or not held.first <= fact.day <= held.last:
            days.setdefault(fact.day, ShopDay()).add(fact)
    nothing = dict.fromkeys(("impressions", "clicks", "spend", "conversions"), 0)
    common = {"import_id": import_.id, "workspace_id": account.workspace_id} | nothing
    rows = [
        {
            **common,
            "account_id": account.id,
            "conversion_value": 0,
            "day": day,
            "figures": sold.figures(),
        }
        for day, sold in days.items()
    ]
    if rows:
        session.execute(insert(ImportFact), rows)
    return set(days)


def restate(
    session: Session, account: Account, days: Collection[dt.date], *, import_id: int
) -> Written:
    """Make these days what the newest import says of each, totals included.

    Days that the platform's API holds are left alone. `import_id` goes to the ledger.
    """
    held = held_directly(account)
    ours = sorted(d for d in days if held is None or not held.first <= d <= held.last)
    if not ours:
        return Written()
    session.execute(text("DROP TABLE IF EXISTS pg_temp.import_winner"))
    parameters = {"workspace": account.workspace_id, "account": account.id, "days": ours}
    session.execute(_WINNERS, parameters)
    session.execute(text("ANALYZE import_winner"))
    origin = Origin(import_id=import_id)
    written = Written()
    for grain in _DAYS_OF:
        with _Summed(grain) as batch:
            batch.fill(session, account)
            written += replace(session, account, batch, ours, origin=origin)
    sold = list(_shop(session, account))
    written += replace_store(session, account, sold, ours, origin=origin)
    rollup.recompute(session, account.workspace_id, account.id, ours)
    return written


def _facts(reading: Reading, held: Days | None, progress: Progress) -> Iterator[Fact]:
    for _, fact in reading.ads():
        if reading.rows_read % _EVERY == 0:
            progress(reading.rows_read)
        if held is None or not held.first <= fact.day <= held.last:
            yield fact


def _meet(seen: Batch, fact: Fact, campaign: str) -> None:
    seen.campaigns.setdefault(campaign, fact.campaign_name)
    if fact.ad_group_id and fact.ad_group_id not in seen.ad_groups:
        seen.ad_groups[fact.ad_group_id] = SeenGroup(campaign, fact.ad_group_name)
    if fact.ad_id and fact.ad_id not in seen.ads:
        seen.ads[fact.ad_id] = SeenAd(campaign, fact.ad_group_id, fact.ad_name)


def _shop(session: Session, account: Account) -> Iterator[StoreFigures]:
    rows = session.execute(_STORE_DAYS, {"account": account.id}).all()
    for day, figures in rows:
        given = {name: None if text is None else Decimal(text) for name, text in figures.items()}
        orders = given.get("orders")
        yield StoreFigures(
            day,
            given["net"] or Decimal(0),
            None if orders is None else int(orders),
            given.get("gross"),
            given.get("discounts"),
            given.get("refunds"),
            given.get("tax"),
            given.get("shipping"),
        )

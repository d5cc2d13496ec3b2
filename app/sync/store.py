"""Replace some days of one account at one grain, and keep the ledger of what changed.

One transaction: the rows are copied into a temporary table, compared with what is stored, and
only differences are written. Repeating a replacement writes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from psycopg import Connection
from psycopg.sql import SQL, Composable, Composed, Identifier
from psycopg.sql import Literal as SqlText
from sqlalchemy.orm import Session

from app.connectors.errors import Temporary
from app.connectors.words import Days, Grain, StoreFigures
from app.models import Account
from app.sync.batch import Batch
from app.sync.entities import meet_seen

FIGURES = ("impressions", "clicks", "spend", "conversions", "conversion_value")
STORE_FIGURES = (
    "orders",
    "gross",
    "discounts",
    "refunds",
    "net",
    "tax",
    "shipping",
    "new_customers",
)


class Unusable(Temporary):
    """What came for some days cannot be stored as it is; other days are not concerned."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where figures come from, for the ledger: a sync or an import.

    `unlisted` is what a campaign, ad group or ad counts as that figures name and no list did:
    removed, when the list was read in the same sync.
    """

    sync_run_id: int | None = None
    import_id: int | None = None
    unlisted: Literal["active", "removed"] = "active"


@dataclass(frozen=True, slots=True)
class Written:
    """What a replacement did: rows that came, rows stored anew, altered or taken away."""

    rows_read: int = 0
    rows_changed: int = 0

    def __add__(self, other: Written) -> Written:
        return Written(self.rows_read + other.rows_read, self.rows_changed + other.rows_changed)


@dataclass(frozen=True, slots=True)
class _Table:
    """How one fact table is keyed; `entity` is the table its external ids are found in.

    `grows_noted`: whether the growth of a day that is not over is kept in the ledger, too. Below
    campaigns that would be thousands of rows a day which nothing asks for.
    """

    name: str
    grain: str
    keys: tuple[str, ...]
    figures: tuple[str, ...]
    entity: str | None
    grows_noted: bool = True


_TABLES = {
    Grain.CAMPAIGN: _Table("campaign_day", "campaign", ("campaign_id",), FIGURES, "campaign"),
    Grain.AD: _Table("ad_day", "ad", ("ad_id",), FIGURES, "ad", grows_noted=False),
    Grain.PLACEMENT: _Table(
        "placement_day",
        "placement",
        ("campaign_id", "placement"),
        FIGURES,
        "campaign",
        grows_noted=False,
    ),
}
_STORE = _Table("store_day", "store", (), STORE_FIGURES, None)


def replace(
    session: Session,
    account: Account,
    batch: Batch,
    days: Collection[dt.date],
    *,
    origin: Origin,
    read_before: Days | None = None,
) -> Written:
    """Make the account's rows on `days`, at the batch's grain, those of the batch.

    Rows on a day of `read_before` that were not there go to the ledger as late arrivals;
    outside of it they are simply new. Raises Unusable when the batch names a key twice or
    holds a day that was not asked for: nothing is stored then.
    """
    _refuse_strange_days(batch.days, days)
    meet_seen(session, account, batch, status=origin.unlisted)
    connection = raw_connection(session)
    table = _TABLES[batch.grain]
    _create_incoming(connection, table)
    columns = ("external_id", *table.keys[1:], "day", *table.figures)
    copy = SQL("COPY incoming ({}) FROM STDIN").format(_list(columns))
    with connection.cursor() as cursor, cursor.copy(copy) as sink:
        for block in batch.blocks():
            sink.write(block)
    _refuse_duplicates(connection, table, account, batch)
    changed = _apply(connection, table, account, days, origin, read_before)
    return Written(batch.rows, changed)


def replace_store(
    session: Session,
    account: Account,
    rows: Iterable[StoreFigures],
    days: Collection[dt.date],
    *,
    origin: Origin,
    read_before: Days | None = None,
) -> Written:
    """Make the shop's rows on `days` those given; otherwise as `replace`."""
    rows = list(rows)
    _refuse_strange_days({row.day for row in rows}, days)
    connection = raw_connection(session)
    _create_incoming(connection, _STORE)
    columns = StoreFigures._fields
    copy = SQL("COPY incoming ({}) FROM STDIN").format(_list(columns))
    with connection.cursor() as cursor, cursor.copy(copy) as sink:
        for row in rows:
            sink.write_row(row)
    _refuse_duplicates(connection, _STORE, account)
    return Written(len(rows), _apply(connection, _STORE, account, days, origin, read_before))


def raw_connection(session: Session) -> Connection[Any]:
    """The psycopg connection under the session, inside the session's transaction."""
    session.flush()
    return cast("Connection[Any]", session.connection().connection.driver_connection)


def _refuse_strange_days(came: set[dt.date], days: Collection[dt.date]) -> None:
    strange = came.difference(days)
    if strange:
        raise Unusable(
            f"The platform answered with figures of {min(strange)}, a day that was not asked "
            "for. Nothing was stored; the next sync asks again."
        )


def _refuse_duplicates(
    connection: Connection[Any], table: _Table, account: Account, batch: Batch | None = None
) -> None:
    keys = ("external_id", *table.keys[1:], "day") if table.entity else ("day",)
    query = SQL("SELECT {keys} FROM incoming GROUP BY {keys} HAVING count(*) > 1 LIMIT 1")
    twice = connection.execute(query.format(keys=_list(keys))).fetchone()
    if twice is None:
        return
    *of, day = twice
    raise Unusable(
        f"{account.name}: the platform gave the figures of {_whose(table, of, batch)} on {day} "
        "twice. Adding them up could count money double, so nothing of these days was stored; "
        "the figures you had are kept, and the next sync asks again."
    )


def _whose(table: _Table, of: Sequence[str], batch: Batch | None) -> str:
    """The campaign or ad by its name, its id, and its placement where that is the grain."""
    if batch is None:
        return "the shop"
    external_id, *placement = of
    ad = batch.ads.get(external_id) if table.entity == "ad" else None
    name = ad.name if ad else batch.campaigns.get(external_id, "")
    where = f" on {placement[0]}" if placement else ""
    return f"{table.entity} “{name}” ({external_id}){where}"


def _create_incoming(connection: Connection[Any], table: _Table) -> None:
    connection.execute("DROP TABLE IF EXISTS pg_temp.incoming")
    columns = _list((*table.keys[1:], "day", *table.figures))
    create = SQL(
        "CREATE TEMP TABLE incoming ON COMMIT DROP AS "
        "SELECT NULL::text AS external_id, {} FROM {} LIMIT 0"
    )
    connection.execute(create.format(columns, Identifier(table.name)))


def _apply(
    connection: Connection[Any],
    table: _Table,
    account: Account,
    days: Collection[dt.date],
    origin: Origin,
    read_before: Days | None,
) -> int:
    """Write the differences between `incoming` and the stored days; returns how many."""
    known = read_before or Days(dt.date.min, dt.date.min)
    parameters = {
        "workspace": account.workspace_id,
        "account": account.id,
        "days": list(days),
        "known_first": known.first,
        "known_last": known.last,
        "run": origin.sync_run_id,
        "import": origin.import_id,
        "zone": account.time_zone,
    }
    # Enough for the differences of a chunk of 100,000 rows without a temporary file.
    connection.execute("SET LOCAL work_mem = '32MB'")
    row = connection.execute(_statement(table), parameters).fetchone()
    connection.execute("DROP TABLE pg_temp.incoming")
    return int(row[0]) if row else 0


_STATEMENT = SQL("""
    WITH fresh AS (
        SELECT {fresh_keys}, {incoming_figures} FROM incoming {entity_join}
    ), stored AS (
        SELECT {keys}, {figures} FROM {table}
        WHERE account_id = %(account)s AND day = ANY(%(days)s)
    ), change AS MATERIALIZED (
        SELECT {keys}, {old_columns}, {new_columns},
               stored.present AS was, fresh.present AS "is"
        FROM (SELECT *, true AS present FROM stored) stored
        FULL JOIN (SELECT *, true AS present FROM fresh) fresh USING ({keys})
        WHERE ({old}) IS DISTINCT FROM ({new})
           OR stored.present IS DISTINCT FROM fresh.present
    ), gone AS (
        DELETE FROM {table} USING change
        WHERE change."is" IS NULL AND {same_key} RETURNING 1
    ), restated AS (
        UPDATE {table} SET ({figures}) = ROW({picked}) FROM change
        WHERE change.was AND change."is" AND {same_key} RETURNING 1
    ), added AS (
        INSERT INTO {table} (workspace_id, account_id, {keys}, {figures})
        SELECT %(workspace)s, %(account)s, {keys}, {picked} FROM change
        WHERE was IS NULL RETURNING 1
    ), noted AS (
        INSERT INTO metric_revision
            (workspace_id, account_id, grain, entity_id, placement, day, old, new,
             sync_run_id, import_id)
        SELECT %(workspace)s, %(account)s, {grain}, {entity_id}, {placement}, day,
               CASE WHEN was THEN {old_json} END, CASE WHEN "is" THEN {new_json} END,
               %(run)s::bigint, %(import)s::bigint
        FROM change
        WHERE (was OR day BETWEEN %(known_first)s AND %(known_last)s)
          AND ({grows_noted} OR day < (now() AT TIME ZONE %(zone)s)::date)
    )
    SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM restated)
           + (SELECT count(*) FROM added)
""")


def _statement(table: _Table) -> Composed:
    keys = (*table.keys, "day")
    entity: Composable = SQL("")
    fresh_keys: Composable = SQL("incoming.day")
    if table.entity:
        entity = SQL(
            "JOIN {entity} AS found ON found.account_id = %(account)s "
            "AND found.external_id = incoming.external_id"
        ).format(entity=Identifier(table.entity))
        rest = _each("incoming.{0}", keys[1:])
        fresh_keys = SQL("found.id AS {}, {}").format(Identifier(keys[0]), rest)
    return _STATEMENT.format(
        table=Identifier(table.name),
        entity_join=entity,
        fresh_keys=fresh_keys,
        keys=_list(keys),
        same_key=_same_key(table, keys),
        figures=_list(table.figures),
        incoming_figures=_each("incoming.{0}", table.figures),
        old_columns=_each("stored.{0} AS {1}", table.figures, "old_"),
        new_columns=_each("fresh.{0} AS {1}", table.figures, "new_"),
        old=_each("stored.{0}", table.figures),
        new=_each("fresh.{0}", table.figures),
        picked=_each("{1}", table.figures, "new_"),
        grain=SqlText(table.grain),
        grows_noted=SqlText(table.grows_noted),
        entity_id=Identifier(keys[0]) if table.entity else SQL("%(account)s"),
        placement=SQL("placement" if "placement" in keys else "NULL"),
        old_json=_json(table.figures, "old_"),
        new_json=_json(table.figures, "new_"),
    )


def _same_key(table: _Table, keys: tuple[str, ...]) -> Composed:
    """The delete's join; the account names the row of a shop, whose key has no entity."""
    name = Identifier(table.name)
    same = [SQL("{0}.{1} = change.{1}").format(name, Identifier(key)) for key in keys]
    return SQL(" AND ").join([SQL("{}.account_id = %(account)s").format(name), *same])


def _json(figures: tuple[str, ...], prefix: str) -> Composed:
    pairs = [
        SQL("{}, {}::text").format(SqlText(name), Identifier(prefix + name)) for name in figures
    ]
    return SQL("jsonb_build_object({})").format(SQL(", ").join(pairs))


def _list(names: Iterable[str]) -> Composed:
    return SQL(", ").join(Identifier(name) for name in names)


def _each(pattern: str, names: Iterable[str], prefix: str = "") -> Composed:
    """The pattern for each name, {0} being the name and {1} the name with its prefix."""
    shape = SQL(cast("Any", pattern))
    return SQL(", ").join(
        shape.format(Identifier(name), Identifier(prefix + name)) for name in names
    )

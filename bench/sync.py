"""How fast 50,000 ad-days get from a platform into the database, against two other ways.

`python bench/sync.py [rounds]` runs each way in a process of its own, in turn, against the same
server and the same PostgreSQL, and prints medians, ratios and peak memory.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

FIRST, LAST = dt.date(2026, 9, 10), dt.date(2026, 10, 29)
ROWS = 50_000
PAGE = 500
FIELDS = [
    *("campaign_id", "campaign_name", "adset_id", "adset_name", "ad_id", "ad_name"),
    *("spend", "impressions", "inline_link_clicks", "actions", "action_values"),
]
WAYS = ("ours", "bare", "official")
TABLE = """
    CREATE TABLE IF NOT EXISTS bench_ad_day (
        ad_id text, day date, campaign_id text, adset_id text, impressions bigint, clicks bigint,
        spend numeric, conversions numeric, conversion_value numeric, PRIMARY KEY (ad_id, day))
"""
COLUMNS = (
    "ad_id, day, campaign_id, adset_id, impressions, clicks, spend, conversions, conversion_value"
)
Way = Callable[[str, str], None]


def ours(server: str, database: str) -> None:
    """Connector, read-ahead, batches and `replace` at ad grain, chunk by chunk, as a sync does."""
    from sqlalchemy import create_engine, select  # noqa: PLC0415 measured without its import
    from sqlalchemy.orm import Session  # noqa: PLC0415

    from app.connectors.http import Http  # noqa: PLC0415
    from app.connectors.platforms.meta import Meta  # noqa: PLC0415
    from app.connectors.words import Days, Grain, Grant  # noqa: PLC0415
    from app.models import Account  # noqa: PLC0415
    from app.settings import Settings  # noqa: PLC0415
    from app.sync.plan import found  # noqa: PLC0415
    from app.sync.reading import Piece, Refused, read_ahead  # noqa: PLC0415
    from app.sync.store import Origin  # noqa: PLC0415
    from app.sync.store import replace as store  # noqa: PLC0415
    from app.sync.window import in_chunks  # noqa: PLC0415

    class AdsOnly(Meta):
        slug = "bench"
        grains = (Grain.AD,)  # type: ignore[assignment]

    settings = Settings(database, "x" * 32, (), meta_graph_url=server)
    engine = create_engine(database)
    with Timed(), Http() as http, Session(engine, expire_on_commit=False) as session:
        account = session.scalars(select(Account)).one()
        pieces = [
            Piece(number, account.id, found(account), None, days)
            for number, days in enumerate(in_chunks(Days(FIRST, LAST), Meta.chunk_days))
        ]
        connector = AdsOnly(settings, http, Grant("token"))
        session.commit()
        changed = 0
        for reading in read_ahead(connector, pieces, lambda: dt.datetime.now(dt.UTC)):
            if isinstance(reading, Refused):
                raise reading.error
            first = reading.piece.days.first
            days = [first + dt.timedelta(days=n) for n in range(len(reading.piece.days))]
            (batch,) = reading.batches
            with session.begin():
                changed += store(session, account, batch, days, origin=Origin()).rows_changed
        print(json.dumps({"changed": changed}))
    engine.dispose()


def bare(server: str, database: str) -> None:
    """What one would write by hand in an evening: requests, orjson, COPY, ON CONFLICT."""
    import orjson  # noqa: PLC0415
    import requests  # noqa: PLC0415

    def rows() -> Iterator[tuple[Any, ...]]:
        http = requests.Session()
        asked = {
            "level": "ad",
            "fields": ",".join(FIELDS),
            "time_increment": "1",
            "time_range": json.dumps({"since": str(FIRST), "until": str(LAST)}),
            "limit": str(PAGE),
        }
        while True:
            answer = http.get(f"{server}/v26.0/act_1/insights", params=asked, timeout=60)
            page = orjson.loads(answer.content)
            yield from map(_row, page["data"])
            if "next" not in page["paging"]:
                return
            asked["after"] = page["paging"]["cursors"]["after"]

    with Timed():
        _copy(database, rows())


def official(server: str, database: str) -> None:
    """The official client's cursor, then the same COPY."""
    from facebook_business.adobjects.adaccount import AdAccount  # noqa: PLC0415
    from facebook_business.api import FacebookAdsApi  # noqa: PLC0415
    from facebook_business.session import FacebookSession  # noqa: PLC0415

    FacebookSession.GRAPH = server
    FacebookAdsApi.init(access_token="token", api_version="v26.0")  # noqa: S106 not a secret
    asked = {
        "level": "ad",
        "time_increment": 1,
        "time_range": {"since": str(FIRST), "until": str(LAST)},
        "limit": PAGE,
    }
    with Timed():
        _copy(database, map(_row, AdAccount("act_1").get_insights(fields=FIELDS, params=asked)))


def _row(insight: Any) -> tuple[Any, ...]:
    purchases = _value(insight.get("actions", []))
    revenue = _value(insight.get("action_values", []))
    return (
        insight["ad_id"],
        insight["date_start"],
        insight["campaign_id"],
        insight["adset_id"],
        insight["impressions"],
        insight["inline_link_clicks"],
        insight["spend"],
        purchases,
        revenue,
    )


def _value(actions: list[Any]) -> str:
    for action in actions:
        if action["action_type"] == "omni_purchase":
            value: str = action["value"]
            return value
    return "0"


def _copy(database: str, rows: Iterator[tuple[Any, ...]]) -> None:
    import psycopg  # noqa: PLC0415

    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        connection.execute(TABLE)
        connection.execute("CREATE TEMP TABLE came (LIKE bench_ad_day) ON COMMIT DROP")
        with connection.cursor().copy(f"COPY came ({COLUMNS}) FROM STDIN") as sink:
            for row in rows:
                sink.write_row(row)
        figures = COLUMNS.split(", ")[2:]
        excluded = ", ".join(f"excluded.{name}" for name in figures)
        changed = connection.execute(
            f"INSERT INTO bench_ad_day AS kept ({COLUMNS}) SELECT {COLUMNS} FROM came "  # noqa: S608
            f"ON CONFLICT (ad_id, day) DO UPDATE SET ({', '.join(figures)}) = ROW({excluded}) "
            f"WHERE ({', '.join(f'kept.{name}' for name in figures)}) IS DISTINCT FROM ({excluded})"
        ).rowcount
    print(json.dumps({"changed": changed}))


class Timed:
    """Prints how long the block took and the most memory the process ever held."""

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        seconds = time.perf_counter() - self._started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "peak_mb": peak}))


def measure(way: str, server: str, database: str) -> dict[str, float]:
    """One way once, in a process of its own."""
    command = [sys.executable, __file__, way, server, database]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    found: dict[str, float] = {}
    for line in said.splitlines():
        found |= json.loads(line)
    return found


def compare(rounds: int) -> None:
    """All ways in turn, `rounds` times: first into empty tables, then again unchanged."""
    from local.postgres import Cluster  # noqa: PLC0415

    with (
        tempfile.TemporaryDirectory() as folder,
        Cluster.start(Path(folder) / "data") as cluster,
        subprocess.Popen(
            [sys.executable, str(ROOT / "bench" / "insights_server.py")],
            stdout=subprocess.PIPE,
            text=True,
        ) as server,
    ):
        port = server.stdout.readline().strip() if server.stdout else ""
        host = f"http://127.0.0.1:{port}"
        database = _prepare(cluster.url())
        taken: dict[str, list[dict[str, float]]] = {}
        for _ in range(rounds):
            for way in WAYS:
                _empty(database)
                taken.setdefault(way, []).append(measure(way, host, database))
                if way == "ours":
                    taken.setdefault("ours again", []).append(measure(way, host, database))
        server.kill()
    report(taken)


def report(taken: dict[str, list[dict[str, float]]]) -> None:
    """Medians over the rounds; ratios are of the same round, then their median."""
    for way, runs in taken.items():
        seconds = statistics.median(run["seconds"] for run in runs)
        print(
            f"{way:<11} {ROWS / seconds:>8,.0f} rows/s {seconds:6.2f} s "
            f"{max(run['peak_mb'] for run in runs):5.0f} MB "
            f"{max(run['changed'] for run in runs):>7,.0f} rows written"
        )
    for name, over, under in (
        ("ours against the bare loop", "bare", "ours"),
        ("ours against the official client", "official", "ours"),
        ("unchanged re-sync against the first", "ours again", "ours"),
    ):
        pairs = zip(taken[over], taken[under], strict=True)
        ratios = [top["seconds"] / bottom["seconds"] for top, bottom in pairs]
        print(f"{name}: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


def _prepare(url: str) -> str:
    """A migrated database with one account."""
    from cryptography.fernet import Fernet  # noqa: PLC0415
    from flask_migrate import upgrade  # noqa: PLC0415

    from app import create_app  # noqa: PLC0415
    from app.extensions import db  # noqa: PLC0415
    from app.models import Account, PlatformConnection, Workspace  # noqa: PLC0415
    from app.settings import Settings  # noqa: PLC0415

    database = url.replace("postgresql://", "postgresql+psycopg://", 1)
    settings = Settings(database, "x" * 32, (Fernet.generate_key().decode(),))
    app = create_app(replace(settings, environment="development"))
    with app.app_context():
        upgrade()
        workspace = Workspace(name="Bench", currency="USD", time_zone="UTC")
        db.session.add(workspace)
        db.session.flush()
        connection = PlatformConnection(workspace_id=workspace.id, platform="meta", kind="token")
        db.session.add(connection)
        db.session.flush()
        db.session.add(
            Account(
                workspace_id=workspace.id,
                connection_id=connection.id,
                platform="meta",
                external_id="1",
                name="Bench",
                currency="USD",
                time_zone="UTC",
            )
        )
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return database


def _empty(database: str) -> None:
    import psycopg  # noqa: PLC0415

    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        connection.execute(TABLE)
        connection.execute("TRUNCATE bench_ad_day, ad_day, campaign CASCADE")
        connection.execute("CHECKPOINT")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        {"ours": ours, "bare": bare, "official": official}[sys.argv[1]](*sys.argv[2:])
    else:
        compare(int(sys.argv[1]) if len(sys.argv) > 1 else 5)

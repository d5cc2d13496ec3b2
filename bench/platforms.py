"""Every platform: rows per second beside the floor, and how well waiting is overlapped.

`python -m bench.platforms [rounds] [slug ...]` reads 60 days of one account of each platform's
sandbox at every grain it has, records the answers, and then measures against the record:

* ours: the connector, read-ahead, batches, `replace` and its ledger, as a sync does it;
* floor: the same requests one after the other, each answer parsed by orjson, and as many rows as
  came of them copied into a temporary table and from there INSERTed ON CONFLICT;
* waiting: ours with 300 ms added to every answer, against requests x 300 ms / allowed readers, or
  against the platform's own pace where that is slower.

Shopify's bucket is that of its largest plan: with a smaller one, points are all there is to
measure. It is read over its last 7 days, in pages: the export of a history waits for Shopify alone.

Each measurement is a process of its own; ratios are of the same round.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

DAYS = 60
IN_PAGES = 7
DELAY = 0.3
TODAY = dt.date(2026, 11, 23)
NOON = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
# Seconds between two requests that a platform allows, where answers come sooner than that.
PACES = {"tiktok": 1 / 5}
TABLE = (
    "CREATE TABLE IF NOT EXISTS bench_rows (id text, day date, placement text, impressions bigint, "
    "clicks bigint, spend numeric, conversions numeric, value numeric, "
    "PRIMARY KEY (id, day, placement))"
)


def ours(case: dict[str, Any]) -> dict[str, float]:
    """Read the account's days and store them; what it took."""
    from sqlalchemy import create_engine, select  # noqa: PLC0415 measured without its import
    from sqlalchemy.orm import Session  # noqa: PLC0415

    from app.connectors.http import Http  # noqa: PLC0415
    from app.models import Account  # noqa: PLC0415
    from app.sync.plan import found  # noqa: PLC0415
    from app.sync.reading import Piece, Refused, read_ahead  # noqa: PLC0415
    from app.sync.store import Origin, replace, replace_store  # noqa: PLC0415
    from app.sync.window import in_chunks  # noqa: PLC0415

    engine = create_engine(case["database"])
    rows = 0
    with Http(wall=NOON.timestamp) as http, Session(engine, expire_on_commit=False) as session:
        connector = _connector(case, http)
        account = session.scalars(select(Account).where(Account.platform == case["slug"])).one()
        days = in_chunks(_days(IN_PAGES if connector.sells else DAYS), type(connector).chunk_days)
        pieces = [Piece(n, account.id, found(account), None, span) for n, span in enumerate(days)]
        session.commit()
        began = time.perf_counter()
        for reading in read_ahead(connector, pieces, lambda: NOON):
            if isinstance(reading, Refused):
                raise reading.error
            span = reading.piece.days
            chunk = [span.first + dt.timedelta(days=n) for n in range(len(span))]
            with session.begin():
                for batch in reading.batches:
                    rows += replace(session, account, batch, chunk, origin=Origin()).rows_read
                if connector.sells:
                    sold = reading.store or ()
                    rows += replace_store(session, account, sold, chunk, origin=Origin()).rows_read
        seconds = time.perf_counter() - began
        made, readers = http.requests_made, type(connector).readers
    engine.dispose()
    return {"seconds": seconds, "rows": rows, "requests": made, "readers": readers}


def floor(case: dict[str, Any]) -> dict[str, float]:
    """The same answers fetched in turn and parsed, and the same number of rows copied."""
    import orjson  # noqa: PLC0415
    import psycopg  # noqa: PLC0415
    import requests  # noqa: PLC0415

    with psycopg.connect(case["database"].replace("+psycopg", "")) as database:
        database.execute(TABLE)
        database.execute("TRUNCATE bench_rows")
        database.commit()
        began = time.perf_counter()
        http = requests.Session()
        for method, path, body, headers in case["questions"]:
            answer = http.request(
                method, case["tape"] + path, data=body.encode(), headers=headers, timeout=60
            )
            if answer.content.startswith((b"{", b"[")) and b"\n{" not in answer.content:
                orjson.loads(answer.content)
            else:
                [orjson.loads(line) for line in answer.content.splitlines() if line]
        database.execute("CREATE TEMP TABLE came (LIKE bench_rows) ON COMMIT DROP")
        with database.cursor().copy("COPY came FROM STDIN") as sink:
            for number in range(case["rows"]):
                sink.write(f"{number}\t2026-11-01\t\t1000\t10\t12.34\t1.5\t60.10\n")
        database.execute(
            "INSERT INTO bench_rows SELECT * FROM came ON CONFLICT (id, day, placement) DO UPDATE "
            "SET impressions = excluded.impressions, spend = excluded.spend"
        )
        database.commit()
        return {"seconds": time.perf_counter() - began}


def compare(rounds: int, slugs: list[str]) -> None:
    """Take turns on every platform and print one line each."""
    from bench.cases import prepared  # noqa: PLC0415

    print("platform   rows/s   rows  requests  ours/floor   waiting/ideal (readers)")
    with tempfile.TemporaryDirectory() as folder, prepared(Path(folder), slugs) as (cases, tape):
        for case in cases:
            tape.rewind(0)
            seen = measure(ours, case, folder)
            case |= {"rows": int(seen["rows"]), "questions": tape.questions()}
            ratios, speeds = [], []
            for _ in range(rounds):
                case["empty"]()
                tape.rewind(0)
                took = measure(ours, case, folder)
                tape.rewind(0)
                bare = measure(floor, case, folder)
                speeds.append(took["rows"] / took["seconds"])
                ratios.append(bare["seconds"] / took["seconds"])
            case["empty"]()
            tape.rewind(DELAY)
            slow = measure(ours, case, folder)
            ideal = slow["requests"] * max(DELAY / slow["readers"], PACES.get(case["slug"], 0))
            print(
                f"{case['slug']:<9} {statistics.median(speeds):>7,.0f} {seen['rows']:>6,.0f} "
                f"{seen['requests']:>9,.0f}  {statistics.median(ratios):>6.2f} "
                f"({min(ratios):.2f} to {max(ratios):.2f})"
                f"  {slow['seconds'] / ideal:>6.2f} ({slow['readers']:.0f})"
            )


def measure(way: Callable[..., Any], case: dict[str, Any], folder: str) -> dict[str, float]:
    """One measurement in a process of its own."""
    told = Path(folder) / "case.json"
    told.write_text(json.dumps({n: v for n, v in case.items() if n != "empty"}, default=str))
    command = [sys.executable, "-m", "bench.platforms", "--way", way.__name__, str(told)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(ran.stderr)
    said: dict[str, float] = json.loads(ran.stdout)
    return said


def _connector(case: dict[str, Any], http: Any) -> Any:
    from app.connectors.platforms import connector_for  # noqa: PLC0415
    from app.connectors.words import Grant  # noqa: PLC0415
    from app.settings import Settings  # noqa: PLC0415

    settings = Settings(case["database"], "x" * 32, (), **case["settings"])
    grant = Grant(**{**case["grant"], "expires_at": None, "ends_at": None})
    return connector_for(case["slug"])(settings, http, grant)


def _days(count: int) -> Any:
    from app.connectors.words import Days  # noqa: PLC0415

    return Days(TODAY - dt.timedelta(days=count), TODAY - dt.timedelta(days=1))


def told(grant: Any) -> dict[str, Any]:
    """A grant as JSON; the bench's clock stands still, so its ends do not matter."""
    return asdict(grant)


if __name__ == "__main__":
    if "--way" in sys.argv:
        name, path = sys.argv[2:4]
        chosen = {"ours": ours, "floor": floor}[name]
        print(json.dumps(chosen(json.loads(Path(path).read_text()))))
    else:
        named = [word for word in sys.argv[1:] if not word.isdigit()]
        counts = [int(word) for word in sys.argv[1:] if word.isdigit()]
        compare(counts[0] if counts else 5, named)

"""Whether pages are served as quickly while big reports are being written as when nothing is.

`python -m bench.report_serving [rounds]`: the loads of `bench.serving` on the figures of
`bench.reports`, to the dashboard and the list of reports, while one report of two years, 300
campaigns and 2,000 ads follows the other. First `python -m jobs` writes them in a process of its
own (docs/deploy.md), then a process only computes instead, then the web process writes them. The
last line of each tells how many reports were written and what else the machine had to do.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg
from sqlalchemy import text

from app import create_app
from app.extensions import db
from bench.creative import ROOT, rss
from bench.dashboard import DAYS, TODAY, _settings
from bench.installation import Site, environ_of, filled, site_of
from bench.reports import ADS, NOISE
from bench.serving import DASHBOARD, compare
from local.postgres import Cluster

PAGES = (DASHBOARD, "/dashboard/reports")


def main(rounds: int) -> None:
    """Fill, ask, print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Cluster.start(Path(folder) / "data", durable=False) as server,
    ):
        token = filled(server.url())
        _add_ads(server.url())
        environ = environ_of(server.url())
        apart = {**environ, "RUN_JOBS": "false"}
        with site_of(apart, token, Path(folder)) as site, _jobs(environ, Path(folder)):
            _measure(site, server.url(), "jobs in a process of their own", rounds)
            compare(site, PAGES, _compute, "a process that only computes", rounds)
            _preview(site)
        with site_of(environ, token, Path(folder)) as site:
            _measure(site, server.url(), "jobs in the web process", rounds)


def _add_ads(url: str) -> None:
    with create_app(_settings(url)).app_context():
        for statement in NOISE.split(";"):
            db.session.execute(text(statement), {"days": DAYS, "ads": ADS})
        db.session.commit()
        db.engine.dispose()


@contextmanager
def _jobs(environ: dict[str, str], folder: Path) -> Iterator[None]:
    with (folder / "jobs.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jobs"], cwd=ROOT, env=environ, stdout=log, stderr=log
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def _measure(site: Site, database: str, where: str, rounds: int) -> None:
    _report(site, database)
    for page in PAGES * 5:
        site.get(page)
    took = compare(site, PAGES, partial(_write, site, database), where, rounds)
    load = os.getloadavg()[0]
    print(
        f"{where}: {len(took)} reports, {min(took) / 1000:.1f} to {max(took) / 1000:.1f} s each; "
        f"web process {rss(site.web):.0f} MB; load {load:.1f}"
    )


def _compute(until: threading.Event) -> list[int]:
    """What any neighbour costs that keeps a core busy, to hold the writing of reports against."""
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    until.wait()
    busy.kill()
    busy.wait()
    return []


def _preview(site: Site) -> None:
    """What the letter of a schedule takes to be shown, computed in a process for it."""
    for days in ("7d", "30d", "90d"):
        sent = {"title": days, "range": days, "recipients": ["somebody@example.com"]}
        made = site.post("/api/report-schedules", sent)
        took = sorted(site.get(f"/dashboard/reports/schedules/{made}/preview") for _ in range(3))
        print(f"preview of {days}: {took[0]:.0f} to {took[-1]:.0f} ms")


def _write(site: Site, database: str, until: threading.Event) -> list[int]:
    """One report after the other; the milliseconds that each took."""
    took = []
    while not until.is_set():
        began = time.perf_counter()
        _report(site, database)
        took.append(round((time.perf_counter() - began) * 1000))
    return took


def _report(site: Site, database: str) -> None:
    last = TODAY - dt.timedelta(days=1)
    first = last - dt.timedelta(days=DAYS - 2)
    made = site.post("/api/reports", {"from": first.isoformat(), "to": last.isoformat()})
    asked = "SELECT state, error FROM report WHERE id = %s"
    with psycopg.connect(database, autocommit=True) as connection:
        while (row := connection.execute(asked, [made]).fetchone()) and row[0] != "completed":
            if row[0] == "failed":
                sys.exit(f"a report failed: {row[1]}")
            time.sleep(0.05)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)

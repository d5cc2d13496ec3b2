"""How long a report over two years of 300 campaigns and 2,000 ads takes to be written.

    python -m bench.reports

The world of `bench.dashboard`, with noise and ads: the job, findings included, from its first
statement to the frozen document, the start of the process that computes it included. A row is the
days, seconds, seconds of Python's own work (the rest is the database and, on a busy machine,
waiting), kB and that process's peak MB.
"""

from __future__ import annotations

import datetime as dt
import resource
import tempfile
import time
from functools import partial
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import select, text
from sqlalchemy.orm import sessionmaker

from app import create_app
from app.extensions import db
from app.models import Report, User, Workspace
from app.reports import apart, ordering, writing
from app.reports.ordering import Wanted
from app.settings import Settings
from bench.dashboard import DAYS, TODAY, _settings, fill
from local.postgres import Cluster

ADS = 2_000
# Without noise a year of equal days says nothing; the same for every run.
NOISE = """
    SELECT setseed(0.5);
    UPDATE account SET history_from = current_date - :days + 1, read_through = current_date;
    UPDATE platform_connection SET last_synced_at = now();
    UPDATE campaign_total_day
    SET spend = spend * (0.7 + 0.6 * random()), clicks = clicks * (0.7 + 0.6 * random()),
        conversions = round((conversions * (0.5 + random()))::numeric, 1);
    UPDATE platform_total_day AS whole
    SET spend = part.spend, native_spend = part.spend, clicks = part.clicks,
        conversions = part.conversions
    FROM (SELECT account_id, day, sum(spend) AS spend, sum(clicks) AS clicks,
                 sum(conversions) AS conversions
          FROM campaign_total_day GROUP BY 1, 2) AS part
    WHERE part.account_id = whole.account_id AND part.day = whole.day;
    INSERT INTO ad (workspace_id, account_id, campaign_id, external_id, name, status)
    SELECT workspace_id, account_id, id, 'ad' || number, 'Ad ' || number, 'active'
    FROM generate_series(1, :ads) AS number
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS place FROM campaign) AS campaign
      ON place = 1 + number % 300;
    INSERT INTO ad_day (ad_id, day, account_id, workspace_id, impressions, clicks, spend,
                        conversions, conversion_value)
    SELECT id, day, account_id, workspace_id, 1000 + 200 * random(), 10 + 4 * random(),
           5 + random(), random(), 30 * random()
    FROM ad, generate_series(current_date - :days + 1, current_date, interval '1 day') AS day;
    ANALYZE
"""


def main() -> None:
    """Fill, write, print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Cluster.start(Path(folder) / "data", durable=False) as server,
    ):
        settings = _settings(server.url())
        app = create_app(settings)
        with app.app_context():
            upgrade()
            fill()
            for statement in NOISE.split(";"):
                db.session.execute(text(statement), {"days": DAYS, "ads": ADS})
            db.session.commit()
            for days in (30, DAYS - 1):
                _measure(settings, days)
            db.engine.dispose()


def _measure(settings: Settings, days: int) -> None:
    session = db.session()
    place, user = session.scalars(select(Workspace)).one(), session.scalars(select(User)).one()
    last = TODAY - dt.timedelta(days=1)
    now = dt.datetime.now(dt.UTC)
    wanted = Wanted(first=last - dt.timedelta(days=days - 1), last=last)
    report = ordering.order(session, place, wanted, user_id=user.id, today=TODAY, now=now)
    session.commit()
    began, computing = time.perf_counter(), _computed()
    writing.write_report(
        sessionmaker(db.engine, expire_on_commit=False),
        report.id,
        partial(apart.compute_report, settings),
        clock=lambda: now,
    )
    took, computed = time.perf_counter() - began, _computed() - computing
    session.expire_all()
    written = session.get_one(Report, report.id)
    size = len(written.document or b"") // 1024
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"| {days} days | {took:.1f} | {computed:.1f} | {size} | {peak} | {written.state} |")


def _computed() -> float:
    """Seconds of CPU of this process and of those that it has started and that have ended."""
    used = (resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main()

"""How long a signed-in dashboard takes over two years of 300 campaigns.

    python -m bench.dashboard

Starts a PostgreSQL of its own, fills 219,000 campaign-days of five accounts and one shop, and
asks for the pages through the WSGI application, templates included and network left out.
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from app import create_app
from app.accounts.sessions import open_session
from app.extensions import db
from app.models import Account, Membership, PlatformConnection, User, Workspace
from app.settings import Settings
from app.web.cookies import NAME
from local.postgres import Cluster

DAYS = 730
CAMPAIGNS = 300
TIMES = 15
TODAY = dt.datetime.now(dt.UTC).date()
PAGES = (
    "/dashboard",
    "/dashboard?range=90d",
    f"/dashboard?from={TODAY - dt.timedelta(days=DAYS - 1)}&to={TODAY}",
    "/campaigns?sort=-roas",
    "/campaigns/export.csv",
    "/api/metrics/summary",
    "/dashboard/why/roas",
)

FILL = """
    INSERT INTO campaign (workspace_id, account_id, external_id, name, status)
    SELECT :workspace, :account, 'c' || number, 'Campaign ' || number, 'active'
    FROM generate_series(1, :campaigns) AS number;
    INSERT INTO campaign_total_day
    SELECT campaign.id, day, :workspace, :account, :platform, 9000, 90, 3, 'USD',
           20 + number % 7, 60 + number % 11, 20 + number % 7, 60 + number % 11
    FROM (SELECT id, row_number() OVER () AS number FROM campaign
          WHERE account_id = :account) AS campaign,
         generate_series(current_date - :days + 1, current_date, interval '1 day') AS day;
    INSERT INTO platform_total_day
    SELECT account_id, day, workspace_id, platform, sum(impressions), sum(clicks),
           sum(conversions), NULL, 'USD', sum(native_spend), sum(native_value), NULL,
           sum(spend), sum(value), NULL
    FROM campaign_total_day WHERE account_id = :account GROUP BY 1, 2, 3, 4
"""


def main() -> None:
    """Fill, ask, print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Cluster.start(Path(folder) / "data", durable=False) as server,
    ):
        app = create_app(_settings(server.url()))
        with app.app_context():
            upgrade()
            token = fill()
        client = app.test_client()
        client.set_cookie(NAME, token)
        for page in PAGES:
            _measure(client, page)
        with app.app_context():
            db.engine.dispose()


def _measure(client: FlaskClient, page: str) -> None:
    statements: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    took = []
    for _ in range(TIMES):
        statements.clear()
        began = time.perf_counter()
        response = client.get(page)
        size = len(response.get_data())
        took.append((time.perf_counter() - began) * 1000)
        if response.status_code != 200:
            sys.exit(f"{page} answered {response.status_code}")
    event.remove(Engine, "before_cursor_execute", note)
    took.sort()
    print(
        f"| `{page}` | {len(statements)} | {statistics.median(took):.0f} | "
        f"{took[-2]:.0f} | {size / 1024:.0f} |"
    )


def fill() -> str:
    """One workspace; returns the token of a session in it."""
    session = db.session()
    user = User(email="bench@example.com", name="Bench", password_hash="-")  # noqa: S106 nobody signs in
    place = Workspace(name="Bench", currency="USD", time_zone="UTC")
    session.add_all([user, place])
    session.flush()
    session.add(Membership(user_id=user.id, workspace_id=place.id, role="owner"))
    for number in range(5):
        platform = ("meta", "google", "linkedin")[number % 3]
        connection = PlatformConnection(workspace_id=place.id, platform=platform, kind="oauth")
        session.add(connection)
        session.flush()
        account = Account(
            workspace_id=place.id,
            connection_id=connection.id,
            platform=platform,
            external_id=str(number),
            name=f"Account {number}",
            currency="USD",
            time_zone="UTC",
            selected=True,
        )
        session.add(account)
        session.flush()
        parameters = {
            "workspace": place.id,
            "account": account.id,
            "platform": platform,
            "campaigns": CAMPAIGNS // 5,
            "days": DAYS,
        }
        for statement in FILL.split(";"):
            session.execute(text(statement), parameters)
    now = dt.datetime.now(dt.UTC)
    token = open_session(session, user, now=now, ip="", user_agent="bench")
    session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as straight:
        straight.execute(text("VACUUM ANALYZE"))
    return token


def _settings(url: str) -> Settings:
    return Settings(
        environment="test",
        database_url=url.replace("postgresql://", "postgresql+psycopg://"),
        secret_key="a secret of at least thirty-two characters",  # noqa: S106 of one run
        encryption_keys=(Fernet.generate_key().decode(),),
        run_jobs=False,
    )


if __name__ == "__main__":
    main()

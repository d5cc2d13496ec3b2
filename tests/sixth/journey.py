"""Acorn Ads from its card to the dashboard; run inside a copy of the project that has it."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from app.connectors.http import Http
from app.models import PlatformConnection, SyncRun
from app.settings import Settings
from app.sync.run import sync
from tests.conftest import Member, csrf_token, make_settings, sign_in

CLICKS, VIEWS = 7, 100


class Handler(BaseHTTPRequestHandler):
    """Ten dollars and one sale worth 25 on every day; two rows a page."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        rows = getattr(self, address.path.strip("/"))(asked)
        start = 2 * (int(asked["page"]) - 1)
        more = len(rows) > start + 2
        body = {"rows": rows[start : start + 2], "next": int(asked["page"]) + 1 if more else None}
        self._say(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say({"access_token": "granted"})

    def accounts(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        return [{"id": "a1", "name": "Hazel & Oak", "currency": "USD", "zone": "America/New_York"}]

    def campaigns(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        return [{"id": "c1", "name": "Autumn 🌰"}]

    def days(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        extra = {"campaign": "c1", "name": "Autumn 🌰", "sales": "1", "revenue": "25.00"}
        return [row | extra for row in self.totals(asked)]

    def totals(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        first, last = (dt.date.fromisoformat(asked[name]) for name in ("from", "to"))
        return [
            {
                "day": str(first + dt.timedelta(days=number)),
                "spend": "10.00",
                "views": VIEWS,
                "clicks": CLICKS,
            }
            for number in range((last - first).days + 1)
        ]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class's name
        """Quietly."""

    def _say(self, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def settings(database_url: str) -> Iterator[Settings]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    platforms = {
        "PLATFORM_ACORN_SECRET": "s3cret",
        "PLATFORM_ACORN_URL": f"http://127.0.0.1:{server.server_port}",
    }
    yield make_settings(database_url, platforms=platforms)
    server.shutdown()
    server.server_close()


def test_it_is_offered_connects_syncs_and_appears_on_the_dashboard(
    app: Flask, session: Session, settings: Settings, alice: Member
) -> None:
    client = sign_in(app, alice)
    page = client.get("/connections").text
    assert "Acorn Ads" in page
    assert "Squirrel search" in page
    assert client.get("/connections/acorn/guide").status_code == 200

    popup = client.get("/api/oauth/acorn/start")
    state = parse_qs(urlsplit(popup.location).query)["state"][0]
    back = client.get(f"/api/oauth/acorn/callback?code=1&state={state}")
    assert back.status_code == 200, back.text

    run = session.scalars(select(SyncRun)).one()
    engine = create_engine(settings.database_url)
    with Http() as http:
        sync(
            engine,
            http,
            settings,
            run.id,
            clock=lambda: dt.datetime.now(dt.UTC),
            stopping=threading.Event(),
        )
    engine.dispose()
    session.expire_all()
    assert (run.state, run.error) == ("done", "")

    summary = client.get("/api/metrics/summary").json
    assert Decimal(summary["spend"]) > 0
    dashboard = client.get("/dashboard?range=7d").text
    assert "Acorn Ads" in dashboard
    assert "Autumn 🌰" in client.get("/campaigns?range=7d").text
    listed = client.get("/api/connections").json["connections"]
    assert [item["matches_platform"] for item in listed] == [True]


def test_a_pasted_token_connects_too(app: Flask, session: Session, alice: Member) -> None:
    client = sign_in(app, alice)
    answer = client.post(
        "/api/connections",
        json={"platform": "acorn", "access_token": "pasted"},
        headers={"X-CSRFToken": csrf_token(client)},
    )
    assert answer.status_code == 201, answer.text
    assert session.scalars(select(PlatformConnection)).one().sandbox

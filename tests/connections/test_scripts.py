"""Connecting, choosing and reading by script, and what happens when it is asked wrongly."""

from __future__ import annotations

import datetime as dt
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import Account, Membership, PlatformConnection, SyncRun
from tests.conftest import Member, csrf_token, sign_in
from tests.connections.conftest import Visitor
from tests.factories import make_account, make_connection
from tests.sandbox_server import SandboxServer


@pytest.fixture
def connected(visitor: Visitor, sandbox: SandboxServer) -> dict[str, Any]:
    """A connection with its first account chosen."""
    made = paste(visitor, sandbox.token).get_json()
    first = made["accounts"][0]["external_id"]
    chosen = visitor.write(
        "PUT", f"/api/connections/{made['id']}/accounts", json={"selected": [first]}
    )
    assert chosen.status_code == 200
    return dict(made)


def paste(visitor: Visitor, token: str, platform: str = "meta") -> Any:
    return visitor.write(
        "POST", "/api/connections", json={"platform": platform, "access_token": token}
    )


@pytest.mark.parametrize(
    "token", ["wrong", "", "  ", "two words", "line\nbreak", "☃", "x" * 100_000]
)
def test_a_token_that_is_none_is_refused_with_a_sentence(visitor: Visitor, token: str) -> None:
    refused = paste(visitor, token)
    assert refused.status_code == 422
    assert "nothing was connected" in refused.get_json()["error"]["message"]
    assert visitor.connections() == []


@pytest.mark.parametrize("platform", ["google", "myspace", ""])
def test_a_platform_that_cannot_be_connected_is_refused(visitor: Visitor, platform: str) -> None:
    refused = paste(visitor, "token", platform)
    assert refused.status_code == 422
    assert "meta" in refused.get_json()["error"]["message"]


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ({"from": "2026-11-20"}, (dt.date(2026, 11, 20), "today")),
        ({"to": "2026-11-20"}, (dt.date(2026, 10, 22), dt.date(2026, 11, 20))),
        ({"from": "2026-11-02", "to": "2026-11-02"}, (dt.date(2026, 11, 2),) * 2),
    ],
)
def test_either_end_of_a_window_may_be_left_out(
    visitor: Visitor,
    connected: dict[str, Any],
    session: Session,
    window: dict[str, str],
    expected: tuple[Any, Any],
) -> None:
    started = visitor.write("POST", f"/api/connections/{connected['id']}/sync", json=window)
    assert started.status_code == 202
    run = session.get_one(SyncRun, started.get_json()["sync_run_id"])
    first, last = expected
    today = visitor.client.get("/api/metrics/summary").get_json()["to"]
    assert run.first == first
    assert run.last == (dt.date.fromisoformat(today) if last == "today" else last)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_window_beyond_every_platform_is_refused(
    visitor: Visitor, connected: dict[str, Any], day: str
) -> None:
    window = {"from": day, "to": day}
    refused = visitor.write("POST", f"/api/connections/{connected['id']}/sync", json=window)
    assert refused.status_code == 422


def test_the_home_of_uploads_is_no_connection(
    visitor: Visitor, session: Session, alice: Member
) -> None:
    home = make_connection(session, alice.workspace, "google", kind="upload")
    make_account(session, home)
    session.commit()
    address = f"/api/connections/{home.id}"
    assert visitor.write("PUT", f"{address}/accounts", json={"selected": []}).status_code == 404
    assert visitor.write("POST", f"{address}/sync", json={}).status_code == 404
    assert visitor.write("DELETE", f"{address}?data=delete").status_code == 404
    assert visitor.client.get(f"/api/oauth/meta/start?repair={home.id}").status_code == 404
    assert session.scalars(select(Account.selected)).all() == [True]


def test_the_same_token_pasted_twice_at_once_is_one_connection(
    app: Flask, alice: Member, sandbox: SandboxServer, session: Session
) -> None:
    visitors = [_visitor(app, alice) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda each: paste(each, sandbox.token), visitors))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    assert len(session.scalars(select(PlatformConnection)).all()) == 1


def test_choosing_and_reading_twice_at_once_is_one_run(
    app: Flask, alice: Member, sandbox: SandboxServer, session: Session
) -> None:
    visitors = [_visitor(app, alice) for _ in range(4)]
    made = paste(visitors[0], sandbox.token).get_json()
    address = f"/api/connections/{made['id']}"
    chosen = {"selected": [each["external_id"] for each in made["accounts"]]}

    def choose_and_read(each: Visitor) -> list[int]:
        put = each.write("PUT", f"{address}/accounts", json=chosen)
        return [put.status_code, each.write("POST", f"{address}/sync", json={}).status_code]

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(choose_and_read, visitors)) == [[200, 202]] * 4
    assert len(session.scalars(select(SyncRun)).all()) == 1


def test_disconnecting_twice_at_once_ends_well(
    app: Flask, alice: Member, sandbox: SandboxServer, session: Session
) -> None:
    visitors = [_visitor(app, alice) for _ in range(3)]
    made = paste(visitors[0], sandbox.token).get_json()

    def leave(each: Visitor) -> int:
        return each.write("DELETE", f"/api/connections/{made['id']}?data=delete").status_code

    with ThreadPoolExecutor(3) as threads:
        statuses = list(threads.map(leave, visitors))
    assert 204 in statuses
    assert set(statuses) <= {204, 404}
    assert session.scalars(select(PlatformConnection)).all() == []


def test_who_may_only_look_writes_nothing(
    app: Flask, alice: Member, connected: dict[str, Any], session: Session
) -> None:
    session.execute(update(Membership).values(role="viewer"))
    session.commit()
    # What is theirs whatever their role, deliveries, which carry a signature of their own, what
    # anybody with a link may do, and a question that is too long for an address.
    own = ("settings", "auth", "auth_api", "webhooks", "shared", "simulator_api")
    looking = _visitor(app, alice)
    walked = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in own:
            continue
        path = rule.rule
        for name in rule.arguments:
            filled = str(connected["id"]) if name == "connection_id" else "1"
            path = path.replace(f"<int:{name}>", filled).replace(f"<{name}>", "meta")
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}:
            answer = looking.write(method, path, json={})
            assert answer.status_code == 403, (method, path, answer.status_code)
            walked += 1
    assert looking.client.get("/api/oauth/meta/start").status_code == 403
    assert walked > 10


def test_no_log_line_holds_a_secret(
    app: Flask,
    visitor: Visitor,
    sandbox: SandboxServer,
    session: Session,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert paste(visitor, sandbox.token).status_code == 201
        sandbox.fault("server_error", times=3)
        paste(visitor, sandbox.token)
        back = visitor.consent(visitor.begin())
        visitor.client.get(back)
    cookie = visitor.client.get_cookie("growzzy_session")
    assert cookie is not None
    code = back.partition("code=")[2].partition("&")[0]
    assert code
    text = caplog.text
    for secret in (sandbox.token, sandbox.app_secret, cookie.value, code, visitor.token):
        assert secret not in text


def _visitor(app: Flask, member: Member) -> Visitor:
    client = sign_in(app, member)
    return Visitor(client, csrf_token(client))

"""What must not be told: to logs, to caches, to whoever asks under another name."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import create_app
from app.extensions import db
from app.models import User
from app.web.cookies import NAME
from tests.conftest import PASSWORD, Member, csrf_token, make_settings, sign_in

TOKEN = "k7Yx-a-reset-token-nobody-may-read"


@pytest.mark.parametrize("path", [f"/auth/reset/{TOKEN}", f"/campaigns/%0Aforged-{TOKEN}"])
def test_a_failure_is_logged_by_its_route_not_by_its_address(
    caplog: pytest.LogCaptureFixture, path: str
) -> None:
    unreachable = create_app(make_settings("postgresql://nobody@127.0.0.1:1/none"))
    with caplog.at_level(logging.DEBUG):
        unreachable.test_client().get(path)
    assert TOKEN not in caplog.text


def test_a_failed_statement_is_logged_without_what_it_was_about(app: Flask) -> None:
    with app.app_context(), pytest.raises(SQLAlchemyError) as failed:
        db.session.execute(text("SELECT 1 / (:secret = 'a')::int"), {"secret": TOKEN})
    assert TOKEN not in str(failed.value)


@pytest.mark.parametrize(
    "path",
    [
        "/dashboard",
        "/campaigns",
        "/campaigns/export.csv",
        "/connections",
        "/connections/upload",
        "/settings",
        "/api/workspace",
        "/api/connections",
        "/api/metrics/summary",
        "/api/campaigns",
        "/api/imports/1",
    ],
)
def test_no_cache_keeps_what_is_shown_to_somebody_signed_in(
    app: Flask, alice: Member, path: str
) -> None:
    assert sign_in(app, alice).get(path).cache_control.no_store


def test_files_of_the_site_itself_may_be_kept(app: Flask, alice: Member) -> None:
    kept = sign_in(app, alice).get("/static/css/app.css", buffered=True)
    assert not kept.cache_control.no_store


def test_scripts_are_told_what_is_wrong_in_their_words(app: Flask, alice: Member) -> None:
    client = sign_in(app, alice)
    headers = {"X-CSRFToken": csrf_token(client)}
    plain = client.patch("/api/workspace", data="{}", headers=headers, content_type="text/plain")
    assert (plain.status_code, plain.json["error"]["code"]) == (415, "unsupported_media_type")
    assert "application/json" in plain.json["error"]["message"]
    other = client.put("/api/workspace", json={}, headers=headers)
    assert (other.status_code, other.json["error"]["code"]) == (405, "method_not_allowed")
    assert "PATCH" in other.json["error"]["message"]


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded"])
def test_links_in_mail_and_popups_ignore_what_the_visitor_calls_us(
    database_url: str, alice: Member, caplog: pytest.LogCaptureFixture, header: str
) -> None:
    settings = make_settings(
        database_url,
        public_url="https://ads.example.com",
        meta_app_id="app",
        meta_app_secret="s",
    )
    app = create_app(settings)
    client = sign_in(app, alice)
    cookie = client.get_cookie(NAME)
    assert cookie is not None
    client.set_cookie(NAME, cookie.value, domain="evil.example")
    evil = {header: "host=evil.example" if header == "Forwarded" else "evil.example"}
    token = client.get("/api/auth/csrf", headers=evil).get_json()["csrf_token"]
    with caplog.at_level(logging.WARNING):
        client.post(
            "/auth/forgot",
            data={"email": "alice@example.com", "csrf_token": token},
            headers=evil,
        )
    assert "https://ads.example.com/auth/reset/" in caplog.text
    assert "evil" not in caplog.text
    popup = client.get("/api/oauth/meta/start", headers=evil)
    assert "ads.example.com" in popup.location
    assert "evil" not in popup.location
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_token_of_another_browser_opens_nothing(
    app: Flask, alice: Member, charlie: Member, session: Session
) -> None:
    strangers = csrf_token(sign_in(app, charlie))
    client = sign_in(app, alice)
    csrf_token(client)
    refused = client.patch(
        "/api/workspace", json={"name": "Mine now"}, headers={"X-CSRFToken": strangers}
    )
    assert (refused.status_code, refused.json["error"]["code"]) == (403, "csrf")


def test_two_sign_ups_by_script_at_once_make_one_person(app: Flask, session: Session) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    person = {"name": "Nora", "email": "nora@example.com", "password": PASSWORD}

    def sign_up(_number: int) -> int:
        client: FlaskClient = app.test_client()
        headers = {"X-CSRFToken": csrf_token(client)}
        return client.post("/api/auth/signup", json=person, headers=headers).status_code

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(sign_up, range(4))) == [201, 422, 422, 422]
    assert session.query(User).count() == 1

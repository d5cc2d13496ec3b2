"""Signing up, in and out for scripts, and writes that other sites try."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.models import User, UserSession
from app.web.cookies import NAME
from tests.conftest import PASSWORD, Member, csrf_token, sign_in

NORA = {"name": "Nora Field", "email": "nora@example.com", "password": PASSWORD}


def post(client: FlaskClient, path: str, json: Any = None, **headers: str) -> TestResponse:
    return client.post(path, json=json, headers={"X-CSRFToken": csrf_token(client), **headers})


def test_a_script_signs_up_and_is_signed_in(client: FlaskClient) -> None:
    sent = {**NORA, "time_zone": "Europe/Madrid", "currency": "gbp"}
    answer = post(client, "/api/auth/signup", sent)
    assert answer.status_code == 201
    found = answer.get_json()
    assert found["user"] == {
        "id": found["user"]["id"],
        "name": "Nora Field",
        "email": "nora@example.com",
    }
    assert found["workspace"] == {
        "id": found["workspace"]["id"],
        "name": "Nora’s workspace",
        "currency": "GBP",
        "time_zone": "Europe/Madrid",
        "target_roas": None,
        "revenue": "auto",
        "revenue_with_tax": False,
        "revenue_with_shipping": False,
        "report_language": "en",
    }
    assert client.get("/api/workspace").get_json() == found["workspace"]
    assert client.get_cookie(NAME) is not None


def test_a_script_signs_in_and_out(client: FlaskClient, session: Session, alice: Member) -> None:
    answer = post(client, "/api/auth/login", {"email": "alice@example.com", "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.get_json()["user"]["id"] == alice.user.id
    assert answer.get_json()["workspace"]["id"] == alice.workspace.id
    out = post(client, "/api/auth/logout")
    assert (out.status_code, out.data) == (204, b"")
    assert client.get_cookie(NAME) is None
    assert session.scalar(select(func.count()).select_from(UserSession)) == 0
    assert client.get("/api/workspace").status_code == 401


def test_wrong_credentials_are_401_without_saying_which(client: FlaskClient, alice: Member) -> None:
    answers = [
        post(client, "/api/auth/login", {"email": email, "password": "not this one"})
        for email in ("alice@example.com", "nobody@example.com", "no address")
    ]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].get_json()["error"]["code"] == "wrong_credentials"


@pytest.mark.parametrize(
    ("sent", "mentioned"),
    [
        ({**NORA, "role": "owner"}, "role"),
        ({"name": "Nora", "email": "nora@example.com"}, "password"),
        ({**NORA, "password": 12345678}, "password"),
        ({**NORA, "email": None}, "email"),
        ({**NORA, "password": "password"}, "most common"),
        ({**NORA, "currency": "XYZ"}, "XYZ"),
        ({**NORA, "time_zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({**NORA, "time_zone": "../../etc/passwd"}, "not a time zone"),
        ([], "object"),
    ],
)
def test_what_does_not_fit_is_refused_whole(
    client: FlaskClient, session: Session, sent: Any, mentioned: str
) -> None:
    answer = post(client, "/api/auth/signup", sent)
    assert answer.status_code == 422
    assert mentioned in answer.get_json()["error"]["message"]
    assert session.scalar(select(func.count()).select_from(User)) == 0


@pytest.mark.parametrize("path", ["/api/auth/signup", "/api/auth/login"])
@pytest.mark.parametrize(
    "sent", [b"{", b"", b"{'name': 1}", b'{"email": "\xff"}', b'{"password": "\\ud800"}']
)
def test_what_is_no_json_is_400(client: FlaskClient, path: str, sent: bytes) -> None:
    answer = client.post(
        path,
        data=sent,
        content_type="application/json",
        headers={"X-CSRFToken": csrf_token(client)},
    )
    assert answer.status_code == 400
    assert answer.get_json()["error"]["code"] == "invalid_json"


def test_unknown_parameters_are_refused(app: Flask, alice: Member) -> None:
    client = sign_in(app, alice)
    assert client.get("/api/auth/csrf?x=1").status_code == 422
    assert client.get("/api/workspace?expand=all").status_code == 422
    assert post(client, "/api/auth/logout?everywhere=1").status_code == 422


def test_the_token_stays_through_sign_in_and_changes_with_sign_out(
    client: FlaskClient, alice: Member
) -> None:
    before = csrf_token(client)
    sent = {"email": "alice@example.com", "password": PASSWORD}
    answer = client.post("/api/auth/login", json=sent, headers={"X-CSRFToken": before})
    assert answer.status_code == 200
    for token in (before, answer.get_json()["csrf_token"]):
        changed = client.patch(
            "/api/workspace", json={"name": "Renamed"}, headers={"X-CSRFToken": token}
        )
        assert changed.status_code == 200
    client.post("/api/auth/logout", headers={"X-CSRFToken": before})
    late = client.post("/api/auth/login", json=sent, headers={"X-CSRFToken": before})
    assert late.status_code == 403


@pytest.mark.parametrize("token", [None, "", "made-up"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/auth/signup"),
        ("POST", "/api/auth/login"),
        ("POST", "/api/auth/logout"),
        ("PATCH", "/api/workspace"),
    ],
)
def test_a_write_without_the_token_is_403(
    app: Flask, alice: Member, method: str, path: str, token: str | None
) -> None:
    headers = {} if token is None else {"X-CSRFToken": token}
    answer = sign_in(app, alice).open(path, method=method, json={}, headers=headers)
    assert answer.status_code == 403
    assert answer.get_json()["error"]["code"] == "csrf"
    assert "GET /api/auth/csrf" in answer.get_json()["error"]["message"]


def test_a_page_without_the_token_says_what_to_do_and_changes_nothing(
    app: Flask, alice: Member
) -> None:
    client = sign_in(app, alice)
    answer = client.post("/settings/profile", data={"profile-name": "Eve"})
    assert answer.status_code == 403
    assert "what you typed is still there" in answer.text
    assert "Eve" not in client.get("/settings").text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
    ],
)
def test_a_write_from_another_site_is_refused_even_with_the_token(
    app: Flask, alice: Member, headers: dict[str, str], status: int
) -> None:
    client = sign_in(app, alice)
    answer = client.patch(
        "/api/workspace",
        json={"name": "Renamed"},
        headers={"X-CSRFToken": csrf_token(client), **headers},
    )
    assert answer.status_code == status
    if status == 403:
        assert answer.get_json()["error"]["code"] == "csrf"


def test_looking_from_another_site_is_not_refused(client: FlaskClient) -> None:
    answer = client.get("/auth", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200


def test_behind_a_proxy_our_public_address_is_our_own(client: FlaskClient, alice: Member) -> None:
    answer = client.post(
        "/api/auth/login",
        base_url="http://10.0.0.3:8000",
        json={"email": "alice@example.com", "password": "not this one"},
        headers={
            "X-CSRFToken": client.get("/api/auth/csrf", base_url="http://10.0.0.3:8000").get_json()[
                "csrf_token"
            ],
            "Origin": "http://localhost",
        },
    )
    assert answer.status_code == 401

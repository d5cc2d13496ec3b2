"""Limits on signing in, signing up and resetting, across processes."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits import RateLimitItem
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from app.accounts import limits
from app.accounts.limits import Count, Limiter
from app.errors import TooMany
from app.extensions import db
from app.models import RateLimit, User
from app.settings import Settings
from app.web import entry
from tests.conftest import PASSWORD, Member, csrf_token, sign_in

WRONG = "not the right one"


@pytest.fixture
def second(settings: Settings) -> Iterator[Flask]:
    """Another process's application on the same database, with the same keys."""
    application = create_app(settings)
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def behind_proxy(settings: Settings) -> Iterator[Flask]:
    """An application that one reverse proxy stands before."""
    application = create_app(replace(settings, trusted_proxies=1))
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


def log_in(
    client: FlaskClient,
    email: str = "alice@example.com",
    password: str = WRONG,
    address: str = "",
) -> TestResponse:
    headers = {"X-CSRFToken": csrf_token(client)}
    if address:
        headers["X-Forwarded-For"] = address
    return client.post(
        "/api/auth/login", json={"email": email, "password": password}, headers=headers
    )


def test_ten_wrong_passwords_are_the_limit_in_all_processes_together(
    app: Flask, second: Flask, alice: Member
) -> None:
    for number in range(10):
        one = (app, second)[number % 2]
        assert log_in(one.test_client()).status_code == 401
    for one in (app, second):
        answer = log_in(one.test_client(), password=PASSWORD)
        assert answer.status_code == 429
        assert answer.get_json()["error"]["code"] == "too_many_requests"
        assert "Try again in 15 minutes" in answer.get_json()["error"]["message"]
        assert 0 < int(answer.headers["Retry-After"]) <= 900


def test_the_page_says_when_to_try_again_and_keeps_what_was_typed(
    client: FlaskClient, alice: Member
) -> None:
    for _ in range(10):
        log_in(client)
    form = {"csrf_token": csrf_token(client), "email": "alice@example.com", "password": WRONG}
    answer = client.post("/auth?tab=sign-in", data=form)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Try again in 15 minutes" in answer.text
    assert 'value="alice@example.com"' in answer.text


def test_an_unknown_address_is_limited_like_a_known_one(client: FlaskClient) -> None:
    statuses = [log_in(client, "nobody@example.com").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_tries_at_the_same_moment_do_not_slip_through(app: Flask, alice: Member) -> None:
    barrier = threading.Barrier(25)
    statuses: list[int] = []
    clients = [app.test_client() for _ in range(25)]
    tokens = [csrf_token(client) for client in clients]

    def run(client: FlaskClient, token: str) -> None:
        barrier.wait()
        sent = {"email": "alice@example.com", "password": WRONG}
        answer = client.post("/api/auth/login", json=sent, headers={"X-CSRFToken": token})
        statuses.append(answer.status_code)

    threads = [
        threading.Thread(target=run, args=pair) for pair in zip(clients, tokens, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (statuses.count(401), statuses.count(429)) == (10, 15)


def test_right_passwords_are_not_counted(app: Flask, alice: Member) -> None:
    for _ in range(12):
        assert log_in(app.test_client(), password=PASSWORD).status_code == 200


def test_a_right_password_starts_the_count_again(app: Flask, alice: Member) -> None:
    for _ in range(2):
        for _ in range(9):
            assert log_in(app.test_client()).status_code == 401
        assert log_in(app.test_client(), password=PASSWORD).status_code == 200


def test_an_own_account_does_not_reset_the_count_of_an_address(
    behind_proxy: Flask, alice: Member, charlie: Member
) -> None:
    answers = []
    for number in range(60):
        client = behind_proxy.test_client()
        if number % 5 == 4:
            own = log_in(client, "charlie@example.com", PASSWORD, "203.0.113.5")
            assert own.status_code in (200, 429)
        answers.append(log_in(client, f"x{number}@example.com", address="203.0.113.5").status_code)
    assert answers.count(401) == 50


def test_somebody_elses_tries_do_not_lock_the_owner_out(behind_proxy: Flask, alice: Member) -> None:
    for _ in range(11):
        log_in(behind_proxy.test_client(), address="203.0.113.5")
    owner = behind_proxy.test_client()
    assert log_in(owner, password=PASSWORD, address="198.51.100.7").status_code == 200


def test_even_tries_from_everywhere_leave_the_owners_own_browser_working(
    behind_proxy: Flask, session: Session, alice: Member
) -> None:
    owner = behind_proxy.test_client()
    assert log_in(owner, password=PASSWORD, address="198.51.100.7").status_code == 200
    for number in range(101):
        last = log_in(behind_proxy.test_client(), address=f"203.0.113.{number}")
    assert last.status_code == 429
    strangers = log_in(behind_proxy.test_client(), password=PASSWORD, address="192.0.2.1")
    assert strangers.status_code == 429
    assert log_in(owner, password=PASSWORD, address="198.51.100.8").status_code == 200


def test_a_known_browser_may_not_guess_for_ever(client: FlaskClient, alice: Member) -> None:
    assert log_in(client, password=PASSWORD).status_code == 200
    statuses = [log_in(client).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_a_browser_is_known_to_the_account_it_signed_in_to_only(
    app: Flask, client: FlaskClient, alice: Member, charlie: Member
) -> None:
    assert log_in(client, "charlie@example.com", PASSWORD).status_code == 200
    for _ in range(10):
        log_in(app.test_client())
    assert log_in(client).status_code == 429


def test_forwarded_addresses_count_only_behind_a_trusted_proxy(
    app: Flask, behind_proxy: Flask, alice: Member
) -> None:
    for number in range(10):
        log_in(app.test_client(), address=f"203.0.113.{number}")
    assert log_in(app.test_client(), address="203.0.113.99").status_code == 429
    assert log_in(behind_proxy.test_client(), address="203.0.113.99").status_code == 401


def test_a_trusted_proxy_does_not_believe_what_its_visitor_claims(
    behind_proxy: Flask, alice: Member
) -> None:
    for number in range(10):
        log_in(behind_proxy.test_client(), address=f"192.0.2.{number}, 203.0.113.5")
    answer = log_in(behind_proxy.test_client(), address="192.0.2.99, 203.0.113.5")
    assert answer.status_code == 429


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("unix:", "unix:"),
    ],
)
def test_an_ipv6_subscriber_counts_as_one(address: str, counted: str) -> None:
    assert limits.network(address) == counted


def test_sign_ups_are_limited_by_address(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SIGN_UP_ADDRESS", limits.RateLimitItemPerHour(2))
    answers = [sign_up(client, f"n{number}@example.com") for number in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert "Retry-After" in answers[2].headers
    assert session.scalar(select(func.count()).select_from(User)) == 2


def test_addresses_cannot_be_tried_out_by_signing_up(client: FlaskClient, alice: Member) -> None:
    statuses = [sign_up(client, "alice@example.com").status_code for _ in range(21)]
    assert statuses == [422] * 20 + [429]
    assert sign_up(client, "new@example.com").status_code == 429


def test_passwords_that_are_refused_are_not_counted(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SIGN_UP_ADDRESS", limits.RateLimitItemPerHour(1))
    for _ in range(3):
        assert sign_up(client, "nora@example.com", password="short").status_code == 422
    assert sign_up(client, "nora@example.com").status_code == 201


def test_resets_are_limited_by_account_and_by_address(client: FlaskClient, alice: Member) -> None:
    statuses = [forgot(client, "alice@example.com").status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    assert [forgot(client, "nobody@example.com").status_code for _ in range(6)] == statuses
    others = [forgot(client, f"n{number}@example.com") for number in range(11)]
    assert [answer.status_code for answer in others] == [200] * 10 + [429]
    assert int(others[-1].headers["Retry-After"]) > 0


def test_a_window_that_is_over_counts_from_the_beginning(app: Flask, session: Session) -> None:
    with app.app_context():
        limiter = Limiter(db.engine)
        count = Count(limits.CONFIRM_PASSWORD, "somebody")
        for _ in range(10):
            limiter.count([count])
        with pytest.raises(TooMany):
            limiter.count([count])
        session.execute(text("UPDATE rate_limit SET expires_at = now() - interval '1 second'"))
        session.commit()
        limiter.count([count])
    assert session.scalars(select(RateLimit.hits)).all() == [1]


def test_a_request_that_fails_stays_counted(app: Flask, session: Session) -> None:
    with app.app_context():
        Limiter(db.engine).count([Count(limits.SIGN_UP_ADDRESS, "a")])
        db.session.rollback()
    assert session.scalars(select(RateLimit.hits)).all() == [1]


@pytest.mark.parametrize(
    ("limit", "path", "sent"),
    [
        (
            limits.PASTED_TOKEN,
            "/api/connections",
            {"json": {"platform": "meta", "access_token": "token"}},
        ),
        (limits.UPLOAD, "/api/imports", {"data": {"file": (io.BytesIO(b"a,b"), "a.csv")}}),
    ],
)
def test_what_costs_others_much_is_limited(
    app: Flask, alice: Member, limit: RateLimitItem, path: str, sent: dict[str, Any]
) -> None:
    who = alice.user if limit is limits.PASTED_TOKEN else alice.workspace
    with app.app_context():
        for _ in range(limit.amount):
            entry.limiter().count([Count(limit, str(who.id))])
    client = sign_in(app, alice)
    answer = client.post(path, headers={"X-CSRFToken": csrf_token(client)}, **sent)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_no_address_can_be_read_off_the_counters(
    client: FlaskClient, session: Session, alice: Member
) -> None:
    log_in(client)
    forgot(client, "alice@example.com")
    keys = " ".join(session.scalars(select(RateLimit.key)))
    assert "sign-in-pair" in keys
    assert "alice" not in keys
    assert "127.0.0.1" not in keys


def sign_up(client: FlaskClient, email: str, password: str = PASSWORD) -> TestResponse:
    sent = {"name": "Nora", "email": email, "password": password}
    return client.post("/api/auth/signup", json=sent, headers={"X-CSRFToken": csrf_token(client)})


def forgot(client: FlaskClient, email: str) -> TestResponse:
    form = {"csrf_token": csrf_token(client), "email": email}
    return client.post("/auth/forgot", data=form)

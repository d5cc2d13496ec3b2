"""Signing up, in and out by the pages."""

from __future__ import annotations

import datetime as dt
import re
import threading
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from app.accounts import passwords
from app.accounts.sessions import IDLE, digest
from app.models import Membership, User, UserSession, Workspace
from app.settings import Settings
from app.web.cookies import NAME
from tests.conftest import PASSWORD, SHIPPED_HASHER, Member, csrf_token, sign_in

OTHER_PASSWORD = "seven quiet lighthouses"


def send(client: FlaskClient, path: str, **data: str) -> TestResponse:
    return client.post(path, data={"csrf_token": csrf_token(client), **data})


def create(client: FlaskClient, email: str = "nora@example.com", **data: str) -> TestResponse:
    form = {"name": "Nora Field", "email": email, "password": PASSWORD, **data}
    return send(client, "/auth?tab=create", **form)


def enter(client: FlaskClient, email: str, password: str = PASSWORD, **args: str) -> TestResponse:
    query = "".join(f"&{name}={value}" for name, value in args.items())
    return send(client, f"/auth?tab=sign-in{query}", email=email, password=password)


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie(NAME)
    return found.value if found else ""


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/api/workspace").status_code == 200


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_newcomer_gets_an_account_a_workspace_and_the_dashboard(
    client: FlaskClient, session: Session
) -> None:
    answer = create(client, time_zone="Asia/Kolkata")
    assert (answer.status_code, answer.location) == (303, "/dashboard")
    assert is_signed_in(client)
    place = session.scalars(select(Workspace)).one()
    assert (place.name, place.currency, place.time_zone) == (
        "Nora’s workspace",
        "INR",
        "Asia/Kolkata",
    )
    assert session.scalars(select(Membership)).one().role == "owner"
    assert session.scalars(select(User)).one().password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("time_zone", "language", "expected"),
    [
        ("Europe/Berlin", "en-US", ("EUR", "Europe/Berlin")),
        ("Asia/Calcutta", "en-US", ("INR", "Asia/Calcutta")),
        ("", "en-GB", ("GBP", "UTC")),
        ("Mars/Olympus", "de", ("USD", "UTC")),
        ("", "", ("USD", "UTC")),
    ],
)
def test_currency_and_time_zone_are_guessed_from_the_browser(
    client: FlaskClient, session: Session, time_zone: str, language: str, expected: tuple[str, str]
) -> None:
    client.post(
        "/auth?tab=create",
        data={
            "csrf_token": csrf_token(client),
            "name": "Nora",
            "email": "nora@example.com",
            "password": PASSWORD,
            "time_zone": time_zone,
        },
        headers={"Accept-Language": language} if language else {},
    )
    place = session.scalars(select(Workspace)).one()
    assert (place.currency, place.time_zone) == expected


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Write your name."),
        ("name", "\u200b \n", "Write your name."),
        ("email", "nora", "This does not look like an e-mail address."),
        ("email", "nora@localhost", "This does not look like an e-mail address."),
        ("email", "a b@example.com", "This does not look like an e-mail address."),
        ("email", "nora@example.com\x00", "This does not look like an e-mail address."),
        ("password", "short", "The password is too short."),
        ("password", "iloveyou", "most common"),
        ("password", "norafield", "your own e-mail address or name"),
    ],
)
def test_a_wrong_field_is_explained_and_nothing_is_lost_or_stored(
    client: FlaskClient, session: Session, field: str, value: str, sentence: str
) -> None:
    answer = create(client, **{field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    if field != "name":
        assert 'value="Nora Field"' in answer.text
    assert PASSWORD not in answer.text
    assert count(session, User) == 0


def test_a_taken_address_gets_a_sentence_that_does_not_say_so(
    client: FlaskClient, session: Session, alice: Member
) -> None:
    answer = create(client, "Alice@Example.com ", password=OTHER_PASSWORD)
    assert answer.status_code == 422
    assert "could not be created" in answer.text
    for giveaway in ("already", "taken", "exists", "registered"):
        assert giveaway not in answer.text
    assert not cookie(client)
    assert count(session, User) == 1
    assert count(session, Workspace) == 1


def test_two_sign_ups_at_once_make_one_person(app: Flask, session: Session) -> None:
    clients = [app.test_client() for _ in range(4)]
    tokens = [csrf_token(client) for client in clients]
    barrier = threading.Barrier(len(clients))
    statuses: list[int] = []

    def run(client: FlaskClient, token: str) -> None:
        form = {"name": "Nora", "email": "nora@example.com", "password": PASSWORD}
        barrier.wait()
        answer = client.post("/auth?tab=create", data={"csrf_token": token, **form})
        statuses.append(answer.status_code)

    threads = [
        threading.Thread(target=run, args=pair) for pair in zip(clients, tokens, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, 422, 422, 422]
    assert (count(session, User), count(session, Workspace)) == (1, 1)


def test_signing_in_leads_to_the_dashboard(client: FlaskClient, alice: Member) -> None:
    answer = enter(client, " ALICE@example.com")
    assert (answer.status_code, answer.location) == (303, "/dashboard")
    assert is_signed_in(client)


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(
    app: Flask, alice: Member
) -> None:
    answers = []
    for email in ("alice@example.com", "nobody@example.com"):
        answer = enter(app.test_client(), email, OTHER_PASSWORD)
        text = re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text)
        answers.append((answer.status_code, text.replace(email, "")))
    assert answers[0] == answers[1]
    assert answers[0][0] == 422
    assert "do not belong together" in answers[0][1]


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("alice@example.com", PASSWORD),
        ("alice@example.com", OTHER_PASSWORD),
        ("nobody@example.com", OTHER_PASSWORD),
        ("no address\x00", OTHER_PASSWORD),
    ],
)
def test_every_sign_in_costs_one_argon2_verification(
    client: FlaskClient,
    alice: Member,
    monkeypatch: pytest.MonkeyPatch,
    email: str,
    password: str,
) -> None:
    verified, hashed = [], []
    verify, make = PasswordHasher.verify, PasswordHasher.hash
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda *given: verified.append(1) or verify(*given)
    )
    monkeypatch.setattr(PasswordHasher, "hash", lambda *given: hashed.append(1) or make(*given))
    enter(client, email, password)
    assert (len(verified), len(hashed)) == (1, 0)


def test_a_sign_up_costs_one_argon2_hash_whether_or_not_the_address_is_taken(
    app: Flask, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[int] = []
    make = PasswordHasher.hash
    monkeypatch.setattr(PasswordHasher, "hash", lambda *given: hashed.append(1) or make(*given))
    for expected, email in enumerate(("alice@example.com", "nora@example.com"), start=1):
        create(app.test_client(), email)
        assert len(hashed) == expected


def test_a_password_hashed_with_older_parameters_is_renewed(
    client: FlaskClient, session: Session, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", SHIPPED_HASHER)
    older = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
    user = session.get_one(User, alice.user.id)
    user.password_hash = older.hash(PASSWORD)
    session.commit()
    enter(client, "alice@example.com")
    session.expire_all()
    assert user.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert enter(client, "alice@example.com").status_code == 303


def test_signing_in_ends_the_browsers_earlier_session(
    app: Flask, session: Session, alice: Member
) -> None:
    client = sign_in(app, alice)
    before = cookie(client)
    enter(client, "alice@example.com")
    assert cookie(client) != before
    assert session.scalars(select(UserSession.token_digest)).all() == [digest(cookie(client))]


def test_a_cookie_planted_before_sign_in_is_not_signed_in_by_it(
    app: Flask, client: FlaskClient, alice: Member
) -> None:
    client.set_cookie(NAME, "planted")
    enter(client, "alice@example.com")
    attacker = app.test_client()
    attacker.set_cookie(NAME, "planted")
    assert is_signed_in(client)
    assert not is_signed_in(attacker)


def test_signing_out_ends_the_session_for_good(app: Flask, session: Session, alice: Member) -> None:
    client = sign_in(app, alice)
    kept = cookie(client)
    answer = send(client, "/auth/sign-out")
    assert (answer.status_code, answer.location) == (303, "/")
    assert not cookie(client)
    assert count(session, UserSession) == 0
    client.set_cookie(NAME, kept)
    assert not is_signed_in(client)


def test_a_session_survives_a_restart(app: Flask, settings: Settings, alice: Member) -> None:
    kept = cookie(sign_in(app, alice))
    restarted = create_app(settings)
    client = restarted.test_client()
    client.set_cookie(NAME, kept)
    assert is_signed_in(client)
    dispose(restarted)


def test_a_session_not_used_for_thirty_days_is_over(
    app: Flask, session: Session, alice: Member
) -> None:
    client = sign_in(app, alice)
    row = session.scalars(select(UserSession)).one()
    row.expires_at = dt.datetime.now(dt.UTC)
    session.commit()
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("age", "left"), [(dt.timedelta(days=1), IDLE), (dt.timedelta(days=89), dt.timedelta(days=1))]
)
def test_use_puts_the_end_of_a_session_off_but_not_beyond_ninety_days(
    app: Flask, session: Session, alice: Member, age: dt.timedelta, left: dt.timedelta
) -> None:
    client = sign_in(app, alice)
    now = dt.datetime.now(dt.UTC)
    row = session.scalars(select(UserSession)).one()
    row.created_at = now - age
    row.last_seen_at = now - dt.timedelta(minutes=6)
    row.expires_at = now + dt.timedelta(hours=1)
    session.commit()
    assert is_signed_in(client)
    session.expire_all()
    assert abs(row.expires_at - (now + left)) < dt.timedelta(minutes=1)
    assert row.last_seen_at >= now


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: FlaskClient, alice: Member
) -> None:
    headers = enter(client, "alice@example.com").headers.getlist("Set-Cookie")
    found = next(header for header in headers if header.startswith(f"{NAME}="))
    assert "HttpOnly" in found
    assert "SameSite=Lax" in found
    assert "Domain" not in found


def test_in_production_every_cookie_is_secure_and_tied_to_its_host(
    settings: Settings, alice: Member
) -> None:
    secure = replace(settings, environment="production", public_url="https://ads.example.com")
    production = create_app(secure)
    client = production.test_client()
    base = "https://ads.example.com"
    token = client.get("/api/auth/csrf", base_url=base).get_json()["csrf_token"]
    answer = client.post(
        "/auth?tab=sign-in",
        base_url=base,
        data={"csrf_token": token, "email": "alice@example.com", "password": PASSWORD},
    )
    headers = answer.headers.getlist("Set-Cookie")
    assert answer.status_code == 303
    assert any(header.startswith("__Host-growzzy_session=") for header in headers)
    assert all("Secure" in header and "Path=/" in header for header in headers)
    assert client.get("/api/workspace", base_url=base).status_code == 200
    dispose(production)


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        ("/campaigns?from=2026-01-01&sort=spend", "/campaigns?from=2026-01-01&sort=spend"),
        ("/settings", "/settings"),
        ("", "/dashboard"),
        ("dashboard", "/dashboard"),
        ("//evil.example", "/dashboard"),
        ("///evil.example", "/dashboard"),
        ("/\\evil.example", "/dashboard"),
        ("\\\\evil.example", "/dashboard"),
        ("/x\\..\\evil", "/dashboard"),
        ("https://evil.example", "/dashboard"),
        ("https:evil.example", "/dashboard"),
        ("javascript:alert(1)", "/dashboard"),
        ("/\t/evil.example", "/dashboard"),
        ("/\n/evil.example", "/dashboard"),
        ("\t//evil.example", "/dashboard"),
        (" //evil.example", "/dashboard"),
        ("/a b", "/dashboard"),
        ("/dashboard\r\nSet-Cookie: x=1", "/dashboard"),
        ("/auth/sign-out", "/dashboard"),
        ("/api/workspace", "/dashboard"),
    ],
)
def test_after_sign_in_only_our_own_pages_are_reached(
    client: FlaskClient, alice: Member, asked: str, reached: str
) -> None:
    token = csrf_token(client)
    form = {"csrf_token": token, "email": "alice@example.com", "password": PASSWORD}
    answer = client.post("/auth", query_string={"tab": "sign-in", "next": asked}, data=form)
    assert (answer.status_code, answer.location) == (303, reached)
    again = client.get("/auth", query_string={"next": asked})
    assert (again.status_code, again.location) == (303, reached)


def test_the_page_that_was_asked_for_is_kept_through_mistakes(
    client: FlaskClient, alice: Member
) -> None:
    asked = client.get("/settings?x=1")
    assert asked.status_code == 303
    assert asked.location == "/auth?tab=sign-in&next=/settings?x%3D1"
    wrong = client.post(
        asked.location,
        data={
            "csrf_token": csrf_token(client),
            "email": "alice@example.com",
            "password": "not this one",
        },
    )
    assert wrong.status_code == 422
    action = re.search(r'<form method="post" action="([^"]+)"', wrong.text)
    assert action is not None
    right = send(
        client, action[1].replace("&amp;", "&"), email="alice@example.com", password=PASSWORD
    )
    assert right.location == "/settings?x=1"


def test_who_is_signed_in_does_not_see_the_sign_in_page(app: Flask, alice: Member) -> None:
    answer = sign_in(app, alice).get("/auth")
    assert (answer.status_code, answer.location) == (303, "/dashboard")


def test_a_browser_that_was_here_before_is_offered_to_sign_in(
    client: FlaskClient, alice: Member
) -> None:
    assert "Create your account" in client.get("/auth").text
    enter(client, "alice@example.com")
    send(client, "/auth/sign-out")
    assert "Welcome back" in client.get("/auth").text


def test_sign_in_pages_are_kept_out_of_caches(client: FlaskClient) -> None:
    for path in ("/auth", "/auth/forgot", "/auth/reset/x", "/api/auth/csrf"):
        assert "no-store" in client.get(path).headers["Cache-Control"], path


def dispose(application: Flask) -> None:
    from app.extensions import db  # noqa: PLC0415

    with application.app_context():
        db.session.remove()
        db.engine.dispose()

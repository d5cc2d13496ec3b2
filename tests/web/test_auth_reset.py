"""New passwords by a link."""

from __future__ import annotations

import datetime as dt
import logging
import re
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app, mail
from app.accounts.sessions import digest
from app.extensions import db
from app.models import PasswordReset, User, UserSession
from app.settings import Settings
from app.web import outbox
from tests.conftest import PASSWORD, Member, csrf_token, sign_in
from tests.mail_server import MailServer

NEW = "seven quiet lighthouses"


@pytest.fixture
def mailing(settings: Settings, mail_server: MailServer) -> Iterator[Flask]:
    """An application that can send e-mail."""
    yield from running(
        replace(
            settings,
            public_url="https://ads.example.com",
            smtp_host="127.0.0.1",
            smtp_port=mail_server.server_address[1],
            smtp_from="Growzzy <ads@example.com>",
            smtp_security="none",
        )
    )


@pytest.fixture
def silent(settings: Settings) -> Iterator[Flask]:
    """An application in production that cannot send e-mail."""
    yield from running(
        replace(settings, environment="production", public_url="https://ads.example.com")
    )


def running(settings: Settings) -> Iterator[Flask]:
    application = create_app(settings)
    yield application
    outbox.settle()
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


def ask(client: FlaskClient, email: str, base_url: str = "http://localhost") -> TestResponse:
    token = client.get("/api/auth/csrf", base_url=base_url).get_json()["csrf_token"]
    form = {"csrf_token": token, "email": email}
    return client.post("/auth/forgot", data=form, base_url=base_url)


def logged_link(caplog: pytest.LogCaptureFixture) -> str:
    found = re.findall(r"http://localhost(/auth/reset/\S+)", caplog.text)
    return str(found[-1])


def use(client: FlaskClient, link: str, password: str = NEW) -> TestResponse:
    return client.post(link, data={"csrf_token": csrf_token(client), "password": password})


def can_sign_in(app: Flask, password: str) -> bool:
    client = app.test_client()
    sent = {"email": "alice@example.com", "password": password}
    answer = client.post("/api/auth/login", json=sent, headers={"X-CSRFToken": csrf_token(client)})
    return answer.status_code == 200


def test_in_development_the_link_is_in_the_log(
    app: Flask, client: FlaskClient, alice: Member, caplog: pytest.LogCaptureFixture
) -> None:
    page = client.get("/auth/forgot")
    assert "SMTP_HOST" in page.text
    with caplog.at_level(logging.WARNING):
        answer = ask(client, "Alice@example.com")
    assert "in the log of this server" in answer.text
    assert client.get(logged_link(caplog)).status_code == 200


def test_a_link_changes_the_password_and_ends_every_session(
    app: Flask,
    client: FlaskClient,
    session: Session,
    alice: Member,
    charlie: Member,
    caplog: pytest.LogCaptureFixture,
) -> None:
    elsewhere = sign_in(app, alice)
    stranger = sign_in(app, charlie)
    ask(client, "alice@example.com")
    answer = use(client, logged_link(caplog))
    assert (answer.status_code, answer.location) == (303, "/auth?tab=sign-in")
    assert "Your password is changed" in client.get(answer.location).text
    assert elsewhere.get("/api/workspace").status_code == 401
    assert stranger.get("/api/workspace").status_code == 200
    assert not can_sign_in(app, PASSWORD)
    assert can_sign_in(app, NEW)


def test_a_link_works_once(
    app: Flask, client: FlaskClient, alice: Member, caplog: pytest.LogCaptureFixture
) -> None:
    ask(client, "alice@example.com")
    link = logged_link(caplog)
    assert use(client, link).status_code == 303
    again = use(client, link, "four green elephants")
    assert again.status_code == 410
    assert "does not work any more" in again.text
    assert client.get(link).status_code == 410
    assert can_sign_in(app, NEW)


def test_a_link_used_twice_at_once_works_once(
    app: Flask, client: FlaskClient, alice: Member, caplog: pytest.LogCaptureFixture
) -> None:
    ask(client, "alice@example.com")
    link = logged_link(caplog)
    clients = [app.test_client() for _ in range(3)]
    tokens = [csrf_token(each) for each in clients]
    barrier = threading.Barrier(3)
    statuses: list[int] = []

    def run(each: FlaskClient, token: str, password: str) -> None:
        barrier.wait()
        form = {"csrf_token": token, "password": password}
        statuses.append(each.post(link, data=form).status_code)

    threads = [
        threading.Thread(target=run, args=(each, token, f"{NEW} {number}"))
        for number, (each, token) in enumerate(zip(clients, tokens, strict=True))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, 410, 410]


def test_looking_at_a_link_does_not_use_it_up(
    client: FlaskClient, alice: Member, caplog: pytest.LogCaptureFixture
) -> None:
    ask(client, "alice@example.com")
    link = logged_link(caplog)
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert use(client, link).status_code == 303


def test_a_refused_password_leaves_the_link_usable(
    client: FlaskClient, alice: Member, caplog: pytest.LogCaptureFixture
) -> None:
    ask(client, "alice@example.com")
    link = logged_link(caplog)
    for password, sentence in (("", "Choose a password"), ("alice@example.com", "your own")):
        refused = use(client, link, password)
        assert refused.status_code == 422
        assert sentence in refused.text
    assert use(client, link).status_code == 303


def test_a_link_is_over_after_thirty_minutes(
    client: FlaskClient, session: Session, alice: Member, caplog: pytest.LogCaptureFixture
) -> None:
    ask(client, "alice@example.com")
    row = session.scalars(select(PasswordReset)).one()
    assert row.expires_at - row.created_at == dt.timedelta(minutes=30)
    row.expires_at = dt.datetime.now(dt.UTC)
    session.commit()
    assert use(client, logged_link(caplog)).status_code == 410


def test_a_newer_link_makes_older_ones_worthless(
    client: FlaskClient, alice: Member, caplog: pytest.LogCaptureFixture
) -> None:
    ask(client, "alice@example.com")
    first = logged_link(caplog)
    ask(client, "alice@example.com")
    assert use(client, first).status_code == 410
    assert use(client, logged_link(caplog)).status_code == 303


def test_only_the_digest_of_a_link_is_stored(
    client: FlaskClient, session: Session, alice: Member, caplog: pytest.LogCaptureFixture
) -> None:
    ask(client, "alice@example.com")
    token = logged_link(caplog).rpartition("/")[2]
    assert session.scalars(select(PasswordReset.token_digest)).all() == [digest(token)]


def test_a_link_that_was_never_given_out_is_refused(client: FlaskClient) -> None:
    assert client.get("/auth/reset/invented").status_code == 410


def test_nobody_gets_a_link_for_an_unknown_address_and_the_answer_is_the_same(
    app: Flask, session: Session, alice: Member, caplog: pytest.LogCaptureFixture
) -> None:
    known = ask(app.test_client(), "alice@example.com")
    caplog.clear()
    unknown = ask(app.test_client(), "nobody@example.com")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert "/auth/reset/" not in caplog.text
    assert session.scalar(select(func.count()).select_from(PasswordReset)) == 1


def test_what_is_no_address_is_said_at_once(client: FlaskClient) -> None:
    answer = ask(client, "nobody")
    assert answer.status_code == 422
    assert "does not look like an e-mail address" in answer.text


def test_the_link_is_mailed_as_text_and_html(
    mailing: Flask, mail_server: MailServer, alice: Member
) -> None:
    answer = ask(mailing.test_client(), "alice@example.com")
    assert "on its way" in answer.text
    outbox.settle()
    ((to, message),) = mail_server.taken
    assert to == "alice@example.com"
    assert message["Subject"] == "Choose a new password for Growzzy"
    link = re.compile(r"https://ads\.example\.com(/auth/reset/[\w-]+)")
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        found = link.search(part.get_content())
        assert found is not None
    assert use(mailing.test_client(), found[1]).status_code == 303
    outbox.settle()
    assert mail_server.taken[1][1]["Subject"] == "Your Growzzy password was changed"


def test_by_mail_too_the_answer_is_the_same_for_an_unknown_address(
    mailing: Flask, mail_server: MailServer, alice: Member
) -> None:
    texts = [
        ask(mailing.test_client(), email).text
        for email in ("alice@example.com", "nobody@example.com")
    ]
    assert texts[0] == texts[1]
    outbox.settle()
    assert [to for to, _ in mail_server.taken] == ["alice@example.com"]


def test_a_link_leads_to_the_public_address_whatever_the_host_header_says(
    mailing: Flask, mail_server: MailServer, alice: Member
) -> None:
    ask(mailing.test_client(), "alice@example.com", base_url="http://evil.example")
    outbox.settle()
    assert "evil.example" not in mail_server.taken[0][1].as_string()


def test_a_mail_server_that_is_down_changes_no_answer_and_is_in_the_log(
    mailing: Flask,
    mail_server: MailServer,
    alice: Member,
    caplog: pytest.LogCaptureFixture,
) -> None:
    mail_server.server_close()
    known = ask(mailing.test_client(), "alice@example.com")
    outbox.settle()
    assert known.status_code == 200
    assert "was not sent" in caplog.text


def test_the_owner_of_a_taken_address_is_told_at_most_twice_an_hour(
    mailing: Flask, mail_server: MailServer, alice: Member
) -> None:
    client = mailing.test_client()
    for _ in range(4):
        sent = {"name": "Eve", "email": "alice@example.com", "password": NEW}
        client.post("/api/auth/signup", json=sent, headers={"X-CSRFToken": csrf_token(client)})
    outbox.settle()
    assert [to for to, _ in mail_server.taken] == ["alice@example.com"] * 2
    assert mail_server.taken[0][1]["Subject"] == "Somebody tried to sign up with your address"


def test_in_production_without_mail_the_page_says_how_to_set_it_up(
    silent: Flask, session: Session, alice: Member, caplog: pytest.LogCaptureFixture
) -> None:
    base = "https://ads.example.com"
    page = silent.test_client().get("/auth/forgot", base_url=base).text
    assert "SMTP_HOST" in page
    assert "flask --app wsgi users reset-link" in page
    answer = ask(silent.test_client(), "alice@example.com", base_url=base)
    assert "cannot send e-mail" in answer.text
    assert "/auth/reset/" not in caplog.text
    assert session.scalar(select(func.count()).select_from(PasswordReset)) == 0


def test_an_operator_can_print_a_link(app: Flask, client: FlaskClient, alice: Member) -> None:
    result = app.test_cli_runner().invoke(args=["users", "reset-link", "ALICE@example.com"])
    assert result.exit_code == 0
    link = result.output.strip().removeprefix("http://localhost")
    assert use(client, link).status_code == 303
    nobody = app.test_cli_runner().invoke(args=["users", "reset-link", "nobody@example.com"])
    assert nobody.exit_code == 1
    assert "Nobody has the address" in nobody.output


def test_mail_is_not_sent_unencrypted_when_encryption_is_asked_for(
    settings: Settings, mail_server: MailServer
) -> None:
    strict = replace(
        settings,
        smtp_host="127.0.0.1",
        smtp_port=mail_server.server_address[1],
        smtp_from="ads@example.com",
    )
    message = mail.compose(strict, to="a@example.com", subject="x", text="x", html="x")
    with pytest.raises(mail.NotSent):
        mail.deliver(strict, message)
    assert mail_server.taken == []


def test_a_reset_of_one_person_leaves_others_signed_in(
    app: Flask, client: FlaskClient, session: Session, alice: Member, charlie: Member
) -> None:
    sign_in(app, charlie)
    result = app.test_cli_runner().invoke(args=["users", "reset-link", "alice@example.com"])
    use(client, result.output.strip().removeprefix("http://localhost"))
    assert session.scalars(select(UserSession.user_id)).all() == [charlie.user.id]
    assert session.scalar(select(func.count()).select_from(User)) == 2

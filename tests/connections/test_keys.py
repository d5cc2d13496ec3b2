"""Changing the key that encrypts tokens, and having lost it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.connections.vault import Vault
from app.models import PlatformConnection
from app.reports import sharing
from app.reports.sealing import Sealer
from app.settings import Settings
from tests.conftest import Member, csrf_token, sign_in
from tests.connections.conftest import Visitor
from tests.reports.schedules import make_report

WithKeys = Callable[..., Flask]

NEW = Fernet.generate_key().decode()


def test_the_rotation_command_makes_the_former_key_unnecessary(
    visitor: Visitor, settings: Settings, session: Session, with_keys: WithKeys
) -> None:
    visitor.connect()
    both = with_keys(NEW, *settings.encryption_keys)
    answer = both.test_cli_runner().invoke(args=["keys", "rotate"])
    assert answer.exit_code == 0, answer.output
    assert "1 connections" in answer.output
    stored = session.scalars(select(PlatformConnection)).one()
    assert Vault((NEW,)).open(stored.credentials).access_token


def test_links_to_reports_can_still_be_copied_after_a_rotation(
    settings: Settings, session: Session, alice: Member, with_keys: WithKeys
) -> None:
    report = make_report(session, alice.workspace.id)
    made, token = sharing.create(
        session,
        Sealer(settings.encryption_keys),
        report,
        sharing.NewShare("The client"),
        user_id=alice.user.id,
        now=dt.datetime.now(dt.UTC),
    )
    session.commit()
    both = with_keys(NEW, *settings.encryption_keys)
    answer = both.test_cli_runner().invoke(args=["keys", "rotate"])
    assert "1 links to reports" in answer.output
    session.refresh(made)
    assert Sealer((NEW,)).open(made.token_sealed) == token


def test_rotation_names_what_no_key_opens_and_leaves_it_alone(
    visitor: Visitor, session: Session, with_keys: WithKeys
) -> None:
    visitor.connect()
    before = session.scalars(select(PlatformConnection.credentials)).one()
    other = with_keys(NEW)
    answer = other.test_cli_runner().invoke(args=["keys", "rotate"])
    assert answer.exit_code == 1
    assert "cannot be read" in answer.output
    session.rollback()
    assert session.scalars(select(PlatformConnection.credentials)).one() == before


def test_a_connection_whose_key_is_lost_can_still_be_disconnected(
    visitor: Visitor, session: Session, alice: Member, with_keys: WithKeys
) -> None:
    visitor.connect()
    other = with_keys(NEW)
    client = sign_in(other, alice)
    owner = Visitor(client, csrf_token(client))
    connection_id = owner.connections()[0]["id"]
    assert owner.write("DELETE", f"/api/connections/{connection_id}?data=keep").status_code == 204
    stored = session.scalars(select(PlatformConnection)).one()
    assert (stored.status, stored.credentials) == ("disconnected", "")
    assert "was not withdrawn" in stored.status_reason

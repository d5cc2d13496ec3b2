"""A workspace with a batch of texts, and an account on which campaigns can be created."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from app.connections.vault import Vault
from app.connectors.http import Http
from app.connectors.platforms.meta import Meta
from app.connectors.words import Grant
from app.copywriting.writing import Writer
from app.creative import launch, writing
from app.creative.writers import writer_for
from app.models import Account, CreativeBatch
from app.settings import Settings
from tests.conftest import Member, sign_in
from tests.creative.fake_launcher import FakeLauncher, Objects
from tests.factories import make_account, make_connection

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)


@pytest.fixture
def browser(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)


@dataclass
class Work:
    """Runs the jobs as a worker would."""

    sessions: sessionmaker[Session]
    settings: Settings
    stopping: threading.Event = field(default_factory=threading.Event)
    waited: list[float] = field(default_factory=list)

    def __call__(self, batch_id: int, writer: Writer | None = None) -> None:
        writing.write_batch(
            self.sessions,
            batch_id,
            lambda session, batch: writer or self.writer(session, batch),
            clock=lambda: NOW,
            stopping=self.stopping,
        )

    def writer(self, session: Session, batch: CreativeBatch) -> Writer:
        return writer_for(session, self.settings, batch, lambda: NOW)

    def launch(self, draft_id: int) -> None:
        with Http(sleep=self.waited.append) as http:
            launch.launch(
                self.sessions,
                http,
                self.settings,
                draft_id,
                clock=lambda: NOW,
                stopping=self.stopping,
            )

    def clean(self, draft_id: int) -> None:
        with Http(sleep=self.waited.append) as http:
            launch.clean(self.sessions, http, self.settings, draft_id, clock=lambda: NOW)


@pytest.fixture
def work(sessions: sessionmaker[Session], settings: Settings) -> Work:
    return Work(sessions, settings)


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> Objects:
    """What exists at the platform: nothing yet."""
    made = Objects()
    monkeypatch.setattr(FakeLauncher, "objects", made)
    monkeypatch.setattr(Meta, "launches", FakeLauncher)
    return made


@pytest.fixture
def ad_account(session: Session, alice: Member, settings: Settings) -> Account:
    """A connected, selected dollar account of Alice's."""
    connection = make_connection(session, alice.workspace)
    connection.credentials = Vault(settings.encryption_keys).seal(Grant("token"))
    made = make_account(session, connection, name="Northlight US")
    session.commit()
    return made

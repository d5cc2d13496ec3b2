"""A connection with an account at the fake platform, and processes that can be killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.connections.vault import Vault
from app.connectors.base import Connector
from app.connectors.words import Grant
from app.models import PlatformConnection
from app.settings import Settings
from tests.conftest import Member
from tests.sync.conftest import make_account
from tests.sync.fake_platform import FakePlatform

ROOT = Path(__file__).parents[2]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def connection(
    session: Session, alice: Member, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> PlatformConnection:
    monkeypatch.setitem(Connector.registry, FakePlatform.slug, FakePlatform)
    made = make_account(session, alice.workspace.id).connection
    made.credentials = Vault(settings.encryption_keys).seal(Grant("token"))
    session.commit()
    return made


@pytest.fixture
def start(settings: Settings) -> Iterator[Start]:
    """Start a process of `tests.jobs.processes`; none outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def start_one(what: str, *rest: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.jobs.processes", what, settings.database_url),
                *(settings.encryption_keys[0], *map(str, rest)),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start_one
    for process in started:
        process.kill()
        process.communicate()

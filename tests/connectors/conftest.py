"""A clock that only sleeping moves, and Meta behind a mocked wire."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import requests
import responses

from app.connectors.http import Http
from app.connectors.launching import Launcher, Order
from app.connectors.platforms.meta import Meta
from app.connectors.words import FoundAccount, Grant
from app.settings import Settings
from tests.conftest import make_settings
from tests.consent import sandbox_settings
from tests.sandbox_server import TODAY, SandboxServer

NOW = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)
# When the sandbox begins.
NOON = dt.datetime.combine(dt.date.fromisoformat(TODAY), dt.time(12), dt.UTC)
GRAPH = "https://graph.facebook.com/v26.0"
TOKEN = "canary-token-of-the-owner"
SECRET = "canary-app-secret"


class Clock:
    """Seconds and Unix time that pass only while something sleeps."""

    def __init__(self, start: dt.datetime = NOW) -> None:
        self.start = start
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def seconds(self) -> float:
        return sum(self.slept)

    def unix(self) -> float:
        return self.start.timestamp() + self.seconds()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def http(clock: Clock) -> Iterator[Http]:
    """A door that waits without waiting."""
    with Http(
        sleep=clock.sleep, clock=clock.seconds, wall=clock.unix, jitter=lambda: 0.0
    ) as opened:
        yield opened


@pytest.fixture
def settings() -> Settings:
    """Meta's real hosts, and an app to sign in with. No database."""
    return make_settings(
        "postgresql://nobody@localhost/none", meta_app_id="4711", meta_app_secret=SECRET
    )


def launch(
    launcher: Launcher, account: FoundAccount, order: Order, made: dict[str, str] | None = None
) -> dict[str, str]:
    """Every step after the other; `made` holds what there is when one of them fails."""
    made = {} if made is None else made
    for step in launcher.steps(account, order):
        made |= launcher.create(account, order, step, made)
    return made


def turn_knobs(sandbox: SandboxServer, platform: str, **knobs: object) -> None:
    address = f"{sandbox.url}/{platform}/sandbox/knobs"
    requests.post(address, json=knobs, timeout=10).raise_for_status()


@pytest.fixture
def here(sandbox: SandboxServer) -> Settings:
    """Settings that point at the sandbox. No database."""
    return make_settings("postgresql://nobody@localhost/none", **sandbox_settings(sandbox.url))


@pytest.fixture
def meta(settings: Settings, http: Http) -> Meta:
    """Meta, connected."""
    return Meta(settings, http, Grant(access_token=TOKEN))


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    """Answers in the order they are added; whatever is left unasked fails the test."""
    with responses.RequestsMock(
        registry=responses.registries.OrderedRegistry, assert_all_requests_are_fired=True
    ) as mock:
        yield mock


@pytest.fixture
def answer(wire: responses.RequestsMock) -> Callable[..., None]:
    """Queue an answer of Meta's to `path`."""

    def queue(path: str, body: object, status: int = 200, **more: object) -> None:
        method = str(more.pop("method", "GET"))
        wire.add(method, f"{GRAPH}/{path}", json=body, status=status, **more)  # type: ignore[arg-type]

    return queue


@pytest.fixture
def account() -> FoundAccount:
    return FoundAccount("1001", "Fern & Fable", "EUR", "Europe/Berlin")

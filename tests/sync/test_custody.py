"""A grant is renewed by one at a time, and the younger one is stored before it is used."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from app.connections.custody import custodian, keep
from app.connections.grants import forget_grant, keep_grant
from app.connections.vault import Vault
from app.connectors.base import Connector
from app.connectors.errors import AccessRevoked, Temporary
from app.connectors.http import Http
from app.connectors.words import FoundAccount, Grant
from app.models import PlatformConnection
from app.settings import Settings
from app.sync.window import Reach
from tests.sync.conftest import Syncs
from tests.sync.fake_platform import NOON, FakePlatform, World

Reader = Callable[[], "Rotating"]
HOUR = dt.timedelta(hours=1)
WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@dataclass
class Issuer:
    """A platform's token endpoint: each refresh token is good once, a second use is theft."""

    current: str = "r0"
    answers_lost: int = 0
    renewals: int = 0
    thefts: int = 0
    used: list[str] = field(default_factory=list)
    before_answering: threading.Event | None = None
    asked: threading.Event = field(default_factory=threading.Event)

    def renew(self, token: str) -> Grant:
        self.asked.set()
        if self.before_answering is not None:
            assert self.before_answering.wait(10)
        if self.answers_lost:
            self.answers_lost -= 1
            raise Temporary("The answer was lost.")
        if token != self.current:
            self.thefts += 1
            raise AccessRevoked("This refresh token was used before.")
        self.renewals += 1
        self.current = f"r{self.renewals}"
        return grant(self.renewals, NOON + HOUR)


class Rotating(FakePlatform):
    """Says what each access token was used for."""

    slug = "rotating"
    issuer: Issuer = Issuer()

    def refresh(self, *, refused: bool = False) -> Grant | None:
        held = self._held()
        if not refused and held.expires_at is not None and held.expires_at > NOON + HOUR / 2:
            return None
        return self.issuer.renew(held.refresh_token)

    def accounts(self) -> list[FoundAccount]:
        self.issuer.used.append(self.granted().access_token)
        return super().accounts()

    def revoke(self) -> None:
        self.issuer.used.append(f"revoked {self.granted().access_token}")


Connector.registry.pop(Rotating.slug)


def grant(number: int, expires_at: dt.datetime) -> Grant:
    return Grant(f"a{number}", refresh_token=f"r{number}", expires_at=expires_at, renews=True)


OLD = grant(0, NOON + dt.timedelta(minutes=1))


@pytest.fixture
def issuer(
    world: World,
    session: Session,
    connection: PlatformConnection,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Issuer:
    made = Issuer()
    monkeypatch.setattr(Rotating, "issuer", made)
    monkeypatch.setitem(Connector.registry, FakePlatform.slug, Rotating)
    connection.credentials = Vault(settings.encryption_keys).seal(OLD)
    session.commit()
    return made


@pytest.fixture
def http() -> Iterator[Http]:
    with Http(wall=NOON.timestamp) as opened:
        yield opened


@pytest.fixture
def reader(
    settings: Settings, connection: PlatformConnection, http: Http, issuer: Issuer
) -> Iterator[Reader]:
    """Makes connectors as other processes do: with database connections of their own."""
    engines: list[Engine] = []

    def make() -> Rotating:
        made = Rotating(settings, http, OLD)
        engines.append(create_engine(settings.database_url))
        sessions = sessionmaker(engines[-1], expire_on_commit=False)
        made.custodian = custodian(sessions, connection.id, Vault(settings.encryption_keys))
        return made

    yield make
    for engine in engines:
        engine.dispose()


def stored(session: Session, connection: PlatformConnection, settings: Settings) -> Grant:
    session.rollback()
    session.refresh(connection)
    return Vault(settings.encryption_keys).open(connection.credentials)


def test_two_that_find_a_token_at_its_end_renew_it_once(
    session: Session,
    settings: Settings,
    connection: PlatformConnection,
    issuer: Issuer,
    reader: Reader,
    engine: Engine,
) -> None:
    issuer.before_answering = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(reader().granted)
        assert issuer.asked.wait(10)
        second = pool.submit(reader().granted)
        _wait_until_one_waits(engine)
        issuer.before_answering.set()
        assert first.result(10) == second.result(10) == grant(1, NOON + HOUR)
    assert (issuer.renewals, issuer.thefts) == (1, 0)
    assert stored(session, connection, settings) == grant(1, NOON + HOUR)


def test_two_whose_token_was_refused_renew_it_once(
    settings: Settings, connection: PlatformConnection, issuer: Issuer, reader: Reader
) -> None:
    readers = [reader() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda each: each.renewed(OLD), readers))
    assert got == [grant(1, NOON + HOUR)] * 4
    assert (issuer.renewals, issuer.thefts) == (1, 0)


def test_the_younger_pair_is_committed_before_anything_is_asked_with_it(
    session: Session,
    settings: Settings,
    connection: PlatformConnection,
    issuer: Issuer,
    run: Syncs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[Grant] = []
    ask = Rotating.accounts

    def look_first(self: Rotating) -> list[FoundAccount]:
        seen.append(stored(session, connection, settings))
        return ask(self)

    monkeypatch.setattr(Rotating, "accounts", look_first)
    assert run(Reach.WEEK).state == "done"
    assert seen == [grant(1, NOON + HOUR)]
    assert issuer.used == ["a1"]


def test_a_lost_answer_leaves_the_pair_that_was_there(
    session: Session,
    settings: Settings,
    connection: PlatformConnection,
    issuer: Issuer,
    reader: Reader,
) -> None:
    issuer.answers_lost = 1
    held = reader()
    assert held.granted() == OLD
    assert stored(session, connection, settings) == OLD
    assert held.granted() == grant(1, NOON + HOUR)


def test_chunks_are_stored_while_a_token_is_being_renewed(
    session: Session,
    settings: Settings,
    connection: PlatformConnection,
    issuer: Issuer,
    reader: Reader,
) -> None:
    issuer.before_answering = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        renewing = pool.submit(reader().granted)
        assert issuer.asked.wait(10)
        session.execute(text("SET LOCAL lock_timeout = '5s'"))
        kept = "SELECT id FROM platform_connection WHERE id = :id FOR KEY SHARE"
        assert session.scalar(text(kept), {"id": connection.id}) == connection.id
        session.commit()
        issuer.before_answering.set()
        assert renewing.result(10) == grant(1, NOON + HOUR)


def test_what_the_owner_gave_meanwhile_is_used_instead(
    session: Session,
    settings: Settings,
    connection: PlatformConnection,
    issuer: Issuer,
    reader: Reader,
) -> None:
    newest = grant(9, NOON + HOUR)
    keep_grant(connection, newest, Vault(settings.encryption_keys))
    session.commit()
    assert reader().granted() == newest
    assert issuer.renewals == 0


def test_nothing_is_renewed_for_a_connection_that_was_cut_meanwhile(
    session: Session,
    settings: Settings,
    connection: PlatformConnection,
    issuer: Issuer,
    reader: Reader,
) -> None:
    connection.status, connection.credentials = "disconnected", ""
    session.commit()
    with pytest.raises(AccessRevoked, match="disconnected while"):
        reader().granted()
    assert issuer.renewals == 0


def test_disconnecting_renews_a_token_at_its_end_to_give_it_back(
    session: Session,
    settings: Settings,
    connection: PlatformConnection,
    issuer: Issuer,
    http: Http,
) -> None:
    locked = session.get_one(PlatformConnection, connection.id, with_for_update=True)
    vault = Vault(settings.encryption_keys)
    connector = Rotating(settings, http, vault.open(locked.credentials))
    assert forget_grant(session, connector, locked, vault) == ""
    session.commit()
    assert issuer.used == ["revoked a1"]
    session.refresh(connection)
    assert (connection.status, connection.credentials) == ("disconnected", "")


@pytest.mark.parametrize(
    ("later", "warned"), [(dt.timedelta(seconds=40), 3), (dt.timedelta(days=60), None)]
)
def test_only_an_end_that_moved_makes_reminders_due_anew(
    settings: Settings, later: dt.timedelta, warned: int | None
) -> None:
    ends = NOON + dt.timedelta(days=3)
    connection = PlatformConnection(token_expires_at=ends, warned_days=3)
    younger = Grant("a1", refresh_token="r1", renews=True, ends_at=ends + later)
    keep(connection, younger, Vault(settings.encryption_keys))
    assert (connection.token_expires_at, connection.warned_days) == (ends + later, warned)


def _wait_until_one_waits(engine: Engine) -> None:
    deadline = time.monotonic() + 10
    with engine.connect() as watching:
        while not watching.scalar(WAITING):
            assert time.monotonic() < deadline
            watching.rollback()

"""A real PostgreSQL for every test that asks for one, and the cast."""

from __future__ import annotations

import datetime as dt
import gc
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

import psycopg
import pytest
from argon2 import PasswordHasher
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from app import create_app
from app.accounts import passwords
from app.accounts.passwords import hash_password
from app.extensions import db
from app.models import Membership, User, Workspace
from app.settings import Settings
from app.web import access
from local.postgres import Cluster
from tests import clock

# Every test has an app of its own, whose templates need not be compiled again each time.
_COMPILED = tempfile.TemporaryDirectory()
Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(_COMPILED.name)}

# Making one takes longer than most tests with it.
_APPS: dict[str, Flask] = {}
MOST_APPS = 8

pytest_plugins = ["tests.sandbox_server", "tests.mail_server", "tests.model_server"]

PASSWORD = "correct horse battery"
KEY = Fernet.generate_key().decode()
SHIPPED_RATES: list[int] = []
SHIPPED_HASHER = passwords._hasher
TEMPLATE, TESTS, COPY = "growzzy_template", "growzzy_tests", "growzzy_copy"
# The connections that a test process keeps, with what they have prepared. A new one takes longer
# than most tests.
KEPT = "tests"
# Whoever is still connected goes first, as a test may have left a process behind; the kept
# connections stay when they are at rest and hold no lock. Deleting the
# few rows there are is ten times quicker than a fresh copy of the database, and a function on a
# connection that stays open plans its statements once. What was once large is made small again.
SWEEPER = """
    CREATE FUNCTION pg_temp.sweep() RETURNS void LANGUAGE plpgsql
    SET session_replication_role = replica AS $$
    DECLARE
        big regclass;
    BEGIN
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND (
            application_name <> 'KEPT' OR state <> 'idle'
            OR pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')
        );
        {deletions}
        FOR big IN SELECT oid::regclass FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND pg_relation_size(oid) > 1000000
        LOOP
            EXECUTE format('TRUNCATE %s CASCADE', big);
        END LOOP;
    END $$
""".replace("KEPT", KEPT)
TABLES = """
    SELECT format('%I', tablename) FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's first: they wait more than they compute, and one process does them all."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/browser/"))


def pytest_collection_finish() -> None:
    """The thousands of tests and modules stay: collecting garbage need not look at them again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def one_day() -> Iterator[None]:
    """Pages go by the clock of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "now", clock.now)
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Passwords cost the tests next to nothing; tests/accounts/test_passwords.py is about them."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", cheap)
        patch.setattr(passwords, "DUMMY_HASH", cheap.hash(Fernet.generate_key()))
        yield


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostgreSQL server of this test process, with a migrated template."""
    with Cluster.start(tmp_path_factory.mktemp("postgres") / "data", durable=False) as server:
        # Statistics of one test's rows, or of none, make bad plans for the next test's.
        _execute(server.url(), "ALTER SYSTEM SET autovacuum = off")
        _execute(server.url(), "SELECT pg_reload_conf()")
        _execute(server.url(), f'CREATE DATABASE "{TEMPLATE}"')
        app = create_app(make_settings(server.url(TEMPLATE)))
        with app.app_context():
            upgrade()
            SHIPPED_RATES.append(db.session.scalar(text("SELECT count(*) FROM fx_rate")))
            # Tests set the few rates they are about; without the shipped ones a copy is quick.
            db.session.execute(text("TRUNCATE fx_rate"))
            db.session.commit()
            db.engine.dispose()
        yield server


@pytest.fixture(scope="session")
def swept_database(cluster: Cluster) -> Iterator[tuple[str, psycopg.Connection]]:
    """The address of this process's database, migrated, and what empties it after each test."""
    _execute(cluster.url(), f'CREATE DATABASE "{TESTS}" TEMPLATE "{TEMPLATE}" STRATEGY file_copy')
    with psycopg.connect(
        cluster.url(TESTS), autocommit=True, application_name="sweeper"
    ) as sweeper:
        names = [row[0] for row in sweeper.execute(TABLES)]
        deletions = " ".join(f"DELETE FROM public.{name};" for name in names)
        sweeper.execute(SWEEPER.format(deletions=deletions))
        yield cluster.url(TESTS), sweeper
        _forget_apps()


@pytest.fixture
def database_url(swept_database: tuple[str, psycopg.Connection]) -> Iterator[str]:
    """A migrated and otherwise empty database."""
    url, sweeper = swept_database
    yield url
    sweeper.execute("SELECT pg_temp.sweep()")


@pytest.fixture
def database_copy(cluster: Cluster) -> Iterator[str]:
    """A migrated database of one test's own, for a test that changes more than rows."""
    _execute(cluster.url(), f'CREATE DATABASE "{COPY}" TEMPLATE "{TEMPLATE}" STRATEGY file_copy')
    yield cluster.url(COPY)
    _execute(cluster.url(), f'DROP DATABASE "{COPY}" WITH (FORCE)')


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Settings of a test: no platform configured, e-mail off."""
    return make_settings(database_url)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application on the test's own database; tests of the same settings share one."""
    made = str(asdict(settings))
    if made not in _APPS:
        if len(_APPS) >= MOST_APPS:
            _forget_apps()
        _APPS[made] = create_app(settings)
        with _APPS[made].app_context():
            _keep(db.engine)
    application = _APPS[made]
    application.testing = True
    config = dict(application.config)
    yield application
    application.config.update(config)
    with application.app_context():
        db.session.remove()
        if db.engine.url.database != TESTS:
            db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return app.test_client()


@pytest.fixture(scope="session")
def kept_engine(swept_database: tuple[str, psycopg.Connection]) -> Iterator[Engine]:
    """What all sessions share: connections that stay open, and statements compiled once."""
    url = make_settings(swept_database[0]).database_url
    made = create_engine(url, pool_pre_ping=True, max_overflow=-1)
    _keep(made)
    yield made
    made.dispose()


@pytest.fixture
def engine(settings: Settings, kept_engine: Engine) -> Engine:
    """The kept connections and compiled statements; whoever listens to it is heard by one test."""
    assert make_url(settings.database_url).database == TESTS
    return kept_engine.execution_options()


@pytest.fixture
def session(settings: Settings, kept_engine: Engine) -> Iterator[Session]:
    """A session for code below the web; commits are real."""
    assert make_url(settings.database_url).database == TESTS
    with Session(kept_engine, expire_on_commit=False) as opened:
        yield opened


@dataclass(frozen=True)
class Member:
    """One of the cast, with a workspace of their own."""

    user: User
    workspace: Workspace


@pytest.fixture
def alice(session: Session) -> Member:
    """Owner of Northlight Coffee, in dollars and New York time."""
    return make_member(session, "Alice", "Northlight Coffee")


@pytest.fixture
def charlie(session: Session) -> Member:
    """A stranger: owner of another workspace, allowed nothing of Alice's."""
    return make_member(session, "Charlie", "Charlie's Chairs")


def make_member(
    session: Session,
    name: str,
    workspace: str,
    *,
    currency: str = "USD",
    time_zone: str = "America/New_York",
) -> Member:
    """A person with the password PASSWORD and a workspace they own."""
    user = User(email=f"{name.lower()}@example.com", name=name, password_hash=_hashed(PASSWORD))
    place = Workspace(name=workspace, currency=currency, time_zone=time_zone, revenue="auto")
    session.add_all([user, place])
    session.flush()
    session.add(Membership(user_id=user.id, workspace_id=place.id, role="owner"))
    session.commit()
    return Member(user, place)


def make_settings(database_url: str, **overrides: object) -> Settings:
    """Settings around a database URL."""
    scheme, _, rest = database_url.partition("://")
    made = Settings(
        environment="test",
        database_url=f"postgresql+psycopg://{rest}" if scheme == "postgresql" else database_url,
        secret_key="test-secret-key-of-more-than-32-characters",
        encryption_keys=(KEY,),
        public_url="http://localhost",
        run_jobs=False,
    )
    return replace(made, **overrides)  # type: ignore[arg-type]


def sign_in(app: Flask, member: Member) -> FlaskClient:
    """A client that carries the member's session cookie."""
    from app.accounts.sessions import open_session  # noqa: PLC0415 keeps the cast import-light
    from app.web.cookies import NAME  # noqa: PLC0415

    client = app.test_client()
    with app.app_context():
        user = db.session.get(User, member.user.id)
        assert user is not None
        token = open_session(
            db.session(), user, now=dt.datetime.now(dt.UTC), ip="127.0.0.1", user_agent="test"
        )
        db.session.commit()
    client.set_cookie(NAME, token)
    return client


def csrf_token(client: FlaskClient) -> str:
    """The token that writes need, as scripts fetch it."""
    token: str = client.get("/api/auth/csrf").get_json()["csrf_token"]
    return token


@cache
def _hashed(password: str) -> str:
    """Hashing is slow on purpose; the cast shares one password."""
    return hash_password(password)


def _keep(engine: Engine) -> None:
    """Let an engine's connections outlive the sweeping, and plan anew in each test.

    Plans of empty tables take minutes on full ones.
    """
    event.listen(engine, "connect", _name)
    event.listen(engine, "checkout", _plan_anew)


def _plan_anew(connection: psycopg.Connection, record: ConnectionPoolEntry, _proxy: object) -> None:
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
    if record.info.get("planned_in") != test:
        connection.execute("DISCARD PLANS")
        connection.rollback()
        record.info["planned_in"] = test


def _name(connection: psycopg.Connection, _record: object) -> None:
    connection.autocommit = True
    connection.execute(f"SET application_name = '{KEPT}'")
    connection.autocommit = False


def _forget_apps() -> None:
    """Close what the applications keep open, and them with it."""
    for application in _APPS.values():
        with application.app_context():
            db.engine.dispose()
    _APPS.clear()


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


FIXTURES = Path(__file__).parent / "fixtures"

"""Brings the database to the code's tables, or says in a sentence why that cannot be."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg

from local.environment import PROJECT
from local.errors import LocalError

NAME = "growzzy"
CONNECT_SECONDS = 5
REVISION = re.compile(r'^(revision|down_revision)\s*(?::[^=]+)?=\s*["\'](\w+)["\']', re.MULTILINE)
REASONS = (
    ("password authentication failed", "the user or the password in it is wrong"),
    ("no password supplied", "it has no password and the server wants one"),
    ("does not exist", "the server has no such database or user; create it first"),
    ("received invalid response", "what answers there is not PostgreSQL"),
    ("server closed the connection unexpectedly", "what answers there is not PostgreSQL"),
    ("could not translate host name", "there is no machine of that name"),
    ("failed to resolve host", "there is no machine of that name"),
    ("Connection refused", "no server listens there; start it or correct the address"),
    ("timeout", "nothing answered within five seconds; check the host and the firewall"),
)


def create(server_url: str) -> None:
    """Create the app's database on our own server, unless it is there."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
        if found.fetchone() is None:
            connection.execute(f'CREATE DATABASE "{NAME}"')


def prepare(url: str, environ: Mapping[str, str], log: Path) -> None:
    """Migrate the database at `url` to the head. Raises LocalError when that cannot be."""
    head, known = _revisions()
    current = _revision_of(url)
    if current is not None and current not in known:
        raise LocalError(
            f"The database was made by a newer version of Growzzy OS: its migration {current} is "
            "not in this code. Update the code (git pull), or point DATABASE_URL at another "
            "database. Nothing was changed."
        )
    if current != head:
        _upgrade(environ, log)


def without_password(url: str) -> str:
    """The address as it may be shown."""
    return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:***@", url)


def _revisions() -> tuple[str, set[str]]:
    """The head and every revision of migrations/versions, read without importing SQLAlchemy."""
    known: set[str] = set()
    parents: set[str] = set()
    for file in (PROJECT / "migrations/versions").glob("*.py"):
        for kind, value in REVISION.findall(file.read_text(encoding="utf-8")):
            (known if kind == "revision" else parents).add(value)
    heads = known - parents
    if len(heads) != 1:
        raise LocalError(f"migrations/versions has {len(heads)} heads instead of one.")
    return heads.pop(), known


def _revision_of(url: str) -> str | None:
    """The database's migration; None for a database without our tables."""
    with _connect(url) as connection:
        found = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
        if found is None or found[0] is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


def _connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise LocalError(
            "DATABASE_URL is not a PostgreSQL address. "
            "It should look like postgresql://user:password@host:5432/name."
        )
    try:
        return psycopg.connect(f"postgresql://{rest}", connect_timeout=CONNECT_SECONDS)
    except psycopg.Error as error:
        said = str(error)
        reason = next((words for sign, words in REASONS if sign in said), said.splitlines()[0])
        raise LocalError(
            f"The database at DATABASE_URL ({without_password(url)}) cannot be used: {reason}."
        ) from error


def _upgrade(environ: Mapping[str, str], log: Path) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    with log.open("wb") as output:
        done = subprocess.run(
            command, cwd=PROJECT, env=environ, stdout=output, stderr=output, check=False
        )
    if done.returncode != 0:
        lines = log.read_text(errors="replace").strip().splitlines() or ["nothing"]
        raise LocalError(
            f"The database could not be migrated; it is as it was. The migration said: "
            f"{lines[-1]} (the whole log is {log})"
        )

"""`make run` as a newcomer meets it: it serves, it keeps, it stops, and it says what is wrong."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from local.children import free_port
from local.postgres import place_for
from tests.local.processes import PROJECT, SECONDS, alive, descendants, eventually, python

LINKED = ("app", "jobs", "sandbox", "migrations", "static", "templates", "wsgi.py")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """The project in an empty folder, below one that only its owner may enter."""
    folder = tmp_path / "locked" / "project"
    folder.mkdir(parents=True)
    folder.parent.chmod(0o700)
    shutil.copytree(PROJECT / "local", folder / "local")
    shutil.copy(PROJECT / "gunicorn.conf.py", folder)
    for name in LINKED:
        (folder / name).symlink_to(PROJECT / name)
    yield folder
    place_for(folder / ".local/postgres").remove()


@contextmanager
def running(project: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The supervisor, once it has said that it is ready."""
    output = project / "output"
    with python(["-m", "local"], project, {"PORT": str(port)}, output) as process:
        eventually(lambda: process.poll() is not None or "is ready at" in output.read_text())
        assert process.poll() is None, output.read_text()
        yield process


def refused(project: Path, **environ: str) -> str:
    """What the supervisor says on standard error when it does not start."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "local"],
        cwd=project,
        env={**inherited, "PORT": str(free_port()), **environ},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    return done.stderr


def health(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
        return int(answer.status)


def stop(project: Path, process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Everything ends in order at this signal."""
    children = descendants(process.pid)
    process.send_signal(number)
    assert process.wait(SECONDS) == 0
    assert not [pid for pid in children if alive(pid)]
    assert "database system is shut down" in place_for(project / ".local/postgres").log.read_text()


@pytest.mark.timeout(300)
def test_it_serves_alone_says_where_and_keeps_its_secrets_and_data_through_a_stop(
    project: Path,
) -> None:
    port = free_port()
    with running(project, port) as process:
        assert health(port) == 200
        assert f"Growzzy OS is ready at http://127.0.0.1:{port}" in (project / "output").read_text()
        assert "already running" in refused(project)
        kept = {path: path.read_text() for path in secrets_of(project)}
        stop(project, process, signal.SIGINT)
    cluster = place_for(project / ".local/postgres")
    assert (cluster.data / "PG_VERSION").exists()
    with running(project, port) as process:
        assert health(port) == 200
        assert {path: path.read_text() for path in secrets_of(project)} == kept
        stop(project, process, signal.SIGHUP)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in kept)
    assert stat.S_IMODE(project.parent.stat().st_mode) == 0o700


def secrets_of(project: Path) -> list[Path]:
    return [project / ".local/secret_key", project / ".local/encryption_keys"]


@pytest.mark.timeout(300)
def test_kill_9_stops_everything_and_the_next_start_works(project: Path) -> None:
    port = free_port()
    with running(project, port) as process:
        children = descendants(process.pid)
        assert len(children) > 5
        process.kill()
        process.wait()
    eventually(lambda: not [pid for pid in children if alive(pid)])
    with running(project, port) as process:
        assert health(port) == 200
        stop(project, process, signal.SIGTERM)


def test_a_port_in_use_is_said_with_another_one(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(project, PORT=str(port))
    assert f"Port {port} is in use by another program" in said
    assert f"PORT={port + 1} make run" in said


def test_a_port_that_is_no_port_is_refused(project: Path) -> None:
    assert "whole number from 1 to 65535" in refused(project, PORT="eighty")


def test_a_database_url_that_is_no_address_is_refused(project: Path) -> None:
    assert "not a PostgreSQL address" in refused(project, DATABASE_URL="mysql://localhost/x")


def test_a_database_nobody_serves_is_named_without_its_password(project: Path) -> None:
    url = f"postgresql://ada:hush@127.0.0.1:{free_port()}/x"
    said = refused(project, DATABASE_URL=url)
    assert "no server listens there" in said
    assert "hush" not in said


def test_a_server_that_is_not_postgresql_is_recognised(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"postgresql://127.0.0.1:{server.getsockname()[1]}/x"
        thread = threading.Thread(target=answer_nonsense, args=[server])
        thread.start()
        said = refused(project, DATABASE_URL=url)
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert "is not PostgreSQL" in said


def answer_nonsense(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            connection.recv(1024)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_a_database_that_does_not_exist_is_said(project: Path, database_url: str) -> None:
    said = refused(project, DATABASE_URL=database_url.replace("/growzzy_tests?", "/absent?"))
    assert "no such database or user" in said


def test_a_database_newer_than_the_code_is_left_alone(project: Path, database_copy: str) -> None:
    with psycopg.connect(database_copy) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    said = refused(project, DATABASE_URL=database_copy, META_APP_ID="1")
    assert "made by a newer version of Growzzy OS" in said
    with psycopg.connect(database_copy) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert row == ("9999",)


def test_settings_may_stand_in_a_file(project: Path) -> None:
    (project / ".env").write_text("# where\nPORT=nowhere\nSMTP_HOST=\n")
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    code = "import os, json; from local import environment; print(json.dumps(environment.read({})))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, env=inherited, capture_output=True, check=True
    )
    assert json.loads(done.stdout) == {"PORT": "nowhere"}

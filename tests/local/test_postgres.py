"""The embedded server: what it keeps, what it leaves alone, and what no kill leaves behind."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local import binaries
from local.errors import LocalError
from local.postgres import Cluster, place_for
from tests.local.processes import PROJECT, alive, eventually, python

HOLD = """
import sys, time
from pathlib import Path
from local.postgres import Cluster
cluster = Cluster.start(Path(sys.argv[1]))
print(cluster.url(), flush=True)
time.sleep(600)
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A place for a durable cluster, removed again (for root it lies outside tmp_path)."""
    yield tmp_path / "data"
    place_for(tmp_path / "data").remove()


def ask(url: str, statement: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def server_of(url: str) -> int:
    """The process number of the server itself: every backend's parent."""
    backend = ask(url, "SELECT pg_backend_pid()")
    with psycopg.connect(url) as connection:
        status = Path(f"/proc/{connection.info.backend_pid}/status").read_text()
    assert backend
    return int(status.split("PPid:")[1].split()[0])


def test_what_was_written_is_there_after_a_restart(data_dir: Path) -> None:
    with Cluster.start(data_dir) as cluster:
        ask(cluster.url(), "CREATE TABLE kept AS SELECT 42 AS answer")
    with Cluster.start(data_dir) as cluster:
        assert ask(cluster.url(), "SELECT answer FROM kept") == 42


def test_the_server_ends_cleanly_when_its_parent_is_killed(data_dir: Path, tmp_path: Path) -> None:
    output = tmp_path / "output"
    with python(["-c", HOLD, str(data_dir)], PROJECT, {}, output) as parent:
        eventually(lambda: output.read_text().endswith("\n"))
        url = output.read_text().strip()
        ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        server = server_of(url)
        parent.kill()
        parent.wait()
    eventually(lambda: not alive(server))
    with Cluster.start(data_dir) as cluster:
        assert ask(cluster.url(), "SELECT answer FROM kept") == 42


def test_a_server_killed_together_with_its_parent_starts_again(
    data_dir: Path, tmp_path: Path
) -> None:
    output = tmp_path / "output"
    with python(["-c", HOLD, str(data_dir)], PROJECT, {}, output) as parent:
        eventually(lambda: output.read_text().endswith("\n"))
        url = output.read_text().strip()
        ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(server_of(url), signal.SIGKILL)
        parent.kill()
        parent.wait()
    with Cluster.start(data_dir) as cluster:
        assert ask(cluster.url(), "SELECT answer FROM kept") == 42


def test_a_process_number_that_was_given_to_somebody_else_does_not_stop_the_start(
    data_dir: Path,
) -> None:
    with Cluster.start(data_dir) as cluster:
        note = Path(str(ask(cluster.url(), "SHOW data_directory"))) / "postmaster.pid"
        said = note.read_text().splitlines()
    said[0] = str(os.getppid())
    note.write_text("\n".join(said))
    with Cluster.start(data_dir) as cluster:
        assert ask(cluster.url(), "SELECT 1") == 1


def test_one_database_is_never_served_twice(data_dir: Path) -> None:
    with (
        Cluster.start(data_dir),
        pytest.raises(LocalError, match="in use by another running process"),
    ):
        Cluster.start(data_dir)


def test_nobody_else_on_the_machine_may_reach_the_server(data_dir: Path) -> None:
    with Cluster.start(data_dir) as cluster:
        socket = Path(cluster.url().partition("host=")[2])
        data = Path(str(ask(cluster.url(), "SHOW data_directory")))
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        assert ask(cluster.url(), "SHOW listen_addresses") == ""
    assert not socket.exists()


def test_the_modes_of_the_folders_above_stay_as_they_are(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    data_dir = locked / "project" / "data"
    data_dir.parent.mkdir(parents=True)
    locked.chmod(0o700)
    before = {folder: folder.stat().st_mode for folder in data_dir.parents}
    with Cluster.start(data_dir, durable=False) as cluster:
        assert ask(cluster.url(), "SELECT 1") == 1
    assert {folder: folder.stat().st_mode for folder in data_dir.parents} == before


def test_a_throw_away_server_begins_empty_and_leaves_nothing(tmp_path: Path) -> None:
    with Cluster.start(tmp_path / "data", durable=False) as cluster:
        ask(cluster.url(), "CREATE TABLE kept AS SELECT 42 AS answer")
        data = Path(str(ask(cluster.url(), "SHOW data_directory")))
    assert not data.exists()
    with Cluster.start(tmp_path / "data", durable=False) as cluster:
        assert ask(cluster.url(), "SELECT to_regclass('kept')") is None


def test_data_of_another_postgresql_version_is_left_alone(data_dir: Path) -> None:
    with Cluster.start(data_dir) as cluster:
        data = Path(str(ask(cluster.url(), "SHOW data_directory")))
    version = data / "PG_VERSION"
    version.write_text("9\n")
    with pytest.raises(LocalError, match="was made by PostgreSQL 9"):
        Cluster.start(data_dir)


def test_a_wrong_pg_bin_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(LocalError, match="there is no program postgres in it"):
        Cluster.start(tmp_path / "data")


def test_what_a_killed_test_run_left_is_swept_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        # Only root's data lies in the shared folder; anyone else's lies where the test puts it.
        monkeypatch.setattr(binaries, "SHARED", tmp_path)
    output = tmp_path / "output"
    code = HOLD.replace("(Path(sys.argv[1]))", "(Path(sys.argv[1]), durable=False)")
    with python(["-c", code, str(tmp_path / "killed/data")], PROJECT, {}, output) as parent:
        eventually(lambda: output.read_text().endswith("\n"))
        left = Path(str(ask(output.read_text().strip(), "SHOW data_directory")))
        server = server_of(output.read_text().strip())
        parent.kill()
        parent.wait()
    eventually(lambda: not alive(server))
    assert left.exists()
    Cluster.start(tmp_path / "data", durable=False).stop()
    assert not left.exists()

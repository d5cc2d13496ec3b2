"""A PostgreSQL server as a child of this process: no TCP, a private socket, gone when we are.

Works as root and as an ordinary user, and survives whatever killed its predecessor. Start it from
the main thread: the kernel stops the server when the thread that started it ends.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from local import binaries
from local.errors import LocalError

SUPERUSER = "growzzy"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
# The only place short enough for a socket's 107 bytes and open to every account.
SOCKETS = Path("/tmp")  # noqa: S108 - mkdtemp makes a private folder in it
SOCKET_PREFIX = "growzzy-"


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one cluster, side by side: <data>, <data>.log, <data>.lock, <data>.socket."""

    data: Path
    programs: Path
    account: pwd.struct_passwd | None

    @property
    def log(self) -> Path:
        return self.data.with_suffix(".log")

    @property
    def lock(self) -> Path:
        return self.data.with_suffix(".lock")

    @property
    def throw_away_mark(self) -> Path:
        return self.data.with_suffix(".throw-away")

    @property
    def socket_note(self) -> Path:
        return self.data.with_suffix(".socket")

    def command(self, program: str, *arguments: str) -> list[str]:
        """A command line for the right account that ends when this process does."""
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise LocalError(
                "The program setpriv, a part of util-linux, is missing. Install util-linux, or "
                "set DATABASE_URL to a PostgreSQL of yours."
            )
        command = [setpriv, "--pdeathsig", "INT"]
        if self.account is not None:
            command += ["--reuid", str(self.account.pw_uid), "--regid", str(self.account.pw_gid)]
            command += ["--clear-groups"]
        return [*command, "--", str(self.programs / program), *arguments]

    def private_folder(self, path: Path) -> Path:
        """Make a folder that only the server's account (and root) may enter."""
        path.mkdir(mode=0o700)
        self.give(path)
        return path

    def remove(self) -> None:
        """Delete the cluster and, for root, the folder that held nothing else."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.log.unlink(missing_ok=True)
        self.socket_note.unlink(missing_ok=True)
        self.throw_away_mark.unlink(missing_ok=True)
        self.lock.unlink(missing_ok=True)
        if self.account is not None:
            with suppress(OSError):
                self.data.parent.rmdir()

    def give(self, path: Path) -> None:
        """Hand a path of ours over to the server's account."""
        if self.account is not None:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)


class Cluster:
    """A running server. Get one with `start`; leave it with `stop` or as a context manager."""

    def __init__(self, place: Place, lock: IO[str], socket: Path) -> None:
        self._place = place
        self._lock = lock
        self._socket = socket
        self._process: subprocess.Popen[bytes] | None = None
        self._throw_away = False

    @classmethod
    def start(cls, data_dir: Path, *, durable: bool = True) -> Self:
        """Start the server that keeps its data in `data_dir`, creating the data when missing.

        For root the data lies in /var/lib/growzzy instead, under a name made from `data_dir`.
        Not durable means: begin empty, write nothing through to the disk, remove all at `stop`.
        Raises LocalError when the server cannot start or another process runs it.
        """
        place = place_for(data_dir)
        lock = _hold(place)
        try:
            _finish_predecessor(place)
            if not durable:
                _sweep()
                place.throw_away_mark.touch()
                shutil.rmtree(place.data, ignore_errors=True)
            if not place.data.exists():
                _initialise(place, [] if durable else ["--no-sync"])
            _check_version(place)
            cluster = cls(place, lock, _socket_folder(place))
        except BaseException:
            lock.close()
            raise
        cluster._throw_away = not durable
        cluster._run([] if durable else ["-F", "-c", "full_page_writes=off"])
        return cluster

    def url(self, database: str = "postgres") -> str:
        """A libpq address; put `+psycopg` behind the scheme for SQLAlchemy."""
        return f"postgresql://{SUPERUSER}@/{quote(database)}?host={quote(str(self._socket))}"

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self._place.log

    def stop(self) -> None:
        """Roll open transactions back, write everything out and end; a second call does nothing."""
        if self._process is None:
            return
        _end(self._process)
        self._process = None
        shutil.rmtree(self._socket, ignore_errors=True)
        self._place.socket_note.unlink(missing_ok=True)
        if self._throw_away:
            self._place.remove()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self, options: list[str]) -> None:
        arguments = ["-D", str(self._place.data), "-h", "", "-k", str(self._socket), *options]
        with self._place.log.open("wb") as log:
            self._process = subprocess.Popen(
                self._place.command("postgres", *arguments),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                # Ctrl-C reaches the whole terminal group; the server must outlive the app.
                start_new_session=True,
            )
        try:
            self._await_ready(self._process)
        except BaseException:
            self.stop()
            raise

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while _status(self._place.data) != "ready":
            if process.poll() is not None or time.monotonic() > deadline:
                said = self._place.log.read_text(errors="replace").strip().splitlines()[-4:]
                raise LocalError(
                    f"PostgreSQL did not start. It said: {' / '.join(said)} "
                    f"(the whole log is {self._place.log})"
                )
            time.sleep(0.01)


def place_for(data_dir: Path) -> Place:
    """Where the cluster of `data_dir` really lies, and who serves it with which programs."""
    data = data_dir.absolute()
    account = binaries.account()
    programs = binaries.programs()
    if account is not None:
        name = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:12]
        data = binaries.SHARED / name / data.name
    try:
        data.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise LocalError(
            f"The folder {data.parent} for the database cannot be made: {error.strerror}. "
            "Check who owns it, or set DATABASE_URL."
        ) from error
    if account is not None:
        data.parent.chmod(0o755)
    return Place(data, programs, account)


def _hold(place: Place) -> IO[str]:
    """Keep every other process from running this cluster for as long as this one lives."""
    try:
        lock = place.lock.open("w")
    except OSError as error:
        raise LocalError(
            f"The file {place.lock} cannot be written: {error.strerror}. Check who owns it."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise LocalError(
            f"The database in {place.data} is in use by another running process of this project. "
            "Stop that one first (Ctrl-C in its terminal)."
        ) from None
    return lock


def _finish_predecessor(place: Place) -> None:
    """Let a server whose parent was killed end, and clear what a killed one left behind.

    Its process number may belong to somebody else by now, which PostgreSQL alone cannot tell.
    """
    note = place.data / "postmaster.pid"
    deadline = time.monotonic() + STOP_SECONDS
    while (pid := _postmaster(place.data)) is not None:
        if time.monotonic() > deadline:
            raise LocalError(
                f"A PostgreSQL server (process {pid}) still runs on {place.data} and does not "
                f"end. Stop it with `kill -INT {pid}` and try again."
            )
        os.kill(pid, signal.SIGINT)
        time.sleep(0.1)
    note.unlink(missing_ok=True)
    _clear_socket(place)


def _clear_socket(place: Place) -> None:
    """Remove the socket's folder that a killed process could not."""
    if place.socket_note.exists():
        left = Path(place.socket_note.read_text().strip())
        if left.parent == SOCKETS and left.name.startswith(SOCKET_PREFIX):
            shutil.rmtree(left, ignore_errors=True)


def _sweep() -> None:
    """Remove what killed processes of root could not throw away themselves."""
    for mark in binaries.SHARED.glob("*/*.throw-away"):
        left = Place(mark.with_suffix(""), Path(), binaries.account())
        try:
            lock = _hold(left)
        except LocalError:
            continue
        if _postmaster(left.data) is None:
            _clear_socket(left)
            left.remove()
        lock.close()


def _postmaster(data: Path) -> int | None:
    """The process that serves this folder now, if any: a server works from inside its data."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        serves = Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
    except (OSError, ValueError):
        return None
    return pid if serves else None


def _initialise(place: Place, options: list[str]) -> None:
    """Create the data aside and move it into place, so that a kill leaves no half cluster."""
    fresh = place.data.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    place.private_folder(fresh)
    arguments = ["-D", str(fresh), "-U", SUPERUSER, "--auth=trust", "-E", "UTF8"]
    arguments += ["--locale=C.UTF-8", *options]
    made = subprocess.run(
        place.command("initdb", *arguments), capture_output=True, text=True, cwd="/", check=False
    )
    if made.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise LocalError(
            f"PostgreSQL could not create its files in {place.data}: {made.stderr.strip()}"
        )
    fresh.rename(place.data)


def _check_version(place: Place) -> None:
    made_by = (place.data / "PG_VERSION").read_text().strip()
    shown = subprocess.run(
        [place.programs / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    serves = shown.split()[2].split(".")[0]
    if made_by != serves:
        raise LocalError(
            f"The database in {place.data} was made by PostgreSQL {made_by}, and this is "
            f"PostgreSQL {serves}. Name a folder of PostgreSQL {made_by} programs with PG_BIN, "
            "or move the data away to begin with an empty database."
        )


def _socket_folder(place: Place) -> Path:
    folder = Path(tempfile.mkdtemp(dir=SOCKETS, prefix=SOCKET_PREFIX))
    place.give(folder)
    place.socket_note.write_text(f"{folder}\n")
    return folder


def _status(data: Path) -> str:
    """The state the server reports on the eighth line of postmaster.pid; empty before that."""
    try:
        return (data / "postmaster.pid").read_text().split("\n")[7].strip()
    except (OSError, IndexError):
        return ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown; immediate when that takes too long, which the next start recovers from."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(number)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return

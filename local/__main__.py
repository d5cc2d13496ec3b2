"""`make run`: database, migrations, sandbox platforms and the app, until Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import NoReturn

from local import database, environment
from local.children import HOST, Child, check_free, free_port
from local.errors import LocalError
from local.postgres import Cluster

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
READY_SECONDS = 60.0


class Stop(BaseException):
    """Somebody asked us to end."""


def main() -> int:
    """Serve until told to stop. The exit code is 1 after a sentence on standard error."""
    for number in STOPPING:
        # nohup leaves SIGHUP ignored on purpose; a shell's background job has SIGINT ignored.
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)
    try:
        with ExitStack() as running:
            _serve(running)
    except LocalError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except Stop:
        sys.stdout.write("Stopped.\n")
    return 0


def _serve(running: ExitStack) -> NoReturn:
    environ = environment.read(os.environ)
    port = environment.port(environ)
    folder = environment.own_folder()
    _only_one(running, folder)
    check_free(port)
    address = f"http://{HOST}:{port}"
    children: list[Child] = []
    if not environment.has_platform(environ):
        sandbox_port = free_port()
        arguments = ["sandbox", "--port", str(sandbox_port)]
        log = folder / "sandbox.log"
        children.append(running.enter_context(Child("The sandbox", arguments, environ, log)))
        environ = environment.with_sandbox(environ, f"http://{HOST}:{sandbox_port}")
    url = environ.get("DATABASE_URL") or _own_database(running, folder)
    environ = environment.for_app(environ, url, address)
    database.prepare(url, environ, folder / "migrate.log")
    app = running.enter_context(Child("The app", _gunicorn(port), environ))
    children.append(app)
    app.await_healthy(port, READY_SECONDS)
    for sandbox in children[:-1]:
        sandbox.await_line("ready", READY_SECONDS)
    _say_ready(address, environ)
    while True:
        for child in children:
            child.check()
        time.sleep(0.25)


def _own_database(running: ExitStack, folder: Path) -> str:
    cluster = running.enter_context(Cluster.start(folder / "postgres"))
    database.create(cluster.url())
    return cluster.url(database.NAME)


def _gunicorn(port: int) -> list[str]:
    return ["gunicorn", "-c", "gunicorn.conf.py", "-b", f"{HOST}:{port}", "wsgi:app"]


def _say_ready(address: str, environ: Mapping[str, str]) -> None:
    if environ.get("META_APP_ID") == environment.SANDBOX_APP["META_APP_ID"]:
        sys.stdout.write("Ad platforms: the sandbox, with invented accounts (see README.md).\n")
    sys.stdout.write(f"Growzzy OS is ready at {address}\n")
    sys.stdout.flush()


def _only_one(running: ExitStack, folder: Path) -> None:
    lock = running.enter_context((folder / "run.lock").open("w"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LocalError(
            "Another `make run` of this project is already running. "
            "Use that one, or stop it with Ctrl-C in its terminal."
        ) from None


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)
    raise Stop


if __name__ == "__main__":
    raise SystemExit(main())

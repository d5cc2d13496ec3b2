"""The processes beside the database, each of which ends when this one does."""

from __future__ import annotations

import http.client
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from local.environment import PROJECT
from local.errors import LocalError

HOST = "127.0.0.1"
STOP_SECONDS = 30.0


class Child:
    """A Python module running as a process; leaving the block ends it gracefully."""

    def __init__(
        self, name: str, arguments: list[str], environ: Mapping[str, str], log: Path | None = None
    ) -> None:
        self.name = name
        self.log = log
        setpriv = shutil.which("setpriv")
        # Without util-linux only kill -9 of this process would leave the child behind.
        leash = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
        output = log.open("wb") if log else None
        self._process = subprocess.Popen(
            [*leash, sys.executable, "-m", *arguments],
            cwd=PROJECT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C reaches the whole terminal group; we end the children ourselves, in order.
            start_new_session=True,
        )
        if output:
            output.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def check(self) -> None:
        """Raise LocalError when the process has ended, which none does by itself."""
        code = self._process.poll()
        if code is not None:
            where = f"its log is {self.log}" if self.log else "what it said is above"
            raise LocalError(f"{self.name} ended (exit code {code}), so everything stops: {where}.")

    def await_line(self, line: str, seconds: float) -> None:
        """Wait until the log holds `line`; for a child that has one."""
        deadline = time.monotonic() + seconds
        while self.log and line not in self.log.read_text(errors="replace").splitlines():
            self._check_time(deadline, seconds)

    def await_healthy(self, port: int, seconds: float) -> None:
        """Wait until `GET /healthz` answers 200."""
        deadline = time.monotonic() + seconds
        while _status_of(port) != http.client.OK:
            self._check_time(deadline, seconds)

    def _check_time(self, deadline: float, seconds: float) -> None:
        self.check()
        if time.monotonic() > deadline:
            raise LocalError(f"{self.name} was not ready after {seconds:.0f} seconds.")
        time.sleep(0.02)


def check_free(port: int) -> None:
    """Raise LocalError when the port cannot be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise LocalError(
                f"Port {port} is reserved for root. Choose one above 1023: PORT=8000 make run"
            ) from None
        except OSError:
            raise LocalError(
                f"Port {port} is in use by another program. Stop that one, or choose another "
                f"port: PORT={port + 1 if port < 65535 else 8000} make run"
            ) from None


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _status_of(port: int) -> int | None:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()

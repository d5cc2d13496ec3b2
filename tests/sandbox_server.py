"""The sandbox as a real process on a real socket, for any test that crosses the wire.

`pytest_plugins = ["tests.sandbox_server"]` offers two fixtures: `sandbox_process`, one per
session, and `sandbox`, the same one put back to how it started.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox import CREDENTIALS, SYSTEM_USER_TOKEN

ROOT = Path(__file__).resolve().parents[1]
TODAY = "2026-11-23"
"""The day on which the tests' sandbox holds its clock, at noon UTC."""


class SandboxServer:
    """What a test may ask of the running sandbox."""

    app_id = CREDENTIALS["meta"]["app_id"]
    app_secret = CREDENTIALS["meta"]["app_secret"]
    token = SYSTEM_USER_TOKEN

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.graph_url = f"{self.url}/meta"
        self.dialog_url = f"{self.url}/meta"
        self._http = requests.Session()

    def truth(
        self, account: str = "", first: object = None, last: object = None, *, of: str = "meta"
    ) -> Any:
        """The exact figures of one account, or of all; days inclusive. `of`: see /truth."""
        asked = {"account": account, "from": first, "to": last}
        return self._ask(
            "GET", f"/truth/{of}", params={name: str(v) for name, v in asked.items() if v}
        )

    def accounts(self) -> list[dict[str, Any]]:
        """Every account with its currency, time zone, today and scenario."""
        found: list[dict[str, Any]] = self.truth(of="meta/accounts")
        return found

    def restate(self, first: object = None, last: object = None) -> Any:
        """Make past days change now: the last 28, or the days named."""
        named = {"from": first, "to": last}
        return self._ask(
            "POST", "/control/restate", json={name: str(v) for name, v in named.items() if v}
        )

    def history(self, days: int) -> Any:
        """Let the accounts have advertised for so many days only, which are read sooner."""
        return self._ask("POST", "/control/history", json={"days": days})

    def remove(self, campaign_id: str) -> Any:
        """Delete a campaign at the platform; its history stays in the reports."""
        return self._ask("POST", "/control/remove", json={"campaign_id": campaign_id})

    def rename(self, campaign_id: str, name: str) -> Any:
        """Change a campaign's name at the platform."""
        return self._ask("POST", "/control/rename", json={"campaign_id": campaign_id, "name": name})

    def lose(self, account: str) -> Any:
        """Take the platform's user out of an account."""
        return self._ask("POST", "/control/lose-account", json={"account": account})

    def gain(self, account: str) -> Any:
        """Put the platform's user into an account."""
        return self._ask("POST", "/control/gain-account", json={"account": account})

    def revoke(self, platform: str) -> Any:
        """End every token that the platform has given so far, as its user does."""
        return self._ask("POST", "/control/revoke", json={"platform": platform})

    def lose_scope(self, platform: str, scope: str = "") -> Any:
        """Take a scope back until the next consent; by default the one that reports need."""
        return self._ask("POST", "/control/lose-scope", json={"platform": platform, "scope": scope})

    def fault(
        self, kind: str, path: str = "", times: int = 1, *, platform: str = "", **more: float
    ) -> Any:
        """The next `times` requests whose path and query match `path` go wrong.

        `platform` narrows them to those of one, and refuses kinds that it does not act on.
        """
        body = {"kind": kind, "path": path, "times": times, "platform": platform} | more
        return self._ask("POST", "/control/faults", json=body)

    def calm(self) -> Any:
        """Take back the faults that have not happened yet."""
        return self._ask("DELETE", "/control/faults")

    def clock(self, now: object) -> Any:
        """Hold the clock at an ISO instant or a day's noon UTC; None lets it run."""
        return self._ask("POST", "/control/clock", json={"now": now and str(now)})

    def reset(self) -> Any:
        """Forget faults, restatements, removals, requests, revoked tokens; clock to the start."""
        return self._ask("POST", "/control/reset")

    def requests(self, path: str = "") -> list[dict[str, Any]]:
        """What Meta was asked since the last reset, oldest first; `path` is a regex."""
        seen: list[dict[str, Any]] = self._ask("GET", "/control/requests", params={"path": path})
        return seen

    def close(self) -> None:
        self._http.close()

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        response = self._http.request(method, self.url + path, timeout=30, **more)
        response.raise_for_status()
        return response.json()


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(*options: str) -> tuple[subprocess.Popen[str], SandboxServer]:
    """A sandbox process that has said `ready`."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", str(port), *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", "the sandbox did not start"
    return process, SandboxServer(port)


def stop(process: subprocess.Popen[str], server: SandboxServer) -> None:
    """Stop the process and close what was open to it."""
    server.close()
    process.terminate()
    process.wait(timeout=10)
    if process.stdout is not None:
        process.stdout.close()


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxServer]:
    process, server = start("--today", TODAY)
    yield server
    stop(process, server)


@pytest.fixture
def sandbox(sandbox_process: SandboxServer) -> SandboxServer:
    """The session's sandbox as freshly started."""
    sandbox_process.reset()
    return sandbox_process

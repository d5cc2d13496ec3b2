"""The whole product as its users meet it: gunicorn, worker, sandbox platforms and Chromium."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from playwright.sync_api import Page, expect

from local.environment import with_sandbox
from tests.sandbox_server import SandboxServer

ROOT = Path(__file__).parents[2]
EXPORTS = ROOT / "tests" / "fixtures" / "exports"
STARTS_WITHIN = 60.0


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, or the one named by CHROMIUM."""
    arguments = ["--disable-dev-shm-usage", "--disable-background-networking", "--disable-gpu"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return {
        **browser_type_launch_args,
        "executable_path": os.environ.get("CHROMIUM") or shutil.which("chromium"),
        "args": arguments,
    }


@pytest.fixture
def model() -> dict[str, str]:
    """The settings of a language model; none unless a test has one."""
    return {}


@pytest.fixture
def site(
    database_url: str, sandbox: SandboxServer, model: dict[str, str], tmp_path: Path
) -> Iterator[str]:
    """The address of a running installation with an empty database, jobs inside."""
    with installation(database_url, sandbox, tmp_path / "site.log", model) as address:
        yield address


@pytest.fixture(scope="session")
def running_pages(
    swept_database: tuple[str, object],
    sandbox_process: SandboxServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """An installation that does no jobs, for all tests to share: a process is slow to start."""
    log = tmp_path_factory.mktemp("pages") / "site.log"
    with installation(swept_database[0], sandbox_process, log, {"RUN_JOBS": "0"}) as address:
        yield address


@pytest.fixture
def pages(running_pages: str, database_url: str) -> str:
    """The address of an installation with an empty database, which only shows pages."""
    return running_pages


@contextmanager
def installation(
    database_url: str, sandbox: SandboxServer, log: Path, more: dict[str, str]
) -> Iterator[str]:
    """Gunicorn on a port of its own, healthy; `more` are settings besides."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environ = {**os.environ, **environment(database_url, sandbox, address), **more}
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"],
            cwd=ROOT,
            env={**environ, "PORT": str(port)},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_healthy(address, process, log)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def quiet_page(page: Page) -> Iterator[Page]:
    """A page on which any console error or blocked resource fails the test."""
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert not complaints, complaints


def environment(database_url: str, sandbox: SandboxServer, address: str) -> dict[str, str]:
    """What an operator would set, for an installation that speaks to the sandbox."""
    return {
        "APP_ENV": "development",
        "DATABASE_URL": database_url,
        "SECRET_KEY": "browser-test-secret-of-more-than-32-characters",
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": address,
        "WEB_CONCURRENCY": "1",
        **with_sandbox({}, sandbox.url),
    }


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_healthy(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until /healthz answers 200; shows the log when the process ended instead."""
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the installation did not start:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise AssertionError(f"the installation was not healthy in time:\n{log.read_text()}")


def sign_up(page: Page, site: str, name: str) -> None:
    """From the landing page to a new workspace's dashboard."""
    page.goto(site)
    page.get_by_role("link", name="Get started").first.click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill(f"{name.split(maxsplit=1)[0].lower()}@example.com")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(f"{site}/dashboard")


def connect(page: Page, site: str, label: str, accounts: list[str], shop: str = "") -> None:
    """Press Connect, agree on the platform's page, and choose these accounts."""
    page.goto(f"{site}/connections")
    with page.expect_popup() as opened:
        if shop:
            page.locator("summary", has_text=label).click()
            page.get_by_label("shop").fill(shop)
            page.get_by_role("button", name=f"Go to {label}").click()
        else:
            page.get_by_role("link", name=f"Connect {label}").click()
    opened.value.locator("form button").first.click()
    if shop:
        expect(page.locator("#connected")).to_contain_text(shop)
        return
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile(f"^Which accounts of {label}"))
    for box in page.get_by_role("checkbox").all():
        box.set_checked(box.get_attribute("value") in accounts)
    page.get_by_role("button", name="Read these accounts").click()
    expect(page.locator("#connected")).to_be_visible()


def wait_until_read(page: Page, patience: float) -> None:
    """Watch the connected list, without reloading, until nothing is being read."""
    expect(page.locator("#connected progress")).to_have_count(0, timeout=patience)

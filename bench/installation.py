"""An installation as in production, gunicorn with one process, for measurements from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from cryptography.fernet import Fernet
from flask_migrate import upgrade

from app import create_app
from app.extensions import db
from app.settings import Settings
from app.web.cookies import NAME
from bench.creative import ROOT
from bench.dashboard import fill
from tests.browser.conftest import free_port

STARTS_WITHIN = 60.0
SECRET = "a secret of at least thirty-two characters"  # noqa: S105 of one run


class Site:
    """A running installation with somebody signed in."""

    def __init__(self, address: str, token: str, database: str, process_id: int) -> None:
        self.address = address
        self.web = children(process_id)[0]
        self.database = database
        self._visitor = requests.Session()
        self._visitor.cookies.set(NAME, token)

    def get(self, page: str) -> float:
        """Milliseconds that a page takes."""
        began = time.perf_counter()
        response = self._visitor.get(self.address + page, timeout=60, allow_redirects=False)
        took = (time.perf_counter() - began) * 1000
        if response.status_code != 200:
            sys.exit(f"{page} answered {response.status_code}")
        return took

    def post(self, path: str, sent: dict[str, Any]) -> int:
        """Order something; its number."""
        token = self._visitor.get(f"{self.address}/api/auth/csrf", timeout=60).json()
        response = self._visitor.post(
            self.address + path,
            json=sent,
            headers={"X-CSRFToken": token["csrf_token"]},
            timeout=60,
        )
        response.raise_for_status()
        return int(response.json()["id"])

    def child(self) -> int:
        """The process beside the web process that speaks to the model, 0 where there is none."""
        found = children(self.web)
        return found[0] if found else 0


def filled(url: str) -> str:
    """An installation with figures; the token of somebody signed in."""
    app = create_app(
        Settings(
            environment="test",
            database_url=url.replace("postgresql://", "postgresql+psycopg://"),
            secret_key=SECRET,
            encryption_keys=(Fernet.generate_key().decode(),),
            run_jobs=False,
        )
    )
    with app.app_context():
        upgrade()
        token = fill()
        # There is nobody to be asked for more figures.
        db.session.execute(
            db.text("UPDATE platform_connection SET paused_until = now() + interval '1 day'")
        )
        db.session.commit()
        db.engine.dispose()
    return token


def environ_of(database: str) -> dict[str, str]:
    """What an installation on this database is started with, on a free port."""
    port = free_port()
    return {
        "PATH": os.environ["PATH"],
        "APP_ENV": "development",
        "DATABASE_URL": database,
        "SECRET_KEY": SECRET,
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "ECB_URL": "http://127.0.0.1:9/rates.zip",
    }


@contextmanager
def site_of(environ: dict[str, str], token: str, folder: Path) -> Iterator[Site]:
    """The installation while it runs."""
    with (folder / "site.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"],
            cwd=ROOT,
            env=environ,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_until_healthy(environ["PUBLIC_URL"], process, folder / "site.log")
            yield Site(environ["PUBLIC_URL"], token, environ["DATABASE_URL"], process.pid)
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while process.poll() is None and time.monotonic() < until:
        try:
            requests.get(f"{address}/healthz", timeout=2).raise_for_status()
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return
    sys.exit(f"the installation did not start:\n{log.read_text(encoding='utf-8')}")


def children(process: int) -> list[int]:
    """The processes that a process started."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    said = " ".join((task / "children").read_text(encoding="ascii") for task in tasks)
    return [int(each) for each in said.split()]

"""Whether pages are served as quickly while ad copy is being written as when nothing is.

`python -m bench.serving [rounds]`: gunicorn as in production with one process, jobs inside, and the
same PostgreSQL and figures as bench.dashboard. Ten requests a second come, to the dashboard and to
the Creative page of a finished batch in turn: four seconds while nothing else happens, four while
one batch of twenty variations follows the other, and so on. Once the built-in writer writes, once
a model does, whose server (tests/model_server.py) takes 1 s and 0.5 s for each variation of an
answer.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import requests
from cryptography.fernet import Fernet
from flask_migrate import upgrade

from app import create_app
from app.extensions import db
from app.settings import Settings
from app.web.cookies import NAME
from bench.creative import ROOT, SECONDS, SECONDS_EACH, VARIATIONS, rss
from bench.dashboard import fill
from local.postgres import Cluster
from tests.browser.conftest import free_port
from tests.model_server import Answers, ModelServer, brief_of, said_in

DASHBOARD, CREATIVE = "/dashboard", "/dashboard/creative"
REQUESTS = 40
EVERY_SECONDS = 0.1
STARTS_WITHIN = 60.0
SECRET = "a secret of at least thirty-two characters"  # noqa: S105 of one run
# What LiteLLM loads before its first answer, and nothing else of ours does.
_ITS_LIBRARY = "/tiktoken/"
BRIEF: dict[str, Any] = {
    "product": "Ember Mug",
    "benefits": ["Keeps coffee hot for 3 hours", "Rinses clean in seconds", "Weighs 300 g"],
    "pain_points": ["Coffee goes cold before you finish it"],
    "platforms": ["meta"],
    "facts": ["Rated 4.7 out of 5 by 2,300 customers", "$49, delivery included"],
    "count": VARIATIONS,
}


class Prepared(ModelServer):
    """Composes each place's text once, so that the machine is busy with nothing but us later."""

    def __init__(self) -> None:
        super().__init__()
        self._texts: dict[tuple[str, int], dict[str, Any]] = {}

    def compose(self, body: dict[str, Any]) -> Answers:
        """The same text for the same place of the same product."""
        material = said_in(body)
        product = brief_of(material["brief"]).product
        wanted = [(product, place["place"]) for place in material["places"]]
        if not all(each in self._texts for each in wanted):
            composed = super().compose(body)
            self._texts.update(zip(wanted, composed, strict=True))
        return [self._texts[each] for each in wanted]


class Site:
    """A running installation with somebody signed in."""

    def __init__(self, address: str, token: str, database: str, process_id: int) -> None:
        self.address = address
        self.web = _only_child(process_id)
        self._database = database
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

    def order(self) -> int:
        """Have a batch written; its number."""
        token = self._visitor.get(f"{self.address}/api/auth/csrf", timeout=60).json()
        response = self._visitor.post(
            f"{self.address}/api/creative/batches",
            json=BRIEF,
            headers={"X-CSRFToken": token["csrf_token"]},
            timeout=60,
        )
        response.raise_for_status()
        return int(response.json()["id"])

    def written_batch(self) -> int:
        """The number of a batch that is written."""
        batch = self.order()
        with psycopg.connect(self._database, autocommit=True) as connection:
            self._written(connection, batch)
        return batch

    def write(self, until: threading.Event) -> list[int]:
        """Have one batch after the other written; how many texts each came to."""
        texts = []
        with psycopg.connect(self._database, autocommit=True) as connection:
            # Many more than a person could order would only meet the limit on orders.
            connection.execute("DELETE FROM rate_limit")
            while not until.is_set():
                texts.append(self._written(connection, self.order()))
        return texts

    def child(self) -> int:
        """The process beside the web process that speaks to the model, 0 where there is none."""
        found = _children(self.web)
        return found[0] if found else 0

    @staticmethod
    def _written(connection: psycopg.Connection, batch: int) -> int:
        state = "SELECT state FROM creative_batch WHERE id = %s"
        while (row := connection.execute(state, [batch]).fetchone()) and row[0] in (
            "queued",
            "running",
        ):
            time.sleep(0.05)
        count = "SELECT count(*) FROM creative_variation WHERE batch_id = %s AND state = 'written'"
        found = connection.execute(count, [batch]).fetchone()
        return int(found[0]) if found else 0


def main(rounds: int) -> None:
    """Fill, ask, print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Cluster.start(Path(folder) / "data", durable=False) as server,
        Prepared() as model,
    ):
        threading.Thread(target=model.serve_forever, daemon=True).start()
        model.seconds, model.seconds_each = SECONDS, SECONDS_EACH
        token = _filled(server.url())
        with _site(server.url(), token, Path(folder), "") as site:
            _measure(site, "built-in writer", rounds)
        with _site(server.url(), token, Path(folder), model.base) as site:
            _measure(site, "model", rounds)
        model.shutdown()


def _measure(site: Site, writer: str, rounds: int) -> None:
    print(f"{writer}: web process {rss(site.web):.0f} MB before any page")
    for page in (DASHBOARD, CREATIVE) * 5:
        site.get(page)
    if site.child():
        _settle(site.child())
    _tell_memory(site, writer, "after the pages")
    batch = site.written_batch()
    pages = (DASHBOARD, f"{CREATIVE}/{batch}")
    idle: dict[str, list[float]] = {page: [] for page in pages}
    busy: dict[str, list[float]] = {page: [] for page in pages}
    texts: list[int] = []
    for _ in range(rounds):
        _load(site, idle)
        texts += _load_while_writing(site, busy)
    print(f"{writer}: {sum(texts)} texts in {len(texts)} batches")
    for page in pages:
        for name, middle in (("median", statistics.median), ("p95", _p95)):
            alone, beside = middle(idle[page]), middle(busy[page])
            print(
                f"{writer}: {page} {name} {alone:.0f} ms idle, {beside:.0f} ms while writing: "
                f"{beside / alone:.2f}"
            )
    _tell_memory(site, writer, "at the end")


def _tell_memory(site: Site, writer: str, when: str) -> None:
    if _has_litellm(site.web):
        sys.exit("the web process has loaded LiteLLM")
    child = site.child()
    if child and not _has_litellm(child):
        sys.exit(f"{_ITS_LIBRARY} does not tell any more who has loaded LiteLLM")
    beside = f"beside it {rss(child):.0f} MB" if child else "nothing beside it"
    print(f"{writer}: web process {rss(site.web):.0f} MB {when}, {beside}")


def _load_while_writing(site: Site, took: dict[str, list[float]]) -> list[int]:
    enough = threading.Event()
    texts: list[int] = []
    writing = threading.Thread(target=lambda: texts.extend(site.write(enough)))
    writing.start()
    _load(site, took)
    enough.set()
    writing.join()
    return texts


def _load(site: Site, took: dict[str, list[float]]) -> None:
    """Ask for the pages in turn and note what each takes."""
    due = time.perf_counter()
    for number in range(REQUESTS):
        due += EVERY_SECONDS
        page = list(took)[number % len(took)]
        took[page].append(site.get(page))
        time.sleep(max(0.0, due - time.perf_counter()))


def _p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


def _settle(process: int) -> None:
    """Until a process has done what it does at its start."""
    before = -1
    while (now := _ticks(process)) - before > 2:
        before = now
        time.sleep(1)


def _ticks(process: int) -> int:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").iterdir()
    said = " ".join((task / "children").read_text(encoding="ascii") for task in tasks)
    return [int(each) for each in said.split()]


def _only_child(process: int) -> int:
    (found,) = _children(process)
    return found


def _has_litellm(process: int) -> bool:
    return _ITS_LIBRARY in Path(f"/proc/{process}/maps").read_text(encoding="utf-8")


def _filled(url: str) -> str:
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


@contextmanager
def _site(database: str, token: str, folder: Path, model_base: str) -> Iterator[Site]:
    port = free_port()
    environ = {
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
    if model_base:
        environ |= {
            "LLM_MODEL": "gpt-4o-mini",
            "LLM_API_KEY": "sk-bench",
            "LLM_API_BASE": model_base,
        }
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
            yield Site(environ["PUBLIC_URL"], token, database, process.pid)
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


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)

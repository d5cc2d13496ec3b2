"""Whether pages are served as quickly while ad copy is being written as when nothing is.

`python -m bench.serving [rounds]`: gunicorn as in production with one process, jobs inside, and the
same PostgreSQL and figures as bench.dashboard. Ten requests a second come, to the dashboard and to
the Creative page of a finished batch in turn: four seconds while nothing else happens, four while
one batch of twenty variations follows the other, and so on. Once the built-in writer writes, once
a model does, whose server (tests/model_server.py) takes 1 s and 0.5 s for each variation of an
answer.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from bench.creative import SECONDS, SECONDS_EACH, VARIATIONS, rss
from bench.installation import Site, environ_of, filled, site_of
from local.postgres import Cluster
from tests.model_server import Answers, ModelServer, brief_of, said_in

DASHBOARD, CREATIVE = "/dashboard", "/dashboard/creative"
REQUESTS = 40
EVERY_SECONDS = 0.1
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


def main(rounds: int) -> None:
    """Fill, ask, print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Cluster.start(Path(folder) / "data", durable=False) as server,
        Prepared() as model,
    ):
        threading.Thread(target=model.serve_forever, daemon=True).start()
        model.seconds, model.seconds_each = SECONDS, SECONDS_EACH
        token = filled(server.url())
        with site_of(environ_of(server.url()), token, Path(folder)) as site:
            _measure(site, "built-in writer", rounds)
        asking = {
            **environ_of(server.url()),
            "LLM_MODEL": "gpt-4o-mini",
            "LLM_API_KEY": "sk-bench",
            "LLM_API_BASE": model.base,
        }
        with site_of(asking, token, Path(folder)) as site:
            _measure(site, "model", rounds)
        model.shutdown()


def _measure(site: Site, writer: str, rounds: int) -> None:
    print(f"{writer}: web process {rss(site.web):.0f} MB before any page")
    for page in (DASHBOARD, CREATIVE) * 5:
        site.get(page)
    if site.child():
        _settle(site.child())
    _tell_memory(site, writer, "after the pages")
    batch = _written_batch(site)
    pages = (DASHBOARD, f"{CREATIVE}/{batch}")
    texts = compare(site, pages, partial(_write, site), writer, rounds)
    print(f"{writer}: {sum(texts)} texts in {len(texts)} batches")
    _tell_memory(site, writer, "at the end")


def compare(
    site: Site,
    pages: Sequence[str],
    write: Callable[[threading.Event], list[int]],
    writer: str,
    rounds: int,
) -> list[int]:
    """Print what pages take alone and beside `write`, which goes on until told; its answers."""
    idle: dict[str, list[float]] = {page: [] for page in pages}
    busy: dict[str, list[float]] = {page: [] for page in pages}
    written: list[int] = []
    for _ in range(rounds):
        _load(site, idle)
        written += _load_while_writing(site, busy, write)
    for page in pages:
        for name, middle in (("median", statistics.median), ("p95", _p95)):
            alone, beside = middle(idle[page]), middle(busy[page])
            print(
                f"{writer}: {page} {name} {alone:.0f} ms idle, {beside:.0f} ms while writing: "
                f"{beside / alone:.2f}"
            )
    return written


def _order(site: Site) -> int:
    """Have a batch written; its number."""
    return site.post("/api/creative/batches", BRIEF)


def _written_batch(site: Site) -> int:
    """The number of a batch that is written."""
    batch = _order(site)
    with psycopg.connect(site.database, autocommit=True) as connection:
        _written(connection, batch)
    return batch


def _write(site: Site, until: threading.Event) -> list[int]:
    """Have one batch after the other written; how many texts each came to."""
    texts = []
    with psycopg.connect(site.database, autocommit=True) as connection:
        # Many more than a person could order would only meet the limit on orders.
        connection.execute("DELETE FROM rate_limit")
        while not until.is_set():
            texts.append(_written(connection, _order(site)))
    return texts


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


def _tell_memory(site: Site, writer: str, when: str) -> None:
    if _has_litellm(site.web):
        sys.exit("the web process has loaded LiteLLM")
    child = site.child()
    if child and not _has_litellm(child):
        sys.exit(f"{_ITS_LIBRARY} does not tell any more who has loaded LiteLLM")
    beside = f"beside it {rss(child):.0f} MB" if child else "nothing beside it"
    print(f"{writer}: web process {rss(site.web):.0f} MB {when}, {beside}")


def _load_while_writing(
    site: Site, took: dict[str, list[float]], write: Callable[[threading.Event], list[int]]
) -> list[int]:
    enough = threading.Event()
    written: list[int] = []
    writing = threading.Thread(target=lambda: written.extend(write(enough)))
    writing.start()
    _load(site, took)
    enough.set()
    writing.join()
    return written


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


def _has_litellm(process: int) -> bool:
    return _ITS_LIBRARY in Path(f"/proc/{process}/maps").read_text(encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)

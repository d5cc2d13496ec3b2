"""Ad copy from a model: how soon it comes, and what a web process keeps for it.

`python -m bench.creative [rounds]`: twenty variations for one platform from a model server on this
machine (tests/model_server.py) whose answers take 1 s and 0.5 s for each variation. The writer and
its process are apart from the server, and the process is warm. Then the memory of a web process
that has opened the creative page, with a model configured and without.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SECONDS, SECONDS_EACH = 1.0, 0.5
VARIATIONS = 20


def written(base: str) -> dict[str, float]:
    """Seconds to the first variation and to all of them, with a process that is warm."""
    from app.copywriting.brief import AdPlatform, Brief  # noqa: PLC0415 measured apart
    from app.copywriting.model.door import Door, Request  # noqa: PLC0415
    from app.copywriting.model.setup import ModelSetup  # noqa: PLC0415
    from app.copywriting.model.writer import ModelWriter  # noqa: PLC0415
    from app.copywriting.plan import plan  # noqa: PLC0415
    from app.copywriting.writing import Place, Written  # noqa: PLC0415

    brief = Brief(
        product="Ember Mug",
        benefits=("Keeps coffee hot for 3 hours", "Rinses clean in seconds", "Weighs 300 g"),
        pain_points=("Coffee goes cold before you finish it",),
        platforms=(AdPlatform.META,),
        facts=("Rated 4.7 out of 5 by 2,300 customers", "$49, delivery included"),
    )
    door = Door(ModelSetup("openai/gpt-4o-mini", "sk-bench-0123456789", base))
    warm = door.begin(Request([{"role": "user", "content": "?"}], {"type": "object"}, 10))
    began = time.perf_counter()
    door.wait([warm], 120)
    began_up = time.perf_counter() - began
    places = [Place(number, slot) for number, slot in enumerate(plan(brief, VARIATIONS))]
    writer = ModelWriter(brief, door, clock=lambda: dt.datetime.now(dt.UTC))
    began = time.perf_counter()
    came = [
        time.perf_counter() - began
        for event in writer.write(places, [], go_on=lambda: "")
        if isinstance(event, Written)
    ]
    child = rss(door.process_id or 0)
    door.close()
    return {
        "start": began_up,
        "first": came[0],
        "all": came[-1],
        "count": len(came),
        "child": child,
    }


def web(model: str) -> dict[str, float]:
    """The memory of a web process, in MB, once its model's process runs and nothing is asked."""
    from app import create_app  # noqa: PLC0415 its import is what is measured
    from app.copywriting.model.door import door_to  # noqa: PLC0415
    from app.copywriting.model.setup import model_setup  # noqa: PLC0415
    from app.settings import Settings  # noqa: PLC0415

    settings = Settings(
        database_url="postgresql+psycopg://nobody@127.0.0.1:9/none",
        secret_key="s" * 40,
        encryption_keys=(),
        environment="test",
        llm_model=model,
        llm_api_base="http://127.0.0.1:9/v1" if model else "",
    )
    create_app(settings)
    setup = model_setup(settings)
    if setup is None:
        return {"web": rss("self"), "child": 0.0}
    door = door_to(setup)
    door.warm()
    while door.price is None:
        time.sleep(0.1)
    took = {"web": rss("self"), "child": rss(door.process_id or 0)}
    door.close()
    return took


def rss(process: int | str) -> float:
    """Resident memory in MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def main(rounds: int) -> None:
    """Measure and print."""
    from tests.model_server import ModelServer  # noqa: PLC0415 the writer must not load it

    firsts, alls, last = [], [], {}
    with ModelServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for _ in range(rounds):
            server.forget()
            server.behave("words")  # to the question that warms the process
            server.seconds, server.seconds_each = SECONDS, SECONDS_EACH
            last = _apart("--written", server.base)
            batches = sorted(server.spent[1:])
            firsts.append(last["first"] / batches[0])
            alls.append(last["all"] / batches[-1])
        server.shutdown()
    print(
        f"process up in {last['start']:.1f} s, {last['child']:.0f} MB after {last['count']} texts"
    )
    print(f"last round: first {last['first']:.2f} s, all {last['all']:.2f} s; batches {batches}")
    for name, ratios in (("first", firsts), ("all", alls)):
        ends = f"{min(ratios):.3f} to {max(ratios):.3f}"
        print(f"{name} / server's own: {statistics.median(ratios):.3f} ({ends})")
    without, configured = _apart("--web", ""), _apart("--web", "gpt-4o-mini")
    print(
        f"web process {without['web']:.0f} MB without, {configured['web']:.0f} MB with a model "
        f"configured and idle; beside it {configured['child']:.0f} MB"
    )


def _apart(what: str, argument: str) -> dict[str, Any]:
    told = subprocess.run(
        [sys.executable, "-m", "bench.creative", what, argument],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        raise SystemExit(told.stderr)
    said: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return said


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--written", base]:
            print(json.dumps(written(base)))
        case ["--web", model]:
            print(json.dumps(web(model)))
        case [rounds]:
            main(int(rounds))
        case _:
            main(5)

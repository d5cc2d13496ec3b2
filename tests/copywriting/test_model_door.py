"""The process that speaks to models: started, shared, lost, ended; and what it may know."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.copywriting.brief import Brief
from app.copywriting.model import door as doors
from app.copywriting.model.door import Door, Reply, Request
from app.copywriting.model.estimate import estimate
from app.copywriting.model.setup import ModelSetup
from app.copywriting.plan import plan
from tests.copywriting.test_model_writer import MUG, asked, places_for, wait_for, written
from tests.model_server import KEY, ModelServer, setup_for

ROOT = Path(__file__).parents[2]
QUESTION = Request([{"role": "user", "content": "Say something."}], {"type": "object"}, 100)
PARENT = """
import time
from app.copywriting.model.door import Door
from app.copywriting.model.setup import ModelSetup
door = Door(ModelSetup("gpt-4o-mini"))
door.warm()
print(door.process_id, flush=True)
time.sleep(60)
"""


def is_running(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def answered(door: Door, seconds: float = 30.0) -> Reply:
    (ticket,) = door.wait([door.begin(QUESTION)], seconds)
    assert ticket.reply
    return ticket.reply


@pytest.fixture
def acting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Door]:
    """A door to a script in the process's place."""

    def door_to(script: str) -> Door:
        path = tmp_path / "process.py"
        path.write_text(script)
        monkeypatch.setattr(doors, "_PROCESS", path)
        return Door(ModelSetup("invented", seconds=0.2))

    return door_to


def test_the_key_is_in_no_command_line_and_no_environment(
    model_server: ModelServer, shared_door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_server.usual = lambda: "words"
    assert answered(shared_door).text

    folder = Path(f"/proc/{shared_door.process_id}")
    assert KEY not in (folder / "cmdline").read_text()
    known = dict(line.split("=", 1) for line in (folder / "environ").read_text().split("\0")[:-1])
    assert all(name.startswith(("LITELLM_", "LC_CTYPE")) for name in known)
    assert KEY not in repr(shared_door.setup)


def test_several_threads_ask_through_one_process_and_each_gets_its_own_answers(
    model_server: ModelServer, shared_door: Door
) -> None:
    model_server.seconds = 0.3
    texts: dict[str, list[str]] = {}

    def ask(product: str) -> None:
        brief = Brief(product=product)
        came = written(asked(shared_door, brief, places_for(brief, 4)))
        texts[product] = [each.text for each in came.values()]

    products = ["Quietly", "Kettle Nine", "Bramble"]
    threads = [threading.Thread(target=ask, args=(each,)) for each in products]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for product in products:
        assert len(texts[product]) == 4
        assert any(product in text for text in texts[product])
        others = [other for other in products if other != product]
        assert not any(other in text for other in others for text in texts[product])


def test_when_the_process_dies_another_one_is_asked_the_same(
    model_server: ModelServer, shared_door: Door
) -> None:
    model_server.behave("stall", "words")
    first = shared_door.process_id
    ticket = shared_door.begin(QUESTION)
    wait_for(lambda: len(model_server.asked) == 1)
    assert first == shared_door.process_id
    os.kill(first, signal.SIGKILL)

    (done,) = shared_door.wait([ticket], 60)
    assert done.reply
    assert done.reply.text == "I would rather talk about the weather."
    assert shared_door.process_id != first


def test_a_server_without_schemas_is_asked_without_from_then_on_and_an_idle_process_ends(
    model_server: ModelServer,
) -> None:
    model_server.usual = lambda: "no schema"
    setup = replace(setup_for(model_server, "llama-local"), key="")
    # Longer than a slow machine takes from one request to the next.
    door = Door(setup, idle_seconds=3)
    brief = replace(MUG, benefits=("Rinses clean",))
    try:
        for _ in range(2):
            assert len(written(asked(door, brief, places_for(brief, 1)))) == 1
        process_id = door.process_id
        assert process_id
        forms = ["response_format" in body for body in model_server.asked]
        assert forms == [True, False, False]
        assert {body["model"] for body in model_server.asked} == {"llama-local"}
        assert "variations" in model_server.asked[-1]["messages"][-1]["content"]
        price = door.price
        assert price
        assert price.token_in is None
        assert estimate(brief, 20, door).cost is None
        wait_for(lambda: not is_running(process_id))
        wait_for(lambda: door.process_id is None)
    finally:
        door.close()


def test_a_parent_that_is_killed_takes_its_process_along_even_while_that_begins() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE)
    with parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
        parent.wait()
    wait_for(lambda: not is_running(child))


def test_a_process_that_cannot_begin_is_said_and_not_tried_for_ever(
    acting: Callable[[str], Door],
) -> None:
    door = acting("raise SystemExit(3)")
    reply = answered(door)

    assert reply.failed == "down"
    assert "exit code 3" in reply.detail
    assert door.process_id is None


def test_a_process_that_is_stuck_is_ended_and_the_request_times_out(
    acting: Callable[[str], Door], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "START_SECONDS", 0.1)
    monkeypatch.setattr(doors, "GRACE_SECONDS", 0.1)
    door = acting("import time; time.sleep(60)")
    door.warm()
    process_id = door.process_id
    assert process_id

    assert answered(door).failed == "timeout"
    wait_for(lambda: not is_running(process_id))
    door.close()


def test_what_a_batch_will_cost_is_told_from_the_prompts_and_the_price(
    model_server: ModelServer, shared_door: Door
) -> None:
    model_server.usual = lambda: "words"
    fresh = Door(shared_door.setup)
    assert estimate(MUG, 20, fresh).waiting

    answered(shared_door)
    told = estimate(MUG, 20, shared_door)
    assert not told.waiting
    assert told.requests == 4
    assert told.cost
    # gpt-4o-mini: some tenths of a cent for twenty.
    assert 0.002 < told.cost < 0.02
    assert len(plan(MUG, 20)) == 20
    half = estimate(MUG, 10, shared_door)
    assert half.cost
    assert half.cost < told.cost

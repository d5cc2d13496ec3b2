"""Batches that a real worker has a real model server write, in its bad moods, too."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.model.door import Door
from app.creative import batches
from app.creative.writers import BUILT_IN
from app.models import CreativeBatch, CreativeVariation, ModelCall
from app.settings import Settings
from jobs import background
from tests.conftest import Member
from tests.jobs.conftest import Start
from tests.jobs.processes import NOWHERE, with_model, write
from tests.model_server import TOKENS_IN, TOKENS_OUT, ModelServer

MUG = Brief(
    product="Ember Mug",
    benefits=("Keeps coffee hot for 3 hours", "Rinses clean in seconds", "Weighs 300 g"),
    pain_points=("Coffee goes cold before you finish it",),
    facts=("Rated 4.7 out of 5 by 2,300 customers", "$49, delivery included"),
    platforms=(AdPlatform.META,),
)
# 1,200 tokens at $0.15 and 800 at $0.60 a million.
CALL_COST = Decimal("0.00066")


@pytest.fixture
def settings(settings: Settings, running_model: ModelServer) -> Settings:
    return with_model(replace(settings, ecb_url=NOWHERE), running_model.base)


@pytest.fixture
def worker(
    settings: Settings, model_server: ModelServer, shared_door: Door
) -> Iterator[background.Background]:
    """A worker in this process, as gunicorn starts it."""
    started = background.start(SimpleNamespace(config={"SETTINGS": settings}))
    yield started
    started.stop()


@pytest.fixture
def hasty(shared_door: Door) -> Iterator[None]:
    """Whoever asks waits only eight seconds for an answer."""
    standing, shared_door.setup = shared_door.setup, replace(shared_door.setup, seconds=8.0)
    yield
    shared_door.setup = standing


def ordered(session: Session, alice: Member, count: int) -> CreativeBatch:
    now = dt.datetime.now(dt.UTC)
    made = batches.order(
        session, alice.workspace.id, alice.user.id, MUG, count, "gpt-4o-mini", now=now
    )
    session.commit()
    return made


def wait_for(session: Session, happened: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        session.commit()
        time.sleep(0.02)
        session.expire_all()


def wait_until_ended(session: Session, batch: CreativeBatch, seconds: float = 60.0) -> None:
    wait_for(session, lambda: batch.state not in batches.UNFINISHED, seconds)


def texts(batch: CreativeBatch) -> dict[int, str]:
    return {
        row.place: row.content["primary_text"] for row in batch.variations if row.state == "written"
    }


def calls(session: Session) -> Counter[str]:
    return Counter(session.scalars(select(ModelCall.outcome)))


def child_of(process_id: int) -> int:
    """The process that this one started, 0 while there is none."""
    found = [
        each
        for task in Path(f"/proc/{process_id}/task").iterdir()
        for each in (task / "children").read_text().split()
    ]
    return int(found[0]) if found else 0


def is_running(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize(
    ("mood", "outcome", "said"),
    [
        ("stall", "timeout", "did not answer within 8 seconds"),
        ("broken", "malformed", "answered twice without a whole text"),
        ("500", "down", "could not be reached or is unwell"),
        ("429 long", "rate_limited", "takes no more requests for now"),
        ("refusal", "refused", "refused to write this (I cannot help with that)"),
        ("401", "not_set_up", "Whoever runs this installation should check LLM_MODEL"),
    ],
)
@pytest.mark.usefixtures("worker", "hasty")
def test_a_bad_mood_costs_its_own_group_only_and_a_retry_fills_it(
    session: Session, alice: Member, model_server: ModelServer, mood: str, outcome: str, said: str
) -> None:
    # Which group is asked first is chance; the next request is the other one's.
    model_server.behave("")
    model_server.usual = lambda: mood
    batch = ordered(session, alice, 8)
    wait_until_ended(session, batch)

    kept = texts(batch)
    failed = [row for row in batch.variations if row.state == "failed"]
    assert (batch.state, batch.error) == ("done", "")
    assert 2 <= len(kept) <= 6
    assert len(kept) + len(failed) == 8
    assert all(said in row.reason for row in failed), failed[0].reason
    assert calls(session)[outcome] >= 1
    assert calls(session).total() == len(model_server.asked)

    model_server.usual = lambda: ""
    assert batches.retry(session, batch) == len(failed)
    session.commit()
    wait_until_ended(session, batch)

    assert len(texts(batch)) == 8
    assert kept.items() <= texts(batch).items()
    assert {row.revision for row in batch.variations} == {1}
    assert not any(row.reason for row in batch.variations)
    assert_counted(session, batch)


def assert_counted(session: Session, batch: CreativeBatch) -> None:
    """The batch's sums are those of its requests, and each that was answered has its price."""
    sums = select(
        func.sum(ModelCall.tokens_in), func.sum(ModelCall.tokens_out), func.sum(ModelCall.cost)
    ).where(ModelCall.batch_id == batch.id)
    assert session.execute(sums).one() == (batch.tokens_in, batch.tokens_out, batch.cost)
    answered = batch.tokens_in // TOKENS_IN
    assert (batch.tokens_in, batch.tokens_out) == (TOKENS_IN * answered, TOKENS_OUT * answered)
    assert batch.cost == CALL_COST * answered
    assert answered >= 2


@pytest.mark.usefixtures("worker")
def test_of_answers_that_break_off_every_whole_text_is_kept_and_the_rest_filled(
    session: Session, alice: Member, model_server: ModelServer
) -> None:
    model_server.usual = lambda: "half"
    batch = ordered(session, alice, 20)
    wait_until_ended(session, batch)
    kept = texts(batch)
    assert 4 <= len(kept) < 20

    model_server.usual = lambda: ""
    assert batches.retry(session, batch) == 20 - len(kept)
    session.commit()
    wait_until_ended(session, batch)

    assert len(texts(batch)) == 20
    assert kept.items() <= texts(batch).items()


@pytest.mark.usefixtures("worker")
def test_cancelling_waits_for_no_answer_and_lets_go_of_the_provider(
    session: Session, alice: Member, model_server: ModelServer
) -> None:
    model_server.behave("")
    model_server.usual = lambda: "stall"
    batch = ordered(session, alice, 20)
    wait_for(session, lambda: texts(batch) and len(model_server.asked) == 4)

    began = time.monotonic()
    batches.cancel(session, batch, now=dt.datetime.now(dt.UTC))
    session.commit()
    wait_until_ended(session, batch, 10)
    # Within a second, and some more where other work has the processor.
    assert time.monotonic() - began < 2.5

    assert batch.state == "cancelled"
    assert texts(batch)
    assert {row.reason for row in batch.variations if row.state == "failed"} == {
        "Cancelled before this one was written."
    }
    assert calls(session)["cancelled"] == 3
    model_server.released.set()
    wait_for(session, lambda: model_server.let_go >= 3, 10)


@pytest.mark.usefixtures("worker")
def test_a_cap_asks_nothing_more_and_keeps_and_counts_what_was_under_way(
    session: Session, alice: Member, model_server: ModelServer
) -> None:
    session.execute(text("UPDATE workspace SET model_cap = 0.0005"))
    batch = ordered(session, alice, 20)
    # The small group's answer alone reaches the cap, while three more are being written.
    model_server.seconds_each = 0.25
    model_server.usual = lambda: "" if len(model_server.asked) < 4 else "half"
    wait_until_ended(session, batch)

    assert (batch.state, batch.error) == ("done", "")
    assert len(model_server.asked) == 4
    assert_counted(session, batch)
    assert batch.cost == 4 * CALL_COST
    assert 14 <= len(texts(batch)) < 20
    (reason,) = {row.reason for row in batch.variations if row.state == "failed"}
    assert reason.startswith("This month's cap for language models is reached, so gpt-4o-mini")
    assert reason.endswith(
        "was not asked for this one. Raise the cap in Settings, then try it again."
    )

    batches.retry(session, batch)
    session.commit()
    wait_until_ended(session, batch)
    assert len(model_server.asked) == 4


@pytest.mark.usefixtures("worker")
def test_what_is_under_way_when_the_cap_is_reached_can_still_be_cancelled(
    session: Session, alice: Member, model_server: ModelServer
) -> None:
    session.execute(text("UPDATE workspace SET model_cap = 0.0005"))
    model_server.behave("")
    model_server.usual = lambda: "stall"
    batch = ordered(session, alice, 20)
    wait_for(session, lambda: texts(batch) and len(model_server.asked) == 4)

    began = time.monotonic()
    batches.cancel(session, batch, now=dt.datetime.now(dt.UTC))
    session.commit()
    wait_until_ended(session, batch, 10)

    assert time.monotonic() - began < 2.5
    assert batch.state == "cancelled"


@pytest.mark.usefixtures("worker")
def test_below_a_reached_cap_the_built_in_writer_still_writes(
    session: Session, alice: Member, model_server: ModelServer
) -> None:
    session.execute(text("UPDATE workspace SET model_cap = 0"))
    now = dt.datetime.now(dt.UTC)
    batch = batches.order(session, alice.workspace.id, alice.user.id, MUG, 4, BUILT_IN, now=now)
    session.commit()
    wait_until_ended(session, batch)

    assert len(texts(batch)) == 4
    assert batch.cost is None
    assert not model_server.asked


def test_a_killed_worker_takes_the_models_process_along_and_the_next_writes_the_rest(
    session: Session,
    alice: Member,
    settings: Settings,
    model_server: ModelServer,
    shared_door: Door,
    start: Start,
) -> None:
    model_server.behave("")
    model_server.usual = lambda: "stall"
    batch = ordered(session, alice, 20)
    first = start("write", model_server.base, batch.id)
    wait_for(session, lambda: texts(batch) and len(model_server.asked) == 4)
    beside = child_of(first.pid)
    assert is_running(beside)

    first.kill()
    first.wait()

    wait_for(session, lambda: not is_running(beside), 10)
    session.expire_all()
    kept = texts(batch)
    assert batch.state == "running"
    assert calls(session) == {"ok": 1}
    model_server.usual = lambda: ""
    write(settings, batch.id)

    session.commit()
    session.expire_all()
    assert batch.state == "done"
    assert len(texts(batch)) == 20
    assert kept.items() <= texts(batch).items()
    assert set(session.scalars(select(CreativeVariation.revision))) == {1}
    assert len(set(texts(batch).values())) == 20
    assert_counted(session, batch)


@pytest.mark.prove
def test_a_batch_of_a_killed_process_is_taken_up_by_another(
    session: Session, alice: Member, model_server: ModelServer, start: Start
) -> None:
    model_server.behave("")
    model_server.usual = lambda: "stall"
    batch = ordered(session, alice, 20)
    first = start("jobs", model_server.base)
    wait_for(session, lambda: texts(batch) and len(model_server.asked) == 4)
    kept = texts(batch)
    second = start("jobs", model_server.base)
    model_server.usual = lambda: ""
    first.kill()

    wait_until_ended(session, batch, 120)

    assert second.poll() is None
    assert batch.state == "done"
    assert len(texts(batch)) == 20
    assert kept.items() <= texts(batch).items()
    assert set(session.scalars(select(CreativeVariation.revision))) == {1}

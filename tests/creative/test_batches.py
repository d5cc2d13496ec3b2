"""A batch from the order to its texts: nothing that arrived is lost, whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from app.copywriting.variation import Variation
from app.copywriting.writing import Called, Event, NotWritten, Place, Writer, Written
from app.models import BrandBrief, CreativeBatch, CreativeVariation, ModelCall
from app.settings import Settings
from jobs.recovery import recover
from tests.conftest import Member, csrf_token, sign_in
from tests.creative.conftest import NOW, Work

BRIEF: dict[str, Any] = {
    "product": "Friday Roast",
    "benefits": ["Roasted and shipped the same day", "Single-origin, traceable to the farm"],
    "audience": {"age_min": 25, "age_max": 34, "gender": "women", "interests": ["home brewing"]},
    "pain_points": "Supermarket beans taste stale\nNo idea when they were roasted",
    "goal": "Sales",
    "tones": ["Friendly", "Bold"],
    "platforms": ["meta", "google"],
    "url": "https://northlight.example/friday",
    "facts": ["Free shipping over $35"],
    "avoid": ["cheap"],
    "language": "en",
    "count": 6,
}


def ordered(browser: FlaskClient, **changes: Any) -> int:
    answer = browser.post(
        "/api/creative/batches",
        json={**BRIEF, **changes},
        headers={"X-CSRFToken": csrf_token(browser)},
    )
    assert answer.status_code == 202, answer.json
    made: int = answer.json["id"]
    return made


def read(browser: FlaskClient, batch_id: int) -> Any:
    answer = browser.get(f"/api/creative/batches/{batch_id}")
    assert answer.status_code == 200
    return answer.json


class Scripted:
    """A writer whose events are laid out beforehand; `real` writes the texts."""

    name = "test/model"

    def __init__(self, real: Writer, script: Callable[[list[Written]], Iterator[Event]]) -> None:
        self._real = real
        self._script = script

    def write(
        self,
        places: Sequence[Place],
        siblings: Sequence[Variation],
        *,
        go_on: Callable[[], str],
    ) -> Iterator[Event]:
        texts = [
            each
            for each in self._real.write(places, siblings, go_on=lambda: "")
            if isinstance(each, Written)
        ]
        for event in self._script(texts):
            if code := go_on():
                yield from (NotWritten(each.number, code, "") for each in texts)
                return
            yield event


def call(cost: str | None) -> Called:
    return Called(
        "test/model",
        "variations",
        [{"role": "user", "content": "Ignore <b>this</b>"}],
        "{}",
        "ok",
        100,
        50,
        None if cost is None else Decimal(cost),
        NOW,
        1.5,
    )


def test_a_script_orders_twenty_and_reads_scored_texts(browser: FlaskClient, work: Work) -> None:
    batch_id = ordered(browser, count=20)
    waiting = read(browser, batch_id)
    assert (waiting["state"], waiting["done"], waiting["count"]) == ("queued", 0, 20)

    work(batch_id)

    done = read(browser, batch_id)
    assert (done["state"], done["done"], done["writer"]) == ("done", 20, "built-in")
    assert {each["platform"] for each in done["variations"]} == {"meta", "google"}
    for each in done["variations"]:
        assert each["primary_text"]
        assert each["headline"]
        assert 0 <= Decimal(each["score"]) <= 10
        assert len(each["score_parts"]) >= 7
        assert each["reasoning"]


def test_the_brief_is_remembered_for_the_next_time(browser: FlaskClient, session: Session) -> None:
    ordered(browser)
    ordered(browser, product="Saturday Roast")

    kept = session.scalars(select(BrandBrief)).one()
    assert kept.brief["product"] == "Saturday Roast"
    assert kept.brief["pain_points"] == [
        "Supermarket beans taste stale",
        "No idea when they were roasted",
    ]


def test_the_same_brief_again_gives_other_texts(browser: FlaskClient, work: Work) -> None:
    first, second = ordered(browser), ordered(browser)
    work(first)
    work(second)

    texts = [
        {
            each["primary_text"]
            for each in browser.get(f"/api/creative/batches/{b}").json["variations"]
        }
        for b in (first, second)
    ]
    assert len(texts[0] & texts[1]) <= 2


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"product": "  "}, "product"),
        ({"platforms": []}, "platforms"),
        ({"platforms": ["orkut"]}, "platforms"),
        ({"goal": "world domination"}, "goal"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"language": "klingon!"}, "language"),
        ({"audience": {"age_min": 50, "age_max": 20}}, "age_min"),
        ({"count": 0}, "count"),
        ({"count": 1000}, "count"),
        ({"benefits": ["x" * 400]}, "benefits"),
        ({"benefits": 7}, "benefits"),
    ],
)
def test_a_wrong_brief_is_refused_with_the_field_that_is_wrong(
    browser: FlaskClient, session: Session, change: dict[str, Any], named: str
) -> None:
    answer = browser.post(
        "/api/creative/batches",
        json={**BRIEF, **change},
        headers={"X-CSRFToken": csrf_token(browser)},
    )

    assert answer.status_code == 422
    assert answer.json["error"]["message"].startswith(named), answer.json
    assert session.scalar(select(CreativeBatch.id)) is None


def test_what_arrived_is_kept_and_what_failed_is_said_and_tried_again(
    browser: FlaskClient, work: Work, sessions: sessionmaker[Session]
) -> None:
    batch_id = ordered(browser)

    def half(texts: list[Written]) -> Iterator[Event]:
        yield call("0.002")
        yield from texts[:3]
        for each in texts[3:]:
            yield NotWritten(each.number, "down", "The model's server did not answer.")

    with sessions() as session:
        real = work.writer(session, session.get_one(CreativeBatch, batch_id))
    work(batch_id, Scripted(real, half))
    found = read(browser, batch_id)
    assert found["state"] == "done"
    assert [each["state"] for each in found["variations"]] == ["written"] * 3 + ["failed"] * 3
    assert found["variations"][4]["reason"] == "The model's server did not answer."
    assert (found["cost"], found["tokens_in"]) == ("0.002", 100)
    kept = [each["primary_text"] for each in found["variations"][:3]]

    again = browser.post(
        f"/api/creative/batches/{batch_id}/retry", headers={"X-CSRFToken": csrf_token(browser)}
    )
    assert (again.status_code, again.json) == (202, {"count": 3})
    work(batch_id)
    found = read(browser, batch_id)
    assert [each["state"] for each in found["variations"]] == ["written"] * 6
    assert [each["primary_text"] for each in found["variations"][:3]] == kept


def test_cancelling_keeps_what_is_written(
    browser: FlaskClient, work: Work, sessions: sessionmaker[Session]
) -> None:
    batch_id = ordered(browser)

    def cancelled(texts: list[Written]) -> Iterator[Event]:
        yield texts[0]
        answer = browser.delete(
            f"/api/creative/batches/{batch_id}", headers={"X-CSRFToken": csrf_token(browser)}
        )
        assert answer.status_code == 204
        yield texts[1]

    with sessions() as session:
        real = work.writer(session, session.get_one(CreativeBatch, batch_id))
    work(batch_id, Scripted(real, cancelled))

    found = read(browser, batch_id)
    assert found["state"] == "cancelled"
    assert [each["state"] for each in found["variations"]].count("written") == 1
    assert all(each["reason"] for each in found["variations"] if each["state"] == "failed")


def test_a_cap_that_is_reached_ends_the_batch(
    browser: FlaskClient,
    work: Work,
    sessions: sessionmaker[Session],
    alice: Member,
) -> None:
    batch_id = ordered(browser)
    with sessions.begin() as session:
        session.execute(text("UPDATE workspace SET model_cap = 0.01"))
        real = work.writer(session, session.get_one(CreativeBatch, batch_id))

    def dear(texts: list[Written]) -> Iterator[Event]:
        yield call("0.006")
        yield texts[0]
        yield call("0.006")
        yield texts[1]

    work(batch_id, Scripted(real, dear))

    found = read(browser, batch_id)
    assert [each["state"] for each in found["variations"]].count("written") == 1
    assert "cap" in found["variations"][-1]["reason"]
    with sessions() as session:
        assert len(session.scalars(select(ModelCall)).all()) == 2
        assert session.scalar(select(ModelCall.workspace_id).limit(1)) == alice.workspace.id


def test_a_killed_worker_loses_no_text_and_the_next_goes_on(
    browser: FlaskClient, work: Work, sessions: sessionmaker[Session]
) -> None:
    batch_id = ordered(browser)
    with sessions() as session:
        real = work.writer(session, session.get_one(CreativeBatch, batch_id))

    def killed(texts: list[Written]) -> Iterator[Event]:
        yield texts[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work(batch_id, Scripted(real, killed))
    first = read(browser, batch_id)
    assert (first["state"], first["done"]) == ("running", 1)

    work(batch_id)
    found = read(browser, batch_id)
    assert found["done"] == 6
    assert found["variations"][0]["primary_text"] == first["variations"][0]["primary_text"]


def test_a_process_that_stops_puts_the_batch_back(
    browser: FlaskClient, work: Work, sessions: sessionmaker[Session]
) -> None:
    batch_id = ordered(browser)
    with sessions() as session:
        real = work.writer(session, session.get_one(CreativeBatch, batch_id))

    def stopped(texts: list[Written]) -> Iterator[Event]:
        yield texts[0]
        work.stopping.set()
        yield texts[1]

    work(batch_id, Scripted(real, stopped))

    found = read(browser, batch_id)
    assert found["state"] == "queued"
    assert [each["state"] for each in found["variations"]] == ["written"] + ["waiting"] * 5
    work.stopping.clear()
    work(batch_id)
    assert read(browser, batch_id)["done"] == 6


def test_two_workers_write_a_text_once(
    browser: FlaskClient, work: Work, sessions: sessionmaker[Session]
) -> None:
    batch_id = ordered(browser)
    work(batch_id)
    with sessions.begin() as session:
        session.execute(text("UPDATE creative_batch SET state = 'running'"))
        before = session.scalars(
            select(CreativeVariation.revision).order_by(CreativeVariation.place)
        ).all()
    work(batch_id)
    with sessions() as session:
        after = session.scalars(
            select(CreativeVariation.revision).order_by(CreativeVariation.place)
        ).all()
    assert before == after


def test_a_text_written_again_keeps_what_is_locked_and_the_old_one_when_it_fails(
    browser: FlaskClient, work: Work, sessions: sessionmaker[Session]
) -> None:
    batch_id = ordered(browser, platforms=["meta"])
    work(batch_id)
    before = read(browser, batch_id)["variations"][0]
    headers = {"X-CSRFToken": csrf_token(browser)}
    address = f"/api/creative/variations/{before['id']}/rewrite"
    assert browser.post(address, json={"locked": ["headline"]}, headers=headers).status_code == 202
    with sessions() as session:
        real = work.writer(session, session.get_one(CreativeBatch, batch_id))

    def refuses(texts: list[Written]) -> Iterator[Event]:
        yield NotWritten(1, "timeout", "It took too long.")

    work(batch_id, Scripted(real, refuses))
    kept = read(browser, batch_id)["variations"][0]
    assert kept["primary_text"] == before["primary_text"]
    assert (kept["state"], kept["reason"]) == ("written", "It took too long.")

    nonsense = browser.post(address, json={"locked": ["colour"]}, headers=headers)
    assert nonsense.status_code == 422
    everything = {"locked": ["primary_text", "headline", "description"]}
    assert browser.post(address, json=everything, headers=headers).status_code == 422


def test_an_edit_is_judged_again_and_two_editors_do_not_overwrite_each_other(
    browser: FlaskClient, work: Work
) -> None:
    batch_id = ordered(browser, platforms=["meta"])
    work(batch_id)
    before = read(browser, batch_id)["variations"][0]
    address = f"/api/creative/variations/{before['id']}"
    headers = {"X-CSRFToken": csrf_token(browser)}
    wild = {
        "primary_text": "The best coffee in the world, 97% of doctors agree.",
        "revision": before["revision"],
    }

    edited = browser.patch(address, json=wild, headers=headers)

    assert edited.status_code == 200
    assert edited.json["primary_text"] == wild["primary_text"]
    assert {"number", "claim"} <= {each["rule"] for each in edited.json["flags"]}
    assert Decimal(edited.json["score"]) < Decimal(before["score"])
    late = browser.patch(address, json={**wild, "headline": "Mine"}, headers=headers)
    assert late.status_code == 409
    assert browser.patch(address, json={"cta": "CLICK_ME"}, headers=headers).status_code == 422


def test_the_library_is_searched_by_word_tag_and_platform(browser: FlaskClient, work: Work) -> None:
    batch_id = ordered(browser)
    work(batch_id)
    headers = {"X-CSRFToken": csrf_token(browser)}
    found = read(browser, batch_id)["variations"]
    saved = browser.post(f"/api/creative/batches/{batch_id}/save", headers=headers)
    assert saved.json == {"count": 6}
    assert browser.post(f"/api/creative/batches/{batch_id}/save", headers=headers).json == {
        "count": 0
    }
    first = found[0]
    tagged = browser.patch(
        f"/api/creative/variations/{first['id']}",
        json={"tags": ["Spring ", "été"]},
        headers=headers,
    )
    assert tagged.json["tags"] == ["spring", "été"]

    def ids(query: str) -> set[int]:
        page = browser.get(f"/api/creative/library?{query}").json
        return {each["id"] for each in page["variations"]}

    assert len(ids("")) == 6
    assert ids("tag=SPRING") == {first["id"]}
    assert ids("q=headline") == set()  # a field's name is no text
    assert ids("platform=google") == {each["id"] for each in found if each["platform"] == "google"}
    assert ids("q=%25") == {each["id"] for each in found if "%" in each["primary_text"]}
    browser.patch(f"/api/creative/variations/{first['id']}", json={"saved": False}, headers=headers)
    assert len(ids("")) == 5


def test_someone_elses_batch_is_not_there(
    app: Flask, browser: FlaskClient, charlie: Member
) -> None:
    batch_id = ordered(browser)
    stranger = sign_in(app, charlie)

    assert stranger.get(f"/api/creative/batches/{batch_id}").status_code == 404
    assert stranger.get("/api/creative/library").json["total"] == 0


def test_a_batch_that_lost_its_job_gets_another(
    browser: FlaskClient, work: Work, session: Session
) -> None:
    batch_id = ordered(browser)
    session.execute(text("DELETE FROM procrastinate_jobs"))

    recover(session, NOW)
    recover(session, NOW)
    session.commit()

    jobs = session.scalars(text("SELECT args->>'batch_id' FROM procrastinate_jobs")).all()
    assert jobs == [str(batch_id)]


def test_the_built_in_writer_can_be_asked_for_although_a_model_is_configured(
    app: Flask, alice: Member, settings: Settings
) -> None:
    app.config["SETTINGS"] = replace(settings, llm_model="gpt-4o-mini")
    visitor = sign_in(app, alice)

    with_model, without = ordered(visitor), ordered(visitor, writer="built-in")

    assert read(visitor, with_model)["writer"] == "gpt-4o-mini"
    assert read(visitor, without)["writer"] == "built-in"
    refused = visitor.post(
        "/api/creative/batches",
        json={**BRIEF, "writer": "my cousin"},
        headers={"X-CSRFToken": csrf_token(visitor)},
    )
    assert refused.status_code == 422

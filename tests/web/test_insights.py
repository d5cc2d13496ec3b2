"""Findings as JSON."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from limits import RateLimitItemPerHour
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.accounts import limits
from app.advice import keeping, nightly
from app.models import Membership
from tests.advice.test_asking import NOW, PERIOD
from tests.advice.test_nightly import make_waste
from tests.conftest import Member, csrf_token, sign_in

PATH = f"/api/insights?from={PERIOD.first}&to={PERIOD.last}"


@pytest.fixture
def found(session: Session, alice: Member) -> list[int]:
    make_waste(session, alice)
    nightly.look_and_keep(session, alice.workspace.id, NOW)
    session.commit()
    return [
        each.id for each in keeping.kept(session, alice.workspace.id, PERIOD.first, PERIOD.last)
    ]


def post(app: Flask, member: Member, path: str, **given: Any) -> Any:
    client = sign_in(app, member)
    return client.post(path, json=given, headers={"X-CSRFToken": csrf_token(client)})


@pytest.mark.usefixtures("found")
def test_findings_come_with_words_numbers_and_units(app: Flask, alice: Member) -> None:
    given = sign_in(app, alice).get(PATH).json
    waste = next(each for each in given["findings"] if each["rule"] == "zero_result")
    assert waste["kind"] == "concern"
    assert waste["entities"][0]["name"] == "Wäste"
    assert waste["title"]
    assert waste["numbers"]["spend"] == waste["at_stake"] > 0
    assert waste["units"].keys() == waste["numbers"].keys()
    assert (waste["first"], waste["last"]) == (given["first"], given["last"])
    assert (given["first"], given["settled_last"]) == (str(PERIOD.first), str(PERIOD.last))
    stakes = [each["at_stake"] for each in given["findings"]]
    assert stakes == sorted(stakes, reverse=True)


def test_a_person_says_what_was_followed_and_what_is_not_to_be_seen(
    app: Flask, alice: Member, found: list[int]
) -> None:
    said = post(app, alice, f"/api/insights/{found[0]}/followed", followed=True).json
    assert (said["followed"], said["followed_how"]) == ("yes", "said")
    assert post(app, alice, f"/api/insights/{found[0]}/dismiss").status_code == 200
    now = sign_in(app, alice).get("/api/insights").json
    assert found[0] not in [each["id"] for each in now["findings"]]
    asked = sign_in(app, alice).get(PATH).json
    assert found[0] not in [each["id"] for each in asked["findings"]]
    assert asked["dismissed"] == 1


def test_any_days_can_be_asked_for_and_say_what_could_not_be_looked_at(
    app: Flask, alice: Member, session: Session
) -> None:
    make_waste(session, alice)
    session.commit()
    client = sign_in(app, alice)
    given = client.get("/api/insights?from=2026-06-01&to=2026-06-14").json
    waste = next(each for each in given["findings"] if each["rule"] == "zero_result")
    assert (waste["id"], waste["state"], waste["last"]) == (None, "", "2026-06-14")
    assert given["left_out"] == []
    again = client.get("/api/insights?from=2026-06-01&to=2026-06-14").json
    assert again["findings"][0]["numbers"] == given["findings"][0]["numbers"]
    early = client.get("/api/insights?from=2025-12-30&to=2026-01-12").json
    assert (early["findings"], early["left_out"][0]["why"]) == ([], "not_read")
    assert "Meta" in early["left_out"][0]["message"]


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("from=2026-06-14&to=2026-06-01", "2026-06-14"),
        ("from=2199-01-01&to=2199-02-01", "not begun"),
        ("from=2022-01-01&to=2026-01-01", "1100"),
        ("from=yesterday", "from"),
        ("from=2026-06-01&to=2026-06-02&kind=win", "kind"),
    ],
)
def test_days_that_make_no_sense_are_refused(
    app: Flask, alice: Member, asked: str, named: str
) -> None:
    given = sign_in(app, alice).get(f"/api/insights?{asked}")
    assert given.status_code == 422
    assert named in given.text


def test_one_end_alone_asks_for_the_usual_number_of_days(app: Flask, alice: Member) -> None:
    client = sign_in(app, alice)
    assert client.get("/api/insights?to=2026-06-30").json["first"] == "2026-06-01"
    assert client.get("/api/insights?from=2026-06-01").json["first"] == "2026-06-01"


def test_asking_too_often_is_refused_for_asked_days_alone(
    app: Flask, alice: Member, charlie: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LOOKING", RateLimitItemPerHour(1, 1, namespace="looking"))
    client = sign_in(app, alice)
    assert [client.get(PATH).status_code for _ in range(2)] == [200, 429]
    assert client.get("/api/insights").status_code == 200
    assert sign_in(app, charlie).get(PATH).status_code == 200


def test_two_who_ask_at_once_get_the_same(app: Flask, alice: Member, session: Session) -> None:
    make_waste(session, alice)
    session.commit()
    clients = [sign_in(app, alice) for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        first, other = pool.map(lambda client: client.get(PATH).json["findings"], clients)
    assert [each | {"computed_at": ""} for each in first] == [
        each | {"computed_at": ""} for each in other
    ]


def test_findings_of_another_workspace_are_not_there(
    app: Flask, charlie: Member, found: list[int]
) -> None:
    assert sign_in(app, charlie).get(PATH).json["findings"] == []
    assert post(app, charlie, f"/api/insights/{found[0]}/dismiss").status_code == 404
    assert (
        post(app, charlie, f"/api/insights/{found[0]}/followed", followed=True).status_code == 404
    )


def test_a_viewer_reads_and_changes_nothing(
    app: Flask, alice: Member, session: Session, found: list[int]
) -> None:
    session.execute(update(Membership).values(role="viewer"))
    session.commit()
    assert len(sign_in(app, alice).get(PATH).json["findings"]) == len(found)
    assert post(app, alice, f"/api/insights/{found[0]}/dismiss").status_code == 403
    assert post(app, alice, "/api/insights/recompute").status_code == 403


def test_asking_to_compute_again_queues_a_job(app: Flask, alice: Member, session: Session) -> None:
    assert post(app, alice, "/api/insights/recompute").status_code == 202
    queued = text("SELECT args FROM procrastinate_jobs WHERE task_name = 'look_for_findings'")
    assert session.scalars(queued).all() == [{"workspace_id": alice.workspace.id}]

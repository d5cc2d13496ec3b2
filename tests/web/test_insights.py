"""Findings as JSON."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.orm import Session

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
    assert waste["last"] < PERIOD.last.isoformat()
    stakes = [each["at_stake"] for each in given["findings"]]
    assert stakes == sorted(stakes, reverse=True)


def test_a_person_says_what_was_followed_and_what_is_not_to_be_seen(
    app: Flask, alice: Member, found: list[int]
) -> None:
    said = post(app, alice, f"/api/insights/{found[0]}/followed", followed=True).json
    assert (said["followed"], said["followed_how"]) == ("yes", "said")
    assert post(app, alice, f"/api/insights/{found[0]}/dismiss").status_code == 200
    left = sign_in(app, alice).get(PATH).json["findings"]
    assert [each["id"] for each in left] == found[1:]


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

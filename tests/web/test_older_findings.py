"""What an older version kept of a finding breaks no page, no answer, no night and no report."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.advice import keeping, nightly, reviewing
from app.models import Account, StoredFinding
from tests.advice.test_asking import NOW
from tests.advice.test_nightly import make_waste
from tests.conftest import Member, csrf_token, sign_in

INSIGHTS, SCORES = "/dashboard/reports/insights", "/dashboard/reports/scoreboard"
DAY = dt.timedelta(days=1)
REVIEWED = {"14": {"first": "2026-06-23", "last": "2026-07-06", "outcome": {"unknown": "few_days"}}}


@pytest.fixture
def found(session: Session, alice: Member) -> list[StoredFinding]:
    make_waste(session, alice)
    nightly.look_and_keep(session, alice.workspace.id, NOW)
    session.commit()
    return keeping.still_open(session, alice.workspace.id)


def spoil(session: Session, stored: StoredFinding, **changed: Any) -> None:
    """Both of what was said first and last are of an older shape."""
    content = {**stored.content, **changed}
    session.execute(
        update(StoredFinding)
        .where(StoredFinding.id == stored.id)
        .values(content=content, first_content=content, outcome=REVIEWED)
    )
    session.commit()


def waste_of(found: list[StoredFinding]) -> StoredFinding:
    return next(each for each in found if each.rule == "zero_result")


@pytest.mark.parametrize("changed", [{"rule": "moon_phase"}, {"numbers": {}}, {"entities": []}])
def test_a_finding_that_nobody_words_any_more_is_told_by_its_names_and_numbers(
    app: Flask, session: Session, alice: Member, found: list[StoredFinding], changed: dict[str, Any]
) -> None:
    spoil(session, waste_of(found), **changed)
    client = sign_in(app, alice)
    title = str(changed.get("rule", "zero_result")).replace("_", " ").capitalize()
    if "entities" not in changed:
        title += ": Wäste"
    for path in (INSIGHTS, SCORES):
        page = client.get(path)
        assert page.status_code == 200
        assert title in page.text
    told = client.get("/api/insights?from=2026-06-01&to=2026-06-30")
    assert told.status_code == 200


@pytest.mark.parametrize(
    "changed", [{"kind": "hunch"}, {"first": "once"}, {"numbers": {"spend": 90}}]
)
def test_a_finding_of_an_unknown_shape_is_left_out_and_logged(
    app: Flask,
    session: Session,
    alice: Member,
    found: list[StoredFinding],
    caplog: pytest.LogCaptureFixture,
    changed: dict[str, Any],
) -> None:
    spoil(session, waste_of(found), **changed)
    client = sign_in(app, alice)
    for path in (INSIGHTS, SCORES):
        page = client.get(path)
        assert page.status_code == 200
    assert f"Finding {waste_of(found).id} is left out" in caplog.text
    assert client.get(INSIGHTS).text.count("<article") == len(found) - 1
    refused = client.post(
        f"/api/insights/{waste_of(found).id}/dismiss",
        headers={"X-CSRFToken": csrf_token(client)},
    )
    assert refused.status_code == 409
    assert "older version" in refused.text


@pytest.mark.parametrize("changed", [{"rule": "moon_phase"}, {"numbers": {}}, {"kind": "hunch"}])
def test_the_night_goes_on_past_it(
    session: Session, alice: Member, found: list[StoredFinding], changed: dict[str, Any]
) -> None:
    advice = next(each for each in found if each.rule == "cut_waste")
    spoil(session, advice, **changed)
    session.execute(update(StoredFinding).values(outcome=None))
    session.execute(update(Account).values(read_through=NOW.date() + 40 * DAY))
    nightly.look_and_keep(session, alice.workspace.id, NOW + DAY)
    reviewed = reviewing.review(session, alice.workspace.id, NOW + 40 * DAY)
    session.expire_all()
    told = {each.rule: reviewing.reviews_of(each) for each in found}
    assert told["zero_result"][14].outcome.unknown == "nothing_spent"
    if "numbers" in changed:
        assert told["cut_waste"][14].outcome.unknown == "older"
    assert reviewed >= 1

"""What was kept of a test and cannot be read any more is in nobody's way, and is read anew."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.advice.evaluations import evaluated
from app.advice.lots import drawn_days
from app.metrics.period import Period
from app.models import PlannedTest
from tests.advice.planned_tests import FIRST, make_test, make_world
from tests.advice.test_planned_tests import after, findings, look, noon
from tests.conftest import Member, sign_in

OLD: list[dict[str, Any]] = [{}, {"weeks": "eight"}, {"share": 0.5}]
PAGE = "/dashboard/reports/tests"
API = "/api/planned-tests"


def make_ended(session: Session, member: Member, evaluation: dict[str, Any]) -> PlannedTest:
    """Read to its end nine weeks and a day after it began."""
    kept = {"evaluation": evaluation, "evaluated_at": noon(after(9, 1))}
    return make_test(session, member, state="ended", **kept)


@pytest.mark.parametrize("kept", OLD)
def test_pages_and_json_show_a_test_whose_result_cannot_be_read_without_it(
    app: Flask,
    session: Session,
    alice: Member,
    kept: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    test = make_ended(session, alice, kept)
    client = sign_in(app, alice)
    page = client.get(f"{PAGE}/{test.id}")
    assert page.status_code == 200
    assert "kept by an older version and cannot be read any more" in page.text
    assert client.get(PAGE).status_code == 200
    assert client.get(f"{API}/{test.id}").json["evaluation"] is None
    assert client.get(API).json["planned_tests"][0]["evaluation"] is None
    assert f"What was read of test {test.id} is left out" in caplog.text


def test_the_nightly_look_goes_on_and_reads_such_a_test_anew(
    session: Session, alice: Member
) -> None:
    test = make_ended(session, alice, {"weeks": "eight"})
    make_world(session, alice, test, last=after(10))
    look(session, alice, after(9, 3))
    session.expire_all()
    found = evaluated(test)
    assert found is not None
    assert found.complete
    assert len(findings(session, alice, "planned_test")) == 1


def test_a_result_of_long_ago_that_is_read_anew_is_not_told_as_a_new_one(
    session: Session, alice: Member
) -> None:
    test = make_ended(session, alice, {"weeks": "eight"})
    make_world(session, alice, test, last=after(15))
    look(session, alice, after(14))
    session.expire_all()
    assert evaluated(test) is not None
    assert findings(session, alice, "planned_test") == []


def test_days_of_such_a_test_are_not_taken_for_drawn_by_lot(
    session: Session, alice: Member
) -> None:
    make_ended(session, alice, {"weeks": "eight"})
    days = Period(FIRST, after(8))
    drawn = drawn_days(session, alice.workspace.id, ["google"], days)
    assert drawn == [[False] * len(days)]

"""Drawing a plan is work, so it is for those who may begin one, and not without end."""

from __future__ import annotations

import pytest
from flask import Flask
from limits import RateLimitItemPerHour
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import limits
from app.models import Membership, PlannedTest
from tests.conftest import Member, sign_in
from tests.web.test_planned_tests import API, FIRST, PAGE, begin, post
from tests.web.test_simulator import make_platform

PLAN = {"platforms": ["google", "meta"], "first": FIRST, "weeks": 8, "seed": 5}
FORM = {"platform": ["google", "meta"], "first": FIRST, "weeks": "8", "seed": "5"}


def allow(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    monkeypatch.setattr(limits, "LOOKING", RateLimitItemPerHour(times, 1, namespace="looking"))


@pytest.fixture(autouse=True)
def _advertised(session: Session, alice: Member) -> None:
    make_platform(session, alice, "google")
    make_platform(session, alice, "meta")


def test_who_may_only_look_draws_no_plan_by_page_or_script(
    app: Flask, session: Session, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, 1)
    session.get_one(Membership, (alice.workspace.id, alice.user.id)).role = "viewer"
    session.commit()
    for _ in range(2):
        assert post(app, alice, f"{API}/preview", **PLAN).status_code == 403
        assert sign_in(app, alice).get(f"{PAGE}/new", query_string=FORM).status_code == 403


def test_plans_are_drawn_a_limited_number_of_times_by_page_and_script_together(
    app: Flask, session: Session, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, 2)
    client = sign_in(app, alice)
    assert post(app, alice, f"{API}/preview", **PLAN).status_code == 200
    assert client.get(f"{PAGE}/new", query_string=FORM).status_code == 200
    refused = begin(app, alice)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert session.scalars(select(PlannedTest)).all() == []
    page = client.get(f"{PAGE}/new", query_string=FORM)
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0
    assert "too many tries in a short time" in page.text
    assert f'value="{FIRST}"' in page.text
    assert client.get(f"{PAGE}/new").status_code == 200

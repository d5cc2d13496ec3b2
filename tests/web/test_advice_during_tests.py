"""What is advised does not disturb a test that is on, whenever it was prepared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.insights.finding import Class, Entity, Finding, Kind, Number, Unit
from app.models import Campaign, ChangeSet
from app.settings import Settings
from tests.advice.planned_tests import make_test
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_rate
from tests.web.planned_test_scene import TODAY, Budgets, budgets
from tests.web.test_changes import work
from tests.web.test_insights_page import ADVICE, keep

__all__ = ["budgets"]


def of_campaign(session: Session, rule: str, **more: Any) -> Finding:
    found = session.scalars(select(Campaign).where(Campaign.external_id == "m1")).one()
    return Finding(
        rule=rule,
        kind=Kind.RECOMMENDATION,
        class_=Class.ACT,
        entities=(Entity("campaign", str(found.id), found.name, "meta"),),
        first=TODAY,
        last=TODAY,
        currency="EUR",
        **more,
    )


def a_raise(session: Session) -> Finding:
    return of_campaign(session, "raise_budget", numbers={"step": Number(0.2, Unit.SHARE)})


def a_cut(session: Session) -> Finding:
    return of_campaign(session, "cut_waste", numbers={"step": Number(0.2, Unit.SHARE)})


def a_move(session: Session) -> Finding:
    make_rate(session, "USD", TODAY, "1.1")
    sides = (("google", "from"), ("meta", "to"))
    entities = tuple(Entity("platform", name, name, name, role) for name, role in sides)
    return replace(ADVICE, entities=entities)


def a_pause(session: Session) -> Finding:
    return of_campaign(session, "cut_waste", numbers={}, facts={"action": "pause"})


def post(client: FlaskClient, path: str, **sent: object) -> TestResponse:
    return client.post(path, json=sent, headers={"X-CSRFToken": csrf_token(client)})


def begin(session: Session, alice: Member, first: dt.date = TODAY) -> None:
    make_test(session, alice, first=first)


@pytest.mark.usefixtures("budgets")
@pytest.mark.parametrize("advised", [a_raise, a_cut, a_move])
def test_advice_that_moves_a_tested_platforms_budgets_is_not_prepared(
    app: Flask, session: Session, alice: Member, advised: Callable[[Session], Finding]
) -> None:
    number, client = keep(session, alice, advised(session)), sign_in(app, alice)
    begin(session, alice)
    refused = post(client, "/api/changes", finding_id=number)
    assert refused.status_code == 409
    assert "would disturb it" in refused.json["error"]["message"]
    assert session.scalars(select(ChangeSet)).all() == []


@pytest.mark.parametrize("advised", [a_raise, a_cut, a_move])
def test_advice_that_was_prepared_before_a_test_is_not_confirmed_during_it(
    app: Flask,
    session: Session,
    alice: Member,
    settings: Settings,
    budgets: dict[str, Decimal],
    advised: Callable[[Session], Finding],
) -> None:
    number, client, before = (
        keep(session, alice, advised(session)),
        sign_in(app, alice),
        {**budgets},
    )
    made = post(client, "/api/changes", finding_id=number)
    assert made.status_code == 201
    begin(session, alice)
    refused = post(client, f"/api/changes/{made.json['id']}/confirm")
    assert refused.status_code == 409
    assert "would disturb it" in refused.json["error"]["message"]
    work(settings, made.json["id"])
    assert budgets == before


def test_advice_that_was_confirmed_before_a_test_is_not_sent_during_it(
    app: Flask, session: Session, alice: Member, settings: Settings, budgets: dict[str, Decimal]
) -> None:
    number, client, before = (
        keep(session, alice, a_raise(session)),
        sign_in(app, alice),
        {**budgets},
    )
    set_id = post(client, "/api/changes", finding_id=number).json["id"]
    assert post(client, f"/api/changes/{set_id}/confirm").status_code == 202
    begin(session, alice)
    work(settings, set_id)
    assert budgets == before
    session.expire_all()
    assert "would disturb it" in session.get_one(ChangeSet, set_id).error


def test_a_pause_of_what_brings_nothing_stays_possible_and_says_what_it_does_to_the_test(
    app: Flask,
    session: Session,
    alice: Member,
    settings: Settings,
    budgets: dict[str, Decimal],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paused: list[str] = []
    monkeypatch.setattr(Budgets, "pause", lambda *asked: paused.append(asked[-1].external_id))
    number, client = keep(session, alice, a_pause(session)), sign_in(app, alice)
    begin(session, alice)
    made = post(client, "/api/changes", finding_id=number)
    assert "changes what a tested platform spends" in made.json["why"]
    assert post(client, f"/api/changes/{made.json['id']}/confirm").status_code == 202
    work(settings, made.json["id"])
    assert paused == ["m1"]
    assert len(budgets) == 3


def test_advice_on_platforms_that_are_not_tested_is_prepared(
    app: Flask, session: Session, alice: Member, budgets: dict[str, Decimal]
) -> None:
    number, client = keep(session, alice, a_raise(session)), sign_in(app, alice)
    tested = {"google": ["1.3", "0.7"] * 2, "tiktok": ["0.7", "1.3"] * 2}
    make_test(session, alice, first=TODAY, platforms=list(tested), factors=tested)
    assert post(client, "/api/changes", finding_id=number).status_code == 201
    assert len(budgets) == 3

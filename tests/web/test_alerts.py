"""The alerts' page and its JSON twin."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.advice import alerts
from app.models import Alert, Membership
from tests.advice.test_alerts import BREAK
from tests.conftest import Member, csrf_token, sign_in
from tests.sync.fake_platform import NOON

PAGE = "/dashboard/alerts"


@pytest.fixture
def alert(session: Session, alice: Member) -> Alert:
    alerts.check(session, alice.workspace, [BREAK], stale=set(), now=NOON)
    session.commit()
    return session.scalars(select(Alert)).one()


def post(client: FlaskClient, path: str, **form: str) -> int:
    token = csrf_token(client)
    return client.post(path, data={"csrf_token": token, **form}).status_code


def test_the_page_without_alerts_says_what_would_stand_there(app: Flask, alice: Member) -> None:
    client = sign_in(app, alice)
    assert "No alerts" in client.get(PAGE).text


def test_an_alert_can_be_acknowledged_put_off_and_opened_again(
    app: Flask, alice: Member, alert: Alert, session: Session
) -> None:
    client = sign_in(app, alice)
    shown = client.get(PAGE).text
    assert "Meta shows no conversions" in shown
    assert "$900.00 at stake" in shown
    for action, form, state in (
        ("acknowledge", {}, "acknowledged"),
        ("reopen", {}, "open"),
        ("snooze", {"days": "7"}, "snoozed"),
    ):
        assert post(client, f"{PAGE}/{alert.id}/{action}", **form) == 303
        session.expire_all()
        assert session.get_one(Alert, alert.id).state == state


def test_the_dashboard_links_what_is_open_of_its_own_workspace(
    app: Flask, alice: Member, charlie: Member, alert: Alert
) -> None:
    client = sign_in(app, alice)
    line = f'<a href="{PAGE}">1 open alert</a>'
    assert line in client.get("/dashboard").text
    assert line not in sign_in(app, charlie).get("/dashboard").text
    post(client, f"{PAGE}/{alert.id}/acknowledge")
    assert line not in client.get("/dashboard").text


def test_an_alert_of_another_workspace_is_not_found(
    app: Flask, charlie: Member, alert: Alert
) -> None:
    client = sign_in(app, charlie)
    assert "Meta shows no conversions" not in client.get(PAGE).text
    assert post(client, f"{PAGE}/{alert.id}/acknowledge") == 404
    assert client.get("/api/alerts").json == {"rows": []}


def test_who_may_only_look_sees_alerts_and_cannot_change_them(
    app: Flask, alice: Member, alert: Alert, session: Session
) -> None:
    session.execute(update(Membership).values(role="viewer"))
    session.commit()
    client = sign_in(app, alice)
    shown = client.get(PAGE).text
    assert "Meta shows no conversions" in shown
    assert "Acknowledge" not in shown
    assert post(client, f"{PAGE}/{alert.id}/acknowledge") == 403


def test_letters_can_be_declined_on_the_page(app: Flask, alice: Member, session: Session) -> None:
    client = sign_in(app, alice)
    assert post(client, f"{PAGE}/by-mail") == 303
    assert session.scalars(select(Membership.alerts_by_mail)).all() == [False]


def test_a_script_reads_and_acknowledges(app: Flask, alice: Member, alert: Alert) -> None:
    client = sign_in(app, alice)
    listed = client.get("/api/alerts").json
    assert listed is not None
    [row] = listed["rows"]
    assert (row["rule"], row["at_stake"], row["state"]) == ("tracking_break", "900", "open")
    token = csrf_token(client)
    answer = client.post(
        f"/api/alerts/{alert.id}/snooze", json={"days": 1}, headers={"X-CSRFToken": token}
    )
    assert answer.json is not None
    assert answer.json["state"] == "snoozed"

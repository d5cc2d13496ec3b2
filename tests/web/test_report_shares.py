"""Handing reports out, by page and by JSON: who may, what is shown, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.models import Membership, Report
from tests.conftest import Member, csrf_token, sign_in
from tests.reports.schedules import make_report


@pytest.fixture
def report(session: Session, alice: Member) -> Report:
    return make_report(session, alice.workspace.id)


@pytest.fixture
def alices(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


def write(client: FlaskClient, method: str, path: str, **sent: Any) -> Any:
    return client.open(path, method=method, headers={"X-CSRFToken": csrf_token(client)}, **sent)


def test_a_link_is_made_listed_copied_and_revoked(alices: FlaskClient, report: Report) -> None:
    page = f"/dashboard/reports/{report.id}/shares"
    made = write(alices, "POST", page, data={"name": "Ana & Söhne <b>", "days": "30"})
    assert made.status_code == 303
    (share,) = alices.get(f"/api/reports/{report.id}/shares").get_json()["shares"]
    shown = alices.get(page).text
    assert "Ana &amp; Söhne &lt;b&gt;" in shown
    assert share["url"] in shown
    path = share["url"].removeprefix("http://localhost")
    assert alices.get(path).status_code == 200
    assert write(alices, "POST", f"{page}/{share['id']}/revoke").status_code == 303
    assert alices.get(path).status_code == 404
    assert alices.get(f"/api/reports/{report.id}/shares").get_json() == {"shares": []}


def test_a_refused_link_is_said_beside_its_field_and_keeps_what_was_typed(
    alices: FlaskClient, report: Report
) -> None:
    page = f"/dashboard/reports/{report.id}/shares"
    sent = {"name": "The client", "password": "short", "days": ""}
    answer = write(alices, "POST", page, data=sent)
    assert answer.status_code == 422
    assert "The password is too short" in answer.text
    assert 'value="The client"' in answer.text
    assert 'value="short"' not in answer.text
    assert write(alices, "POST", page, data={**sent, "days": "1e9"}).status_code == 422


def test_scripts_make_and_revoke_links_too(alices: FlaskClient, report: Report) -> None:
    path = f"/api/reports/{report.id}/shares"
    body = {"name": "The client", "password": "three unrelated words", "days": 7}
    made = write(alices, "POST", path, json=body)
    assert made.status_code == 201
    share = made.get_json()
    assert share["password"] is True
    assert (share["views"], share["last_viewed_at"]) == (0, None)
    assert write(alices, "POST", path, json={"name": "x", "days": 0}).status_code == 422
    assert write(alices, "DELETE", f"{path}/{share['id']}").status_code == 204
    assert write(alices, "DELETE", f"{path}/{share['id'] + 1}").status_code == 404


def test_another_workspaces_report_cannot_be_shared(
    app: Flask, charlie: Member, report: Report
) -> None:
    stranger = sign_in(app, charlie)
    for path in (f"/api/reports/{report.id}/shares", f"/dashboard/reports/{report.id}/shares"):
        assert stranger.get(path).status_code == 404
        assert write(stranger, "POST", path, json={"name": "x"}).status_code == 404


def test_who_may_only_look_hands_nothing_out(
    alices: FlaskClient, session: Session, alice: Member, report: Report
) -> None:
    session.execute(update(Membership).values(role="viewer"))
    session.commit()
    for path in (f"/api/reports/{report.id}/shares", f"/dashboard/reports/{report.id}/shares"):
        assert alices.get(path).status_code == 403
        assert write(alices, "POST", path, json={"name": "x"}).status_code == 403

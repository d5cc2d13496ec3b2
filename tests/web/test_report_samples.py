"""A schedule's preview and test letter: of what it asks for itself, and said to be a sample."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Account, Report, StoredFinding
from tests.conftest import Member, sign_in
from tests.reports.conftest import fill_month
from tests.reports.schedules import REQUEST, make_report, make_schedule

PAGE = "/dashboard/reports/schedules"
SAMPLE = "This is a preview with the figures of now."


@pytest.fixture
def alices(app: Flask, session: Session, alice: Member) -> FlaskClient:
    """A week of Meta is $700 of spend and $2,100 of revenue, one of Google $350 and $700."""
    fill_month(session, alice, dt.datetime.now(dt.UTC))
    return sign_in(app, alice)


def only(session: Session, platform: str) -> list[int]:
    return list(session.scalars(select(Account.id).where(Account.platform == platform)))


def test_the_preview_is_of_what_the_schedule_asks_for_and_never_another_report(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    make_report(session, alice.workspace.id)
    google = make_schedule(
        session,
        alice.workspace.id,
        alice.user.id,
        title="Google alone",
        request={**REQUEST, "accounts": only(session, "google")},
    )
    everything = make_schedule(session, alice.workspace.id, alice.user.id)
    shown = alices.get(f"{PAGE}/{google.id}/preview")
    assert shown.status_code == 200
    assert shown.cache_control.no_store
    assert "Google alone" in shown.text
    assert "$350" in shown.text
    assert "$1,050" in alices.get(f"{PAGE}/{everything.id}/preview").text
    for other in ("$76,350", "$1,050", "$2,100"):
        assert other not in shown.text


def test_a_preview_says_what_it_is_and_holds_no_link_that_leads_nowhere(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    for link, said in (("anybody", True), ("members", True), ("none", False)):
        made = make_schedule(session, alice.workspace.id, alice.user.id, link=link)
        shown = alices.get(f"{PAGE}/{made.id}/preview").text
        assert SAMPLE in shown
        assert ("The link to the report stands here." in shown) is said
        assert "<a " not in shown


def test_a_preview_keeps_nothing(alices: FlaskClient, session: Session, alice: Member) -> None:
    made = make_schedule(session, alice.workspace.id, alice.user.id)
    assert alices.get(f"{PAGE}/{made.id}/preview").status_code == 200
    for kept in (Report, StoredFinding):
        assert session.scalar(select(func.count()).select_from(kept)) == 0


def test_a_preview_is_in_the_language_of_the_schedule(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    request = {**REQUEST, "language": "de"}
    made = make_schedule(session, alice.workspace.id, alice.user.id, request=request)
    shown = alices.get(f"{PAGE}/{made.id}/preview").text
    assert "Dies ist eine Vorschau mit den Zahlen von jetzt." in shown
    assert "Hier steht der Link zum Bericht." in shown


def test_a_preview_tells_in_advance_that_the_report_cannot_be_made(
    alices: FlaskClient, session: Session, alice: Member
) -> None:
    (account,) = only(session, "google")
    request = {**REQUEST, "accounts": [account]}
    made = make_schedule(session, alice.workspace.id, alice.user.id, request=request)
    session.get_one(Account, account).selected = False
    session.commit()
    refused = alices.get(f"{PAGE}/{made.id}/preview")
    assert refused.status_code == 409
    assert f"There is no {account} in this workspace." in refused.text


def test_anothers_schedule_has_no_preview(
    app: Flask, alices: FlaskClient, session: Session, alice: Member, charlie: Member
) -> None:
    made = make_schedule(session, alice.workspace.id, alice.user.id)
    assert sign_in(app, charlie).get(f"{PAGE}/{made.id}/preview").status_code == 404

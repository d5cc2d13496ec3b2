"""A connection that may only read says so once, before anything is prepared."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice import keeping
from app.advice.budgets_before import written_down
from app.connections.vault import Vault
from app.connectors.platforms.google import Google
from app.connectors.platforms.linkedin import LinkedIn
from app.connectors.platforms.meta import Meta
from app.connectors.words import Grant
from app.insights.finding import Entity
from app.models import Campaign, Change, ChangeSet, PlatformConnection
from app.settings import Settings
from tests.advice.planned_tests import make_test
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_account, make_campaign, make_connection
from tests.sync.fake_platform import NOON
from tests.web.test_changes import FakeChanger
from tests.web.test_insights_page import ADVICE, keep
from tests.web.test_insights_page import PAGE as INSIGHTS
from tests.web.test_planned_tests import API, advertised
from tests.web.test_planned_tests import post as post_json

__all__ = ["advertised"]

TODAY = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
TESTS = "/dashboard/reports/tests"
READING = {"meta": ["ads_read"], "linkedin": ["r_ads"], "google": ["adwords"]}
GRANT = "access=create"


@pytest.fixture
def client(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


def connect(
    session: Session, member: Member, platform: str, settings: Settings, **columns: object
) -> PlatformConnection:
    """One that may read, with two campaigns."""
    columns = {"scopes": READING[platform], **columns}
    made = make_connection(session, member.workspace, platform, **columns)
    made.credentials = Vault(settings.encryption_keys).seal(Grant("token"))
    account = make_account(session, made)
    for name in ("One", "Two"):
        budget = FakeChanger.budget
        make_campaign(session, account, f"{name} Ü", budget=budget, budget_kind="daily")
    session.commit()
    return made


def prepared(session: Session) -> int:
    return len(session.scalars(select(ChangeSet)).all())


def test_advice_for_a_connection_that_only_reads_is_set_by_hand_or_leads_to_the_grant(
    client: FlaskClient, session: Session, alice: Member, settings: Settings
) -> None:
    connection = connect(session, alice, "meta", settings)
    connect(session, alice, "linkedin", settings, scopes=["r_ads", "rw_ads"])
    other = Entity("platform", "meta", "Meta", "meta", "from")
    both = [ADVICE, replace(ADVICE, entities=(other, *ADVICE.entities[1:]))]
    number = keeping.keep(session, alice.workspace.id, both, NOON)[0]
    session.commit()
    page = client.get(INSIGHTS).text
    assert page.count("ads_management") == 1
    assert page.count(GRANT) == 1
    assert f"repair={connection.id}" in page
    assert "/changes/prepare" not in page
    sent = {"csrf_token": csrf_token(client), "finding_id": number}
    client.post("/dashboard/reports/changes/prepare", data=sent)
    assert client.get("/dashboard/reports/changes").text.count("ads_management") == 1
    assert page.count("Set it by hand in Meta Ads Manager") == 2
    assert prepared(session) == 0
    connection.scopes = ["ads_read", "ads_management"]
    session.commit()
    granted = client.get(INSIGHTS).text
    assert "ads_management" not in granted
    assert "/changes/prepare" in granted


def test_what_another_workspace_or_another_platform_may_not_do_is_not_told(
    client: FlaskClient, session: Session, alice: Member, charlie: Member, settings: Settings
) -> None:
    connect(session, charlie, "meta", settings)
    connect(session, alice, "meta", settings, scopes=["ads_management"])
    connect(session, alice, "linkedin", settings, scopes=["rw_ads"])
    connect(session, alice, "google", settings)
    keep(session, alice, ADVICE)
    page = client.get(INSIGHTS).text
    assert "/changes/prepare" in page
    assert "may only be read" not in page


def test_a_single_campaign_of_a_connection_that_only_reads_cannot_be_applied(
    client: FlaskClient, session: Session, alice: Member, settings: Settings
) -> None:
    connect(session, alice, "meta", settings)
    campaign = session.scalars(select(Campaign).order_by(Campaign.id).limit(1)).one()
    keep(
        session,
        alice,
        replace(
            ADVICE,
            rule="cut_waste",
            entities=(Entity("campaign", str(campaign.id), campaign.name, "meta"),),
            facts={"action": "pause"},
        ),
    )
    page = client.get(INSIGHTS).text
    assert page.count("ads_management") == 1
    assert "/changes/prepare" not in page


@pytest.mark.usefixtures("advertised")
def test_a_plan_says_beforehand_what_has_to_be_set_by_hand(
    app: Flask, client: FlaskClient, session: Session, alice: Member
) -> None:
    meta = session.scalars(
        select(PlatformConnection).where(PlatformConnection.platform == "meta")
    ).one()
    meta.scopes = ["ads_read"]
    session.commit()
    page = client.get(f"{TESTS}/new?platform=google&platform=meta").text
    assert page.count("ads_management") == 1
    assert GRANT in page
    assert page.count("a day, mean of the last 28 days") == 2
    assert "by hand, or review and confirm those of the other platforms here" in page
    plan = {"platforms": ["google", "meta"], "first": str(TODAY + dt.timedelta(days=3))}
    drawn = post_json(app, alice, f"{API}/preview", **plan).json
    assert [each["platform"] for each in drawn["by_hand"]] == ["meta"]


@pytest.mark.parametrize("reading", [("meta",), ("meta", "google")])
def test_a_block_is_set_from_here_as_far_as_it_may_be(
    client: FlaskClient,
    session: Session,
    alice: Member,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    reading: tuple[str, ...],
) -> None:
    monkeypatch.setattr(Google, "changes", FakeChanger if reading == ("meta",) else Meta.changes)
    for platform in ("meta", "google"):
        connect(session, alice, platform, settings)
    written = written_down(session, alice.workspace.id, ["google", "meta"])
    made = make_test(session, alice, first=TODAY - dt.timedelta(days=3), budgets=written)
    page = client.get(f"{TESTS}/{made.id}").text
    assert page.count("ads_management") == len(reading)
    assert ("Apply block" in page) is (reading == ("meta",))
    assert "by hand" in page
    answered = client.post(
        f"/api/planned-tests/{made.id}/apply", headers={"X-CSRFToken": csrf_token(client)}
    )
    if reading != ("meta",):
        assert answered.status_code == 409
        assert answered.json["error"]["message"].count("ads_management") == 1
        return
    review = client.get(f"/dashboard/reports/changes/{answered.json['id']}").text
    assert review.count("ads_management") == 1
    assert "2 are left as they are" in review
    assert review.count("One Ü") == 1


def test_what_all_changes_of_a_set_failed_with_is_said_once(
    client: FlaskClient, session: Session, alice: Member
) -> None:
    now = dt.datetime.now(dt.UTC)
    made = ChangeSet(
        workspace_id=alice.workspace.id,
        origin="hand",
        title="Two budgets",
        state="failed",
        error="Nothing was changed.",
        expires_at=now,
        confirmed_at=now,
    )
    made.changes = [
        Change(
            workspace_id=alice.workspace.id,
            position=place,
            platform="meta",
            account_name="Ü",
            currency="USD",
            name=f"Campaign {place}",
            kind="budget",
            before={"daily_budget": "50"},
            wanted={"daily_budget": "60"},
            state="failed",
            error="The account is closed.",
            read_at=now,
        )
        for place in range(2)
    ]
    session.add(made)
    session.commit()
    address = f"/dashboard/reports/changes/{made.id}"
    assert client.get(address).text.count("The account is closed.") == 1
    made.changes[1].error = "Not sent, because it stopped before."
    session.commit()
    differing = client.get(address).text
    assert differing.count("The account is closed.") == 1
    assert differing.count("Not sent, because it stopped before.") == 1


def test_grants_that_do_not_say_what_they_allow_are_tried() -> None:
    for kind in (Meta, LinkedIn, Google):
        assert kind.changes is not None
        assert kind.changes.lacks([]) == ""

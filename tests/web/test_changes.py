"""The pages and the API of changes: who may, what they see, and what is sent."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from app.advice import applying
from app.advice.changers import Changers
from app.connections.vault import Vault
from app.connectors.changing import Changer, Current, Target, decimals_problem
from app.connectors.http import Http
from app.connectors.platforms.meta import Meta
from app.connectors.words import FoundAccount, Grant
from app.models import Campaign, ChangeSet, Membership
from app.settings import Settings
from app.web import access
from jobs.recovery import recover
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_account, make_campaign, make_connection


class FakeChanger(Changer):
    """A platform with one campaign."""

    manager = "Meta Ads Manager"
    budget: ClassVar[Decimal] = Decimal(80)
    switch: ClassVar[str] = "active"
    sent: ClassVar[list[str]] = []

    def missing_permission(self, account: FoundAccount) -> str:
        del account
        return ""

    def read_current(self, account: FoundAccount, target: Target) -> Current:
        del account
        return Current(f"Brand · 春 {target.external_id}", self.switch, self.switch, self.budget)

    def budget_problem(self, account: FoundAccount, amount: Decimal) -> str:
        return decimals_problem(amount, account.currency, 2)

    def set_daily_budget(
        self, account: FoundAccount, target: Target, seen: Current, amount: Decimal
    ) -> None:
        del account, target, seen
        FakeChanger.budget = amount
        self.sent.append(f"{amount}")

    def pause(self, account: FoundAccount, target: Target) -> None:
        del account, target
        FakeChanger.switch = "paused"
        self.sent.append("paused")

    def activate(self, account: FoundAccount, target: Target) -> None:
        del account, target
        FakeChanger.switch = "active"
        self.sent.append("active")


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> type[FakeChanger]:
    for name, value in (("budget", Decimal(80)), ("switch", "active"), ("sent", [])):
        monkeypatch.setattr(FakeChanger, name, value)
    monkeypatch.setattr(Meta, "changes", FakeChanger)
    return FakeChanger


@pytest.fixture
def browser(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


@pytest.fixture
def campaign(session: Session, alice: Member, settings: Settings) -> Campaign:
    connection = make_connection(session, alice.workspace, sandbox=True)
    connection.credentials = Vault(settings.encryption_keys).seal(Grant("token"))
    account = make_account(session, connection, currency="EUR")
    made = make_campaign(session, account, "Brand", budget=Decimal(80), budget_kind="daily")
    session.commit()
    return made


def work(settings: Settings, set_id: int) -> None:
    engine = create_engine(settings.database_url)
    sessions = sessionmaker(engine, expire_on_commit=False)
    with Http(sleep=lambda _: None) as http:
        changers = Changers(sessions, http, settings, access.now)
        applying.apply(sessions, changers, set_id, clock=access.now, stopping=threading.Event())
    engine.dispose()


def prepare(browser: FlaskClient, campaign: Campaign, **more: object) -> int:
    made = browser.post(
        "/dashboard/reports/changes/prepare",
        data={"csrf_token": csrf_token(browser), "campaign_id": campaign.id, **more},
    )
    assert made.status_code == 303
    return int(made.location.rpartition("/")[2])


def test_the_review_shows_what_it_is_and_sends_nothing_until_confirmed(
    browser: FlaskClient, campaign: Campaign, platform: type[FakeChanger], settings: Settings
) -> None:
    set_id = prepare(browser, campaign)
    address = f"/dashboard/reports/changes/{set_id}"
    review = browser.get(address).text
    assert "€80.00" in review
    assert "Brand · 春" in review
    assert "Sandbox" in review
    assert platform.sent == []
    change_id = browser.get(f"/api/changes/{set_id}").json["changes"][0]["id"]
    form = {
        "csrf_token": csrf_token(browser),
        "revision": "0",
        f"amount-{change_id}": "92.50",
    }

    confirmed = browser.post(f"{address}/confirm", data=form)

    assert confirmed.status_code == 303
    assert platform.sent == []
    work(settings, set_id)
    assert platform.sent == ["92.5"]
    done = browser.get(address).text
    assert "read back" in done
    assert "€92.50" in done
    log = browser.get("/dashboard/reports/changes").text
    assert "€80.00" in log
    assert "Alice" in log


def test_an_amount_that_is_none_keeps_what_was_typed_and_changes_nothing(
    browser: FlaskClient, campaign: Campaign, platform: type[FakeChanger]
) -> None:
    set_id = prepare(browser, campaign)
    change_id = browser.get(f"/api/changes/{set_id}").json["changes"][0]["id"]
    for typed in ("lots", "-4", "NaN", "92.505", "1e999999"):
        answer = browser.post(
            f"/dashboard/reports/changes/{set_id}/confirm",
            data={"csrf_token": csrf_token(browser), f"amount-{change_id}": typed},
        )
        assert answer.status_code == 422, typed
        assert typed in answer.text
    assert browser.get(f"/api/changes/{set_id}").json["state"] == "prepared"
    assert platform.sent == []


def test_scripts_prepare_confirm_and_revert(
    browser: FlaskClient, campaign: Campaign, platform: type[FakeChanger], settings: Settings
) -> None:
    headers = {"X-CSRFToken": csrf_token(browser)}
    made = browser.post(
        "/api/changes", json={"campaign_id": campaign.id, "switch": "paused"}, headers=headers
    )
    assert made.status_code == 201
    (change,) = made.json["changes"]
    assert (change["before"]["switch"], change["wanted"]["switch"]) == ("active", "paused")
    assert (change["currency"], change["sandbox"]) == ("EUR", True)
    address = f"/api/changes/{made.json['id']}"
    stale = browser.post(f"{address}/confirm", json={"revision": 7}, headers=headers)
    assert stale.status_code == 409
    first = browser.post(f"{address}/confirm", json={"revision": 0}, headers=headers)
    second = browser.post(f"{address}/confirm", json={"revision": 0}, headers=headers)
    assert (first.status_code, second.status_code) == (202, 202)
    work(settings, made.json["id"])
    assert browser.delete(address, headers=headers).status_code == 409
    back = browser.post(f"{address}/revert", headers=headers)
    assert back.json["changes"][0]["wanted"]["switch"] == "active"
    browser.post(f"/api/changes/{back.json['id']}/confirm", json={}, headers=headers)
    work(settings, back.json["id"])

    assert platform.sent == ["paused", "active"]
    listed = browser.get("/api/changes").json["changes"]
    assert [each["state"] for each in listed] == ["applied", "reverted"]


def test_what_somebody_set_back_already_is_not_set_back_again(
    browser: FlaskClient, campaign: Campaign, platform: type[FakeChanger], settings: Settings
) -> None:
    headers = {"X-CSRFToken": csrf_token(browser)}
    set_id = prepare(browser, campaign, switch="paused")
    browser.post(f"/api/changes/{set_id}/confirm", json={}, headers=headers)
    work(settings, set_id)
    platform.switch = "active"
    refused = browser.post(f"/api/changes/{set_id}/revert", headers=headers)
    assert refused.status_code == 409
    assert "there is nothing to set back" in refused.json["error"]["message"]
    page = browser.post(f"/dashboard/reports/changes/{set_id}/revert", headers=headers)
    assert page.status_code == 409
    assert "as it was before already" in page.text
    assert [each["id"] for each in browser.get("/api/changes").json["changes"]] == [set_id]
    assert platform.sent == ["paused"]


def test_what_somebody_changed_meanwhile_is_said_and_nothing_is_sent(
    browser: FlaskClient, campaign: Campaign, platform: type[FakeChanger]
) -> None:
    set_id = prepare(browser, campaign, switch="paused")
    platform.switch = "paused"

    answer = browser.post(
        f"/dashboard/reports/changes/{set_id}/confirm",
        data={"csrf_token": csrf_token(browser), "revision": "0"},
    )

    assert answer.status_code == 409
    assert "in the meantime" in answer.text
    assert browser.get(f"/api/changes/{set_id}").json["state"] == "prepared"


def test_what_was_discarded_elsewhere_is_said_to_be_so_and_what_to_do(
    browser: FlaskClient, campaign: Campaign, platform: type[FakeChanger]
) -> None:
    address = f"/dashboard/reports/changes/{prepare(browser, campaign, switch='paused')}"
    form = {"csrf_token": csrf_token(browser)}
    assert browser.post(f"{address}/discard", data=form).status_code == 303
    for path in ("confirm", "edit", "discard", "look", "revert"):
        answer = browser.post(f"{address}/{path}", data=form)
        assert answer.status_code == 404, path
        assert "may have been discarded" in answer.text
        assert "Go to the dashboard" in answer.text
    assert "Prepare it again" in browser.get(address).text
    assert platform.sent == []


def test_what_was_confirmed_elsewhere_is_shown_with_what_that_means(
    browser: FlaskClient, campaign: Campaign, platform: type[FakeChanger], settings: Settings
) -> None:
    set_id = prepare(browser, campaign)
    address = f"/dashboard/reports/changes/{set_id}"
    change_id = browser.get(f"/api/changes/{set_id}").json["changes"][0]["id"]
    form = {"csrf_token": csrf_token(browser), f"amount-{change_id}": "90"}
    assert browser.post(f"{address}/confirm", data=form).status_code == 303
    assert browser.post(f"{address}/confirm", data=form).status_code == 303
    work(settings, set_id)

    late = browser.post(f"{address}/confirm", data={**form, f"amount-{change_id}": "95"})
    discarded = browser.post(f"{address}/discard", data=form)

    assert (late.status_code, discarded.status_code) == (409, 409)
    assert "Yours were not sent" in late.text
    assert "was not discarded" in discarded.text
    assert "€90.00" in discarded.text
    assert platform.sent == ["90"]


def test_viewers_look_and_change_nothing(
    browser: FlaskClient,
    campaign: Campaign,
    platform: type[FakeChanger],
    session: Session,
) -> None:
    set_id = prepare(browser, campaign, switch="paused")
    session.execute(update(Membership).values(role="viewer"))
    session.commit()
    page = browser.get(f"/dashboard/reports/changes/{set_id}")
    assert page.status_code == 200
    assert "Apply now" not in page.text
    headers = {"X-CSRFToken": csrf_token(browser)}
    for path in ("confirm", "edit", "revert", "discard", "look"):
        sent = browser.post(f"/dashboard/reports/changes/{set_id}/{path}", headers=headers)
        assert sent.status_code == 403, path
    made = browser.post("/api/changes", json={"campaign_id": campaign.id}, headers=headers)
    assert made.status_code == 403
    assert "Change budget" not in browser.get(f"/campaigns/{campaign.id}").text


def test_a_strangers_campaign_cannot_be_prepared(
    app: Flask, campaign: Campaign, charlie: Member, platform: type[FakeChanger]
) -> None:
    stranger = sign_in(app, charlie)
    headers = {"X-CSRFToken": csrf_token(stranger)}
    made = stranger.post("/api/changes", json={"campaign_id": campaign.id}, headers=headers)
    assert made.status_code == 404
    form = {"campaign_id": campaign.id}
    page = stranger.post("/dashboard/reports/changes/prepare", data=form, headers=headers)
    assert page.status_code == 404
    assert stranger.get("/api/changes").json["changes"] == []


def test_a_set_whose_job_was_lost_is_queued_again(
    browser: FlaskClient,
    campaign: Campaign,
    platform: type[FakeChanger],
    session: Session,
    settings: Settings,
) -> None:
    headers = {"X-CSRFToken": csrf_token(browser)}
    set_id = prepare(browser, campaign, switch="paused")
    browser.post(f"/api/changes/{set_id}/confirm", json={}, headers=headers)
    session.execute(text("DELETE FROM procrastinate_jobs"))
    recover(session, access.now())
    session.commit()

    jobs = session.scalars(text("SELECT args->>'set_id' FROM procrastinate_jobs")).all()
    assert str(set_id) in jobs
    work(settings, set_id)
    assert session.scalars(select(ChangeSet.state)).all() == ["applied"]


def test_a_campaigns_page_offers_to_change_it_where_that_is_possible(
    browser: FlaskClient, campaign: Campaign, platform: type[FakeChanger], session: Session
) -> None:
    assert "Change budget" in browser.get(f"/campaigns/{campaign.id}").text
    campaign.removed_at = access.now()
    session.commit()
    assert "Change budget" not in browser.get(f"/campaigns/{campaign.id}").text

"""From the brief to a paused Search campaign at Google's sandbox, through the app's own doors."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.connections.vault import Vault
from app.connectors.http import Http
from app.connectors.platforms.google import Google
from app.models import Account
from app.settings import Settings
from tests.clock import today
from tests.conftest import Member, csrf_token, make_settings
from tests.consent import granted, sandbox_settings
from tests.creative.conftest import Work
from tests.creative.test_batches import ordered, read
from tests.factories import make_account, make_connection
from tests.sandbox_server import SandboxServer

STARTS = today("UTC") + dt.timedelta(days=2)
FILLED = {
    "daily_budget": "25.50",
    "starts_on": STARTS.isoformat(),
    "countries": ["US"],
    "url": "https://northlight.example/friday",
    "keywords": ["coffee subscription", "fresh coffee"],
    "answers": {
        "eu_political": "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING",
        "bidding": "maximizeConversions",
    },
}


@pytest.fixture
def settings(database_url: str, sandbox: SandboxServer) -> Settings:
    """Settings that point at the sandbox, whose clock runs."""
    sandbox.clock(None)
    return make_settings(database_url, **sandbox_settings(sandbox.url))


@pytest.fixture
def dollars(session: Session, alice: Member, settings: Settings) -> Account:
    """The first account of the sandbox's Google, connected by Alice."""
    with Http() as http:
        connector = granted("google", settings, http)
        assert isinstance(connector, Google)
        found = connector.accounts()[0]
    connection = make_connection(session, alice.workspace, "google")
    assert connector.grant is not None
    connection.credentials = Vault(settings.encryption_keys).seal(connector.grant)
    made = make_account(session, connection, external_id=found.external_id, name=found.name)
    session.commit()
    return made


@pytest.fixture
def draft(browser: FlaskClient, work: Work, dollars: Account) -> str:
    """The address of a draft with everything that Google wants to know."""
    headers = {"X-CSRFToken": csrf_token(browser)}
    batch_id = ordered(browser, platforms=["google"], count=1)
    work(batch_id)
    first = read(browser, batch_id)["variations"][0]["id"]
    made = browser.post(f"/api/creative/variations/{first}/draft", headers=headers)
    assert made.status_code == 201, made.json
    address = f"/api/creative/drafts/{made.json['id']}"
    saved = browser.patch(address, json=FILLED, headers=headers)
    assert saved.status_code == 200, saved.json
    return address


def created(sandbox: SandboxServer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = requests.get(
        f"{sandbox.url}/truth/google/created", timeout=10
    ).json()
    return found


def launch(browser: FlaskClient, work: Work, draft: str) -> Any:
    """Review, launch what was seen, and let the worker do it."""
    seen = browser.get(draft).json
    assert seen["problems"] == []
    headers = {"X-CSRFToken": csrf_token(browser)}
    asked = browser.post(f"{draft}/launch", json={"digest": seen["digest"]}, headers=headers)
    assert asked.status_code == 202, asked.json
    work.launch(int(draft.rpartition("/")[2]))
    return browser.get(draft).json


def test_a_draft_becomes_one_paused_campaign_although_google_did_not_answer(
    browser: FlaskClient, work: Work, sandbox: SandboxServer, draft: str
) -> None:
    sandbox.fault("after_write", platform="google")
    done = launch(browser, work, draft)
    assert (done["state"], done["error"]) == ("launched", None)
    kinds = [one["resourceName"].split("/")[2] for one in created(sandbox)]
    assert kinds.count("campaigns") == kinds.count("adGroupAds") == 1
    statuses = {one["status"] for one in created(sandbox) if "Ads" in one["resourceName"]}
    assert statuses == {"PAUSED"}
    ad = next(one for one in created(sandbox) if "/adGroupAds/" in one["resourceName"])
    texts = [each["text"] for each in ad["ad"]["responsiveSearchAd"]["headlines"]]
    assert texts == list(done["ads"][0]["texts"]["headlines"])
    assert done["ads"][0]["ad_id"] == ad["resourceName"].rpartition("~")[2]
    assert "campaignId=" in done["manager_url"]


def test_what_google_asks_of_an_account_is_offered_and_a_question_left_open_is_a_problem(
    browser: FlaskClient, draft: str
) -> None:
    offered = browser.get(f"{draft}/choices").json
    assert {one["name"] for one in offered["questions"]} == {"eu_political", "bidding"}
    headers = {"X-CSRFToken": csrf_token(browser)}
    browser.patch(draft, json={"answers": {}}, headers=headers)
    fields = [one["field"] for one in browser.get(draft).json["problems"]]
    assert fields == ["eu_political", "bidding"]


def test_a_trial_that_google_refuses_makes_nothing_and_says_why(
    browser: FlaskClient, work: Work, sandbox: SandboxServer, draft: str
) -> None:
    headers = {"X-CSRFToken": csrf_token(browser)}
    browser.patch(draft, json={"daily_budget": "1"}, headers=headers)
    failed = launch(browser, work, draft)
    assert failed["state"] == "failed"
    assert failed["error"] == "Google's smallest daily budget here is 2 USD."
    assert created(sandbox) == []

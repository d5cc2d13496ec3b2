"""From the brief to drafts at LinkedIn's sandbox, through the app's own doors."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.connections.vault import Vault
from app.connectors.http import Http
from app.connectors.platforms.linkedin import LinkedIn
from app.models import Account
from app.settings import Settings
from tests.clock import today
from tests.conftest import Member, csrf_token, make_settings
from tests.consent import BACK, granted, sandbox_settings, say_yes
from tests.creative.conftest import Work
from tests.creative.test_batches import ordered, read
from tests.factories import make_account, make_connection
from tests.sandbox_server import SandboxServer

STARTS = today("UTC") + dt.timedelta(days=2)
FILLED = {
    "daily_budget": "25.50",
    "starts_on": STARTS.isoformat(),
    "countries": ["US", "CA"],
    "url": "https://northlight.example/friday",
    "answers": {"political_intent": "NOT_POLITICAL", "conversion": "104012"},
}
PICTURE = b"\x89PNG\r\n\x1a\n and some more"


@pytest.fixture
def settings(database_url: str, sandbox: SandboxServer) -> Settings:
    """Settings that point at the sandbox, whose clock runs."""
    sandbox.clock(None)
    return make_settings(database_url, **sandbox_settings(sandbox.url))


def connected(session: Session, alice: Member, settings: Settings, linkedin: LinkedIn) -> Account:
    found = linkedin.accounts()[0]
    connection = make_connection(session, alice.workspace, "linkedin")
    assert linkedin.grant is not None
    connection.credentials = Vault(settings.encryption_keys).seal(linkedin.grant)
    made = make_account(session, connection, external_id=found.external_id, name=found.name)
    session.commit()
    return made


@pytest.fixture
def dollars(session: Session, alice: Member, settings: Settings) -> Account:
    """The first account of the sandbox's LinkedIn, with the permissions to create."""
    with Http() as http:
        linkedin = LinkedIn(settings, http)
        started = linkedin.begin_with({"access": "create"})
        page = linkedin.authorize_url(redirect_uri=BACK, state="0a1b2c", started=started)
        linkedin.grant = linkedin.exchange(say_yes(page), redirect_uri=BACK, started=started)
        return connected(session, alice, settings, linkedin)


def drafted(browser: FlaskClient, work: Work) -> str:
    """The address of a draft with everything that LinkedIn wants to know but the Page."""
    token = csrf_token(browser)
    batch_id = ordered(browser, platforms=["linkedin"], count=2)
    work(batch_id)
    ids = [each["id"] for each in read(browser, batch_id)["variations"][:2]]
    form = {"variation_id": ids, "csrf_token": token}
    number = browser.post("/dashboard/creative/drafts", data=form).location.rpartition("/")[2]
    sent = {"picture_file": (io.BytesIO(PICTURE), "beans.png"), "csrf_token": token}
    page = f"/dashboard/creative/drafts/{number}"
    assert browser.post(page, data=sent).status_code == 303
    address = f"/api/creative/drafts/{number}"
    saved = browser.patch(address, json=FILLED, headers={"X-CSRFToken": token})
    assert saved.status_code == 200, saved.json
    return address


@pytest.fixture
def draft(browser: FlaskClient, work: Work, dollars: Account) -> str:
    """Ready to be launched, with the first Page on offer."""
    address = drafted(browser, work)
    pages = browser.get(f"{address}/choices").json["profiles"]
    headers = {"X-CSRFToken": csrf_token(browser)}
    browser.patch(address, json={"profile": pages[0]["id"]}, headers=headers)
    return address


def created(sandbox: SandboxServer, *kinds: str) -> list[dict[str, Any]]:
    return [one for one in sandbox.truth(of="linkedin/created") if one["kind"] in kinds]


def launch(browser: FlaskClient, work: Work, draft: str) -> Any:
    """Review, launch what was seen, and let the worker do it."""
    seen = browser.get(draft).json
    assert seen["problems"] == []
    headers = {"X-CSRFToken": csrf_token(browser)}
    asked = browser.post(f"{draft}/launch", json={"digest": seen["digest"]}, headers=headers)
    assert asked.status_code == 202, asked.json
    work.launch(int(draft.rpartition("/")[2]))
    return browser.get(draft).json


THINGS = ("adCampaignGroups", "adCampaigns", "creatives")


def test_a_draft_becomes_one_campaign_although_linkedin_did_not_answer(
    browser: FlaskClient, work: Work, sandbox: SandboxServer, draft: str
) -> None:
    for path in ("adCampaignGroups", "adCampaigns", "createInline"):
        sandbox.fault("after_write", path, platform="linkedin")
    done = launch(browser, work, draft)
    assert (done["state"], done["error"]) == ("launched", None)
    group, campaign, *ads = created(sandbox, *THINGS)
    assert len(ads) == 2
    assert {group["status"], campaign["status"], *(ad["intendedStatus"] for ad in ads)} == {"DRAFT"}
    assert campaign["dailyBudget"] == {"amount": "25.50", "currencyCode": "USD"}
    for told, ad in zip(done["ads"], ads, strict=True):
        assert told["ad_id"] == ad["id"].rpartition(":")[2]
        assert told["texts"]["headline"] == ad["post"]["content"]["media"]["title"]
    [tie] = created(sandbox, "campaignConversions")
    assert tie["campaign"].endswith(str(campaign["id"]))
    assert str(campaign["id"]) in done["manager_url"]


def test_what_linkedin_refused_half_way_is_cleaned_up(
    browser: FlaskClient, work: Work, sandbox: SandboxServer, draft: str
) -> None:
    sandbox.fault("permission", "createInline", platform="linkedin")
    half = launch(browser, work, draft)
    assert half["state"] == "partial"
    assert "sponsored content admins" in half["error"]
    headers = {"X-CSRFToken": csrf_token(browser)}
    assert browser.post(f"{draft}/clean", headers=headers).status_code < 300
    work.clean(int(draft.rpartition("/")[2]))
    assert browser.get(draft).json["state"] == "draft"
    assert created(sandbox, *THINGS, "posts") == []


def test_a_connection_for_reading_says_how_to_allow_creating(
    browser: FlaskClient, work: Work, session: Session, alice: Member, settings: Settings
) -> None:
    with Http() as http:
        linkedin = granted("linkedin", settings, http)
        assert isinstance(linkedin, LinkedIn)
        connected(session, alice, settings, linkedin)
    address = drafted(browser, work)
    told = browser.get(f"{address}/choices")
    assert "Allow creating campaigns" in told.get_data(as_text=True)

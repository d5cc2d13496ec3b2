"""A draft goes to TikTok's sandbox as the app sends it: off, once, and cleanable."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.connections.vault import Vault
from app.connectors.words import Grant
from app.models import Account
from app.settings import Settings
from sandbox import TIKTOK_TOKEN
from tests.conftest import Member, csrf_token
from tests.connectors.tiktok_orders import DOLLARS, PURCHASE, VIDEO, created
from tests.creative.conftest import Work
from tests.creative.test_batches import ordered, read
from tests.factories import make_account, make_connection
from tests.sandbox_server import SandboxServer

FILLED = {
    "daily_budget": "25.50",
    "starts_on": "2036-01-07",
    "countries": ["us", "CA"],
    "url": "https://northlight.example/friday",
    "profile": "CUSTOMIZED_USER:7100000000000000001",
    "answers": {"video": VIDEO, "pixel_event": PURCHASE},
}


@pytest.fixture
def work(work: Work, sandbox: SandboxServer) -> Work:
    """Jobs that ask the sandbox."""
    root = f"{sandbox.url}/tiktok/open_api/v1.3"
    return replace(work, settings=replace(work.settings, tiktok_api_url=root))


@pytest.fixture
def ad_account(session: Session, alice: Member, settings: Settings) -> Account:
    """The sandbox's dollar account, connected and selected."""
    connection = make_connection(session, alice.workspace, platform="tiktok")
    connection.credentials = Vault(settings.encryption_keys).seal(Grant(TIKTOK_TOKEN))
    made = make_account(
        session,
        connection,
        external_id=DOLLARS.external_id,
        currency=DOLLARS.currency,
        time_zone=DOLLARS.time_zone,
    )
    session.commit()
    return made


@pytest.fixture
def headers(browser: FlaskClient) -> dict[str, str]:
    return {"X-CSRFToken": csrf_token(browser)}


@pytest.fixture
def drafted(browser: FlaskClient, work: Work, headers: dict[str, str], ad_account: Account) -> int:
    """A draft of one ad that is ready to be launched."""
    batch_id = ordered(browser, platforms=["tiktok"], count=1)
    work(batch_id)
    variation = read(browser, batch_id)["variations"][0]["id"]
    made = browser.post(f"/api/creative/variations/{variation}/draft", headers=headers)
    draft_id: int = made.json["id"]
    address = f"/api/creative/drafts/{draft_id}"
    assert browser.patch(address, json=FILLED, headers=headers).status_code == 200
    return draft_id


def look(browser: FlaskClient, draft_id: int) -> Any:
    return browser.get(f"/api/creative/drafts/{draft_id}").json


def test_a_draft_becomes_one_campaign_that_is_off_whatever_answers_are_lost(
    browser: FlaskClient, work: Work, headers: dict[str, str], drafted: int, sandbox: SandboxServer
) -> None:
    reviewed = look(browser, drafted)
    assert reviewed["problems"] == []
    assert [each["key"] for each in reviewed["steps"]] == [
        "picture",
        "campaign",
        "ad_group",
        "ad-1",
    ]
    for path in ("image/ad/upload", "campaign/create", "adgroup/create", "/ad/create"):
        sandbox.fault("after_write", path, platform="tiktok")

    asked = browser.post(
        f"/api/creative/drafts/{drafted}/launch",
        json={"digest": reviewed["digest"]},
        headers=headers,
    )
    assert asked.status_code == 202
    work.launch(drafted)

    done = look(browser, drafted)
    assert (done["state"], done["error"]) == ("launched", None)
    found = created(sandbox)
    assert [len(found[kind]) for kind in ("image", "campaign", "adgroup", "ad")] == [1, 1, 1, 1]
    things = [one for kind in ("campaign", "adgroup", "ad") for one in found[kind]]
    assert {one["status"] for one in things} == {"DISABLE"}
    assert done["ads"][0]["ad_id"] == found["ad"][0]["id"]
    assert found["ad"][0]["row"]["ad_text"] == done["ads"][0]["texts"]["primary_text"]


def test_what_tiktok_refused_half_way_can_be_cleaned_up(
    browser: FlaskClient, work: Work, headers: dict[str, str], drafted: int, sandbox: SandboxServer
) -> None:
    sandbox.fault("tiktok_40502", "/ad/create", platform="tiktok")
    browser.post(f"/api/creative/drafts/{drafted}/launch", headers=headers)
    work.launch(drafted)
    half = look(browser, drafted)
    assert half["state"] == "partial"
    assert "TikTok Ads refused this (code 40502" in half["error"]

    assert browser.post(f"/api/creative/drafts/{drafted}/clean", headers=headers).status_code < 300
    work.clean(drafted)

    assert look(browser, drafted)["state"] == "draft"
    found = created(sandbox)
    assert len(found["image"]) == 1
    assert {one["status"] for kind in ("campaign", "adgroup") for one in found[kind]} == {"DELETE"}

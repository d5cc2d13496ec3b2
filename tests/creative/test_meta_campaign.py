"""A draft becomes a paused campaign at Meta, as the sandbox plays it, over a real socket."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from app.connections.vault import Vault
from app.connectors.words import Grant
from app.models import Account
from app.settings import Settings
from tests.conftest import Member, csrf_token
from tests.creative.conftest import Work
from tests.creative.test_batches import ordered, read
from tests.factories import make_account, make_connection
from tests.sandbox_server import SandboxServer

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
FILLED = {
    "goal": "traffic",
    "daily_budget": "25.50",
    "starts_on": "2099-12-24",
    "countries": ["US"],
    "url": "https://larkspur.example/tents",
    "profile": "104500000000001",
}


@pytest.fixture
def here(settings: Settings, sandbox: SandboxServer) -> Settings:
    return replace(
        settings,
        meta_app_id=sandbox.app_id,
        meta_app_secret=sandbox.app_secret,
        meta_graph_url=sandbox.graph_url,
    )


@pytest.fixture
def at_meta(sessions: sessionmaker[Session], here: Settings) -> Work:
    return Work(sessions, here)


@pytest.fixture
def dollars(session: Session, alice: Member, here: Settings, sandbox: SandboxServer) -> Account:
    """The sandbox's dollar account, connected."""
    connection = make_connection(session, alice.workspace)
    connection.credentials = Vault(here.encryption_keys).seal(Grant(sandbox.token))
    made = make_account(session, connection, external_id="118040000000001")
    session.commit()
    return made


@pytest.fixture
def headers(browser: FlaskClient) -> dict[str, str]:
    return {"X-CSRFToken": csrf_token(browser)}


@pytest.fixture
def address(browser: FlaskClient, at_meta: Work, headers: dict[str, str], dollars: Account) -> str:
    """Where a complete draft of two ads is."""
    batch_id = ordered(browser, platforms=["meta"], count=2)
    at_meta(batch_id)
    ids = [each["id"] for each in read(browser, batch_id)["variations"][:2]]
    token = {"csrf_token": headers["X-CSRFToken"]}
    made = browser.post("/dashboard/creative/drafts", data={"variation_id": ids, **token})
    sent = {"picture_file": (io.BytesIO(PNG), "tent.png"), **token}
    assert browser.post(made.location, data=sent).status_code == 303
    address = f"/api/creative/drafts/{made.location.rpartition('/')[2]}"
    assert browser.patch(address, json=FILLED, headers=headers).status_code == 200
    return address


def launched(browser: FlaskClient, at_meta: Work, headers: dict[str, str], address: str) -> Any:
    asked = browser.post(f"{address}/launch", headers=headers)
    assert asked.status_code == 202, asked.json
    at_meta.launch(int(address.rpartition("/")[2]))
    return browser.get(address).json


@pytest.mark.parametrize("broken", ["campaigns", "ads"])
def test_a_draft_is_launched_once_though_an_answer_is_lost(
    browser: FlaskClient,
    at_meta: Work,
    headers: dict[str, str],
    address: str,
    sandbox: SandboxServer,
    broken: str,
) -> None:
    # The trial asks for a campaign before.
    sandbox.fault("after_write", f"/{broken}\\?$", after=int(broken == "campaigns"))

    draft = launched(browser, at_meta, headers, address)

    assert (draft["state"], draft["error"]) == ("launched", None)
    things = sandbox.truth(of="meta/created")
    assert [thing["kind"] for thing in things] == [
        "adimage", "campaign", "adset", "adcreative", "ad", "adcreative", "ad",
    ]  # fmt: skip
    levels = [thing for thing in things if thing["kind"] in ("campaign", "adset", "ad")]
    assert {thing["status"] for thing in levels} == {"PAUSED"}
    assert [ad["ad_id"] for ad in draft["ads"]] == [things[4]["id"], things[6]["id"]]
    assert draft["manager_url"].endswith(things[1]["id"])


def test_a_day_that_is_over_at_meta_is_named_and_what_exists_is_cleaned_up(
    browser: FlaskClient,
    at_meta: Work,
    headers: dict[str, str],
    address: str,
    sandbox: SandboxServer,
) -> None:
    # The sandbox's clock is far ahead of the draft's days.
    sandbox.clock("2099-12-30")
    browser.patch(address, json={"ends_on": "2099-12-26"}, headers=headers)

    draft = launched(browser, at_meta, headers, address)

    assert (draft["state"], draft["error_field"]) == ("partial", "ends_on")
    assert "past" in draft["error"]
    assert browser.post(f"{address}/clean", headers=headers).status_code == 202
    at_meta.clean(int(address.rpartition("/")[2]))
    assert browser.get(address).json["state"] == "draft"
    left = [one for one in sandbox.truth(of="meta/created") if one["status"] != "DELETED"]
    assert [one["kind"] for one in left] == ["adimage"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [({"profile": "104500000000003"}, "page"), ({"daily_budget": "0.50"}, "at least 1.00 USD")],
)
def test_what_meta_would_refuse_is_found_out_by_the_trial(
    browser: FlaskClient,
    at_meta: Work,
    headers: dict[str, str],
    address: str,
    sandbox: SandboxServer,
    changed: dict[str, str],
    told: str,
) -> None:
    browser.patch(address, json=changed, headers=headers)

    draft = launched(browser, at_meta, headers, address)

    assert draft["state"] == "failed"
    assert told in draft["error"]
    assert sandbox.truth(of="meta/created") == []

"""What is sent to create a campaign is what LinkedIn's own client would send, in LinkedIn's words.

`writes` of `vocabulary.json` records the fields and values that LinkedIn's documentation of the
Marketing API (campaign groups, campaigns, creatives, posts, images; version 2026-02) names.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses
from hypothesis import given
from hypothesis import strategies as st
from linkedin_api.clients.restli.client import RestliClient
from linkedin_api.common import constants

from app.connectors.http import Http
from app.connectors.launching import AdCopy, Order, Picture
from app.connectors.linkedin.api import Change
from app.connectors.linkedin.launch_bodies import AIMS, FACET, little_text, steps
from app.connectors.linkedin.launch_checks import CTAS
from app.connectors.linkedin.oauth import SCOPES, SCOPES_TO_CREATE
from app.connectors.platforms.linkedin import LinkedIn
from app.connectors.words import FoundAccount, Grant
from sandbox import CREDENTIALS
from tests.conftest import FIXTURES, make_settings
from tests.sandbox_server import TODAY, SandboxServer

WRITES = json.loads((FIXTURES / "linkedin" / "vocabulary.json").read_text())["writes"]
ACCOUNT = FoundAccount("512340001", "Quill & Quarry Stationers", "USD", "UTC")
API = "https://api.linkedin.com/rest"
BACK = "http://localhost/back"
MADE = {"picture": "urn:li:image:D4", "campaign": "701", "ad_group": "702"}
ORDER = Order(
    name="Paper",
    mark="g-1",
    goal="sales",
    daily_budget=Decimal(50),
    starts_on=dt.date(2026, 12, 1),
    ends_on=None,
    countries=("US",),
    age_min=25,
    age_max=65,
    gender="women",
    language="en",
    url="https://shop.example/paper",
    profile="urn:li:organization:9",
    ads=(AdCopy("Paper that lasts", "Paper", "", "SHOP_NOW"),),
    picture=Picture(b"picture"),
    answers={"political_intent": "NOT_POLITICAL", "conversion": "104012"},
)
STEPS = {step.key: step for step in steps(ACCOUNT, ORDER, MADE)}
Theirs = Callable[[RestliClient, dict[str, Any]], object]


def body(key: str) -> dict[str, Any]:
    found: dict[str, Any] = STEPS[key].request["body"]
    return found


CALLS: dict[str, Theirs] = {
    "picture": lambda client, given: client.action(
        resource_path="/images", action_name="initializeUpload", action_params=given, **_given()
    ),
    "campaign": lambda client, given: client.create(
        resource_path="/adAccounts/{id}/adCampaignGroups", entity=given, **_given(id="512340001")
    ),
    "ad_group": lambda client, given: client.create(
        resource_path="/adAccounts/{id}/adCampaigns", entity=given, **_given(id="512340001")
    ),
    "conversion": lambda client, given: client.update(
        resource_path="/campaignConversions/{key}", entity=given, **_given(key=given)
    ),
    "ad-1": lambda client, given: client.action(
        resource_path="/adAccounts/{id}/creatives",
        action_name="createInline",
        action_params=given,
        **_given(id="512340001"),
    ),
}


def _given(**keys: Any) -> dict[str, Any]:
    return {"access_token": "t", "version_string": "202609"} | ({"path_keys": keys} if keys else {})


@pytest.fixture
def linkedin(http: Http) -> LinkedIn:
    settings = make_settings("postgresql://nobody@localhost/none", linkedin_client_id="77abc")
    return LinkedIn(settings, http, Grant("t"))


@pytest.fixture
def client() -> Iterator[RestliClient]:
    made = RestliClient()
    yield made
    made.session.close()


def same_request(one: requests.PreparedRequest, other: requests.PreparedRequest) -> None:
    assert one.method == other.method
    assert one.url == other.url
    assert json.loads(one.body or "null") == json.loads(other.body or "null")
    for name in ("Authorization", "LinkedIn-Version", "X-RestLi-Protocol-Version"):
        assert one.headers[name] == other.headers[name]
    assert one.headers["X-RestLi-Method"] == other.headers["X-RestLi-Method"]


@pytest.mark.parametrize("key", CALLS)
def test_every_step_is_what_linkedin_s_client_would_send(
    linkedin: LinkedIn, client: RestliClient, key: str
) -> None:
    request = STEPS[key].request
    with responses.RequestsMock() as wire:
        method = responses.PUT if key == "conversion" else responses.POST
        wire.add(method, re.compile(f"{API}/.*"), json={"value": {}}, status=200)
        change = Change(request["method"], request["path"], "it", "images", "", request["body"])
        linkedin._api.change(change)
        CALLS[key](client, request["body"])
        same_request(wire.calls[0].request, wire.calls[1].request)


@pytest.mark.parametrize("method", ["PARTIAL_UPDATE", "DELETE"])
def test_changes_are_what_linkedin_s_client_would_send(
    linkedin: LinkedIn, client: RestliClient, method: str
) -> None:
    urn, path = "urn:li:sponsoredCreative:7", "adAccounts/512340001/creatives"
    patch = {"patch": {"$set": {"intendedStatus": "PAUSED"}}}
    keys = _given(id="512340001", key=urn)
    with responses.RequestsMock() as wire:
        verb = responses.DELETE if method == "DELETE" else responses.POST
        wire.add(verb, re.compile(f"{API}/.*"), status=204)
        sent = None if method == "DELETE" else patch
        address = f"{path}/urn%3Ali%3AsponsoredCreative%3A7"
        linkedin._api.change(Change(method, address, "it", "creatives", "", sent))
        resource = "/adAccounts/{id}/creatives/{key}"
        if method == "DELETE":
            client.delete(resource_path=resource, **keys)
        else:
            fields = patch["patch"]["$set"]
            client.partial_update(resource_path=resource, patch_set_object=fields, **keys)
        same_request(wire.calls[0].request, wire.calls[1].request)


def test_every_field_and_value_is_one_of_linkedin_s() -> None:
    for key, kind in (("campaign", "adCampaignGroups"), ("ad_group", "adCampaigns")):
        assert set(WRITES[kind]["required"]) <= set(body(key)) <= set(WRITES[kind]["fields"])
    creative = body("ad-1")["creative"]
    known = WRITES["creatives"]
    assert set(known["required"]) <= set(creative) <= set(known["fields"])
    post = creative["inlineContent"]["post"]
    assert set(WRITES["posts"]["required"]) <= set(post) <= set(WRITES["posts"]["fields"])
    assert set(WRITES["posts"]["contentCallToActionLabel"]) == CTAS
    assert set(body("picture")["initializeUploadRequest"]) <= set(WRITES["images"]["fields"])
    assert set(body("conversion")) == set(WRITES["campaignConversions"]["fields"])
    for aim in AIMS.values():
        assert aim.objective in WRITES["adCampaigns"]["objectiveType"]
        assert aim.optimization in WRITES["adCampaigns"]["optimizationTargetType"]
    asked = body("ad_group")["targetingCriteria"]["include"]["and"]
    facets = {name.removeprefix(FACET) for one in asked for name in one["or"]}
    assert facets == {"locations", "interfaceLocales", "ageRanges", "genders"}
    assert facets <= set(WRITES["adCampaigns"]["facets"])


def token_of(sandbox: SandboxServer) -> str:
    """One that may create, by way of the window."""
    app = CREDENTIALS["linkedin"]
    scope = " ".join((*SCOPES, *SCOPES_TO_CREATE))
    asked = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": BACK}
    asked |= {"scope": scope, "decision": "allow"}
    root = f"{sandbox.url}/linkedin/oauth/v2"
    page = requests.post(f"{root}/authorization", data=asked, allow_redirects=False, timeout=10)
    code = parse_qs(urlsplit(page.headers["Location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **app}
    return str(requests.post(f"{root}/accessToken", data=form, timeout=10).json()["access_token"])


def test_linkedin_s_client_creates_the_same_in_the_sandbox(
    sandbox: SandboxServer, client: RestliClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "VERSIONED_BASE_URL", f"{sandbox.url}/linkedin/rest")
    knobs = f"{sandbox.url}/linkedin/sandbox/knobs"
    requests.post(knobs, json={"picture_polls": 0}, timeout=10).raise_for_status()
    within = {"access_token": token_of(sandbox), "version_string": "202609"}
    roles = client.finder(
        resource_path="/organizationAcls",
        finder_name="roleAssignee",
        query_params={"state": "APPROVED"},
        **within,
    )
    order = replace(ORDER, profile=roles.elements[0]["organization"])
    start = dt.date.fromisoformat(TODAY) + dt.timedelta(days=1)
    order = replace(order, starts_on=start)

    def given(key: str) -> dict[str, Any]:
        found = next(step for step in steps(ACCOUNT, order, made) if step.key == key)
        sent: dict[str, Any] = found.request["body"]
        return sent

    made: dict[str, str] = {}
    value = client.action(
        resource_path="/images",
        action_name="initializeUpload",
        action_params=given("picture"),
        **within,
    ).value
    made["picture"] = value["image"]
    headers = {"Authorization": f"Bearer {within['access_token']}"}
    requests.put(value["uploadUrl"], data=b"picture", headers=headers, timeout=10)
    for key, kind in (("campaign", "adCampaignGroups"), ("ad_group", "adCampaigns")):
        resource = f"/adAccounts/{ACCOUNT.external_id}/{kind}"
        answer = client.create(resource_path=resource, entity=given(key), **within)
        assert answer.status_code == 201
        made[key] = answer.entity_id
    pair = given("conversion")
    tied = client.update(
        resource_path="/campaignConversions/{key}", path_keys={"key": pair}, entity=pair, **within
    )
    assert tied.status_code == 204
    creative = client.action(
        resource_path=f"/adAccounts/{ACCOUNT.external_id}/creatives",
        action_name="createInline",
        action_params=given("ad-1"),
        **within,
    ).value["creative"]
    resource = f"/adAccounts/{ACCOUNT.external_id}/creatives/{{key}}"
    read = client.get(resource_path=resource, path_keys={"key": creative}, **within)
    assert read.entity["intendedStatus"] == "DRAFT"
    gone = client.delete(resource_path=resource, path_keys={"key": creative}, **within)
    assert gone.status_code == 204


special = st.text(alphabet=st.sampled_from("\\|{}@[]()<>#*_~ab 冬é"), max_size=40)


@given(special)
def test_a_post_says_exactly_what_was_written(text: str) -> None:
    sent = little_text(text)
    assert re.sub(r"\\(.)", r"\1", sent, flags=re.DOTALL) == text
    assert not re.search(r"[|{}@\[\]()<>#*_~]", re.sub(r"\\.", "", sent, flags=re.DOTALL))

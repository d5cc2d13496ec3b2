"""LinkedIn's own client, pointed at the sandbox: it gets on with every answer."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from linkedin_api.clients.auth.client import AuthClient
from linkedin_api.clients.auth.utils import oauth
from linkedin_api.clients.restli.client import RestliClient
from linkedin_api.common import constants

from sandbox import CREDENTIALS
from sandbox.linkedin import objects
from tests.sandbox_server import SandboxServer

DOLLARS, EUROS = "512340001", "512340002"
APP = CREDENTIALS["linkedin"]
BACK = "http://localhost/back"
SPAN = {
    "start": {"year": 2026, "month": 11, "day": 1},
    "end": {"year": 2026, "month": 11, "day": 22},
}


@pytest.fixture
def auth(sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[AuthClient]:
    # The client has no setting for its hosts, and one of its modules keeps a copy of its own.
    for module in (constants, oauth):
        monkeypatch.setattr(module, "OAUTH_BASE_URL", f"{sandbox.url}/linkedin/oauth/v2")
    monkeypatch.setattr(constants, "VERSIONED_BASE_URL", f"{sandbox.url}/linkedin/rest")
    made = AuthClient(APP["client_id"], APP["client_secret"], BACK)
    yield made
    made.session.close()


def code(auth: AuthClient) -> str:
    """What a member's Allow brings back."""
    url = auth.generate_member_auth_url(["r_ads", "r_ads_reporting"], state="s")
    address, _, query = url.partition("?")
    form = dict(parse_qsl(query)) | {"decision": "allow"}
    page = requests.post(address, data=form, allow_redirects=False, timeout=10)
    return dict(parse_qsl(urlsplit(page.headers["Location"]).query))["code"]


@pytest.fixture
def token(auth: AuthClient) -> str:
    return str(auth.exchange_auth_code_for_access_token(code(auth)).access_token)


@pytest.fixture
def client(auth: AuthClient) -> Iterator[RestliClient]:
    made = RestliClient()
    yield made
    made.session.close()


def pages(client: RestliClient, token: str, finder: str, **asked: Any) -> list[dict[str, Any]]:
    """Elements of all pages. The client itself loses the metadata with the next page's token."""
    found: list[dict[str, Any]] = []
    query = asked.pop("query_params") | {"pageSize": 7}
    while True:
        answer = client.finder(
            finder_name=finder,
            query_params=query,
            access_token=token,
            version_string="202609",
            **asked,
        )
        assert answer.status_code == 200
        found += answer.elements
        following = answer.response.json()["metadata"].get("nextPageToken")
        if not following:
            return found
        query = query | {"pageToken": following}


def test_it_exchanges_a_code_inspects_and_renews(sandbox: SandboxServer, auth: AuthClient) -> None:
    address = f"{sandbox.url}/linkedin/sandbox/knobs"
    requests.post(address, json={"refresh_tokens": True}, timeout=10)
    got = auth.exchange_auth_code_for_access_token(code(auth))
    assert (got.expires_in, got.refresh_token_expires_in) == (5_184_000, 31_536_000)
    assert got.scope == "r_ads,r_ads_reporting"
    assert len(got.access_token) >= 500
    seen = auth.introspect_access_token(got.access_token)
    assert (seen.active, seen.status, seen.auth_type) == (True, "active", "3L")
    sandbox.clock("2027-01-10")
    younger = auth.exchange_refresh_token_for_access_token(got.refresh_token)
    assert younger.access_token != got.access_token
    assert younger.refresh_token == got.refresh_token
    assert younger.refresh_token_expires_in == 31_536_000 - 48 * 86_400


def test_it_gets_an_account_and_lists_groups_campaigns_and_creatives_to_the_last_page(
    client: RestliClient, token: str
) -> None:
    one = client.get(
        resource_path="/adAccounts/{id}",
        path_keys={"id": int(DOLLARS)},
        access_token=token,
        version_string="202609",
    )
    assert (one.entity["currency"], one.entity["id"]) == ("USD", int(DOLLARS))
    asked = {"client": client, "token": token, "path_keys": {"id": int(DOLLARS)}}
    groups, campaigns = (
        pages(
            resource_path="/adAccounts/{id}/" + kind,
            finder="search",
            query_params={"search": {"status": {"values": list(statuses)}}},
            **asked,
        )
        for kind, statuses in (
            ("adCampaignGroups", objects.GROUP_STATUSES),
            ("adCampaigns", objects.CAMPAIGN_STATUSES),
        )
    )
    creatives = pages(
        resource_path="/adAccounts/{id}/creatives", finder="criteria", query_params={}, **asked
    )
    urns = {f"urn:li:sponsoredCampaignGroup:{group['id']}" for group in groups}
    assert {campaign["campaignGroup"] for campaign in campaigns} <= urns
    below = {f"urn:li:sponsoredCampaign:{campaign['id']}" for campaign in campaigns}
    assert {creative["campaign"] for creative in creatives} <= below
    assert len({creative["id"] for creative in creatives}) == len(creatives) > 20
    key = creatives[0]["id"]
    same = client.get(
        resource_path="/adAccounts/{id}/creatives/{creative}",
        path_keys={"id": int(DOLLARS), "creative": key},
        access_token=token,
        version_string="202609",
    )
    assert same.entity == creatives[0]


def test_its_reports_add_up_to_the_truth(
    sandbox: SandboxServer, client: RestliClient, token: str
) -> None:
    told = sandbox.truth(EUROS, "2026-11-01", "2026-11-22", of="linkedin")
    asked = {
        "timeGranularity": "DAILY",
        "dateRange": SPAN,
        "accounts": [f"urn:li:sponsoredAccount:{EUROS}"],
        "fields": "dateRange,pivotValues,impressions,costInLocalCurrency",
    }
    for finder, of, whole in (
        ("analytics", {"pivot": "CAMPAIGN_GROUP"}, "total"),
        ("statistics", {"pivots": ["CAMPAIGN", "CREATIVE"]}, "served_by_ads"),
    ):
        answer = client.finder(
            resource_path="/adAnalytics",
            finder_name=finder,
            query_params=asked | of,
            access_token=token,
            version_string="202609",
        )
        assert answer.status_code == 200
        spent = sum(Decimal(row["costInLocalCurrency"]) for row in answer.elements)
        assert round(spent, 6) == Decimal(told[whole]["spend"])
        assert sum(row["impressions"] for row in answer.elements) == told[whole]["impressions"]
        assert {len(row["pivotValues"]) for row in answer.elements} == {len(of.get("pivots", [1]))}


def test_its_long_questions_are_answered_as_the_body_of_a_post(
    client: RestliClient, token: str
) -> None:
    urns = [f"urn:li:sponsoredCampaign:{number}" for number in range(340_000_000, 340_000_200)]
    answer = client.finder(
        resource_path="/adAnalytics",
        finder_name="analytics",
        query_params={
            "pivot": "CAMPAIGN",
            "timeGranularity": "ALL",
            "dateRange": SPAN,
            "campaigns": urns,
        },
        access_token=token,
        version_string="202609",
    )
    assert (answer.status_code, answer.elements) == (200, [])
    assert answer.response.request.method == "POST"

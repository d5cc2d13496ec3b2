"""The sandbox's LinkedIn takes only what the real one would."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox import CREDENTIALS
from tests.sandbox_server import SandboxServer

DOLLARS, EUROS = "512340001", "512340002"
APP = CREDENTIALS["linkedin"]
BACK = "http://localhost/back"
SCOPES = "r_ads r_ads_reporting rw_ads w_organization_social r_organization_admin"
TOMORROW = 1_764_028_800_000 + 31_536_000_000
Body = dict[str, Any]


class Writer:
    """Writes with a token that may."""

    def __init__(self, server: SandboxServer, scopes: str = SCOPES) -> None:
        self.server = server
        self.root = f"{server.url}/linkedin"
        self.http = requests.Session()
        self.http.headers["LinkedIn-Version"] = "202609"
        self.http.headers["X-Restli-Protocol-Version"] = "2.0.0"
        self.http.headers["Authorization"] = f"Bearer {self._token(scopes)}"

    def _token(self, scopes: str) -> str:
        asked = {"response_type": "code", "client_id": APP["client_id"], "redirect_uri": BACK}
        asked |= {"scope": scopes, "decision": "allow"}
        address = f"{self.root}/oauth/v2/authorization"
        page = self.http.post(address, data=asked, allow_redirects=False, timeout=10)
        code = parse_qs(urlsplit(page.headers["Location"]).query)["code"][0]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **APP}
        answer = self.http.post(f"{self.root}/oauth/v2/accessToken", data=form, timeout=10)
        return str(answer.json()["access_token"])

    def post(self, path: str, body: Body, method: str = "CREATE") -> requests.Response:
        address = f"{self.root}/rest/{path}"
        return self.http.post(address, json=body, headers={"X-RestLi-Method": method}, timeout=10)

    def group(self, **more: Any) -> requests.Response:
        return self.post(f"adAccounts/{EUROS}/adCampaignGroups", {**GROUP, **more})

    def campaign(self, group: str, **more: Any) -> requests.Response:
        urn = f"urn:li:sponsoredCampaignGroup:{group}"
        body = {**self.campaign_body(), "campaignGroup": urn, **more}
        return self.post(f"adAccounts/{EUROS}/adCampaigns", body)

    def campaign_body(self) -> Body:
        return {**copy.deepcopy(CAMPAIGN), "associatedEntity": self.page}

    @property
    def page(self) -> str:
        found = self.http.get(
            f"{self.root}/rest/organizationAcls?q=roleAssignee&state=APPROVED", timeout=10
        )
        return str(found.json()["elements"][0]["organization"])


GROUP: Body = {
    "account": f"urn:li:sponsoredAccount:{EUROS}",
    "name": "Winter [m-1]",
    "status": "DRAFT",
    "runSchedule": {"start": TOMORROW},
}
FACET = "urn:li:adTargetingFacet:"
CAMPAIGN: Body = {
    "account": f"urn:li:sponsoredAccount:{EUROS}",
    "name": "Winter · campaign [m-1]",
    "status": "DRAFT",
    "type": "SPONSORED_UPDATES",
    "format": "STANDARD_UPDATE",
    "objectiveType": "WEBSITE_VISIT",
    "optimizationTargetType": "MAX_CLICK",
    "costType": "CPM",
    "unitCost": {"amount": "0", "currencyCode": "EUR"},
    "dailyBudget": {"amount": "50.00", "currencyCode": "EUR"},
    "runSchedule": {"start": TOMORROW},
    "locale": {"country": "DE", "language": "de"},
    "targetingCriteria": {
        "include": {"and": [{"or": {f"{FACET}locations": ["urn:li:geo:101282230"]}}]}
    },
    "offsiteDeliveryEnabled": False,
    "audienceExpansionEnabled": False,
    "politicalIntent": "NOT_POLITICAL",
}


@pytest.fixture
def writer(sandbox: SandboxServer) -> Iterator[Writer]:
    made = Writer(sandbox)
    yield made
    made.http.close()


def faults(answer: requests.Response) -> dict[str, str]:
    """Code by path."""
    assert answer.status_code == 400, answer.text
    told = answer.json()["errorDetails"]["inputErrors"]
    return {one["input"]["inputPath"]["fieldPath"]: one["code"] for one in told}


def test_a_creation_answers_with_an_id_in_a_header_and_nothing_else(writer: Writer) -> None:
    answer = writer.group()
    assert (answer.status_code, answer.content) == (201, b"")
    below = writer.campaign(answer.headers["x-restli-id"])
    assert (below.status_code, below.content) == (201, b"")
    assert below.headers["x-restli-id"].isdigit()


@pytest.mark.parametrize(
    ("fields", "path", "code"),
    [
        ({"name": ""}, "/name", "MISSING_FIELD"),
        ({"name": "n" * 101}, "/name", "FIELD_LENGTH_TOO_LONG"),
        ({"status": "ON"}, "/status", "INVALID_VALUE_FOR_FIELD"),
        ({"runSchedule": {"end": TOMORROW}}, "/runSchedule/start", "MISSING_FIELD"),
        ({"runSchedule": {"start": 1}}, "/runSchedule/start", "DATE_TOO_EARLY"),
        ({"account": f"urn:li:sponsoredAccount:{DOLLARS}"}, "/account", "INVALID_VALUE_FOR_FIELD"),
        ({"colour": "red"}, "/colour", "FIELD_NOT_ALLOWED"),
    ],
)
def test_a_group_that_is_not_right_is_refused(
    writer: Writer, fields: Body, path: str, code: str
) -> None:
    assert faults(writer.group(**fields)) == {path: code}


def budget(amount: object, currency: str = "EUR") -> Body:
    return {"dailyBudget": {"amount": amount, "currencyCode": currency}}


WRONG: dict[tuple[str, str], Body] = {
    ("/politicalIntent", "MISSING_FIELD"): {"politicalIntent": None},
    ("/offsiteDeliveryEnabled", "MISSING_FIELD"): {"offsiteDeliveryEnabled": None},
    ("/objectiveType", "INVALID_CAMPAIGN_CONFIGURATION"): {"optimizationTargetType": "MAX_LEAD"},
    ("/campaignGroup", "FIELD_VALUE_DOES_NOT_EXIST"): {
        "campaignGroup": "urn:li:sponsoredCampaignGroup:1"
    },
    ("/status", "ONLY_DRAFT_CAMPAIGNS_ALLOWED_IN_DRAFT_CAMPAIGN_GROUPS"): {"status": "PAUSED"},
    ("/dailyBudget/currencyCode", "CURRENCY_MISMATCH"): budget("50", "USD"),
    ("/dailyBudget/amount", "INVALID_VALUE_FOR_FIELD"): budget(50),
    ("/dailyBudget/amount", "FIELD_VALUE_TOO_LOW"): budget("9.99"),
    ("/locale", "INVALID_VALUE_FOR_FIELD"): {"locale": {"country": "DE", "language": "en"}},
    ("/associatedEntity", "FIELD_VALUE_DOES_NOT_EXIST"): {
        "associatedEntity": "urn:li:organization:1"
    },
    (f"/targetingCriteria/{FACET}locations", "MISSING_FIELD"): {
        "targetingCriteria": {"include": {"and": []}}
    },
}


@pytest.mark.parametrize("wrong", WRONG, ids="-".join)
def test_a_campaign_that_is_not_right_is_refused(writer: Writer, wrong: tuple[str, str]) -> None:
    path, code = wrong
    group = writer.group().headers["x-restli-id"]
    assert faults(writer.campaign(group, **WRONG[wrong])) == {path: code}


def test_an_ad_with_bare_signs_or_a_picture_that_is_not_there_is_refused(writer: Writer) -> None:
    group = writer.group().headers["x-restli-id"]
    campaign = writer.campaign(group).headers["x-restli-id"]
    post = {
        "adContext": {"dscAdAccount": f"urn:li:sponsoredAccount:{EUROS}", "dscStatus": "ACTIVE"},
        "author": writer.page,
        "commentary": "Wer fragt (uns)?",
        "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "NONE"},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
        "content": {"media": {"id": "urn:li:image:none", "title": "Topf"}},
        "contentLandingPage": "https://kessel.example/",
    }
    creative = {
        "campaign": f"urn:li:sponsoredCampaign:{campaign}",
        "intendedStatus": "DRAFT",
        "inlineContent": {"post": post},
    }
    path = f"adAccounts/{EUROS}/creatives?action=createInline"
    refused = writer.post(path, {"creative": creative}, "ACTION")
    assert (refused.status_code, "commentary" in refused.json()["message"]) == (400, True)
    post["commentary"] = "Wer fragt \\(uns\\)?"
    refused = writer.post(path, {"creative": creative}, "ACTION")
    assert (refused.status_code, "content/media/id" in refused.json()["message"]) == (400, True)


def test_only_drafts_that_hold_nothing_are_deleted(writer: Writer) -> None:
    group = writer.group().headers["x-restli-id"]
    campaign = writer.campaign(group).headers["x-restli-id"]
    groups = f"{writer.root}/rest/adAccounts/{EUROS}/adCampaignGroups/{group}"
    campaigns = f"{writer.root}/rest/adAccounts/{EUROS}/adCampaigns/{campaign}"
    assert writer.http.delete(groups, timeout=10).status_code == 400
    patch = {"patch": {"$set": {"status": "PAUSED"}}}
    method = {"X-RestLi-Method": "PARTIAL_UPDATE"}
    changed = writer.http.post(campaigns, json=patch, headers=method, timeout=10)
    assert changed.status_code == 204
    refused = writer.http.delete(campaigns, timeout=10)
    assert refused.json()["code"] == "DELETE_ALLOWED_ONLY_FOR_DRAFT_STATUS"
    patch["patch"]["$set"]["status"] = "PENDING_DELETION"
    writer.http.post(campaigns, json=patch, headers=method, timeout=10).raise_for_status()
    assert writer.http.delete(groups, timeout=10).status_code == 204


def test_reading_scopes_do_not_write(sandbox: SandboxServer) -> None:
    reader = Writer(sandbox, "r_ads r_ads_reporting")
    refused = reader.group()
    assert (refused.status_code, refused.json()["code"]) == (403, "ACCESS_DENIED")
    reader.http.close()


def test_after_write_makes_it_and_says_nothing(sandbox: SandboxServer, writer: Writer) -> None:
    sandbox.fault("after_write", "adCampaignGroups", platform="linkedin")
    listed = f"{writer.root}/rest/adAccounts/{EUROS}/adCampaignGroups?q=search"
    assert writer.http.get(listed, timeout=10).status_code == 200
    assert writer.group().status_code == 500
    assert [one["name"] for one in sandbox.truth(of="linkedin/created")] == [GROUP["name"]]


@pytest.mark.parametrize(
    ("kind", "status"), [("rate_limit_app", 429), ("server_error", 500), ("token_expired", 401)]
)
def test_other_faults_keep_anything_from_being_made(
    sandbox: SandboxServer, writer: Writer, kind: str, status: int
) -> None:
    sandbox.fault(kind, "adCampaignGroups", platform="linkedin")
    assert writer.group().status_code == status
    assert sandbox.truth(of="linkedin/created") == []


def test_a_reset_forgets_what_was_made(sandbox: SandboxServer, writer: Writer) -> None:
    writer.group().raise_for_status()
    sandbox.reset()
    assert sandbox.truth(of="linkedin/created") == []

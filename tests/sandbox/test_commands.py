"""What `/control` makes happen at every platform alike, seen through each platform's own API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from sandbox import CREDENTIALS
from tests.sandbox_server import SandboxServer

BACK = "http://localhost/back"
GOOGLE_SCOPE = "https://www.googleapis.com/auth/adwords"


class Caller:
    """A platform's API with a token of its consent page."""

    def __init__(self, server: SandboxServer, platform: str) -> None:
        self.server = server
        self.platform = platform
        self.root = f"{server.url}/{platform}"
        self.http = requests.Session()
        self.headers: dict[str, str] = {}

    def sign_in(self) -> None:
        """Say yes to everything."""
        ways = _WAYS[self.platform]
        page, form = ways.dialog(self)
        answer = self.http.post(
            self.root + page, data={"redirect_uri": BACK} | form, allow_redirects=False, timeout=30
        )
        told = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        self.headers = ways.headers(ways.token(self, told["code"])["access_token"])

    def post(self, path: str, **how: Any) -> Any:
        return self.http.post(self.root + path, timeout=30, **how).json()

    def ask(self, path: str, **query: Any) -> requests.Response:
        return self.http.get(self.root + path, params=query, headers=self.headers, timeout=30)

    def accounts(self) -> list[str]:
        return sorted(_WAYS[self.platform].accounts(self))

    def campaigns(self, account: str) -> requests.Response:
        return _WAYS[self.platform].campaigns(self, account)


class Ways(NamedTuple):
    """How one platform is signed in to and asked."""

    dialog: Callable[[Caller], tuple[str, dict[str, Any]]]
    token: Callable[[Caller, str], dict[str, str]]
    headers: Callable[[str], dict[str, str]]
    accounts: Callable[[Caller], list[str]]
    campaigns: Callable[[Caller, str], requests.Response]


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _rest(token: str) -> dict[str, str]:
    versions = {"LinkedIn-Version": "202609", "X-Restli-Protocol-Version": "2.0.0"}
    return _bearer(token) | versions


def _search(caller: Caller, customer: str, query: str) -> requests.Response:
    address = f"{caller.root}/v26/customers/{customer}/googleAds:search"
    headers = caller.headers | {"login-customer-id": "4821669001"}
    return caller.http.post(address, json={"query": query}, headers=headers, timeout=30)


def _clients(caller: Caller) -> list[str]:
    query = "SELECT customer_client.id, customer_client.manager FROM customer_client"
    rows = [row["customerClient"] for row in _search(caller, "4821669001", query).json()["results"]]
    return [row["id"] for row in rows if not row["manager"]]


def _named(caller: Caller, customer: str) -> requests.Response:
    return _search(caller, customer, "SELECT campaign.id, campaign.name FROM campaign")


_WAYS = {
    "meta": Ways(
        lambda caller: (
            "/v26.0/dialog/oauth",
            {
                "client_id": CREDENTIALS["meta"]["app_id"],
                "scope": "ads_read,business_management",
                "granted": ["ads_read", "business_management"],
                "decision": "continue",
            },
        ),
        lambda caller, code: caller.post(
            "/v26.0/oauth/access_token",
            data={
                "client_id": CREDENTIALS["meta"]["app_id"],
                "client_secret": CREDENTIALS["meta"]["app_secret"],
                "redirect_uri": BACK,
                "code": code,
            },
        ),
        _bearer,
        lambda caller: [
            each["account_id"] for each in caller.ask("/v26.0/me/adaccounts").json()["data"]
        ],
        lambda caller, account: caller.ask(
            f"/v26.0/act_{account}/campaigns", fields="name", limit=500
        ),
    ),
    "google": Ways(
        lambda caller: (
            "/auth",
            {
                "client_id": CREDENTIALS["google"]["client_id"],
                "response_type": "code",
                "scope": GOOGLE_SCOPE,
                "granted": [GOOGLE_SCOPE],
                "decision": "continue",
            },
        ),
        lambda caller, code: caller.post(
            "/token",
            data=CREDENTIALS["google"]
            | {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK},
        ),
        _bearer,
        _clients,
        _named,
    ),
    "linkedin": Ways(
        lambda caller: (
            "/oauth/v2/authorization",
            {
                "client_id": CREDENTIALS["linkedin"]["client_id"],
                "response_type": "code",
                "scope": "r_ads r_ads_reporting",
                "decision": "allow",
            },
        ),
        lambda caller, code: caller.post(
            "/oauth/v2/accessToken",
            data=CREDENTIALS["linkedin"]
            | {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK},
        ),
        _rest,
        lambda caller: [
            str(each["id"])
            for each in caller.ask("/rest/adAccounts", q="search").json()["elements"]
        ],
        lambda caller, account: caller.ask(
            f"/rest/adAccounts/{account}/adCampaignGroups", q="search"
        ),
    ),
    "tiktok": Ways(
        lambda caller: (
            "/portal/auth",
            {
                "app_id": CREDENTIALS["tiktok"]["app_id"],
                "granted": ["1", "2", "4"],
                "advertiser": [each["id"] for each in caller.server.truth(of="tiktok/accounts")],
                "decision": "confirm",
            },
        ),
        lambda caller, code: caller.post(
            "/open_api/v1.3/oauth2/access_token/",
            json={
                "app_id": CREDENTIALS["tiktok"]["app_id"],
                "secret": CREDENTIALS["tiktok"]["app_secret"],
                "auth_code": code,
            },
        )["data"],
        lambda token: {"Access-Token": token},
        lambda caller: [
            each["advertiser_id"]
            for each in caller.ask(
                "/open_api/v1.3/oauth2/advertiser/get/",
                app_id=CREDENTIALS["tiktok"]["app_id"],
                secret=CREDENTIALS["tiktok"]["app_secret"],
            ).json()["data"]["list"]
        ],
        lambda caller, account: caller.ask(
            "/open_api/v1.3/campaign/get/", advertiser_id=account, page_size=1000
        ),
    ),
}
PLATFORMS = sorted(_WAYS)
REFUSED = {
    "meta": (403, '"code":200'),
    "google": (403, "USER_PERMISSION_DENIED"),
    "linkedin": (403, "ACCESS_DENIED"),
    "tiktok": (200, '"code":40001'),
}
REVOKED = {
    "meta": (400, '"error_subcode":458'),
    "google": (401, "OAUTH_TOKEN_REVOKED"),
    "linkedin": (401, "REVOKED_ACCESS_TOKEN"),
    "tiktok": (200, '"code":40105'),
}


@pytest.fixture(params=PLATFORMS)
def caller(sandbox: SandboxServer, request: pytest.FixtureRequest) -> Iterator[Caller]:
    made = Caller(sandbox, request.param)
    made.sign_in()
    yield made
    made.http.close()


def says(response: requests.Response, expected: tuple[int, str]) -> bool:
    status, word = expected
    return response.status_code == status and word in response.text


def test_a_renamed_campaign_is_called_so_and_stays_the_same(caller: Caller) -> None:
    server, platform = caller.server, caller.platform
    account = caller.accounts()[0]
    listed = caller.campaigns(account).text
    told = server.truth(account, "2026-11-10", "2026-11-20", of=platform)
    chosen = next(one for one in told["campaigns"] if one["id"] in listed)
    assert chosen["name"] in listed
    server.rename(chosen["id"], "Quite another name")
    assert "Quite another name" in caller.campaigns(account).text
    after = server.truth(account, "2026-11-10", "2026-11-20", of=platform)
    assert after["campaign_days"] == told["campaign_days"]
    server.reset()
    caller.sign_in()
    again = caller.campaigns(account).text
    assert chosen["name"] in again
    assert "Quite another name" not in again


def test_a_lost_account_is_in_no_list_and_refused_until_it_is_gained(caller: Caller) -> None:
    known = caller.accounts()
    gone = known[0]
    caller.server.lose(gone)
    assert caller.accounts() == known[1:]
    assert says(caller.campaigns(gone), REFUSED[caller.platform])
    assert not says(caller.campaigns(known[1]), REFUSED[caller.platform])
    assert caller.server.truth(gone, "2026-11-20", "2026-11-20", of=caller.platform)["days"]
    caller.server.gain(gone)
    assert caller.accounts() == known


def test_the_nodes_of_a_lost_account_are_gone_too(sandbox: SandboxServer) -> None:
    meta = Caller(sandbox, "meta")
    meta.sign_in()
    [account, *_] = meta.accounts()
    campaign = meta.campaigns(account).json()["data"][0]["id"]
    sandbox.lose(account)
    error = meta.ask(f"/v26.0/{campaign}").json()["error"]
    assert (error["code"], error["error_subcode"]) == (100, 33)
    meta.http.close()


def test_revoked_tokens_are_dead_and_a_new_consent_works(caller: Caller) -> None:
    account = caller.accounts()[0]
    others = [each for each in PLATFORMS if each != caller.platform]
    bystander = Caller(caller.server, others[0])
    bystander.sign_in()
    caller.server.revoke(caller.platform)
    assert says(caller.campaigns(account), REVOKED[caller.platform])
    assert bystander.accounts()
    bystander.http.close()
    caller.sign_in()
    assert not says(caller.campaigns(account), REVOKED[caller.platform])
    assert account in caller.accounts()


@pytest.mark.parametrize(
    ("platform", "scope", "expected"),
    [
        ("meta", "", (403, "Requires ads_read permission")),
        ("google", "", (403, "insufficient authentication scopes")),
        ("linkedin", "r_ads", (403, "ACCESS_DENIED")),
        ("tiktok", "Ads Management", (200, '"code":40130')),
    ],
)
def test_a_lost_scope_is_missed_until_the_next_consent(
    sandbox: SandboxServer, platform: str, scope: str, expected: tuple[int, str]
) -> None:
    caller = Caller(sandbox, platform)
    caller.sign_in()
    account = caller.accounts()[0]
    assert not says(caller.campaigns(account), expected)
    sandbox.lose_scope(platform, scope)
    assert says(caller.campaigns(account), expected)
    caller.sign_in()
    assert not says(caller.campaigns(account), expected)
    caller.http.close()


@pytest.mark.parametrize(
    ("command", "body", "word"),
    [
        ("rename", {"campaign_id": "7", "name": "x"}, "no such campaign"),
        ("remove", {"campaign_id": "7"}, "no such campaign"),
        ("lose-account", {"account": "7"}, "no such account"),
        ("gain-account", {}, "no such account"),
        ("revoke", {"platform": "myspace"}, "tiktok"),
        ("revoke", {}, "tiktok"),
        ("lose-scope", {"platform": "linkedin", "scope": "w_posts"}, "r_ads_reporting"),
    ],
)
def test_what_there_is_not_is_refused_with_a_sentence(
    sandbox: SandboxServer, command: str, body: dict[str, str], word: str
) -> None:
    response = requests.post(f"{sandbox.url}/control/{command}", json=body, timeout=30)
    assert response.status_code == 400
    assert word in response.json()["error"]


def test_reset_undoes_every_command(caller: Caller) -> None:
    server, platform = caller.server, caller.platform
    account = caller.accounts()[0]
    before = server.truth(account, "2026-11-20", "2026-11-21", of=platform)
    server.rename(before["campaigns"][0]["id"], "Renamed")
    server.lose(account)
    server.lose_scope(platform)
    server.revoke(platform)
    server.reset()
    caller.sign_in()
    assert account in caller.accounts()
    assert server.truth(account, "2026-11-20", "2026-11-21", of=platform) == before

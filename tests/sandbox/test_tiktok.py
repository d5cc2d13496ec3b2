"""TikTok's protocol as the sandbox speaks it: as strict as the real one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox import CREDENTIALS, TIKTOK_TOKEN
from sandbox.tiktok.errors import MESSAGES
from tests.sandbox_server import TODAY, SandboxServer, start, stop

DOLLARS, YEN = "7012345678900000001", "7012345678900000002"
APP = CREDENTIALS["tiktok"]
BACK = "http://127.0.0.1:8000/api/oauth/tiktok/callback"
REPORT = {
    "advertiser_id": DOLLARS,
    "report_type": "BASIC",
    "data_level": "AUCTION_CAMPAIGN",
    "dimensions": '["campaign_id","stat_time_day"]',
    "metrics": '["spend","clicks","campaign_name"]',
    "start_date": "2026-10-25",
    "end_date": "2026-11-22",
    "page_size": "1000",
}


def only(status: str, field: str = "campaign_status") -> str:
    """A status filter; its value is JSON inside JSON."""
    condition = {"field_name": field, "filter_type": "IN", "filter_value": json.dumps([status])}
    return json.dumps([condition])


class Api:
    """TikTok's API as a script would call it."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.root = f"{server.url}/tiktok/open_api/v1.3"
        self.token = TIKTOK_TOKEN
        self.http = requests.Session()

    def ask(self, path: str, **params: Any) -> requests.Response:
        headers = {"Access-Token": self.token} if self.token else {}
        return self.http.get(f"{self.root}/{path}", params=params, headers=headers, timeout=30)

    def code(self, path: str, **params: Any) -> int:
        answer = self.ask(path, **params)
        assert answer.status_code == 200
        found: int = answer.json()["code"]
        return found

    def get(self, path: str, **params: Any) -> Any:
        answer = self.ask(path, **params).json()
        assert answer["code"] == 0, answer
        assert answer["request_id"]
        return answer["data"]

    def post(self, path: str, **body: Any) -> Any:
        headers = {"Access-Token": self.token}
        return self.http.post(f"{self.root}/{path}", json=body, headers=headers, timeout=30).json()

    def sign_in(self, scopes: str = "124", *advertisers: str) -> Any:
        """Confirm, then exchange the code."""
        return self.exchange(self.confirm(scopes, *advertisers))

    def confirm(self, scopes: str = "124", *advertisers: str) -> str:
        """Press Confirm on the page; the code that comes back."""
        page = f"{self.server.url}/tiktok/portal/auth"
        asked = {"app_id": APP["app_id"], "redirect_uri": BACK, "state": "a state"}
        shown = self.http.get(page, params=asked, timeout=30).text
        hidden = dict(re.findall(r'type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', shown))
        pressed = [
            *hidden.items(),
            ("decision", "confirm"),
            *(("advertiser", one) for one in advertisers or (DOLLARS,)),
            *(("granted", scope) for scope in scopes),
        ]
        went = self.http.post(page, data=pressed, allow_redirects=False, timeout=30)
        query = parse_qs(urlsplit(went.headers["Location"]).query)
        assert query["state"] == ["a state"]
        assert query["auth_code"] == query["code"]
        return query["auth_code"][0]

    def exchange(self, code: str) -> Any:
        body = {"app_id": APP["app_id"], "secret": APP["app_secret"], "auth_code": code}
        return self.post("oauth2/access_token/", **body)


@pytest.fixture
def api(sandbox: SandboxServer) -> Iterator[Api]:
    made = Api(sandbox)
    yield made
    made.http.close()


def test_the_page_says_that_it_is_the_sandbox_and_offers_the_accounts(api: Api) -> None:
    asked = {"app_id": APP["app_id"], "redirect_uri": BACK, "state": "s"}
    page = api.http.get(f"{api.server.url}/tiktok/portal/auth", params=asked, timeout=30)
    assert page.status_code == 200
    assert "Sandbox – not the real TikTok" in page.text
    assert page.text.count('name="advertiser"') == 3


@pytest.mark.parametrize(
    "wrong", [{"app_id": "another"}, {"redirect_uri": "/x"}, {"redirect_uri": "javascript:x"}]
)
def test_the_page_refuses_a_wrong_request(api: Api, wrong: dict[str, str]) -> None:
    asked = {"app_id": APP["app_id"], "redirect_uri": BACK, "state": "s"} | wrong
    page = api.http.get(f"{api.server.url}/tiktok/portal/auth", params=asked, timeout=30)
    assert page.status_code == 400


def test_a_token_reads_the_chosen_accounts_and_no_others(api: Api) -> None:
    got = api.sign_in("124", YEN)["data"]
    assert (got["advertiser_ids"], got["scope"]) == ([YEN], [1, 2, 4])
    assert "expires_in" not in got
    api.token = got["access_token"]
    assert api.code("campaign/get/", advertiser_id=YEN) == 0
    assert api.code("campaign/get/", advertiser_id=DOLLARS) == 40001
    both = json.dumps([DOLLARS, YEN])
    assert api.code("advertiser/info/", advertiser_ids=both) == 40001


def test_a_code_works_once_and_for_an_hour(api: Api) -> None:
    code = api.confirm()
    assert api.exchange(code)["code"] == 0
    assert api.exchange(code)["code"] == 40110
    late = api.confirm()
    api.server.clock("2026-11-23T13:00:00")
    assert api.exchange(late)["code"] == 40110


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"auth_code": "made.up"}, 40110),
        ({"auth_code": ""}, 40002),
        ({"secret": "guessed"}, 40101),
        ({"app_id": "another"}, 40113),
    ],
)
def test_a_wrong_exchange_is_refused(api: Api, changes: dict[str, str], code: int) -> None:
    sent = {"app_id": APP["app_id"], "secret": APP["app_secret"], "auth_code": "x"}
    assert api.post("oauth2/access_token/", **sent | changes)["code"] == code


def test_a_revoked_token_is_dead_and_the_pasteable_one_lives_on(api: Api) -> None:
    api.token = api.sign_in()["data"]["access_token"]
    app = {"app_id": APP["app_id"], "secret": APP["app_secret"]}
    assert api.post("oauth2/revoke_token/", **app, access_token=api.token)["code"] == 0
    assert api.code("user/info/") == 40105
    api.token = TIKTOK_TOKEN
    assert api.post("oauth2/revoke_token/", **app, access_token=api.token)["code"] == 0
    assert api.code("user/info/") == 0


@pytest.mark.parametrize(
    ("scopes", "path", "params"),
    [
        ("14", "campaign/get/", {"advertiser_id": DOLLARS}),
        ("12", "report/integrated/get/", REPORT),
        ("24", "advertiser/info/", {"advertiser_ids": f'["{DOLLARS}"]'}),
    ],
)
def test_a_missing_permission_is_40130(
    api: Api, scopes: str, path: str, params: dict[str, str]
) -> None:
    api.token = api.sign_in(scopes)["data"]["access_token"]
    assert api.code(path, **params) == 40130


@pytest.mark.parametrize(("token", "code"), [("", 40104), ("x", 40105), ("x.y", 40105)])
def test_no_token_or_a_wrong_one_is_refused_with_http_200(api: Api, token: str, code: int) -> None:
    api.token = token
    assert api.code("user/info/") == code


def test_tokens_outlive_the_process(api: Api) -> None:
    token = api.sign_in()["data"]["access_token"]
    process, server = start("--today", TODAY)
    try:
        reborn = Api(server)
        reborn.token = token
        assert reborn.code("campaign/get/", advertiser_id=DOLLARS) == 0
        reborn.http.close()
    finally:
        stop(process, server)


@pytest.mark.parametrize(
    "path", ["user/info", "campaign/get", "nothing/here/", "../v1.2/user/info/"]
)
def test_a_path_without_its_slash_leads_nowhere(api: Api, path: str) -> None:
    assert api.ask(path).status_code == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"report_type": ""}, 40002),
        ({"report_type": "AUDIENCE"}, 40009),
        ({"data_level": "AUCTION_MOON"}, 40002),
        ({"dimensions": '["stat_time_day"]'}, 40002),
        ({"dimensions": '["campaign_id","stat_time_hour"]'}, 40002),
        ({"dimensions": '["campaign_id"]', "start_date": "2025-11-22"}, 40002),
        ({"dimensions": '["ad_id","stat_time_day"]'}, 40002),
        ({"dimensions": "campaign_id,stat_time_day"}, 40002),
        ({"metrics": '["spend","luck"]'}, 40002),
        ({"metrics": '["ad_name"]'}, 40002),
        ({"start_date": "2026-10-23"}, 40002),
        ({"start_date": "24.10.2026"}, 40002),
        ({"end_date": "2026-10-01"}, 40002),
        ({"page_size": "1001"}, 40002),
        ({"page": "0"}, 40002),
        ({"filtering": only("STATUS_ALL", "ad_status")}, 40002),
        ({"filtering": '{"secondary_status":"CAMPAIGN_STATUS_ALL"}'}, 40002),
        ({"advertiser_id": ""}, 40002),
        ({"advertiser_id": "1"}, 40001),
    ],
)
def test_a_wrong_report_is_refused(api: Api, changes: dict[str, str], code: int) -> None:
    assert api.code("report/integrated/get/", **REPORT | changes) == code


def test_thirty_days_are_the_most(api: Api) -> None:
    thirty = REPORT | {"start_date": "2026-10-24"}
    assert api.code("report/integrated/get/", **thirty | {"end_date": "2026-11-22"}) == 0


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("campaign/get/", {"fields": '["campaign_id","luck"]'}),
        ("campaign/get/", {"filtering": '{"adgroup_ids":["1"]}'}),
        ("campaign/get/", {"filtering": '{"secondary_status":"AD_STATUS_ALL"}'}),
        ("ad/get/", {"filtering": "[]"}),
        ("adgroup/get/", {"page_size": "5000"}),
    ],
)
def test_a_wrong_list_is_refused(api: Api, path: str, params: dict[str, str]) -> None:
    assert api.code(path, advertiser_id=DOLLARS, **params) == 40002


def test_more_than_a_hundred_advertisers_are_too_many(api: Api) -> None:
    assert api.code("advertiser/info/", advertiser_ids=json.dumps([DOLLARS] * 101)) == 40011


def test_deleted_campaigns_count_only_with_the_filter_and_for_the_whole_account(api: Api) -> None:
    span = {"start_date": "2026-04-01", "end_date": "2026-04-30"}

    def spent(**more: str) -> Decimal:
        rows = api.get("report/integrated/get/", **REPORT | span | more)["list"]
        return sum((Decimal(row["metrics"]["spend"]) for row in rows), Decimal(0))

    whole = spent(
        data_level="AUCTION_ADVERTISER",
        dimensions='["advertiser_id","stat_time_day"]',
        metrics='["spend"]',
    )
    assert spent() < spent(filtering=only("STATUS_ALL")) == whole
    assert spent() + spent(filtering=only("STATUS_DELETE")) == whole


def test_figures_are_text_numbers_dashes_and_null(api: Api) -> None:
    asked = REPORT | {
        "data_level": "AUCTION_AD",
        "dimensions": '["ad_id_v2","stat_time_day"]',
        "metrics": '["spend","campaign_id","complete_payment","onsite_shopping","likes"]',
    }
    rows = api.get("report/integrated/get/", **asked)["list"]
    found = [row["metrics"] for row in rows]
    assert {type(row["spend"]) for row in found} == {str}
    assert {type(row["campaign_id"]) for row in found} == {int}
    assert {type(row["likes"]) for row in found} == {int}
    assert "-" in {row["complete_payment"] for row in found}
    assert None in {row["onsite_shopping"] for row in found}


def test_a_sum_over_a_year_adds_up_to_its_days(api: Api) -> None:
    asked = REPORT | {
        "data_level": "AUCTION_ADVERTISER",
        "dimensions": '["advertiser_id"]',
        "metrics": '["spend"]',
        "start_date": "2025-11-23",
    }
    (row,) = api.get("report/integrated/get/", **asked)["list"]
    assert row["dimensions"] == {"advertiser_id": DOLLARS}
    told = api.server.truth(DOLLARS, "2025-11-23", "2026-11-22", of="tiktok")["total"]
    assert row["metrics"]["spend"] == told["spend"]


def test_creatives_of_smart_plus_add_up_to_their_ads(api: Api) -> None:
    asked = REPORT | {"data_level": "AUCTION_AD", "metrics": '["spend"]', "end_date": "2026-10-31"}

    def spent(dimension: str) -> tuple[int, Decimal]:
        more = {"dimensions": f'["{dimension}","stat_time_day"]'}
        rows = api.get("report/integrated/get/", **asked | more)["list"]
        return len(rows), sum((Decimal(row["metrics"]["spend"]) for row in rows), Decimal(0))

    creatives, ads = spent("ad_id"), spent("ad_id_v2")
    assert creatives[0] > ads[0]
    assert creatives[1] == ads[1]


def test_yen_come_without_decimals(api: Api) -> None:
    rows = api.get("report/integrated/get/", **REPORT | {"advertiser_id": YEN})["list"]
    assert rows
    assert all("." not in row["metrics"]["spend"] for row in rows)


@pytest.mark.parametrize("code", sorted(set(MESSAGES) - {20001}))
def test_every_code_can_be_played(api: Api, code: int) -> None:
    api.server.fault(f"tiktok_{code}", "user/info")
    answer = api.ask("user/info/").json()
    assert (answer["code"], answer["message"], answer["data"]) == (code, MESSAGES[code], {})
    assert api.code("user/info/") == 0


def test_secrets_are_not_remembered(api: Api) -> None:
    api.get("oauth2/advertiser/get/", app_id=APP["app_id"], secret=APP["app_secret"])
    assert APP["app_secret"] not in json.dumps(api.server.requests())

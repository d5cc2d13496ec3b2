"""Google's protocol as the sandbox speaks it: as strict as the real one."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from google.ads.googleads.v26.errors.types.errors import GoogleAdsFailure
from google.protobuf import json_format

from sandbox import CREDENTIALS
from tests.sandbox_server import TODAY, SandboxServer, start, stop

DOLLARS, RUPEES, AGENCY, ASIA = ("4821660001", "4821660002", "4821669001", "4821669002")
CLIENT = CREDENTIALS["google"]
BACK = "http://127.0.0.1:8000/api/oauth/google/callback"
SCOPE = "https://www.googleapis.com/auth/adwords"
ASKED = {
    "client_id": CLIENT["client_id"],
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": SCOPE,
    "access_type": "offline",
    "prompt": "consent",
    "state": "a state",
}
VERIFIER = "verifier-of-a-hand-shake-that-is-longer-than-forty-three-signs"
BETWEEN = "segments.date, metrics.clicks FROM campaign WHERE segments.date BETWEEN"
DAYS = "segments.date BETWEEN '2026-11-01' AND '2026-11-07'"


class Api:
    """Google's API as a script would call it."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.root = f"{server.url}/google"
        self.http = requests.Session()
        self.given: dict[str, Any] = {}

    def confirm(self, **changes: str) -> str:
        """Press Continue on the page; the code that comes back."""
        shown = self.http.get(f"{self.root}/auth", params=ASKED | changes, timeout=30).text
        hidden = dict(re.findall(r'type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', shown))
        pressed = hidden | {"decision": "continue", "granted": SCOPE}
        went = self.http.post(f"{self.root}/auth", data=pressed, allow_redirects=False, timeout=30)
        query = parse_qs(urlsplit(went.headers["Location"]).query)
        assert query["state"] == ["a state"]
        assert query["scope"] == [SCOPE]
        return query["code"][0]

    def token(self, **form: str) -> requests.Response:
        sent = {"client_id": CLIENT["client_id"], "client_secret": CLIENT["client_secret"]} | form
        return self.http.post(f"{self.root}/token", data=sent, timeout=30)

    def exchange(self, code: str, **more: str) -> requests.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        return self.token(**form | more)

    def sign_in(self) -> dict[str, Any]:
        self.given = self.exchange(self.confirm()).json()
        return self.given

    def knobs(self, **turned: Any) -> requests.Response:
        return self.http.post(f"{self.root}/sandbox/knobs", json=turned, timeout=10)

    def ask(
        self,
        query: str,
        customer: str = DOLLARS,
        *,
        call: str = "search",
        via: str = "",
        version: str = "v26",
        **more: Any,
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.given['access_token']}"}
        if via:
            headers["login-customer-id"] = via
        address = f"{self.root}/{version}/customers/{customer}/googleAds:{call}"
        return self.http.post(address, json={"query": query} | more, headers=headers, timeout=30)

    def rows(self, query: str, **more: Any) -> list[dict[str, Any]]:
        answer = self.ask(query, **more)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json().get("results", [])
        return found

    def every(self, query: str, **more: Any) -> list[list[dict[str, Any]]]:
        """All pages."""
        pages, token = [], {}
        while True:
            page = self.ask(query, **more, **token).json()
            pages.append(page.get("results", []))
            if "nextPageToken" not in page:
                return pages
            token = {"pageToken": page["nextPageToken"]}


def code_of(answer: requests.Response) -> str:
    """The code of an error that is one of Google's own messages."""
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    (detail,) = error["details"]
    assert detail.pop("@type").endswith(".errors.GoogleAdsFailure")
    json_format.ParseDict(detail, GoogleAdsFailure.pb(GoogleAdsFailure()))
    (found,) = detail["errors"][0]["errorCode"].values()
    return str(found)


@pytest.fixture
def stranger(sandbox: SandboxServer) -> Iterator[Api]:
    made = Api(sandbox)
    yield made
    made.http.close()


@pytest.fixture
def api(stranger: Api) -> Api:
    """Signed in."""
    stranger.sign_in()
    return stranger


def test_the_page_says_that_it_is_the_sandbox_and_what_it_gives(stranger: Api) -> None:
    page = stranger.http.get(f"{stranger.root}/auth", params=ASKED, timeout=30)
    assert page.status_code == 200
    assert "Sandbox – not the real Google" in page.text
    assert page.text.count('name="granted"') == 1
    assert "2 ad accounts" in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "another"},
        {"redirect_uri": "/x"},
        {"redirect_uri": "javascript:x"},
        {"redirect_uri": f"{BACK}#x"},
        {"response_type": "token"},
        {"scope": "ads"},
        {"scope": ""},
        {"code_challenge": "x", "code_challenge_method": "S512"},
    ],
)
def test_the_page_refuses_a_wrong_request(stranger: Api, wrong: dict[str, str]) -> None:
    page = stranger.http.get(f"{stranger.root}/auth", params=ASKED | wrong, timeout=30)
    assert (page.status_code, "Error 40" in page.text) == (400, True)
    form = ASKED | wrong | {"decision": "continue"}
    assert stranger.http.post(f"{stranger.root}/auth", data=form, timeout=30).status_code == 400


def test_cancel_sends_the_denial_back(stranger: Api) -> None:
    form = ASKED | {"decision": "cancel"}
    went = stranger.http.post(f"{stranger.root}/auth", data=form, allow_redirects=False, timeout=30)
    assert went.headers["Location"] == f"{BACK}?error=access_denied&state=a+state"


def test_tokens_have_google_s_fields(stranger: Api) -> None:
    given = stranger.sign_in()
    assert set(given) == {"access_token", "expires_in", "refresh_token", "scope", "token_type"}
    assert (given["expires_in"], given["token_type"]) == (3599, "Bearer")
    again = stranger.token(grant_type="refresh_token", refresh_token=given["refresh_token"]).json()
    assert set(again) == {"access_token", "expires_in", "scope", "token_type"}


def test_a_refresh_token_comes_offline_with_consent_or_the_first_time(stranger: Api) -> None:
    first = stranger.exchange(stranger.confirm(prompt="")).json()
    assert "refresh_token" in first
    assert "refresh_token" not in stranger.exchange(stranger.confirm(prompt="")).json()
    assert "refresh_token" in stranger.exchange(stranger.confirm()).json()
    assert "refresh_token" not in stranger.exchange(stranger.confirm(access_type="online")).json()


def test_refresh_tokens_of_testing_end_after_seven_days(stranger: Api) -> None:
    stranger.knobs(testing=True)
    given = stranger.sign_in()
    assert given["refresh_token_expires_in"] == 604_799
    again = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    stranger.server.clock("2026-11-29T12:00:00")
    assert stranger.token(**again).status_code == 200
    stranger.server.clock("2026-11-30T12:00:00")
    late = stranger.token(**again)
    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")


def test_a_code_works_once_within_ten_minutes_and_for_its_address(stranger: Api) -> None:
    code = stranger.confirm()
    elsewhere = stranger.exchange(code, redirect_uri=f"{BACK}/")
    assert elsewhere.json()["error"] == "redirect_uri_mismatch"
    assert stranger.exchange(code).status_code == 200
    assert stranger.exchange(code).json()["error"] == "invalid_grant"
    late = stranger.confirm()
    stranger.server.clock("2026-11-23T12:10:00")
    assert stranger.exchange(late).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("verifier", ["", "another-verifier-that-is-longer-than-forty-three-signs"])
def test_a_challenge_wants_its_verifier(stranger: Api, verifier: str) -> None:
    digest = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    challenge = {
        "code_challenge": digest.rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    more = {"code_verifier": verifier} if verifier else {}
    answer = stranger.exchange(stranger.confirm(**challenge), **more)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    right = stranger.exchange(stranger.confirm(**challenge), code_verifier=VERIFIER)
    assert right.status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_id": ""}, 400, "invalid_request"),
        ({"client_id": "another"}, 401, "invalid_client"),
        ({"client_secret": "guessed"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "1//made.up"}, 400, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "4/made.up"}, 400, "invalid_grant"),
    ],
)
def test_a_wrong_question_for_tokens_is_refused(
    stranger: Api, form: dict[str, str], status: int, error: str
) -> None:
    answer = stranger.token(**form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_both(api: Api, name: str) -> None:
    address, form = f"{api.root}/revoke", {"token": api.given[name]}
    assert api.http.post(address, data=form, timeout=10).status_code == 200
    assert code_of(api.ask("SELECT customer.id FROM customer")) == "OAUTH_TOKEN_REVOKED"
    again = {"grant_type": "refresh_token", "refresh_token": api.given["refresh_token"]}
    assert api.token(**again).json()["error"] == "invalid_grant"
    gone = api.http.post(address, data=form, timeout=10)
    assert (gone.status_code, gone.json()["error"]) == (400, "invalid_token")


def test_tokens_outlive_the_process(api: Api) -> None:
    process, server = start("--today", TODAY)
    try:
        reborn = Api(server)
        reborn.given = api.given
        assert reborn.rows("SELECT customer.id FROM customer")
        reborn.http.close()
    finally:
        stop(process, server)


@pytest.mark.parametrize(
    ("header", "status", "words"),
    [
        ("", 401, "missing required authentication credential"),
        ("Basic abc", 401, "OAUTH_TOKEN_HEADER_INVALID"),
        ("Bearer made-up", 401, "OAUTH_TOKEN_INVALID"),
    ],
)
def test_no_token_or_a_wrong_one_is_refused(
    stranger: Api, header: str, status: int, words: str
) -> None:
    address = f"{stranger.root}/v26/customers:listAccessibleCustomers"
    headers = {"Authorization": header} if header else {}
    answer = stranger.http.get(address, headers=headers, timeout=10)
    assert answer.status_code == status
    assert words in answer.text


def test_an_access_token_lasts_an_hour(api: Api) -> None:
    api.server.clock("2026-11-23T13:00:00")
    assert code_of(api.ask("SELECT customer.id FROM customer")) == "OAUTH_TOKEN_EXPIRED"


@pytest.mark.parametrize(
    ("customer", "via", "code"),
    [
        (DOLLARS, "", ""),
        (DOLLARS, DOLLARS, ""),
        (DOLLARS, AGENCY, ""),
        (RUPEES, AGENCY, ""),
        (AGENCY, "", ""),
        (ASIA, AGENCY, ""),
        (RUPEES, "", "USER_PERMISSION_DENIED"),
        (RUPEES, ASIA, "USER_PERMISSION_DENIED"),
        (RUPEES, DOLLARS, "INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION"),
        ("1234567890", AGENCY, "USER_PERMISSION_DENIED"),
        (RUPEES, "482-166-9001", "INVALID_LOGIN_CUSTOMER_ID"),
        ("482-166-0001", "", "INVALID_CUSTOMER_ID"),
    ],
)
def test_an_account_is_entered_directly_or_through_a_manager_of_one_s_own(
    api: Api, customer: str, via: str, code: str
) -> None:
    answer = api.ask("SELECT customer.id FROM customer", customer, via=via)
    assert code_of(answer) == code if code else answer.status_code == 200


def test_a_manager_lists_all_below_it_with_their_level(api: Api) -> None:
    query = "SELECT customer_client.id, customer_client.level FROM customer_client"
    below = [row["customerClient"] for row in api.rows(query, customer=AGENCY)]
    levels = {each["id"]: each["level"] for each in below}
    assert levels == {AGENCY: "0", DOLLARS: "1", ASIA: "1", RUPEES: "2"}
    assert len(api.rows(f"{query} WHERE customer_client.level <= 1", customer=AGENCY)) == 3


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "REQUIRED_FIELD_MISSING"),
        ("FROM campaign", "EXPECTED_SELECT"),
        ("SELECT campaign.id", "EXPECTED_FROM"),
        ("SELECT campaign.id FROM", "UNEXPECTED_END_OF_QUERY"),
        ("SELECT campaign.id FROM campaigns", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE"),
        ("SELECT id FROM campaign", "BAD_FIELD_NAME"),
        ("SELECT campaign.start_date FROM campaign", "UNRECOGNIZED_FIELD"),
        ("SELECT metrics.video_views FROM campaign", "UNRECOGNIZED_FIELD"),
        ("SELECT ad_group.id FROM campaign", "PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE"),
        (
            "SELECT metrics.clicks FROM customer_client",
            "PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
        ),
        (
            "SELECT segments.date FROM conversion_action",
            "PROHIBITED_SEGMENT_IN_SELECT_OR_WHERE_CLAUSE",
        ),
        ("SELECT segments.date, metrics.clicks FROM campaign", "EXPECTED_FILTERS_ON_DATE_RANGE"),
        (
            "SELECT segments.date, metrics.clicks FROM campaign WHERE segments.date > '2026-11-01'",
            "EXPECTED_FILTERS_ON_DATE_RANGE",
        ),
        (
            f"SELECT segments.conversion_action, metrics.clicks FROM campaign WHERE {DAYS}",
            "PROHIBITED_SEGMENT_WITH_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
        ),
        (
            f"SELECT {BETWEEN} '2026-11-07' AND '2026-11-01'",
            "START_DATE_AFTER_END_DATE",
        ),
        (
            f"SELECT {BETWEEN} '2023-10-22' AND '2026-11-01'",
            "REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED",
        ),
        (
            "SELECT segments.date, metrics.clicks FROM campaign WHERE segments.date = '1.11.2026'",
            "INVALID_DATE_FORMAT",
        ),
        (
            "SELECT metrics.clicks FROM campaign WHERE segments.date DURING LAST_CENTURY",
            "INVALID_VALUE_WITH_DURING_OPERATOR",
        ),
        ("SELECT campaign.id FROM campaign WHERE campaign.id ~ 1", "BAD_SYMBOL"),
        (
            "SELECT campaign.id FROM campaign ORDER BY campaign.name",
            "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE",
        ),
        ("SELECT campaign.id FROM campaign LIMIT 0", "BAD_LIMIT_VALUE"),
        ("SELECT campaign.id FROM campaign LIMIT 1 LIMIT 2", "UNEXPECTED_INPUT"),
        ("SELECT campaign.id FROM campaign PARAMETERS magic=true", "BAD_PARAMETER_NAME"),
        ("SELECT campaign.id FROM campaign PARAMETERS include_drafts=1", "BAD_PARAMETER_VALUE"),
    ],
)
def test_a_wrong_query_is_refused_as_google_does(api: Api, query: str, code: str) -> None:
    answer = api.ask(query)
    assert (answer.status_code, code_of(answer)) == (400, code)


def test_figures_of_a_manager_are_refused(api: Api) -> None:
    answer = api.ask("SELECT metrics.clicks FROM customer", AGENCY)
    assert (answer.status_code, code_of(answer)) == (400, "REQUESTED_METRICS_FOR_MANAGER")


def test_a_page_has_ten_thousand_rows_and_no_other_size_can_be_asked_for(api: Api) -> None:
    answer = api.ask("SELECT campaign.id FROM campaign", pageSize=100)
    assert (answer.status_code, code_of(answer)) == (400, "PAGE_SIZE_NOT_SUPPORTED")
    assert api.http.get(f"{api.root}/sandbox/knobs", timeout=10).json()["page_rows"] == 10_000


@pytest.mark.parametrize("more", [{"page_size": 1}, {"luck": 1}, {"searchSettings": {"luck": 1}}])
def test_a_key_that_google_does_not_know_is_named_without_a_failure(
    api: Api, more: dict[str, Any]
) -> None:
    answer = api.ask("SELECT campaign.id FROM campaign", **more)
    error = answer.json()["error"]
    assert (answer.status_code, error["status"]) == (400, "INVALID_ARGUMENT")
    assert "Cannot find field" in error["message"]
    assert "details" not in error


def test_pages_hold_every_row_once(api: Api) -> None:
    query = "SELECT campaign.id, ad_group.id FROM ad_group"
    whole = api.rows(query)
    api.knobs(page_rows=4)
    pages = api.every(query)
    assert [len(page) for page in pages[:-1]] == [4] * (len(pages) - 1)
    assert [row for page in pages for row in page] == whole


def test_a_page_token_belongs_to_one_query_and_runs_out(api: Api) -> None:
    api.knobs(page_rows=2)
    token = api.ask("SELECT campaign.id FROM campaign").json()["nextPageToken"]
    other = api.ask("SELECT campaign.name FROM campaign", pageToken=token)
    assert code_of(other) == "INVALID_PAGE_TOKEN"
    assert code_of(api.ask("SELECT campaign.id FROM campaign", pageToken="x")) == (
        "INVALID_PAGE_TOKEN"
    )
    api.knobs(token_seconds=60)
    api.server.clock("2026-11-23T12:02:00")
    late = api.ask("SELECT campaign.id FROM campaign", pageToken=token)
    assert code_of(late) == "EXPIRED_PAGE_TOKEN"


def test_settings_of_a_search_are_followed(api: Api) -> None:
    query = "SELECT campaign.id FROM campaign"
    counted = api.ask(query, searchSettings={"returnTotalResultsCount": True}).json()
    assert counted["totalResultsCount"] == str(len(counted["results"]))
    assert "results" not in api.ask(query, searchSettings={"omitResults": True}).json()
    assert api.ask(query, validateOnly=True).json() == {}
    assert code_of(api.ask("SELECT campaign.x FROM campaign", validateOnly=True)) == (
        "UNRECOGNIZED_FIELD"
    )


def test_a_stream_is_a_list_of_chunks_and_so_are_its_errors(api: Api) -> None:
    query = "SELECT campaign.id FROM campaign"
    whole = api.rows(query)
    api.knobs(page_rows=4)
    chunks = api.ask(query, call="searchStream").json()
    assert [row for chunk in chunks for row in chunk["results"]] == whole
    (empty,) = api.ask(f"{query} WHERE campaign.id = 1", call="searchStream").json()
    assert "results" not in empty
    (wrong,) = api.ask("SELECT x.y FROM campaign", call="searchStream").json()
    assert wrong["error"]["code"] == 400


def test_whole_numbers_are_text_and_unset_fields_are_left_out(api: Api) -> None:
    (row,) = api.rows(
        "SELECT campaign.id, campaign.end_date_time, metrics.cost_micros, metrics.conversions "
        f"FROM campaign WHERE {DAYS} AND campaign.name = 'Search – Brand'"
    )
    assert row["campaign"]["resourceName"] == f"customers/{DOLLARS}/campaigns/21010100000000"
    assert "endDateTime" not in row["campaign"]
    assert re.fullmatch(r"\d+0000", row["metrics"]["costMicros"])
    assert isinstance(row["metrics"]["conversions"], float)


def test_resource_names_are_left_out_when_the_query_says_so(api: Api) -> None:
    query = "SELECT campaign.id FROM campaign PARAMETERS omit_unselected_resource_names=true"
    assert all(set(row["campaign"]) == {"id"} for row in api.rows(query))


def test_a_segment_drops_the_rows_without_figures_and_a_list_keeps_them(api: Api) -> None:
    listed = {row["campaign"]["id"] for row in api.rows("SELECT campaign.id FROM campaign")}
    summed = api.rows(f"SELECT campaign.id, metrics.clicks FROM campaign WHERE {DAYS}")
    daily = api.rows(
        f"SELECT campaign.id, segments.date, metrics.clicks FROM campaign WHERE {DAYS}"
    )
    assert {row["campaign"]["id"] for row in summed} == listed
    assert {row["campaign"]["id"] for row in daily} < listed
    assert all(row["metrics"]["clicks"] != "0" for row in daily)


def test_networks_and_conversion_actions_add_up_to_the_whole(api: Api) -> None:
    def added(fields: str, metric: str) -> float:
        rows = api.rows(f"SELECT {fields}, metrics.{metric} FROM campaign WHERE {DAYS}")
        name = re.sub(r"_(.)", lambda found: found.group(1).upper(), metric)
        return sum(float(row["metrics"].get(name, 0)) for row in rows)

    networks = added("campaign.id, segments.ad_network_type, segments.date", "cost_micros")
    assert networks == added("campaign.id", "cost_micros")
    actions = added("campaign.id, segments.conversion_action", "all_conversions")
    assert actions == pytest.approx(added("campaign.id", "all_conversions"))
    assert actions > added("campaign.id", "conversions")


def test_the_account_s_own_sum_is_that_of_its_campaigns_removed_ones_too(api: Api) -> None:
    span = "segments.date BETWEEN '2026-02-01' AND '2026-02-28'"
    campaigns = api.rows(f"SELECT campaign.status, metrics.cost_micros FROM campaign WHERE {span}")
    (account,) = api.rows(f"SELECT metrics.cost_micros FROM customer WHERE {span}")
    spent = sum(int(row["metrics"]["costMicros"]) for row in campaigns)
    assert int(account["metrics"]["costMicros"]) == spent
    told = api.server.truth(DOLLARS, "2026-02-01", "2026-02-28", of="google")["total"]
    assert Decimal(spent).scaleb(-6) == Decimal(told["spend"])
    removed = [row for row in campaigns if row["campaign"]["status"] == "REMOVED"]
    assert [int(row["metrics"]["costMicros"]) > 0 for row in removed] == [True]


def test_ads_have_no_rows_of_performance_max_and_asset_groups_have_no_others(api: Api) -> None:
    def spent(resource: str, more: str = "") -> int:
        query = f"SELECT metrics.cost_micros FROM {resource} WHERE {DAYS}{more}"
        return sum(int(row["metrics"]["costMicros"]) for row in api.rows(query))

    maximal = " AND campaign.advertising_channel_type = 'PERFORMANCE_MAX'"
    assert spent("ad_group_ad", maximal) == spent("ad_group", maximal) == 0
    assert 0 < spent("asset_group") == spent("asset_group", maximal) <= spent("campaign", maximal)
    assert spent("ad_group_ad") == spent("ad_group")


def test_operations_are_counted_over_a_sliding_day_and_further_pages_are_free(api: Api) -> None:
    api.knobs(operations=2, page_rows=3)
    query = "SELECT campaign.id FROM campaign"
    assert len(api.every(query)) > 2
    api.server.clock("2026-11-23T12:30:00")
    assert len(api.every(query)) > 2
    refused = api.ask(query)
    assert (refused.status_code, code_of(refused)) == (429, "RESOURCE_EXHAUSTED")
    details = refused.json()["error"]["details"][0]["errors"][0]["details"]
    assert details["quotaErrorDetails"]["rateScope"] == "DEVELOPER"
    assert details["quotaErrorDetails"]["retryDelay"] == f"{86_400 - 1800}s"
    api.server.clock("2026-11-24T12:00:00")
    api.sign_in()
    assert len(api.every(query)) > 2
    assert code_of(api.ask(query)) == "RESOURCE_EXHAUSTED"


@pytest.mark.parametrize(
    ("version", "status"), [("v26", 200), ("v23", 200), ("v22", 400), ("v27", 404), ("v0", 400)]
)
def test_versions_are_served_from_the_oldest_to_the_newest(
    api: Api, version: str, status: int
) -> None:
    answer = api.ask("SELECT campaign.id FROM campaign", version=version)
    assert answer.status_code == status
    if status == 400:
        assert code_of(answer) == "UNSUPPORTED_VERSION"
        assert f"googleads.{version}.errors.GoogleAdsFailure" in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "customers:listAccessibleCustomers"),
        ("GET", f"customers/{DOLLARS}/googleAds:search"),
        ("POST", f"customers/{DOLLARS}/campaigns:mutate"),
        ("GET", f"customers/{DOLLARS}"),
    ],
)
def test_a_method_that_there_is_not_is_404(api: Api, method: str, path: str) -> None:
    headers = {"Authorization": f"Bearer {api.given['access_token']}"}
    address = f"{api.root}/v26/{path}"
    assert api.http.request(method, address, headers=headers, timeout=10).status_code == 404


def test_a_body_that_is_no_object_is_refused(api: Api) -> None:
    headers = {"Authorization": f"Bearer {api.given['access_token']}"}
    address = f"{api.root}/v26/customers/{DOLLARS}/googleAds:search"
    for body in ("", "[]", '{"query":'):
        assert api.http.post(address, data=body, headers=headers, timeout=10).status_code == 400


def test_a_knob_that_there_is_not_is_refused(stranger: Api) -> None:
    assert stranger.knobs(luck=1).status_code == 400
    assert stranger.knobs(testing=True).json()["testing"] is True
    stranger.server.reset()
    assert stranger.knobs().json()["testing"] is False


def test_secrets_are_not_remembered(api: Api) -> None:
    api.rows("SELECT customer.id FROM customer")
    remembered = json.dumps(api.server.requests())
    for secret in (CLIENT["client_secret"], api.given["access_token"], api.given["refresh_token"]):
        assert secret not in remembered

"""The sandbox's LinkedIn is as strict as the real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests

from sandbox import CREDENTIALS
from tests.sandbox_server import SandboxServer

DOLLARS, EUROS = "512340001", "512340002"
ACCOUNTS = f"accounts=List(urn%3Ali%3AsponsoredAccount%3A{DOLLARS})"
DAYS = "dateRange=(start:(year:2026,month:11,day:20),end:(year:2026,month:11,day:22))"
REPORT = f"q=analytics&pivot=CAMPAIGN_GROUP&timeGranularity=DAILY&{DAYS}&{ACCOUNTS}"
APP = CREDENTIALS["linkedin"]


class LinkedIn:
    """GET with a token that reads everything."""

    def __init__(self, server: SandboxServer) -> None:
        self.root = f"{server.url}/linkedin"
        self.http = requests.Session()
        self.token = self.granted()["access_token"]
        self.headers = {
            "Authorization": f"Bearer {self.token}",
            "LinkedIn-Version": "202609",
            "X-Restli-Protocol-Version": "2.0.0",
            "X-RestLi-Method": "FINDER",
        }

    def granted(self, scope: str = "r_ads r_ads_reporting") -> dict[str, Any]:
        asked = {
            "response_type": "code",
            "client_id": APP["client_id"],
            "redirect_uri": "http://localhost/back",
            "scope": scope,
            "decision": "allow",
        }
        page = self.http.post(
            f"{self.root}/oauth/v2/authorization", data=asked, allow_redirects=False, timeout=10
        )
        code = page.headers["Location"].partition("code=")[2]
        form = {"grant_type": "authorization_code", "code": code}
        return self.sign_in("accessToken", form | {"redirect_uri": "http://localhost/back"}).json()

    def sign_in(self, name: str, form: dict[str, str], **app: str) -> requests.Response:
        return self.http.post(
            f"{self.root}/oauth/v2/{name}", data={**form, **APP, **app}, timeout=10
        )

    def ask(self, path: str, query: str = "", **headers: str | None) -> requests.Response:
        sent = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        usual = {name.lower(): value for name, value in self.headers.items()}
        return self.http.get(f"{self.root}/rest/{path}?{query}", headers=usual | sent, timeout=10)

    def knobs(self, **turned: object) -> None:
        self.http.post(f"{self.root}/sandbox/knobs", json=turned, timeout=10).raise_for_status()


@pytest.fixture
def linkedin(sandbox: SandboxServer) -> Iterator[LinkedIn]:
    made = LinkedIn(sandbox)
    yield made
    made.http.close()


@pytest.mark.parametrize("version", [None, "", "202511", "202512", "202701", "latest"])
def test_a_missing_or_dead_version_is_426(linkedin: LinkedIn, version: str | None) -> None:
    response = linkedin.ask("adAccounts", "q=search", LinkedIn_Version=version)
    assert (response.status_code, response.json()["code"]) == (426, "NONEXISTENT_VERSION")


def test_the_protocol_version_is_needed(linkedin: LinkedIn) -> None:
    assert linkedin.ask("adAccounts", "q=search", X_Restli_Protocol_Version=None).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        REPORT.replace("%3A", "%253A"),
        REPORT.replace("(", "%28").replace(")", "%29"),
        quote(REPORT, safe="=&"),
        REPORT.replace("%3A", ":"),
        REPORT.replace("List(", "("),
        REPORT.replace("))&", ")&"),
        REPORT.replace("&pivot=CAMPAIGN_GROUP", ""),
        REPORT.replace("CAMPAIGN_GROUP", "WEATHER"),
        REPORT.replace("q=analytics", "q=everything"),
        REPORT.replace("&timeGranularity=DAILY", ""),
        REPORT.replace(f"&{ACCOUNTS}", ""),
        REPORT.replace(f"&{DAYS}", ""),
        REPORT.replace("day:22", "day:2"),
        REPORT.replace("month:11", "month:13"),
        REPORT.replace("sponsoredAccount", "sponsoredCampaign"),
        f"{REPORT}&start=10&count=10",
        f"{REPORT}&fields=impressions,costInGold",
        f"{REPORT}&fields=impressions,pivotValue",
        f"{REPORT}&fields={','.join(['impressions'] * 21)}",
        f"{REPORT}&q=analytics",
        REPORT.replace(f"{DAYS}", "dateRange.start.year=2026"),
        REPORT.replace("analytics&pivot=CAMPAIGN_GROUP", "statistics&pivots=List(MEMBER_INDUSTRY)"),
        REPORT.replace(
            "analytics&pivot=CAMPAIGN_GROUP",
            "statistics&pivots=List(ACCOUNT,CAMPAIGN_GROUP,CAMPAIGN,CREATIVE)",
        ),
    ],
)
def test_a_question_that_is_not_quite_right_is_400(linkedin: LinkedIn, query: str) -> None:
    response = linkedin.ask("adAnalytics", query)
    assert response.status_code == 400, response.text
    assert response.json()["errorDetails"]["inputErrors"][0]["code"]


def test_twenty_fields_and_either_spelling_of_a_choice_are_fine(linkedin: LinkedIn) -> None:
    spelled = REPORT.replace("CAMPAIGN_GROUP", "(value:CAMPAIGN_GROUP)")
    fields = f"fields={','.join(['impressions'] * 20)}"
    assert linkedin.ask("adAnalytics", f"{spelled}&{fields}").status_code == 200


def test_without_fields_there_are_impressions_and_clicks_only(linkedin: LinkedIn) -> None:
    rows = linkedin.ask("adAnalytics", REPORT).json()["elements"]
    assert rows
    assert all(set(row) == {"impressions", "clicks"} for row in rows)


def test_rows_come_only_where_something_that_was_asked_for_happened(linkedin: LinkedIn) -> None:
    def rows(fields: str) -> int:
        asked = f"{REPORT}&fields=dateRange,pivotValues,{fields}"
        return len(linkedin.ask("adAnalytics", asked).json()["elements"])

    assert rows("impressions") == rows("sends,impressions") > rows("oneClickLeads") > 0
    assert rows("sends") == 0


def test_an_address_that_is_too_long_is_414_unless_it_is_a_body(linkedin: LinkedIn) -> None:
    many = ",".join(f"urn%3Ali%3AsponsoredCampaign%3A{number}" for number in range(400))
    query = REPORT.replace(ACCOUNTS, f"campaigns=List({many})")
    assert linkedin.ask("adAnalytics", query).status_code == 414
    headers = linkedin.headers | {
        "X-HTTP-Method-Override": "GET",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    address = f"{linkedin.root}/rest/adAnalytics"
    posted = linkedin.http.post(address, data=query, headers=headers, timeout=10)
    assert (posted.status_code, posted.json()["elements"]) == (200, [])
    del headers["X-HTTP-Method-Override"]
    assert linkedin.http.post(address, data=query, headers=headers, timeout=10).status_code == 405


def test_a_report_is_cut_without_a_word(linkedin: LinkedIn) -> None:
    whole = linkedin.ask("adAnalytics", REPORT).json()["elements"]
    linkedin.knobs(most_rows=5)
    cut = linkedin.ask("adAnalytics", REPORT).json()
    assert len(cut["elements"]) == 5 < len(whole)
    assert cut["paging"]["links"] == []


def test_other_people_s_accounts_are_empty_in_reports_and_forbidden_in_lists(
    linkedin: LinkedIn,
) -> None:
    linkedin.knobs(lost_accounts=[DOLLARS])
    assert linkedin.ask("adAnalytics", REPORT).json()["elements"] == []
    groups = linkedin.ask(f"adAccounts/{DOLLARS}/adCampaignGroups", "q=search")
    assert (groups.status_code, groups.json()["serviceErrorCode"]) == (403, 100)
    assert linkedin.ask("adAccounts/abc/adCampaignGroups", "q=search").status_code == 400
    assert linkedin.ask("adThings", "q=search").status_code == 404


def test_without_the_scope_for_reports_these_are_empty(linkedin: LinkedIn) -> None:
    token = linkedin.granted("r_ads")["access_token"]
    response = linkedin.ask("adAnalytics", REPORT, Authorization=f"Bearer {token}")
    assert (response.status_code, response.json()["elements"]) == (200, [])


def test_dead_tokens_and_other_apps_are_refused(linkedin: LinkedIn, sandbox: SandboxServer) -> None:
    def number(token: str) -> int:
        response = linkedin.ask("adAccounts", "q=search", Authorization=f"Bearer {token}")
        assert response.status_code == 401
        return int(response.json().get("serviceErrorCode", 0))

    assert number("made-up") == 65600
    assert linkedin.sign_in("revoke", {"token": linkedin.token}).status_code == 200
    assert number(linkedin.token) == 65601
    later = linkedin.granted()["access_token"]
    sandbox.clock("2027-03-01")
    assert number(later) == 0
    wrong = linkedin.sign_in("introspectToken", {"token": later}, client_secret="guessed")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")


def test_lists_go_by_cursor_and_a_cursor_is_good_for_its_own_question_only(
    linkedin: LinkedIn,
) -> None:
    path = f"adAccounts/{DOLLARS}/adCampaigns"
    every = "q=search&search=(status:(values:List(ACTIVE,REMOVED,COMPLETED)))&pageSize=4"
    first = linkedin.ask(path, every).json()
    token = first["metadata"]["nextPageToken"]
    second = linkedin.ask(path, f"{every}&pageToken={quote(token, safe='')}").json()
    ids = [one["id"] for one in (*first["elements"], *second["elements"])]
    assert len(set(ids)) == len(ids) == 8
    other = every.replace("pageSize=4", "pageSize=5")
    assert linkedin.ask(path, f"{other}&pageToken={quote(token, safe='')}").status_code == 400
    assert linkedin.ask(path, "q=search").status_code == 400
    assert linkedin.ask(path, f"{every}&start=4").status_code == 400


def test_what_was_deleted_is_listed_only_when_asked_for(linkedin: LinkedIn) -> None:
    path = f"adAccounts/{DOLLARS}/adCampaignGroups"
    plain = linkedin.ask(path, "q=search").json()["elements"]
    asked = "q=search&search=(status:(values:List(ACTIVE,REMOVED)))"
    more = linkedin.ask(path, asked).json()["elements"]
    assert "REMOVED" not in {one["status"] for one in plain}
    assert "REMOVED" in {one["status"] for one in more}


def test_creatives_want_their_method_said_and_at_most_a_hundred_to_a_page(
    linkedin: LinkedIn,
) -> None:
    path = f"adAccounts/{DOLLARS}/creatives"
    assert linkedin.ask(path, "q=criteria&pageSize=100").status_code == 200
    assert linkedin.ask(path, "q=criteria&pageSize=101").status_code == 400
    assert linkedin.ask(path, "q=criteria", X_RestLi_Method=None).status_code == 400

"""Accounts, campaigns, ad sets and ads as Meta lists them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.sandbox.conftest import DOLLARS, EUROS, YEN, Graph

EVERY_STATUS = ["ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "IN_PROCESS", "WITH_ISSUES"]


def _campaigns(graph: Graph, account: str, **more: Any) -> list[dict[str, Any]]:
    fields = "id,name,objective,status,effective_status,daily_budget,lifetime_budget,issues_info"
    return graph.every(f"{account}/campaigns", fields=fields, limit=100, **more)


def test_forty_campaigns_and_three_hundred_ads_are_listed(graph: Graph) -> None:
    accounts = [row["id"] for row in graph.get("me/adaccounts")["data"]]
    asked = {"limit": 500, "effective_status": [*EVERY_STATUS, "CAMPAIGN_PAUSED", "ADSET_PAUSED"]}
    assert sum(len(graph.every(f"{one}/campaigns", **asked)) for one in accounts) >= 40
    asked["effective_status"] += ["DISAPPROVED", "PENDING_REVIEW"]
    assert sum(len(graph.every(f"{one}/ads", **asked)) for one in accounts) >= 300


def test_archived_campaigns_come_only_when_asked_for(graph: Graph) -> None:
    usual = {row["effective_status"] for row in _campaigns(graph, DOLLARS)}
    asked = _campaigns(graph, DOLLARS, effective_status=EVERY_STATUS)
    assert usual == {"ACTIVE", "PAUSED", "WITH_ISSUES"}
    assert {row["effective_status"] for row in asked} == usual | {"ARCHIVED"}
    only = _campaigns(graph, DOLLARS, effective_status=["ARCHIVED"])
    assert [row["status"] for row in only] == ["ARCHIVED"]


def test_awkward_names_are_there(graph: Graph) -> None:
    rows = [row for account in (DOLLARS, EUROS, YEN) for row in _campaigns(graph, account)]
    names = [row["name"] for row in rows]
    assert any("🔥" in name for name in names)
    assert any("\u0600" <= name[0] <= "\u06ff" for name in names)
    assert any(name.startswith("=") and "<b>" in name for name in names)
    assert any(len(name) > 240 for name in names)
    assert len(names) > len(set(names))
    assert {row["objective"] for row in rows} >= {"CONVERSIONS", "OUTCOME_LEADS", "OUTCOME_SALES"}


def test_budgets_are_in_the_smallest_unit_and_on_one_level_only(graph: Graph) -> None:
    dollars = {row["id"]: row for row in _campaigns(graph, DOLLARS)}
    sets = graph.every(
        f"{DOLLARS}/adsets", fields="campaign_id,daily_budget,lifetime_budget", limit=500
    )
    for ad_set in sets:
        above = dollars.get(ad_set["campaign_id"])
        if above:
            has_own = ad_set["daily_budget"] != "0"
            assert has_own != ("daily_budget" in above or "lifetime_budget" in above)
    assert all(
        int(row["daily_budget"]) % 100 == 0 for row in dollars.values() if "daily_budget" in row
    )
    yen = [int(row["daily_budget"]) for row in _campaigns(graph, YEN)]
    assert any(amount % 100 for amount in yen)


def test_an_issue_explains_itself(graph: Graph) -> None:
    ill = [row for row in _campaigns(graph, DOLLARS) if row["effective_status"] == "WITH_ISSUES"]
    assert ill[0]["issues_info"][0]["error_summary"]


def test_the_youngest_ad_sets_are_learning(graph: Graph) -> None:
    rows = graph.every(f"{DOLLARS}/adsets", fields="learning_stage_info", limit=500)
    assert {row["learning_stage_info"]["status"] for row in rows} == {"LEARNING", "SUCCESS"}


def test_ads_below_a_paused_campaign_say_so(graph: Graph) -> None:
    rows = graph.every(f"{EUROS}/ads", fields="effective_status,campaign{status}", limit=500)
    below = {row["effective_status"] for row in rows if row["campaign"]["status"] == "PAUSED"}
    assert below == {"CAMPAIGN_PAUSED"}


def test_ads_that_were_never_approved_never_ran(graph: Graph) -> None:
    status = ["DISAPPROVED", "PENDING_REVIEW"]
    held = [
        row["id"]
        for account in (DOLLARS, EUROS)
        for row in graph.every(f"{account}/ads", effective_status=status, limit=500)
    ]
    assert held
    assert graph.get(f"{held[0]}/insights", date_preset="maximum", fields="spend") == {"data": []}


def test_nodes_give_only_what_is_asked_and_always_their_id(graph: Graph) -> None:
    ad = graph.get(f"{DOLLARS}/ads", limit=1, fields="name,creative{title},adset{name}")["data"][0]
    assert set(ad) == {"id", "name", "creative", "adset"}
    assert set(ad["creative"]) == {"id", "title"}
    assert set(ad["adset"]) == {"id", "name"}
    assert graph.get(ad["id"]) == {"id": ad["id"]}


def test_times_carry_the_accounts_offset_without_a_colon(graph: Graph) -> None:
    campaign = graph.get(f"{EUROS}/campaigns", fields="created_time", limit=1)["data"][0]
    made = dt.datetime.strptime(campaign["created_time"], "%Y-%m-%dT%H:%M:%S%z")
    assert made.utcoffset() in (dt.timedelta(hours=1), dt.timedelta(hours=2))
    assert campaign["created_time"][-5] in "+-"


@pytest.mark.parametrize(
    ("path", "params", "subcode"),
    [
        ("123", {}, 33),
        ("act_123/campaigns", {}, 33),
        (DOLLARS, {"fields": "no_such_field"}, None),
        (f"{DOLLARS}/campaigns", {"fields": "id,{name"}, None),
        (f"{DOLLARS}/campaigns", {"effective_status": ["ASLEEP"]}, None),
        (f"{DOLLARS}/weather", {}, 33),
    ],
)
def test_what_does_not_exist_is_error_100(
    graph: Graph, path: str, params: dict[str, Any], subcode: int | None
) -> None:
    error = graph.ask("GET", path, **params).json()["error"]
    assert (error["code"], error.get("error_subcode")) == (100, subcode)


def test_a_cursor_that_is_not_ours_is_error_2642(graph: Graph) -> None:
    response = graph.ask("GET", f"{DOLLARS}/campaigns", after="§§§")
    assert response.json()["error"]["code"] == 2642


def test_recently_changed_things_can_be_asked_for(graph: Graph) -> None:
    month_ago = int(dt.datetime(2026, 10, 23, tzinfo=dt.UTC).timestamp())
    newer = [{"field": "campaign.updated_time", "operator": "GREATER_THAN", "value": month_ago}]
    some = graph.every(f"{DOLLARS}/campaigns", filtering=newer, limit=100)
    assert 0 < len(some) < len(_campaigns(graph, DOLLARS))


def test_businesses_own_the_accounts(graph: Graph) -> None:
    owned = [
        len(graph.get(f"{business['id']}/owned_ad_accounts")["data"])
        for business in graph.get("me/businesses")["data"]
    ]
    assert owned == [3, 1]


def test_every_answer_carries_usage_headers(graph: Graph) -> None:
    for path in (f"{DOLLARS}/insights", f"{DOLLARS}/campaigns", "123"):
        headers = graph.ask("GET", path).headers
        assert headers["X-App-Usage"].startswith('{"call_count": 3')
        assert "ads_api_access_tier" in headers["X-Ad-Account-Usage"]
        assert "estimated_time_to_regain_access" in headers["X-Business-Use-Case-Usage"]
        assert ("x-Fb-Ads-Insights-Throttle" in headers) == path.endswith("insights")

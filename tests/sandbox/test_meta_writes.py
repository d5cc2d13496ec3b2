"""Creating at Meta: what is refused and how, what a trial leaves, what a reset takes away."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.conftest import CLOSED, DOLLARS, EUROS, YEN, Graph

CAMPAIGN = {
    "name": "Tents",
    "objective": "OUTCOME_TRAFFIC",
    "status": "PAUSED",
    "special_ad_categories": [],
    "is_adset_budget_sharing_enabled": "false",
}
AD_SET = {
    "name": "Everybody",
    "status": "PAUSED",
    "billing_event": "IMPRESSIONS",
    "optimization_goal": "LINK_CLICKS",
    "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
    "daily_budget": "2000",
    "targeting": {
        "geo_locations": {"countries": ["US"]},
        "targeting_automation": {"advantage_audience": 0},
    },
}
STORY = {"page_id": "104500000000001", "link_data": {"link": "https://shop.example/"}}


def make(graph: Graph, account: str, edge: str, **params: Any) -> str:
    answer = graph.ask("POST", f"{account}/{edge}", **params)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def refused(graph: Graph, account: str, edge: str, **params: Any) -> dict[str, Any]:
    answer = graph.ask("POST", f"{account}/{edge}", **params)
    assert answer.status_code >= 400, answer.text
    error: dict[str, Any] = answer.json()["error"]
    return error


def blamed(error: dict[str, Any]) -> Any:
    return json.loads(error["error_data"])["blame_field_specs"][0][0]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"special_ad_categories": None}, "special_ad_categories"),
        ({"objective": "LINK_CLICKS"}, "LINK_CLICKS"),
        ({"is_adset_budget_sharing_enabled": None}, "is_adset_budget_sharing_enabled"),
        ({"name": ""}, "name"),
        ({"special_ad_categories": ["HOUSING"]}, "countries"),
        ({"budget_in_gold": "1"}, "budget_in_gold"),
    ],
)
def test_a_campaign_that_lacks_something_is_refused(
    graph: Graph, changed: dict[str, Any], told: str
) -> None:
    error = refused(graph, DOLLARS, "campaigns", **(CAMPAIGN | changed))
    assert error["code"] == 100
    assert told in error["message"] + error.get("error_user_msg", "")
    assert graph.server.truth(of="meta/created") == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"daily_budget": "99"}, "daily_budget"),
        ({"daily_budget": "20.00"}, "daily_budget"),
        ({"campaign_id": "1"}, "campaign_id"),
        ({"optimization_goal": "APP_INSTALLS"}, "optimization_goal"),
        ({"targeting": {"geo_locations": {"countries": ["US"]}}}, "targeting"),
        ({"end_time": "2026-11-24T11:00:00+0000"}, "end_time"),
        (
            {"targeting": AD_SET["targeting"] | {"geo_locations": {"countries": ["FR"]}}},  # type: ignore[operator]
            "dsa_beneficiary",
        ),
    ],
)
def test_an_ad_set_is_refused_with_the_field_to_blame(
    graph: Graph, changed: dict[str, Any], field: str
) -> None:
    campaign = make(graph, DOLLARS, "campaigns", **CAMPAIGN)
    asked = AD_SET | {"campaign_id": campaign} | changed
    assert blamed(refused(graph, DOLLARS, "adsets", **asked)) == field


def test_a_pixel_and_a_picture_have_to_be_the_account_s_own(graph: Graph) -> None:
    sales = CAMPAIGN | {"objective": "OUTCOME_SALES"}
    campaign = make(graph, DOLLARS, "campaigns", **sales)
    asked = AD_SET | {"campaign_id": campaign, "optimization_goal": "OFFSITE_CONVERSIONS"}
    counted = {"pixel_id": f"90{EUROS[4:]}", "custom_event_type": "PURCHASE"}
    error = refused(graph, DOLLARS, "adsets", **asked, promoted_object=counted)
    assert blamed(error) == "promoted_object"
    link = STORY["link_data"] | {"image_hash": "0" * 32}  # type: ignore[operator]
    error = refused(
        graph, DOLLARS, "adcreatives", name="x", object_story_spec=STORY | {"link_data": link}
    )
    assert blamed(error) == "image_hash"


def test_creating_needs_the_role_the_page_and_an_open_account(graph: Graph) -> None:
    assert refused(graph, YEN, "campaigns", **CAMPAIGN)["code"] == 200
    assert "closed" in refused(graph, CLOSED, "campaigns", **CAMPAIGN)["error_user_title"]
    story = STORY | {"page_id": "104500000000003"}
    assert refused(graph, DOLLARS, "adcreatives", name="x", object_story_spec=story)["code"] == 200


def test_old_enhancements_are_refused(graph: Graph) -> None:
    off = {"creative_features_spec": {"standard_enhancements": {"enroll_status": "OPT_OUT"}}}
    asked = {"name": "x", "object_story_spec": STORY, "degrees_of_freedom_spec": off}
    assert refused(graph, DOLLARS, "adcreatives", **asked)["error_subcode"] == 3858504


def test_a_trial_makes_nothing(graph: Graph) -> None:
    tried = graph.ask(
        "POST", f"{DOLLARS}/campaigns", **CAMPAIGN, execution_options=["validate_only"]
    )
    assert tried.json() == {"success": True}
    assert graph.server.truth(of="meta/created") == []


def test_deleting_a_campaign_takes_its_ads_along_and_frees_their_creative(graph: Graph) -> None:
    campaign = make(graph, DOLLARS, "campaigns", **CAMPAIGN)
    ad_set = make(graph, DOLLARS, "adsets", **AD_SET, campaign_id=campaign)
    shown = make(graph, DOLLARS, "adcreatives", name="x", object_story_spec=STORY)
    asked = {"name": "x", "adset_id": ad_set, "creative": {"creative_id": shown}}
    ad = make(graph, DOLLARS, "ads", **asked)
    assert graph.get(ad, fields="status,effective_status") == {
        "id": ad,
        "status": "ACTIVE",
        "effective_status": "ADSET_PAUSED",
    }
    assert graph.ask("DELETE", shown).status_code == 400
    assert graph.ask("DELETE", campaign).json() == {"success": True}
    assert graph.get(ad, fields="status")["status"] == "DELETED"
    assert graph.ask("DELETE", shown).json() == {"success": True}
    listed = graph.every(f"{DOLLARS}/campaigns", fields="id", limit=500)
    assert campaign not in {row["id"] for row in listed}


def test_a_reset_forgets_what_was_created(graph: Graph) -> None:
    campaign = make(graph, DOLLARS, "campaigns", **CAMPAIGN)
    assert graph.get(f"{campaign}/insights") == {"data": []}
    graph.server.reset()
    assert graph.ask("GET", campaign).json()["error"]["error_subcode"] == 33

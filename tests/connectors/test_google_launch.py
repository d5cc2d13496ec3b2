"""Campaigns created at Google's sandbox over a real socket: paused, as shown, and never twice."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import requests
import responses
from google.ads.googleads.v26.errors.types.errors import GoogleAdsFailure
from google.ads.googleads.v26.services.types.google_ads_service import MutateGoogleAdsResponse
from google.protobuf import json_format

from app.connectors.errors import AccessRevoked, AccountRefused, SetupProblem, Throttled
from app.connectors.google.launch import GoogleLauncher
from app.connectors.google.launch_bodies import (
    BIDDING,
    EU_POLITICAL,
    FOR_CLICKS,
    FOR_CONVERSIONS,
    NOT_POLITICAL,
)
from app.connectors.http import Http
from app.connectors.launching import AdCopy, Order, Refused, Unknown
from app.connectors.platforms.google import Google
from app.connectors.words import FoundAccount
from app.settings import Settings
from tests.connectors.conftest import NOON, Clock, launch, turn_knobs
from tests.consent import granted
from tests.sandbox_server import SandboxServer

MUTATE = '"validateOnly":false'
"""What tells a mutation that is meant from a trial."""
FIRST = AdCopy(
    "",
    "",
    headlines=("Tents That Stay Up", "Mended for Free", "O'Hara's Tent Store"),
    descriptions=("Twelve people sew them in one room.", "Send it back within 30 days."),
    paths=("tents", "storm"),
)
SECOND = AdCopy(
    "",
    "",
    headlines=("Sleep Dry in a Gale", "Tested for 100 Nights", "Poles That Bend Back"),
    descriptions=("Weight and size of all of them are told.", "Ten years of repairs."),
)
Turn = Callable[..., None]


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def google(here: Settings, http: Http) -> Google:
    found = granted("google", here, http)
    assert isinstance(found, Google)
    return found


@pytest.fixture
def launcher(google: Google) -> GoogleLauncher:
    assert Google.launches is GoogleLauncher
    return GoogleLauncher(google)


@pytest.fixture
def dollars(google: Google) -> FoundAccount:
    return google.accounts()[0]


@pytest.fixture
def rupees(google: Google) -> FoundAccount:
    """Reached through a manager."""
    return google.accounts()[1]


@pytest.fixture
def order() -> Order:
    return Order(
        name="Storm's tents – 嵐 ⛺",
        mark="gz-7f3a",
        goal="sales",
        daily_budget=Decimal("25.50"),
        starts_on=NOON.date(),
        ends_on=NOON.date() + dt.timedelta(days=30),
        countries=("US", "CA"),
        age_min=25,
        age_max=54,
        gender="women",
        language="en",
        url="https://shop.example/tents?utm_source=google&utm_campaign=storm",
        profile="",
        ads=(FIRST, SECOND),
        keywords=("storm tent", "four season tent"),
        answers={EU_POLITICAL: NOT_POLITICAL, BIDDING: FOR_CONVERSIONS},
    )


@pytest.fixture
def turn(sandbox: SandboxServer) -> Turn:
    """Turn knobs of the sandbox's Google."""
    return partial(turn_knobs, sandbox, "google")


@pytest.fixture
def created(sandbox: SandboxServer) -> Callable[[], dict[str, dict[str, Any]]]:
    """What was made at Google, by resource name."""

    def ask() -> dict[str, dict[str, Any]]:
        found = requests.get(f"{sandbox.url}/truth/google/created", timeout=10).json()
        return {one.pop("resourceName"): one for one in found}

    return ask


Created = Callable[[], dict[str, dict[str, Any]]]


def of_kind(objects: dict[str, dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [body for name, body in objects.items() if name.split("/")[2] == kind]


def test_what_is_created_is_what_the_step_showed_and_all_of_it_is_paused(
    launcher: GoogleLauncher, dollars: FoundAccount, order: Order, created: Created
) -> None:
    assert launcher.problems(dollars, order) == []
    assert launcher.dry_run(dollars, order).problems == ()
    assert created() == {}
    (step,) = launcher.steps(dollars, order)
    ids = launcher.create(dollars, order, step, {})
    objects = created()
    real = {
        f"customers/{dollars.external_id}/{kind}": next(
            name for name in objects if name.split("/")[2] == kind.partition("/")[0]
        )
        for kind in ("campaignBudgets/-1", "campaigns/-2", "adGroups/-3")
    }
    shown = json.dumps([next(iter(each.values())) for each in step.request["mutateOperations"]])
    for temporary, name in real.items():
        shown = shown.replace(temporary, name)
    sent = [each["create"] for each in json.loads(shown)]
    for body in sent:
        body.pop("resourceName", None)
    assert sent == list(objects.values())
    statuses = {kind: [one["status"] for one in of_kind(objects, kind)] for kind in PAUSED}
    assert statuses == PAUSED
    assert launcher.verify(dollars, order, ids) == []


PAUSED = {"campaigns": ["PAUSED"], "adGroups": ["PAUSED"], "adGroupAds": ["PAUSED", "PAUSED"]}


def test_a_sync_finds_what_was_created_under_the_same_ids(
    launcher: GoogleLauncher, google: Google, dollars: FoundAccount, order: Order
) -> None:
    ids = launch(launcher, dollars, order)
    found = google.structure(dollars)
    campaign = next(one for one in found.campaigns if one.external_id == ids["campaign"])
    assert (campaign.name, campaign.status) == ("Storm's tents – 嵐 ⛺ [gz-7f3a]", "paused")
    assert (campaign.budget, campaign.budget_kind) == (Decimal("25.5"), "daily")
    assert campaign.objective == "MAXIMIZE_CONVERSIONS"
    assert [one.external_id for one in found.ad_groups if one.campaign_id == ids["campaign"]] == [
        ids["ad_group"]
    ]
    ads = {one.external_id: one for one in found.ads if one.campaign_id == ids["campaign"]}
    assert set(ads) == {ids["ad-1"], ids["ad-2"]}
    assert ads[ids["ad-1"]].texts == {
        "headline": list(FIRST.headlines),
        "description": list(FIRST.descriptions),
    }


@pytest.mark.parametrize("kind", ["after_write", "cut", "truncated", "bad_gateway"])
def test_what_was_made_without_an_answer_is_found_and_not_made_again(
    launcher: GoogleLauncher,
    sandbox: SandboxServer,
    rupees: FoundAccount,
    order: Order,
    created: Created,
    kind: str,
) -> None:
    dear = replace(order, daily_budget=Decimal(900))
    (step,) = launcher.steps(rupees, dear)
    sandbox.fault(kind, MUTATE, platform="google")
    with pytest.raises(Unknown, match="searched for it"):
        launcher.create(rupees, dear, step, {})
    assert len(sandbox.requests("googleAds:mutate")) == 1
    found = launcher.find(rupees, dear, step, {})
    assert set(found) == {"campaign", "ad_group", "ad-1", "ad-2", "budget"}
    assert launcher.create(rupees, dear, step, {}) == found
    assert launcher.verify(rupees, dear, found) == []
    assert len(of_kind(created(), "campaigns")) == 1


def test_nothing_is_found_where_nothing_was_made(
    launcher: GoogleLauncher,
    sandbox: SandboxServer,
    dollars: FoundAccount,
    order: Order,
    created: Created,
) -> None:
    (step,) = launcher.steps(dollars, order)
    sandbox.fault("server_error", MUTATE, platform="google")
    with pytest.raises(Unknown):
        launcher.create(dollars, order, step, {})
    assert launcher.find(dollars, order, step, {}) == {}
    assert created() == {}
    launch(launcher, dollars, order)
    assert len(of_kind(created(), "campaigns")) == 1


def test_the_price_of_a_launch_is_counted_as_google_counts_it(
    launcher: GoogleLauncher, google: Google, dollars: FoundAccount, order: Order, turn: Turn
) -> None:
    google.meter = meter = Counted()
    (step,) = launcher.steps(dollars, order)
    operations = len(step.request["mutateOperations"])
    ids = launcher.create(dollars, order, step, {})
    assert meter.spent == operations
    launcher.find(dollars, order, step, {})
    launcher.verify(dollars, order, ids)
    assert meter.spent == operations + 6
    launcher.remove(dollars, ids)
    assert meter.spent == operations + 7
    # What it took to connect and to list the accounts comes on top.
    turn(operations=meter.spent + 4 + operations - 1)
    with pytest.raises(Throttled, match="operations of its Cloud project"):
        launch(launcher, dollars, order)
    assert launcher.find(dollars, order, step, {}) == {}


class Counted:
    """A meter that never ends."""

    def __init__(self) -> None:
        self.spent = 0

    def spend(self, quota: str, units: int) -> None:
        assert quota == "operations"
        self.spent += units

    def exhausted(self, quota: str, retry_after: float) -> None:
        assert quota == "operations"
        assert retry_after > 0


def test_what_somebody_switched_on_is_paused_again_and_said(
    launcher: GoogleLauncher, google: Google, dollars: FoundAccount, order: Order, created: Created
) -> None:
    ids = launch(launcher, dollars, order)
    campaign, ad = (
        next(name for name in created() if f"/{kind}/" in name)
        for kind in ("campaigns", "adGroupAds")
    )
    switch_on(google, dollars, campaign=campaign, adGroupAd=ad)
    assert launcher.verify(dollars, order, ids) == [
        "The campaign was not paused (ENABLED); it has been paused now.",
        f"The ad {ids['ad-1']} was not paused (ENABLED); it has been paused now.",
    ]
    statuses = {kind: [one["status"] for one in of_kind(created(), kind)] for kind in PAUSED}
    assert statuses == PAUSED
    assert launcher.verify(dollars, order, ids) == []


def by_hand(google: Google, account: FoundAccount, body: dict[str, Any]) -> requests.Response:
    """A mutation as anybody could send it."""
    return requests.post(
        f"{google.settings.google_ads_url}/v26/customers/{account.external_id}/googleAds:mutate",
        json=body,
        headers={"Authorization": f"Bearer {google.granted().access_token}"},
        timeout=10,
    )


def switch_on(google: Google, account: FoundAccount, **names: str) -> None:
    """As a person does who cannot wait."""
    operations = [
        {
            f"{kind}Operation": {
                "update": {"resourceName": name, "status": "ENABLED"},
                "updateMask": "status",
            }
        }
        for kind, name in names.items()
    ]
    by_hand(google, account, {"mutateOperations": operations}).raise_for_status()


def test_what_is_not_listed_any_more_is_said(
    launcher: GoogleLauncher, dollars: FoundAccount, order: Order
) -> None:
    ids = launch(launcher, dollars, order)
    launcher.remove(dollars, ids)
    (*gone,) = launcher.verify(dollars, order, {"campaign": ids["campaign"]})
    assert len(gone) == 1
    assert f"does not list what was made as campaign ({ids['campaign']})" in gone[0]


def test_a_launch_can_be_removed_twice_and_leaves_its_name_free(
    launcher: GoogleLauncher, google: Google, dollars: FoundAccount, order: Order, created: Created
) -> None:
    ids = launch(launcher, dollars, order)
    assert set(launcher.remove(dollars, ids)) == set(ids)
    assert set(launcher.remove(dollars, ids)) == set(ids)
    (step,) = launcher.steps(dollars, order)
    assert launcher.find(dollars, order, step, {}) == {}
    assert [one["status"] for one in of_kind(created(), "campaignBudgets")] == ["REMOVED"]
    gone = [one for one in google.structure(dollars).campaigns if one.status == "removed"]
    assert ids["campaign"] in {one.external_id for one in gone}
    assert launch(launcher, dollars, order)["campaign"] != ids["campaign"]
    assert launcher.remove(dollars, {}) == []


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"daily_budget": Decimal(1)}, "daily_budget", "smallest daily budget here is 2 USD"),
        ({"ads": (replace(FIRST, headlines=("Wow!", "Two", "Three")),)}, "ads", "Ad 1, headline 1"),
        ({"ads": (replace(FIRST, headlines=("Wow!", "Two", "Three")),)}, "ads", "“Wow!”"),
        ({"ads": (FIRST, replace(SECOND, descriptions=("D" * 91, "E")))}, "ads", "Ad 2, descr"),
        ({"keywords": ("tent", "a b c d e f g h i j k")}, "keywords", "has too many words"),
        ({"answers": {}}, EU_POLITICAL, "The answer about EU political advertising is missing"),
        ({"starts_on": NOON.date() - dt.timedelta(days=2)}, "starts_on", "The first day is over"),
        ({"ends_on": NOON.date() - dt.timedelta(days=2)}, "starts_on", "The first day is over"),
        ({"name": "N" * 260}, "name", "The campaign's name is too long"),
        ({"url": "shop.example"}, "url", "The landing page was refused"),
        ({"countries": ("US", "Atlantis")}, "countries", "The country"),
    ],
)
def test_a_refusal_names_the_part_of_the_draft_and_makes_nothing(
    launcher: GoogleLauncher,
    dollars: FoundAccount,
    order: Order,
    created: Created,
    change: dict[str, Any],
    field: str,
    words: str,
) -> None:
    """What only Google can know, or would have been told without asking it."""
    changed = replace(order, **change)
    told = launcher.dry_run(dollars, changed)
    assert told.asked
    assert words in " ".join(told.problems)
    with pytest.raises(Refused, match="Nothing was created") as caught:
        launch(launcher, dollars, changed)
    assert words in caught.value.message
    assert caught.value.field == field
    assert created() == {}


def test_a_campaign_that_is_there_already_is_taken_for_the_one_that_was_asked_for(
    launcher: GoogleLauncher, dollars: FoundAccount, order: Order
) -> None:
    ids = launch(launcher, dollars, order)
    assert launch(launcher, dollars, order) == ids
    assert launcher.dry_run(dollars, order).problems == (
        "The account already has a campaign of this name.",
    )


def test_a_campaign_that_is_there_and_not_listed_yet_is_looked_for_again(
    launcher: GoogleLauncher, sandbox: SandboxServer, dollars: FoundAccount, order: Order
) -> None:
    ids = launch(launcher, dollars, order)
    (step,) = launcher.steps(dollars, order)
    sandbox.fault("no_rows", "LIKE", platform="google", times=2)
    with pytest.raises(Unknown):
        launcher.create(dollars, order, step, {})
    assert launcher.find(dollars, order, step, {}) == {}
    assert launcher.find(dollars, order, step, {}) == ids


def test_ads_that_are_listed_later_or_written_differently_are_told_apart_all_the_same(
    launcher: GoogleLauncher, sandbox: SandboxServer, dollars: FoundAccount, order: Order
) -> None:
    ids = launch(launcher, dollars, order)
    (step,) = launcher.steps(dollars, order)
    sandbox.fault("no_rows", "FROM ad_group_ad", platform="google", times=2)
    assert launcher.find(dollars, order, step, {}) == ids
    rewritten = replace(order, ads=(replace(FIRST, headlines=("a", "b", "c")), SECOND))
    assert launcher.find(dollars, rewritten, step, {}) == ids
    strange = replace(order, ads=(rewritten.ads[0], rewritten.ads[0]))
    assert set(launcher.find(dollars, strange, step, {})) == {"campaign", "ad_group", "budget"}


def test_a_role_that_only_reads_is_told_before_anything_is_tried(
    launcher: GoogleLauncher,
    dollars: FoundAccount,
    rupees: FoundAccount,
    order: Order,
    turn: Turn,
    created: Created,
) -> None:
    assert launcher.missing_permission(dollars) == ""
    turn(read_only=[rupees.external_id])
    assert launcher.missing_permission(dollars) == ""
    assert "role Standard" in launcher.missing_permission(rupees)
    with pytest.raises(AccountRefused, match="Admin, Access and security"):
        launch(launcher, rupees, replace(order, daily_budget=Decimal(900)))
    assert created() == {}


def test_an_installation_that_may_not_write_yet_is_told_by_the_same_question(
    launcher: GoogleLauncher, sandbox: SandboxServer, dollars: FoundAccount
) -> None:
    sandbox.fault("google_cloud_project_not_approved_for_production", "googleAds:mutate")
    assert "applies for Explorer or Basic" in launcher.missing_permission(dollars)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("rate_limit_account", Throttled),
        ("rate_limit_app", Throttled),
        ("token_invalid", AccessRevoked),
        ("permission", AccountRefused),
        ("google_customer_not_enabled", AccountRefused),
        ("google_missing_tos", SetupProblem),
        ("google_concurrent_modification", Unknown),
    ],
)
def test_other_refusals_are_what_they_are_elsewhere_and_are_asked_once(
    launcher: GoogleLauncher,
    sandbox: SandboxServer,
    dollars: FoundAccount,
    order: Order,
    kind: str,
    error: type[Exception],
) -> None:
    sandbox.fault(kind, MUTATE, platform="google", times=2)
    with pytest.raises(error):
        launch(launcher, dollars, order)
    assert len(sandbox.requests("googleAds:mutate")) == 1


def test_a_token_that_ends_half_way_is_renewed_because_nothing_was_made(
    launcher: GoogleLauncher,
    sandbox: SandboxServer,
    dollars: FoundAccount,
    order: Order,
    created: Created,
) -> None:
    sandbox.fault("token_expired", MUTATE, platform="google")
    launch(launcher, dollars, order)
    assert len(of_kind(created(), "campaigns")) == 1


def test_conversions_are_offered_to_bid_for_where_the_account_counts_any(
    launcher: GoogleLauncher, dollars: FoundAccount, turn: Turn
) -> None:
    offered = {one.name: one for one in launcher.choices(dollars).questions}
    assert [one.id for one in offered[BIDDING].choices] == [FOR_CONVERSIONS, FOR_CLICKS]
    assert "Purchase, Trail guide form" in offered[BIDDING].help
    assert offered[EU_POLITICAL].needed
    turn(conversion_actions="manager")
    offered = {one.name: one for one in launcher.choices(dollars).questions}
    assert [one.id for one in offered[BIDDING].choices] == [FOR_CONVERSIONS, FOR_CLICKS]
    turn(conversion_actions="none")
    offered = {one.name: one for one in launcher.choices(dollars).questions}
    assert [one.id for one in offered[BIDDING].choices] == [FOR_CLICKS]


def test_what_the_sandbox_answers_a_mutation_is_google_s_own_message(
    launcher: GoogleLauncher, google: Google, dollars: FoundAccount, order: Order
) -> None:
    (step,) = launcher.steps(dollars, order)
    answer = by_hand(google, dollars, dict(step.request))
    kind = MutateGoogleAdsResponse
    found = json_format.Parse(answer.text, kind.pb(kind())).mutate_operation_responses
    asked = [next(iter(one)) for one in step.request["mutateOperations"]]
    assert [one.WhichOneof("response").replace("_", "") for one in found] == [
        name.replace("Operation", "Result").lower() for name in asked
    ]


def test_everything_that_is_wrong_comes_in_one_answer_in_google_s_own_words(
    google: Google, dollars: FoundAccount
) -> None:
    customer = f"customers/{dollars.external_id}"
    ad = {
        "finalUrls": ["shop.example"],
        "responsiveSearchAd": {
            "headlines": [{"text": "W" * 31}, {"text": "Hey!"}, {"text": " "}, {"text": " "}],
            "descriptions": [{"text": "One"}],
            "path2": "p" * 16,
        },
    }
    keyword = {"text": "bad! " * 17, "matchType": "PHRASE"}
    days = {"startDateTime": "2025-01-02 00:00:01", "endDateTime": "yesterday"}
    networks = {"networkSettings": {"targetSearchNetwork": True}}
    bodies: list[tuple[str, dict[str, Any]]] = [
        ("campaignBudget", {"resourceName": f"{customer}/campaignBudgets/7"}),
        ("campaignBudget", {"amountMicros": "1000001"}),
        ("campaign", {"name": "Search – Brand", "status": "REMOVED", **days, **networks}),
        ("campaign", {"name": "two\nlines", "campaignBudget": f"{customer}/campaignBudgets/9"}),
        ("campaignCriterion", {"language": {"languageConstant": "languageConstants/1000"}}),
        ("campaignCriterion", {"location": {"geoTargetConstant": "Berlin"}}),
        ("adGroup", {"name": "n" * 300}),
        ("adGroupCriterion", {"keyword": keyword}),
        ("adGroupCriterion", {"keyword": {}}),
        ("adGroupCriterion", {}),
        ("adGroupAd", {"ad": ad}),
        ("adGroupAd", {}),
    ]
    operations = [{f"{kind}Operation": {"create": body}} for kind, body in bodies]
    operations.append({"campaignOperation": {"remove": f"{customer}/campaigns/1"}})
    answer = by_hand(google, dollars, {"mutateOperations": operations})
    assert answer.status_code == 400
    (detail,) = answer.json()["error"]["details"]
    del detail["@type"]
    failure = json_format.ParseDict(detail, GoogleAdsFailure.pb(GoogleAdsFailure()))
    assert len(failure.errors) > 30
    places = {error.location.field_path_elements[0].index for error in failure.errors}
    assert places == set(range(len(operations)))
    assert answer.headers["request-id"] == failure.request_id


@pytest.mark.parametrize(
    "operation",
    [
        {"campaignOperation": {"create": {"nickname": "x"}}},
        {"campaignOperation": {"create": {"status": "DREAMT"}}},
        {"campaignOperation": {"create": {"targetSpend": "x"}}},
        {"campaignBudgetOperation": {"create": {"amountMicros": 1.5}}},
        {"holidayOperation": {"create": {}}},
        {"campaignOperation": {}},
        {},
    ],
)
def test_what_is_no_message_is_refused_without_a_failure(
    google: Google, dollars: FoundAccount, operation: dict[str, Any]
) -> None:
    answer = by_hand(google, dollars, {"mutateOperations": [operation]})
    assert answer.status_code == 400
    assert "details" not in answer.json()["error"]


def test_a_copy_that_a_person_made_at_google_is_not_taken_for_ours(
    launcher: GoogleLauncher, dollars: FoundAccount, order: Order
) -> None:
    copied = replace(order, name=f"{order.named()} #2", mark="gz-00_%")
    other = replace(order, mark="gz-00x%")
    for each in (copied, other):
        launch(launcher, dollars, each)
    (step,) = launcher.steps(dollars, order)
    assert launcher.find(dollars, order, step, {}) == {}
    assert launcher.find(dollars, copied, step, {})["campaign"]


@pytest.mark.parametrize(
    ("details", "words"),
    [
        (
            {
                "policyFindingDetails": {
                    "policyTopicEntries": [
                        {
                            "topic": "DESTINATION_NOT_WORKING",
                            "evidences": [
                                {"destinationNotWorking": {"expandedUrl": "https://shop.example"}}
                            ],
                        }
                    ]
                }
            },
            "“Destination not working” because of “https://shop.example does not open”",
        ),
        (
            {
                "policyViolationDetails": {
                    "externalPolicyName": "Trademarks",
                    "externalPolicyDescription": "Somebody owns this word.",
                }
            },
            "“storm tent” breaks Google's policy “Trademarks”: Somebody owns this word.",
        ),
        ({}, "The keyword “storm tent” was refused by Google: No (POLICY_ERROR)."),
    ],
)
def test_a_policy_is_told_with_what_google_found(
    launcher: GoogleLauncher,
    google: Google,
    dollars: FoundAccount,
    order: Order,
    details: dict[str, Any],
    words: str,
) -> None:
    body = dict(launcher.steps(dollars, order)[0].request)
    at = next(n for n, each in enumerate(body["mutateOperations"]) if "storm tent" in str(each))
    path = [{"fieldName": "mutate_operations", "index": at}, {"fieldName": "create"}]
    error = {
        "errorCode": {"policyViolationError": "POLICY_ERROR"},
        "message": "No.",
        "details": details,
        "location": {"fieldPathElements": path},
    }
    answer = {"error": {"code": 400, "details": [{"errors": [error], "requestId": "r"}]}}
    with responses.RequestsMock() as wire:
        address = f"customers/{dollars.external_id}/googleAds:mutate"
        wire.post(f"{google.settings.google_ads_url}/v26/{address}", json=answer, status=400)
        with pytest.raises(Refused) as caught:
            launch(launcher, dollars, order)
    assert words in caught.value.message
    assert caught.value.field == "keywords"


def test_the_world_s_search_ads_speak_in_several_ways_and_fit_google_s_lengths(
    google: Google, dollars: FoundAccount, rupees: FoundAccount
) -> None:
    said = [
        one.texts
        for account in (dollars, rupees)
        for one in google.structure(account).ads
        if one.texts
    ]
    assert len({texts["description"][0] for texts in said}) == 4
    assert all(len(text) <= 30 for texts in said for text in texts["headline"])
    assert all(len(text) <= 90 for texts in said for text in texts["description"])
    kinds = {one.channel for one in google.structure(dollars).campaigns}
    assert kinds > {"Search"}
    silent = [one for one in google.structure(dollars).ads if one.texts is None]
    assert silent

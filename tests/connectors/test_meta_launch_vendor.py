"""What creating sends exists in Meta's own client, which drives the sandbox as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adcreative import AdCreative
from facebook_business.adobjects.adcreativecontextualmultiads import AdCreativeContextualMultiAds
from facebook_business.adobjects.adcreativefeaturesspec import AdCreativeFeaturesSpec
from facebook_business.adobjects.adcreativelinkdata import AdCreativeLinkData
from facebook_business.adobjects.adcreativeobjectstoryspec import AdCreativeObjectStorySpec
from facebook_business.adobjects.adpromotedobject import AdPromotedObject
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.adspixel import AdsPixel
from facebook_business.adobjects.campaign import Campaign
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.targeting import Targeting
from facebook_business.adobjects.targetingautomation import TargetingAutomation
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi, FacebookRequest
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from app.connectors.launching import Order
from app.connectors.meta import launch as meta_launch
from app.connectors.meta import texts as meta_texts
from app.connectors.meta.launch import MetaLauncher
from app.connectors.meta.launch_bodies import EDGES, SPECIAL, filled
from app.connectors.meta.launch_checks import NOT_TO_A_WEBSITE
from app.connectors.meta.refusals import FIELDS
from app.connectors.platforms.meta import Meta
from app.connectors.words import FoundAccount
from app.copywriting.vocabulary import BUTTONS
from sandbox.meta.write_checks import CALLS
from tests.connectors.test_meta_launch import PNG, make_order
from tests.connectors.test_meta_vendor import words
from tests.sandbox_server import SandboxServer

CREATES = {
    "adimages": "create_ad_image",
    "campaigns": "create_campaign",
    "adsets": "create_ad_set",
    "adcreatives": "create_ad_creative",
    "ads": "create_ad",
}
EVERYTHING = {"dsa_beneficiary": "Us", "dsa_payor": "Us", "pixel": "7", "instagram": "8"}
ORDERS = [
    make_order(),
    make_order(goal="awareness", gender="all", special=("politics",)),
    make_order(goal="sales", countries=("DE",), answers=EVERYTHING),
    make_order(goal="leads", special=("housing", "employment", "credit"), answers=EVERYTHING),
]


def pending(edge: str, params: Mapping[str, Any]) -> FacebookRequest:
    """The client's own request, not sent; it raises on a parameter's type or an enum's word."""
    create = getattr(AdAccount("act_1", api=FacebookAdsApi(FacebookSession())), CREATES[edge])
    request: FacebookRequest = create(params=dict(params), pending=True)
    return request


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("order", ORDERS)
def test_every_parameter_is_one_of_the_client_s_and_of_its_type(
    meta: Meta, account: FoundAccount, order: Order
) -> None:
    ids = dict.fromkeys(
        ("file", "picture", "campaign", "ad_group", "creative-1", "creative-2"), "7"
    )
    for step in MetaLauncher(meta).steps(account, order):
        known = pending(EDGES[step.kind], {})._param_checker
        for name, value in filled(step.request, ids).items():
            assert known.is_valid_pair(name, value), (step.key, name, value)
            assert known.get_type(name), name


@pytest.mark.parametrize("order", ORDERS)
def test_what_is_inside_of_parameters_exists_as_well(
    meta: Meta, account: FoundAccount, order: Order
) -> None:
    sent = {step.key: step.request for step in MetaLauncher(meta).steps(account, order)}
    who = sent["ad_group"]["targeting"]
    assert set(who) <= words(Targeting.Field)
    assert set(who["targeting_automation"]) <= words(TargetingAutomation.Field)
    counted = sent["ad_group"].get("promoted_object", {})
    assert set(counted) <= words(AdPromotedObject.Field)
    events = words(AdPromotedObject.CustomEventType)
    assert counted.get("custom_event_type", "PURCHASE") in events
    story = sent["creative-1"]["object_story_spec"]
    assert set(story) <= words(AdCreativeObjectStorySpec.Field)
    assert set(story["link_data"]) <= words(AdCreativeLinkData.Field)
    features = sent["creative-1"]["degrees_of_freedom_spec"]["creative_features_spec"]
    assert set(features) <= words(AdCreativeFeaturesSpec.Field)
    together = sent["creative-1"]["contextual_multi_ads"]
    assert set(together) <= words(AdCreativeContextualMultiAds.Field)


def test_words_are_meta_s() -> None:
    assert words(AdCreative.CallToActionType) >= NOT_TO_A_WEBSITE | CALLS | BUTTONS["meta"]
    assert BUTTONS["meta"] <= NOT_TO_A_WEBSITE | CALLS
    assert set(SPECIAL.values()) <= words(Campaign.SpecialAdCategories)
    kinds = (Campaign, AdSet, Ad, AdCreative)
    assert all("validate_only" in words(kind.ExecutionOptions) for kind in kinds)
    assert {"PAUSED", "DELETED", "ARCHIVED"} <= words(Campaign.Status)


def test_what_is_read_exists() -> None:
    assert {*meta_launch.TERMS, "user_tasks"} <= words(AdAccount.Field)
    assert {"id", "name"} <= words(Page.Field) & words(AdsPixel.Field)
    assert {"id", "username"} <= words(IGUser.Field)
    inside = meta_texts.FIELDS.removeprefix("creative{").removesuffix("}").split(",")
    assert set(inside) <= words(AdCreative.Field)
    assert hasattr(User, "get_accounts")
    assert hasattr(AdAccount, "get_ads_pixels")
    assert hasattr(AdAccount, "get_instagram_accounts")


def test_parameters_that_may_be_blamed_exist() -> None:
    inner = (AdCreativeLinkData, AdCreativeObjectStorySpec, Targeting, AdPromotedObject)
    known = set().union(*(words(kind.Field) for kind in (Campaign, AdSet, Ad, AdCreative, *inner)))
    assert set(FIELDS) <= known | {"countries", "bytes"}


@pytest.fixture
def client(sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[AdAccount]:
    monkeypatch.setattr(FacebookSession, "GRAPH", sandbox.graph_url)
    session = FacebookSession(sandbox.app_id, sandbox.app_secret, sandbox.token)
    api = FacebookAdsApi(session, api_version="v26.0")
    yield AdAccount("act_118040000000001", api=api)
    session.requests.close()


def test_the_client_itself_creates_reviews_and_deletes_at_the_sandbox(
    client: AdAccount, meta: Meta, account: FoundAccount, sandbox: SandboxServer, tmp_path: Path
) -> None:
    picture = tmp_path / "tent.png"
    picture.write_bytes(PNG)
    order = make_order()
    made: dict[str, str] = {}
    for step in MetaLauncher(meta).steps(account, order):
        edge = EDGES[step.kind]
        body = filled(step.request, made) if made else {"filename": str(picture)}
        found = getattr(client, CREATES[edge])(params=body)
        made[step.key] = found["hash"] if step.key == "picture" else found["id"]
    campaign = Campaign(made["campaign"], api=client.get_api_assured())
    assert campaign.api_get(fields=["status", "objective"])["status"] == "PAUSED"
    below = list(campaign.get_ads(fields=["name", "status", "creative"]))
    assert [ad["status"] for ad in below] == ["PAUSED", "PAUSED"]
    assert {ad["creative"]["id"] for ad in below} == {made["creative-1"], made["creative-2"]}
    campaign.api_delete()
    things = {thing["id"]: thing["status"] for thing in sandbox.truth(of="meta/created")}
    assert things[made["ad-1"]] == "DELETED"


def test_the_client_understands_a_refusal_and_whom_it_blames(client: AdAccount) -> None:
    with pytest.raises(FacebookRequestError) as caught:
        client.create_campaign(params={"name": "", "objective": "OUTCOME_SALES"})
    assert caught.value.api_error_code() == 100
    assert caught.value.api_blame_field_specs()

"""Creating at the sandbox's TikTok: as strict as the real one, and forgotten at a reset."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox import TIKTOK_TOKEN
from tests.sandbox.test_tiktok import Api
from tests.sandbox_server import SandboxServer

DOLLARS, YEN = "7012345678900000001", "7012345678900000002"
IMAGE = b"\xff\xd8\xff\xe0 a picture"
CAMPAIGN: dict[str, Any] = {
    "advertiser_id": DOLLARS,
    "campaign_name": "Tents",
    "objective_type": "TRAFFIC",
    "budget_mode": "BUDGET_MODE_INFINITE",
}
GROUP: dict[str, Any] = {
    "advertiser_id": DOLLARS,
    "adgroup_name": "Everyone",
    "promotion_type": "WEBSITE",
    "placement_type": "PLACEMENT_TYPE_NORMAL",
    "placements": ["PLACEMENT_PANGLE"],
    "location_ids": ["6252001"],
    "budget_mode": "BUDGET_MODE_DAY",
    "budget": 20,
    "schedule_type": "SCHEDULE_FROM_NOW",
    "schedule_start_time": "2026-11-23 12:00:00",
    "optimization_goal": "CLICK",
    "billing_event": "CPC",
    "pacing": "PACING_MODE_SMOOTH",
}
CREATIVE: dict[str, Any] = {
    "ad_name": "One",
    "ad_format": "SINGLE_IMAGE",
    "ad_text": "Light and dry.",
    "call_to_action": "SHOP_NOW",
    "landing_page_url": "https://shop.example/",
    "identity_type": "CUSTOMIZED_USER",
    "identity_id": "7100000000000000001",
}


class Writer(Api):
    """A script that creates."""

    def upload(self, content: bytes = IMAGE, **form: str) -> Any:
        said = {
            "advertiser_id": DOLLARS,
            "upload_type": "UPLOAD_BY_FILE",
            "file_name": "tent.jpg",
            "image_signature": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        }
        answer = self.http.post(
            f"{self.root}/file/image/ad/upload/",
            data=said | form,
            files={"image_file": ("tent.jpg", content, "image/jpeg")},
            headers={"Access-Token": self.token},
            timeout=30,
        )
        return answer.json()

    def campaign(self, **change: Any) -> Any:
        return self.post("campaign/create/", **CAMPAIGN | change)

    def group(self, campaign: str, **change: Any) -> Any:
        return self.post("adgroup/create/", **GROUP | {"campaign_id": campaign} | change)

    def ad(self, group: str, **change: Any) -> Any:
        body = {"advertiser_id": DOLLARS, "adgroup_id": group, "creatives": [CREATIVE | change]}
        return self.post("ad/create/", **body)


@pytest.fixture
def api(sandbox: SandboxServer) -> Iterator[Writer]:
    made = Writer(sandbox)
    yield made
    made.http.close()


@pytest.fixture
def campaign(api: Writer) -> str:
    own: str = api.campaign()["data"]["campaign_id"]
    return own


@pytest.fixture
def group(api: Writer, campaign: str) -> str:
    own: str = api.group(campaign)["data"]["adgroup_id"]
    return own


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"campaign_name": ""}, "campaign_name: Missing"),
        ({"campaign_name": "テ" * 257}, "campaign_name: The length"),
        ({"campaign_name": "🏕"}, "campaign_name: Emojis"),
        ({"objective_type": "SALES"}, "objective_type: Invalid value"),
        ({"budget_mode": "DAILY"}, "budget_mode: Invalid value"),
        ({"budget_mode": "BUDGET_MODE_DAY", "budget": 49.99}, "at least 50 USD"),
        ({"budget": 50}, "budget: Not supported"),
        ({"special_industries": ["POLITICS"]}, "special_industries: Invalid value"),
        ({"request_id": "one"}, "request_id: Not a valid 64-bit integer"),
        ({"advertiser_id": 7012345678900000001}, "advertiser_id: Not a valid string"),
        ({"budget_optimize_switch": 1}, "budget_optimize_switch: Unknown field"),
    ],
)
def test_a_wrong_campaign_is_refused(api: Writer, change: dict[str, Any], says: str) -> None:
    answer = api.campaign(**change)
    assert answer["code"] == 40002
    assert says in answer["message"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"billing_event": "OCPM"}, "billing_event: OCPM does not match"),
        ({"optimization_goal": "CONVERT", "billing_event": "OCPM"}, "not supported for the obj"),
        ({"promotion_type": None}, "promotion_type: Should be WEBSITE"),
        ({"placements": []}, "placements: Missing"),
        ({"location_ids": []}, "location_ids: Missing"),
        ({"location_ids": ["2186224"]}, "is not available for this placement"),
        ({"age_groups": ["AGE_25_54"]}, "age_groups: Invalid value"),
        ({"budget": 19.99}, "at least 20 USD"),
        ({"budget": 20.005}, "budget: Too many decimals"),
        ({"budget": "20"}, "budget: Not a valid number"),
        ({"schedule_start_time": "2026-11-23T12:00:00Z"}, "schedule_start_time: Time format"),
        ({"schedule_start_time": "2026-11-22 23:59:59"}, "not be earlier than 12 hours"),
        ({"schedule_type": "SCHEDULE_START_END"}, "schedule_end_time: Missing"),
        ({"pixel_id": "7200000000000000001"}, "pixel_id: Not supported"),
        ({"pacing": ""}, "pacing: Missing"),
    ],
)
def test_a_wrong_ad_group_is_refused(
    api: Writer, campaign: str, change: dict[str, Any], says: str
) -> None:
    answer = api.group(campaign, **change)
    assert (answer["code"], says in answer["message"]) == (40002, True), answer


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ad_text": "x" * 101}, "ad_text: The length"),
        ({"ad_text": "#tents"}, "ad_text: Emojis and the characters"),
        ({"call_to_action": "GO"}, "call_to_action: Invalid value"),
        ({"landing_page_url": "http://shop.example"}, "landing_page_url: Not a valid URL"),
        ({"identity_id": "1"}, "identity_id: The identity does not exist"),
        ({"image_ids": ["none"]}, "image_ids: The image does not exist"),
        ({"ad_format": "SINGLE_VIDEO", "video_id": "none"}, "video_id: The video does not"),
        ({"headline": "Tents"}, "headline: Unknown field"),
    ],
)
def test_a_wrong_ad_is_refused(api: Writer, group: str, change: dict[str, Any], says: str) -> None:
    image = api.upload()["data"]["image_id"]
    answer = api.ad(group, **{"image_ids": [image]} | change)
    assert (answer["code"], says in answer["message"]) == (40002, True), answer


def test_a_single_picture_is_not_shown_on_tiktok_itself(api: Writer, campaign: str) -> None:
    image = api.upload()["data"]["image_id"]
    here = api.group(campaign, placements=["PLACEMENT_TIKTOK"])["data"]["adgroup_id"]
    answer = api.ad(here, image_ids=[image])
    assert answer["message"] == "ad_format: Single image is not supported on the TikTok placement."


def test_a_special_category_narrows_the_audience(api: Writer) -> None:
    own = api.campaign(special_industries=["CREDIT"])["data"]["campaign_id"]
    assert "gender: Should be" in api.group(own, gender="GENDER_MALE")["message"]
    assert "age_groups: Should be" in api.group(own, age_groups=["AGE_25_34"])["message"]
    assert api.group(own)["code"] == 0


def test_a_wish_to_create_a_campaign_switched_off_is_ignored_without_a_word(
    api: Writer, sandbox: SandboxServer
) -> None:
    made = api.campaign(operation_status="DISABLE")["data"]
    assert made["operation_status"] == "ENABLE"
    url = f"{sandbox.url}/tiktok/sandbox/knobs"
    assert requests.post(url, json={"obeys_disable": True}, timeout=10).json()["obeys_disable"]
    made = api.campaign(campaign_name="Other", operation_status="DISABLE")["data"]
    assert made["operation_status"] == "DISABLE"
    assert requests.post(url, json={"obeys": True}, timeout=10).status_code == 400
    assert requests.post(url, json={"videos": "no"}, timeout=10).status_code == 400


def test_names_are_used_once_unless_a_request_id_says_otherwise(
    api: Writer, sandbox: SandboxServer, campaign: str
) -> None:
    assert "already exists" in api.campaign()["message"]
    assert api.campaign(request_id="7")["code"] == 0
    assert api.campaign(request_id="7")["code"] == 40050
    sandbox.clock("2026-11-23T12:00:10")
    assert api.campaign(request_id="7")["code"] == 0
    assert api.group(campaign)["code"] == 0
    assert "already exists" in api.group(campaign)["message"]


def test_another_account_s_and_deleted_parents_do_not_exist(
    api: Writer, campaign: str, group: str
) -> None:
    assert api.group(campaign, advertiser_id=YEN, budget=2000)["code"] == 40007
    assert api.group("1")["code"] == 40007
    off = {"advertiser_id": DOLLARS, "campaign_ids": [campaign], "operation_status": "DELETE"}
    assert api.post("campaign/status/update/", **off)["data"]["status"] == "DELETE"
    assert api.group(campaign)["code"] == 40007
    assert api.post("campaign/status/update/", **off)["code"] == 40007
    listed = api.get("adgroup/get/", advertiser_id=DOLLARS, page_size=1000)["list"]
    assert group not in [row["adgroup_id"] for row in listed]
    every = json.dumps({"secondary_status": "ADGROUP_STATUS_ALL"})
    listed = api.get("adgroup/get/", advertiser_id=DOLLARS, page_size=1000, filtering=every)["list"]
    found = {row["adgroup_id"]: row["secondary_status"] for row in listed}
    assert found[group] == "ADGROUP_STATUS_CAMPAIGN_DELETE"


def test_switches_are_changed_together_and_nothing_changed_is_said(
    api: Writer, campaign: str
) -> None:
    def switch(*ids: str, to: str = "DISABLE") -> Any:
        body = {"advertiser_id": DOLLARS, "campaign_ids": list(ids), "operation_status": to}
        return api.post("campaign/status/update/", **body)["code"]

    assert switch(campaign) == 0
    assert switch(campaign) == 40012
    assert switch(campaign, to="PAUSE") == 40002
    assert switch(*[campaign] * 21) == 40011


@pytest.mark.parametrize(
    ("content", "form", "code"),
    [
        (IMAGE, {}, 0),
        (IMAGE, {"image_signature": "0" * 32}, 40900),
        (b"GIF89a", {}, 40908),
        (IMAGE, {"upload_type": "UPLOAD_BY_URL"}, 40002),
        (IMAGE, {"upload_type": "UPLOAD_BY_URL", "image_url": "https://x.example/a.jpg"}, 40902),
        (IMAGE, {"advertiser_id": "1"}, 40001),
    ],
)
def test_images_are_checked(api: Writer, content: bytes, form: dict[str, str], code: int) -> None:
    assert api.upload(content, **form)["code"] == code


def test_an_image_s_name_is_used_once_in_an_account(api: Writer) -> None:
    assert api.upload()["code"] == 0
    assert api.upload()["code"] == 40911
    assert api.upload(advertiser_id=YEN)["code"] == 0


def test_creating_needs_its_permissions(api: Writer) -> None:
    api.token = api.sign_in("14")["data"]["access_token"]
    assert api.campaign()["code"] == 40130
    api.token = api.sign_in("124")["data"]["access_token"]
    assert api.campaign()["code"] == 0
    assert api.upload()["code"] == 40130
    assert api.code("pixel/list/", advertiser_id=DOLLARS) == 40130
    api.token = api.sign_in("12468")["data"]["access_token"]
    assert api.upload()["code"] == 0
    api.server.lose_scope("tiktok", "Creative Management")
    assert api.upload()["code"] == 40130


def test_after_write_makes_it_and_says_so_to_nobody(api: Writer, sandbox: SandboxServer) -> None:
    sandbox.fault("after_write", platform="tiktok")
    assert api.code("campaign/get/", advertiser_id=DOLLARS) == 0
    headers = {"Access-Token": TIKTOK_TOKEN}
    answer = requests.post(
        f"{api.root}/campaign/create/", json=CAMPAIGN, headers=headers, timeout=10
    )
    assert answer.status_code == 500
    made = sandbox.truth(of="tiktok/created")
    assert [(one["kind"], one["name"], one["status"]) for one in made] == [
        ("campaign", "Tents", "ENABLE")
    ]
    sandbox.reset()
    assert sandbox.truth(of="tiktok/created") == []

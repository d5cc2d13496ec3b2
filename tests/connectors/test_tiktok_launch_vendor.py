"""What is sent to create a campaign exists in TikTok's own client, which can do the same."""

from __future__ import annotations

import datetime as dt
import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from business_api_client import ApiClient, Configuration, models
from business_api_client.api.ad_api import AdApi
from business_api_client.api.adgroup_api import AdgroupApi
from business_api_client.api.campaign_creation_api import CampaignCreationApi
from business_api_client.api.file_api import FileApi
from business_api_client.api.identity_api import IdentityApi
from business_api_client.api.measurement_api import MeasurementApi
from business_api_client.api.tool_api import ToolApi

from app.connectors.http import Answer, Http
from app.connectors.launching import Order
from app.connectors.platforms.tiktok import TikTok
from app.connectors.tiktok.launch import TikTokLauncher
from app.connectors.words import Grant
from sandbox import TIKTOK_TOKEN
from tests.conftest import make_settings
from tests.connectors.conftest import launch
from tests.connectors.test_tiktok_vendor import parameters
from tests.connectors.tiktok_orders import COVERED, DOLLARS, JPEG, ORDER, SALES, created
from tests.sandbox_server import SandboxServer

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
BODIES: dict[str, tuple[Callable[..., Any], Any]] = {
    "campaign/create": (
        CampaignCreationApi.campaign_create_with_http_info,
        models.CampaignCreateBody,
    ),
    "campaign/status/update": (
        CampaignCreationApi.campaign_status_update_with_http_info,
        models.CampaignStatusUpdateBody,
    ),
    "adgroup/create": (AdgroupApi.adgroup_create_with_http_info, models.AdgroupCreateBody),
    "adgroup/status/update": (
        AdgroupApi.adgroup_status_update_with_http_info,
        models.AdgroupStatusUpdateBody,
    ),
    "ad/create": (AdApi.ad_create_with_http_info, models.AdCreateBody),
    "ad/status/update": (AdApi.ad_status_update_with_http_info, models.AdStatusUpdateBody),
}
FORM = (FileApi.ad_image_upload_with_http_info, models.FileImageAdUpload)
QUESTIONS: dict[str, Callable[..., Any]] = {
    "campaign/get": CampaignCreationApi.campaign_get_with_http_info,
    "adgroup/get": AdgroupApi.adgroup_get_with_http_info,
    "ad/get": AdApi.ad_get_with_http_info,
    "identity/get": IdentityApi.identity_get_with_http_info,
    "file/video/ad/search": FileApi.ad_video_search_with_http_info,
    "file/video/ad/info": FileApi.ad_video_info_with_http_info,
    "pixel/list": MeasurementApi.pixel_list_with_http_info,
    "tool/region": ToolApi.tool_region_with_http_info,
}
DOCUMENTED_ONLY = {"file/image/ad/search"}
"""TikTok's page 1740052016789506 describes it; its client of February 2026 leaves it out."""


class Recording(Http):
    """Remembers what was asked."""

    def __init__(self) -> None:
        super().__init__(sleep=lambda _: None, wall=NOW.timestamp)
        self.seen: list[tuple[str, dict[str, Any]]] = []

    def ask(self, method: str, url: str, **more: Any) -> Answer:
        path = urlsplit(url).path.partition("/v1.3/")[2].removesuffix("/")
        said = more.get("json") or more.get("form") or more.get("params")
        self.seen.append((f"{method} {path}", said))
        return super().ask(method, url, **more)


@pytest.fixture
def http() -> Iterator[Recording]:
    with Recording() as opened:
        yield opened


@pytest.fixture
def launcher(sandbox: SandboxServer, http: Recording) -> TikTokLauncher:
    settings = make_settings(
        "postgresql://nobody@localhost/none",
        tiktok_api_url=f"{sandbox.url}/tiktok/open_api/v1.3",
    )
    return TikTokLauncher(TikTok(settings, http, Grant(TIKTOK_TOKEN)))


@pytest.fixture
def said(launcher: TikTokLauncher, http: Recording) -> list[tuple[str, dict[str, Any]]]:
    """Everything that choosing, launching, looking up, checking and removing says."""
    launcher.choices(DOLLARS)
    for order in (ORDER, SALES, COVERED):
        made = launch(launcher, DOLLARS, order)
        for step in launcher.steps(DOLLARS, order):
            launcher.find(DOLLARS, order, step, made)
        launcher.verify(DOLLARS, order, made)
        launcher.remove(DOLLARS, made)
    return http.seen


def test_every_body_parses_with_the_client_s_models(said: list[tuple[str, Any]]) -> None:
    posted = [(call.removeprefix("POST "), body) for call, body in said if call.startswith("POST")]
    assert {path for path, _ in posted} == {*BODIES, "file/image/ad/upload"}
    for path, body in posted:
        call, model = BODIES.get(path, FORM)
        assert f"'/open_api/v1.3/{path}/', 'POST'" in inspect.getsource(call)
        parsed = model(**body)
        assert {name: parsed.to_dict()[name] for name in body} == body
        for creative in body.get("creatives", ()):
            assert set(creative) <= set(models.AdcreateCreatives(**creative).attribute_map)


def test_every_question_and_parameter_exists(said: list[tuple[str, Any]]) -> None:
    asked = [(call.removeprefix("GET "), query) for call, query in said if call.startswith("GET")]
    assert {path for path, _ in asked} == {*QUESTIONS, *DOCUMENTED_ONLY}
    for path, query in asked:
        if path in QUESTIONS:
            source = inspect.getsource(QUESTIONS[path])
            assert f"'/open_api/v1.3/{path}/', 'GET'" in source
            assert set(query) <= parameters(QUESTIONS[path]), path


def test_every_filter_exists(said: list[tuple[str, Any]]) -> None:
    kinds: dict[str, Any] = {
        "GET campaign/get": models.FilteringCampaignGet,
        "GET adgroup/get": models.FilteringAdgroupGet,
        "GET ad/get": models.FilteringAdGet,
    }
    filtered = [(call, query["filtering"]) for call, query in said if "filtering" in query]
    assert {call for call, _ in filtered} == set(kinds)
    for call, text in filtered:
        assert set(json.loads(text)) <= set(kinds[call].attribute_map)


@pytest.fixture
def client(sandbox: SandboxServer) -> Iterator[ApiClient]:
    configuration = Configuration()
    configuration.host = f"{sandbox.url}/tiktok"
    made = ApiClient(configuration)
    yield made
    made.rest_client.pool_manager.clear()


@pytest.mark.parametrize("order", [ORDER, SALES], ids=["picture", "video"])
def test_the_client_creates_the_same_from_our_bodies(
    client: ApiClient,
    launcher: TikTokLauncher,
    sandbox: SandboxServer,
    tmp_path: Path,
    order: Order,
) -> None:
    mine = launch(launcher, DOLLARS, order)
    ours = _without_ids(created(sandbox))
    sandbox.reset()
    by_key = {step.key: step.request for step in launcher.steps(DOLLARS, order)}
    assert _by_client(client, by_key, tmp_path / "tent.jpg", launcher, order) == mine
    assert _without_ids(created(sandbox)) == ours


def _by_client(
    client: ApiClient, by_key: dict[str, Any], file: Path, launcher: TikTokLauncher, order: Order
) -> dict[str, str]:
    file.write_bytes(JPEG)
    form = {**by_key["picture"]["file/image/ad/upload"], "image_file": str(file)}
    image = FileApi(client).ad_image_upload(TIKTOK_TOKEN, **form)["data"]["image_id"]
    campaigns = CampaignCreationApi(client)
    body = models.CampaignCreateBody(**by_key["campaign"]["campaign/create"])
    campaign = campaigns.campaign_create(TIKTOK_TOKEN, body=body)["data"]["campaign_id"]
    off = by_key["campaign"]["campaign/status/update"] | {"campaign_ids": [campaign]}
    campaigns.campaign_status_update(TIKTOK_TOKEN, body=models.CampaignStatusUpdateBody(**off))
    places = {"{country US}": "6252001", "{country DE}": "2921044"}
    group = by_key["ad_group"]["adgroup/create"] | {"campaign_id": campaign}
    group["location_ids"] = [places[one] for one in group["location_ids"]]
    body = models.AdgroupCreateBody(**group)
    group_id = AdgroupApi(client).adgroup_create(TIKTOK_TOKEN, body=body)["data"]["adgroup_id"]
    ids = {"picture": image, "campaign": campaign, "ad_group": group_id}
    for key in ("ad-1", "ad-2"):
        ad = by_key[key]["ad/create"] | {"adgroup_id": group_id}
        creative = models.AdcreateCreatives(**ad["creatives"][0] | {"image_ids": [image]})
        body = models.AdCreateBody(**ad | {"creatives": [creative]})
        ids[key] = AdApi(client).ad_create(TIKTOK_TOKEN, body=body)["data"]["ad_ids"][0]
    return ids


def _without_ids(found: dict[str, list[dict[str, Any]]]) -> list[Any]:
    return [one for some in found.values() for one in some]

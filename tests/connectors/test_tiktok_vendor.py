"""What is asked of TikTok exists in TikTok's own client."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses
from business_api_client.api.account_management_api import AccountManagementApi
from business_api_client.api.ad_api import AdApi
from business_api_client.api.adgroup_api import AdgroupApi
from business_api_client.api.authentication_api import AuthenticationApi
from business_api_client.api.campaign_creation_api import CampaignCreationApi
from business_api_client.api.reporting_api import ReportingApi
from business_api_client.models import (
    FilteringAdGet,
    FilteringAdgroupGet,
    FilteringCampaignGet,
    FilteringSmartPlusAdGet,
    Oauth2AccessTokenBody,
)
from business_api_client.models.filtering_report_integrated_get import (
    FilteringReportIntegratedGet,
)

from app.connectors.http import Http
from app.connectors.platforms.tiktok import TikTok
from app.connectors.tiktok.statuses import STATUS
from app.connectors.words import Days, FoundAccount, Grain, Grant
from app.settings import Settings
from tests.conftest import FIXTURES, make_settings
from tests.connectors.test_contract import SPAN

API = "https://business-api.tiktok.com/open_api/v1.3"
CALLS: dict[str, tuple[Callable[..., Any], type | None]] = {
    "oauth2/advertiser/get": (AuthenticationApi.oauth2_advertiser_get_with_http_info, None),
    "advertiser/info": (AccountManagementApi.advertiser_info_with_http_info, None),
    "campaign/get": (CampaignCreationApi.campaign_get_with_http_info, FilteringCampaignGet),
    "adgroup/get": (AdgroupApi.adgroup_get_with_http_info, FilteringAdgroupGet),
    "ad/get": (AdApi.ad_get_with_http_info, FilteringAdGet),
    "smart_plus/ad/get": (AdApi.smart_plus_ad_get_with_http_info, FilteringSmartPlusAdGet),
    "report/integrated/get": (
        ReportingApi.report_integrated_get_with_http_info,
        FilteringReportIntegratedGet,
    ),
}
ACCOUNT = FoundAccount("7012345678900000011", "Moss & Mortar", "EUR", "Europe/Berlin")


@pytest.fixture
def settings() -> Settings:
    return make_settings(
        "postgresql://nobody@localhost/none", tiktok_app_id="4711", tiktok_app_secret="s"
    )


@pytest.fixture
def asked(settings: Settings, http: Http) -> list[tuple[str, dict[str, str]]]:
    """Path and query of everything that one sync asks for, each kind of thing once."""
    contract = json.loads((FIXTURES / "tiktok" / "contract.json").read_text())
    tiktok = TikTok(settings, http, Grant("t"))
    seen: list[tuple[str, dict[str, str]]] = []
    with responses.RequestsMock() as wire:
        for part in (contract["accounts"], contract["structure"], contract["totals"]):
            _queue(wire, part["wire"])
        for part in contract["facts"].values():
            _queue(wire, part["wire"])
        tiktok.accounts()
        tiktok.structure(ACCOUNT)
        for grain in tiktok.grains:
            list(tiktok.facts(ACCOUNT, grain, SPAN, conversion_action=None))
        tiktok.totals(ACCOUNT, SPAN)
        for call in wire.calls:
            parts = urlsplit(str(call.request.url))
            path = parts.path.removeprefix("/open_api/v1.3/").removesuffix("/")
            seen.append((path, dict(parse_qsl(parts.query))))
    return seen


def _queue(wire: responses.RequestsMock, exchanges: list[dict[str, Any]]) -> None:
    for exchange in exchanges:
        query = {k: v for k, v in exchange["query"].items() if k != "secret"}
        wire.add(
            exchange["method"],
            exchange["url"],
            body=(FIXTURES / "tiktok" / exchange["file"]).read_bytes(),
            match=[responses.matchers.query_param_matcher(query, strict_match=False)],
        )


def parameters(call: Callable[..., Any]) -> set[str]:
    """What one of the client's calls takes: its arguments, and those it lists itself."""
    listed = re.search(r"all_params = (\[.*?\])", inspect.getsource(call), re.DOTALL)
    assert listed is not None
    return set(json.loads(listed.group(1).replace("'", '"')))


def test_every_endpoint_and_parameter_exists(asked: list[tuple[str, dict[str, str]]]) -> None:
    assert {path for path, _ in asked} == set(CALLS)
    for path, query in asked:
        call, _ = CALLS[path]
        assert f"'/open_api/v1.3/{path}/', 'GET'" in inspect.getsource(call)
        assert set(query) <= parameters(call), path


def test_every_filter_exists(asked: list[tuple[str, dict[str, str]]]) -> None:
    filtered = [(path, query["filtering"]) for path, query in asked if "filtering" in query]
    assert {path for path, _ in filtered} == set(CALLS) - {
        "oauth2/advertiser/get",
        "advertiser/info",
    }
    for path, text in filtered:
        kind = CALLS[path][1]
        assert kind is not None
        conditions = json.loads(text)
        for condition in conditions if isinstance(conditions, list) else [conditions]:
            assert set(condition) <= set(kind.attribute_map)  # type: ignore[attr-defined]


def test_the_exchange_sends_what_the_client_would(settings: Settings, http: Http) -> None:
    sent = {"app_id": "4711", "secret": "s", "auth_code": "c0de"}
    model = Oauth2AccessTokenBody(**sent)
    assert set(model.attribute_map) == set(sent)
    source = inspect.getsource(AuthenticationApi.oauth2_access_token_with_http_info)
    assert "'/open_api/v1.3/oauth2/access_token/', 'POST'" in source
    with responses.RequestsMock() as wire:
        wire.post(
            f"{API}/oauth2/access_token/",
            json={"code": 0, "data": {"access_token": "t", "scope": [1, 2, 4]}},
            match=[responses.matchers.json_params_matcher(sent)],
        )
        wire.get(f"{API}/user/info/", json={"code": 0, "data": {}})
        TikTok(settings, http).exchange({"auth_code": "c0de"}, redirect_uri="x", started={})


def test_lists_travel_as_the_client_s_json(asked: list[tuple[str, dict[str, str]]]) -> None:
    for _, query in asked:
        for name in ("fields", "dimensions", "metrics", "advertiser_ids"):
            if name in query:
                words = json.loads(query[name])
                assert all(isinstance(word, str) for word in words)
                assert len(set(words)) == len(words)


def test_every_documented_status_has_a_word_of_ours() -> None:
    """TikTok's page folds each status into a primary one; ours follows it."""
    documented = json.loads((FIXTURES / "tiktok" / "statuses.json").read_text())
    rows = [
        (primary, secondary)
        for level in ("campaign", "adgroup", "ad")
        for primary, words in documented[level].items()
        for secondary in words
    ]
    assert len(rows) == 115
    assert {secondary for _, secondary in rows} == set(STATUS)
    folded = {
        "STATUS_DELIVERY_OK": {"active"},
        "STATUS_DISABLE": {"paused"},
        "STATUS_NOT_DELIVERY": {"paused", "problem"},
        "STATUS_FROZEN": {"problem"},
        "STATUS_TIME_DONE": {"ended"},
        "STATUS_RF_CLOSED": {"ended"},
        "STATUS_DELETE": {"removed"},
    }
    for primary, secondary in rows:
        assert STATUS[secondary] in folded[primary], secondary


def test_the_longest_window_is_thirty_days_of_both_ends(settings: Settings, http: Http) -> None:
    tiktok = TikTok(settings, http, Grant("t"))
    year = Days(SPAN.first.replace(year=2025), SPAN.last)
    empty = {"list": [], "page_info": {"page": 1, "total_number": 0, "total_page": 0}}
    with responses.RequestsMock() as wire:
        wire.get(f"{API}/report/integrated/get/", json={"code": 0, "data": empty})
        assert list(tiktok.facts(ACCOUNT, Grain.CAMPAIGN, year, conversion_action=None))
        spans = [dict(parse_qsl(urlsplit(str(call.request.url)).query)) for call in wire.calls]
    days = [(span["start_date"], span["end_date"]) for span in spans]
    assert days[0] == ("2026-09-03", "2026-10-02")
    assert days[-1][0] == "2025-10-01"
    assert len(days) == 13

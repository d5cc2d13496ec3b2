"""TikTok's own client, pointed at the sandbox: it gets on with every answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from business_api_client import ApiClient, Configuration
from business_api_client.api.account_management_api import AccountManagementApi
from business_api_client.api.ad_api import AdApi
from business_api_client.api.adgroup_api import AdgroupApi
from business_api_client.api.authentication_api import AuthenticationApi
from business_api_client.api.campaign_creation_api import CampaignCreationApi
from business_api_client.api.reporting_api import ReportingApi
from business_api_client.models import FilteringCampaignGet, Oauth2AccessTokenBody
from business_api_client.rest import ApiException
from business_api_client.tiktok_business.tiktok_exceptions import TiktokSDKError

from sandbox import CREDENTIALS, TIKTOK_TOKEN
from sandbox.server import create_app
from sandbox.tiktok import reports, tokens
from tests.sandbox_server import SandboxServer

DOLLARS, YEN = "7012345678900000001", "7012345678900000002"
APP = CREDENTIALS["tiktok"]
SPAN = {"start_date": "2026-10-25", "end_date": "2026-11-22"}


@pytest.fixture
def client(sandbox: SandboxServer) -> Iterator[ApiClient]:
    configuration = Configuration()
    configuration.host = f"{sandbox.url}/tiktok"
    made = ApiClient(configuration)
    yield made
    made.rest_client.pool_manager.clear()


def pages(call: Any, **asked: Any) -> list[dict[str, Any]]:
    """Rows of all pages, as a script with the client would gather them."""
    rows: list[dict[str, Any]] = []
    number = last = 1
    while number <= last:
        data = call(access_token=TIKTOK_TOKEN, page=number, page_size=200, **asked)["data"]
        rows += data["list"]
        last = data["page_info"]["total_page"]
        number += 1
    return rows


def test_it_exchanges_a_code_and_lists_the_advertisers(client: ApiClient) -> None:
    with create_app(1, None).app_context():
        code = tokens.new_code([1, 2, 4], [YEN])
    body = Oauth2AccessTokenBody(app_id=APP["app_id"], secret=APP["app_secret"], auth_code=code)
    got = AuthenticationApi(client).oauth2_access_token(body=body)["data"]
    assert (got["advertiser_ids"], got["scope"]) == ([YEN], [1, 2, 4])
    listed = AuthenticationApi(client).oauth2_advertiser_get(
        APP["app_id"], APP["app_secret"], got["access_token"]
    )["data"]["list"]
    assert listed == [{"advertiser_id": YEN, "advertiser_name": "Larkspur TikTok 日本"}]


def test_it_describes_the_advertisers(client: ApiClient) -> None:
    fields = ["advertiser_id", "currency", "display_timezone"]
    listed = AccountManagementApi(client).advertiser_info(
        [DOLLARS, YEN], TIKTOK_TOKEN, fields=fields
    )["data"]["list"]
    assert [row["currency"] for row in listed] == ["USD", "JPY"]
    assert all(set(row) == set(fields) for row in listed)


def test_it_reads_campaigns_ad_groups_and_ads_to_the_last_page(client: ApiClient) -> None:
    campaigns = pages(CampaignCreationApi(client).campaign_get, advertiser_id=DOLLARS)
    groups = pages(AdgroupApi(client).adgroup_get, advertiser_id=DOLLARS)
    ads = pages(AdApi(client).ad_get, advertiser_id=DOLLARS)
    smart = pages(AdApi(client).smart_plus_ad_get, advertiser_id=DOLLARS)
    ids = {row["campaign_id"] for row in campaigns}
    assert {row["campaign_id"] for row in groups} == ids
    assert {row["adgroup_id"] for row in ads} <= {row["adgroup_id"] for row in groups}
    assert {row["campaign_id"] for row in smart} < ids
    assert len({row["ad_id"] for row in ads}) == len(ads) > len(smart) > 0


def test_deleted_campaigns_come_only_when_asked_for(client: ApiClient) -> None:
    call = CampaignCreationApi(client).campaign_get
    hidden = pages(call, advertiser_id=DOLLARS)
    every = FilteringCampaignGet(secondary_status="CAMPAIGN_STATUS_ALL")
    shown = pages(call, advertiser_id=DOLLARS, filtering=every)
    gone = FilteringCampaignGet(primary_status="STATUS_DELETE")
    deleted = pages(call, advertiser_id=DOLLARS, filtering=gone)
    assert len(hidden) + len(deleted) == len(shown)
    assert [row["secondary_status"] for row in deleted] == ["CAMPAIGN_STATUS_DELETE"]


@pytest.mark.parametrize("level", ["AUCTION_ADVERTISER", "AUCTION_CAMPAIGN", "AUCTION_AD"])
def test_it_reads_reports_that_add_up_to_the_truth(
    client: ApiClient, sandbox: SandboxServer, level: str
) -> None:
    (dimension, *_), status = reports.LEVELS[level]
    every = [{"field_name": status, "filter_type": "IN", "filter_value": '["STATUS_ALL"]'}]
    rows = pages(
        ReportingApi(client).report_integrated_get,
        report_type="BASIC",
        advertiser_id=DOLLARS,
        data_level=level,
        dimensions=[dimension, "stat_time_day"],
        metrics=["spend", "impressions", "clicks"],
        filtering=every if status else [],
        **SPAN,
    )
    told = sandbox.truth(DOLLARS, *SPAN.values(), of="tiktok")
    told = told["served_by_ads"] if level == "AUCTION_AD" else told["total"]
    assert sum(Decimal(row["metrics"]["spend"]) for row in rows) == Decimal(told["spend"])
    assert sum(int(row["metrics"]["clicks"]) for row in rows) == told["clicks"]


def test_it_understands_the_refusals(client: ApiClient, sandbox: SandboxServer) -> None:
    call = CampaignCreationApi(client).campaign_get
    with pytest.raises(TiktokSDKError, match="40105"):
        call(DOLLARS, "made up")
    with pytest.raises(TiktokSDKError, match="40001"):
        call("1", TIKTOK_TOKEN)
    sandbox.fault("rate_limit_app")
    with pytest.raises(TiktokSDKError, match="40100"):
        call(DOLLARS, TIKTOK_TOKEN)
    sandbox.fault("unavailable")
    with pytest.raises(ApiException):
        call(DOLLARS, TIKTOK_TOKEN)


def test_ten_rows_come_unless_more_are_asked_for(client: ApiClient) -> None:
    data = AdApi(client).ad_get(DOLLARS, TIKTOK_TOKEN)["data"]
    assert len(data["list"]) == 10
    assert data["page_info"]["page_size"] == 10
    assert json.dumps(data)

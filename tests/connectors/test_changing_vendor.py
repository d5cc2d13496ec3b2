"""What changing asks and sends exists in the platforms' own clients."""

from __future__ import annotations

import pytest
from business_api_client import models
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.campaign import Campaign
from google.ads.googleads.v26.services.types.google_ads_service import MutateGoogleAdsRequest
from google.protobuf import json_format

from app.connectors.google import launch_bodies as bodies


@pytest.mark.parametrize("kind", [Campaign, AdSet])
def test_metas_client_knows_the_fields_that_are_read_and_written(kind: type) -> None:
    fields = kind.Field  # type: ignore[attr-defined]
    known = {value for name, value in vars(fields).items() if not name.startswith("_")}
    asked = "account_id,name,status,effective_status,daily_budget,lifetime_budget".split(",")
    assert set(asked) <= known
    statuses = set(vars(kind.Status).values())  # type: ignore[attr-defined]
    assert {"ACTIVE", "PAUSED"} <= statuses


def test_tiktoks_client_takes_the_bodies_of_both_levels() -> None:
    campaign = models.CampaignUpdateBody(advertiser_id="1", campaign_id="2", budget=50.0)
    group = models.AdgroupUpdateBody(advertiser_id="1", adgroup_id="3", budget=20.0)
    assert (campaign.budget, group.budget) == (50.0, 20.0)
    for body, name in (
        (models.CampaignStatusUpdateBody, "campaign_ids"),
        (models.AdgroupStatusUpdateBody, "adgroup_ids"),
    ):
        assert {"advertiser_id", name, "operation_status"} <= set(body.swagger_types)


@pytest.mark.parametrize(
    ("kind", "update", "mask"),
    [
        (
            "campaignBudget",
            {"resourceName": "customers/1/campaignBudgets/2", "amountMicros": "25500000"},
            "amountMicros",
        ),
        ("campaign", {"resourceName": "customers/1/campaigns/2", "status": "PAUSED"}, "status"),
        ("adGroup", {"resourceName": "customers/1/adGroups/2", "status": "ENABLED"}, "status"),
    ],
)
def test_googles_client_reads_the_mutation_as_it_was_meant(
    kind: str, update: dict[str, str], mask: str
) -> None:
    body = bodies.mutation([{f"{kind}Operation": {"update": update, "updateMask": mask}}])
    read = MutateGoogleAdsRequest.pb()
    request = json_format.ParseDict(body, read())
    operation = request.mutate_operations[0]
    (field, value) = operation.ListFields()[0]
    assert field.json_name == f"{kind}Operation"
    assert list(value.update_mask.paths) == ["amount_micros" if "Micros" in mask else "status"]
    assert value.update.resource_name == update["resourceName"]

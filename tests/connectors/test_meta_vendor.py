"""What is asked of Meta exists in Meta's own client."""

from __future__ import annotations

import pytest
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.adsinsights import AdsInsights
from facebook_business.adobjects.campaign import Campaign
from facebook_business.apiconfig import ads_api_config

from app.connectors.meta.answers import STATUS
from app.connectors.platforms import meta
from app.connectors.words import Grain
from app.settings import Settings


def words(kind: type) -> set[str]:
    """The values of one of the client's enumerations."""
    return {value for name, value in vars(kind).items() if not name.startswith("_")}


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (meta.ACCOUNT_FIELDS, AdAccount),
        (meta.CAMPAIGN_FIELDS, Campaign),
        (meta.AD_SET_FIELDS, AdSet),
        (meta.AD_FIELDS, Ad),
        (meta.TOTAL_FIELDS, AdsInsights),
        (meta.FACT_FIELDS[Grain.CAMPAIGN], AdsInsights),
        (meta.FACT_FIELDS[Grain.AD], AdsInsights),
        (meta.FACT_FIELDS[Grain.PLACEMENT], AdsInsights),
    ],
)
def test_every_field_exists(asked: tuple[str, ...], kind: type) -> None:
    assert set(asked) <= words(kind.Field)  # type: ignore[attr-defined]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (meta.CAMPAIGN_STATUSES, Campaign),
        (meta.AD_SET_STATUSES, AdSet),
        (meta.AD_STATUSES, Ad),
    ],
)
def test_every_status_but_deleted_is_asked_for(asked: tuple[str, ...], kind: type) -> None:
    known = words(kind.EffectiveStatus)  # type: ignore[attr-defined]
    assert set(asked) == known - {"DELETED"}


def test_every_status_has_a_word_of_ours() -> None:
    kinds = (Campaign.EffectiveStatus, AdSet.EffectiveStatus, Ad.EffectiveStatus)
    known = set().union(*map(words, kinds))
    assert known == set(STATUS)


def test_levels_and_breakdowns_exist() -> None:
    assert set(meta.LEVELS.values()) | {"account"} <= words(AdsInsights.Level)
    assert "publisher_platform" in words(AdsInsights.Breakdowns)


def test_the_default_version_is_the_client_s() -> None:
    assert (
        Settings.__dataclass_fields__["meta_api_version"].default == (ads_api_config["API_VERSION"])
    )

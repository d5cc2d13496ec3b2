"""What is asked, in Google's query language.

Every field exists in v26; a test holds each against Google's own descriptors.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.connectors.words import Days, Grain

CLIENTS = (
    "customer_client.id",
    "customer_client.manager",
    "customer_client.descriptive_name",
    "customer_client.currency_code",
    "customer_client.time_zone",
    "customer_client.status",
    "customer_client.test_account",
)
CAMPAIGNS = (
    "campaign.id",
    "campaign.name",
    "campaign.status",
    "campaign.primary_status",
    "campaign.primary_status_reasons",
    "campaign.advertising_channel_type",
    "campaign.bidding_strategy_type",
    "campaign.start_date_time",
    "campaign_budget.amount_micros",
    "campaign_budget.total_amount_micros",
    "campaign_budget.reference_count",
)
AD_GROUPS = (
    "ad_group.id",
    "ad_group.name",
    "ad_group.status",
    "ad_group.primary_status",
    "ad_group.primary_status_reasons",
    "campaign.id",
)
ASSET_GROUPS = (
    "asset_group.id",
    "asset_group.name",
    "asset_group.status",
    "asset_group.primary_status",
    "asset_group.primary_status_reasons",
    "campaign.id",
)
ADS = (
    "ad_group_ad.ad.id",
    "ad_group_ad.ad.name",
    "ad_group_ad.ad.type",
    "ad_group_ad.ad.responsive_search_ad.headlines",
    "ad_group_ad.ad.responsive_search_ad.descriptions",
    "ad_group_ad.ad.expanded_text_ad.headline_part1",
    "ad_group_ad.ad.expanded_text_ad.headline_part2",
    "ad_group_ad.ad.expanded_text_ad.headline_part3",
    "ad_group_ad.ad.expanded_text_ad.description",
    "ad_group_ad.ad.expanded_text_ad.description2",
    "ad_group_ad.status",
    "ad_group_ad.primary_status",
    "ad_group_ad.primary_status_reasons",
    "ad_group.id",
    "campaign.id",
)
ACTIONS = ("conversion_action.id", "conversion_action.name")
# What a launch looks for: conversions to bid for, and what it has made.
COUNTED = ("conversion_action.name", "conversion_action.include_in_conversions_metric")
MADE_CAMPAIGN = ("campaign.id", "campaign.name", "campaign.status", "campaign.campaign_budget")
CHANGED_CAMPAIGN = (
    *MADE_CAMPAIGN,
    "campaign.primary_status",
    "campaign_budget.amount_micros",
    "campaign_budget.total_amount_micros",
    "campaign_budget.reference_count",
    "campaign_budget.explicitly_shared",
)
MADE_GROUPS = ("ad_group.id", "ad_group.name", "ad_group.status")
MADE_ADS = (
    "ad_group_ad.ad.id",
    "ad_group_ad.ad.responsive_search_ad.headlines",
    "ad_group_ad.ad.responsive_search_ad.descriptions",
    "ad_group_ad.status",
    "ad_group.id",
)

_OF_CAMPAIGN = ("campaign.id", "campaign.name", "segments.date")
_OF = {
    Grain.CAMPAIGN: _OF_CAMPAIGN,
    Grain.AD: (
        *_OF_CAMPAIGN,
        "ad_group.id",
        "ad_group.name",
        "ad_group_ad.ad.id",
        "ad_group_ad.ad.name",
        "ad_group_ad.ad.type",
    ),
    Grain.PLACEMENT: (*_OF_CAMPAIGN, "segments.ad_network_type"),
}
_FROM = {Grain.CAMPAIGN: "campaign", Grain.AD: "ad_group_ad", Grain.PLACEMENT: "campaign"}
_DELIVERY = ("metrics.cost_micros", "metrics.impressions", "metrics.clicks")
_CONVERSIONS = ("metrics.conversions", "metrics.conversions_value")
# A conversion action is no segment of cost, impressions or clicks.
_ACTION = (
    "segments.conversion_action",
    "segments.conversion_action_name",
    "metrics.all_conversions",
    "metrics.all_conversions_value",
)


def listing(fields: Sequence[str], resource: str) -> str:
    """Everything of one kind, removed ones included, whether or not it has figures."""
    return _select(fields, resource)


def counted_actions() -> str:
    """The conversion actions that are switched on, and whether the account counts them."""
    return _select(COUNTED, "conversion_action", where="conversion_action.status = 'ENABLED'")


def campaigns_marked(mark: str) -> str:
    """Campaigns that have not been removed and hold the mark somewhere in their names."""
    literal = re.sub(r"[\[\]%_]", lambda found: f"[{found[0]}]", mark)
    where = f"campaign.name LIKE {quoted(f'%{literal}%')} AND campaign.status != 'REMOVED'"
    return _select(MADE_CAMPAIGN, "campaign", where=where)


def within(fields: Sequence[str], resource: str, campaign_id: str) -> str:
    """One campaign, or what hangs on it and has not been removed. `campaign_id`: digits."""
    where = f"campaign.id = {int(campaign_id)} AND {resource}.status != 'REMOVED'"
    return _select(fields, resource, where=where)


def one_campaign(campaign_id: str) -> str:
    """A campaign with its budget, removed or not. `campaign_id`: digits."""
    return _select(CHANGED_CAMPAIGN, "campaign", where=f"campaign.id = {int(campaign_id)}")


def one_group(group_id: str) -> str:
    """An ad group, removed or not. `group_id`: digits."""
    return _select(MADE_GROUPS, "ad_group", where=f"ad_group.id = {int(group_id)}")


def quoted(text: str) -> str:
    """A text as a value in a query."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def clients() -> str:
    """A customer itself and all accounts below it."""
    return _select(CLIENTS, "customer_client")


def figures(grain: Grain, days: Days, *, conversions: bool = True) -> str:
    """Daily figures; with `conversions` those that count for the account's own column."""
    metrics = (*_DELIVERY, *(_CONVERSIONS if conversions else ()))
    return _select((*_OF[grain], *metrics), _FROM[grain], days)


def figures_by_action(grain: Grain, days: Days) -> str:
    """Daily conversions of every conversion action, also of those in no column."""
    return _select((*_OF[grain], *_ACTION), _FROM[grain], days)


def totals(days: Days) -> str:
    """The account's own totals by day."""
    return _select(("customer.currency_code", "segments.date", *_DELIVERY), "customer", days)


def actions_counted(days: Days) -> str:
    """The conversion actions that the account's own column counted in these days."""
    return _select((_ACTION[1], "metrics.conversions"), "customer", days)


def actions_seen(days: Days) -> str:
    """The conversion actions that brought anything in these days, a manager's own among them."""
    return _select((*_ACTION[:2], "metrics.all_conversions"), "customer", days)


def _select(
    fields: Sequence[str], resource: str, days: Days | None = None, *, where: str = ""
) -> str:
    """What a person typed is part of a query only as `quoted` writes it."""
    query = f"SELECT {', '.join(fields)} FROM {resource}"  # noqa: S608 no SQL, and all are ours
    if days is not None:
        query += f" WHERE segments.date BETWEEN '{days.first}' AND '{days.last}'"
    elif where:
        query += f" WHERE {where}"
    return f"{query} PARAMETERS omit_unselected_resource_names=true"

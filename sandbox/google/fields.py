"""Every field that can be selected: what it holds, and beside which others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.figures import NOTHING, Figures
from sandbox.google import made, things
from sandbox.google.customers import Customer
from sandbox.google.things import Action
from sandbox.world import Ad, AdSet, Campaign


@dataclass(frozen=True)
class Subject:
    """What one row is about; `client` and `level` only below a manager."""

    customer: Customer
    campaign: Campaign | None = None
    group: AdSet | None = None
    ad: Ad | None = None
    client: Customer | None = None
    level: int = 0
    action: Action | None = None
    day: dt.date | None = None
    network: str = ""
    figures: Figures = field(default=NOTHING)


Value = Callable[[Subject], Any]


def _of_campaign(read: Callable[[Campaign], Any]) -> Value:
    return lambda subject: subject.campaign and read(subject.campaign)


def _of_group(read: Callable[[AdSet], Any]) -> Value:
    return lambda subject: subject.group and read(subject.group)


def _of_ad(read: Callable[[Ad], Any]) -> Value:
    return lambda subject: subject.ad and read(subject.ad)


def _of_client(read: Callable[[Customer], Any]) -> Value:
    return lambda subject: subject.client and read(subject.client)


def _of_action(read: Callable[[Action], Any]) -> Value:
    return lambda subject: subject.action and read(subject.action)


def _of_figures(read: Callable[[Figures], int]) -> Value:
    """Whole 64-bit numbers are text in JSON."""
    return lambda subject: str(read(subject.figures))


def _states(prefix: str, read: Value) -> dict[str, Value]:
    def part(name: str) -> Value:
        def value(subject: Subject) -> Any:
            found: things.State | None = read(subject)
            if found is None:
                return None
            part_of = getattr(found, name)
            return list(part_of) or None if isinstance(part_of, tuple) else part_of

        return value

    return {
        f"{prefix}.status": part("set"),
        f"{prefix}.primary_status": part("primary"),
        f"{prefix}.primary_status_reasons": part("reasons"),
    }


def campaign_name(subject: Subject) -> str | None:
    campaign = subject.campaign
    return f"customers/{subject.customer.id}/campaigns/{campaign.id}" if campaign else None


def _group_name(kind: str) -> Value:
    return _named(kind, lambda subject: subject.group and subject.group.id)


def _named(kind: str, number: Value) -> Value:
    def name(subject: Subject) -> str | None:
        found = number(subject)
        return found and f"customers/{subject.customer.id}/{kind}/{found}"

    return name


def _ad_number(subject: Subject) -> str | None:
    return f"{subject.ad.ad_set.id}~{subject.ad.id}" if subject.ad else None


_budget_name = _named(
    "campaignBudgets", lambda subject: subject.campaign and things.budget(subject.campaign).id
)
_action_name = _named("conversionActions", _of_action(lambda action: action.id))


def _start(campaign: Campaign) -> str:
    return f"{campaign.launched} 00:00:00"


def _end(campaign: Campaign) -> str | None:
    if sent := made.body_of(campaign):
        return sent.get("endDateTime")
    if campaign.ended is None or campaign.plan.fate != "ARCHIVED":
        return None
    return f"{campaign.ended - dt.timedelta(days=1)} 23:59:59"


def _micros(subject: Subject) -> int:
    account = subject.customer.account
    minor: int = 10 ** (6 - (account.decimals if account else 2))
    return subject.figures.spend * minor


def _cost(subject: Subject) -> str:
    return str(_micros(subject))


def _credits(subject: Subject, *, everything: bool) -> float:
    """Thousandths of conversions of one action, or of those that count."""
    figures = subject.figures
    by_action = dict(
        zip(
            things.ACTIONS,
            (figures.credits, figures.leads * 1000, figures.carts * 1000),
            strict=True,
        )
    )
    if subject.action is not None:
        return by_action[subject.action] if everything or subject.action.primary else 0
    return sum(by_action[action] for action in things.ACTIONS if everything or action.primary)


def _worth(subject: Subject) -> float:
    account = subject.customer.account
    if account is None or subject.action not in (None, things.ACTIONS[0]):
        return 0.0
    return float(account.money(subject.figures.value))


def _ratio(top: Callable[[Subject], float], under: Callable[[Figures], int]) -> Value:
    def value(subject: Subject) -> float | None:
        whole = under(subject.figures)
        return top(subject) / whole if whole else None

    return value


FIELDS: dict[str, Value] = {
    "campaign.resource_name": campaign_name,
    "campaign.id": _of_campaign(lambda campaign: campaign.id),
    "campaign.name": _of_campaign(lambda campaign: campaign.name),
    **_states("campaign", _of_campaign(things.of_campaign)),
    "campaign.serving_status": _of_campaign(
        lambda campaign: "SERVING" if things.of_campaign(campaign).set == "ENABLED" else "NONE"
    ),
    "campaign.advertising_channel_type": _of_campaign(things.channel),
    "campaign.advertising_channel_sub_type": lambda _: None,
    "campaign.bidding_strategy_type": _of_campaign(things.bidding),
    "campaign.start_date_time": _of_campaign(_start),
    "campaign.end_date_time": _of_campaign(_end),
    "campaign.campaign_budget": _budget_name,
    "campaign.experiment_type": lambda _: "BASE",
    "campaign_budget.resource_name": _budget_name,
    "campaign_budget.id": _of_campaign(lambda campaign: things.budget(campaign).id),
    "campaign_budget.amount_micros": _of_campaign(
        lambda campaign: _text(things.budget(campaign).daily)
    ),
    "campaign_budget.total_amount_micros": _of_campaign(
        lambda campaign: _text(things.budget(campaign).total)
    ),
    "campaign_budget.period": _of_campaign(
        lambda campaign: "DAILY" if things.budget(campaign).daily else "CUSTOM_PERIOD"
    ),
    "campaign_budget.delivery_method": lambda _: "STANDARD",
    "campaign_budget.explicitly_shared": _of_campaign(
        lambda campaign: things.budget(campaign).users > 1
    ),
    "campaign_budget.reference_count": _of_campaign(
        lambda campaign: _text(things.budget(campaign).users)
    ),
    "ad_group.resource_name": _group_name("adGroups"),
    "ad_group.id": _of_group(lambda group: group.id),
    "ad_group.name": _of_group(lambda group: group.name),
    **_states("ad_group", _of_group(things.of_group)),
    "ad_group.type": _of_group(things.group_type),
    "ad_group.campaign": campaign_name,
    "asset_group.resource_name": _group_name("assetGroups"),
    "asset_group.id": _of_group(lambda group: group.id),
    "asset_group.name": _of_group(lambda group: group.name),
    **_states("asset_group", _of_group(things.of_group)),
    "asset_group.campaign": campaign_name,
    "ad_group_ad.resource_name": _named("adGroupAds", _ad_number),
    "ad_group_ad.ad_group": _group_name("adGroups"),
    **_states("ad_group_ad", _of_ad(things.of_ad)),
    "ad_group_ad.ad.resource_name": _named("ads", _of_ad(lambda ad: ad.id)),
    "ad_group_ad.ad.id": _of_ad(lambda ad: ad.id),
    "ad_group_ad.ad.name": _of_ad(things.ad_name),
    "ad_group_ad.ad.type": _of_ad(things.ad_type),
    "ad_group_ad.ad.final_urls": _of_ad(things.urls),
    "ad_group_ad.ad.responsive_search_ad.headlines": _of_ad(things.headlines),
    "ad_group_ad.ad.responsive_search_ad.descriptions": _of_ad(things.descriptions),
    "ad_group_ad.ad.expanded_text_ad.headline_part1": lambda _: None,
    "ad_group_ad.ad.expanded_text_ad.headline_part2": lambda _: None,
    "ad_group_ad.ad.expanded_text_ad.headline_part3": lambda _: None,
    "ad_group_ad.ad.expanded_text_ad.description": lambda _: None,
    "ad_group_ad.ad.expanded_text_ad.description2": lambda _: None,
    "customer.resource_name": lambda s: f"customers/{s.customer.id}",
    "customer.id": lambda s: s.customer.id,
    "customer.descriptive_name": lambda s: s.customer.name,
    "customer.currency_code": lambda s: s.customer.currency,
    "customer.time_zone": lambda s: s.customer.time_zone,
    "customer.manager": lambda s: s.customer.manager,
    "customer.status": lambda s: s.customer.status,
    "customer.test_account": lambda _: False,
    "customer_client.resource_name": _named(
        "customerClients", _of_client(lambda client: client.id)
    ),
    "customer_client.client_customer": _of_client(lambda client: f"customers/{client.id}"),
    "customer_client.id": _of_client(lambda client: client.id),
    "customer_client.level": lambda s: str(s.level),
    "customer_client.manager": _of_client(lambda client: client.manager),
    "customer_client.descriptive_name": _of_client(lambda client: client.name),
    "customer_client.currency_code": _of_client(lambda client: client.currency),
    "customer_client.time_zone": _of_client(lambda client: client.time_zone),
    "customer_client.status": _of_client(lambda client: client.status),
    "customer_client.hidden": lambda _: False,
    "customer_client.test_account": lambda _: False,
    "conversion_action.resource_name": _action_name,
    "conversion_action.id": _of_action(lambda action: action.id),
    "conversion_action.name": _of_action(lambda action: action.name),
    "conversion_action.status": lambda _: "ENABLED",
    "conversion_action.primary_for_goal": _of_action(lambda action: action.primary),
    "conversion_action.include_in_conversions_metric": _of_action(lambda action: action.primary),
    "segments.date": lambda s: s.day and s.day.isoformat(),
    "segments.month": lambda s: s.day and s.day.replace(day=1).isoformat(),
    "segments.ad_network_type": lambda s: s.network or None,
    "segments.conversion_action": _action_name,
    "segments.conversion_action_name": _of_action(lambda action: action.name),
    "metrics.cost_micros": _cost,
    "metrics.impressions": _of_figures(lambda figures: figures.impressions),
    "metrics.clicks": _of_figures(lambda figures: figures.clicks),
    "metrics.interactions": _of_figures(lambda figures: figures.clicks),
    "metrics.conversions": lambda s: _credits(s, everything=False) / 1000,
    "metrics.conversions_value": _worth,
    "metrics.all_conversions": lambda s: _credits(s, everything=True) / 1000,
    "metrics.all_conversions_value": _worth,
    "metrics.view_through_conversions": _of_figures(lambda figures: figures.landing_views // 90),
    "metrics.ctr": _ratio(lambda s: s.figures.clicks, lambda figures: figures.impressions),
    "metrics.average_cpc": _ratio(_micros, lambda figures: figures.clicks),
}

RESOURCES = {
    "campaign": ("campaign", "campaign_budget", "customer", "segments", "metrics"),
    "ad_group": ("ad_group", "campaign", "customer", "segments", "metrics"),
    "ad_group_ad": ("ad_group_ad", "ad_group", "campaign", "customer", "segments", "metrics"),
    "asset_group": ("asset_group", "campaign", "customer", "segments", "metrics"),
    "customer": ("customer", "segments", "metrics"),
    "customer_client": ("customer_client", "customer"),
    "conversion_action": ("conversion_action", "customer"),
}
"""What can be selected beside each resource."""

BY_ACTION = frozenset({"segments.conversion_action", "segments.conversion_action_name"})
FOR_ACTIONS = frozenset(
    f"metrics.{name}"
    for name in (
        "conversions",
        "conversions_value",
        "all_conversions",
        "all_conversions_value",
        "view_through_conversions",
    )
)
"""The metrics that conversion actions are a segment of."""


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def camel(path: str) -> list[str]:
    """The path of a field in JSON."""
    parts = path.split(".")
    return [_camel(part) for part in parts]


def _camel(word: str) -> str:
    first, *others = word.split("_")
    return first + "".join(map(str.capitalize, others))

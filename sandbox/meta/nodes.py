"""Accounts, campaigns, ad sets, ads and creatives in the words of Meta's API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from sandbox.edits import edited
from sandbox.figures import total
from sandbox.meta import made, texts
from sandbox.meta.errors import bad_param
from sandbox.meta.made import Made
from sandbox.meta.params import Tree
from sandbox.noise import noise
from sandbox.plans.shapes import Kind
from sandbox.state import Node, state
from sandbox.world import Account, Ad, AdSet, Business, Campaign

_OBJECTIVES: dict[Kind, str] = {
    "sales": "OUTCOME_SALES",
    "leads": "OUTCOME_LEADS",
    "traffic": "OUTCOME_TRAFFIC",
    "awareness": "OUTCOME_AWARENESS",
    "engagement": "OUTCOME_ENGAGEMENT",
    "app": "OUTCOME_APP_PROMOTION",
}
_GOALS: dict[Kind, str] = {
    "sales": "OFFSITE_CONVERSIONS",
    "leads": "LEAD_GENERATION",
    "traffic": "LANDING_PAGE_VIEWS",
    "awareness": "REACH",
    "engagement": "POST_ENGAGEMENT",
    "app": "APP_INSTALLS",
}
_OFFSET_ONE = frozenset({"JPY"})
_ZONE_IDS = {"America/New_York": 7, "Europe/Berlin": 47, "Asia/Tokyo": 79, "America/Los_Angeles": 1}


def account_of(node: Node | Made) -> str:
    """The id of the account that a node is in; empty for a business."""
    if isinstance(node, Business):
        return ""
    if isinstance(node, Account):
        return node.id
    if isinstance(node, Made):
        return node.account.id
    campaign = node if isinstance(node, Campaign) else node.campaign
    return campaign.account.id


def today(account: Account) -> dt.date:
    """The account's own date now."""
    return state().clock.now().astimezone(account.zone).date()


def moment(account: Account, day: dt.date, hour: int = 9) -> str:
    """Meta's spelling of an instant: local time, numeric offset without a colon."""
    local = dt.datetime.combine(day, dt.time(hour, 12, 47), account.zone)
    return local.strftime("%Y-%m-%dT%H:%M:%S%z")


def budget(account: Account, major: int) -> str:
    """Whole units of currency as Meta's smallest unit."""
    return str(major if account.plan.currency in _OFFSET_ONE else major * 100)


def objective(campaign: Campaign) -> str:
    return campaign.plan.objective or _OBJECTIVES[campaign.plan.kind]


def goal(campaign: Campaign) -> str:
    return _GOALS[campaign.plan.kind]


def campaign_status(campaign: Campaign) -> str:
    """What the owner set: ACTIVE, PAUSED, ARCHIVED or DELETED."""
    now = today(campaign.account)
    if state().world.is_removed(campaign, now):
        return "DELETED"
    over = campaign.ended is not None and now >= campaign.ended
    usual = campaign.plan.fate if over and campaign.plan.budget != "lifetime" else "ACTIVE"
    return edited(campaign.id, "status", usual)


def ad_set_status(ad_set: AdSet) -> str:
    """Its own; one in a paused campaign is on itself."""
    above = campaign_status(ad_set.campaign)
    return edited(ad_set.id, "status", "ACTIVE" if above == "PAUSED" else above)


def campaign_effective(campaign: Campaign) -> str:
    status = campaign_status(campaign)
    return "WITH_ISSUES" if status == "ACTIVE" and campaign.plan.with_issues else status


def ad_set_effective(ad_set: AdSet) -> str:
    above = campaign_status(ad_set.campaign)
    own = ad_set_status(ad_set)
    if own != "ACTIVE":
        return own
    return "CAMPAIGN_PAUSED" if above == "PAUSED" else above


def ad_status(ad: Ad) -> str:
    above = campaign_status(ad.campaign)
    if above in ("ARCHIVED", "DELETED"):
        return above
    return "PAUSED" if ad.paused_from and today(ad.campaign.account) >= ad.paused_from else "ACTIVE"


def ad_effective(ad: Ad) -> str:
    above = ad_set_effective(ad.ad_set)
    if above != "ACTIVE":
        return "ADSET_PAUSED" if above == "PAUSED" else above
    return ad.review or ad_status(ad)


def effective_status(node: Campaign | AdSet | Ad | Made) -> str:
    """Which of the statuses the API shows."""
    if isinstance(node, Made):
        return node.effective_status
    if isinstance(node, Campaign):
        return campaign_effective(node)
    return ad_set_effective(node) if isinstance(node, AdSet) else ad_effective(node)


def updated(node: Campaign | AdSet | Ad | Made) -> dt.date:
    """The last day somebody changed the thing itself."""
    if isinstance(node, Made):
        return node.made_on
    campaign = node if isinstance(node, Campaign) else node.campaign
    last = campaign.ended if campaign.ended and campaign.ended <= today(campaign.account) else None
    return last or max(campaign.launched, state().world.anchor - dt.timedelta(days=3))


def values(node: Node | Made) -> dict[str, Any]:
    """Every field of a node."""
    return _VALUES[type(node)](node)


def describe(node: Node | Made, tree: Tree, default: tuple[str, ...] = ("id",)) -> dict[str, Any]:
    """The asked fields of a node; `id` always comes along, unset fields never."""
    values = _VALUES[type(node)](node)
    answer: dict[str, Any] = {}
    for name, below in (tree or {name: {} for name in default}).items():
        if name not in values:
            raise bad_param(
                f"Tried accessing nonexisting field ({name}) on node type ({_type_name(node)})"
            )
        if name == "creative" and isinstance(node, Ad) and below:
            value: Any = describe_creative(node, below)
        else:
            value = _expanded(values[name], below)
        if value is not None:
            answer[name] = value
    answer.setdefault("id", values["id"])
    return answer


def describe_creative(ad: Ad, tree: Tree) -> dict[str, Any]:
    """The asked fields of an ad's creative."""
    values = creative(ad)
    for name in tree:
        if name not in values:
            raise bad_param(f"Tried accessing nonexisting field ({name}) on node type (AdCreative)")
    return {name: values[name] for name in ("id", *tree) if values[name] is not None}


def _expanded(value: Any, below: Tree) -> Any:
    if callable(value):
        return value()
    if isinstance(value, (Business, Campaign, AdSet, Made)):
        return describe(value, below, ("id", "name") if isinstance(value, Business) else ("id",))
    return value


def _type_name(node: Node | Made) -> str:
    return "AdAccount" if isinstance(node, Account) else type(node).__name__


def _business(node: Business) -> dict[str, Any]:
    return {"id": node.id, "name": node.name}


def _account(node: Account) -> dict[str, Any]:
    plan = node.plan
    local = state().clock.now().astimezone(node.zone)
    offset = local.utcoffset() or dt.timedelta()
    return {
        "id": f"act_{node.id}",
        "account_id": node.id,
        "name": node.name,
        "account_status": plan.status,
        "disable_reason": 0,
        "currency": plan.currency,
        "timezone_name": plan.time_zone,
        "timezone_id": _ZONE_IDS[plan.time_zone],
        "timezone_offset_hours_utc": offset.total_seconds() / 3600,
        "amount_spent": partial(_spent, node),
        "balance": "0",
        "spend_cap": "0",
        "min_daily_budget": int(budget(node, 1)),
        "business": node.business,
        "business_name": node.business.name,
        "business_country_code": plan.country,
        "owner": node.business.id,
        "user_tasks": list(plan.tasks),
        "default_dsa_beneficiary": node.business.name if plan.country == "DE" else None,
        "default_dsa_payor": node.business.name if plan.country == "DE" else None,
        "created_time": moment(node, state().world.anchor - dt.timedelta(days=1300)),
        "age": float(1300 + (local.date() - state().world.anchor).days),
        "is_personal": 0,
        "is_prepay_account": False,
    }


def _spent(account: Account) -> str:
    """Spend of the month in minor units; it stands for the lifetime's."""
    now = state().clock.now()
    local = today(account)
    days = (local - dt.timedelta(days=number) for number in range(local.day))
    rows = (row for day in days for row in state().world.deliveries(account, day, now))
    return str(total(row.figures for row in rows).spend)


def _campaign(node: Campaign) -> dict[str, Any]:
    plan, account = node.plan, node.account
    own = plan.budget == "campaign"
    status = campaign_status(node)
    return {
        "id": node.id,
        "account_id": account.id,
        "name": node.name,
        "objective": objective(node),
        "status": status,
        "configured_status": status,
        "effective_status": campaign_effective(node),
        "buying_type": "AUCTION",
        "bid_strategy": "LOWEST_COST_WITHOUT_CAP" if own else None,
        "daily_budget": edited(node.id, "daily_budget", budget(account, _daily(node)))
        if own
        else None,
        "lifetime_budget": budget(account, _daily(node) * 90)
        if plan.budget == "lifetime"
        else None,
        "budget_remaining": budget(account, _daily(node) // 2 if own else 0),
        "spend_cap": None,
        "special_ad_categories": [],
        "special_ad_category_country": None,
        "is_adset_budget_sharing_enabled": None if own else False,
        "issues_info": _issues("CAMPAIGN") if plan.with_issues else None,
        "advantage_state_info": {"advantage_state": "DISABLED"},
        "start_time": moment(account, node.launched),
        "stop_time": moment(account, node.ended) if node.ended else None,
        "created_time": moment(account, node.launched, 7),
        "updated_time": moment(account, updated(node), 15),
    }


def _issues(level: str) -> list[dict[str, Any]]:
    return [
        {
            "level": level,
            "error_code": 1815869,
            "error_summary": "Some products were left out",
            "error_message": "Three products of the catalog lack an image and are not shown.",
            "error_type": "SOFT_ERROR",
        }
    ]


def _daily(campaign: Campaign) -> int:
    """A daily budget near the usual spend, in whole units of currency."""
    plan = campaign.plan
    usual = 36 * plan.volume * plan.price * plan.ad_sets * plan.ads
    return max(5, round(usual * campaign.account.plan.click_price))


def _ad_set(node: AdSet) -> dict[str, Any]:
    campaign, account = node.campaign, node.campaign.account
    plan = campaign.plan
    status = ad_set_status(node)
    own = plan.budget == "ad_sets"
    usual = budget(account, _daily(campaign) // plan.ad_sets)
    return {
        "id": node.id,
        "account_id": account.id,
        "campaign_id": campaign.id,
        "campaign": campaign,
        "name": node.name,
        "status": status,
        "configured_status": status,
        "effective_status": ad_set_effective(node),
        "optimization_goal": goal(campaign),
        "billing_event": "IMPRESSIONS",
        "bid_strategy": "LOWEST_COST_WITHOUT_CAP" if own else None,
        "bid_amount": None,
        "daily_budget": edited(node.id, "daily_budget", usual) if own else "0",
        "lifetime_budget": "0",
        "budget_remaining": budget(account, _daily(campaign) // plan.ad_sets // 2) if own else "0",
        "destination_type": "WEBSITE" if plan.kind in ("sales", "traffic") else "UNDEFINED",
        "promoted_object": _promoted(campaign),
        "learning_stage_info": {
            "status": "LEARNING" if node.is_learning(today(account)) else "SUCCESS",
            "conversions": 12 if node.is_learning(today(account)) else 50,
        },
        "issues_info": None,
        "dsa_beneficiary": account.business.name if account.plan.country == "DE" else None,
        "dsa_payor": account.business.name if account.plan.country == "DE" else None,
        "start_time": moment(account, node.launched),
        "end_time": moment(account, campaign.ended) if campaign.ended else None,
        "created_time": moment(account, node.launched, 7),
        "updated_time": moment(account, updated(node), 15),
        **_aim(account),
    }


def _aim(account: Account) -> dict[str, Any]:
    """Whom an ad set is after, and how long after a click or a view a purchase counts."""
    return {
        "attribution_spec": [
            {"event_type": "CLICK_THROUGH", "window_days": 7},
            {"event_type": "VIEW_THROUGH", "window_days": 1},
        ],
        "targeting": {
            "age_min": 25,
            "age_max": 65,
            "geo_locations": {"countries": [account.plan.country]},
        },
    }


def _promoted(campaign: Campaign) -> dict[str, Any] | None:
    if campaign.plan.kind != "sales":
        return None
    return {"pixel_id": f"90{campaign.account.id}", "custom_event_type": "PURCHASE"}


def _ad(node: Ad) -> dict[str, Any]:
    account = node.campaign.account
    return {
        "id": node.id,
        "account_id": account.id,
        "campaign_id": node.campaign.id,
        "adset_id": node.ad_set.id,
        "campaign": node.campaign,
        "adset": node.ad_set,
        "name": node.name,
        "status": ad_status(node),
        "configured_status": ad_status(node),
        "effective_status": ad_effective(node),
        "creative": {"id": creative_id(node)},
        "ad_review_feedback": (
            {"global": {"Personal health": "Say what the product is, not what the person lacks."}}
            if node.review == "DISAPPROVED"
            else None
        ),
        "issues_info": None,
        "preview_shareable_link": f"https://fb.me/sandbox{node.id}",
        "tracking_specs": [
            {"action.type": ["offsite_conversion"], "fb_pixel": [f"90{account.id}"]}
        ],
        "created_time": moment(account, node.ad_set.launched, 8),
        "updated_time": moment(account, updated(node), 16),
    }


_CALLS = ("SHOP_NOW", "LEARN_MORE", "SIGN_UP", "GET_OFFER")


def creative_id(ad: Ad) -> str:
    return str(int(ad.id) + 7)


def creative(ad: Ad) -> dict[str, Any]:
    """The ad's creative, every field of it."""
    account = ad.campaign.account
    call = _CALLS[noise(int(ad.id)) % 4]
    link = f"https://shop.example/{ad.campaign.number}/{ad.number}"
    return {
        "id": creative_id(ad),
        "account_id": account.id,
        "name": f"{ad.name} {ad.ad_set.launched.isoformat()}",
        "status": "ACTIVE",
        "call_to_action_type": call,
        "link_url": link,
        "object_type": "SHARE",
        "image_hash": f"{noise(int(ad.id), 2):032x}",
        "url_tags": "utm_source=facebook&utm_medium=paid",
        **texts.fields(ad, link, call),
    }


_VALUES: dict[type, Callable[[Any], dict[str, Any]]] = {
    Business: _business,
    Account: _account,
    Campaign: _campaign,
    AdSet: _ad_set,
    Ad: _ad,
    Made: made.values,
}

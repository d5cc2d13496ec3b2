"""Advertisers, campaigns, ad groups and ads in the words of TikTok's API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sandbox.edits import edited
from sandbox.plans.shapes import Kind
from sandbox.state import state
from sandbox.tiktok import created
from sandbox.tiktok.errors import ApiProblem, bad
from sandbox.tiktok.params import Params, known, mapping, page, required, strings
from sandbox.tiktok.texts import text_of
from sandbox.tiktok.tokens import Token
from sandbox.world import Account, Ad, AdSet, Campaign

Listed = Campaign | AdSet | Ad

MOST_IDS = 100
_TIMES = ("creation_filter_start_time", "creation_filter_end_time")
_COMMON_FILTERS = frozenset(
    {
        "campaign_ids",
        "primary_status",
        "secondary_status",
        "objective_type",
        "buying_types",
        "campaign_system_origins",
        "optimization_goal",
        *_TIMES,
    }
)
FILTERS = {
    "campaign": _COMMON_FILTERS | {"campaign_name", "campaign_type", "sales_destination"},
    "adgroup": _COMMON_FILTERS | {"adgroup_ids", "adgroup_name", "billing_events"},
    "ad": _COMMON_FILTERS | {"adgroup_ids", "ad_ids", "ad_name", "modified_after"},
    "smart_plus/ad": frozenset(
        {
            "campaign_ids",
            "adgroup_ids",
            "smart_plus_ad_ids",
            "primary_status",
            "secondary_status",
            "objective_type",
            "optimization_goal",
            "modified_after",
            *_TIMES,
        }
    ),
}
_OBJECTIVES: dict[Kind, str] = {
    "sales": "WEB_CONVERSIONS",
    "leads": "LEAD_GENERATION",
    "traffic": "TRAFFIC",
    "awareness": "REACH",
    "engagement": "ENGAGEMENT",
    "app": "APP_PROMOTION",
}
_GOALS: dict[Kind, tuple[str, str]] = {
    "sales": ("CONVERT", "OCPM"),
    "leads": ("LEAD_GENERATION", "OCPM"),
    "traffic": ("CLICK", "CPC"),
    "awareness": ("REACH", "CPM"),
    "engagement": ("ENGAGED_VIEW", "CPV"),
    "app": ("INSTALL", "OCPM"),
}
_ACCOUNT_STATUS = {1: "STATUS_ENABLE", 101: "STATUS_LIMIT"}
# Etc/GMT+8 is UTC-8, as POSIX counts, and knows neither summer time nor half hours.
_POSIX_ZONE = {
    "America/Los_Angeles": "Etc/GMT+8",
    "Asia/Tokyo": "Etc/GMT-9",
    "America/St_Johns": "Etc/GMT+3",
}


def advertisers(token: Token, params: Params) -> dict[str, Any]:
    """`/advertiser/info/`: one that was not given refuses the whole question."""
    asked = strings(params, "advertiser_ids")
    if not asked:
        raise bad("Missing required field(s): advertiser_ids.")
    if len(asked) > MOST_IDS:
        raise ApiProblem(40011)
    described = [_advertiser(token.account(advertiser_id)) for advertiser_id in asked]
    names = known(params, "fields", described[0])
    return {"list": [_chosen(values, names) for values in described]}


def _advertiser(account: Account) -> dict[str, Any]:
    return {
        "advertiser_id": account.id,
        "name": account.name,
        "company": account.business.name,
        "currency": account.plan.currency,
        "timezone": _POSIX_ZONE[account.plan.time_zone],
        "display_timezone": account.plan.time_zone,
        "country": account.plan.country,
        "status": _ACCOUNT_STATUS[account.plan.status],
        "role": "ROLE_ADVERTISER",
        "industry": "291905",
        "language": "en",
        "email": "s**@s******.example",
        "balance": 1250.75,
        "create_time": 1630055520,
        "advertiser_account_type": "AUCTION",
        "rejection_reason": "",
    }


def things(token: Token, kind: str, params: Params) -> dict[str, Any]:
    """`/campaign/get/`, `/adgroup/get/`, `/ad/get/` and `/smart_plus/ad/get/`."""
    account = token.account(required(params, "advertiser_id"))
    wanted = mapping(params, "filtering", FILTERS[kind])
    describe = _DESCRIBE[kind]
    level = kind.rpartition("/")[2].upper()
    sample = describe(_SAMPLE[kind](state().world.of("tiktok")[0]))[0]
    rows = [row for thing in _REACH[kind](account) for row in describe(thing)]
    rows += [dict.fromkeys(sample) | row for row in created.listed(kind, account.id)]
    names = known(params, "fields", sample)
    shown = [row for row in rows if _holds(row, wanted, level)]
    return page([_chosen(row, names) for row in shown], params)


def one_of(account: Account, kind: str, own: str) -> dict[str, Any]:
    """A campaign or ad group of the world's own. Raises 40007 for what cannot be changed."""
    for thing in _REACH[kind](account):
        if thing.id == own:
            row: dict[str, Any] = _DESCRIBE[kind](thing)[0]
            if primary(str(row["secondary_status"])) != "STATUS_DELETE":
                return row
    raise ApiProblem(40007, f"The {kind} {own} does not exist.")


def _chosen(values: dict[str, Any], names: list[str] | None) -> dict[str, Any]:
    return values if names is None else {name: values[name] for name in names}


def is_smart_plus(campaign: Campaign) -> bool:
    return campaign.plan.name.startswith("Smart+")


def creative_ids(ad: Ad) -> list[str]:
    """What an ad of upgraded Smart+ holds; any other ad is its only creative."""
    if not is_smart_plus(ad.campaign):
        return [ad.id]
    return [str(int(ad.id) + 11), str(int(ad.id) + 12)]


def today(account: Account) -> dt.date:
    return state().clock.now().astimezone(account.zone).date()


def _is_over(campaign: Campaign) -> bool:
    return campaign.ended is not None and campaign.ended <= today(campaign.account)


def _launched(account: Account) -> Iterator[Campaign]:
    now = today(account)
    return (campaign for campaign in account.campaigns if campaign.launched <= now)


def campaign_status(campaign: Campaign) -> str:
    """The effective status."""
    if state().world.is_removed(campaign, today(campaign.account)):
        return "CAMPAIGN_STATUS_DELETE"
    over = _is_over(campaign) and campaign.plan.fate == "PAUSED"
    if edited(campaign.id, "operation_status", "DISABLE" if over else "ENABLE") == "DISABLE":
        return "CAMPAIGN_STATUS_DISABLE"
    if campaign.plan.with_issues:
        return "CAMPAIGN_STATUS_BUDGET_EXCEED"
    return "CAMPAIGN_STATUS_ENABLE"


def ad_group_status(ad_set: AdSet) -> str:
    above = campaign_status(ad_set.campaign)
    switched_off = edited(ad_set.id, "operation_status", "ENABLE") == "DISABLE"
    states = (
        (above == "CAMPAIGN_STATUS_DELETE", "CAMPAIGN_DELETE"),
        (above == "CAMPAIGN_STATUS_DISABLE", "CAMPAIGN_DISABLE"),
        (switched_off, "DISABLE"),
        (_is_over(ad_set.campaign), "TIME_DONE"),
        (above == "CAMPAIGN_STATUS_BUDGET_EXCEED", "CAMPAIGN_EXCEED"),
        (ad_set.launched > today(ad_set.campaign.account), "NOT_START"),
    )
    word = next((word for holds, word in states if holds), "DELIVERY_OK")
    return f"ADGROUP_STATUS_{word}"


def ad_status(ad: Ad) -> str:
    above = ad_group_status(ad.ad_set)
    if above != "ADGROUP_STATUS_DELIVERY_OK":
        return _AD_BELOW[above]
    if ad.review:
        return {"DISAPPROVED": "AD_STATUS_AUDIT_DENY"}.get(ad.review, "AD_STATUS_AUDIT")
    return "AD_STATUS_DISABLE" if _is_paused(ad) else "AD_STATUS_DELIVERY_OK"


_AD_BELOW = {
    "ADGROUP_STATUS_CAMPAIGN_DELETE": "AD_STATUS_CAMPAIGN_DELETE",
    "ADGROUP_STATUS_CAMPAIGN_DISABLE": "AD_STATUS_CAMPAIGN_DISABLE",
    "ADGROUP_STATUS_DISABLE": "AD_STATUS_ADGROUP_DISABLE",
    "ADGROUP_STATUS_TIME_DONE": "AD_STATUS_DONE",
    "ADGROUP_STATUS_CAMPAIGN_EXCEED": "AD_STATUS_CAMPAIGN_EXCEED",
    "ADGROUP_STATUS_NOT_START": "AD_STATUS_NOT_START",
}


def _is_paused(ad: Ad) -> bool:
    return ad.paused_from is not None and ad.paused_from <= today(ad.campaign.account)


def primary(secondary: str) -> str:
    """The primary status that an effective one belongs to."""
    for ending, status in (
        ("_DELETE", "STATUS_DELETE"),
        ("_DISABLE", "STATUS_DISABLE"),
        ("_ENABLE", "STATUS_DELIVERY_OK"),
        ("_DELIVERY_OK", "STATUS_DELIVERY_OK"),
        ("_DONE", "STATUS_TIME_DONE"),
    ):
        if secondary.endswith(ending):
            return status
    return "STATUS_NOT_DELIVERY"


PRIMARY = (
    "STATUS_ALL",
    "STATUS_NOT_DELETE",
    "STATUS_DELETE",
    "STATUS_DISABLE",
    "STATUS_DELIVERY_OK",
    "STATUS_NOT_DELIVERY",
    "STATUS_TIME_DONE",
)


def _holds(row: dict[str, Any], wanted: dict[str, Any], level: str) -> bool:
    """Without a status filter, what was deleted is hidden."""
    word = str(wanted.get("primary_status", ""))
    if word and word not in PRIMARY:
        raise bad(f"filtering.primary_status: Invalid value {word}.")
    if not word:
        word = str(wanted.get("secondary_status", f"{level}_STATUS_NOT_DELETE"))
        if not word.startswith(f"{level}_STATUS_"):
            raise bad(f"filtering.secondary_status: Invalid value {word}.")
    status = str(row["secondary_status"])
    fits = (
        word.endswith("STATUS_ALL")
        or (word.endswith("STATUS_NOT_DELETE") and primary(status) != "STATUS_DELETE")
        or word in (status, primary(status))
    )
    return fits and all(_matches(row, name, value) for name, value in wanted.items())


def _matches(row: dict[str, Any], name: str, value: Any) -> bool:
    if name == "buying_types":
        return "AUCTION" in value
    if name.endswith("_ids"):
        return str(row.get(name[:-1])) in {str(item) for item in value}
    if name in ("campaign_name", "adgroup_name", "ad_name"):
        return str(value).lower() in str(row.get(name, "")).lower()
    if name == "objective_type":
        return bool(row.get(name) == value)
    return True


def moment(account: Account, day: dt.date, hour: int) -> str:
    """An instant of the account's day, written in UTC without saying so."""
    local = dt.datetime.combine(day, dt.time(hour), account.zone)
    return f"{local.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}"


def _times(account: Account, day: dt.date) -> dict[str, str]:
    return {"create_time": moment(account, day, 8), "modify_time": moment(account, day, 16)}


def _daily(campaign: Campaign, share: int = 1) -> float:
    """A round budget in major units."""
    step = 5000 if not campaign.account.decimals else 50
    return float(step * max(1, round(campaign.plan.volume * 4)) // share)


def _campaign(campaign: Campaign) -> list[dict[str, Any]]:
    plan = campaign.plan
    mode = {
        "campaign": "BUDGET_MODE_DYNAMIC_DAILY_BUDGET"
        if is_smart_plus(campaign)
        else "BUDGET_MODE_DAY",
        "ad_sets": "BUDGET_MODE_INFINITE",
        "lifetime": "BUDGET_MODE_TOTAL",
    }[plan.budget]
    amount = {"campaign": _daily(campaign), "ad_sets": 0.0, "lifetime": _daily(campaign) * 90}
    status = campaign_status(campaign)
    return [
        {
            "advertiser_id": campaign.account.id,
            "campaign_id": campaign.id,
            "campaign_name": campaign.name,
            "campaign_type": "REGULAR_CAMPAIGN",
            "campaign_automation_type": "UPGRADED_SMART_PLUS"
            if is_smart_plus(campaign)
            else "MANUAL",
            "objective_type": plan.objective or _OBJECTIVES[plan.kind],
            "objective": "APP" if plan.kind == "app" else "LANDING_PAGE",
            "budget": edited(campaign.id, "budget", amount[plan.budget]),
            "budget_mode": mode,
            "budget_optimize_on": plan.budget != "ad_sets",
            "operation_status": "DISABLE" if status.endswith("_DISABLE") else "ENABLE",
            "secondary_status": status,
            "is_smart_performance_campaign": False,
            "is_search_campaign": False,
            "is_new_structure": True,
            "special_industries": [],
            "roas_bid": 0.0,
        }
        | _times(campaign.account, campaign.launched)
    ]


def _ad_group(ad_set: AdSet) -> list[dict[str, Any]]:
    campaign = ad_set.campaign
    own = campaign.plan.budget == "ad_sets"
    goal, billing = _GOALS[campaign.plan.kind]
    return [
        {
            "advertiser_id": campaign.account.id,
            "campaign_id": campaign.id,
            "campaign_name": campaign.name,
            "adgroup_id": ad_set.id,
            "adgroup_name": ad_set.name,
            "operation_status": edited(ad_set.id, "operation_status", "ENABLE"),
            "secondary_status": ad_group_status(ad_set),
            "budget": edited(ad_set.id, "budget", _daily(campaign, campaign.plan.ad_sets))
            if own
            else 0.0,
            "budget_mode": "BUDGET_MODE_DAY" if own else "BUDGET_MODE_INFINITE",
            "scheduled_budget": 0.0,
            "schedule_type": "SCHEDULE_FROM_NOW",
            "schedule_start_time": moment(campaign.account, ad_set.launched, 9),
            "optimization_goal": goal,
            "billing_event": billing,
            "bid_type": "BID_TYPE_NO_BID",
            "pacing": "PACING_MODE_SMOOTH",
            "placement_type": "PLACEMENT_TYPE_NORMAL",
            "placements": ["PLACEMENT_TIKTOK"],
            "age_groups": ["AGE_25_34", "AGE_35_44"],
            "gender": "GENDER_UNLIMITED",
            "click_attribution_window": "SEVEN_DAYS",
            "view_attribution_window": "ONE_DAY",
        }
        | _times(campaign.account, ad_set.launched)
    ]


def _ad(ad: Ad) -> list[dict[str, Any]]:
    return [_creative(ad, creative_id) for creative_id in creative_ids(ad)]


def _creative(ad: Ad, creative_id: str) -> dict[str, Any]:
    return {
        "advertiser_id": ad.campaign.account.id,
        "campaign_id": ad.campaign.id,
        "campaign_name": ad.campaign.name,
        "adgroup_id": ad.ad_set.id,
        "adgroup_name": ad.ad_set.name,
        "ad_id": creative_id,
        "ad_name": ad.name,
        "operation_status": "DISABLE" if _is_paused(ad) else "ENABLE",
        "secondary_status": ad_status(ad),
        "ad_format": "SINGLE_VIDEO",
        "ad_text": text_of(ad),
        "ad_texts": None,
        "call_to_action": "SHOP_NOW",
        "landing_page_url": f"https://shop.example/{ad.campaign.number}/{ad.number}",
        "display_name": ad.campaign.account.business.name[:40],
        "identity_type": "CUSTOMIZED_USER",
        "is_aco": False,
        "is_new_structure": True,
    } | _times(ad.campaign.account, ad.ad_set.launched)


def _smart_ad(ad: Ad) -> list[dict[str, Any]]:
    if not is_smart_plus(ad.campaign):
        return []
    shared = ("advertiser_id", "campaign_id", "adgroup_id", "ad_name", "operation_status")
    whole = _creative(ad, ad.id)
    return [
        {name: whole[name] for name in shared}
        | {
            "smart_plus_ad_id": ad.id,
            "secondary_status": ad_status(ad),
            "ad_text_list": [{"ad_text": text_of(ad, other)} for other in (0, 1)],
            "creative_list": [{"ad_material_id": one} for one in creative_ids(ad)],
            "create_time": whole["create_time"],
            "modify_time": whole["modify_time"],
        }
    ]


def _ad_sets(account: Account) -> Iterator[AdSet]:
    return (ad_set for campaign in _launched(account) for ad_set in campaign.ad_sets)


def _ads(account: Account) -> Iterator[Ad]:
    return (ad for ad_set in _ad_sets(account) for ad in ad_set.ads)


def _a_smart_ad(account: Account) -> Ad:
    return next(ad for ad in _ads(account) if is_smart_plus(ad.campaign))


_REACH: dict[str, Any] = {
    "campaign": _launched,
    "adgroup": _ad_sets,
    "ad": _ads,
    "smart_plus/ad": _ads,
}
_DESCRIBE: dict[str, Any] = {
    "campaign": _campaign,
    "adgroup": _ad_group,
    "ad": _ad,
    "smart_plus/ad": _smart_ad,
}
_SAMPLE: dict[str, Any] = {
    "campaign": lambda account: account.campaigns[0],
    "adgroup": lambda account: account.campaigns[0].ad_sets[0],
    "ad": lambda account: account.campaigns[0].ad_sets[0].ads[0],
    "smart_plus/ad": _a_smart_ad,
}

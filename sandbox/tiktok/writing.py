"""`/campaign/create/`, `/adgroup/create/`, `/ad/create/` and the changes of their status."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from sandbox import edits
from sandbox.state import state
from sandbox.tiktok import assets, checks, created, objects
from sandbox.tiktok.checks import Body
from sandbox.tiktok.errors import ApiProblem, bad
from sandbox.tiktok.knobs import knobs
from sandbox.tiktok.tokens import ADS, Token
from sandbox.world import Account

SWITCHES: Final = ("ENABLE", "DISABLE")
SWITCHED_AT_ONCE: Final = 20
KEY_SECONDS: Final = 10
OBJECTIVES: Final = (
    "REACH",
    "TRAFFIC",
    "VIDEO_VIEWS",
    "LEAD_GENERATION",
    "ENGAGEMENT",
    "APP_PROMOTION",
    "WEB_CONVERSIONS",
    "PRODUCT_SALES",
)
# Which optimization goals an objective takes, and the one billing event of each goal.
GOALS: Final = {
    "REACH": ("REACH", "SHOW"),
    "TRAFFIC": ("CLICK", "TRAFFIC_LANDING_PAGE_VIEW"),
    "LEAD_GENERATION": ("CLICK", "CONVERT", "LEAD_GENERATION"),
    "WEB_CONVERSIONS": ("CLICK", "CONVERT", "VALUE"),
}
BILLING: Final = {
    "CLICK": "CPC",
    "CONVERT": "OCPM",
    "LEAD_GENERATION": "OCPM",
    "TRAFFIC_LANDING_PAGE_VIEW": "OCPM",
    "VALUE": "OCPM",
    "REACH": "CPM",
    "SHOW": "CPM",
}
PLACEMENTS: Final = ("PLACEMENT_TIKTOK", "PLACEMENT_PANGLE", "PLACEMENT_GLOBAL_APP_BUNDLE")
AGES: Final = ("AGE_13_17", "AGE_18_24", "AGE_25_34", "AGE_35_44", "AGE_45_54", "AGE_55_100")
GENDERS: Final = ("GENDER_UNLIMITED", "GENDER_FEMALE", "GENDER_MALE")
# Each ends with what TikTok's published client sends of its own accord.
CAMPAIGN_FIELDS: Final = frozenset(
    """
    advertiser_id campaign_name objective_type campaign_type budget_mode budget budget_optimize_on
    operation_status special_industries request_id sales_destination virtual_objective_type
    rta_bid_enabled
    """.split()
)
AD_GROUP_FIELDS: Final = frozenset(
    """
    advertiser_id campaign_id adgroup_name promotion_type promotion_target_type placement_type
    placements location_ids age_groups gender languages budget_mode budget schedule_type
    schedule_start_time schedule_end_time optimization_goal optimization_event billing_event
    bid_type pacing operation_status request_id pixel_id
    automated_keywords_enabled brand_safety_type creative_material_mode ios14_targeting is_hfss
    is_lhf_compliance share_disabled vbo_window
    """.split()
)
CREATIVE_FIELDS: Final = frozenset(
    """
    ad_name ad_format ad_text call_to_action landing_page_url identity_type identity_id
    identity_authorized_bc_id image_ids video_id operation_status dark_post_status display_name
    aigc_disclosure_type creative_authorized deeplink_type promotional_music_disabled
    shopping_ads_deeplink_type
    """.split()
)
CALLS: Final = frozenset(
    """
    APPLY_NOW BOOK_NOW CALL_NOW CHECK_AVAILABILITY CONTACT_US DOWNLOAD_NOW EXPERIENCE_NOW GET_QUOTE
    GET_SHOWTIMES GET_TICKETS_NOW INSTALL_NOW INTERESTED JOIN_THIS_HASHTAG LEARN_MORE LISTEN_NOW
    ORDER_NOW PLAY_GAME PREORDER_NOW READ_MORE SEND_MESSAGE SHOOT_WITH_THIS_EFFECT SHOP_NOW SIGN_UP
    SUBSCRIBE VIEW_NOW VIEW_PROFILE VIEW_VIDEO_WITH_THIS_EFFECT VISIT_STORE WATCH_LIVE WATCH_NOW
    """.split()
)


def create_campaign(token: Token, body: Body) -> dict[str, Any]:
    """That it is to be switched off is passed over, unless the account is on TikTok's list."""
    account = _account(token, body)
    checks.only(body, CAMPAIGN_FIELDS)
    checks.needed(body, "campaign_name", "objective_type")
    row = {
        "advertiser_id": account.id,
        "campaign_name": checks.name(body, "campaign_name"),
        "objective_type": checks.word(body, "objective_type", OBJECTIVES),
        "campaign_type": checks.word(body, "campaign_type", ("REGULAR_CAMPAIGN",))
        or "REGULAR_CAMPAIGN",
        "campaign_automation_type": "MANUAL",
        "special_industries": checks.words(
            body, "special_industries", ("HOUSING", "EMPLOYMENT", "CREDIT")
        ),
        "budget_optimize_on": body.get("budget_optimize_on", False),
        "is_smart_performance_campaign": False,
        "is_search_campaign": False,
        **_campaign_budget(body, account),
    }
    wanted = checks.word(body, "operation_status", SWITCHES) or "ENABLE"
    row["operation_status"] = wanted if knobs().obeys_disable else "ENABLE"
    with created.memory().lock:
        _once(body, account, "campaign", row["campaign_name"])
        own = created.add("campaign", row)
    return _answer("campaign", own)


def create_ad_group(token: Token, body: Body) -> dict[str, Any]:
    account = _account(token, body)
    checks.only(body, AD_GROUP_FIELDS)
    checks.needed(
        body,
        *("campaign_id", "adgroup_name", "budget", "budget_mode", "billing_event", "pacing"),
        *("optimization_goal", "schedule_type", "schedule_start_time", "location_ids"),
    )
    campaign = created.living("campaign", checks.text(body, "campaign_id"), account.id)
    row = {
        "advertiser_id": account.id,
        "campaign_id": campaign["campaign_id"],
        "campaign_name": campaign["campaign_name"],
        "adgroup_name": checks.name(body, "adgroup_name"),
        "operation_status": checks.word(body, "operation_status", SWITCHES) or "ENABLE",
        "budget_mode": checks.word(body, "budget_mode", ("BUDGET_MODE_DAY",)),
        "budget": checks.budget(body, account, "adgroup"),
        "scheduled_budget": 0.0,
        "bid_type": checks.word(body, "bid_type", ("BID_TYPE_NO_BID",)),
        "pacing": checks.word(body, "pacing", ("PACING_MODE_SMOOTH",)),
        **_schedule(body),
        **_optimization(body, account, campaign["objective_type"]),
        **_delivery(body, campaign["objective_type"]),
        **_audience(body, campaign["special_industries"]),
    }
    with created.memory().lock:
        _once(body, account, "adgroup", row["adgroup_name"], campaign["campaign_id"])
        own = created.add("adgroup", row)
    return _answer("adgroup", own)


def create_ads(token: Token, body: Body) -> dict[str, Any]:
    account = _account(token, body)
    checks.only(body, ("advertiser_id", "adgroup_id", "creatives"))
    checks.needed(body, "adgroup_id", "creatives")
    group = created.living("adgroup", checks.text(body, "adgroup_id"), account.id)
    creatives = body["creatives"]
    if not isinstance(creatives, list) or not 1 <= len(creatives) <= SWITCHED_AT_ONCE:
        raise bad("creatives: The length should be between 1 and 20.")
    rows = [_ad(account, group, creative) for creative in creatives]
    with created.memory().lock:
        ids = [created.add("ad", row) for row in rows]
    return {"ad_ids": ids, "creatives": [_answer("ad", own) for own in ids], "need_audit": False}


def switch(kind: str, token: Token, body: Body) -> dict[str, Any]:
    """`/<kind>/status/update/`, of what was created and of the world's campaigns and groups."""
    account = _account(token, body)
    field = f"{kind}_ids"
    checks.only(body, ("advertiser_id", field, "operation_status", "allow_partial_success"))
    checks.needed(body, field, "operation_status")
    ids = checks.words(body, field)
    if len(ids) > SWITCHED_AT_ONCE:
        raise ApiProblem(40011)
    word = checks.word(body, "operation_status", (*SWITCHES, "DELETE"))
    rows = [_living(kind, own, account) for own in ids]
    if all(row["operation_status"] == word for row in rows):
        raise ApiProblem(40012)
    for row in rows:
        if not (kind == "campaign" and knobs().stuck_campaigns and word == "DISABLE"):
            row["operation_status"] = word
            if not created.is_here(kind, row[f"{kind}_id"]):
                edits.edit(row[f"{kind}_id"], {"operation_status": word})
    return {field: ids, "status": word}


def update(kind: str, token: Token, body: Body) -> dict[str, Any]:
    """`/campaign/update/` and `/adgroup/update/`: the budget only, of what has one of its own."""
    account = _account(token, body)
    checks.only(body, ("advertiser_id", f"{kind}_id", "budget"))
    checks.needed(body, f"{kind}_id", "budget")
    own = checks.text(body, f"{kind}_id")
    row = _living(kind, own, account)
    if row["budget_mode"] == "BUDGET_MODE_INFINITE":
        raise bad("budget: Not supported when budget_mode is BUDGET_MODE_INFINITE.")
    if row.get("campaign_automation_type") == "UPGRADED_SMART_PLUS":
        raise bad("campaign_id: Use /smart_plus/campaign/update/ for Smart+ campaigns.")
    amount = checks.budget(body, account, kind)
    if created.is_here(kind, own):
        row["budget"] = amount
    else:
        edits.edit(own, {"budget": amount})
    return {f"{kind}_id": own}


def _living(kind: str, own: str, account: Account) -> dict[str, Any]:
    if created.is_here(kind, own) or kind == "ad":
        return created.living(kind, own, account.id)
    return objects.one_of(account, kind, own)


def _account(token: Token, body: Body) -> Account:
    token.needs(ADS)
    checks.needed(body, "advertiser_id")
    return token.account(checks.text(body, "advertiser_id"))


def _answer(kind: str, own: str) -> dict[str, Any]:
    row = created.memory().rows[kind][own]
    return row | {"secondary_status": created.status(kind, row)}


def _once(body: Body, account: Account, kind: str, name: str, parent: str = "") -> None:
    """A `request_id` works once in ten seconds; without one a name may not be used twice."""
    key = checks.text(body, "request_id")
    if not key:
        above = "campaign_id"
        for row in created.memory().rows[kind].values():
            same = row["advertiser_id"] == account.id and row[f"{kind}_name"] == name
            if same and row["operation_status"] != "DELETE" and parent in ("", row.get(above)):
                raise bad(f"{kind}_name: The name already exists. Please try another one.")
        return
    if not key.isdigit() or not 0 < int(key) < 2**63:
        raise bad("request_id: Not a valid 64-bit integer.")
    now = state().clock.now()
    last = created.memory().keys.get((account.id, kind, key))
    if last is not None and now - last < dt.timedelta(seconds=KEY_SECONDS):
        raise ApiProblem(40050)
    created.memory().keys[account.id, kind, key] = now


def _campaign_budget(body: Body, account: Account) -> dict[str, Any]:
    mode = checks.word(body, "budget_mode", ("BUDGET_MODE_INFINITE", "BUDGET_MODE_DAY"))
    if mode == "BUDGET_MODE_DAY":
        return {"budget_mode": mode, "budget": checks.budget(body, account, "campaign")}
    if body.get("budget"):
        raise bad("budget: Not supported when budget_mode is BUDGET_MODE_INFINITE.")
    return {"budget_mode": "BUDGET_MODE_INFINITE", "budget": 0.0}


def _schedule(body: Body) -> dict[str, Any]:
    kind = checks.word(body, "schedule_type", ("SCHEDULE_FROM_NOW", "SCHEDULE_START_END"))
    start = checks.moment(body, "schedule_start_time")
    if start < state().clock.now() - dt.timedelta(hours=12):
        raise bad("schedule_start_time: The start time should not be earlier than 12 hours ago.")
    found = {"schedule_type": kind, "schedule_start_time": body["schedule_start_time"]}
    if kind == "SCHEDULE_FROM_NOW":
        return found
    checks.needed(body, "schedule_end_time")
    if checks.moment(body, "schedule_end_time") <= start:
        raise bad("schedule_end_time: The end time should be later than the start time.")
    return found | {"schedule_end_time": body["schedule_end_time"]}


def _optimization(body: Body, account: Account, objective: str) -> dict[str, Any]:
    goal = checks.word(body, "optimization_goal", BILLING)
    if goal not in GOALS.get(objective, ()):
        raise bad(f"optimization_goal: {goal} is not supported for the objective {objective}.")
    billing = checks.word(body, "billing_event", ("CPC", "CPM", "OCPM", "CPV"))
    if billing != BILLING[goal]:
        raise bad(f"billing_event: {billing} does not match the optimization goal {goal}.")
    found = {"optimization_goal": goal, "billing_event": billing}
    pixel = checks.text(body, "pixel_id")
    if goal == "CONVERT":
        checks.needed(body, "pixel_id", "optimization_event")
        if body["optimization_event"] not in assets.events_of(account, pixel):
            raise bad("optimization_event: The pixel has no such event.")
        return found | {"pixel_id": pixel, "optimization_event": body["optimization_event"]}
    if pixel:
        raise bad(f"pixel_id: Not supported when optimization_goal is {goal}.")
    return found


def _delivery(body: Body, objective: str) -> dict[str, Any]:
    """Where it runs and what it leads to."""
    kind = checks.word(body, "promotion_type", ("WEBSITE", "LEAD_GENERATION"))
    wanted = {"REACH": "", "LEAD_GENERATION": "LEAD_GENERATION"}.get(objective, "WEBSITE")
    if kind != wanted:
        raise bad(f"promotion_type: Should be {wanted or 'left out'} for {objective}.")
    placed = checks.word(
        body, "placement_type", ("PLACEMENT_TYPE_NORMAL", "PLACEMENT_TYPE_AUTOMATIC")
    )
    placements = checks.words(body, "placements", PLACEMENTS)
    if placed != "PLACEMENT_TYPE_AUTOMATIC" and not placements:
        raise bad("placements: Missing data for required field.")
    if objective == "REACH" and placements != ["PLACEMENT_TIKTOK"]:
        raise bad("placements: The objective REACH is supported on TikTok only.")
    known = assets.places(placements or ["PLACEMENT_TIKTOK"])
    for place in checks.words(body, "location_ids"):
        if place not in known.values():
            raise bad(f"location_ids: The location {place} is not available for this placement.")
    return {
        "promotion_type": kind or "UNSET",
        "promotion_target_type": checks.word(
            body, "promotion_target_type", ("EXTERNAL_WEBSITE", "INSTANT_PAGE")
        ),
        "placement_type": placed or "PLACEMENT_TYPE_NORMAL",
        "placements": placements or [*PLACEMENTS],
        "location_ids": body["location_ids"],
        "click_attribution_window": "SEVEN_DAYS",
        "view_attribution_window": "ONE_DAY",
    }


def _audience(body: Body, special: list[str]) -> dict[str, Any]:
    ages = checks.words(body, "age_groups", AGES)
    gender = checks.word(body, "gender", GENDERS) or "GENDER_UNLIMITED"
    if special and gender != "GENDER_UNLIMITED":
        raise bad("gender: Should be GENDER_UNLIMITED in a campaign with special ad categories.")
    if special and ages not in ([], list(AGES[1:])):
        raise bad("age_groups: Should be over 18 in a campaign with special ad categories.")
    return {"age_groups": ages, "gender": gender}


def _ad(account: Account, group: dict[str, Any], creative: Any) -> dict[str, Any]:
    if not isinstance(creative, dict):
        raise bad("creatives: Not a valid object.")
    checks.only(creative, CREATIVE_FIELDS)
    checks.needed(creative, "ad_format", "ad_text", "call_to_action", "identity_id", "image_ids")
    kind = checks.word(creative, "ad_format", ("SINGLE_VIDEO", "SINGLE_IMAGE"))
    images = checks.words(creative, "image_ids")
    if len(images) != 1 or not assets.has_image(account, images[0]):
        raise bad("image_ids: The image does not exist.")
    if kind == "SINGLE_IMAGE" and "PLACEMENT_TIKTOK" in group["placements"]:
        raise bad("ad_format: Single image is not supported on the TikTok placement.")
    if kind == "SINGLE_VIDEO" and not assets.has_video(checks.text(creative, "video_id")):
        raise bad("video_id: The video does not exist.")
    identity = assets.identity(
        checks.text(creative, "identity_type"), checks.text(creative, "identity_id")
    )
    if kind == "SINGLE_IMAGE" and identity["identity_type"] != "CUSTOMIZED_USER":
        raise bad("identity_type: Not supported for single image ads.")
    return {
        "advertiser_id": account.id,
        "campaign_id": group["campaign_id"],
        "campaign_name": group["campaign_name"],
        "adgroup_id": group["adgroup_id"],
        "adgroup_name": group["adgroup_name"],
        "ad_name": checks.name(creative, "ad_name"),
        "operation_status": checks.word(creative, "operation_status", SWITCHES) or "ENABLE",
        "ad_format": kind,
        "ad_text": checks.ad_text(creative),
        "image_ids": images,
        "video_id": creative.get("video_id"),
        "call_to_action": checks.word(creative, "call_to_action", CALLS),
        "landing_page_url": checks.landing_page(creative),
        "display_name": identity["display_name"],
        "identity_type": identity["identity_type"],
        "identity_id": identity["identity_id"],
        "is_aco": False,
        "is_new_structure": True,
    }

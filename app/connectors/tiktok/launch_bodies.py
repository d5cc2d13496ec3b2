"""What is sent to TikTok to create a campaign, an ad group and ads, everything switched off.

TikTok itself shows videos. Ads of a single picture run on Pangle, its network in other companies'
apps, and nowhere else here (TikTok's page "Create single image ads").
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from app.connectors import launching
from app.connectors.launching import AdCopy, Made, Order
from app.connectors.words import FoundAccount

OFF: Final = "DISABLE"
CREATE_CAMPAIGN, CREATE_AD_GROUP, CREATE_AD = "campaign/create", "adgroup/create", "ad/create"
SWITCH_CAMPAIGN: Final = "campaign/status/update"
UPLOAD: Final = "file/image/ad/upload"

VIDEO, PIXEL_EVENT = "video", "pixel_event"
"""The names of the questions that only TikTok asks."""


class Aim(NamedTuple):
    """A goal of ours in TikTok's words; TikTok ties the billing event to the optimization goal."""

    objective: str
    optimization: str
    billing: str
    location: Mapping[str, str]


_WEBSITE: Final = {"promotion_type": "WEBSITE"}
_FORM_ON_WEBSITE: Final = {
    "promotion_type": "LEAD_GENERATION",
    "promotion_target_type": "EXTERNAL_WEBSITE",
}
AIMS: Final = {
    "sales": Aim("WEB_CONVERSIONS", "CONVERT", "OCPM", _WEBSITE),
    "leads": Aim("LEAD_GENERATION", "CONVERT", "OCPM", _FORM_ON_WEBSITE),
    "traffic": Aim("TRAFFIC", "CLICK", "CPC", _WEBSITE),
    "awareness": Aim("REACH", "REACH", "CPM", {}),
}
WITH_PIXEL: Final = ("sales", "leads")
VIDEO_ONLY: Final = ("awareness",)

# First and last year of each group; 65 is how an order says "and older".
AGE_GROUPS: Final = {
    (13, 17): "AGE_13_17",
    (18, 24): "AGE_18_24",
    (25, 34): "AGE_25_34",
    (35, 44): "AGE_35_44",
    (45, 54): "AGE_45_54",
    (55, 65): "AGE_55_100",
}
GENDERS: Final = {"all": "GENDER_UNLIMITED", "women": "GENDER_FEMALE", "men": "GENDER_MALE"}
SPECIAL: Final = {"housing": "HOUSING", "employment": "EMPLOYMENT", "credit": "CREDIT"}
CUSTOM_IDENTITY: Final = "CUSTOMIZED_USER"
_PLACES: Final = frozenset({"campaign_id", "adgroup_id", "image_ids", "image_url", "location_ids"})


def placement(order: Order) -> str:
    """Where the ads run, which follows from what they show."""
    return "PLACEMENT_TIKTOK" if order.answers.get(VIDEO) else "PLACEMENT_PANGLE"


def idempotency_key(order: Order, key: str) -> str:
    """TikTok's `request_id`: the same 64-bit integer whenever the same step is tried again."""
    digest = hashlib.sha256(f"{order.mark}/{key}".encode()).digest()
    return str(int.from_bytes(digest[:8]) >> 1)


def amount(budget: Decimal) -> int | float:
    """A budget as the JSON number TikTok wants, in major units.

    With two decimals at most, a float is written out digit for digit as the decimal was.
    """
    return int(budget) if budget == budget.to_integral_value() else float(budget)


def image(account: FoundAccount, order: Order) -> dict[str, Any]:
    """A form for a picture to go beside, else the address of TikTok's own cover of the video."""
    named = {"advertiser_id": account.external_id, "file_name": image_name(order)}
    if order.picture is None:
        return {**named, "upload_type": "UPLOAD_BY_URL", "image_url": "{cover}"}
    return {**named, "upload_type": "UPLOAD_BY_FILE", "image_signature": order.picture.md5}


def image_name(order: Order) -> str:
    """Two images of one account must not share a name, and by the mark it is found again."""
    is_png = order.picture is not None and order.picture.media_type == "image/png"
    return f"{order.mark}.{'png' if is_png else 'jpg'}"


def campaign(account: FoundAccount, order: Order) -> dict[str, Any]:
    """Without a budget of its own: that is the ad group's."""
    body: dict[str, Any] = {
        "advertiser_id": account.external_id,
        "campaign_name": order.named(),
        "objective_type": AIMS[order.goal].objective,
        "campaign_type": "REGULAR_CAMPAIGN",
        "budget_mode": "BUDGET_MODE_INFINITE",
        "budget_optimize_on": False,
        "operation_status": OFF,
        "request_id": idempotency_key(order, "campaign"),
    }
    if order.special:
        body["special_industries"] = [SPECIAL[word] for word in order.special if word in SPECIAL]
    return body


def ad_group(account: FoundAccount, order: Order) -> dict[str, Any]:
    """Countries stand as `{country DE}` until TikTok has said which of its places they are."""
    aim = AIMS[order.goal]
    return {
        "advertiser_id": account.external_id,
        "campaign_id": "{campaign}",
        "adgroup_name": order.named("Ad group"),
        **aim.location,
        "placement_type": "PLACEMENT_TYPE_NORMAL",
        "placements": [placement(order)],
        "location_ids": [f"{{country {code}}}" for code in order.countries],
        "age_groups": age_groups(order.age_min, order.age_max),
        "gender": GENDERS.get(order.gender, ""),
        "budget_mode": "BUDGET_MODE_DAY",
        "budget": amount(order.daily_budget),
        **_schedule(account, order),
        "optimization_goal": aim.optimization,
        "billing_event": aim.billing,
        "bid_type": "BID_TYPE_NO_BID",
        "pacing": "PACING_MODE_SMOOTH",
        "operation_status": OFF,
        "request_id": idempotency_key(order, "ad_group"),
        **_conversion(order),
    }


def ad(account: FoundAccount, order: Order, number: int, copy: AdCopy) -> dict[str, Any]:
    """A TikTok ad has one text; an order's headline and description have no place in it."""
    kind, _, rest = order.profile.partition(":")
    identity, _, center = rest.partition(":")
    creative: dict[str, Any] = {
        "ad_name": order.named(f"Ad {number}"),
        "ad_format": "SINGLE_VIDEO" if order.answers.get(VIDEO) else "SINGLE_IMAGE",
        "ad_text": copy.primary_text,
        "call_to_action": copy.cta,
        "landing_page_url": order.url,
        "identity_type": kind,
        "identity_id": identity,
        "image_ids": ["{picture}"],
        "operation_status": OFF,
    }
    if order.answers.get(VIDEO):
        creative["video_id"] = order.answers[VIDEO]
    if center:
        creative["identity_authorized_bc_id"] = center
    if kind != CUSTOM_IDENTITY:
        # Else the video would also appear on the profile of that TikTok account.
        creative["dark_post_status"] = "ON"
    return {
        "advertiser_id": account.external_id,
        "adgroup_id": "{ad_group}",
        "creatives": [creative],
    }


def switch(account: FoundAccount, kind: str, ids: list[str], status: str) -> dict[str, Any]:
    """A change of status; `kind` is campaign, adgroup or ad."""
    return {
        "advertiser_id": account.external_id,
        f"{kind}_ids": ids,
        "operation_status": status,
    }


def age_groups(age_min: int, age_max: int) -> list[str]:
    """TikTok's groups between two ages."""
    return [
        word for (first, last), word in AGE_GROUPS.items() if age_min <= first and last <= age_max
    ]


def midnight(account: FoundAccount, day: dt.date) -> dt.datetime:
    """When a day of the account begins."""
    return dt.datetime.combine(day, dt.time(), ZoneInfo(account.time_zone)).astimezone(dt.UTC)


def filled(body: Mapping[str, Any], ids: Made) -> dict[str, Any]:
    """The body with ids in place of keys."""
    found: dict[str, Any] = launching.filled(body, ids, _PLACES)
    return found


def started(body: dict[str, Any], now: dt.datetime) -> dict[str, Any]:
    """An ad group as it is sent: a day that has begun begins now, for TikTok takes no old start."""
    return body | {"schedule_start_time": max(body["schedule_start_time"], _written(now))}


def _schedule(account: FoundAccount, order: Order) -> dict[str, str]:
    """In UTC, from the beginning of the first day to the end of the last."""
    start = _written(midnight(account, order.starts_on))
    if order.ends_on is None:
        return {"schedule_type": "SCHEDULE_FROM_NOW", "schedule_start_time": start}
    end = midnight(account, order.ends_on + dt.timedelta(days=1)) - dt.timedelta(seconds=1)
    return {
        "schedule_type": "SCHEDULE_START_END",
        "schedule_start_time": start,
        "schedule_end_time": _written(end),
    }


def _written(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _conversion(order: Order) -> dict[str, str]:
    if order.goal not in WITH_PIXEL:
        return {}
    pixel, _, event = order.answers.get(PIXEL_EVENT, "").partition(":")
    return {"pixel_id": pixel, "optimization_event": event}

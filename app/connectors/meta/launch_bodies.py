"""What exactly is sent to Meta for each object of a campaign.

Names of parameters are those of Meta's own client (facebook_business 26). Where the id of an
earlier step will stand there is its key in braces.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.connectors import launching
from app.connectors.launching import EUROPEAN_UNION, AdCopy, Made, Order, Step
from app.connectors.meta.answers import minor_units
from app.connectors.words import FoundAccount

Body = dict[str, Any]

PICTURE, CAMPAIGN, AD_SET, CREATIVE, AD = "ad image", "campaign", "ad set", "ad creative", "ad"
EDGES = {
    PICTURE: "adimages",
    CAMPAIGN: "campaigns",
    AD_SET: "adsets",
    CREATIVE: "adcreatives",
    AD: "ads",
}

OBJECTIVES = {
    "sales": "OUTCOME_SALES",
    "leads": "OUTCOME_LEADS",
    "traffic": "OUTCOME_TRAFFIC",
    "awareness": "OUTCOME_AWARENESS",
}
OPTIMISED_FOR = {
    "sales": "OFFSITE_CONVERSIONS",
    "leads": "OFFSITE_CONVERSIONS",
    "traffic": "LINK_CLICKS",
    "awareness": "REACH",
}
# What the website has to report for it to count as the goal.
EVENTS = {"sales": "PURCHASE", "leads": "LEAD"}
SPECIAL = {
    "housing": "HOUSING",
    "employment": "EMPLOYMENT",
    "credit": "FINANCIAL_PRODUCTS_SERVICES",
    "politics": "ISSUES_ELECTIONS_POLITICS",
}
GENDERS = {"all": [], "men": [1], "women": [2]}
DEFAULT_CALL = "LEARN_MORE"
# Meta rewrites texts and pictures by these unless told not to; what is shown is what was approved.
LEFT_ALONE = (
    "advantage_plus_creative",
    "enhance_cta",
    "image_animation",
    "image_brightness_and_contrast",
    "image_templates",
    "image_touchups",
    "inline_comment",
    "product_extensions",
    "site_extensions",
    "text_optimizations",
)
_OFF = {"enroll_status": "OPT_OUT"}

# Where the Digital Services Act applies: also in regions that have country codes of their own.
_WHOLE_UNION = EUROPEAN_UNION | frozenset("AX GF GP MF MQ RE YT".split())

LONGEST_CREATIVE_NAME = 100
_PLACES = frozenset({"campaign_id", "adset_id", "creative_id", "image_hash", "bytes"})


def steps(account: FoundAccount, order: Order, today: dt.date) -> Iterator[Step]:
    """The picture, then from the campaign down, each ad's creative before the ad."""
    if order.picture:
        yield Step("picture", PICTURE, order.named("picture"), {"bytes": "{file}"})
    yield Step("campaign", CAMPAIGN, order.named(), campaign(order))
    yield Step("ad_group", AD_SET, order.named("ad set"), ad_set(account, order, today))
    for number, copy in enumerate(order.ads, 1):
        shown = creative(order, copy, number)
        yield Step(f"creative-{number}", CREATIVE, shown["name"], shown)
        yield Step(f"ad-{number}", AD, order.named(f"ad {number}"), ad(order, number))


def campaign(order: Order) -> Body:
    """Without a budget, which lies on the ad set; Meta wants that said."""
    body: Body = {
        "name": order.named(),
        "objective": OBJECTIVES[order.goal],
        "status": "PAUSED",
        "buying_type": "AUCTION",
        "special_ad_categories": [SPECIAL[word] for word in order.special],
        "is_adset_budget_sharing_enabled": False,
    }
    if order.special:
        body["special_ad_category_country"] = list(order.countries)
    return body


def ad_set(account: FoundAccount, order: Order, today: dt.date) -> Body:
    """Placements are left out, which leaves them to Meta. One that starts today starts at once."""
    body: Body = {
        "name": order.named("ad set"),
        "campaign_id": "{campaign}",
        "status": "PAUSED",
        "billing_event": "IMPRESSIONS",
        "optimization_goal": OPTIMISED_FOR[order.goal],
        "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
        "daily_budget": minor_units(order.daily_budget, account.currency),
        "targeting": targeting(order),
    }
    if order.goal != "awareness":
        body["destination_type"] = "WEBSITE"
    body |= _promoted(order) | _declared(order)
    if order.starts_on > today:
        body["start_time"] = midnight(order.starts_on, account)
    if order.ends_on:
        body["end_time"] = midnight(order.ends_on + dt.timedelta(days=1), account)
    return body


def targeting(order: Order) -> Body:
    """Exactly whom the draft says: Meta would otherwise widen the audience by itself."""
    who: Body = {
        "geo_locations": {"countries": list(order.countries)},
        "age_min": order.age_min,
        "age_max": order.age_max,
        "targeting_automation": {"advantage_audience": 0},
    }
    if GENDERS[order.gender]:
        who["genders"] = GENDERS[order.gender]
    return who


def _promoted(order: Order) -> Body:
    if order.goal in EVENTS:
        pixel = order.answers.get("pixel", "")
        counted = {"pixel_id": pixel, "custom_event_type": EVENTS[order.goal]}
        return {"promoted_object": counted}
    if order.goal == "awareness":
        return {"promoted_object": {"page_id": order.profile}}
    return {}


def _declared(order: Order) -> Body:
    """For whom an ad speaks and who pays, which the European Union wants shown with it."""
    if not in_european_union(order):
        return {}
    return {
        "dsa_beneficiary": order.answers.get("dsa_beneficiary", ""),
        "dsa_payor": order.answers.get("dsa_payor", ""),
    }


def in_european_union(order: Order) -> bool:
    """Whether any of the order's countries is in it."""
    return not _WHOLE_UNION.isdisjoint(order.countries)


def creative(order: Order, copy: AdCopy, number: int) -> Body:
    """A link ad. The link holds its UTM parameters already, so there are no `url_tags`."""
    story: Body = {"page_id": order.profile, "link_data": _link(order, copy)}
    if order.answers.get("instagram"):
        story["instagram_user_id"] = order.answers["instagram"]
    body: Body = {
        "name": _creative_name(order, number),
        "object_story_spec": story,
        "degrees_of_freedom_spec": {"creative_features_spec": dict.fromkeys(LEFT_ALONE, _OFF)},
        "contextual_multi_ads": _OFF,
    }
    if "politics" in order.special:
        body["authorization_category"] = "POLITICAL"
    return body


def _link(order: Order, copy: AdCopy) -> Body:
    call = {"type": copy.cta or DEFAULT_CALL, "value": {"link": order.url}}
    link: Body = {"link": order.url, "call_to_action": call}
    texts = {"message": copy.primary_text, "name": copy.headline, "description": copy.description}
    link |= {name: text for name, text in texts.items() if text}
    if order.picture:
        link["image_hash"] = "{picture}"
    return link


def _creative_name(order: Order, number: int) -> str:
    """Meta takes 100 characters here; what it is found by stays."""
    name = order.named(f"creative {number}")
    spare = LONGEST_CREATIVE_NAME - len(name)
    if spare >= 0:
        return name
    end = name.removeprefix(order.name)
    return order.name[: LONGEST_CREATIVE_NAME - len(end)].rstrip() + end


def ad(order: Order, number: int) -> Body:
    return {
        "name": order.named(f"ad {number}"),
        "adset_id": "{ad_group}",
        "creative": {"creative_id": f"{{creative-{number}}}"},
        "status": "PAUSED",
    }


def midnight(day: dt.date, account: FoundAccount) -> str:
    """When a day of the account begins, as Meta spells it."""
    began = dt.datetime.combine(day, dt.time(), ZoneInfo(account.time_zone))
    return began.strftime("%Y-%m-%dT%H:%M:%S%z")


def filled(body: Mapping[str, Any], made: Made) -> Body:
    """The body with ids in place of keys."""
    found: Body = launching.filled(body, made, _PLACES)
    return found


def without_picture(body: Mapping[str, Any]) -> Body:
    """The body before its picture was uploaded."""
    return {
        name: without_picture(value) if isinstance(value, Mapping) else value
        for name, value in body.items()
        if name != "image_hash"
    }


def form(body: Mapping[str, Any]) -> dict[str, str]:
    """As a form: text as it is, everything else as JSON."""
    return {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in body.items()
    }


def tail(order: Order, key: str) -> str:
    """What the name of a step's object ends with, and no other name on its edge."""
    part = {"campaign": "", "ad_group": "ad set"}.get(key, key.replace("-", " "))
    return order.named(part).removeprefix(order.name)

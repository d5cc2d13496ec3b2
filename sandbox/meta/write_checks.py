"""What Meta refuses in a campaign, an ad set, a creative or an ad, and how it says so."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from urllib.parse import urlsplit

from sandbox.meta import made, nodes, offered
from sandbox.meta.errors import GraphError, bad_param
from sandbox.meta.made import Made
from sandbox.meta.params import Params, listing, mapping
from sandbox.state import state
from sandbox.world import Account, AdSet, Campaign

OBJECTIVES = frozenset(
    f"OUTCOME_{word}" for word in "APP_PROMOTION AWARENESS ENGAGEMENT LEADS SALES TRAFFIC".split()
)
CATEGORIES = frozenset(
    "HOUSING EMPLOYMENT CREDIT FINANCIAL_PRODUCTS_SERVICES ISSUES_ELECTIONS_POLITICS "
    "ONLINE_GAMBLING_AND_GAMING NONE".split()
)
_FOR_ALL = frozenset({"HOUSING", "EMPLOYMENT", "CREDIT", "FINANCIAL_PRODUCTS_SERVICES"})
GOALS = {
    "OUTCOME_TRAFFIC": {"LINK_CLICKS", "LANDING_PAGE_VIEWS", "REACH"},
    "OUTCOME_AWARENESS": {"REACH", "AD_RECALL_LIFT", "THRUPLAY"},
    "OUTCOME_ENGAGEMENT": {"POST_ENGAGEMENT", "THRUPLAY", "LINK_CLICKS", "REACH"},
    "OUTCOME_LEADS": {"OFFSITE_CONVERSIONS", "LEAD_GENERATION", "LINK_CLICKS", "REACH"},
    "OUTCOME_SALES": {"OFFSITE_CONVERSIONS", "VALUE", "LINK_CLICKS", "REACH"},
    "OUTCOME_APP_PROMOTION": {"APP_INSTALLS", "LINK_CLICKS"},
}
_BID_STRATEGIES = frozenset(
    "LOWEST_COST_WITHOUT_CAP LOWEST_COST_WITH_BID_CAP COST_CAP LOWEST_COST_WITH_MIN_ROAS".split()
)
_DESTINATIONS = frozenset("WEBSITE APP MESSENGER ON_AD ON_POST ON_PAGE ON_VIDEO".split())
_EVENTS = {
    "OUTCOME_SALES": {"PURCHASE", "ADD_TO_CART", "INITIATED_CHECKOUT", "START_TRIAL", "SUBSCRIBE"},
    "OUTCOME_LEADS": {"LEAD", "COMPLETE_REGISTRATION", "CONTACT", "SUBMIT_APPLICATION"},
}
_UNION = frozenset(
    "AT BE BG HR CY CZ DE DK EE ES FI FR GR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)
CALLS = frozenset(
    "APPLY_NOW BOOK_NOW BOOK_TRAVEL BUY_NOW BUY_TICKETS CONTACT_US DONATE_NOW DOWNLOAD "
    "GET_IN_TOUCH GET_OFFER GET_PROMOTIONS GET_QUOTE GET_SHOWTIMES GET_STARTED INQUIRE_NOW "
    "LEARN_MORE LISTEN_NOW MAKE_AN_APPOINTMENT NO_BUTTON ORDER_NOW REQUEST_TIME SEE_MORE SEE_SHOP "
    "SHOP_NOW SIGN_UP START_ORDER SUBSCRIBE TRY_DEMO VIEW_PRODUCT VISIT_WEBSITE WATCH_MORE "
    "WATCH_VIDEO".split()
)
FEATURES = frozenset(
    "adapt_to_placement add_text_overlay advantage_plus_creative description_automation "
    "enhance_cta image_animation image_background_gen image_brightness_and_contrast "
    "image_templates image_touchups image_uncrop inline_comment pac_relaxation product_extensions "
    "site_extensions text_generation text_optimizations text_translation video_auto_crop".split()
)
_DAY = dt.timedelta(hours=24)


def invalid(
    field: str, said: str, *, title: str = "Invalid parameter", subcode: int | None = None
) -> GraphError:
    """The envelope of a write that was refused: what is to blame is JSON in a text."""
    return GraphError(
        100,
        "Invalid parameter",
        subcode=subcode,
        is_transient=False,
        error_user_title=title,
        error_user_msg=said,
        error_data=json.dumps({"blame_field_specs": [[field]]}),
    )


def name(params: Params, longest: int) -> str:
    text = params.get("name", "").strip()
    if not text:
        raise invalid("name", "The name is missing.")
    if len(text) > longest:
        raise invalid("name", f"The name may have {longest} characters.")
    return text


def status(params: Params) -> str:
    """Whoever does not say so gets something that runs."""
    word = params.get("status", "ACTIVE")
    if word not in ("ACTIVE", "PAUSED"):
        raise invalid("status", "A new object is ACTIVE or PAUSED.")
    return word


def choice(params: Params, field: str, words: frozenset[str] | set[str]) -> str:
    word = params.get(field, "")
    if word not in words:
        raise bad_param(f"Param {field} must be one of {json.dumps(sorted(words))}")
    return word


def flag(params: Params, field: str) -> bool:
    if params[field] not in ("true", "false", "1", "0"):
        raise bad_param(f"Param {field} must be a boolean")
    return params[field] in ("true", "1")


def budget(account: Account, params: Params) -> str:
    """The daily budget in minor units, whole and not below the account's least."""
    text = params["daily_budget"]
    if not text.isascii() or not text.isdigit():
        raise invalid("daily_budget", "The budget has to be a whole number.")
    least = int(nodes.budget(account, 1))
    if int(text) < least:
        raise invalid(
            "daily_budget",
            f"The budget has to be at least {account.money(least)} {account.plan.currency} a day.",
            title="Your budget is too low",
            subcode=1885272,
        )
    return text


def categories(params: Params) -> list[str]:
    """Always to be declared, be it as an empty list; each with the countries it is shown in."""
    if "special_ad_categories" not in params:
        raise bad_param("The parameter special_ad_categories is required.")
    declared = [word for word in listing(params, "special_ad_categories") if word != "NONE"]
    unknown = set(declared) - CATEGORIES
    if unknown:
        raise bad_param(f"Param special_ad_categories[0] must be one of {sorted(CATEGORIES)}")
    countries = listing(params, "special_ad_category_country")
    if declared and not countries:
        raise invalid("special_ad_category_country", "Say in which countries the ads are shown.")
    if "ISSUES_ELECTIONS_POLITICS" in declared and _UNION & set(countries):
        raise invalid("special_ad_categories", "Such ads are not shown in the European Union.")
    return declared


def parent(account: Account, object_id: str, field: str, kind: str) -> Made | Campaign | AdSet:
    """What the new object goes under: there, of the right kind, of this account, not deleted."""
    world = state().nodes.get(object_id)
    wanted: type = Campaign if kind == "campaign" else AdSet
    thing = made.find(object_id) or world
    right = isinstance(thing, wanted) or (isinstance(thing, Made) and thing.kind == kind)
    if (
        not right
        or not isinstance(thing, (Made, Campaign, AdSet))
        or nodes.account_of(thing) != account.id
    ):
        raise invalid(field, "It does not exist, or belongs to another ad account.")
    if nodes.effective_status(thing) in ("DELETED", "ARCHIVED"):
        raise invalid(field, "It has been deleted or archived.", subcode=1487056)
    return thing


def goal(above: Made | Campaign, params: Params) -> str:
    objective = _objective(above)
    word = params.get("optimization_goal", "")
    if word not in GOALS.get(objective, {word}):
        raise invalid(
            "optimization_goal",
            f"The performance goal {word or '(none)'} is not available for {objective}.",
            subcode=2490408,
        )
    return word


def _objective(above: Made | Campaign) -> str:
    return str(above.fields["objective"]) if isinstance(above, Made) else nodes.objective(above)


def promoted(account: Account, above: Made | Campaign, params: Params) -> dict[str, Any]:
    """Conversions are counted by a pixel of the account's own, as an event of the objective's."""
    counted = mapping(params, "promoted_object")
    if params["optimization_goal"] == "OFFSITE_CONVERSIONS":
        if counted.get("pixel_id") not in {pixel["id"] for pixel in offered.pixels(account)}:
            raise invalid("promoted_object", "Choose a pixel of this account.", subcode=1815430)
        if counted.get("custom_event_type") not in _EVENTS.get(_objective(above), set()):
            raise invalid("promoted_object", "This event does not fit the campaign's objective.")
    if "page_id" in counted:
        offered.check_page(counted["page_id"])
    return counted


def targeting(above: Made | Campaign, params: Params) -> dict[str, Any]:
    who = mapping(params, "targeting")
    places = who.get("geo_locations")
    if not isinstance(places, dict) or not places:
        raise invalid("targeting", "Choose at least one place.", subcode=1885364)
    countries = places.get("countries", [])
    if any(len(country) != 2 or not country.isupper() for country in countries):
        raise invalid("targeting", f"Invalid country in {countries}.")
    automation = who.get("targeting_automation", {})
    if automation.get("advantage_audience") not in (0, 1):
        raise invalid("targeting", "Say whether Advantage+ audience is on.", subcode=1870227)
    youngest, oldest = who.get("age_min", 18), who.get("age_max", 65)
    if not 13 <= youngest <= oldest <= 65:
        raise invalid("age_min", "The age has to lie between 13 and 65.")
    if not set(who.get("genders", [])) <= {1, 2}:
        raise invalid("genders", "Invalid gender.")
    special = set(above.fields["special_ad_categories"]) if isinstance(above, Made) else set()
    if special & _FOR_ALL and ((youngest, oldest) != (18, 65) or who.get("genders")):
        raise invalid("targeting", "Ads of this category have to be open to all.", subcode=2909035)
    return who


def declared(params: Params, who: dict[str, Any]) -> None:
    """Ads in the European Union name their beneficiary and payer."""
    if not _UNION & set(who["geo_locations"].get("countries", [])):
        return
    for field in ("dsa_beneficiary", "dsa_payor"):
        if not params.get(field, "").strip():
            raise invalid(field, "Say who benefits from the ads and who pays.", subcode=3858081)


def schedule(params: Params) -> None:
    begins, ends = (_moment(params, field) for field in ("start_time", "end_time"))
    now = state().clock.now()
    if ends and ends <= now:
        raise invalid("end_time", "The end lies in the past.", subcode=1487793)
    if ends and ends - (begins or now) < _DAY:
        raise invalid("end_time", "The ad set has to run for at least 24 hours.", subcode=1487793)


def _moment(params: Params, field: str) -> dt.datetime | None:
    if field not in params:
        return None
    try:
        return dt.datetime.strptime(params[field], "%Y-%m-%dT%H:%M:%S%z")
    except ValueError as error:
        raise invalid(field, "Invalid date.") from error


def bidding(params: Params) -> None:
    choice(params, "billing_event", frozenset({"IMPRESSIONS", "LINK_CLICKS", "THRUPLAY"}))
    strategy = choice(params, "bid_strategy", _BID_STRATEGIES)
    if strategy in ("COST_CAP", "LOWEST_COST_WITH_BID_CAP") and "bid_amount" not in params:
        raise invalid("bid_amount", "This bid strategy needs an amount.", subcode=1815857)
    if "destination_type" in params:
        choice(params, "destination_type", _DESTINATIONS)


def story(account: Account, params: Params) -> dict[str, Any]:
    """A link ad of a page that may be advertised for, with a picture of the account's own."""
    spec = mapping(params, "object_story_spec")
    offered.check_page(spec.get("page_id"))
    link = spec.get("link_data")
    if not isinstance(link, dict) or urlsplit(str(link.get("link", ""))).scheme not in (
        "http",
        "https",
    ):
        raise invalid("link", "The ad needs a link.", title="Missing link", subcode=2061015)
    call = link.get("call_to_action", {"type": "LEARN_MORE"})
    if call.get("type") not in CALLS:
        raise bad_param("Param object_story_spec[link_data][call_to_action][type] is not valid")
    picture = link.get("image_hash")
    if picture and picture not in {one.fields["hash"] for one in made.below(account, "adimage")}:
        raise invalid("image_hash", "The account has no such picture.", subcode=1487472)
    profile = spec.get("instagram_user_id")
    if profile and profile not in {one["id"] for one in offered.instagram(account)}:
        raise invalid("instagram_user_id", "The account may not use this profile.")
    return spec


def opt_outs(params: Params) -> None:
    features = mapping(params, "degrees_of_freedom_spec").get("creative_features_spec", {})
    if "standard_enhancements" in features:
        raise invalid(
            "degrees_of_freedom_spec", "Choose each enhancement by itself.", subcode=3858504
        )
    unknown = set(features) - FEATURES
    if unknown:
        raise bad_param(f"Unexpected key {min(unknown)!r} in creative_features_spec")
    together = mapping(params, "contextual_multi_ads")
    for choice_made in (*features.values(), *([together] if together else [])):
        if choice_made.get("enroll_status") not in ("OPT_IN", "OPT_OUT"):
            raise bad_param("Param enroll_status must be one of OPT_IN, OPT_OUT")

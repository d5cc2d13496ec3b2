"""Creating campaign groups, campaigns, creatives and pictures.

The rules are those of LinkedIn's documentation and its registry of error codes. The new kind of
error, with codes and paths, comes with groups and campaigns only.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from flask import request

from sandbox.linkedin import objects, offers
from sandbox.linkedin.bodies import Body, sent
from sandbox.linkedin.errors import RestProblem, denied, not_found, plain
from sandbox.linkedin.knobs import knobs
from sandbox.linkedin.made import (
    CAMPAIGNS,
    CREATIVES,
    GROUPS,
    Described,
    Image,
    keep,
    listed,
    made,
)
from sandbox.linkedin.tokens import USER_URN, Token
from sandbox.state import state
from sandbox.world import Account

_OPEN = ("ACTIVE", "PAUSED", "DRAFT")
_LONGEST_NAME, _LONGEST_COMMENTARY, _LONGEST_TITLE, _LONGEST_URL = 100, 600, 200, 2000
_MOST_CREATIVES = 100
# Objective, what is made the most of and what is paid for, of single image ads with LinkedIn's own
# bids: Marketing API, allowable combinations.
_CONFIGURATIONS = {
    ("WEBSITE_VISIT", "MAX_CLICK", "CPM"),
    ("BRAND_AWARENESS", "MAX_IMPRESSION", "CPM"),
    ("BRAND_AWARENESS", "MAX_REACH", "CPM"),
    ("ENGAGEMENT", "MAX_CLICK", "CPM"),
    ("WEBSITE_CONVERSION", "MAX_CONVERSION", "CPM"),
    ("LEAD_GENERATION", "MAX_LEAD", "CPM"),
}
_AGES = {f"urn:li:ageRange:{text}" for text in ("(18,24)", "(25,34)", "(35,54)", "(55,2147483647)")}
_GENDERS = {"urn:li:gender:FEMALE", "urn:li:gender:MALE"}
_CTAS = frozenset(
    """
    APPLY DOWNLOAD VIEW_QUOTE LEARN_MORE SIGN_UP SUBSCRIBE REGISTER JOIN ATTEND REQUEST_DEMO
    SEE_MORE BUY_NOW SHOP_NOW
    """.split()
)
# A sign with a meaning in a post's text, without the backslash that takes it away.
_BARE_SIGN = re.compile(r"(?<!\\)(?:\\\\)*[|{}@\[\]()<>#*_~]")
_CREATORS = ("ACCOUNT_BILLING_ADMIN", "ACCOUNT_MANAGER", "CAMPAIGN_MANAGER")


def writable(token: Token, account_id: str, what: str, *roles: str) -> Account:
    """The account. Raises 403 without the scope, or a role that may write there."""
    account = objects.mine(token, account_id, what)
    if not token.allows("rw_ads"):
        raise denied(what)
    if knobs().role not in (roles or _CREATORS):
        raise RestProblem(
            403,
            f"Viewer may not have permission CREATE on entity {what}",
            code="NO_PERMISSION_ON_ENTITY",
        )
    return account


def group(token: Token, account_id: str) -> str:
    """`POST adAccounts/{id}/adCampaignGroups`; answers the new id."""
    account = writable(token, account_id, f"CREATE /adAccounts/{account_id}/adCampaignGroups")
    body = Body(sent())
    body.only("account", "name", "status", "runSchedule", "totalBudget")
    body.required("account", "name", "status", "runSchedule")
    body.equals("account", f"urn:li:sponsoredAccount:{account_id}")
    body.text("name", _LONGEST_NAME)
    body.choice("status", _OPEN)
    _schedule(body)
    if "totalBudget" in body.given:
        body.money("totalBudget", account.plan.currency, account.decimals)
    body.done()
    own = {"servingStatuses": ["STOPPED"], "backfilled": False, "test": False, **_stamped()}
    return keep(GROUPS, {**body.given, **own})


def campaign(token: Token, account_id: str) -> str:
    """`POST adAccounts/{id}/adCampaigns`; answers the new id."""
    account = writable(token, account_id, f"CREATE /adAccounts/{account_id}/adCampaigns")
    body = Body(sent())
    body.only(*_CAMPAIGN_FIELDS, *_CAMPAIGN_OPTIONS)
    body.required(*_CAMPAIGN_FIELDS)
    body.equals("account", f"urn:li:sponsoredAccount:{account_id}")
    body.text("name", _LONGEST_NAME)
    for name in ("offsiteDeliveryEnabled", "audienceExpansionEnabled"):
        body.flag(name)
    body.choice("status", _OPEN)
    body.choice("type", ("SPONSORED_UPDATES",))
    body.choice("format", ("STANDARD_UPDATE",))
    body.choice("creativeSelection", ("OPTIMIZED", "ROUND_ROBIN"))
    body.choice("politicalIntent", ("POLITICAL", "NOT_POLITICAL", "NOT_DECLARED"))
    _configuration(body)
    _parent(body, account)
    _page(body)
    _money(body, account)
    _schedule(body)
    locale = body.inner("locale")
    locale.required("country", "language")
    if "_".join(map(str, (locale.given.get("language"), locale.given.get("country")))) not in (
        offers.LOCALES
    ):
        locale.wrong("", "INVALID_VALUE_FOR_FIELD", "is no locale of campaigns")
    _targeting(body)
    body.done()
    own = {"servingStatuses": ["STOPPED"], "pacingStrategy": "LIFETIME", "test": False}
    return keep(CAMPAIGNS, {**body.given, **own, "version": {"versionTag": "1"}, **_stamped()})


_CAMPAIGN_FIELDS = (
    *("account", "campaignGroup", "associatedEntity", "name", "status", "type", "costType"),
    *("objectiveType", "optimizationTargetType", "unitCost", "locale", "targetingCriteria"),
    *("politicalIntent", "dailyBudget", "runSchedule"),
)
_CAMPAIGN_OPTIONS = (
    *("format", "creativeSelection", "audienceExpansionEnabled"),
    "offsiteDeliveryEnabled",
)


def inline_creative(token: Token, account_id: str) -> str:
    """`POST adAccounts/{id}/creatives?action=createInline`; answers the new URN."""
    what = f"ACTION-createInline /adAccounts/{account_id}/creatives"
    account = writable(token, account_id, what, *_CREATORS, "CREATIVE_MANAGER")
    if not token.allows("w_organization_social"):
        raise denied("partialUpdate /posts")
    given = sent()
    creative = given.get("creative")
    if set(given) != {"creative"} or not isinstance(creative, dict):
        raise plain("/creative", "field is required but not found and has no default value")
    _known(creative, "/creative", ("campaign", "intendedStatus", "name", "inlineContent"))
    parent = _campaign_of(account, str(creative.get("campaign")))
    if creative.get("intendedStatus") not in _OPEN:
        raise plain("/creative/intendedStatus", "is not an enum symbol")
    if creative["intendedStatus"] != "DRAFT" and parent["status"] == "DRAFT":
        raise plain("/creative/intendedStatus", "only draft creatives in draft campaigns")
    content = creative.get("inlineContent")
    post = content.get("post") if isinstance(content, dict) else None
    if not isinstance(post, dict):
        raise plain("/creative/inlineContent/post", "field is required but not found")
    _check_post(post, account, parent)
    reference = f"urn:li:share:7{made().number():018d}"
    made().posts[reference] = post
    return keep(
        CREATIVES,
        {
            "account": f"urn:li:sponsoredAccount:{account_id}",
            **{name: creative[name] for name in creative if name != "inlineContent"},
            "isServing": False,
            "isTest": False,
            "servingHoldReasons": ["STOPPED"],
            "content": {"reference": reference},
            **dict.fromkeys(("createdAt", "lastModifiedAt"), _now()),
            **dict.fromkeys(("createdBy", "lastModifiedBy"), USER_URN),
        },
    )


def image(token: Token) -> Described:
    """`POST images?action=initializeUpload`: where the bytes go, and what they will be called."""
    if not token.allows("w_organization_social"):
        raise denied("ACTION-initializeUpload /images")
    given = sent().get("initializeUploadRequest")
    if not isinstance(given, dict) or set(given) != {"owner"}:
        raise plain("/initializeUploadRequest/owner", "field is required but not found")
    _own_page(str(given["owner"]), "/initializeUploadRequest/owner")
    urn = f"urn:li:image:D4E10AQ{made().number()}"
    made().images[urn] = Image(str(given["owner"]), knobs().picture_polls)
    address = f"{request.host_url}linkedin/dms-uploads/{urn.rpartition(':')[2]}/0"
    later = int(_now()) + 86_400_000
    return {"value": {"uploadUrl": address, "uploadUrlExpiresAt": later, "image": urn}}


def upload(token: Token, key: str) -> None:
    """The bytes, at the address that was given for them."""
    del token
    found = made().images.get(f"urn:li:image:{key}")
    if found is None:
        raise not_found()
    if not request.get_data():
        raise RestProblem(400, "The body is empty")
    found.content = request.get_data()


def tie(token: Token, campaign_urn: str, conversion: str) -> None:
    """`PUT campaignConversions/(campaign:…,conversion:…)`: the same again is no second one."""
    if not token.allows("rw_ads"):
        raise denied("UPDATE /campaignConversions")
    given = sent()
    if given != {"campaign": campaign_urn, "conversion": conversion}:
        raise plain("/campaign", "The key in the path and the one in the body differ")
    campaigns = made().things[CAMPAIGNS]
    if not any(f"urn:li:sponsoredCampaign:{one['id']}" == campaign_urn for one in campaigns):
        raise not_found()
    if conversion not in offers.conversion_urns():
        raise plain("/conversion", f"{conversion} does not exist")
    made().ties.add((campaign_urn, conversion))


def _configuration(body: Body) -> None:
    asked = tuple(
        str(body.given.get(name))
        for name in ("objectiveType", "optimizationTargetType", "costType")
    )
    if asked not in _CONFIGURATIONS:
        told = (
            "ObjectiveType {}, OptimizationTargetType {}, CostType {} is not a valid "
            "CampaignConfiguration"
        )
        body.faults.append(
            ("/objectiveType", "INVALID_CAMPAIGN_CONFIGURATION", told.format(*asked))
        )
    if not isinstance(body.given.get("offsiteDeliveryEnabled"), bool):
        body.wrong("offsiteDeliveryEnabled", "MISSING_FIELD", "is required but missing")


def _parent(body: Body, account: Account) -> None:
    """The campaign group: this account's, and a draft takes drafts only."""
    urn = str(body.given.get("campaignGroup"))
    groups = {f"urn:li:sponsoredCampaignGroup:{one['id']}": one for one in listed(account, GROUPS)}
    for group in account.campaigns:
        groups[f"urn:li:sponsoredCampaignGroup:{group.id}"] = objects.describe_group(group)
    if urn not in groups:
        body.wrong("campaignGroup", "FIELD_VALUE_DOES_NOT_EXIST", f"value {urn} doesn't exist")
    elif groups[urn]["status"] not in _OPEN:
        body.wrong("campaignGroup", "FIELD_VALUE_NOT_ACTIVE", f"value {urn} is not active")
    elif groups[urn]["status"] == "DRAFT" and body.given.get("status") != "DRAFT":
        body.faults.append(
            (
                "/status",
                "ONLY_DRAFT_CAMPAIGNS_ALLOWED_IN_DRAFT_CAMPAIGN_GROUPS",
                "Only draft campaigns are allowed in draft campaign groups",
            )
        )


def _page(body: Body) -> None:
    if body.given.get("associatedEntity") not in offers.organizations():
        body.wrong("associatedEntity", "FIELD_VALUE_DOES_NOT_EXIST", "doesn't exist")


def _money(body: Body, account: Account) -> None:
    currency = account.plan.currency
    body.money("unitCost", currency, account.decimals)
    budget_of(body, account)


def budget_of(body: Body, account: Account) -> None:
    """Raises nothing: notes what is wrong with a daily budget."""
    currency = account.plan.currency
    budget = body.money("dailyBudget", currency, account.decimals)
    least = offers.LEAST.get(currency, Decimal(0))
    if budget is not None and budget < least:
        told = f"value {budget} can't be lower than {least}"
        body.inner("dailyBudget").wrong("amount", "FIELD_VALUE_TOO_LOW", told)


def _schedule(body: Body) -> None:
    schedule = body.inner("runSchedule")
    schedule.only("start", "end")
    if "runSchedule" in body.given:
        schedule.required("start")
    times = [schedule.given.get(name) for name in ("start", "end") if name in schedule.given]
    if not all(type(time) is int for time in times):
        schedule.wrong("start", "INVALID_VALUE_FOR_FIELD", "is not a time")
        return
    start, end = schedule.given.get("start"), schedule.given.get("end")
    if start is not None and start < _now():
        schedule.wrong("start", "DATE_TOO_EARLY", f"value {start} must be no earlier than {_now()}")
    if start is not None and end is not None and end <= start:
        schedule.wrong("end", "START_DATE_AFTER_END_DATE", "lies before the start")


def _targeting(body: Body) -> None:
    """`include.and` of `or`, with places in it; every facet and value must be known."""
    criteria = body.inner("targetingCriteria")
    criteria.only("include", "exclude")
    asked = criteria.inner("include").given.get("and")
    facets: dict[str, Any] = {}
    for one in asked if isinstance(asked, list) else []:
        facets |= one.get("or", {}) if isinstance(one, dict) else {}
    prefix = "urn:li:adTargetingFacet:"
    if not facets.get(f"{prefix}locations"):
        criteria.wrong(f"{prefix}locations", "MISSING_FIELD", "is required but missing")
    allowed = {
        "locations": offers.places(),
        "interfaceLocales": {f"urn:li:locale:{locale}" for locale in offers.LOCALES},
        "ageRanges": _AGES,
        "genders": _GENDERS,
    }
    for facet, values in facets.items():
        known = allowed.get(facet.removeprefix(prefix))
        if known is None or not isinstance(values, list) or set(values) - set(known):
            criteria.wrong(facet, "FIELD_VALUE_DOES_NOT_EXIST", f"value {values} doesn't exist")


def _campaign_of(account: Account, urn: str) -> Described:
    """Of those created here; the world's own take no more creatives."""
    for one in listed(account, CAMPAIGNS):
        if f"urn:li:sponsoredCampaign:{one['id']}" == urn and one["status"] in _OPEN:
            creatives = [each for each in made().things[CREATIVES] if each["campaign"] == urn]
            if len(creatives) >= _MOST_CREATIVES:
                raise plain("/creative/campaign", f"{urn} has {_MOST_CREATIVES} creatives")
            return one
    raise plain("/creative/campaign", f"{urn} does not exist")


def _known(given: Described, path: str, names: tuple[str, ...]) -> None:
    for name in given:
        if name not in names:
            raise plain(f"{path}/{name}", "unrecognized field found but not allowed")


def _check_post(post: Described, account: Account, parent: Described) -> None:
    path = "/creative/inlineContent/post"
    _known(post, path, _POST_FIELDS)
    for name in _POST_FIELDS[:-1]:
        if name not in post:
            raise plain(f"{path}/{name}", "field is required but not found")
    _own_page(str(post["author"]), f"{path}/author")
    if post["author"] != parent["associatedEntity"]:
        raise plain(f"{path}/author", "is not the associated entity of the campaign")
    context = {"dscAdAccount": f"urn:li:sponsoredAccount:{account.id}", "dscStatus": "ACTIVE"}
    if post["adContext"] != context:
        raise plain(f"{path}/adContext", "is not that of this ad account")
    if post["visibility"] != "PUBLIC" or post["lifecycleState"] != "PUBLISHED":
        raise plain(f"{path}/lifecycleState", "is not an enum symbol")
    if post["distribution"] != {"feedDistribution": "NONE"}:
        raise plain(f"{path}/distribution", "an ad is not on the feed of its Page")
    _check_words(post, path)
    media = post["content"].get("media") if isinstance(post["content"], dict) else None
    if not isinstance(media, dict) or set(media) != {"id", "title"}:
        raise plain(f"{path}/content/media", "field is required but not found")
    if not 0 < len(str(media["title"])) <= _LONGEST_TITLE:
        raise plain(f"{path}/content/media/title", "length is out of range")
    found = made().images.get(str(media["id"]))
    if found is None or found.owner != post["author"] or found.status != "AVAILABLE":
        raise plain(f"{path}/content/media/id", f"{media['id']} is not available")


_POST_FIELDS = (
    *("adContext", "author", "commentary", "visibility", "distribution", "lifecycleState"),
    *("isReshareDisabledByAuthor", "content", "contentLandingPage", "contentCallToActionLabel"),
)


def _check_words(post: Described, path: str) -> None:
    words = post["commentary"]
    if not isinstance(words, str) or not words.strip() or _BARE_SIGN.search(words):
        raise plain(f"{path}/commentary", "is not little text")
    if len(re.sub(r"\\(.)", r"\1", words)) > _LONGEST_COMMENTARY:
        raise plain(f"{path}/commentary", f"length exceeds {_LONGEST_COMMENTARY}")
    if post.get("contentCallToActionLabel", "LEARN_MORE") not in _CTAS:
        raise plain(f"{path}/contentCallToActionLabel", "is not an enum symbol")
    page = urlsplit(str(post["contentLandingPage"]))
    long = len(str(post["contentLandingPage"])) > _LONGEST_URL
    if page.scheme != "https" or not page.hostname or long:
        raise plain(f"{path}/contentLandingPage", "is not a valid address")


def _own_page(urn: str, path: str) -> None:
    """Raises 403 for a Page as which the member may not post."""
    if urn not in offers.organizations():
        raise plain(path, f"{urn} does not exist")
    if knobs().page_role not in offers.POSTERS:
        raise denied(f"{path} of {urn}")


def _stamped() -> Described:
    stamp = {"actor": USER_URN, "time": _now()}
    return {"changeAuditStamps": {"created": stamp, "lastModified": stamp}}


def _now() -> int:
    return int(state().clock.now().timestamp() * 1000)

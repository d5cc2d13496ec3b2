"""Ad accounts, campaign groups, campaigns and creatives in the words of LinkedIn's API.

A campaign of the world is a campaign group, an ad set a campaign, an ad a creative. What was
deleted by plan is listed as REMOVED when that status is asked for, its creatives are not; what was
deleted through `/control` is listed nowhere.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.edits import edited
from sandbox.linkedin import made
from sandbox.linkedin.errors import RestProblem, bad_param, denied, not_found
from sandbox.linkedin.restli import Params, choice, ids, only, required, texts, whole
from sandbox.linkedin.tokens import USER_URN, Token
from sandbox.linkedin.wording import words_of
from sandbox.plans.shapes import Kind
from sandbox.state import state
from sandbox.world import Account, Ad, AdSet, Campaign

Described = dict[str, Any]

GROUP_STATUSES = (
    "ACTIVE",
    "ARCHIVED",
    "CANCELED",
    "DRAFT",
    "PAUSED",
    "PENDING_DELETION",
    "REMOVED",
)
CAMPAIGN_STATUSES = (*GROUP_STATUSES, "COMPLETED")
ACCOUNT_STATUSES = ("ACTIVE", "CANCELED", "DRAFT", "PENDING_DELETION", "REMOVED")
# What a finder leaves out unless it is asked for.
_HIDDEN = frozenset({"PENDING_DELETION", "REMOVED"})
_SEARCHED = frozenset({"status", "name", "id", "test", "type", "campaignGroup"})
_PAGING = ("pageSize", "pageToken", "sortOrder", "fields")
MOST, MOST_CREATIVES = 1000, 100
_OBJECTIVES: dict[Kind, str] = {
    "sales": "WEBSITE_CONVERSION",
    "leads": "LEAD_GENERATION",
    "traffic": "WEBSITE_VISIT",
    "awareness": "BRAND_AWARENESS",
    "engagement": "ENGAGEMENT",
    "app": "WEBSITE_VISIT",
}


def accounts(token: Token, params: Params) -> Described:
    """`adAccounts?q=search`."""
    _may_read(token, "GET /adAccounts")
    only(params, ("q", "search", *_PAGING))
    choice(params, "q", ("search",))
    wanted = _wanted(params, ACCOUNT_STATUSES)
    found = [_account(account) for account in token.accounts()]
    return _page([one for one in found if one["status"] in wanted], params, MOST)


def account(token: Token, account_id: str, params: Params) -> Described:
    """`adAccounts/{id}`."""
    only(params, ("fields",))
    return _account(mine(token, account_id, f"GET /adAccounts/{account_id}"))


def groups(token: Token, account_id: str, params: Params) -> Described:
    """`adAccounts/{id}/adCampaignGroups?q=search`."""
    account = mine(token, account_id, f"FINDER-search /adAccounts/{account_id}/adCampaignGroups")
    only(params, ("q", "search", *_PAGING))
    choice(params, "q", ("search",))
    wanted = _wanted(params, GROUP_STATUSES)
    found = [describe_group(group) for group in _listed(account)]
    found += made.listed(account, made.GROUPS)
    return _page([one for one in found if one["status"] in wanted], params, MOST)


def campaigns(token: Token, account_id: str, params: Params) -> Described:
    """`adAccounts/{id}/adCampaigns?q=search`: never without criteria."""
    account = mine(token, account_id, f"FINDER-search /adAccounts/{account_id}/adCampaigns")
    only(params, ("q", "search", *_PAGING))
    choice(params, "q", ("search",))
    required(params, "search")
    wanted = _wanted(params, CAMPAIGN_STATUSES)
    found = [_campaign(ad_set) for group in _listed(account) for ad_set in group.ad_sets]
    found += made.listed(account, made.CAMPAIGNS)
    groups = _values(params, "campaignGroup")
    found = [
        one
        for one in found
        if one["status"] in wanted and (not groups or one["campaignGroup"] in groups)
    ]
    if "pageSize" not in params and len(found) > MOST:
        raise RestProblem(400, "Request would return too many entities.")
    return _page(found, params, MOST)


def creatives(token: Token, account_id: str, params: Params) -> Described:
    """`adAccounts/{id}/creatives?q=criteria`."""
    account = mine(token, account_id, f"FINDER-criteria /adAccounts/{account_id}/creatives")
    only(params, ("q", "campaigns", "creatives", "intendedStatuses", "isTestAccount", *_PAGING))
    choice(params, "q", ("criteria",))
    of = ids(texts(params, "campaigns"), "sponsoredCampaign", "campaigns")
    named = ids(texts(params, "creatives"), "sponsoredCreative", "creatives")
    wanted = set(texts(params, "intendedStatuses", GROUP_STATUSES)) or set(GROUP_STATUSES) - _HIDDEN
    found = [
        describe_creative(ad)
        for ad in _creatives(account)
        if (not of or ad.ad_set.id in of) and (not named or ad.id in named)
    ]
    found += [
        one
        for one in made.listed(account, made.CREATIVES)
        if (not of or one["campaign"].rpartition(":")[2] in of)
        and (not named or one["id"].rpartition(":")[2] in named)
    ]
    found = [one for one in found if one["intendedStatus"] in wanted]
    return _page(found, params, MOST_CREATIVES)


def one_of(token: Token, account_id: str, kind: str, key: str) -> Described:
    """A single group, campaign or creative by its key. Raises 404."""
    account = mine(token, account_id, f"GET /adAccounts/{account_id}/{kind}/{key}")
    for described in (*_EACH[kind](account), *made.listed(account, kind)):
        if str(described["id"]) == key:
            return described
    raise not_found()


def world_thing(account: Account, kind: str, key: str) -> Described:
    """One of the world's own by its key. Raises 404."""
    for described in _EACH[kind](account):
        if str(described["id"]) == key:
            return described
    raise not_found()


def mine(token: Token, account_id: str, what: str) -> Account:
    """The account. Raises 400 for what is no id, 403 for one in which the member has no role."""
    if not account_id.isdigit():
        raise RestProblem(400, f"Key value '{account_id}' must be of type 'java.lang.Long'")
    _may_read(token, what)
    for account in token.accounts():
        if account.id == account_id:
            return account
    raise denied(what)


def _may_read(token: Token, what: str) -> None:
    if not token.allows("r_ads", "rw_ads"):
        raise denied(what)


def _wanted(params: Params, statuses: tuple[str, ...]) -> set[str]:
    """The statuses asked for; without a word, all but what was deleted."""
    values = _values(params, "status")
    if values - set(statuses):
        raise bad_param("search", f"status is none of {', '.join(statuses)}")
    return values or set(statuses) - _HIDDEN


def _values(params: Params, name: str) -> set[str]:
    """What is searched for in one field, empty when it is not searched in."""
    search = params.get("search", {})
    if not isinstance(search, dict) or set(search) - _SEARCHED:
        raise bad_param("search", "Invalid value for param; wrong type or other syntax error")
    asked = search.get(name, {"values": []})
    values = asked.get("values") if isinstance(asked, dict) else None
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise bad_param("search", f"{name} has no list of values")
    return set(values)


def _page(found: list[Described], params: Params, most: int) -> Described:
    """By cursor. The token is good for the same question only."""
    size = whole(params, "pageSize", 100, most)
    question = {name: value for name, value in params.items() if name != "pageToken"}
    seal = hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()[:16]
    start = 0
    if "pageToken" in params:
        start = _start(str(params["pageToken"]), seal)
    page = found[start : start + size]
    metadata = {}
    if start + size < len(found):
        metadata["nextPageToken"] = _token(start + size, seal)
    return {"metadata": metadata, "elements": page}


def _token(start: int, seal: str) -> str:
    return base64.urlsafe_b64encode(f"{start}/{seal}".encode()).decode()


def _start(token: str, seal: str) -> int:
    try:
        start, _, sealed = base64.urlsafe_b64decode(token).decode().partition("/")
        place = int(start)
    except ValueError:
        place, sealed = 0, ""
    if sealed != seal:
        raise bad_param("pageToken", "The page token does not belong to this question")
    return place


def today() -> dt.date:
    """LinkedIn's days are days of UTC."""
    return state().clock.now().date()


def _listed(account: Account) -> Iterator[Campaign]:
    removed = state().world.removed
    return (
        campaign
        for campaign in account.campaigns
        if campaign.launched <= today() and campaign.id not in removed
    )


def _creatives(account: Account) -> Iterator[Ad]:
    return (
        ad
        for group in _listed(account)
        if _group_status(group) != "REMOVED"
        for ad_set in group.ad_sets
        for ad in ad_set.ads
    )


def _is_over(group: Campaign) -> bool:
    return group.ended is not None and group.ended <= today()


def _group_status(group: Campaign) -> str:
    if state().world.is_removed(group, today()):
        return "REMOVED"
    over = _is_over(group) and not (group.plan.budget == "lifetime" and group.plan.fate == "PAUSED")
    return edited(group.id, "status", group.plan.fate if over else "ACTIVE")


def _group_holds(group: Campaign) -> list[str]:
    holds = []
    if _group_status(group) != "ACTIVE":
        holds.append("STOPPED")
    if group.ended is not None and _is_over(group):
        holds.append("CAMPAIGN_GROUP_END_DATE_HOLD")
    return holds or ["RUNNABLE"]


def _account(account: Account) -> Described:
    closed = account.plan.status != 1
    return {
        "id": int(account.id),
        "name": account.name,
        "currency": account.plan.currency,
        "type": "BUSINESS",
        "status": "CANCELED" if closed else "ACTIVE",
        "servingStatuses": ["STOPPED", "BILLING_HOLD"] if closed else ["RUNNABLE"],
        "reference": f"urn:li:organization:{account.business.id[-8:]}",
        "test": False,
        "notifiedOnCampaignOptimization": False,
        "notifiedOnCreativeApproval": False,
        "notifiedOnCreativeRejection": False,
        "notifiedOnEndOfCampaign": False,
        "notifiedOnNewFeaturesEnabled": False,
        "version": {"versionTag": "6"},
        "changeAuditStamps": _stamps(dt.date(2025, 1, 7)),
    }


def describe_group(group: Campaign) -> Described:
    return {
        "id": int(group.id),
        "account": f"urn:li:sponsoredAccount:{group.account.id}",
        "name": group.name,
        "status": _group_status(group),
        "servingStatuses": _group_holds(group),
        "runSchedule": _schedule(group.launched, group.ended),
        "backfilled": group.number == 1,
        "test": False,
        "changeAuditStamps": _stamps(group.launched),
    } | _budget(group, group.id, {"campaign": "dailyBudget", "lifetime": "totalBudget"})


def _campaign(ad_set: AdSet) -> Described:
    group = ad_set.campaign
    status = _group_status(group)
    if status in ("PAUSED", "ARCHIVED"):
        status = "COMPLETED" if group.plan.budget == "lifetime" else status
    status = edited(ad_set.id, "status", status)
    holds = [hold for hold in _group_holds(group) if hold != "RUNNABLE"]
    if ad_set.launched > today():
        holds.append("CAMPAIGN_START_DATE_HOLD")
    text = group.plan.kind == "traffic"
    return {
        "id": int(ad_set.id),
        "account": f"urn:li:sponsoredAccount:{group.account.id}",
        "campaignGroup": f"urn:li:sponsoredCampaignGroup:{group.id}",
        "associatedEntity": f"urn:li:organization:{group.account.business.id[-8:]}",
        "name": ad_set.name,
        "status": status,
        "servingStatuses": holds or ["RUNNABLE"],
        "type": "TEXT_AD" if text else "SPONSORED_UPDATES",
        "format": "TEXT_AD" if text else "STANDARD_UPDATE",
        "objectiveType": group.plan.objective or _OBJECTIVES[group.plan.kind],
        "optimizationTargetType": "MAX_CLICK",
        "costType": "CPM",
        "unitCost": _money(group.account, 1250),
        "runSchedule": _schedule(ad_set.launched, group.ended),
        "locale": {"country": group.account.plan.country, "language": "en"},
        "pacingStrategy": "LIFETIME",
        "creativeSelection": "OPTIMIZED",
        "offsiteDeliveryEnabled": False,
        "audienceExpansionEnabled": False,
        "politicalIntent": "NOT_POLITICAL",
        "test": False,
        "version": {"versionTag": "3"},
        "changeAuditStamps": _stamps(ad_set.launched),
    } | _budget(group, ad_set.id, {"ad_sets": "dailyBudget"})


def describe_creative(ad: Ad) -> Described:
    """Without the words of a post: they are behind a scope of their own."""
    group = ad.campaign
    intended, holds = _creative_state(ad)
    described = {
        "id": f"urn:li:sponsoredCreative:{ad.id}",
        "account": f"urn:li:sponsoredAccount:{group.account.id}",
        "campaign": f"urn:li:sponsoredCampaign:{ad.ad_set.id}",
        "intendedStatus": intended,
        "isServing": not holds,
        "isTest": False,
        "content": _content(ad),
        "review": {"status": _REVIEWS.get(ad.review, "APPROVED")},
        "createdAt": _instant(ad.ad_set.launched, 8),
        "lastModifiedAt": _instant(ad.ad_set.launched, 16),
        "createdBy": USER_URN,
        "lastModifiedBy": USER_URN,
    }
    if ad.number % 2:
        described["name"] = ad.name
    return described | ({"servingHoldReasons": holds} if holds else {})


_REVIEWS = {"PENDING_REVIEW": "PENDING", "DISAPPROVED": "REJECTED"}


def _creative_state(ad: Ad) -> tuple[str, list[str]]:
    intended, holds = "ACTIVE", []
    if ad.paused_from is not None and ad.paused_from <= today():
        intended, holds = "PAUSED", ["STOPPED"]
    if ad.review:
        holds.append("REJECTED" if ad.review == "DISAPPROVED" else "UNDER_REVIEW")
    if _group_status(ad.campaign) != "ACTIVE":
        holds += ["CAMPAIGN_STOPPED", "CAMPAIGN_GROUP_STATUS_HOLD"]
    elif _is_over(ad.campaign):
        holds.append("CAMPAIGN_GROUP_END_DATE_HOLD")
    return intended, holds


def _content(ad: Ad) -> Described:
    if ad.campaign.plan.kind == "traffic":
        page = f"https://shop.example/{ad.campaign.number}/{ad.number}"
        headline, description = words_of(ad)
        words = {"headline": headline, "description": description}
        return {"textAd": words | {"landingPage": page}}
    return {"reference": f"urn:li:share:7{int(ad.id):018d}"}


def _budget(group: Campaign, own: str, names: dict[str, str]) -> Described:
    name = names.get(group.plan.budget)
    if name is None:
        return {}
    minor = 5000 * max(1, round(group.plan.volume * 4))
    usual = _money(group.account, minor * (90 if group.plan.budget == "lifetime" else 1))
    return {name: edited(own, name, usual)}


def _money(account: Account, minor: int) -> Described:
    return {"amount": account.money(minor), "currencyCode": account.plan.currency}


def _schedule(first: dt.date, end: dt.date | None) -> Described:
    schedule = {"start": _instant(first, 0)}
    return schedule | ({"end": _instant(end, 0)} if end else {})


def _stamps(day: dt.date) -> Described:
    return {
        "created": {"actor": USER_URN, "time": _instant(day, 8)},
        "lastModified": {"actor": USER_URN, "time": _instant(day, 16)},
    }


def _instant(day: dt.date, hour: int) -> int:
    """Milliseconds of Unix time."""
    return int(dt.datetime.combine(day, dt.time(hour), dt.UTC).timestamp() * 1000)


_EACH: dict[str, Callable[[Account], Iterator[Described]]] = {
    "adCampaignGroups": lambda account: map(describe_group, _listed(account)),
    "adCampaigns": lambda account: (
        _campaign(ad_set) for group in _listed(account) for ad_set in group.ad_sets
    ),
    "creatives": lambda account: map(describe_creative, _creatives(account)),
}

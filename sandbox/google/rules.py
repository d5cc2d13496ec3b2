"""What Google demands of each new object, beyond the form of its message."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.google import made, shapes, things
from sandbox.google.customers import Customer
from sandbox.google.mistakes import Mistake, Path
from sandbox.state import state
from sandbox.world import Account

Body = dict[str, Any]
LONGEST_NAME = 254
_NOT_WHOLE = {
    "startDateTime": "DATE_RANGE_ERROR_START_TIME_MUST_BE_THE_START_OF_A_DAY",
    "endDateTime": "DATE_RANGE_ERROR_END_TIME_MUST_BE_THE_END_OF_A_DAY",
}
_STRANGE = frozenset('!@%^()={};~`<>?\\|,*[]"')


@dataclass(frozen=True)
class Request:
    """What one mutation is about. `fresh` are its new objects so far, by temporary name."""

    customer: Customer
    account: Account
    fresh: dict[str, Body]

    def object(self, name: str) -> Body | None:
        """Something that exists already or came earlier in this request, and is not removed."""
        found = self.fresh.get(name) or made.created().objects.get(name)
        return None if found is None or found.get("status") == "REMOVED" else found


def of_budget(body: Body, request: Request) -> Iterator[Mistake]:
    """The least budget of a day is twice the price of a click in the account."""
    account = request.account
    if "amountMicros" not in body:
        yield _required("amountMicros")
        return
    amount = int(body["amountMicros"])
    if amount % 10 ** (6 - account.decimals):
        yield _mistake(
            "campaignBudgetError", "NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT", "amountMicros"
        )
    least = round(account.plan.click_price * 2) * 1_000_000
    if amount < least:
        minimum = {
            "currencyCode": account.plan.currency,
            "budgetPerDayMinimumMicros": str(least),
            "minimumBudgetAmountMicros": str(least),
            "failedBudgetAmountMicros": str(amount),
        }
        yield Mistake(
            "campaignBudgetError",
            "BUDGET_BELOW_PER_DAY_MINIMUM",
            ("amountMicros",),
            details={"budgetPerDayMinimumErrorDetails": minimum},
        )
    if body.get("explicitlyShared", True) and not body.get("name"):
        yield _required("name")


def of_campaign(body: Body, request: Request) -> Iterator[Mistake]:
    name = body.get("name", "")
    yield from _name(name)
    if name in _names(request):
        yield _mistake("campaignError", "DUPLICATE_CAMPAIGN_NAME", "name")
    if "advertisingChannelType" not in body:
        yield _required("advertisingChannelType")
    if "containsEuPoliticalAdvertising" not in body:
        yield _required("containsEuPoliticalAdvertising")
    yield from _exists(body, "campaignBudget", request)
    if sum(kind in body for kind in shapes.BIDDING) != 1:
        yield _required("campaignBiddingStrategy")
    networks = body.get("networkSettings", {})
    if networks.get("targetSearchNetwork") and not networks.get("targetGoogleSearch"):
        yield _mistake(
            "campaignError",
            "CANNOT_TARGET_SEARCH_NETWORK_WITHOUT_GOOGLE_SEARCH",
            "networkSettings",
        )
    yield from _days(body, request)
    yield from _not_removed(body)


def of_campaign_criterion(body: Body, request: Request) -> Iterator[Mistake]:
    yield from _exists(body, "campaign", request)
    if "language" in body:
        yield _mistake("criterionError", "CANNOT_TARGET_LANGUAGE", "language")
    place = body.get("location", {}).get("geoTargetConstant", "")
    if "location" in body and not place.removeprefix("geoTargetConstants/").isdigit():
        yield _mistake("criterionError", "INVALID_CRITERION_ID", "location", "geoTargetConstant")
    if "location" not in body and "language" not in body:
        yield _required("criterion")


def of_group(body: Body, request: Request) -> Iterator[Mistake]:
    yield from _name(body.get("name", ""))
    yield from _exists(body, "campaign", request)
    above = request.object(body.get("campaign", "")) or {}
    fitting = {"SEARCH": "SEARCH_STANDARD", "DISPLAY": "DISPLAY_STANDARD"}
    wanted = fitting.get(above.get("advertisingChannelType", ""), "")
    if wanted and body.get("type", wanted) != wanted:
        yield _mistake(
            "adGroupError", "AD_GROUP_TYPE_NOT_VALID_FOR_ADVERTISING_CHANNEL_TYPE", "type"
        )
    yield from _not_removed(body)


def of_group_criterion(body: Body, request: Request) -> Iterator[Mistake]:
    yield from _exists(body, "adGroup", request)
    kinds = [kind for kind in ("keyword", "ageRange", "gender") if kind in body]
    if len(kinds) != 1:
        yield _required("criterion")
        return
    if kinds != ["keyword"]:
        if "type" not in body[kinds[0]]:
            yield _required(kinds[0], "type")
        return
    keyword = body["keyword"]
    text = keyword.get("text", "")
    if not text.strip():
        yield _required("keyword", "text")
    if "matchType" not in keyword:
        yield _required("keyword", "matchType")
    for holds, code in (
        (_columns(text) > 80, "KEYWORD_TEXT_TOO_LONG"),
        (len(text.split()) > 10, "KEYWORD_HAS_TOO_MANY_WORDS"),
        (bool(_STRANGE & set(text)), "KEYWORD_HAS_INVALID_CHARS"),
    ):
        if holds:
            yield _mistake("criterionError", code, "keyword", "text")


def of_ad(body: Body, request: Request) -> Iterator[Mistake]:
    yield from _exists(body, "adGroup", request)
    yield from _not_removed(body)
    ad = body.get("ad", {})
    if not ad.get("finalUrls"):
        yield _required("ad", "finalUrls")
    for number, url in enumerate(ad.get("finalUrls", [])):
        if not url.startswith(("https://", "http://")):
            path = ("ad", "finalUrls", number)
            yield Mistake("urlFieldError", "MISSING_PROTOCOL_IN_FINAL_URL", path)
    if "responsiveSearchAd" not in ad:
        yield _required("ad", "adData")
        return
    search = ad["responsiveSearchAd"]
    yield from _assets(search, "headlines", (3, 15), 30)
    yield from _assets(search, "descriptions", (2, 4), 90)
    if search.get("path2") and not search.get("path1"):
        yield _in_ad("adError", "CANNOT_SET_PATH2_WITHOUT_PATH1", "path2")
    for part in ("path1", "path2"):
        if _columns(search.get(part, "")) > 15:
            yield _in_ad("stringLengthError", "TOO_LONG", part)


RULES: dict[str, Callable[[Body, Request], Iterator[Mistake]]] = {
    "campaignBudget": of_budget,
    "campaign": of_campaign,
    "campaignCriterion": of_campaign_criterion,
    "adGroup": of_group,
    "adGroupCriterion": of_group_criterion,
    "adGroupAd": of_ad,
}


def _assets(search: Body, kind: str, many: tuple[int, int], longest: int) -> Iterator[Mistake]:
    texts = [each.get("text", "") for each in search.get(kind, [])]
    if len(texts) < many[0]:
        yield _in_ad("collectionSizeError", "TOO_FEW", kind)
    if len(texts) > many[1]:
        yield _in_ad("collectionSizeError", "TOO_MANY", kind)
    if len(set(texts)) < len(texts):
        yield _in_ad("distinctError", "DUPLICATE_ELEMENT", kind)
    for number, text in enumerate(texts):
        if not text.strip():
            yield _in_ad("stringLengthError", "EMPTY", kind, number, "text")
        if _columns(text) > longest:
            yield _in_ad("stringLengthError", "TOO_LONG", kind, number, "text")
        if kind == "headlines" and "!" in text:
            yield _against_policy(number, text)


def _against_policy(number: int, text: str) -> Mistake:
    """Google's editorial policy allows no exclamation mark in a headline."""
    entry = {
        "topic": "PUNCTUATION",
        "type": "PROHIBITED",
        "evidences": [{"textList": {"texts": [text]}}],
    }
    return Mistake(
        "policyFindingError",
        "POLICY_FINDING",
        ("ad", "responsiveSearchAd", "headlines", number, "text"),
        "The resource has been disapproved since the policy summary includes policy topics of "
        "type PROHIBITED.",
        {"policyFindingDetails": {"policyTopicEntries": [entry]}},
    )


def _in_ad(family: str, code: str, *path: str | int) -> Mistake:
    return Mistake(family, code, ("ad", "responsiveSearchAd", *path))


def _name(name: str) -> Iterator[Mistake]:
    if not name.strip():
        yield _required("name")
    if any(each in name for each in "\0\n\r"):
        yield _mistake("stringFormatError", "ILLEGAL_CHARS", "name")
    if _columns(name) > LONGEST_NAME:
        yield _mistake("stringLengthError", "TOO_LONG", "name")


def _names(request: Request) -> set[str]:
    """The names of all campaigns that have not been removed, here and in the account."""
    there = {
        campaign.name
        for campaign in things.campaigns(request.customer)
        if things.of_campaign(campaign).set != "REMOVED"
    }
    fresh = {body["name"] for name, body in request.fresh.items() if "/campaigns/" in name}
    return there | fresh


def _exists(body: Body, field: str, request: Request) -> Iterator[Mistake]:
    name = body.get(field, "")
    if not name:
        yield _required(field)
    elif request.object(name) is None:
        yield _mistake("mutateError", "RESOURCE_NOT_FOUND", field)


def _days(body: Body, request: Request) -> Iterator[Mistake]:
    today = state().clock.now().astimezone(request.account.zone).date()
    days: dict[str, dt.date] = {}
    for field, end in (("startDateTime", "00:00:00"), ("endDateTime", "23:59:59")):
        if field not in body:
            continue
        try:
            at = dt.datetime.strptime(body[field], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 the account's wall clock
        except ValueError:
            yield _mistake("dateError", "INVALID_STRING_DATE_TIME_SECONDS", field)
            continue
        days[field] = at.date()
        if not body[field].endswith(end):
            yield _mistake("dateError", _NOT_WHOLE[field], field)
        if at.date() < today:
            yield _mistake("dateRangeError", "CANNOT_SET_DATE_TO_PAST", field)
    if days.get("endDateTime", dt.date.max) < days.get("startDateTime", today):
        yield _mistake("dateRangeError", "START_DATE_AFTER_END_DATE", "endDateTime")


def _not_removed(body: Body) -> Iterator[Mistake]:
    if body.get("status") == "REMOVED":
        code = "CREATE_AS_REMOVED_NOT_PERMITTED"
        yield _mistake("operationAccessDeniedError", code, "status")


def _required(*path: str | int) -> Mistake:
    words = "The required field was not present."
    return Mistake("fieldError", "REQUIRED", path, words)


def _mistake(family: str, code: str, *path: str | int) -> Mistake:
    full: Path = path
    return Mistake(family, code, full)


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)

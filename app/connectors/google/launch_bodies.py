"""An order as one request to Google: a Search campaign with all that hangs on it.

Either everything in it is made or nothing. Things that do not exist yet are named by negative
numbers, which are good inside their request only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.connectors.google.places import PLACES
from app.connectors.launching import AdCopy, Order
from app.connectors.words import FoundAccount

Body = dict[str, Any]

EU_POLITICAL = "eu_political"
BIDDING = "bidding"
NOT_POLITICAL = "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING"
POLITICAL = "CONTAINS_EU_POLITICAL_ADVERTISING"
FOR_CONVERSIONS, FOR_CLICKS = "maximizeConversions", "targetSpend"
BIDS_FOR_CONVERSIONS = frozenset({"sales", "leads"})
"""Goals for which Google may be asked for conversions instead of clicks."""

AGES = {
    (18, 24): "AGE_RANGE_18_24",
    (25, 34): "AGE_RANGE_25_34",
    (35, 44): "AGE_RANGE_35_44",
    (45, 54): "AGE_RANGE_45_54",
    (55, 64): "AGE_RANGE_55_64",
    (65, 65): "AGE_RANGE_65_UP",
}
"""Google's ranges of age; there is no finer one."""
_NOT_SHOWN_TO = {"women": "MALE", "men": "FEMALE"}
_BUDGET, _CAMPAIGN, _GROUP = -1, -2, -3


def mutation(operations: Sequence[Body]) -> Body:
    """A request in which all operations happen or none."""
    return {
        "mutateOperations": list(operations),
        "partialFailure": False,
        "validateOnly": False,
        "responseContentType": "RESOURCE_NAME_ONLY",
    }


def tried(body: Mapping[str, Any]) -> Body:
    """The same request, for Google to check and not to do."""
    return {**body, "validateOnly": True}


def whole(account: FoundAccount, order: Order) -> Body:
    """Budget, campaign, places, ad group, exclusions, keywords and ads."""
    customer = f"customers/{account.external_id}"
    campaign, group = f"{customer}/campaigns/{_CAMPAIGN}", f"{customer}/adGroups/{_GROUP}"
    return mutation(
        [
            budget(f"{customer}/campaignBudgets/{_BUDGET}", micros(order)),
            _campaign(customer, campaign, order),
            *(_place(campaign, country) for country in order.countries),
            _group(group, campaign, order),
            *(_not_shown_to(group, excluded) for excluded in exclusions(order)),
            *(_keyword(group, text) for text in keywords(order)),
            *(_ad(group, order.url, copy) for copy in order.ads),
        ]
    )


def budget(name: str, amount: int) -> Body:
    """A daily budget of one campaign; Google derives its name from the campaign's."""
    return _create(
        "campaignBudget",
        resourceName=name,
        amountMicros=str(amount),
        deliveryMethod="STANDARD",
        explicitlyShared=False,
    )


def micros(order: Order) -> int:
    """The daily budget in millionths of the currency's major unit."""
    return int(order.daily_budget.scaleb(6))


def keywords(order: Order) -> list[str]:
    """The keywords with single spaces and without empty ones."""
    return [text for text in (" ".join(each.split()) for each in order.keywords) if text]


def bidding(order: Order) -> str:
    """What Google bids for: clicks, unless conversions were chosen for a goal that wants them."""
    wanted = order.answers.get(BIDDING, "")
    conversions = order.goal in BIDS_FOR_CONVERSIONS and wanted == FOR_CONVERSIONS
    return FOR_CONVERSIONS if conversions else FOR_CLICKS


def exclusions(order: Order) -> Iterator[Body]:
    """The ages and the gender to which the ads are not shown; people of unknown age are."""
    for (first, last), word in AGES.items():
        if last < order.age_min or first > order.age_max:
            yield {"ageRange": {"type": word}}
    if word := _NOT_SHOWN_TO.get(order.gender, ""):
        yield {"gender": {"type": word}}


def pauses(made: Mapping[str, Sequence[str]]) -> list[Body]:
    """Operations that pause things, by kind and resource name."""
    return [
        {
            f"{kind}Operation": {
                "update": {"resourceName": name, "status": "PAUSED"},
                "updateMask": "status",
            }
        }
        for kind, names in made.items()
        for name in names
    ]


def removal(account: FoundAccount, campaign_id: str) -> Body:
    """Removes a campaign, and with it what hangs on it and a budget that is its own."""
    name = f"customers/{account.external_id}/campaigns/{campaign_id}"
    return {"campaignOperation": {"remove": name}}


def _create(kind: str, **fields: Any) -> Body:
    return {f"{kind}Operation": {"create": fields}}


def _campaign(customer: str, name: str, order: Order) -> Body:
    ends = {"endDateTime": f"{order.ends_on} 23:59:59"} if order.ends_on else {}
    answer = order.answers.get(EU_POLITICAL, "")
    declared = {"containsEuPoliticalAdvertising": answer} if answer else {}
    return _create(
        "campaign",
        resourceName=name,
        name=order.named(),
        status="PAUSED",
        advertisingChannelType="SEARCH",
        campaignBudget=f"{customer}/campaignBudgets/{_BUDGET}",
        **declared,
        networkSettings={
            "targetGoogleSearch": True,
            "targetSearchNetwork": False,
            "targetContentNetwork": False,
            "targetPartnerSearchNetwork": False,
        },
        geoTargetTypeSetting={"positiveGeoTargetType": "PRESENCE"},
        startDateTime=f"{order.starts_on} 00:00:00",
        **ends,
        **{bidding(order): {}},
    )


def _place(campaign: str, country: str) -> Body:
    place = PLACES.get(country, "")
    return _create("campaignCriterion", campaign=campaign, location={"geoTargetConstant": place})


def _group(name: str, campaign: str, order: Order) -> Body:
    return _create(
        "adGroup",
        resourceName=name,
        name=order.named("Ad group"),
        campaign=campaign,
        status="PAUSED",
        type="SEARCH_STANDARD",
    )


def _not_shown_to(group: str, excluded: Body) -> Body:
    return _create("adGroupCriterion", adGroup=group, negative=True, **excluded)


def _keyword(group: str, text: str) -> Body:
    keyword = {"text": text, "matchType": "PHRASE"}
    return _create("adGroupCriterion", adGroup=group, status="ENABLED", keyword=keyword)


def _ad(group: str, url: str, copy: AdCopy) -> Body:
    paths = {f"path{number}": path for number, path in enumerate(copy.paths, 1) if path}
    ad = {
        "finalUrls": [url],
        "responsiveSearchAd": {
            "headlines": [{"text": text} for text in copy.headlines],
            "descriptions": [{"text": text} for text in copy.descriptions],
            **paths,
        },
    }
    return _create("adGroupAd", adGroup=group, status="PAUSED", ad=ad)

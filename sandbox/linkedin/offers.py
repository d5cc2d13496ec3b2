"""The member's roles, and what can be chosen from: Pages, conversions, places, locales."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.linkedin.errors import bad_param, denied
from sandbox.linkedin.knobs import knobs
from sandbox.linkedin.made import made
from sandbox.linkedin.restli import Params, choice, only, required, texts, whole
from sandbox.linkedin.tokens import USER_URN, Token
from sandbox.state import state

Described = dict[str, Any]

POSTERS = ("ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER")
LOCALES = frozenset(
    """
    ar_AE cs_CZ da_DK de_DE en_US es_ES fr_FR in_ID it_IT ja_JP ko_KR ms_MY nl_NL no_NO pl_PL pt_BR
    ro_RO ru_RU sv_SE th_TH tl_PH tr_TR zh_CN zh_TW
    """.split()
)
# Some of the countries, by LinkedIn's numbers.
_PLACES = {
    "103644278": "United States",
    "101174742": "Canada",
    "101165590": "United Kingdom",
    "101282230": "Germany",
    "103883259": "Austria",
    "106693272": "Switzerland",
    "105015875": "France",
    "102890719": "Netherlands",
    "105646813": "Spain",
    "103350119": "Italy",
    "101355337": "Japan",
    "102713980": "India",
    "101452733": "Australia",
    "106057199": "Brazil",
}
_RULES = (
    (104012, "Order placed", True),
    (104013, "Brochure requested", True),
    (104014, "Old thank-you page", False),
)
LEAST = {"USD": Decimal(10), "EUR": Decimal(10), "JPY": Decimal(1000)}
"""The least daily budget by currency."""
_MOST = 100


def users(token: Token, params: Params) -> Described:
    """`adAccountUsers?q=authenticatedUser`, by offset."""
    if not token.allows("r_ads", "rw_ads"):
        raise denied("FINDER-authenticatedUser /adAccountUsers")
    only(params, ("q", "start", "count", "fields"))
    choice(params, "q", ("authenticatedUser",))
    found = [
        {
            "account": f"urn:li:sponsoredAccount:{account.id}",
            "user": USER_URN,
            "role": knobs().role,
        }
        for account in token.accounts()
    ]
    return _by_offset(found, params)


def organizations() -> dict[str, str]:
    """The Pages of this world's businesses, by URN."""
    accounts = state().world.of("linkedin")
    return {f"urn:li:organization:{one.business.id[-8:]}": one.business.name for one in accounts}


def places() -> set[str]:
    gone = knobs().geos_gone
    return {f"urn:li:geo:{number}" for number in _PLACES if number not in gone}


def conversion_urns() -> set[str]:
    return {f"urn:lla:llaPartnerConversion:{number}" for number, _, _ in _RULES}


def acls(token: Token, params: Params) -> Described:
    """`organizationAcls?q=roleAssignee`."""
    if not token.allows("r_organization_admin"):
        raise denied("FINDER-roleAssignee /organizationAcls")
    only(params, ("q", "state", "role", "start", "count"))
    choice(params, "q", ("roleAssignee",))
    choice(params, "state", ("APPROVED", "REQUESTED", "REJECTED", "REVOKED"))
    found = [
        {
            "organization": urn,
            "role": knobs().page_role,
            "roleAssignee": USER_URN,
            "state": "APPROVED",
        }
        for urn in organizations()
    ]
    return _by_offset(found, params)


def lookup(token: Token, params: Params) -> Described:
    """`organizationsLookup?ids=List(…)`, which anybody may ask."""
    del token
    only(params, ("ids",))
    required(params, "ids")
    names = {urn.rpartition(":")[2]: name for urn, name in organizations().items()}
    asked = texts(params, "ids")
    results = {one: {"id": int(one), "localizedName": names[one]} for one in asked if one in names}
    return {"results": results, "statuses": dict.fromkeys(asked, 200), "errors": {}}


def conversions(token: Token, params: Params) -> Described:
    """`conversions?q=account`."""
    if not token.allows("r_ads", "rw_ads"):
        raise denied("FINDER-account /conversions")
    only(params, ("q", "account", "start", "count"))
    choice(params, "q", ("account",))
    urn = str(required(params, "account"))
    if urn.removeprefix("urn:li:sponsoredAccount:") not in {one.id for one in token.accounts()}:
        raise denied("FINDER-account /conversions")
    rules = _RULES if knobs().conversions else ()
    found = [
        {"id": number, "name": name, "enabled": enabled, "account": urn, "type": "LEAD"}
        for number, name, enabled in rules
    ]
    return _by_offset(found, params)


def pricing(token: Token, params: Params) -> Described:
    """`adBudgetPricing?q=criteriaV2`: the bounds of bids and budgets, in the account's currency."""
    if not token.allows("r_ads", "rw_ads"):
        raise denied("FINDER-criteriaV2 /adBudgetPricing")
    needed = ("q", "account", "bidType", "campaignType", "matchType", "targetingCriteria")
    only(params, needed)
    for name in needed:
        required(params, name)
    choice(params, "q", ("criteriaV2",))
    choice(params, "bidType", ("CPM", "CPC", "CPV"))
    wanted = str(params["account"]).removeprefix("urn:li:sponsoredAccount:")
    for account in token.accounts():
        if account.id == wanted:
            currency = account.plan.currency
            limits = {
                name: {"amount": amount, "currencyCode": currency}
                for name, amount in (("min", str(LEAST[currency])), ("default", "50"))
            }
            return {"elements": [{"dailyBudgetLimits": limits}]}
    raise denied("FINDER-criteriaV2 /adBudgetPricing")


def targeting(token: Token, params: Params) -> Described:
    """`adTargetingEntities?q=urns`: the names of places; what is not known is left out."""
    del token
    only(params, ("q", "urns", "queryVersion", "locale"))
    choice(params, "q", ("urns",))
    choice(params, "queryVersion", ("QUERY_USES_URNS",))
    locale = params.get("locale", {})
    if not isinstance(locale, dict) or set(locale) - {"language", "country"}:
        raise bad_param("locale", "Invalid value for param; wrong type or other syntax error")
    facet = "urn:li:adTargetingFacet:locations"
    known = places()
    return {
        "elements": [
            {"urn": urn, "facetUrn": facet, "name": _PLACES[urn.rpartition(":")[2]]}
            for urn in texts(params, "urns")
            if urn in known
        ]
    }


def image(token: Token, urn: str) -> Described:
    """`images/{urn}`: for a while it is still in the works."""
    if not token.allows("w_organization_social"):
        raise denied("GET /images")
    found = made().images.get(urn)
    if found is None:
        raise bad_param("id", f"{urn} does not exist")
    status = found.status
    found.polls -= 1
    return {"id": urn, "owner": found.owner, "status": status}


def _by_offset(found: list[Described], params: Params) -> Described:
    start, count = int(params.get("start", 0)), whole(params, "count", 10, _MOST)
    paging = {"start": start, "count": count, "total": len(found), "links": []}
    return {"elements": found[start : start + count], "paging": paging}

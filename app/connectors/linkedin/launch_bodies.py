"""What is sent to LinkedIn to create a campaign: every body, exactly.

A campaign group of LinkedIn's is our campaign, its campaign our ad group, its creative our ad.
Amounts are text in the account's major units, times milliseconds of Unix time. LinkedIn's days are
days of UTC. Source: Marketing API, campaign groups, campaigns, creatives, posts and images.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any, Final, NamedTuple

from babel.numbers import get_currency_precision

from app.connectors.launching import AdCopy, Made, Order, Step
from app.connectors.linkedin.places import LOCALE, geo, interface_locale
from app.connectors.linkedin.restli import ACCOUNT, CAMPAIGN, GROUP, encode
from app.connectors.words import FoundAccount

Body = dict[str, Any]

POLITICAL, CONVERSION = "political_intent", "conversion"
"""The names of the questions that only LinkedIn asks."""

DRAFT: Final = "DRAFT"
FACET: Final = "urn:li:adTargetingFacet:"
ORGANIZATION: Final = "urn:li:organization:"
RULE: Final = "urn:lla:llaPartnerConversion:"
AGES: Final = {(18, 24): "(18,24)", (25, 34): "(25,34)", (35, 54): "(35,54)"} | {
    (55, 65): "(55,2147483647)"
}
YOUNGEST, OLDEST = 18, 65
GENDERS: Final = {"women": "urn:li:gender:FEMALE", "men": "urn:li:gender:MALE"}
_SPECIAL_SIGNS: Final = re.compile(r"[\\|{}@\[\]()<>#*_~]")


class Aim(NamedTuple):
    """What a campaign is for and what LinkedIn makes the most of, in a combination it allows."""

    objective: str
    optimization: str
    cost: str = "CPM"


AIMS: Final = {
    "traffic": Aim("WEBSITE_VISIT", "MAX_CLICK"),
    "awareness": Aim("BRAND_AWARENESS", "MAX_IMPRESSION"),
    "sales": Aim("WEBSITE_CONVERSION", "MAX_CONVERSION"),
    "leads": Aim("WEBSITE_CONVERSION", "MAX_CONVERSION"),
}


class _Ids(dict[str, str]):
    """Ids that are there already; for the others `{campaign}` and the like."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def steps(account: FoundAccount, order: Order, made: Made | None = None) -> list[Step]:
    """Every call in its order, with the ids of what was made where they are known."""
    ids = _Ids(made or {})
    found = []
    if order.picture is not None:
        found.append(_picture(order))
    found.append(_group(account, order))
    found.append(_campaign(account, order, ids))
    if needs_conversion(order):
        found.append(_conversion(order, ids))
    found += [_creative(account, order, ids, number) for number in range(1, len(order.ads) + 1)]
    return found


def needs_conversion(order: Order) -> bool:
    return AIMS[order.goal].optimization == "MAX_CONVERSION"


def _picture(order: Order) -> Step:
    """Two calls: an address for the picture, and its bytes to that address."""
    picture = order.picture
    assert picture is not None  # noqa: S101 asked for only where there is one
    body = {"initializeUploadRequest": {"owner": order.profile}}
    upload = {"media_type": picture.media_type, "bytes": len(picture.content)}
    request = {"method": "ACTION", "path": "images?action=initializeUpload", "body": body}
    return Step("picture", "image", picture.filename, {**request, "upload": upload})


def _group(account: FoundAccount, order: Order) -> Step:
    body = {
        "account": f"{ACCOUNT}{account.external_id}",
        "name": order.named(),
        "status": DRAFT,
        "runSchedule": _schedule(order),
    }
    return _create(account, "adCampaignGroups", "campaign", "campaign group", body)


def _campaign(account: FoundAccount, order: Order, made: Made) -> Step:
    aim = AIMS[order.goal]
    language, country = LOCALE[order.language]
    body = {
        "account": f"{ACCOUNT}{account.external_id}",
        "campaignGroup": f"{GROUP}{made['campaign']}",
        "associatedEntity": order.profile,
        "name": order.named("campaign"),
        "status": DRAFT,
        "type": "SPONSORED_UPDATES",
        "format": "STANDARD_UPDATE",
        "objectiveType": aim.objective,
        "optimizationTargetType": aim.optimization,
        "costType": aim.cost,
        # LinkedIn bids by itself, for which it wants a bid of nothing.
        "unitCost": {"amount": "0", "currencyCode": account.currency},
        "dailyBudget": {"amount": amount(order.daily_budget, account.currency)}
        | {"currencyCode": account.currency},
        "runSchedule": _schedule(order),
        "locale": {"country": country, "language": language},
        "targetingCriteria": targeting(order),
        "creativeSelection": "OPTIMIZED",
        "offsiteDeliveryEnabled": False,
        "audienceExpansionEnabled": False,
        "politicalIntent": order.answers.get(POLITICAL, ""),
    }
    return _create(account, "adCampaigns", "ad_group", "campaign", body)


def _conversion(order: Order, made: Made) -> Step:
    """Which conversion the campaign is to bring; doing it twice changes nothing."""
    pair = {
        "campaign": f"{CAMPAIGN}{made['ad_group']}",
        "conversion": f"{RULE}{order.answers.get(CONVERSION, '')}",
    }
    path = f"campaignConversions/{encode(pair)}"
    request = {"method": "UPDATE", "path": path, "body": pair}
    return Step("conversion", "campaign conversion", pair["conversion"], request)


def _creative(account: FoundAccount, order: Order, made: Made, number: int) -> Step:
    name = order.named(f"ad {number}")
    post = _post(account, order, order.ads[number - 1], made)
    creative = {
        "campaign": f"{CAMPAIGN}{made['ad_group']}",
        "intendedStatus": DRAFT,
        "name": name,
        "inlineContent": {"post": post},
    }
    path = f"adAccounts/{account.external_id}/creatives?action=createInline"
    request = {"method": "ACTION", "path": path, "body": {"creative": creative}}
    return Step(f"ad-{number}", "creative", name, request)


def _post(account: FoundAccount, order: Order, ad: AdCopy, made: Made) -> Body:
    """A post that is shown as an ad only, never on the Page."""
    post: Body = {
        "adContext": {"dscAdAccount": f"{ACCOUNT}{account.external_id}", "dscStatus": "ACTIVE"},
        "author": order.profile,
        "commentary": little_text(ad.primary_text),
        "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "NONE"},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
        "content": {"media": {"id": made["picture"], "title": ad.headline}},
        "contentLandingPage": order.url,
    }
    return post | ({"contentCallToActionLabel": ad.cta} if ad.cta else {})


def targeting(order: Order) -> Body:
    """Everyone of a language in some countries, narrowed by age and gender where that is asked."""
    facets = {
        "locations": [geo(country) for country in order.countries],
        "interfaceLocales": [interface_locale(order.language)],
        "ageRanges": ages(order),
        "genders": [GENDERS[order.gender]] if order.gender in GENDERS else [],
    }
    asked = [{"or": {f"{FACET}{name}": urns}} for name, urns in facets.items() if urns]
    return {"include": {"and": asked}}


def ages(order: Order) -> list[str]:
    """LinkedIn's ranges; none for everybody, who are also those whose age it does not know."""
    if order.age_min <= YOUNGEST and order.age_max >= OLDEST:
        return []
    return [
        f"urn:li:ageRange:{text}"
        for (first, last), text in AGES.items()
        if order.age_min <= first and last <= order.age_max
    ]


def little_text(text: str) -> str:
    """Text for a post, in which these signs mean something unless a backslash precedes them."""
    return _SPECIAL_SIGNS.sub(lambda sign: f"\\{sign[0]}", text)


def amount(budget: Decimal, currency: str) -> str:
    """With exactly the decimals that the currency has."""
    return format(budget.quantize(Decimal(1).scaleb(-get_currency_precision(currency))), "f")


def _schedule(order: Order) -> Body:
    """From the first day's midnight to that after the last one."""
    schedule = {"start": _midnight(order.starts_on)}
    if order.ends_on is not None:
        schedule["end"] = _midnight(order.ends_on + dt.timedelta(days=1))
    return schedule


def _midnight(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp()) * 1000


def _create(account: FoundAccount, collection: str, key: str, kind: str, body: Body) -> Step:
    path = f"adAccounts/{account.external_id}/{collection}"
    return Step(key, kind, body["name"], {"method": "CREATE", "path": path, "body": body})

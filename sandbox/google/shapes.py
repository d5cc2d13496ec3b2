"""The messages of a mutation as far as they are taken here: fields, kinds and words.

From the descriptors of v26; a test holds every field and word against them.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.google.errors import ApiProblem, unknown_name

TEXT, INT64, FLAG = "text", "int64", "flag"
_TEXT_ASSET = {"text": TEXT, "pinnedField": frozenset({
    "HEADLINE_1", "HEADLINE_2", "HEADLINE_3", "DESCRIPTION_1", "DESCRIPTION_2",
})}  # fmt: skip
STATUS = frozenset({"ENABLED", "PAUSED", "REMOVED"})
BIDDING: dict[str, Any] = {
    "targetSpend": {"targetSpendMicros": INT64, "cpcBidCeilingMicros": INT64},
    "manualCpc": {"enhancedCpcEnabled": FLAG},
    "maximizeConversions": {"targetCpaMicros": INT64},
    "maximizeConversionValue": {},
}
BIDDING_WORDS = {
    "targetSpend": "TARGET_SPEND",
    "manualCpc": "MANUAL_CPC",
    "maximizeConversions": "MAXIMIZE_CONVERSIONS",
    "maximizeConversionValue": "MAXIMIZE_CONVERSION_VALUE",
}
EU = frozenset({"CONTAINS_EU_POLITICAL_ADVERTISING", "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING"})
PLACES = frozenset({"PRESENCE", "PRESENCE_OR_INTEREST"})
AGES = frozenset({
    "AGE_RANGE_18_24", "AGE_RANGE_25_34", "AGE_RANGE_35_44", "AGE_RANGE_45_54",
    "AGE_RANGE_55_64", "AGE_RANGE_65_UP", "AGE_RANGE_UNDETERMINED",
})  # fmt: skip

MESSAGES: dict[str, dict[str, Any]] = {
    "campaignBudget": {
        "resourceName": TEXT,
        "name": TEXT,
        "amountMicros": INT64,
        "deliveryMethod": frozenset({"STANDARD", "ACCELERATED"}),
        "explicitlyShared": FLAG,
        "period": frozenset({"DAILY", "CUSTOM_PERIOD"}),
    },
    "campaign": {
        "resourceName": TEXT,
        "name": TEXT,
        "status": STATUS,
        "advertisingChannelType": frozenset({"SEARCH", "DISPLAY", "SHOPPING", "PERFORMANCE_MAX"}),
        "campaignBudget": TEXT,
        "containsEuPoliticalAdvertising": EU,
        "networkSettings": {
            "targetGoogleSearch": FLAG,
            "targetSearchNetwork": FLAG,
            "targetContentNetwork": FLAG,
            "targetPartnerSearchNetwork": FLAG,
        },
        "geoTargetTypeSetting": {"positiveGeoTargetType": PLACES},
        "startDateTime": TEXT,
        "endDateTime": TEXT,
        **BIDDING,
    },
    "campaignCriterion": {
        "campaign": TEXT,
        "negative": FLAG,
        "location": {"geoTargetConstant": TEXT},
        "language": {"languageConstant": TEXT},
    },
    "adGroup": {
        "resourceName": TEXT,
        "name": TEXT,
        "campaign": TEXT,
        "status": STATUS,
        "type": frozenset({"SEARCH_STANDARD", "DISPLAY_STANDARD", "SHOPPING_PRODUCT_ADS"}),
        "cpcBidMicros": INT64,
    },
    "adGroupCriterion": {
        "adGroup": TEXT,
        "status": STATUS,
        "negative": FLAG,
        "cpcBidMicros": INT64,
        "keyword": {"text": TEXT, "matchType": frozenset({"EXACT", "PHRASE", "BROAD"})},
        "ageRange": {"type": AGES},
        "gender": {"type": frozenset({"MALE", "FEMALE", "UNDETERMINED"})},
    },
    "adGroupAd": {
        "resourceName": TEXT,
        "adGroup": TEXT,
        "status": STATUS,
        "ad": {
            "finalUrls": [TEXT],
            "responsiveSearchAd": {
                "headlines": [_TEXT_ASSET],
                "descriptions": [_TEXT_ASSET],
                "path1": TEXT,
                "path2": TEXT,
            },
        },
    },
}


def check(value: Any, shape: Any, at: str) -> None:
    """Raises what Google answers to JSON that is not its message."""
    if isinstance(shape, dict):
        _check_message(value, shape, at)
    elif isinstance(shape, list):
        _require(isinstance(value, list), at, value)
        for number, each in enumerate(value):
            check(each, shape[0], f"{at}[{number}]")
    elif isinstance(shape, frozenset):
        _require(value in shape, at, value)
    elif shape == FLAG:
        _require(isinstance(value, bool), at, value)
    elif shape == INT64:
        text = str(value)
        _require(not isinstance(value, bool) and bool(re.fullmatch(r"-?\d+", text)), at, value)
    else:
        _require(isinstance(value, str), at, value)


def _check_message(value: Any, shape: dict[str, Any], at: str) -> None:
    _require(isinstance(value, dict), at, value)
    for name, each in value.items():
        if name not in shape:
            raise unknown_name(name, at)
        check(each, shape[name], f"{at}.{name}")


def _require(holds: bool, at: str, value: Any) -> None:  # noqa: FBT001 the outcome of a check
    if not holds:
        raise ApiProblem("", f"Invalid value at '{at}': {value!r}", status=400)

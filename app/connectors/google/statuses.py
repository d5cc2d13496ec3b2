"""Google's words and ours: tables from the enums that Google publishes for v26 of its API."""

from __future__ import annotations

from collections.abc import Iterable

STATUS = {"ENABLED": "active", "PAUSED": "paused", "REMOVED": "removed"}
"""What the owner set, of campaigns, ad groups, ads and asset groups alike."""

PRIMARY_STATUS = {
    "ELIGIBLE": "active",
    "LIMITED": "active",
    "LEARNING": "learning",
    "PENDING": "paused",
    "PAUSED": "paused",
    "ENDED": "ended",
    "REMOVED": "removed",
    "MISCONFIGURED": "problem",
    "NOT_ELIGIBLE": "problem",
}
"""What came of it. LIMITED delivers, only less than it could."""

REASONS = {
    "CAMPAIGN_REMOVED": "removed",
    "AD_GROUP_REMOVED": "removed",
    "AD_GROUP_AD_REMOVED": "removed",
    "ASSET_GROUP_REMOVED": "removed",
    "CAMPAIGN_ENDED": "ended",
    "CAMPAIGN_GROUP_ALL_GROUP_BUDGETS_ENDED": "ended",
    "CAMPAIGN_PAUSED": "paused",
    "CAMPAIGN_GROUP_PAUSED": "paused",
    "CAMPAIGN_PENDING": "paused",
    "CAMPAIGN_DRAFT": "paused",
    "AD_GROUP_PAUSED": "paused",
    "AD_GROUPS_PAUSED": "paused",
    "AD_GROUP_PAUSED_DUE_TO_LOW_ACTIVITY": "paused",
    "AD_GROUP_AD_PAUSED": "paused",
    "AD_GROUP_ADS_PAUSED": "paused",
    "AD_GROUP_AD_UNDER_REVIEW": "paused",
    "ASSET_GROUP_PAUSED": "paused",
    "ASSET_GROUPS_PAUSED": "paused",
    "ASSET_GROUP_UNDER_REVIEW": "paused",
    "KEYWORDS_PAUSED": "paused",
    "MOST_ADS_UNDER_REVIEW": "paused",
    "MOST_ASSET_GROUPS_UNDER_REVIEW": "paused",
}
"""Why something is NOT_ELIGIBLE, where that is no problem; the ones not named here are."""

_STRONGEST_FIRST = ("removed", "ended", "paused")

ACCOUNT_STATUS = {
    "ENABLED": "active",
    "CANCELED": "cancelled",
    "SUSPENDED": "suspended",
    "CLOSED": "closed",
}

CHANNELS = {
    "SEARCH": "Search",
    "DISPLAY": "Display",
    "SHOPPING": "Shopping",
    "HOTEL": "Hotel",
    "VIDEO": "Video",
    "MULTI_CHANNEL": "App",
    "LOCAL": "Local",
    "SMART": "Smart",
    "PERFORMANCE_MAX": "Performance Max",
    "LOCAL_SERVICES": "Local services",
    "TRAVEL": "Travel",
    "DEMAND_GEN": "Demand Gen",
}
"""Channel types by the names Google's own pages give them, one to one."""

PERFORMANCE_MAX = "PERFORMANCE_MAX"


def status_of(status: str, primary: str, reasons: Iterable[str]) -> str:
    """Our word. One that Google has newly invented falls back on what the owner set."""
    if STATUS.get(status) in ("removed", "paused"):
        ours = PRIMARY_STATUS.get(primary, "")
        return ours if ours in ("removed", "ended") else STATUS[status]
    if primary == "NOT_ELIGIBLE":
        why = {REASONS.get(reason, "") for reason in reasons}
        return next((word for word in _STRONGEST_FIRST if word in why), "problem")
    return PRIMARY_STATUS.get(primary) or STATUS.get(status) or "problem"


def account_status(word: str, *, test: bool) -> str:
    """Our word for a customer's status; a test account's ads are never shown to anybody."""
    ours = ACCOUNT_STATUS.get(word, f"unknown ({word})" if word else "active")
    return "test account" if test and ours == "active" else ours


def surprises(status: str, primary: str, channel: str) -> list[str]:
    """The words among these that this version does not know, each with what it is a word for."""
    told = (
        ("status", status, STATUS),
        ("primary status", primary, PRIMARY_STATUS),
        ("channel type", channel, CHANNELS),
    )
    return [
        f"{what} {word}"
        for what, word, known in told
        if word and word != "UNSPECIFIED" and word not in known
    ]

"""The world in Google's words: states, budgets, channels and kinds of ads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

from sandbox.edits import edited
from sandbox.google import made, shapes, texts
from sandbox.google.customers import Customer
from sandbox.state import state
from sandbox.world import Account, Ad, AdSet, Campaign

_CHANNELS = {
    "Performance Max": "PERFORMANCE_MAX",
    "Display": "DISPLAY",
    "Video": "VIDEO",
    "Shopping": "SHOPPING",
}
_BIDDING = {
    "PERFORMANCE_MAX": "MAXIMIZE_CONVERSION_VALUE",
    "DISPLAY": "TARGET_CPA",
    "VIDEO": "TARGET_CPM",
    "SHOPPING": "TARGET_ROAS",
    "SEARCH": "TARGET_SPEND",
}
_AD_TYPES = {
    "DISPLAY": "RESPONSIVE_DISPLAY_AD",
    "VIDEO": "VIDEO_TRUEVIEW_IN_STREAM_AD",
    "SHOPPING": "SHOPPING_PRODUCT_AD",
    "SEARCH": "RESPONSIVE_SEARCH_AD",
}
_GROUP_TYPES = {
    "DISPLAY": "DISPLAY_STANDARD",
    "VIDEO": "VIDEO_TRUE_VIEW_IN_STREAM",
    "SHOPPING": "SHOPPING_PRODUCT_ADS",
    "SEARCH": "SEARCH_STANDARD",
}
NETWORKS = {
    "PERFORMANCE_MAX": (("MIXED", 1),),
    "DISPLAY": (("CONTENT", 1),),
    "VIDEO": (("YOUTUBE", 9), ("GOOGLE_TV", 1)),
    "SHOPPING": (("SEARCH", 1),),
    "SEARCH": (("SEARCH", 17), ("SEARCH_PARTNERS", 3)),
}
"""Where each channel's ads are shown, and in which proportion."""


class Action(NamedTuple):
    """A conversion action; a secondary one is in `all_conversions` only."""

    id: str
    name: str
    primary: bool


ACTIONS = (
    Action("7001", "Purchase", primary=True),
    Action("7002", "Trail guide form", primary=True),
    Action("7003", "Add to cart", primary=False),
)


class State(NamedTuple):
    """`set` is what the owner chose, `primary` what came of it and `reasons` why."""

    set: str
    primary: str
    reasons: tuple[str, ...] = ()


def today(account: Account) -> dt.date:
    return state().clock.now().astimezone(account.zone).date()


def campaigns(customer: Customer) -> list[Campaign]:
    """Those that have been launched; removed ones stay."""
    account = customer.account
    if account is None:
        return []
    now = today(account)
    launched = [campaign for campaign in account.campaigns if campaign.launched <= now]
    return [*launched, *made.campaigns(account)]


def channel(campaign: Campaign) -> str:
    if sent := made.body_of(campaign):
        return str(sent["advertisingChannelType"])
    for beginning, word in _CHANNELS.items():
        if campaign.plan.name.startswith(beginning):
            return word
    return "SEARCH"


def bidding(campaign: Campaign) -> str:
    if sent := made.body_of(campaign):
        return next(word for name, word in shapes.BIDDING_WORDS.items() if name in sent)
    return _BIDDING[channel(campaign)]


def ad_type(ad: Ad) -> str:
    return _AD_TYPES.get(channel(ad.campaign), "RESPONSIVE_SEARCH_AD")


def group_type(group: AdSet) -> str:
    return _GROUP_TYPES.get(channel(group.campaign), "SEARCH_STANDARD")


def ad_name(ad: Ad) -> str | None:
    """Search ads have none."""
    return None if ad_type(ad) == "RESPONSIVE_SEARCH_AD" else ad.name


def headlines(ad: Ad) -> list[dict[str, Any]] | None:
    return _texts(ad, "headlines", texts.headlines)


def descriptions(ad: Ad) -> list[dict[str, Any]] | None:
    return _texts(ad, "descriptions", texts.descriptions)


def _texts(
    ad: Ad, kind: str, written: Callable[[Ad, int], list[str]]
) -> list[dict[str, Any]] | None:
    if ad_type(ad) != "RESPONSIVE_SEARCH_AD":
        return None
    if sent := made.body_of(ad):
        found: list[dict[str, Any]] = sent["ad"]["responsiveSearchAd"][kind]
        return found
    return [{"text": text} for text in written(ad, state().world.seed)]


def urls(ad: Ad) -> list[str]:
    sent = made.body_of(ad)
    return list(sent["ad"]["finalUrls"]) if sent else ["https://shop.example/"]


def of_campaign(campaign: Campaign) -> State:
    now = today(campaign.account)
    if sent := made.body_of(campaign):
        return _as_set(sent, "CAMPAIGN")
    if state().world.is_removed(campaign, now):
        return State("REMOVED", "REMOVED", ("CAMPAIGN_REMOVED",))
    over = campaign.ended is not None and now >= campaign.ended
    usual = _over(campaign) if over else State("ENABLED", "ELIGIBLE")
    chosen = edited(made.name_of(campaign), "status", usual.set)
    if chosen == "PAUSED":
        return State("PAUSED", "PAUSED", ("CAMPAIGN_PAUSED",))
    if over and usual.set == chosen:
        return usual
    learning = any(group.is_learning(now) for group in campaign.ad_sets)
    states = (
        (campaign.plan.with_issues, ("MISCONFIGURED", "MISSING_LOCATION_TARGETING")),
        (learning, ("LEARNING", "BIDDING_STRATEGY_LEARNING")),
        (campaign.number % 4 == 1, ("LIMITED", "BUDGET_CONSTRAINED")),
    )
    for holds, (primary, reason) in states:
        if holds:
            return State("ENABLED", primary, (reason,))
    return State("ENABLED", "ELIGIBLE")


def _as_set(sent: dict[str, Any], kind: str) -> State:
    """Of something that was created: eligible, unless its owner has paused or removed it."""
    chosen = str(sent.get("status", "ENABLED"))
    if chosen == "ENABLED":
        return State("ENABLED", "ELIGIBLE")
    return State(chosen, chosen, (f"{kind}_{chosen}",))


def _over(campaign: Campaign) -> State:
    if campaign.plan.fate == "ARCHIVED":
        return State("ENABLED", "ENDED", ("CAMPAIGN_ENDED",))
    return State("PAUSED", "PAUSED", ("CAMPAIGN_PAUSED",))


def of_group(group: AdSet) -> State:
    """An ad group, or an asset group of Performance Max."""
    if sent := made.body_of(group):
        return _as_set(sent, "AD_GROUP")
    above = of_campaign(group.campaign)
    if above.set == "REMOVED":
        return State("ENABLED", "NOT_ELIGIBLE", ("CAMPAIGN_REMOVED",))
    if above.primary in ("PAUSED", "ENDED"):
        return State("ENABLED", "NOT_ELIGIBLE", (f"CAMPAIGN_{above.primary}",))
    if edited(made.name_of(group), "status", "ENABLED") == "PAUSED":
        return State("PAUSED", "PAUSED", ("AD_GROUP_PAUSED",))
    return State("ENABLED", "ELIGIBLE")


def of_ad(ad: Ad) -> State:
    if sent := made.body_of(ad):
        return _as_set(sent, "AD_GROUP_AD")
    if ad.paused_from is not None and today(ad.campaign.account) >= ad.paused_from:
        return State("PAUSED", "PAUSED", ("AD_GROUP_AD_PAUSED",))
    if ad.review == "DISAPPROVED":
        return State("ENABLED", "NOT_ELIGIBLE", ("AD_GROUP_AD_DISAPPROVED",))
    if ad.review == "PENDING_REVIEW":
        return State("ENABLED", "PENDING", ("AD_GROUP_AD_UNDER_REVIEW",))
    return of_group(ad.ad_set)


class Budget(NamedTuple):
    """Money in micros; `total` only for a budget of the whole time."""

    id: str
    daily: int | None
    total: int | None
    users: int


def budget(campaign: Campaign) -> Budget:
    """The first two campaigns of an account share one."""
    account = campaign.account
    if sent := made.body_of(campaign):
        name = sent["campaignBudget"]
        amount = int(made.created().objects[name]["amountMicros"])
        return Budget(name.rpartition("/")[2], amount, None, 1)
    first = account.campaigns[0]
    shared = campaign.number in (1, 2) and len(account.campaigns) > 2
    owner = first if shared else campaign
    price = account.plan.click_price * (1 + owner.number % 5) * 50
    micros = round(price) * 1_000_000
    number = str(int(owner.id) + 7)
    if owner.plan.budget == "lifetime":
        return Budget(number, None, micros * 30, 1)
    name = f"customers/{account.id}/campaignBudgets/{number}"
    return Budget(number, int(edited(name, "amountMicros", str(micros))), None, 2 if shared else 1)

"""One insights row in Meta's spelling: every number a string, lists absent when empty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

from sandbox.figures import Figures
from sandbox.meta.nodes import goal, objective, updated
from sandbox.world import Account, Ad, AdSet, Campaign

PLATFORMS = ("facebook", "instagram", "audience_network", "messenger")

Stats = list[tuple[str, int]]


class Row(NamedTuple):
    """`thing` is the account, campaign, ad set or ad that `level` says."""

    account: Account
    level: str
    thing: Account | Campaign | AdSet | Ad
    start: dt.date
    stop: dt.date
    platform: str
    figures: Figures

    @property
    def campaign(self) -> Campaign | None:
        if isinstance(self.thing, Campaign):
            return self.thing
        return None if isinstance(self.thing, Account) else self.thing.campaign

    @property
    def ad_set(self) -> AdSet | None:
        if isinstance(self.thing, AdSet):
            return self.thing
        return self.thing.ad_set if isinstance(self.thing, Ad) else None

    @property
    def ad(self) -> Ad | None:
        return self.thing if isinstance(self.thing, Ad) else None


def known(name: str) -> bool:
    """Whether the insights edge has such a field."""
    return name in _FIELDS or name in _ALWAYS_EMPTY or name in ("date_start", "date_stop")


def describe(row: Row, asked: tuple[str, ...], windows: tuple[str, ...]) -> dict[str, Any]:
    """The asked fields, the dates, and the platform when broken down by it."""
    answer: dict[str, Any] = {}
    for name in asked:
        make = _FIELDS.get(name)
        value = make(row) if make else None
        if value is None:
            continue
        if windows and name in _WINDOWED:
            value = [_with_windows(row, name, item, windows) for item in value]
        answer[name] = value
    answer["date_start"] = row.start.isoformat()
    answer["date_stop"] = row.stop.isoformat()
    if row.platform:
        answer["publisher_platform"] = row.platform
    return answer


def ratio(over: float, under: float) -> str | None:
    """Six decimals without trailing zeros; None when there is nothing to divide by."""
    return f"{over / under:.6f}".rstrip("0").rstrip(".") if under else None


def _major(account: Account, minor: int) -> float:
    return minor / float(10**account.decimals)


def _cost(row: Row, count: float) -> str | None:
    return ratio(_major(row.account, row.figures.spend), count)


def _trimmed(account: Account, minor: int) -> str:
    """Money inside action lists loses its trailing zeros: 45, 119.8."""
    text = account.money(minor)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _actions(row: Row) -> Stats:
    """Everything that happened; the same purchase appears under several types, as with Meta."""
    f = row.figures
    happened = [
        ("omni_purchase", f.purchases),
        ("purchase", f.purchases),
        ("offsite_conversion.fb_pixel_purchase", f.web_purchases),
        ("onsite_web_purchase", f.web_purchases),
        ("onsite_conversion.purchase", f.purchases - f.web_purchases),
        ("omni_add_to_cart", f.carts),
        ("add_to_cart", f.carts),
        ("offsite_conversion.fb_pixel_add_to_cart", f.carts),
        ("omni_initiated_checkout", f.checkouts),
        ("initiate_checkout", f.checkouts),
        ("offsite_conversion.fb_pixel_initiate_checkout", f.checkouts),
        ("lead", f.leads),
        ("onsite_conversion.lead_grouped", f.leads),
        ("offsite_conversion.fb_pixel_lead", f.leads),
        ("omni_landing_page_view", f.landing_views),
        ("landing_page_view", f.landing_views),
        ("link_click", f.link_clicks),
        ("page_engagement", f.clicks),
        ("post_engagement", f.clicks),
    ]
    if row.campaign is None or row.campaign.number % 4 == 1:
        custom = f"offsite_conversion.custom.70{row.account.id}"
        happened.append((custom, f.purchases))
    return [(kind, count) for kind, count in happened if count]


def _action_values(row: Row) -> Stats:
    f = row.figures
    earned = [
        ("omni_purchase", f.value),
        ("purchase", f.value),
        ("offsite_conversion.fb_pixel_purchase", f.web_value),
        ("onsite_web_purchase", f.web_value),
        ("onsite_conversion.purchase", f.value - f.web_value),
    ]
    return [(kind, minor) for kind, minor in earned if minor]


def _list(stats: list[tuple[str, str | None]]) -> list[dict[str, str]] | None:
    listed = [{"action_type": kind, "value": value} for kind, value in stats if value is not None]
    return listed or None


def _roas(row: Row, kinds: dict[str, int]) -> list[dict[str, str]] | None:
    spend = row.figures.spend
    return _list([(kind, ratio(value, spend)) for kind, value in kinds.items() if value])


_CONVERSIONS = ("purchase", "add_to_cart", "checkout", "lead", "custom")
_WINDOWED = frozenset({"actions", "action_values", "conversions", "conversion_values"})


def _with_windows(
    row: Row, name: str, item: dict[str, str], windows: tuple[str, ...]
) -> dict[str, str]:
    """The value by attribution window. 7d_view and 28d_view have answered nothing since 2026-01."""
    money = name in ("action_values", "conversion_values")
    scale = 10**row.account.decimals if money else 1
    whole = round(float(item["value"]) * scale)
    converts = any(word in item["action_type"] for word in _CONVERSIONS)
    viewed = whole * 12 // 100 if converts else 0
    clicked = whole - viewed
    parts = {
        "1d_click": clicked * 7 // 10 if converts else clicked,
        "7d_click": clicked,
        "28d_click": clicked + (clicked // 10 if converts else 0),
        "1d_view": viewed,
        "default": whole,
    }
    return item | {
        window: _trimmed(row.account, parts[window]) if money else str(parts[window])
        for window in windows
        if parts.get(window)
    }


def _reach(row: Row) -> int:
    """People, not views: never the sum over days or ads, and never fewer over more days."""
    seen = row.figures.impressions
    often = 1.12 + {"account": 0.5, "campaign": 0.2}.get(row.level, 0.0)
    return max(1, int(seen**0.93 / often)) if seen else 0


def _of_campaign(find: Callable[[Campaign], str]) -> Callable[[Row], str | None]:
    return lambda row: find(row.campaign) if row.campaign else None


def _attribution(campaign: Campaign) -> str:
    return "7d_click" if campaign.plan.kind == "leads" else "7d_click_1d_view"


def _updated(row: Row) -> str:
    if isinstance(row.thing, Account):
        return row.stop.isoformat()
    return updated(row.thing).isoformat()


def _created(row: Row) -> str | None:
    if row.ad_set:
        return row.ad_set.launched.isoformat()
    return row.campaign.launched.isoformat() if row.campaign else None


_FIELDS: dict[str, Callable[[Row], Any]] = {
    "account_id": lambda row: row.account.id,
    "account_name": lambda row: row.account.name,
    "account_currency": lambda row: row.account.plan.currency,
    "campaign_id": _of_campaign(lambda campaign: campaign.id),
    "campaign_name": _of_campaign(lambda campaign: campaign.name),
    "adset_id": lambda row: row.ad_set.id if row.ad_set else None,
    "adset_name": lambda row: row.ad_set.name if row.ad_set else None,
    "ad_id": lambda row: row.ad.id if row.ad else None,
    "ad_name": lambda row: row.ad.name if row.ad else None,
    "objective": _of_campaign(objective),
    "optimization_goal": lambda row: goal(row.ad_set.campaign) if row.ad_set else None,
    "buying_type": _of_campaign(lambda _: "AUCTION"),
    "attribution_setting": _of_campaign(_attribution),
    "created_time": _created,
    "updated_time": _updated,
    "spend": lambda row: row.account.money(row.figures.spend),
    "social_spend": lambda _: "0",
    "impressions": lambda row: str(row.figures.impressions),
    "reach": lambda row: str(_reach(row)),
    "frequency": lambda row: ratio(row.figures.impressions, _reach(row)),
    "clicks": lambda row: str(row.figures.clicks),
    "unique_clicks": lambda row: str(row.figures.clicks * 95 // 100),
    "inline_link_clicks": lambda row: str(row.figures.link_clicks or "") or None,
    "inline_post_engagement": lambda row: str(row.figures.clicks or "") or None,
    "outbound_clicks": lambda row: (
        _list([("outbound_click", str(row.figures.link_clicks))])
        if row.figures.link_clicks
        else None
    ),
    "ctr": lambda row: ratio(row.figures.clicks * 100, row.figures.impressions),
    "inline_link_click_ctr": lambda row: (
        ratio(row.figures.link_clicks * 100, row.figures.impressions)
        if row.figures.link_clicks
        else None
    ),
    "cpc": lambda row: _cost(row, row.figures.clicks),
    "cpm": lambda row: _cost(row, row.figures.impressions / 1000),
    "cpp": lambda row: _cost(row, _reach(row) / 1000),
    "cost_per_inline_link_click": lambda row: _cost(row, row.figures.link_clicks),
    "actions": lambda row: _list([(kind, str(count)) for kind, count in _actions(row)]),
    "action_values": lambda row: _list(
        [(kind, _trimmed(row.account, minor)) for kind, minor in _action_values(row)]
    ),
    "cost_per_action_type": lambda row: _list(
        [(kind, _cost(row, count)) for kind, count in _actions(row)]
    ),
    "purchase_roas": lambda row: _roas(row, {"omni_purchase": row.figures.value}),
    "website_purchase_roas": lambda row: _roas(
        row, {"offsite_conversion.fb_pixel_purchase": row.figures.web_value}
    ),
}
_ALWAYS_EMPTY = frozenset(
    "conversions conversion_values cost_per_conversion quality_ranking engagement_rate_ranking "
    "conversion_rate_ranking video_play_actions video_thruplay_watched_actions unique_actions "
    "video_p25_watched_actions video_p50_watched_actions video_p75_watched_actions "
    "video_p95_watched_actions video_p100_watched_actions video_30_sec_watched_actions "
    "unique_ctr unique_inline_link_clicks cost_per_unique_click cost_per_thruplay "
    "estimated_ad_recallers full_view_reach full_view_impressions mobile_app_purchase_roas "
    "canvas_avg_view_time canvas_avg_view_percent results cost_per_result".split()
)

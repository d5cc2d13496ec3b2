"""`/report/integrated/get/`: basic reports by day, with TikTok's limits and its ways of counting.

Text for most figures, numbers for some, "-" or null for what there is none of. Purchases are in
three channels that TikTok never adds up: the website's share is what the pixel saw, the rest
happened in TikTok Shop or, for every other campaign, in the app.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sandbox.figures import NOTHING, Figures, split
from sandbox.state import state
from sandbox.tiktok.errors import ApiProblem, bad
from sandbox.tiktok.objects import (
    PRIMARY,
    ad_group_status,
    ad_status,
    campaign_status,
    creative_ids,
    primary,
)
from sandbox.tiktok.params import Params, day, decode, known, page, required, strings
from sandbox.tiktok.tokens import Token
from sandbox.world import Account, Ad, Campaign, Delivery

LONGEST_DAYS, LONGEST_SUM_DAYS = 30, 365
MOST_IDS = 100
DEFAULT_METRICS = ["spend", "impressions"]
# The id dimensions of each level, and the field that its status filter has.
LEVELS = {
    "AUCTION_ADVERTISER": (("advertiser_id",), ""),
    "AUCTION_CAMPAIGN": (("campaign_id",), "campaign_status"),
    "AUCTION_ADGROUP": (("adgroup_id",), "adgroup_status"),
    "AUCTION_AD": (("ad_id", "ad_id_v2"), "ad_status"),
}
_ID_FILTERS = ("campaign_ids", "adgroup_ids", "ad_ids")


class Row(NamedTuple):
    """Whose figures they are."""

    account: Account
    campaign: Campaign | None
    ad: Ad | None
    id: str
    figures: Figures


def answer(token: Token, params: Params) -> dict[str, Any]:
    """A page of the report."""
    account = token.account(required(params, "advertiser_id"))
    level, dimension, daily = _what(params)
    metrics = known(params, "metrics", _METRICS.keys() | _attributes(level)) or DEFAULT_METRICS
    first, last = _span(params, LONGEST_DAYS if daily else LONGEST_SUM_DAYS)
    keep = _filters(params, level)
    days = [last - dt.timedelta(days=number) for number in range((last - first).days + 1)]
    spans = [[when] for when in days] if daily else [days]
    rows = [
        {
            "dimensions": {dimension: row.id}
            | ({"stat_time_day": f"{span[0].isoformat()} 00:00:00"} if daily else {}),
            "metrics": {name: _metric(row, name) for name in metrics},
        }
        for span in spans
        for row in _rows(account, dimension, span, keep)
    ]
    return page(rows, params)


def is_narrowed(params: Params) -> bool:
    """Whether the report is about some campaigns only."""
    return "campaign_ids" in params.get("filtering", "")


def _what(params: Params) -> tuple[str, str, bool]:
    """Level and id dimension, and whether each day is asked for."""
    kind = required(params, "report_type")
    if kind != "BASIC" or params.get("service_type", "AUCTION") != "AUCTION":
        raise ApiProblem(40009, f"Unsupported report in sandbox environment: {kind}.")
    if params.get("query_lifetime", "").lower() == "true":
        raise ApiProblem(40009, "Unsupported query_lifetime in sandbox environment.")
    level = required(params, "data_level")
    if level not in LEVELS:
        raise bad(f"data_level: Invalid value {level}.")
    dimensions = strings(params, "dimensions") or []
    ids = [name for name in dimensions if name in LEVELS[level][0]]
    rest = [name for name in dimensions if name not in ids]
    if len(ids) != 1 or rest not in ([], ["stat_time_day"]):
        raise bad(f"dimensions: Invalid dimensions {json.dumps(dimensions)} for {level}.")
    return level, ids[0], bool(rest)


def _span(params: Params, longest: int) -> tuple[dt.date, dt.date]:
    first, last = day(params, "start_date"), day(params, "end_date")
    if last < first:
        raise bad("end_date must not be before start_date.")
    if (last - first).days >= longest:
        raise bad(f"The time range must be within {longest} days with these dimensions.")
    return first, last


Keep = Callable[[Delivery], bool]


def _filters(params: Params, level: str) -> Keep:
    """Which deliveries count; without a status filter those of deleted things do not."""
    field = LEVELS[level][1]
    word, ids = ("STATUS_NOT_DELETE" if field else "STATUS_ALL"), dict[str, set[str]]()
    for condition in _conditions(params):
        name = condition["field_name"]
        values = decode("filter_value", str(condition["filter_value"]))
        if condition["filter_type"] != "IN" or not isinstance(values, list) or not values:
            raise bad(f"filtering: {name} takes IN with a JSON list.")
        if name == field and field:
            word = str(values[0])
        elif name in _ID_FILTERS and len(values) <= MOST_IDS:
            ids[name] = {str(value) for value in values}
        else:
            raise bad(f"filtering: Invalid field_name {name} for {level}.")
    if word not in PRIMARY:
        raise bad(f"filtering: Invalid value {word}.")
    return lambda delivery: _fits(delivery, level, word) and _among(delivery, ids)


def _conditions(params: Params) -> list[dict[str, Any]]:
    conditions = decode("filtering", params.get("filtering") or "[]")
    names = {"field_name", "filter_type", "filter_value"}
    if not isinstance(conditions, list) or any(
        not isinstance(one, dict) or set(one) != names for one in conditions
    ):
        raise bad("filtering: Not a list of field_name, filter_type and filter_value.")
    return conditions


def _fits(delivery: Delivery, level: str, word: str) -> bool:
    if word == "STATUS_ALL":
        return True
    if level == "AUCTION_CAMPAIGN" or delivery.ad is None:
        status = campaign_status(delivery.campaign)
    elif level == "AUCTION_ADGROUP":
        status = ad_group_status(delivery.ad.ad_set)
    else:
        status = ad_status(delivery.ad)
    return primary(status) == word or (
        word == "STATUS_NOT_DELETE" and primary(status) != "STATUS_DELETE"
    )


def _among(delivery: Delivery, ids: Mapping[str, set[str]]) -> bool:
    own = {
        "campaign_ids": delivery.campaign.id,
        "adgroup_ids": delivery.ad.ad_set.id if delivery.ad else "",
        "ad_ids": delivery.ad.id if delivery.ad else "",
    }
    return all(own[name] in wanted for name, wanted in ids.items())


def _rows(account: Account, dimension: str, span: list[dt.date], keep: Keep) -> list[Row]:
    sums: dict[str, Row] = {}
    bare: dict[str, Figures] = defaultdict(lambda: NOTHING)
    now = state().clock.now()
    delivered = (one for when in span for one in state().world.deliveries(account, when, now))
    for delivery in filter(keep, delivered):
        for row in _of(account, dimension, delivery):
            bare[row.id] = bare[row.id].plus(row.figures)
            sums[row.id] = row
    return [row._replace(figures=bare[key]) for key, row in sums.items()]


def _of(account: Account, dimension: str, delivery: Delivery) -> list[Row]:
    """What no ad served is in no row of ad groups and ads."""
    campaign, ad, figures = delivery.campaign, delivery.ad, delivery.figures
    if dimension == "advertiser_id":
        return [Row(account, None, None, account.id, figures)]
    if dimension == "campaign_id":
        return [Row(account, campaign, None, campaign.id, figures)]
    if ad is None:
        return []
    if dimension == "adgroup_id":
        return [Row(account, campaign, ad, ad.ad_set.id, figures)]
    if dimension == "ad_id_v2":
        return [Row(account, campaign, ad, ad.id, figures)]
    ids = creative_ids(ad)
    parts = split(figures, [3, 2][: len(ids)], delivery.luck) if len(ids) > 1 else [figures]
    return [Row(account, campaign, ad, one, part) for one, part in zip(ids, parts, strict=True)]


_ATTRIBUTES: dict[str, tuple[tuple[str, ...], Callable[[Row], Any]]] = {
    "advertiser_id": (("AUCTION_ADVERTISER",), lambda row: int(row.account.id)),
    "advertiser_name": (("AUCTION_ADVERTISER",), lambda row: row.account.name),
    "currency": (tuple(LEVELS), lambda row: row.account.plan.currency),
    # As in recorded answers: ids among the metrics are numbers, those among dimensions are text.
    "campaign_id": (
        ("AUCTION_CAMPAIGN", "AUCTION_ADGROUP", "AUCTION_AD"),
        lambda row: row.campaign and int(row.campaign.id),
    ),
    "campaign_name": (
        ("AUCTION_CAMPAIGN", "AUCTION_ADGROUP", "AUCTION_AD"),
        lambda row: row.campaign and row.campaign.name,
    ),
    "adgroup_id": (
        ("AUCTION_ADGROUP", "AUCTION_AD"),
        lambda row: row.ad and int(row.ad.ad_set.id),
    ),
    "adgroup_name": (("AUCTION_ADGROUP", "AUCTION_AD"), lambda row: row.ad and row.ad.ad_set.name),
    "ad_id_v2": (("AUCTION_AD",), lambda row: row.ad and row.ad.id),
    "ad_name": (("AUCTION_AD",), lambda row: row.ad and row.ad.name),
}


def _attributes(level: str) -> set[str]:
    return {name for name, (levels, _) in _ATTRIBUTES.items() if level in levels}


def _metric(row: Row, name: str) -> Any:
    if name in _ATTRIBUTES:
        return _ATTRIBUTES[name][1](row)
    return _METRICS[name](row)


def _money(of: Callable[[Row], int]) -> Callable[[Row], str]:
    return lambda row: row.account.money(of(row))


def _count(of: Callable[[Row], int]) -> Callable[[Row], str]:
    return lambda row: str(of(row))


def _ratio(above: Callable[[Row], float], below: Callable[[Row], int]) -> Callable[[Row], str]:
    return lambda row: f"{above(row) / below(row):.2f}" if below(row) else "-"


def _spend(row: Row) -> float:
    return float(row.account.money(row.figures.spend))


def _is_in_shop(row: Row) -> bool:
    """An advertiser's row has no campaign to tell by: its rest counts as TikTok Shop's."""
    return row.campaign is None or row.campaign.number % 2 == 0


def _elsewhere(row: Row) -> int:
    return row.figures.purchases - row.figures.web_purchases


def _elsewhere_value(row: Row) -> int:
    return row.figures.value - row.figures.web_value


def _in_shop(of: Callable[[Row], int]) -> Callable[[Row], int]:
    return lambda row: of(row) if _is_in_shop(row) else 0


def _in_app(of: Callable[[Row], int]) -> Callable[[Row], int]:
    return lambda row: 0 if _is_in_shop(row) else of(row)


def _dash(of: Callable[[Row], int], show: Callable[[Row], str]) -> Callable[[Row], str]:
    return lambda row: show(row) if of(row) else "-"


def _null(of: Callable[[Row], int], show: Callable[[Row], str]) -> Callable[[Row], str | None]:
    return lambda row: show(row) if of(row) else None


_shop, _app = _in_shop(_elsewhere), _in_app(_elsewhere)
_shop_value, _app_value = _in_shop(_elsewhere_value), _in_app(_elsewhere_value)


def _impressions(row: Row) -> int:
    return row.figures.impressions


def _clicks(row: Row) -> int:
    return row.figures.clicks


def _web(row: Row) -> int:
    return row.figures.web_purchases


def _web_value(row: Row) -> int:
    return row.figures.web_value


def _goal(row: Row) -> int:
    """The event that the ad group is paid to bring: not the same one everywhere."""
    return row.figures.purchases + row.figures.checkouts + row.figures.leads


def _late(row: Row) -> int:
    """The same by the day on which it happened: near, but not the same."""
    return _goal(row) * 9 // 10


_METRICS: dict[str, Callable[[Row], Any]] = {
    "spend": _money(lambda row: row.figures.spend),
    "impressions": _count(_impressions),
    "clicks": _count(_clicks),
    "reach": _count(lambda row: _impressions(row) * 5 // 6),
    "frequency": lambda row: "1.20" if _impressions(row) else "0.00",
    "ctr": _ratio(lambda row: _clicks(row) * 100, _impressions),
    "cpc": _ratio(_spend, _clicks),
    "cpm": _ratio(lambda row: _spend(row) * 1000, _impressions),
    "conversion": _count(_goal),
    "cost_per_conversion": _ratio(_spend, _goal),
    "conversion_rate": _ratio(lambda row: _goal(row) * 100, _clicks),
    "conversion_rate_v2": _ratio(lambda row: _goal(row) * 100, _impressions),
    "real_time_conversion": _count(_late),
    "real_time_cost_per_conversion": _ratio(_spend, _late),
    "result": _count(_goal),
    "cost_per_result": _ratio(_spend, _goal),
    "complete_payment": _dash(_web, _count(_web)),
    "total_complete_payment_rate": _dash(_web, _money(_web_value)),
    "value_per_complete_payment": _ratio(lambda row: _web_value(row) / 100, _web),
    "complete_payment_roas": _ratio(_web_value, lambda row: row.figures.spend),
    "purchase": _count(lambda row: _app(row) * 9 // 10),
    "total_purchase": _count(_app),
    "total_purchase_value": _money(_app_value),
    "onsite_shopping": _null(_shop, _count(_shop)),
    "total_onsite_shopping_value": _null(_shop, _money(_shop_value)),
    "onsite_shopping_roas": _ratio(_shop_value, lambda row: row.figures.spend),
    "web_event_add_to_cart": _count(lambda row: row.figures.carts),
    "initiate_checkout": _count(lambda row: row.figures.checkouts),
    "page_content_view_events": _count(lambda row: row.figures.landing_views),
    "form": _count(lambda row: row.figures.leads),
    "total_sales_lead": _count(lambda row: row.figures.leads),
    "total_sales_lead_value": _money(lambda _: 0),
    "video_play_actions": lambda row: _impressions(row) * 9 // 10,
    "video_watched_2s": lambda row: _impressions(row) // 3,
    "video_watched_6s": lambda row: _impressions(row) // 8,
    "likes": lambda row: _clicks(row) // 3,
    "comments": lambda row: _clicks(row) // 40,
    "shares": lambda row: _clicks(row) // 60,
    "follows": lambda row: _clicks(row) // 80,
    "profile_visits": lambda row: _clicks(row) // 12,
}

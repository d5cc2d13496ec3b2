"""The shapes of TikTok's answers and their translation into ours.

Money is in major units everywhere, budgets too. Ids may come as numbers beyond 2^53, figures as
text, and a figure that does not exist as "-" or null.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, Generic, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from app.connectors.errors import Temporary
from app.connectors.tiktok.statuses import status_of
from app.connectors.words import DayTotal, Fact, FoundAccount, FoundEntity, Reached

R = TypeVar("R")
Scalar = str | int | float | bool | None
Id = str | int | None

# A sale counts in the channel it happened in: website, app or TikTok Shop. TikTok keeps the three
# apart and has no sum of them. `total_complete_payment_rate` is, despite its name, an amount.
PURCHASES: Final = {
    "complete_payment": "total_complete_payment_rate",
    "total_purchase": "total_purchase_value",
    "onsite_shopping": "total_onsite_shopping_value",
}
# Other events with an amount, for accounts that count something else.
_VALUES: Final = {**PURCHASES, "total_sales_lead": "total_sales_lead_value"}

ACCOUNT_STATUS: Final = {
    "STATUS_ENABLE": "active",
    "STATUS_LIMIT": "limited",
    "STATUS_DISABLE": "disabled",
    "STATUS_WAIT_FOR_BPM_AUDIT": "under review",
    "STATUS_WAIT_FOR_PUBLIC_AUTH": "under review",
    "STATUS_SELF_SERVICE_UNAUDITED": "under review",
}
BUDGET_KIND: Final = {
    "BUDGET_MODE_DAY": "daily",
    # An average: TikTok may spend a quarter more on one day, never more than seven in a week.
    "BUDGET_MODE_DYNAMIC_DAILY_BUDGET": "daily",
    "BUDGET_MODE_TOTAL": "lifetime",
    "BUDGET_MODE_INFINITE": None,
}
UPGRADED_SMART_PLUS: Final = "UPGRADED_SMART_PLUS"


class Token(msgspec.Struct):
    """`expires_in` and `refresh_token` do not come with a long-lived token; kept if they do."""

    access_token: str = ""
    advertiser_ids: list[Id] | None = None
    scope: list[str | int] | None = None
    expires_in: int | None = None
    refresh_token: str = ""


class User(msgspec.Struct):
    core_user_id: Id = None
    display_name: str | None = None


class PageInfo(msgspec.Struct):
    page: int | None = None
    page_size: int | None = None
    total_number: int | None = None
    total_page: int | None = None


class Page(msgspec.Struct, Generic[R]):
    """A page of a list."""

    rows: list[R] | None = msgspec.field(name="list", default=None)
    page_info: PageInfo | None = None


class Listed(msgspec.Struct):
    """An ad account that a login was given."""

    advertiser_id: str | int
    advertiser_name: str | None = None


class Advertiser(msgspec.Struct):
    """`timezone` has the sign of POSIX (Etc/GMT+8 is eight hours behind), and no summer time."""

    advertiser_id: str | int
    name: str | None = None
    currency: str | None = None
    timezone: str | None = None
    display_timezone: str | None = None
    status: str | None = None


class AdText(msgspec.Struct):
    """One of the texts that an ad of upgraded Smart+ holds."""

    ad_text: str | None = None


class Thing(msgspec.Struct):
    """A campaign, ad group or ad; each has some of these."""

    campaign_id: Id = None
    adgroup_id: Id = None
    ad_id: Id = None
    smart_plus_ad_id: Id = None
    campaign_name: str | None = None
    adgroup_name: str | None = None
    ad_name: str | None = None
    operation_status: str | None = None
    secondary_status: str | None = None
    objective_type: str | None = None
    campaign_automation_type: str | None = None
    is_smart_performance_campaign: bool | None = None
    is_search_campaign: bool | None = None
    budget: str | int | float | None = None
    budget_mode: str | None = None
    create_time: str | None = None
    ad_text: str | None = None
    ad_texts: list[str] | None = None
    ad_text_list: list[AdText] | None = None


class Row(msgspec.Struct, gc=False):
    """A day of one campaign, ad or account."""

    dimensions: dict[str, Scalar]
    metrics: dict[str, Scalar]


def same(scalar: Scalar) -> str:
    """An id as text; empty when there is none. Raises Temporary when digits may be lost."""
    if scalar is None or scalar in ("", "-", "0", 0):
        return ""
    if isinstance(scalar, float):
        raise unusable("an id that has lost its last digits")
    return str(scalar)


def found_account(advertiser: Advertiser) -> FoundAccount:
    """An ad account in our words."""
    return FoundAccount(
        external_id=same(advertiser.advertiser_id),
        name=advertiser.name or same(advertiser.advertiser_id),
        currency=advertiser.currency or "",
        time_zone=_zone(advertiser),
        status=account_status(advertiser.status or ""),
    )


def account_status(word: str) -> str:
    """The list is open: what is in no table says whether it waits or was refused, or itself."""
    if word in ACCOUNT_STATUS or not word:
        return ACCOUNT_STATUS.get(word, "active")
    if word.startswith(("STATUS_PENDING", "STATUS_WAIT")):
        return "under review"
    if word.startswith("STATUS_CONFIRM_FAIL"):
        return "rejected"
    return f"unknown ({word})"


def _zone(advertiser: Advertiser) -> str:
    for name in (advertiser.display_timezone, advertiser.timezone):
        try:
            if name:
                return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return "UTC"


def campaign(thing: Thing) -> FoundEntity:
    """Its channel is what runs it: people, Smart+ or search."""
    return _entity(thing, thing.campaign_id, thing.campaign_name)._replace(
        objective=thing.objective_type or "", channel=_channel(thing), campaign_id=""
    )


def ad_group(thing: Thing) -> FoundEntity:
    return _entity(thing, thing.adgroup_id, thing.adgroup_name)


def ad(thing: Thing) -> FoundEntity:
    """Under upgraded Smart+ the ad is what holds the creatives, which have ids of their own."""
    found = _entity(thing, thing.smart_plus_ad_id or thing.ad_id, thing.ad_name)
    return found._replace(
        ad_group_id=same(thing.adgroup_id),
        budget=None,
        budget_kind=None,
        started_at=None,
        texts=_texts(thing),
    )


def _texts(thing: Thing) -> dict[str, list[str]] | None:
    """A post that is shown as it is has no text of the ad's own."""
    smart = [one.ad_text for one in thing.ad_text_list or ()]
    texts = dict.fromkeys(filter(None, [thing.ad_text, *(thing.ad_texts or ()), *smart]))
    return {"primary_text": list(texts)} if texts else None


def is_smart_plus(thing: Thing) -> bool:
    """Whether a campaign's ads are listed elsewhere."""
    return thing.campaign_automation_type == UPGRADED_SMART_PLUS


def surprises(thing: Thing) -> list[str]:
    """Words of TikTok's that are in no table of ours."""
    words = []
    if not status_of(thing.secondary_status or "", thing.operation_status or "")[1]:
        words.append(f"status {thing.secondary_status or thing.operation_status or '(none)'}")
    if thing.budget_mode and thing.budget_mode not in BUDGET_KIND:
        words.append(f"budget {thing.budget_mode}")
    return words


def _entity(thing: Thing, own_id: Id, name: str | None) -> FoundEntity:
    if not same(own_id):
        raise unusable("a campaign, ad group or ad without its id")
    budget, kind = _budget(thing)
    secondary, switched = thing.secondary_status or "", thing.operation_status or ""
    return FoundEntity(
        external_id=same(own_id),
        name=name or same(own_id),
        status=status_of(secondary, switched)[0],
        platform_status=secondary or switched,
        campaign_id=same(thing.campaign_id),
        budget=budget,
        budget_kind=kind,
        started_at=moment(thing.create_time),
    )


def _channel(thing: Thing) -> str:
    if is_smart_plus(thing) or thing.is_smart_performance_campaign:
        return "Smart+"
    return "Search" if thing.is_search_campaign else ""


def _budget(thing: Thing) -> tuple[Decimal | None, str | None]:
    """None where the campaign, or nobody, sets it: TikTok then says 0 and INFINITE."""
    kind = BUDGET_KIND.get(thing.budget_mode or "")
    amount = number(thing.budget)
    return (amount, kind) if kind and amount else (None, None)


def moment(text: str | None) -> dt.datetime | None:
    """TikTok's `2026-03-12 15:02:47`, which is UTC."""
    try:
        parsed = dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return parsed and parsed.replace(tzinfo=parsed.tzinfo or dt.UTC)


_NOTHING = Decimal(0)
_ABSENT = frozenset({"-", "", None})
# Most figures are one of these.
_ZERO = _ABSENT | {"0", "0.00"}


def number(figure: Scalar) -> Decimal:
    """A figure exactly as TikTok wrote it; 0 where it has none. Raises Temporary."""
    if figure in _ZERO:
        return _NOTHING
    try:
        # By way of text, for a JSON number has come as a float.
        found = Decimal(figure if type(figure) is str else str(figure))
    except ArithmeticError:
        raise unusable("a figure that is not a number") from None
    if not found.is_finite():
        raise unusable("a figure that is not a number")
    return found


class Counted(msgspec.Struct, frozen=True):
    """Which metrics are conversions, and which are their value. They are added."""

    counts: tuple[str, ...]
    values: tuple[str, ...]

    def __contains__(self, metric: object) -> bool:
        return metric in self.counts or metric in self.values

    @property
    def metrics(self) -> tuple[str, ...]:
        return (*self.counts, *self.values)


def counted(conversion_action: str | None) -> Counted:
    """Purchases of all three channels, or the one metric an account chose, with its value."""
    if conversion_action is None:
        return Counted(tuple(PURCHASES), tuple(PURCHASES.values()))
    value = _VALUES.get(conversion_action)
    return Counted((conversion_action,), (value,) if value else ())


def facts(rows: Iterable[Row], rule: Counted) -> list[Fact]:
    """One fact per row, in the account's currency. Raises Temporary on an unusable row."""
    return [_fact(row, rule) for row in rows]


def _fact(row: Row, rule: Counted) -> Fact:
    named, figures = row.dimensions, row.metrics
    campaign_id = same(named.get("campaign_id") or figures.get("campaign_id"))
    ad_id = same(named.get("ad_id_v2") or named.get("ad_id"))
    if not campaign_id:
        raise unusable("figures without saying of which campaign")
    return Fact(
        _day(row),
        campaign_id,
        _text(figures.get("campaign_name")) or campaign_id,
        same(figures.get("adgroup_id")),
        _text(figures.get("adgroup_name")),
        ad_id,
        _text(figures.get("ad_name")) or ad_id,
        "",
        int(number(figures.get("impressions"))),
        int(number(figures.get("clicks"))),
        number(figures.get("spend")),
        _sum(figures, rule.counts),
        _sum(figures, rule.values),
    )


def day_totals(rows: Iterable[Row]) -> list[DayTotal]:
    """The account's totals, one per day with delivery."""
    return [
        DayTotal(
            _day(row),
            number(row.metrics.get("spend")),
            int(number(row.metrics.get("impressions"))),
            int(number(row.metrics.get("clicks"))),
        )
        for row in rows
    ]


def reached(row: Row) -> Reached:
    """A campaign over a whole span."""
    figures = row.metrics
    return Reached(
        same(row.dimensions.get("campaign_id")),
        int(number(figures.get("reach"))),
        int(number(figures.get("impressions"))),
    )


def _sum(figures: Mapping[str, Scalar], metrics: Sequence[str]) -> Decimal:
    found = _NOTHING
    for metric in metrics:
        if (figure := figures.get(metric)) not in _ZERO:
            found += number(figure)
    return found


def _text(scalar: Scalar) -> str:
    return scalar if isinstance(scalar, str) and scalar not in _ABSENT else ""


def _day(row: Row) -> dt.date:
    """`2025-12-03 00:00:00`, a day in the account's own zone."""
    try:
        return dt.date.fromisoformat(str(row.dimensions.get("stat_time_day"))[:10])
    except ValueError:
        raise unusable("figures without their day") from None


def unusable(what: str) -> Temporary:
    """An answer that came whole and cannot be right."""
    return Temporary(
        f"TikTok Ads sent {what}. Stored figures are unchanged, and it will be asked again."
    )

"""The shapes of Google's answers and their translation into ours.

Money is whole micros of the account's currency, but for conversion values, which are in its major
units. Whole 64-bit numbers arrive as strings, a field that is zero or unset may be missing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from app.connectors.errors import ConnectorError, Temporary
from app.connectors.google.ads import Ad, Id, ad_name, ad_texts
from app.connectors.google.problem import Problem
from app.connectors.google.statuses import CHANNELS, account_status, status_of
from app.connectors.words import DayTotal, Fact, FoundAccount, FoundEntity, Grain

_NOTHING = Decimal(0)


class Budget(msgspec.Struct, rename="camel", gc=False):
    amount_micros: Decimal | None = None
    total_amount_micros: Decimal | None = None
    reference_count: int = 0
    explicitly_shared: bool = False


class Campaign(msgspec.Struct, rename="camel"):
    id: Id = ""
    name: str = ""
    status: str = ""
    primary_status: str = ""
    primary_status_reasons: list[str] = []
    advertising_channel_type: str = ""
    bidding_strategy_type: str = ""
    start_date_time: str = ""
    campaign_budget: str = ""


class AdGroup(msgspec.Struct, rename="camel"):
    """An asset group has the same fields, and PMax campaigns have no other groups."""

    id: Id = ""
    name: str = ""
    status: str = ""
    primary_status: str = ""
    primary_status_reasons: list[str] = []


class AdGroupAd(msgspec.Struct, rename="camel"):
    ad: Ad | None = None
    status: str = ""
    primary_status: str = ""
    primary_status_reasons: list[str] = []


class Customer(msgspec.Struct, rename="camel"):
    """A customer of its own, or a client below a manager."""

    id: Id = ""
    descriptive_name: str = ""
    currency_code: str = ""
    time_zone: str = ""
    status: str = ""
    manager: bool = False
    test_account: bool = False


class ConversionAction(msgspec.Struct, rename="camel", gc=False):
    id: Id = ""
    name: str = ""
    include_in_conversions_metric: bool = False


class Segments(msgspec.Struct, rename="camel", frozen=True, gc=False):
    date: dt.date | None = None
    ad_network_type: str = ""
    conversion_action: str = ""
    conversion_action_name: str = ""


class Metrics(msgspec.Struct, rename="camel", frozen=True, gc=False):
    cost_micros: Decimal | None = None
    impressions: Decimal | None = None
    clicks: Decimal | None = None
    conversions: Decimal | None = None
    conversions_value: Decimal | None = None
    all_conversions: Decimal | None = None
    all_conversions_value: Decimal | None = None


_NO_METRICS = Metrics()
_NO_SEGMENTS = Segments()


class Row(msgspec.Struct, rename="camel"):
    """One row of any question: only what was selected is there."""

    campaign: Campaign | None = None
    campaign_budget: Budget | None = None
    ad_group: AdGroup | None = None
    ad_group_ad: AdGroupAd | None = None
    asset_group: AdGroup | None = None
    customer: Customer | None = None
    customer_client: Customer | None = None
    conversion_action: ConversionAction | None = None
    segments: Segments = _NO_SEGMENTS
    metrics: Metrics = _NO_METRICS


class Page(msgspec.Struct, rename="camel"):
    """One page of rows. An empty one has no `results`; the last has no `next_page_token`."""

    results: list[Row] | None = None
    next_page_token: str = ""
    error: Problem | None = None
    partial_failure_error: Problem | None = None


class Named(msgspec.Struct, rename="camel"):
    resource_name: str = ""


class Mutated(msgspec.Struct, rename="camel"):
    """What a mutation did, in the order of its operations: one key each, such as campaignResult.

    One that was only to be checked has no responses.
    """

    mutate_operation_responses: list[dict[str, Named]] = []
    error: Problem | None = None
    partial_failure_error: Problem | None = None


class Accessible(msgspec.Struct, rename="camel"):
    resource_names: list[str] | None = None
    error: Problem | None = None
    partial_failure_error: Problem | None = None


def unusable(what: str) -> Temporary:
    """A row that says too little to be counted."""
    return Temporary(
        f"Google Ads sent {what}. Stored figures are unchanged, and it will be asked again."
    )


def same(number: Id) -> str:
    """An id as text, whether it came as text or as a number."""
    return str(number)


def known(number: Id | None) -> str:
    """The same for an id that must be there. Raises Temporary."""
    if number in (None, ""):
        raise unusable("a row without its id")
    return str(number)


def dashed(customer_id: str) -> str:
    """A customer's number as Google's own pages write it."""
    if len(customer_id) != 10:
        return customer_id
    return f"{customer_id[:3]}-{customer_id[3:6]}-{customer_id[6:]}"


Key = tuple[object, ...]


def place(row: Row) -> Key:
    """What the figures of a row are of."""
    ad = row.ad_group_ad.ad if row.ad_group_ad else None
    return (
        row.segments.date,
        row.segments.ad_network_type,
        row.campaign.id if row.campaign else None,
        row.ad_group.id if row.ad_group else None,
        ad.id if ad else None,
    )


def key(row: Row) -> Key:
    """What tells two rows of one question about figures apart."""
    return (*place(row), row.segments.conversion_action)


class FactReader:
    """Makes facts of the rows of one question.

    An ad that runs in several ad groups goes by its own id in the first and by `group~ad`, as
    Google's resource names have it, in the others: figures of one never replace another's.
    `homes` holds which one is the first, and learns of ads that it does not know.
    `chosen`: conversions and their value by row, of the one action that counts alone.
    """

    def __init__(
        self, grain: Grain, homes: dict[str, str], chosen: Mapping[Key, Chosen] | None = None
    ) -> None:
        self._grain = grain
        self._homes = homes
        self._chosen = None if chosen is None else dict(chosen)

    def fact(self, row: Row) -> Fact:
        """Raises Temporary on a number that is none, and on a row without day or id."""
        counted = self._counted(row)
        campaign, ad_group = row.campaign, row.ad_group
        if row.segments.date is None or campaign is None:
            raise unusable("figures without their day or campaign")
        metrics = row.metrics
        group_id = same(ad_group.id) if ad_group else ""
        ad_id, ad_name = self._ad(row, group_id)
        return Fact(
            row.segments.date,
            known(campaign.id),
            campaign.name,
            group_id,
            ad_group.name if ad_group else "",
            ad_id,
            ad_name,
            row.segments.ad_network_type,
            _whole(metrics.impressions),
            _whole(metrics.clicks),
            _finite(metrics.cost_micros).scaleb(-6),
            *counted,
        )

    def left_over(self) -> list[Fact]:
        """Conversions of the chosen action on days without any other figure."""
        chosen, self._chosen = self._chosen or {}, None
        return [
            self.fact(found.row)._replace(conversions=found.conversions, value=found.value)
            for found in chosen.values()
        ]

    def _counted(self, row: Row) -> tuple[Decimal, Decimal]:
        if self._chosen is None:
            metrics = row.metrics
            return _finite(metrics.conversions), _finite(metrics.conversions_value)
        found = self._chosen.pop(place(row), None)
        return (found.conversions, found.value) if found else (_NOTHING, _NOTHING)

    def _ad(self, row: Row, group_id: str) -> tuple[str, str]:
        if self._grain is not Grain.AD:
            return "", ""
        ad = row.ad_group_ad.ad if row.ad_group_ad else None
        if ad is None:
            raise unusable("figures without their ad")
        return ad_key(known(ad.id), group_id, self._homes), ad_name(ad)


class Chosen(msgspec.Struct):
    """What one conversion action brought on one row; `row` names what the row is of."""

    row: Row
    conversions: Decimal = _NOTHING
    value: Decimal = _NOTHING

    def add(self, metrics: Metrics) -> None:
        """Take in another row of the action."""
        self.conversions += _finite(metrics.all_conversions)
        self.value += _finite(metrics.all_conversions_value)


def is_action(row: Row, wanted: str) -> bool:
    """Whether the row is of this conversion action; `wanted` is its name or its number."""
    segments = row.segments
    number = segments.conversion_action.rpartition("/")[2]
    return wanted in (segments.conversion_action_name, number)


def ad_key(ad_id: str, group_id: str, homes: dict[str, str]) -> str:
    """The ad's id, unless it is known from another ad group."""
    return ad_id if homes.setdefault(ad_id, group_id) == group_id else f"{group_id}~{ad_id}"


def _finite(number: Decimal | None) -> Decimal:
    if number is None:
        return _NOTHING
    if not number.is_finite():
        raise unusable("a figure that is not a number")
    return number


def _whole(number: Decimal | None) -> int:
    return int(_finite(number))


def day_total(row: Row, account: FoundAccount) -> DayTotal:
    """The account's totals of a day. Raises ConnectorError when they are in another currency."""
    currency = row.customer.currency_code if row.customer else ""
    if currency not in ("", account.currency):
        raise ConnectorError(
            f"Google Ads gives the figures of {account.name} in {currency}, but the ones stored "
            f"here are in {account.currency}. Nothing was stored; within an hour the account is "
            "looked at again."
        )
    if row.segments.date is None:
        raise unusable("totals without their day")
    return DayTotal(
        row.segments.date,
        _finite(row.metrics.cost_micros).scaleb(-6),
        _whole(row.metrics.impressions),
        _whole(row.metrics.clicks),
    )


def found_account(client: Customer, *, via: str = "", via_name: str = "") -> FoundAccount:
    """A client account; `via` is the manager account through which it is read.

    Its currency and time zone are empty when Google did not say them.
    """
    number = known(client.id)
    return FoundAccount(
        external_id=number,
        name=client.descriptive_name or dashed(number),
        currency=client.currency_code,
        time_zone=client.time_zone,
        status=account_status(client.status, test=client.test_account),
        via=via,
        via_name=via_name,
    )


def found_campaign(row: Row, account: FoundAccount) -> FoundEntity:
    """Its objective is the bidding strategy: Google's API tells of no other."""
    campaign = row.campaign
    if campaign is None:
        raise unusable("a campaign without its id")
    number = known(campaign.id)
    budget, kind = _budget(row.campaign_budget)
    channel = campaign.advertising_channel_type
    return FoundEntity(
        external_id=number,
        name=campaign.name or number,
        status=_status(campaign),
        platform_status=_own_word(campaign),
        objective=campaign.bidding_strategy_type,
        channel=CHANNELS.get(channel, channel),
        budget=budget,
        budget_kind=kind,
        started_at=moment(campaign.start_date_time, account.time_zone),
    )


def found_group(row: Row) -> FoundEntity:
    """An ad group, or a PMax campaign's asset group."""
    group = row.ad_group or row.asset_group
    if group is None or row.campaign is None:
        raise unusable("an ad group without its campaign")
    number = known(group.id)
    return FoundEntity(
        external_id=number,
        name=group.name or number,
        status=_status(group),
        platform_status=_own_word(group),
        campaign_id=known(row.campaign.id),
    )


def found_ad(row: Row, homes: dict[str, str]) -> FoundEntity:
    """`homes`: in which ad group each ad was first seen."""
    ad = row.ad_group_ad
    if ad is None or ad.ad is None or row.campaign is None or row.ad_group is None:
        raise unusable("an ad without its ad group")
    number, group_id = known(ad.ad.id), known(row.ad_group.id)
    return FoundEntity(
        external_id=ad_key(number, group_id, homes),
        name=ad_name(ad.ad),
        status=_status(ad),
        platform_status=_own_word(ad),
        campaign_id=known(row.campaign.id),
        ad_group_id=group_id,
        texts=ad_texts(ad.ad),
    )


def _status(thing: Campaign | AdGroup | AdGroupAd) -> str:
    return status_of(thing.status, thing.primary_status, thing.primary_status_reasons)


def _own_word(thing: Campaign | AdGroup | AdGroupAd) -> str:
    primary = thing.primary_status
    return primary if primary not in ("", "UNSPECIFIED", "UNKNOWN") else thing.status


def _budget(budget: Budget | None) -> tuple[Decimal | None, str | None]:
    """None for one that several campaigns share: it would be counted once for each of them."""
    if budget is None or budget.reference_count > 1:
        return None, None
    for amount, kind in (
        (budget.amount_micros, "daily"),
        (budget.total_amount_micros, "lifetime"),
    ):
        if amount:
            return _finite(amount).scaleb(-6), kind
    return None, None


def moment(text: str, zone: str) -> dt.datetime | None:
    """Google's `2026-03-12 00:00:00`, a wall clock in the account's zone."""
    try:
        naive = dt.datetime.fromisoformat(text)
        return naive if naive.tzinfo else naive.replace(tzinfo=ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError):
        return None

"""The shapes of Meta's answers and their translation into ours.

Amounts in insights are decimal strings in major units; budgets are whole minor units.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

import msgspec

from app.connectors.errors import ConnectorError, Temporary
from app.connectors.meta.errors import Problem
from app.connectors.meta.texts import texts_of
from app.connectors.words import DayTotal, Fact, FoundAccount, FoundEntity, Reached

R = TypeVar("R")

# The same sale is listed under several of these, so the first one present counts alone.
PURCHASES = (
    "omni_purchase",
    "purchase",
    "offsite_conversion.fb_pixel_purchase",
    "onsite_web_purchase",
)

# developers.facebook.com/docs/marketing-api/currencies: these have no minor unit at Meta, which
# is not what ISO 4217 says of all of them.
WHOLE_UNIT_CURRENCIES = frozenset("CLP COP CRC HUF ISK IDR JPY KRW PYG TWD VND".split())
HUNDREDTHS_CURRENCIES = frozenset(
    """
    AED ARS AUD BDT BGN BHD BOB BRL CAD CHF CNY CZK DKK DZD EGP EUR GBP GTQ HKD HNL ILS INR JOD
    KES LKR MAD MOP MXN MYR NGN NIO NOK NZD PEN PHP PKR PLN QAR RON RUB SAR SEK SGD THB TRY UAH
    USD UYU ZAR
    """.split()
)

ACCOUNT_STATUS = {
    1: "active",
    2: "disabled",
    3: "unpaid",
    7: "under review",
    8: "payment pending",
    9: "in grace period",
    100: "closing",
    101: "closed",
    201: "active",
    202: "closed",
}

STATUS = {
    "ACTIVE": "active",
    "PAUSED": "paused",
    "CAMPAIGN_PAUSED": "paused",
    "ADSET_PAUSED": "paused",
    "PENDING_REVIEW": "paused",
    "PREAPPROVED": "paused",
    "IN_PROCESS": "paused",
    "PENDING_BILLING_INFO": "problem",
    "DISAPPROVED": "problem",
    "WITH_ISSUES": "problem",
    "ARCHIVED": "ended",
    "DELETED": "removed",
}


class Envelope(msgspec.Struct):
    """Every answer may carry an error, whatever its HTTP status."""

    error: Problem | None = None


class Token(Envelope):
    """`expires_in` is in seconds and may be missing."""

    access_token: str = ""
    expires_in: int | None = None


class TokenFacts(msgspec.Struct):
    """`expires_at` is a Unix time, 0 when the token never expires."""

    is_valid: bool = True
    expires_at: int | None = None
    scopes: tuple[str, ...] | None = None


class Inspection(Envelope):
    data: TokenFacts | None = None


class Me(Envelope):
    id: str = ""
    name: str = ""


class Page(Envelope, Generic[R]):
    """One page of a list. An empty one may still have a next."""

    data: list[R] | None = None
    paging: msgspec.Raw = msgspec.Raw(b"null")


class Permission(msgspec.Struct):
    permission: str
    status: str


class AdAccount(msgspec.Struct):
    account_id: str
    name: str = ""
    account_status: int = 1
    currency: str = ""
    timezone_name: str = ""


class LearningStage(msgspec.Struct):
    status: str = ""


class Thing(msgspec.Struct):
    """A campaign, ad set or ad."""

    id: str
    name: str = ""
    status: str = ""
    effective_status: str = ""
    campaign_id: str = ""
    adset_id: str = ""
    objective: str = ""
    daily_budget: Decimal | None = None
    lifetime_budget: Decimal | None = None
    start_time: str | None = None
    created_time: str | None = None
    learning_stage_info: LearningStage | None = None
    creative: msgspec.Raw = msgspec.Raw(b"null")


class Action(msgspec.Struct, gc=False):
    action_type: str
    value: str = "0"


class Insight(msgspec.Struct, gc=False):
    """A day of one campaign, ad or account. Meta leaves out what is zero."""

    date_start: dt.date
    campaign_id: str = ""
    campaign_name: str = ""
    adset_id: str = ""
    adset_name: str = ""
    ad_id: str = ""
    ad_name: str = ""
    publisher_platform: str = ""
    account_currency: str = ""
    spend: Decimal | None = None
    impressions: Decimal | None = None
    inline_link_clicks: Decimal | None = None
    actions: list[Action] | None = None
    action_values: list[Action] | None = None


class Seen(msgspec.Struct, gc=False):
    """A campaign over a whole span of days."""

    campaign_id: str
    reach: Decimal | None = None
    impressions: Decimal | None = None


class _Cursors(msgspec.Struct):
    after: str = ""


class _Paging(msgspec.Struct):
    cursors: _Cursors | None = None
    next: str | None = None


_PAGING = msgspec.json.Decoder(_Paging | None)


def next_cursor(paging: msgspec.Raw) -> str:
    """The cursor of the page after this one, empty on the last: only `next` tells them apart.

    Raises Temporary when the paging object cannot be read, for the list may then go on.
    """
    raw = bytes(paging)
    if raw == b"[]":
        return ""
    try:
        found = _PAGING.decode(raw)
    except msgspec.DecodeError:
        raise Temporary(
            "Meta Ads did not say whether there are more pages. Stored figures are unchanged, "
            "and it will be asked again."
        ) from None
    if found is None or not found.next:
        return ""
    after = found.cursors.after if found.cursors else ""
    after = after or "".join(parse_qs(urlsplit(found.next).query).get("after", [])[:1])
    if not after:
        raise Temporary(
            "Meta Ads promised another page without saying where it is. Stored figures are "
            "unchanged, and it will be asked again."
        )
    return after


def ranking(conversion_action: str | None) -> dict[str, int]:
    """Which action types count as a conversion, best first; an override counts alone."""
    wanted = (conversion_action,) if conversion_action else PURCHASES
    return {action_type: rank for rank, action_type in enumerate(wanted)}


_NOTHING = Decimal(0)


def facts(rows: Iterable[Insight], ranks: Mapping[str, int]) -> list[Fact]:
    """One fact per row, in the account's currency. Raises Temporary on a number that is none."""
    return [_fact(row, ranks) for row in rows]


def _fact(row: Insight, ranks: Mapping[str, int]) -> Fact:
    counts, amounts = row.actions or (), row.action_values or ()
    chosen = _first_present(counts, ranks) or _first_present(amounts, ranks)
    return Fact(
        row.date_start,
        row.campaign_id,
        row.campaign_name,
        row.adset_id,
        row.adset_name,
        row.ad_id,
        row.ad_name,
        row.publisher_platform,
        _whole(row.impressions),
        _whole(row.inline_link_clicks),
        _finite(row.spend),
        _value_of(counts, chosen) if chosen else _NOTHING,
        _value_of(amounts, chosen) if chosen else _NOTHING,
    )


def _first_present(actions: Sequence[Action], ranks: Mapping[str, int]) -> str:
    best, best_rank = "", len(ranks)
    for action in actions:
        rank = ranks.get(action.action_type, best_rank)
        if rank < best_rank:
            best, best_rank = action.action_type, rank
            if not rank:
                break
    return best


def _value_of(actions: Sequence[Action], action_type: str) -> Decimal:
    for action in actions:
        if action.action_type == action_type:
            return _number(action.value)
    return _NOTHING


def _number(text: str) -> Decimal:
    try:
        return _finite(Decimal(text))
    except ArithmeticError:
        raise _not_a_number() from None


def _finite(number: Decimal | None) -> Decimal:
    if number is None:
        return _NOTHING
    if not number.is_finite():
        raise _not_a_number()
    return number


def _whole(number: Decimal | None) -> int:
    return int(_finite(number))


def _not_a_number() -> Temporary:
    return Temporary(
        "Meta Ads sent a figure that is not a number. Stored figures are unchanged, and it will "
        "be asked again."
    )


def day_totals(rows: Iterable[Insight], account: FoundAccount) -> list[DayTotal]:
    """The account's totals, one per day with delivery.

    Raises ConnectorError when they are in another currency than the account was in.
    """
    return [_day_total(row, account) for row in rows]


def _day_total(row: Insight, account: FoundAccount) -> DayTotal:
    if row.account_currency not in ("", account.currency):
        raise ConnectorError(
            f"Meta Ads gives the figures of {account.name} in {row.account_currency}, but the "
            f"ones stored here are in {account.currency}. Nothing was stored; within an hour the "
            "account is looked at again."
        )
    return DayTotal(
        row.date_start,
        _finite(row.spend),
        _whole(row.impressions),
        _whole(row.inline_link_clicks),
    )


def reached(row: Seen) -> Reached:
    return Reached(row.campaign_id, _whole(row.reach), _whole(row.impressions))


def found_account(account: AdAccount) -> FoundAccount:
    """An ad account in our words; its id without the `act_` that URLs want."""
    status = ACCOUNT_STATUS.get(account.account_status, f"unknown ({account.account_status})")
    return FoundAccount(
        external_id=account.account_id.removeprefix("act_"),
        name=account.name or account.account_id,
        currency=account.currency,
        time_zone=account.timezone_name or "UTC",
        status=status,
    )


def found_entity(thing: Thing, currency: str) -> FoundEntity:
    """A campaign, ad set or ad in our words, its budget in `currency`'s major units."""
    budget, kind = _budget(thing, currency)
    return FoundEntity(
        external_id=thing.id,
        name=thing.name or thing.id,
        status=_status(thing),
        platform_status=thing.effective_status or thing.status,
        campaign_id=thing.campaign_id,
        ad_group_id=thing.adset_id,
        objective=thing.objective,
        budget=budget,
        budget_kind=kind,
        started_at=moment(thing.start_time) or moment(thing.created_time),
        texts=texts_of(bytes(thing.creative)),
    )


def _status(thing: Thing) -> str:
    """A word Meta has newly invented falls back on what the owner set."""
    word = STATUS.get(thing.effective_status) or STATUS.get(thing.status) or "problem"
    if word == "active" and thing.learning_stage_info:
        return "learning" if thing.learning_stage_info.status == "LEARNING" else word
    return word


def _budget(thing: Thing, currency: str) -> tuple[Decimal | None, str | None]:
    for amount, kind in ((thing.daily_budget, "daily"), (thing.lifetime_budget, "lifetime")):
        if amount:
            major = major_units(amount, currency)
            return major, kind if major is not None else None
    return None, None


def major_units(minor: Decimal, currency: str) -> Decimal | None:
    """A budget in major units; None for a currency whose minor unit is not known."""
    if currency in WHOLE_UNIT_CURRENCIES:
        return minor
    if currency in HUNDREDTHS_CURRENCIES:
        return minor.scaleb(-2)
    return None


def minor_units(major: Decimal, currency: str) -> int | None:
    """An amount as Meta wants it; None when it, or the currency, has no such whole number."""
    if currency in WHOLE_UNIT_CURRENCIES:
        minor = major
    elif currency in HUNDREDTHS_CURRENCIES:
        minor = major.scaleb(2)
    else:
        return None
    return int(minor) if minor.is_finite() and minor == minor.to_integral_value() else None


def moment(text: str | None) -> dt.datetime | None:
    """Meta's `2026-03-12T15:02:47-0700`, sometimes with a small t or without its plus sign."""
    if not text:
        return None
    if text[-5:-4] == " ":
        text = f"{text[:-5]}+{text[-4:]}"
    try:
        return dt.datetime.strptime(text.upper(), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None
